"""Drift of many rows: counts and moments of bins of rows by their number, added in any order."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.independence.drift.blocks import block_cells_test, block_counts_test
from crossent.independence.drift.change import change_of_sums
from crossent.independence.order.states import LARGEST
from crossent.independence.order.tables import table_test
from crossent.independence.order.values import Floats
from crossent.independence.results import IidTest

BINS = 4_096  # bins double their width when there would be more
BLOCKS = 10


class _Bins:
    """Numbers for each bin of `width` rows: bin i has the rows i width to (i + 1) width - 1 of the whole series."""

    def __init__(self, fields: int, dtype: Any) -> None:
        self.width, self.rows = 1, 0
        self.sums: NDArray[Any] = np.zeros((0, fields), dtype)
        self.sizes: NDArray[np.int64] = np.zeros(0, np.int64)
        self.next = 0  # the row that comes next

    def _room(self, last_row: int) -> None:
        while last_row // self.width >= BINS:
            self._coarser()
        short = last_row // self.width + 1 - len(self.sizes)
        if short > 0:
            self.sums = np.concatenate((self.sums, np.zeros((short, self.sums.shape[1]), self.sums.dtype)))
            self.sizes = np.concatenate((self.sizes, np.zeros(short, np.int64)))

    def _coarser(self) -> None:
        if len(self.sizes) % 2:
            self.sums = np.concatenate((self.sums, np.zeros((1, self.sums.shape[1]), self.sums.dtype)))
            self.sizes = np.append(self.sizes, 0)
        self.sums = self.sums[0::2] + self.sums[1::2]
        self.sizes = self.sizes[0::2] + self.sizes[1::2]
        self.width *= 2

    def _starts(self, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Bins that the next `count` rows touch, and where in the batch each begins."""
        self._room(self.next + count - 1)
        bins = np.arange(self.next // self.width, (self.next + count - 1) // self.width + 1)
        starts = np.maximum(bins * self.width - self.next, 0)
        self.sizes[bins] += np.diff(np.append(starts, count))
        self.next, self.rows = self.next + count, self.rows + count
        return bins, starts

    def _joined(self, other: Any, both: Any) -> Any:
        for part in (self, other):
            if part.rows:
                both._room(max(both.next, part.next) - 1)
                while both.width < part.width:
                    both._coarser()
                both._room(max(both.next, part.next) - 1)
                places = np.arange(len(part.sizes)) * part.width // both.width
                np.add.at(both.sums, places, part.sums)
                np.add.at(both.sizes, places, part.sizes)
                both.next, both.rows = max(both.next, part.next), both.rows + part.rows
        over = both.sizes > both.width
        if over.any():
            raise errors.states_overlap(int(np.argmax(over)) * both.width)
        return both

    def _blocks(self, blocks: int, column: str) -> list[slice]:
        """Bins of about equal numbers of rows; those of a block follow each other."""
        used = np.flatnonzero(self.sizes)
        if len(used) < 2 * blocks:
            raise errors.blocks_invalid(column, blocks, self.rows)
        cuts = np.searchsorted(np.cumsum(self.sizes), np.arange(1, blocks) * self.rows / blocks)
        edges = [0, *(int(cut) + 1 for cut in cuts), len(self.sizes)]
        return [slice(low, high) for low, high in pairwise(edges)]


class BinCounts(_Bins):
    """Counts of levels (or of cells of values) in bins of rows: the drift of a column over all rows.

    `update(codes)` takes numbers below `levels`, in order; `start` is the number of the first row it will get. States
    of parts are added in any order. At most 4,096 bins, whose width doubles.

    >>> left, right = BinCounts(2), BinCounts(2, start=8)
    >>> left.update(np.zeros(8, int)); right.update(np.ones(8, int))
    >>> (left + right).drift(blocks=2).p_value == 2 / 12870
    True
    """

    def __init__(self, levels: int, start: int = 0, column: str = "target") -> None:
        super().__init__(levels, np.int64)
        self.levels, self.next, self.column = levels, start, column

    def update(self, codes: Any) -> None:
        """Rows that follow those seen so far.

        Raises:
            DataError: a number that is none of a level.
        """
        y = np.asarray(codes).astype(np.int64)
        bad = (y < 0) | (y >= self.levels)
        if bad.any():
            row = int(np.argmax(bad))
            raise errors.series_level_invalid(self.column, self.next + row, float(y[row]), int(bad.sum()), len(y))
        if not len(y):
            return
        first = self.next
        bins, _ = self._starts(len(y))
        place = (first + np.arange(len(y))) // self.width - bins[0]
        counts = np.bincount(place * self.levels + y, minlength=len(bins) * self.levels)
        self.sums[bins] += counts.reshape(len(bins), self.levels)

    def __add__(self, other: BinCounts) -> BinCounts:
        if self.levels != other.levels:
            raise errors.states_differ(self.levels, other.levels, "levels")
        both: BinCounts = self._joined(other, BinCounts(self.levels, column=self.column))
        return both

    @property
    def counts(self) -> NDArray[np.int64]:
        """Rows of each level."""
        return np.asarray(self.sums.sum(axis=0))

    def table(self, blocks: int = BLOCKS) -> NDArray[np.int64]:
        """Counts of blocks x levels, the blocks of about equal numbers of rows."""
        if np.count_nonzero(self.counts) < 2:
            raise errors.series_constant(self.column, float(np.argmax(self.counts)))
        return np.stack([self.sums[block].sum(axis=0) for block in self._blocks(blocks, self.column)])

    def drift(self, blocks: int = BLOCKS) -> IidTest:
        """The test of blocks x levels of all rows; see `block_levels_test`."""
        return block_counts_test(self.table(blocks), self.column)

    def drift_of_cells(self, blocks: int = BLOCKS) -> IidTest:
        """The same where levels are cells of values in order; see `block_ks_test`."""
        return block_cells_test(self.table(blocks), self.column)

    def against(self, other: BinCounts) -> IidTest:
        """This sample's levels beside those of a reference; see `compare_levels`."""
        if self.levels != other.levels:
            raise errors.states_differ(self.levels, other.levels, "levels")
        table = np.stack((self.counts, other.counts))
        return table_test(table, "two samples", (self.column,), f"{self.rows:,} and {other.rows:,} rows")


class BinMoments(_Bins):
    """Sums and squares of values in bins of rows: the scan for a change over all rows.

    `pivot`, a value near the mean (the first row's by default), is subtracted first: give one to states that will be
    added. `start` is the number of the first row. States of parts are added in any order.

    >>> state = BinMoments()
    >>> state.update(np.repeat([0.0, 1.0], 50) + np.tile([0.0, 0.5], 50))
    >>> state.change_point().details["position"]
    50
    """

    def __init__(self, start: int = 0, pivot: float | None = None, column: str = "target") -> None:
        super().__init__(2, np.float64)
        self.next, self.pivot, self.column = start, pivot, column

    def update(self, batch: Any) -> None:
        """Rows that follow those seen so far.

        Raises:
            DataError: a value that is not finite.
        """
        x = np.asarray(batch, np.float64)
        bad = ~np.isfinite(x)
        if bad.any():
            row = int(np.argmax(bad))
            raise errors.series_value_not_finite(self.column, self.next + row, float(x[row]), int(bad.sum()), len(x))
        large = np.abs(x) > LARGEST
        if large.any():
            row = int(np.argmax(large))
            raise errors.series_value_too_large(self.column, self.next + row, float(x[row]))
        if not len(x):
            return
        if self.pivot is None:
            self.pivot = float(x[0])
        bins, starts = self._starts(len(x))
        x = x - self.pivot
        self.sums[bins, 0] += np.add.reduceat(x, starts)
        self.sums[bins, 1] += np.add.reduceat(x * x, starts)

    def __add__(self, other: BinMoments) -> BinMoments:
        if self.rows and other.rows and self.pivot != other.pivot:
            raise errors.states_differ(self.pivot, other.pivot, "the pivot")
        pivot = self.pivot if self.rows else other.pivot
        both: BinMoments = self._joined(other, BinMoments(pivot=pivot, column=self.column))
        return both

    def change_point(self, seed: int = 0) -> IidTest:
        """The scan for a change over the bins that are full; see `change_point_test`.

        Raises:
            DataError: fewer than 4 full bins, or a constant.
        """
        full = self.sizes == self.width
        sums, squares = self._values(full)
        if len(sums) < 4:
            raise errors.order_needs_rows(self.column, "a scan for a change", 4, self.rows)
        if (sums == sums[0]).all():
            raise errors.series_constant(self.column, float(sums[0]) / self.width)
        return change_of_sums(sums, squares, self.width, self.pivot or 0.0, self.column, seed=seed)

    def _values(self, full: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        return self.sums[full, 0], self.sums[full, 1]
