(() => {
  const N = 24;
  PAGE.section("iid", ({ copies, drift }, see) => {
    const [first, second] = [0.5 - drift, 0.5 + drift];
    const effective = F.effective_rows(N, copies);
    const [claimed, actual] = [F.standard_error(0.5, N, 1), F.standard_error(0.5, N, copies)];
    const [pooled, separate, gap] = [F.entropy(0.5), F.mean([F.entropy(first), F.entropy(second)]), F.drift_cost(first, second)];
    see.number("n", N);
    see.number("effective", effective, effective.toFixed(1));
    see.number("claimed", claimed);
    see.number("actual", actual);
    see.number("pooled", pooled);
    see.number("separate", separate);
    see.number("gap", gap);
    const clumps = [];
    for (let row = 0; row < N; row += copies) {
      const clump = document.createElement("span");
      clump.className = "clump";
      const share = row < N / 2 ? first : second;
      const yes = ((row / copies) * 0.618034) % 1 < share;
      for (let i = row; i < Math.min(row + copies, N); i += 1) {
        const tile = document.createElement("span");
        tile.className = yes ? "tile yes" : "tile";
        tile.textContent = yes ? "1" : "0";
        clump.append(tile);
      }
      clumps.push(clump);
    }
    see.find("#clumps").replaceChildren(...clumps);
    const one = copies === 1 ? "The rows are independent: the standard error is what the formula says."
      : `The file has ${N} rows but only ${effective.toFixed(1)} rows’ worth of information; the true error is ${PAGE.written(actual)}, not ${PAGE.written(claimed)}.`;
    const two = drift === 0 ? "They share one p: the mean loss is one cross-entropy."
      : `One p for both halves costs ${PAGE.written(gap)} nats a row more than it needs to.`;
    return `${one} ${two}`;
  });
})();
