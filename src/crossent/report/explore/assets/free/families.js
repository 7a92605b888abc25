(() => {
  const TARGETS = {
    unit: [{ name: "y", low: 0, high: 1, step: 0.01, value: 1 }],
    count: [{ name: "y", low: 0, high: 60, step: 1, value: 3 }],
    count_to: [{ name: "y", low: 0, high: 60, step: 1, value: 3 }],
    real: [{ name: "y", low: -5, high: 5, step: 0.05, value: 1 }],
    classes: [{ name: "y", low: 0, high: 2, step: 1, value: 0 }],
    count_classes: [0, 1, 2].map((j) => ({ name: `y${j}`, low: 0, high: 20, step: 1, value: [3, 1, 0][j] })),
  };
  const WIDEST = 8; // of a raw parameter: beyond, a curve is two straight lines
  const QUANTITIES = ["loss", "gradient", "curvature"];
  let built = "";
  let now = {};

  function predictions(family) {
    if (!family.formulas) return family.parameters;
    return [0, 1, 2].map((j) => ({ ...family.parameters[0], name: `z${j}`, start: [1, 0, -1][j] }));
  }
  function inputs(family) {
    const raw = predictions(family).map((made) => {
      const [low, high] = [Math.max(made.low, -WIDEST), Math.min(made.high, WIDEST)];
      return { name: made.name, low, high, step: 0.05, value: made.start === undefined ? 0.5 : made.start, kind: "p" };
    });
    const fixed = family.formulas ? [] : family.fixed.map((made) =>
      ({ name: made.name, low: made.low, high: made.high, step: 1, value: 10, kind: "" }));
    return [...TARGETS[family.support].map((target) => ({ ...target, kind: "q" })), ...raw, ...fixed];
  }
  function build(see, name) {
    const family = FAMILIES[name];
    see.find("#families-axis").replaceChildren(...predictions(family).map((made) => new Option(made.name, made.name)));
    see.find("#families-more").replaceChildren(...inputs(family).map((made) => {
      const place = document.createElement("div");
      place.className = `control ${made.kind}`;
      const label = document.createElement("label");
      label.htmlFor = `families-${made.name}`;
      label.textContent = made.kind === "q" ? `target ${made.name}` : made.name;
      const reading = document.createElement("span");
      reading.className = "reading";
      reading.setAttribute("aria-hidden", "true");
      const input = document.createElement("input");
      Object.assign(input, { type: "range", id: label.htmlFor, name: made.name });
      Object.assign(input, { min: made.low, max: made.high, step: made.step });
      input.value = made.value;
      place.append(label, reading, input);
      return place;
    }));
    built = name;
  }
  // the three quantities along one raw parameter
  function evaluate(family, values, axis) {
    if (family.formulas) {
      const z = [values.z0, values.z1, values.z2];
      const j = Number(axis.slice(1));
      const row = family.support === "classes" ? ROWS.ofIndex(family.formulas, values.y, z)
        : ROWS.ofRow(family.formulas, [values.y0, values.y1, values.y2], z);
      return [row.nll, row.gradient[j], row.hessian[j]];
    }
    const names = family.parameters.map((made) => made.name);
    const given = [values.y, ...names.map((name) => values[name]), ...family.fixed.map((made) => values[made.name])];
    const i = names.indexOf(axis);
    const diagonal = i * names.length - (i * (i - 1)) / 2; // of the upper triangle, row by row
    return [family.nll(...given), family.gradient(...given)[i], family.hessian(...given)[diagonal]];
  }

  const charts = QUANTITIES.map((quantity, i) => PAGE.chart(document.querySelector(`#families [data-chart=${quantity}]`), {
    x: "raw prediction", y: quantity === "loss" ? "nats" : "", series: [{ label: quantity, colour: "both" }], height: 210,
    marks: () => [{ y: 0, colour: "quiet", width: 1, dash: [2, 4] }, { x: now.at, y: now.values[i], colour: "model" }],
  }));

  PAGE.section("families", (values, see) => {
    if (built !== values.family) {
      build(see, values.family);
      see.again();
      return undefined;
    }
    const family = FAMILIES[values.family];
    if (family.support === "count_to" && values.y > values.total_count) {
      see.find("#families-y").value = values.total_count;
      see.again();
      return undefined;
    }
    const axis = values.axis;
    const slider = see.find(`#families-${axis}`);
    const across = PAGE.span(Number(slider.min), Number(slider.max), 161);
    const rows = across.map((x) => evaluate(family, { ...values, [axis]: x }, axis));
    now = { at: values[axis], values: evaluate(family, values, axis) };
    QUANTITIES.forEach((quantity, i) => {
      see.number(quantity, now.values[i]);
      charts[i].name([axis, i === 0 ? "nats" : ""]);
      charts[i].show([across, PAGE.finite(rows.map((row) => row[i]))],
        `${quantity} against ${axis}: ${PAGE.written(now.values[i])} at ${now.at}`);
    });
    const [, gradient] = now.values;
    const way = Math.abs(gradient) < 5e-3 ? "The gradient is about 0 here: the least loss this target can have along this line."
      : `The gradient says: to lower the loss, make ${axis} ${gradient > 0 ? "smaller" : "larger"}.`;
    return `Target ${family.words}. ${way}`;
  });
})();
