(() => {
  const FIRST = [-0.8, 0.4, 0.9, 1.7];
  const across = PAGE.span(-4, 6);
  const centres = PAGE.span(-3, 5, 161);
  let now = { y: [] };
  const place = (name) => document.querySelector(`#gaussian [data-chart=${name}]`);
  const bell = PAGE.chart(place("bell"), {
    x: "observation y", y: "density", series: [{ label: "density", colour: "model" }], xRange: () => [-4, 6],
    yRange: () => [0, Math.max(0.6, 1.1 * now.height)], height: 190,
    marks: () => now.y.flatMap((y) => [
      { x: y, from: 0, to: now.density(y), colour: "truth" }, { x: y, y: now.density(y), colour: "truth", radius: 4.5 },
    ]),
  });
  const parabola = PAGE.chart(place("loss"), {
    x: "centre m", y: "mean NLL (nats)", series: [{ label: "mean NLL", colour: "both" }], xRange: () => [-3, 5],
    yRange: () => [0, 8], height: 190,
    marks: () => [
      ...now.dots.map(([x, y]) => ({ x, y, colour: "truth", radius: 3.5 })), { x: now.m, y: now.nll, colour: "model" },
    ],
  });
  PAGE.section("gaussian", ({ m, s, last }, see) => {
    const y = [...FIRST, last];
    const [scale, offset] = [F.gaussian_scale(s), F.gaussian_offset(s)];
    const mse = (centre) => F.mean_squared_error(y, centre);
    const density = (x) => Math.exp(-F.gaussian(x, m, s));
    now = {
      y, m, density, height: density(m), nll: F.mean_gaussian(y, m, s),
      dots: PAGE.span(-3, 5, 17).map((x) => [x, scale * mse(x) + offset]),
    };
    see.number("mse", mse(m));
    see.number("scale", scale);
    see.number("offset", offset);
    see.number("affine", scale * mse(m) + offset);
    see.number("nll", now.nll);
    bell.show([across, across.map(density)], `A bell curve of width ${s} around ${m}, and five observations`);
    parabola.show([centres, centres.map((x) => F.mean_gaussian(y, x, s))],
      `Mean loss against m: a parabola, ${PAGE.written(now.nll)} at m = ${m}`);
    return `${PAGE.written(mse(m))} · ${PAGE.written(scale)} + ${PAGE.written(offset)} = ${PAGE.written(now.nll)}. With σ fixed, whatever is best for one is best for the other: the mean, ${PAGE.written(F.mean(y))}.`;
  });
})();
