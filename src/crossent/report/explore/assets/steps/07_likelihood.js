(() => {
  const N = 10;
  const across = PAGE.span(0.002, 0.998);
  let now = {};
  const place = (name) => document.querySelector(`#likelihood [data-chart=${name}]`);
  const above = PAGE.chart(place("likelihood"), {
    x: "p", y: "likelihood", series: [{ label: "likelihood", colour: "both" }], xRange: () => [0, 1], height: 190,
    marks: () => [{ x: now.best, colour: "truth", dash: [5, 4] }, { x: now.p, y: now.likelihood, colour: "model" }],
  });
  const below = PAGE.chart(place("nll"), {
    x: "p", y: "mean NLL (nats)", series: [{ label: "mean NLL", colour: "both" }], xRange: () => [0, 1],
    yRange: () => [0, 3], height: 190,
    marks: () => [{ x: now.best, colour: "truth", dash: [5, 4] }, { x: now.p, y: now.mean, colour: "model" }],
  });
  PAGE.section("likelihood", ({ k, p }, see) => {
    const best = k / N;
    const log = F.log_likelihood(k, N, p);
    now = { p, best, likelihood: F.likelihood(k, N, p), mean: -log / N };
    see.number("likelihood", now.likelihood);
    see.number("log_likelihood", log);
    see.number("nll", -log);
    see.number("mean", now.mean);
    see.number("ce", F.bce(best, p));
    see.find("#tosses").replaceChildren(...Array.from({ length: N }, (_, i) => {
      const tile = document.createElement("span");
      tile.className = i < k ? "tile yes" : "tile";
      tile.textContent = i < k ? "1" : "0";
      return tile;
    }));
    above.show([across, across.map((x) => F.likelihood(k, N, x))],
      `Likelihood against p, highest at ${best}; ${PAGE.written(now.likelihood)} at p = ${p}`);
    below.show([across, across.map((x) => -F.log_likelihood(k, N, x) / N)],
      `Mean negative log-likelihood against p, lowest at ${best}; ${PAGE.written(now.mean)} at p = ${p}`);
    return `Likelihood ${PAGE.written(now.likelihood)}, mean NLL ${PAGE.written(now.mean)}. The mean NLL is the cross-entropy of what was seen, ${best.toFixed(1)} yes, with the model; both are best at p = ${best.toFixed(1)}.`;
  });
})();
