(() => {
  const across = PAGE.span(-4, 12);
  let now = {};
  const chart = PAGE.chart(document.querySelector("#smoothing .chart"), {
    x: "how far ahead, z", y: "loss (nats)", height: 300,
    series: [{ label: "smoothed", colour: "both" }, { label: "not smoothed", colour: "model", dash: [6, 4] }],
    xRange: () => [-4, 12], yRange: () => [0, 6],
    marks: () => [
      ...(Number.isFinite(now.best) && now.best < 12 ? [{ x: now.best, y: now.floor, colour: "truth", hollow: true }] : []),
      { x: now.z, y: now.loss, colour: "model" },
    ],
  });
  PAGE.section("smoothing", ({ s, classes, z }, see) => {
    const q = Array.from({ length: classes }, (_, j) => Number(j === 0));
    const predicted = (ahead) => F.softmax(q.map((q_j) => q_j * ahead));
    const target = F.smoothed_target(q, s);
    const p = predicted(z);
    now = {
      z, loss: F.smoothed_ce(q, p, s), floor: F.ce(target, target),
      best: Math.log(target[0]) - Math.log(target[classes - 1]),
    };
    see.number("target", target[0]);
    see.number("p", p[0]);
    see.number("loss", now.loss);
    see.number("mixture", F.smoothed_mixture(q, p, s));
    see.number("floor", now.floor);
    see.number("hard", F.ce(q, p));
    chart.show([across, across.map((x) => F.smoothed_ce(q, predicted(x), s)), across.map((x) => F.ce(q, predicted(x)))],
      `Loss against how far the right class is ahead: ${PAGE.written(now.loss)} at ${z}, least ${PAGE.written(now.floor)} at ${PAGE.written(now.best)}`);
    return Number.isFinite(now.best)
      ? `The least loss, ${PAGE.written(now.floor)}, is at z = ${PAGE.written(now.best)}; here it is ${PAGE.written(now.loss)}.`
      : `Without smoothing the loss falls for ever: the best logit is infinite. Here it is ${PAGE.written(now.loss)}.`;
  });
})();
