PAGE.section("one_row", ({ y, p }, see) => {
  const q = [1 - y, y];
  const predicted = [1 - p, p];
  const loss = F.ce(q, predicted);
  see.number("y", y);
  see.number("not_y", 1 - y);
  see.number("p", p, p.toFixed(2));
  see.number("not_p", 1 - p, (1 - p).toFixed(2));
  see.number("bce", F.bce(y, p));
  see.number("ce", loss);
  see.number("term_yes", F.term(y, p));
  see.number("term_no", F.term(1 - y, 1 - p));
  see.fade("yes", y === 0);
  see.fade("no", y === 1);
  return `Both give ${PAGE.written(loss)}: minus the logarithm of the ${(y ? p : 1 - p).toFixed(2)} that was predicted for what happened. The other term is multiplied by 0.`;
});
