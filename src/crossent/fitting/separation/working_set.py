"""Some of the rows' demands, enough of them to decide: linear programs run over these, and grow by what they miss."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.fitting.chunks import Floats
from crossent.fitting.separation import rational
from crossent.fitting.separation.constraints import AT_LEAST, EQUAL, Block, Relation

FIRST = 3_000  # demands to begin with
WORST = 40  # demands that a block adds in one pass


class WorkingSet:
    """Demands as vectors, in true units, as whole numbers, and in the units of the programs."""

    def __init__(self, width: int, predictors: int, intercept: bool) -> None:
        self.vectors: Floats = np.zeros((0, width * predictors))
        self.equal: NDArray[np.bool_] = np.zeros(0, bool)
        self.met: NDArray[np.bool_] = np.zeros(0, bool)  # with more than equality, by a direction that was found
        self.width, self.predictors, self.intercept = width, predictors, intercept
        self._seen: set[bytes] = set()
        self._exact: NDArray[Any] | None = None
        self.transform: Floats = np.eye(width * predictors)

    def add(self, vectors: Floats, equal: NDArray[np.bool_], met: NDArray[np.bool_] | None = None) -> int:
        """Add demands that are not there yet; how many these are."""
        new = []
        for i, (vector, kind) in enumerate(zip(vectors, equal, strict=True)):
            key = vector.tobytes() + bytes([bool(kind)])
            if key not in self._seen and vector.any():
                self._seen.add(key)
                new.append(i)
        if new:
            self.vectors = np.vstack([self.vectors, vectors[new]])
            self.equal = np.concatenate([self.equal, equal[new]])
            self.met = np.concatenate([self.met, np.zeros(len(new), bool) if met is None else met[new]])
            self._exact = None
        return len(new)

    @property
    def exact(self) -> NDArray[Any]:
        """The vectors as whole numbers, all times the same power of two."""
        if self._exact is None:
            self._exact = rational.whole(self.vectors)[0]
        return self._exact

    def scale(self, low: Floats, high: Floats) -> None:
        """Take as units what brings the columns from [low, high] to [-1, 1], or just to size 1 without an intercept."""
        middle = (low / 2 + high / 2) if self.intercept else np.zeros(self.width)
        size = np.maximum(abs(high - middle), abs(low - middle))
        size = np.where(size > 0, size, 1)
        if self.intercept:
            middle[0], size[0] = 0, 1
        one: Any = np.diag(1 / size)
        if self.intercept:
            one[0, 1:] = -middle[1:] / size[1:]
        self.transform = np.kron(np.eye(self.predictors), one)

    @property
    def scaled(self) -> Floats:
        """The vectors in the units of the programs."""
        return self.vectors @ self.transform

    def signs(self, direction: list[int]) -> NDArray[np.int8]:
        """The signs of the products with a direction, exactly."""
        made = rational.products(self.vectors, direction)
        return np.array([(v > 0) - (v < 0) for v in made], np.int8)


def first_sample(found: Iterable[Block], width: int, predictors: int, intercept: bool) -> WorkingSet:
    """Evenly spaced demands of every kind: all of them where they are few. One pass."""
    vectors, equal = [], []
    low, high = np.full(width, np.inf), np.full(width, -np.inf)
    for block in found:
        if len(block.x):
            low, high = np.minimum(low, block.x.min(axis=0)), np.maximum(high, block.x.max(axis=0))
        for kind in (EQUAL, AT_LEAST):
            for group in groups(block, block.relation == kind):
                chosen = spaced(len(group[0]), FIRST // 4)
                vectors.append(block.vectors(group[0][chosen], group[1][chosen]))
                equal.append(np.full(len(chosen), kind == EQUAL))
    made = WorkingSet(width, predictors, intercept)
    if vectors:
        every, kinds = np.vstack(vectors), np.concatenate(equal)
        for kind in (True, False):
            at = np.flatnonzero(kinds == kind)
            at = at[spaced(len(at), FIRST)]
            made.add(every[at], kinds[at])
    made.scale(np.where(np.isfinite(low), low, 0), np.where(np.isfinite(high), high, 0))
    return made


def groups(block: Block, wanted: NDArray[np.bool_]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """The (rows, places) wanted, apart by outcome: a rare one must not be missed."""
    rows, places = np.nonzero(wanted)
    outcome = block.sign[rows] if block.sign is not None else block.base[rows]  # type: ignore[index]
    return [(rows[outcome == value], places[outcome == value]) for value in np.unique(outcome)]


def spaced(count: int, most: int) -> NDArray[np.int64]:
    """At most `most` of the numbers below count, evenly spaced."""
    return np.arange(count) if count <= most else np.linspace(0, count - 1, most).astype(np.int64)


def worst(
    block: Block, breaks: NDArray[np.bool_], speed: Floats, relation: Relation
) -> tuple[Floats, NDArray[np.bool_]]:
    """Those demands of a block that are broken most."""
    rows, places = np.nonzero(breaks)
    size = abs(speed[rows, places]) / np.linalg.norm(block.x[rows], axis=1)
    chosen = np.argsort(-size, kind="stable")[:WORST]
    # and some of the others, which may be broken along other directions
    chosen = np.unique(np.concatenate([chosen, spaced(len(rows), WORST)]))
    rows, places = rows[chosen], places[chosen]
    return block.vectors(rows, places), relation[rows, places] == EQUAL
