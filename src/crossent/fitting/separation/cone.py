"""The search for the cone of directions in which no row's loss grows: program, proof, pass over the rows, repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossent.fitting.chunks import Floats, Rows
from crossent.fitting.separation import programs, rational
from crossent.fitting.separation.constraints import AT_LEAST, EQUAL, NOTHING, Block, blocks
from crossent.fitting.separation.working_set import first_sample, worst

EXACT_UP_TO = 50  # coefficients; with more, whole numbers grow too long, and floats decide
ROUGH = 1e-10  # of a speed in floats, in units in which direction and rows are at most 1


@dataclass(frozen=True)
class Direction:
    """In floats, and if it is known exactly in whole numbers; else a speed of at most `rough` is 0."""

    rounded: Floats
    whole: list[int] | None
    rough: float = 0.0


class Cone:
    """What was found of the cone: `steps` together lie in its relative interior; `exact` until a proof fails."""

    def __init__(self, demands: str, rows: Rows, intercept: bool, classes: int, names: tuple[str, ...]) -> None:
        self.demands, self.rows, self.intercept, self.classes = demands, rows, intercept, classes
        width = len(rows.columns) + intercept
        predictors = max(classes - 1, 1)
        one = ("Intercept",) * intercept + rows.columns
        blocks_of = tuple(f"{k}:{name}" for k in range(1, classes) for name in one)
        self.names = names or (blocks_of if classes else one)
        self.set = first_sample(self.blocks(), width, predictors, intercept)
        self.exact = width * predictors <= EXACT_UP_TO
        self.steps: list[Direction] = []

    def blocks(self) -> Iterator[Block]:
        return blocks(self.demands, self.rows, self.intercept, self.classes)

    # -- the parts of the search ---------------------------------------------------------------------------------------
    def span(self) -> list[list[int]]:
        """Find directions until there is none that meets more demands; then the span of the cone."""
        while True:
            left = ~self.set.met
            vectors, equal = self.set.scaled[left], self.set.equal[left]
            cost = -vectors[~equal].sum(axis=0) / max(1, (~equal).sum())
            answer = programs.least(cost, vectors, equal)
            if answer.value < -programs.NEAR / 10:
                found = self.confirmed(answer, left, self.is_left, _meets_more)
                if found is None:
                    continue
                if self.mark(found):
                    self.steps.append(found)
                    continue
                self.exact = False  # a direction that meets nothing more but by rounding: there is none
            if self.exact:
                total = [-int(v) for v in self.set.exact[left][~equal].sum(axis=0)] if (~equal).any() else []
                self.exact = programs.proves(total, self.set.exact[left], equal, answer.multipliers)
            size = len(self.set.vectors)
            span = self.orthogonal(left, self.is_left)
            if len(self.set.vectors) == size:
                return span

    def confirmed(
        self,
        answer: programs.Answer,
        chosen: NDArray[np.bool_],
        still: Callable[[Block], NDArray[np.bool_]],
        wanted: Callable[[list[int], NDArray[np.int8]], bool],
    ) -> Direction | None:
        """The direction, made exact and held against all rows; None if rows that break it were added instead."""
        found = self.as_direction(answer, chosen, wanted)
        broken = []
        for each in self.blocks():
            signs = each.signs(found.whole, found.rounded, found.rough)
            breaks = still(each) & np.where(
                each.relation == EQUAL, signs != 0, (each.relation == AT_LEAST) & (signs < 0)
            )
            if breaks.any():
                broken.append(worst(each, breaks, each.speeds(found.rounded)[0], each.relation))
        added = 0
        for vectors, equal in broken:
            added += self.set.add(vectors, equal, self.met_before(vectors, equal))
        if broken and not added:  # a direction right to rounding only
            self.exact = False
            return found
        return None if broken else found

    def as_direction(
        self, answer: programs.Answer, chosen: NDArray[np.bool_], wanted: Callable[[list[int], NDArray[np.int8]], bool]
    ) -> Direction:
        rounded = self.set.transform @ answer.direction
        if self.exact:
            vectors, equal = self.set.vectors[chosen], self.set.equal[chosen]
            speeds = self.set.scaled[chosen] @ answer.direction
            tiny = abs(answer.direction) < 1e-9
            tiny[:: self.set.width] &= not self.intercept
            near = np.where(tiny, 0.0, rounded)
            for whole in programs.in_whole_numbers(near, speeds, vectors, self.set.exact[chosen]):
                signs = self.set.signs(whole)[chosen]
                if not (signs[equal] != 0).any() and not (signs[~equal] < 0).any() and wanted(whole, signs):
                    return Direction(rational.floats(whole), whole)
            self.exact = False
        rounded = self.set.transform @ self.cleaned(answer.direction, self.set.scaled[chosen])
        return self.in_floats(rounded)

    def in_floats(self, rounded: Floats) -> Direction:
        """With its largest entry 1, and speeds taken for 0 that are, in the programs' units."""
        most = abs(np.linalg.solve(self.set.transform, rounded)).max()
        largest = abs(rounded).max()
        return Direction(rounded / largest, None, ROUGH * most / largest)

    def cleaned(self, direction: Floats, vectors: Floats) -> Floats:
        """The direction without the program's tolerance: across the demands that it seems to meet with equality."""
        active = vectors[abs(vectors @ direction) <= programs.NEAR]
        active = active[programs.independent(active)]
        if len(active):
            basis = np.linalg.qr(active.T)[0]
            for _ in range(2):
                direction = direction - basis @ (basis.T @ direction)
        return direction

    def mark(self, step: Direction) -> bool:
        """Demands that a direction meets with more than equality count no longer; whether there are such."""
        met = self.met_by(step, self.set.vectors) & ~self.set.equal & ~self.set.met
        self.set.met |= met
        return bool(met.any())

    def met_by(self, step: Direction, vectors: Floats) -> NDArray[np.bool_]:
        if step.whole is None:
            return vectors @ step.rounded > step.rough
        return np.array([v > 0 for v in rational.products(vectors, step.whole)], bool)

    def met_before(self, vectors: Floats, equal: NDArray[np.bool_]) -> NDArray[np.bool_]:
        met = np.zeros(len(vectors), bool)
        for step in self.steps:
            met |= self.met_by(step, vectors)
        return met & ~equal

    def is_left(self, each: Block) -> NDArray[np.bool_]:
        """Demands of a block that no direction found so far meets with more than equality."""
        left = each.relation != NOTHING
        for step in self.steps:
            left &= ~((each.relation == AT_LEAST) & (each.signs(step.whole, step.rounded, step.rough) > 0))
        return left

    def orthogonal(self, chosen: NDArray[np.bool_], still: Callable[[Block], NDArray[np.bool_]]) -> list[list[int]]:
        """A basis of the vectors orthogonal to the chosen demands; rows that are not orthogonal to them are added."""
        basis = self.null_space(chosen)
        if not basis:
            return basis
        before = len(self.set.vectors)
        small = len(self.names) <= EXACT_UP_TO
        found = [Direction(rational.floats(v), v) if small else self.in_floats(rational.floats(v)) for v in basis]
        for each in self.blocks():
            left = still(each)
            for v in found:
                moves = left & (each.signs(v.whole, v.rounded, v.rough) != 0)
                if moves.any():
                    vectors, equal = worst(each, moves, each.speeds(v.rounded)[0], each.relation)
                    self.set.add(vectors[-5:], equal[-5:], self.met_before(vectors[-5:], equal[-5:]))
        if len(self.set.vectors) > before:
            grown = np.concatenate([chosen, np.ones(len(self.set.vectors) - before, bool)])
            return self.orthogonal(grown, still)
        return basis

    def null_space(self, chosen: NDArray[np.bool_]) -> list[list[int]]:
        width, scaled = self.set.vectors.shape[1], self.set.scaled[chosen]
        places = programs.independent(scaled)
        if width > EXACT_UP_TO:
            return programs.rough_null_space(scaled[places], self.set.transform)
        exact = self.set.exact[chosen]
        rows = [list(exact[i]) for i in places]
        basis = rational.null_space(rows, width) if rows else _unit(width)
        vectors = self.set.vectors[chosen]
        missed = [i for v in basis for i in np.flatnonzero([p != 0 for p in rational.products(vectors, v)])[:1]]
        return rational.null_space(rows + [list(exact[i]) for i in missed], width) if missed else basis


def _meets_more(whole: list[int], signs: NDArray[np.int8]) -> bool:
    return bool((signs > 0).any())


def _unit(width: int) -> list[list[int]]:
    return [[int(i == j) for j in range(width)] for i in range(width)]
