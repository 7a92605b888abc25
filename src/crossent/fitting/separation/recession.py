"""Separation: the directions in which no row's loss grows, found by linear programming and proved in whole numbers.

The cone of these directions is {0} (a finite maximum of the likelihood exists), or the estimate moves to infinity along
its relative interior (Rockafellar 1970, theorem 27.1; Geyer 2009; Konis 2007; for Poisson, Correia, Guimaraes and
Zylkin 2019). A direction in the relative interior meets with more than equality every demand that any direction does.
The rows whose demands are all met so are separated: their loss goes to 0 (the limit of their probability is 1), and
what the others leave undetermined is exactly the span of the cone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.fitting.chunks import Chunk, Floats, Rows
from crossent.fitting.separation import programs, rational
from crossent.fitting.separation.cone import Cone, Direction
from crossent.fitting.separation.constraints import AT_LEAST, EQUAL, NOTHING, block
from crossent.fitting.separation.wording import combination


@dataclass(frozen=True)
class Recession:
    """What the rows say about infinite estimates. Coefficients are predictor by predictor, the intercept first.

    `signs`: 1 for +inf, -1 for -inf, 0 for finite, None for undetermined. `finite_combinations` are those of the
    infinite and undetermined ones that have finite limits. In the fit on what `stays`, the coefficients at `dropped`
    are to be held at 0, since they are collinear with others there. `exact`: proved in whole numbers.
    """

    kind: str  # "none", "quasi" or "complete"
    exact: bool
    names: tuple[str, ...]
    signs: tuple[int | None, ...]
    direction: Floats | None = None  # in the relative interior, its largest entry 1
    finite_combinations: tuple[str, ...] = ()
    combinations: tuple[tuple[int, ...], ...] = ()  # the same as numbers, one for each coefficient
    dropped: tuple[int, ...] = ()
    separated: int = 0  # rows
    rows: int = 0  # with a demand
    demands: str = "binary"
    intercept: bool = True
    classes: int = 0
    whole_direction: tuple[int, ...] | None = field(default=None, repr=False)
    rough: float = field(default=0.0, repr=False)  # a speed below is 0, where the direction is known in floats only

    def left(self, chunk: Chunk) -> NDArray[np.bool_]:
        """Which demands of a chunk the limit still has: (n, 1), or (n, classes) with the classes not ruled out.

        A class that is ruled out has probability 0 in the limit. A row with a single class left is separated.
        """
        found = block(self.demands, chunk, self.intercept, self.classes)
        left = found.relation != NOTHING
        if self.direction is not None:
            exact = None if self.whole_direction is None else list(self.whole_direction)
            left &= ~((found.relation == AT_LEAST) & (found.signs(exact, self.direction, self.rough) > 0))
        if found.base is not None:
            left[np.arange(len(left)), found.base] = True
        return left

    def stays(self, chunk: Chunk) -> NDArray[np.bool_]:
        """Which rows of a chunk are not separated: the finite part of the estimate is theirs."""
        left = self.left(chunk)
        return left.sum(axis=1) > (1 if self.demands == "classes" else 0)  # type: ignore[no-any-return]


def find_separation(
    demands: str, rows: Rows, *, intercept: bool = True, classes: int = 0, names: tuple[str, ...] = ()
) -> Recession:
    """The verdict on `rows`; `demands` as `constraints.demands_of` says for a family and a link.

    Memory does not grow with the rows: programs see a few thousand of them, and every pass over all adds those that a
    direction breaks. Raises DataError (`errors.columns_collinear`) if some columns are a combination of others.

    >>> from crossent.fitting.chunks import ArrayRows
    >>> rows = ArrayRows(("dose",), np.array([0.0, 0.0, 1.0, 1.0]), np.array([[1.0], [2.0], [2.0], [3.0]]))
    >>> found = find_separation("binary", rows)
    >>> found.kind, found.signs, found.finite_combinations, found.separated
    ('quasi', (-1, 1), ('Intercept + 2*dose',), 2)
    """
    return _Search(demands, rows, intercept, classes, names).verdict()


class _Search(Cone):
    """The search, and what follows from the cone."""

    def verdict(self) -> Recession:
        span = self.span()
        every = self.orthogonal(np.ones(len(self.set.vectors), bool), lambda block: block.relation != NOTHING)
        if every:
            raise errors.columns_collinear(self.rows.name, *combination(every[0], self.names))
        given = (self.names, tuple(0 for _ in self.names))
        if not self.steps:
            return Recession("none", self.exact, *given, rows=self.count()[1], **self.shape())
        interior = self.interior()
        separated, total, left = self.tally(interior)
        _, pivots = rational.reduced(span)
        moved = [j for j in range(len(self.names)) if any(row[j] for row in span)]
        signs = [self.sign(j, interior) if j in moved else 0 for j in range(len(self.names))]
        finite = [row for row in self.finite(span, moved) if any(row)]
        return Recession(
            "quasi" if left else "complete", self.exact, self.names, tuple(signs), interior.rounded,
            tuple(combination(row, self.names)[0] for row in finite), tuple(tuple(row) for row in finite),
            tuple(pivots), separated, total, whole_direction=tuple(interior.whole) if interior.whole else None,
            rough=interior.rough, **self.shape(),
        )  # fmt: skip

    def shape(self) -> dict[str, Any]:
        return {"demands": self.demands, "intercept": self.intercept, "classes": self.classes}

    # -- what follows from the cone -----------------------------------------------------------------------------------
    def interior(self) -> Direction:
        """One direction that meets every demand with more than equality that any of the steps does."""
        total = self.steps[0]
        for step in self.steps[1:]:
            most = 0.0
            for each in self.blocks():
                first, second = each.speeds(total.rounded)[0], each.speeds(step.rounded)[0]
                at = (
                    (each.relation == AT_LEAST)
                    & (each.signs(total.whole, total.rounded, total.rough) > 0)
                    & (second < 0)
                    & (first > 0)
                )
                most = max(most, float((-second[at] / first[at]).max(initial=0)))
            factor = 2 ** int(np.ceil(np.log2(most + 1)) + 1)
            if total.whole is None or step.whole is None:
                both = factor * total.rounded + step.rounded
                total = self.in_floats(both)
            else:
                a, b = max(map(abs, total.whole)), max(map(abs, step.whole))
                pairs = zip(total.whole, step.whole, strict=True)
                whole = rational.of_fractions([factor * Fraction(x, a) + Fraction(y, b) for x, y in pairs])
                total = Direction(rational.floats(whole), whole)
        return total

    def tally(self, interior: Direction) -> tuple[int, int, bool]:
        """Rows that are separated, rows with a demand, and whether any demand is left; checks the direction again."""
        separated = total = 0
        left = False
        for each in self.blocks():
            asked = each.relation != NOTHING
            signs = each.signs(interior.whole, interior.rounded, interior.rough)
            good = np.where(each.relation == EQUAL, signs == 0, signs >= 0) | ~asked
            strict = (each.relation == AT_LEAST) & (signs > 0)
            stays = asked & ~strict
            if not good.all() or (stays != self.is_left(each)).any():
                self.exact = False
            total += int(asked.any(axis=1).sum())
            separated += int((asked.any(axis=1) & ~stays.any(axis=1)).sum())
            left = left or bool(stays.any())
        return separated, total, left

    def count(self) -> tuple[int, int]:
        return 0, sum(int((each.relation != NOTHING).any(axis=1).sum()) for each in self.blocks())

    def sign(self, j: int, interior: Direction) -> int | None:
        """+1 or -1 if the coefficient has this sign in all of the relative interior, else None."""
        value = interior.whole[j] if interior.whole else interior.rounded[j]
        if not value:
            return None
        s = 1 if value > 0 else -1
        cost = s * self.set.transform[j]
        cost = cost / abs(cost).max()
        while True:
            every = np.ones(len(self.set.vectors), bool)
            answer = programs.least(cost, self.set.scaled, self.set.equal)
            if answer.value >= -programs.NEAR:
                wanted = [s * (k == j) for k in range(len(self.names))]
                if self.exact:
                    self.exact = programs.proves(wanted, self.set.exact, self.set.equal, answer.multipliers)
                return s
            found = self.confirmed(
                answer, every, lambda block: block.relation != NOTHING, lambda whole, signs: s * whole[j] < 0
            )
            if found is not None:
                return None

    def finite(self, span: list[list[int]], moved: list[int]) -> list[list[int]]:
        """Combinations of the coefficients that move which no direction of the cone's span changes."""
        inner = rational.null_space([[row[j] for j in moved] for row in span], len(moved))
        made = []
        for row in inner:
            full = [0] * len(self.names)
            for place, j in enumerate(moved):
                full[j] = row[place]
            made.append(full)
        return made
