PAGE.section("three_classes", ({ y, z0, z1, z2 }, see) => {
  const z = [z0, z1, z2];
  const softmax = F.softmax(z);
  const sigmoids = F.sigmoids(z);
  const q = z.map((_, j) => Number(j === y));
  const loss = ROWS.ofIndex(FAMILIES.categorical.formulas, y, z).nll;
  z.forEach((_, j) => {
    see.number(`softmax_${j}`, softmax[j]);
    see.number(`sigmoid_${j}`, sigmoids[j]);
    PAGE.bar(see.find(`[data-bar=softmax_${j}]`), softmax[j]);
    PAGE.bar(see.find(`[data-bar=sigmoid_${j}]`), sigmoids[j]);
  });
  const [whole, apart] = [V.total(softmax), V.total(sigmoids)];
  see.number("softmax_sum", whole, whole.toFixed(4));
  see.number("sigmoid_sum", apart, apart.toFixed(4));
  see.number("ce", loss);
  see.number("binary", F.binary_sum(q, z));
  return `The softmax sums to 1; the sigmoids sum to ${apart.toFixed(2)}. Two different predictions, so two different losses: ${PAGE.written(loss)} and ${PAGE.written(F.binary_sum(q, z))}. Use softmax when exactly one class happens, sigmoids when any number of labels may.`;
});
