(() => {
  const ruler = document.querySelector("#number_line .ruler");
  const shape = (kind, attributes, text) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", kind);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const again = PAGE.section("number_line", ({ q, p }, see) => {
    const width = Math.max(ruler.clientWidth, 200);
    const [entropy, kl, ce] = [F.entropy(q), F.divergence(q, p), F.bce(q, p)];
    see.number("entropy", entropy);
    see.number("kl", kl);
    see.number("ce", ce);
    const most = Math.max(2, Math.ceil(ce));
    const at = (x) => 10 + ((width - 50) * x) / most;
    const ticks = Array.from({ length: most + 1 }, (_, i) => i);
    const label = (x, words, y, kind) => {
      const near = Math.max(70, Math.min(width - 30, x));
      return shape("text", { x: near, y, class: kind, "text-anchor": "middle" }, words);
    };
    ruler.replaceChildren(
      shape("rect", { x: at(0), y: 42, width: at(entropy) - at(0), height: 24, rx: 3, class: "entropy" }),
      shape("rect", { x: at(entropy), y: 42, width: Math.max(0, at(ce) - at(entropy)), height: 24, rx: 3, class: "kl" }),
      shape("path", { d: `M ${at(0)} 34 V 28 H ${at(ce)} V 34`, class: "ce", fill: "none" }),
      label((at(0) + at(ce)) / 2, `H(q, p) = ${PAGE.written(ce)}`, 20, "ce"),
      shape("line", { x1: at(0), x2: at(most), y1: 78, y2: 78, class: "axis" }),
      ...ticks.map((i) => shape("line", { x1: at(i), x2: at(i), y1: 74, y2: 82, class: "axis" })),
      ...ticks.map((i) => shape("text", { x: at(i), y: 100, "text-anchor": "middle" }, i === most ? `${i} nats` : String(i))),
    );
    ruler.setAttribute("aria-label", `On a number line: entropy ${PAGE.written(entropy)}, then divergence ${PAGE.written(kl)}, together ${PAGE.written(ce)}`);
    return kl === 0 ? `The model says what is true: the divergence is 0 and the cross-entropy is the entropy, ${PAGE.written(entropy)}.`
      : `${PAGE.written(entropy)} + ${PAGE.written(kl)} = ${PAGE.written(ce)}. On hard labels the entropy is 0, and then cross-entropy and divergence are one number.`;
  });
  new ResizeObserver(again).observe(ruler);
})();
