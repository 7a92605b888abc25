(() => {
  const SMALLEST_NORMAL = 2 ** -1022;
  let now = {};
  const chart = PAGE.chart(document.querySelector("#why_log .chart"), {
    x: "rows n", y: "log₁₀ of the product",
    series: [{ label: "sum of logarithms", colour: "both" }, { label: "product", colour: "ink", width: 2, dash: [5, 5] }],
    xRange: () => [0, now.n], marks: () => [{ y: -307.65, colour: "quiet", dash: [2, 4], width: 1 }],
  });
  PAGE.section("why_log", ({ p, n }, see) => {
    now = { n };
    const counts = [];
    const products = [];
    const every = Math.max(1, Math.floor(n / 300));
    let product = 1;
    let first = 0;
    for (let i = 1; i <= n; i += 1) {
      product *= p;
      if (!first && product < SMALLEST_NORMAL) first = i;
      if (i % every === 0) {
        counts.push(i);
        products.push(product > 0 ? Math.log10(product) : null);
      }
    }
    const sum = F.log_likelihood(n, n, p);
    see.number("product", product, product > 0 ? undefined : "0");
    see.number("sum", sum);
    see.number("first", first, first ? first.toLocaleString("en") : `more than ${n.toLocaleString("en")}`);
    see.number("mean", F.term(1, p));
    chart.show([counts, counts.map((i) => F.log_likelihood(i, i, p) / Math.LN10), products],
      `After ${n} rows the sum of logarithms is ${PAGE.written(sum)}; the product is ${PAGE.written(product)}`);
    if (!first) return `After ${n.toLocaleString("en")} rows the product is still in range. Add rows, or lower p.`;
    const then = product === 0 ? "By now it is 0: every model looks alike." : "By now it is stuck at a few units of the last bit there is, and more rows no longer change it.";
    return `From row ${first.toLocaleString("en")} the product has fewer digits than it should. ${then} The sum of logarithms is ${PAGE.written(sum)}, with all its digits.`;
  });
})();
