"""Which rows are held out together: at random, in whole clusters, or block by block in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.fitting.chunks import Floats
from crossent.fitting.unconditional.sampled import hashed

Bools = NDArray[np.bool_]


class Folds(Protocol):
    """Splits of the rows: for each, the rows to learn from and those to predict."""

    @property
    def method(self) -> str:
        """In words."""
        ...

    def splits(self) -> Iterator[tuple[Bools, Bools]]:
        """(rows to learn from, rows to predict), as masks over all rows."""
        ...


@dataclass(frozen=True)
class RandomFolds:
    """Each row or cluster is held out once. `fold` is that of each row."""

    fold: NDArray[np.int64]
    folds: int
    method: str

    def splits(self) -> Iterator[tuple[Bools, Bools]]:
        """Fold by fold."""
        for k in range(self.folds):
            held = self.fold == k
            yield ~held, held


def random_folds(rows: int, folds: int, seed: int) -> RandomFolds:
    """Folds of equal size by the order of a hash of the row numbers: the same on every engine.

    >>> random_folds(6, 3, seed=0).fold
    array([1, 0, 0, 2, 1, 2])
    """
    _check(folds, rows, "rows")
    return RandomFolds(_dealt(rows, folds, seed), folds, f"{folds} folds")


def cluster_folds(codes: NDArray[np.int64], folds: int, seed: int, column: str) -> RandomFolds:
    """Folds of whole clusters: a cluster's rows are never on both sides."""
    distinct, places = np.unique(codes, return_inverse=True)
    _check(folds, len(distinct), f"a cluster of {column}")
    of_cluster = _dealt(len(distinct), folds, seed)
    return RandomFolds(of_cluster[places.reshape(-1)], folds, f"{folds} folds of whole clusters of {column}")


def _dealt(many: int, folds: int, seed: int) -> NDArray[np.int64]:
    order = np.argsort(hashed(np.arange(many), seed), kind="stable")
    fold = np.empty(many, np.int64)
    fold[order] = np.arange(many) % folds
    return fold


def _check(folds: int, groups: int, what: str) -> None:
    if folds < 2:
        raise errors.too_few_folds(folds)
    if groups < folds:
        raise errors.fewer_groups_than_folds(folds, groups, what)


@dataclass(frozen=True)
class ForwardChaining:
    """Blocks in order of time. The first is only learned from; each other is predicted from all that is earlier.

    Rows of one time stay together. Rows less than `gap` before a block, in units of time, are not learned from.
    """

    time: Floats
    starts: Floats  # the first time of each block that is predicted
    gap: float
    method: str

    def splits(self) -> Iterator[tuple[Bools, Bools]]:
        """Block by block, the past growing."""
        ends = [*self.starts[1:], np.inf]
        for start, end in zip(self.starts, ends, strict=True):
            earlier = self.time < start if self.gap == 0 else self.time < start - self.gap
            if not earlier.any():
                raise errors.gap_leaves_nothing(self.gap, int((self.time < start).sum()))
            yield earlier, (self.time >= start) & (self.time <= end if end == np.inf else self.time < end)


def forward_chaining(time: Any, folds: int, gap: float, column: str) -> ForwardChaining:
    """`folds` blocks to predict, of nearly equal size, after one to begin with.

    >>> chain = forward_chaining([0, 1, 2, 3, 4, 5], 2, gap=0, column="day")
    >>> [(learn.sum().item(), predict.sum().item()) for learn, predict in chain.splits()]
    [(2, 2), (4, 2)]
    """
    time = np.asarray(time, np.float64)
    if folds < 1:
        raise errors.too_few_folds(folds)
    order = np.sort(time)
    at = [len(order) * (k + 1) // (folds + 1) for k in range(folds)]
    starts = np.unique(order[at])
    if len(order) <= folds or len(starts) < folds or starts[0] == order[0]:
        raise errors.fewer_groups_than_folds(folds, len(np.unique(time)), f"a time of {column} of its own")
    with_gap = f", gap {gap:.12g}" if gap else ""
    return ForwardChaining(time, starts, gap, f"forward chaining in order of {column}{with_gap}")
