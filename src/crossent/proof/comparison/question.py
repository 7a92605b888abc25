"""A question: two sides on one ground, each with the reduction that is compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from mpmath import iv
from sympy import Expr, Integer

from crossent.proof.comparison.grounds import ROWS, Ground
from crossent.proof.comparison.side import Side
from crossent.proof.evidence.enclosed import Enclosed
from crossent.proof.language.symbols import CLASSES
from crossent.proof.rosetta import REDUCTIONS

LINEAR = ("none", "mean", "sum", "batchmean", "mean over rows and classes")


@dataclass(frozen=True)
class Question:
    """left and right as functions of (target, prediction) in the letters of the ground."""

    ground: Ground
    left: Side
    right: Side

    def formulas(self, hard: bool = False) -> tuple[Expr, Expr]:
        """Both sides at any target, hard ones included (with 0 log 0 = 0 where the letters are numbers)."""
        return self.read(self.left), self.read(self.right)

    def read(self, side: Side) -> Expr:
        return self.reduce(side, self.ground.read(side))

    def hard(self) -> list[tuple[str, Expr, Expr]]:
        """Each kind of hard target: words, left, right."""
        pairs = zip(self.ground.hard(self.left), self.ground.hard(self.right), strict=True)
        return [(words, self.reduce(self.left, a), self.reduce(self.right, b)) for (words, a), (_, b) in pairs]

    def reduce(self, side: Side, row: Any) -> Expr:
        """The owner's multiple of the mean over the rows, on one row, if the question names a reduction."""
        kind = self.reduction(side)
        return row if kind not in LINEAR[1:] else sympy.sympify(REDUCTIONS[kind](row, ROWS, self._classes()))

    def reduction(self, side: Side) -> str:
        if side.loss.reduction not in LINEAR:
            return side.loss.reduction
        asked = self.left.loss.asked_reduction or self.right.loss.asked_reduction
        return side.loss.reduction if asked and side.loss.reduction != "none" else "none"

    def _classes(self) -> Expr:
        return CLASSES if hasattr(self.ground, "q") else Integer(2)

    @property
    def identical(self) -> bool:
        """Whether both sides are one and the same expression: then they are equal wherever it has a value."""
        left, right = self.formulas()
        return bool(self.transforms[0] == self.transforms[1] and left == right)

    @property
    def of_rows(self) -> bool:
        """Whether one row says it all: no side is a curved function of the mean over the rows."""
        return self.transforms == ("mean", "mean")

    def of_two(self, place: int, one: Enclosed, other: Enclosed) -> Enclosed:
        """A side's value on a data set of two rows, from the values of the rows' losses."""
        kind, mean = self.transforms[place], (one + other) / 2
        if kind == "mean":
            return mean
        curved = {"sqrt of the mean": iv.sqrt, "exp of the mean": iv.exp, "half the log of the mean": _half_log}
        return Enclosed(curved[kind](mean.interval))

    @property
    def transforms(self) -> tuple[str, str]:
        """The increasing functions of the mean that the two sides are."""
        left, right = (self.reduction(side) for side in (self.left, self.right))
        return ("mean" if left in LINEAR else left, "mean" if right in LINEAR else right)


def _half_log(mean: Any) -> Any:
    return iv.log(mean) / 2
