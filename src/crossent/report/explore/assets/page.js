// Controls in, numbers out: a section is its inputs and a function of their values.
"use strict";

const PAGE = (() => {
  const announcer = document.getElementById("announcer");
  const redraws = [];
  let pending = 0;

  function written(x) {
    if (Number.isNaN(x)) return "undefined";
    if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
    const size = Math.abs(x);
    let text;
    if (Number.isInteger(x) && size < 1e7) text = String(x);
    else if (size >= 1e5 || (size > 0 && size < 1e-4)) {
      const [digits, power] = x.toExponential(3).split("e");
      text = `${digits} · 10${superscript(Number(power))}`;
    } else if (size >= 0.01) text = size >= 100 ? x.toFixed(2) : x.toFixed(4);
    else text = String(Number(x.toPrecision(4)));
    return text.replace("-", "−");
  }
  const superscript = (n) => String(n).replace(/./g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));

  function value(input) {
    if (input.type === "checkbox") return input.checked;
    if (input.type === "range" || input.type === "number") return input.valueAsNumber;
    return /^-?\d+(\.\d+)?$/.test(input.value) ? Number(input.value) : input.value;
  }
  function state(root) {
    const found = {};
    for (const input of root.querySelectorAll("input[name], select[name]")) {
      const name = input.dataset.name || input.name;
      if (input.type !== "radio" || input.checked) found[name] = value(input);
    }
    return found;
  }

  // show(state, see) runs at once and whenever an input of the section moves
  function section(id, show) {
    const root = document.getElementById(id);
    const see = {
      root,
      find: (selector) => root.querySelector(selector),
      number(name, x, text) {
        for (const place of root.querySelectorAll(`[data-number="${name}"]`)) {
          place.textContent = text === undefined ? written(x) : text;
          place.dataset.value = String(x);
        }
      },
      text(name, words) {
        for (const place of root.querySelectorAll(`[data-text="${name}"]`)) place.textContent = words;
      },
      fade(name, faded) {
        for (const place of root.querySelectorAll(`[data-part="${name}"]`)) place.classList.toggle("faded", faded);
      },
      again: () => update(),
    };
    function update() {
      for (const input of root.querySelectorAll("input[type=range]")) {
        const place = input.parentElement.querySelector(".reading");
        if (place) place.textContent = written(input.valueAsNumber).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
      }
      const said = show(state(root), see);
      if (said !== undefined) see.text("said", said);
      return said;
    }
    root.addEventListener("input", () => {
      const said = update();
      clearTimeout(pending);
      if (said) pending = setTimeout(() => { announcer.textContent = said; }, 500);
    });
    redraws.push(update);
    return update;
  }

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  // --- charts: uPlot, one look for all -----------------------------------------------------------------------------
  function chart(place, { x, y, series, xRange, yRange, marks = () => [], height = 230 }) {
    let drawn = [];
    const axis = (label, side) => ({
      label, stroke: () => colour("quiet"), grid: { stroke: () => colour("line"), width: 1 },
      ticks: { show: false }, font: "12px system-ui, sans-serif", labelFont: "13px system-ui, sans-serif",
      labelSize: 22, size: side ? 46 : 30, gap: 6, space: side ? 42 : 54,
      values: (_, splits) => splits.map((v) => (v === null ? "" : tidy(v))),
    });
    place.style.minHeight = `${height}px`;
    const width = () => Math.max(place.clientWidth, 200);
    const plot = new uPlot({
      width: width(), height, pxAlign: 0, legend: { show: false }, cursor: { show: false },
      scales: {
        x: { time: false, range: (_, low, high) => (xRange ? xRange() : [low, high]) },
        y: { range: (_, low, high) => (yRange ? yRange() : padded(low, high)) },
      },
      axes: [axis(x, 0), axis(y, 1)],
      series: [{}, ...series.map((line) => ({
        label: line.label, stroke: () => colour(line.colour), width: line.width || 2.5,
        dash: line.dash && line.dash.map((d) => d * (window.devicePixelRatio || 1)),
        pxAlign: 0, points: { show: false },
      }))],
      hooks: { draw: [(u) => { for (const mark of drawn) draw(u, mark); }] },
    }, [[0, 1], ...series.map(() => [null, null])], place);
    new ResizeObserver(() => plot.setSize({ width: width(), height })).observe(place);
    return {
      plot,
      show(columns, described) {
        drawn = marks();
        plot.setData(columns);
        if (described) place.setAttribute("aria-label", described);
      },
      name(axisLabels) {
        axisLabels.forEach((label, i) => { plot.axes[i].label = label; });
      },
    };
  }
  const padded = (low, high) => {
    if (low === null || high === null || !(high >= low)) return [0, 1];
    const room = high > low ? (high - low) * 0.08 : Math.max(Math.abs(low) * 0.1, 0.5);
    return [low - room, high + room];
  };
  const tidy = (v) => {
    if (v !== 0 && (Math.abs(v) >= 1e5 || Math.abs(v) < 1e-3)) return v.toExponential(0).replace("-", "−").replace("+", "");
    return String(Number(v.toPrecision(6))).replace("-", "−");
  };
  function draw(u, mark) {
    const at = (v, scale) => u.valToPos(v, scale, true);
    const { left, top, width, height } = u.bbox;
    const pixel = window.devicePixelRatio || 1;
    const paper = u.ctx;
    paper.save();
    paper.beginPath();
    paper.rect(left, top - 8 * pixel, width + 8 * pixel, height + 16 * pixel);
    paper.clip();
    paper.strokeStyle = paper.fillStyle = colour(mark.colour);
    paper.lineWidth = (mark.width || 1.5) * pixel;
    paper.setLineDash((mark.dash || []).map((d) => d * pixel));
    paper.beginPath();
    if (mark.curve) {
      let open = false;
      for (const [a, b] of mark.curve) {
        if (!Number.isFinite(a) || !Number.isFinite(b)) { open = false; continue; }
        if (open) paper.lineTo(at(a, "x"), at(b, "y"));
        else paper.moveTo(at(a, "x"), at(b, "y"));
        open = true;
      }
      paper.stroke();
    } else if (mark.x !== undefined && mark.y !== undefined && Number.isFinite(mark.y)) {
      paper.arc(at(mark.x, "x"), at(mark.y, "y"), (mark.radius || 5.5) * pixel, 0, 2 * Math.PI);
      if (mark.hollow) { paper.fillStyle = colour("paper"); paper.fill(); paper.lineWidth = 2 * pixel; paper.stroke(); } else paper.fill();
    } else if (mark.y === undefined) {
      paper.moveTo(at(mark.x, "x"), mark.from === undefined ? top : at(mark.from, "y"));
      paper.lineTo(at(mark.x, "x"), mark.to === undefined ? top + height : at(mark.to, "y"));
      paper.stroke();
    } else if (mark.x === undefined) {
      paper.moveTo(left, at(mark.y, "y"));
      paper.lineTo(left + width, at(mark.y, "y"));
      paper.stroke();
    }
    paper.restore();
  }
  const span = (low, high, count = 201) =>
    Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
  const finite = (values) => values.map((v) => (Number.isFinite(v) ? v : null));

  function bar(element, share) {
    element.style.setProperty("--share", String(Math.max(0, Math.min(1, share))));
  }

  // --- light and dark ----------------------------------------------------------------------------------------------
  const dark = document.getElementById("dark");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  function dress() {
    document.documentElement.dataset.theme = dark.checked ? "dark" : "light";
    for (const redraw of redraws) redraw();
  }
  function begin() {
    dark.checked = system.matches;
    dark.addEventListener("change", dress);
    system.addEventListener("change", () => { dark.checked = system.matches; dress(); });
    dress();
  }
  dark.checked = system.matches;
  document.documentElement.dataset.theme = dark.checked ? "dark" : "light";

  return { bar, begin, chart, colour, finite, section, span, written };
})();
