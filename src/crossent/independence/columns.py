"""The cells of a column as float64: numbers, or the numbers of its levels; NaN where nothing stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.data import Batch
from crossent.data.typed import MISSING, NewLevels, floats, nothing, show

Floats = NDArray[np.float64]
MOST_LEVELS = 1000


@dataclass
class ColumnReader:
    """Reads one column of a table, batch after batch. What the first value is, number or text, all others must be.

    A target that breaks this raises; another column is then left out, and `refused` says why.
    """

    name: str
    is_target: bool = False
    levels: NewLevels | None = None
    is_truth: bool = False
    decided: bool = False
    refused: str = ""
    missing: int = 0
    rows: int = field(default=0, repr=False)

    def read(self, batch: Batch) -> Floats:
        """The column's values in this batch."""
        cells = batch.columns[self.name]
        self.rows += batch.height
        if self.refused:
            return np.full(batch.height, np.nan)
        if _is_moment(cells):
            return self._noted(batch, _moments(cells))
        if not self.decided:
            self._decide(cells)
        values = self._codes(batch, cells) if self.levels is not None else self._numbers(batch, cells)
        return self._noted(batch, values)

    @property
    def level_names(self) -> tuple[str, ...]:
        """The names of the levels by their number; () for numbers."""
        if self.levels is not None:
            return tuple(self.levels.texts)
        return ("false", "true") if self.is_truth else ()

    def _decide(self, cells: Any) -> None:
        gone = nothing(cells)
        if gone.all():
            return
        kind = str(cells.dtype)
        found = floats(cells, self.name) if _readable(cells) else None
        bad = np.ones(len(gone), np.bool_) if found is None else found.bad
        if bad is not None and bad[~gone][0]:
            self.levels = NewLevels()
        self.is_truth = kind in ("Boolean", "bool")
        self.decided = True

    def _numbers(self, batch: Batch, cells: Any) -> Floats:
        found = floats(cells, self.name)
        values = found.values
        if found.bad is not None:
            row = int(np.argmax(found.bad))
            if self.is_target:
                raise errors.target_mixed(batch.file, batch.row_in_file + row, self.name, show(cells, row))
            self.refused = f"numbers, and in row {batch.row + row:,} {show(cells, row)}"
            return np.full(batch.height, np.nan)
        infinite = found.infinite
        if infinite is not None:
            row = int(np.argmax(infinite))
            if self.is_target:
                raise errors.target_infinite(batch.file, batch.row_in_file + row, self.name)
            values = np.where(infinite, np.nan, values)
        return values if found.missing is None else np.where(found.missing, np.nan, values)

    def _codes(self, batch: Batch, cells: Any) -> Floats:
        assert self.levels is not None
        codes = self.levels.codes(cells, self.name)
        if len(self.levels.texts) > MOST_LEVELS:
            if self.is_target:
                raise errors.target_has_too_many_levels(self.name, MOST_LEVELS, self.rows, MOST_LEVELS)
            self.refused = f"text of more than {MOST_LEVELS:,} levels (an identifier?)"
        return np.where(codes == MISSING, np.nan, codes)

    def _noted(self, batch: Batch, values: Floats) -> Floats:
        gone = np.isnan(values)
        if not self.refused and gone.any():
            if self.is_target:
                raise errors.target_missing(batch.file, batch.row_in_file + int(np.argmax(gone)), self.name)
            self.missing += int(gone.sum())
        return values


def _readable(cells: Any) -> bool:
    """Whether the cells could be numbers at all: a column of text whose first value is a word is not read as such."""
    return isinstance(cells, np.ndarray) or not str(cells.dtype).startswith(("Duration", "List", "Struct"))


def _is_moment(cells: Any) -> bool:
    return not isinstance(cells, np.ndarray) and str(cells.dtype).startswith(("Date", "Time"))


def _moments(cells: Any) -> Floats:
    """Dates as numbers: what they are numbers of is of no account to any test."""
    import polars as pl

    return np.asarray(cells.cast(pl.Int64).cast(pl.Float64).fill_null(np.nan).to_numpy())
