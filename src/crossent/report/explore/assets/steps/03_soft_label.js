(() => {
  const across = PAGE.span(0.004, 0.996);
  let now = {};
  const chart = PAGE.chart(document.querySelector("#soft_label .chart"), {
    x: "predicted probability p", y: "loss (nats)", series: [{ label: "loss", colour: "both" }],
    xRange: () => [0, 1], yRange: () => [0, 4],
    marks: () => [
      { y: now.floor, colour: "truth", dash: [5, 4] }, { x: now.y, colour: "truth", dash: [5, 4] },
      { x: now.y, y: now.floor, colour: "truth", hollow: true }, { x: now.p, y: now.loss, colour: "model" },
    ],
  });
  PAGE.section("soft_label", ({ y, p }, see) => {
    now = { y, p, loss: F.bce(y, p), floor: F.entropy(y) };
    see.number("bce", now.loss);
    see.number("ce", F.ce([1 - y, y], [1 - p, p]));
    see.number("floor", now.floor);
    chart.show([across, PAGE.finite(across.map((x) => F.bce(y, x)))],
      `Loss against p: ${PAGE.written(now.loss)} at p = ${p}, least ${PAGE.written(now.floor)} at p = ${y}`);
    return `At p = ${p.toFixed(2)} the loss is ${PAGE.written(now.loss)}; no prediction can get below ${PAGE.written(now.floor)}, the entropy of the truth.`;
  });
})();
