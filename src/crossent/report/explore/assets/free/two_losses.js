(() => {
  const RAW = { bernoulli: ["z"], categorical: ["z0", "z1", "z2"], labels: ["z0", "z1", "z2"], location: ["m"], rate: ["e"] };
  const LETTERS = { z: "log-odds z", z0: "logit z₁", z1: "logit z₂", z2: "logit z₃", m: "location m", e: "log of the rate" };
  const REACH = { z: 6, z0: 4, z1: 4, z2: 4, m: 5, e: 3 };
  const TARGETS = {
    binary: [{ name: "y", words: "what happened, y", low: 0, high: 1, step: 0.05, value: 1 }],
    classes: [{ name: "y", words: "which class happened", low: 1, high: 3, step: 1, value: 1 },
      { name: "soft", words: "share of it given to the others", low: 0, high: 0.6, step: 0.05, value: 0.2 }],
    real: [{ name: "y", words: "what happened, y", low: -5, high: 5, step: 0.1, value: 1 }],
    count: [{ name: "y", words: "the count that happened, y", low: 0, high: 15, step: 1, value: 3 }],
  };
  const SAME_TARGET = { sign: "binary", class: "classes" };
  let built = "";
  let now = null;

  // the distribution that both losses are drawn against; two classes stand in for a yes or no
  function common(left, right) {
    const [a, b] = [left, right].map((loss) => COORDINATES[loss.prediction].of);
    const [s, t] = [left, right].map((loss) => SAME_TARGET[loss.target] || loss.target);
    if (a === b && s === t) return { of: a, target: s };
    const kinds = [a, b].sort().join();
    return kinds === "bernoulli,categorical" ? { of: "bernoulli", target: "binary" } : null;
  }
  function value(loss, values, shared) {
    const { of, from_raw } = COORDINATES[loss.prediction];
    let raw = RAW[shared.of].map((name) => values[name]);
    let y = values.y;
    if (of === "bernoulli" || of === "location" || of === "rate") [raw] = raw;
    else if (shared.of === "bernoulli") raw = [0, ...raw];
    if (loss.target === "sign") y = 2 * y - 1;
    if (loss.target === "classes") {
      y = shared.of === "bernoulli" ? [1 - y, y] : [0, 1, 2].map((j) => (j === y - 1 ? 1 - values.soft : values.soft / 2));
    }
    return loss.value(y, from_raw(raw));
  }
  function slider(made, kind) {
    const place = document.createElement("div");
    place.className = `control ${kind}`;
    const label = document.createElement("label");
    label.htmlFor = `two_losses-${made.name}`;
    label.textContent = made.words;
    const reading = document.createElement("span");
    reading.className = "reading";
    reading.setAttribute("aria-hidden", "true");
    const input = document.createElement("input");
    Object.assign(input, { type: "range", id: label.htmlFor, name: made.name });
    Object.assign(input, { min: made.low, max: made.high, step: made.step });
    input.value = made.value;
    place.append(label, reading, input);
    return place;
  }
  function build(see, shared) {
    const raw = shared ? RAW[shared.of].map((name, i) =>
      ({ name, words: LETTERS[name], low: -REACH[name], high: REACH[name], step: 0.05, value: [1, 0, -1][i] })) : [];
    const targets = shared ? TARGETS[shared.target] : [];
    see.find("#two_losses-more").replaceChildren(
      ...targets.map((made) => slider(made, "q")), ...raw.map((made) => slider(made, "p")));
    built = JSON.stringify(shared);
  }
  const place = (name) => document.querySelector(`#two_losses [data-chart=${name}]`);
  const both = PAGE.chart(place("both"), {
    x: "prediction", y: "loss (nats)",
    series: [{ label: "one", colour: "both" }, { label: "the other", colour: "ink", width: 2, dash: [5, 5] }], height: 260,
    marks: () => (now ? [{ x: now.at, y: now.left, colour: "both" }, { x: now.at, y: now.right, colour: "ink", hollow: true }] : []),
  });
  const against = PAGE.chart(place("against"), {
    x: "the other", y: "one", series: [{ label: "equal", colour: "quiet", width: 1, dash: [4, 4] }], height: 260,
    xRange: () => (now ? now.range[0] : [0, 1]), yRange: () => (now ? now.range[1] : [0, 1]),
    marks: () => (now ? [{ curve: now.curve, colour: "both", width: 2.5 }, { x: now.right, y: now.left, colour: "both" }] : []),
  });
  const extent = (values) => {
    const real = values.filter(Number.isFinite);
    const [low, high] = [Math.min(...real), Math.max(...real)];
    const room = Math.max((high - low) * 0.06, 0.05);
    return [low - room, high + room];
  };

  // a stored verdict, whose texts are places in WORDS
  function spelled(value) {
    if (typeof value === "number") return WORDS[value];
    if (Array.isArray(value)) return value.map(spelled);
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, spelled(part)]));
  }
  // where the two part, as the exact reading found it
  function told(found, { left, right }) {
    const inputs = Object.entries(found.inputs).map(([name, value]) => `${name} = ${value}`).join(", ");
    const short = (interval) => PAGE.written(Number(interval[0]));
    return `Where they part: ${found.words}. At ${inputs}: ${short(found.left)} for ${left}, ${short(found.right)} for ${right}.`;
  }

  PAGE.section("two_losses", (values, see) => {
    const [left, right] = [LOSSES[values.left], LOSSES[values.right]];
    const shared = common(left, right);
    if (built !== JSON.stringify(shared)) {
      build(see, shared);
      see.again();
      return undefined;
    }
    const found = spelled(VERDICTS[`${values.left} | ${values.right}`]);
    see.text("verdict", found.verdict);
    see.text("sentence", found.sentence);
    see.text("more", (found.conditions || []).join("; "));
    see.text("found", found.counterexample ? told(found.counterexample, values) : "");
    const carried = Object.entries(found.carries_over || {});
    see.find("#carries").hidden = carried.length === 0 || found.verdict === "incomparable";
    see.find("#carries").replaceChildren(see.find("#carries").caption, ...carried.map(([name, answer]) => {
      const line = document.createElement("tr");
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = name.replaceAll("_", " ");
      const cell = document.createElement("td");
      cell.textContent = answer;
      line.append(head, cell);
      return line;
    }));
    const steps = found.steps || [];
    see.find("details").hidden = steps.length === 0;
    see.find("#proof").replaceChildren(...steps.map(([rule, text]) => {
      const item = document.createElement("li");
      const name = document.createElement("span");
      name.className = "rule";
      name.textContent = rule;
      const line = document.createElement("span");
      line.textContent = text;
      item.append(name, line);
      return item;
    }));
    see.text("left_name", values.left);
    see.text("right_name", values.right);
    see.find("#drawn").hidden = !shared;
    if (!shared) return "These two take different kinds of target or prediction: there is no common axis to draw them on.";
    const axis = RAW[shared.of][0];
    const across = PAGE.span(-REACH[axis], REACH[axis], 241);
    const at = (x) => ({ ...values, [axis]: x });
    const [ones, others] = [left, right].map((loss) => across.map((x) => value(loss, at(x), shared)));
    const range = [extent(others), extent(ones)];
    now = {
      at: values[axis], left: value(left, values, shared), right: value(right, values, shared), range,
      curve: others.map((x, i) => [x, ones[i]]),
    };
    see.number("left", now.left);
    see.number("right", now.right);
    both.name([LETTERS[axis], "loss (nats)"]);
    both.show([across, PAGE.finite(ones), PAGE.finite(others)],
      `${values.left} and ${values.right} against ${LETTERS[axis]}: ${PAGE.written(now.left)} and ${PAGE.written(now.right)}`);
    against.name([values.right, values.left]);
    against.show([range[0], range[0]], `${values.left} against ${values.right}`);
    return `Here: ${values.left} ${PAGE.written(now.left)}, ${values.right} ${PAGE.written(now.right)}. Verdict: ${found.verdict}.`;
  });
})();
