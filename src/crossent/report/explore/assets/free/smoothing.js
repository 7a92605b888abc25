(() => {
  const across = PAGE.span(-4, 12);
  let now = {};
  const chart = PAGE.chart(document.querySelector("#smoothing .chart"), {
    x: "how far ahead, z", y: "loss (nats)", height: 300,
    series: [{ label: "smoothed", colour: "both" }, { label: "not smoothed", colour: "ink", width: 2, dash: [5, 5] }],
    xRange: () => [-4, 12], yRange: () => [0, 6],
    marks: () => [
      ...(Number.isFinite(now.best) && now.best < 12 ? [{ x: now.best, y: now.floor, colour: "truth", hollow: true }] : []),
      { x: now.z, y: now.loss, colour: "model" },
    ],
  });
  PAGE.section("smoothing", ({ s, classes, z }, see) => {
    const q = Array.from({ length: classes }, (_, j) => Number(j === 0));
    const target = F.smoothed_target(q, s);
    const uniform = F.smoothed_target(q, 1);
    const scores = (ahead) => q.map((q_j) => q_j * ahead);
    const loss = (truth, ahead) => ROWS.ofRow(FAMILIES.categorical.formulas, truth, scores(ahead)).nll;
    now = {
      z, loss: loss(target, z), floor: F.ce(target, target),
      best: Math.log(target[0]) - Math.log(target[classes - 1]),
    };
    see.number("target", target[0]);
    see.number("p", F.softmax(scores(z))[0]);
    see.number("loss", now.loss);
    see.number("mixture", F.mixed(loss(q, z), loss(uniform, z), s));
    see.number("floor", now.floor);
    see.number("hard", loss(q, z));
    chart.show([across, across.map((x) => loss(target, x)), across.map((x) => loss(q, x))],
      `Loss against how far the right class is ahead: ${PAGE.written(now.loss)} at ${z}, least ${PAGE.written(now.floor)} at ${PAGE.written(now.best)}`);
    return Number.isFinite(now.best)
      ? `The least loss, ${PAGE.written(now.floor)}, is at z = ${PAGE.written(now.best)}; here it is ${PAGE.written(now.loss)}.`
      : `Without smoothing the loss falls for ever: the best logit is infinite. Here it is ${PAGE.written(now.loss)}.`;
  });
})();
