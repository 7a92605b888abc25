// A row of classes from the formulas of one class at a time: the sums that crossent.families.class_readings runs.
"use strict";

const ROWS = (() => {
  function ofIndex(f, y, z) {
    const odds = z.map((z_j) => f.odds(z_j, z[y]));
    const s = V.total(odds.filter((_, j) => j !== y));
    const p = f.probability(s);
    const gradient = odds.map((odds_j, j) => (j === y ? f.gradient_own(s, p) : f.gradient_other(odds_j, p)));
    return { nll: f.nll(s), gradient, hessian: curvature(f, y, odds, s, p, 1) };
  }
  function ofRow(f, q, z) {
    const first = z.indexOf(Math.max(...z));
    const most = q.indexOf(Math.max(...q));
    const odds = z.map((z_j) => f.odds(z_j, z[first]));
    const s = V.total(odds.filter((_, j) => j !== first));
    const [p, spread, total] = [f.probability(s), f.nll(s), V.total(q)];
    odds[first] = 1;
    const parts = q.map((q_j, j) =>
      (j === most ? f.part_most : f.part)(q_j, total, z[first] - z[j], spread, odds[j], s, p));
    const gradient = q.map((q_j, j) =>
      j === first ? f.residual_most(q_j, total, s, p) : f.residual(q_j, total, odds[j], s, p));
    return { nll: V.total(parts), gradient, hessian: curvature(f, first, odds, s, p, total) };
  }
  const curvature = (f, own, odds, s, p, total) =>
    odds.map((odds_j, j) => total * (j === own ? f.hessian_own(s, p) : f.hessian_other(odds_j, p)));

  return { ofIndex, ofRow };
})();
