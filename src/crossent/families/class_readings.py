"""A whole row of classes from a `ClassFormulas`, in the plain, symbolic or exact reading.

The kernels do the same with the same formulas, compiled; so these few lines are what kernels are tested against, and
what derivations are made of. Rows are sequences: of floats, mpmath numbers or SymPy symbols.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crossent.kernels.classes import ClassFormulas


@dataclass(frozen=True)
class Row:
    """The loss of one row, its gradient by the logits, and its Hessian."""

    nll: Any
    gradient: list[Any]
    hessian: list[list[Any]]

    @property
    def diagonal(self) -> list[Any]:
        return [self.hessian[j][j] for j in range(len(self.hessian))]


def read_index(formulas: ClassFormulas, y: int, z: Sequence[Any]) -> Row:
    """The target is class y."""
    odds = [formulas.odds(z_j, z[y]) for z_j in z]
    s = sum(odds[:y] + odds[y + 1 :])
    p = formulas.probability(s)
    gradient = [formulas.gradient_other(odds_j, p) for odds_j in odds]
    gradient[y] = formulas.gradient_own(s, p)
    return Row(formulas.nll(s), gradient, _hessian(formulas, y, odds, s, p, 1))


def read_row(formulas: ClassFormulas, q: Sequence[Any], z: Sequence[Any], *, reference: int, most: int) -> Row:
    """The target is the row q, `most` the place of its largest; `reference` the likeliest class."""
    odds = [formulas.odds(z_j, z[reference]) for z_j in z]
    s = sum(odds[:reference] + odds[reference + 1 :])
    p, spread, total = formulas.probability(s), formulas.nll(s), sum(q)
    odds[reference] = 1
    parts = [
        (formulas.part_most if j == most else formulas.part)(q_j, total, z[reference] - z[j], spread, odds[j], s, p)
        for j, q_j in enumerate(q)
    ]
    gradient = [formulas.residual(q_j, total, odds_j, s, p) for q_j, odds_j in zip(q, odds, strict=True)]
    gradient[reference] = formulas.residual_most(q[reference], total, s, p)
    return Row(sum(parts), gradient, _hessian(formulas, reference, odds, s, p, total))


def read_given(formulas: ClassFormulas, q: Sequence[Any], probs: Sequence[Any], *, most: int) -> Any:
    """The loss of the row q from probabilities as they are given."""
    total = sum(q)
    parts = [
        (formulas.part_given_most if j == most else formulas.part_given)(q_j, total, p_j)
        for j, (q_j, p_j) in enumerate(zip(q, probs, strict=True))
    ]
    return sum(parts) + formulas.rest_given(total, 1 - sum(probs))


def _hessian(formulas: ClassFormulas, own: int, odds: list[Any], s: Any, p: Any, total: Any) -> list[list[Any]]:
    shares = [p if j == own else odds_j * p for j, odds_j in enumerate(odds)]
    rows = [[-a * b * total for a in shares] for b in shares]
    for j, odds_j in enumerate(odds):
        rows[j][j] = total * (formulas.hessian_own(s, p) if j == own else formulas.hessian_other(odds_j, p))
    return rows
