"""A table of counts as the tests take it: whole numbers, no empty row or column, and what was done to get there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.arrays import to_numpy

LARGEST_TOTAL = 2**53  # beyond, float64 no longer tells neighbouring counts and their sums apart
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """Counts (r, c) with every margin above 0; notes say what was left out."""

    counts: Counts
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> list[int]:
        return [int(total) for total in self.counts.sum(axis=1)]

    @property
    def columns(self) -> list[int]:
        return [int(total) for total in self.counts.sum(axis=0)]

    @property
    def cells(self) -> list[int]:
        return [int(count) for count in self.counts.ravel()]

    @property
    def total(self) -> int:
        return int(self.counts.sum())

    @property
    def shape(self) -> tuple[int, int]:
        return self.counts.shape[0], self.counts.shape[1]

    def expected(self) -> NDArray[np.float64]:
        """Row total times column total over n: the counts to expect of independence."""
        rows, columns = self.counts.sum(axis=1), self.counts.sum(axis=0)
        return rows[:, None] * (columns / self.total)[None, :]


def read_table(table: Any) -> Table:
    """Check the counts and leave empty rows and columns out."""
    if isinstance(table, Table):
        return table
    values = to_numpy(table, "table")
    if values.ndim != 2 or 0 in values.shape:
        raise errors.table_not_two_way(values.shape)
    counts = read_counts(values, "table")
    kept_rows, kept_columns = np.asarray(counts.any(axis=1)), np.asarray(counts.any(axis=0))
    notes = (*_left_out("row", kept_rows), *_left_out("column", kept_columns))
    counts = np.ascontiguousarray(counts[kept_rows][:, kept_columns])
    if min(counts.shape) < 2:
        raise errors.table_too_small(counts.shape[0], counts.shape[1], dropped=len(notes))
    return Table(counts, notes)


def read_counts(values: NDArray[Any], argument: str) -> Counts:
    """Whole numbers, 0 or more, whatever number type they came in."""
    with np.errstate(invalid="ignore"):
        bad = ~(np.isfinite(values) & (values >= 0) & (values == np.floor(values)))
    if bad.any():
        index = tuple(int(i) for i in np.argwhere(bad)[0])
        raise errors.count_invalid(argument, index, values[index], int(bad.sum()), values.size)
    total = float(values.sum(dtype=np.float64))
    if total > LARGEST_TOTAL:
        raise errors.counts_too_large(argument, total, LARGEST_TOTAL)
    return values.astype(np.int64)


def _left_out(what: str, kept: NDArray[np.bool_]) -> tuple[str, ...]:
    empty = [str(i) for i in np.flatnonzero(~kept)]
    if not empty:
        return ()
    verb = "is" if len(empty) == 1 else "are"
    plural = "" if len(empty) == 1 else "s"
    return (f"{what}{plural} {', '.join(empty)} {verb} empty and left out",)
