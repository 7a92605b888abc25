PAGE.section("logits", ({ y, z, shift }, see) => {
  const p = F.sigmoid(z);
  const share = y ? p : 1 - p;
  const loss = F.bce_logits(y, z);
  const naive = F.bce(y, p);
  see.number("sigmoid", p);
  see.number("softmax", F.softmax([shift, z + shift])[1]);
  see.number("loss", loss);
  see.number("rows_loss", ROWS.ofIndex(FAMILIES.categorical.formulas, y, [shift, z + shift]).nll);
  see.number("naive", naive);
  see.number("lost", share);
  if (!Number.isFinite(naive)) return `The loss is ${PAGE.written(loss)}, but 1 − p has rounded to 0, so the formula in p says ∞. Training on logits never meets this.`;
  const off = Math.abs(naive - loss);
  if (off > 1e-9 * loss) return `The loss is ${PAGE.written(loss)}; from p it comes out as ${PAGE.written(naive)}, already wrong in its leading digits by ${PAGE.written(off)}.`;
  return `From p or from z, the loss is ${PAGE.written(loss)}. Adding ${shift} to both scores changes nothing: only their difference counts. Push z towards 37 and beyond.`;
});
