"""A column of labels, as the few values it holds and which of them every row has.

Text is kept out of memory: once the values are known, polars compares with them while it reads, and hands over one
byte for each row. Values that turn up later are looked at, and reading goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent.data import columns, polars_batches

if TYPE_CHECKING:
    import polars as pl

    from crossent.data.files import DataFile

FEW = 16


@dataclass(frozen=True)
class Labels:
    """Row k holds ``levels[which[k]]``, or nothing where `which` is -1. Levels may be there that no row has."""

    levels: Sequence[Any]
    which: np.ndarray

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, row: int) -> Any:
        level = int(self.which[row])
        return None if level < 0 else self.levels[level]


class LabelReader:
    """Turns pieces of a column into labels, and remembers the values as long as they are few."""

    def __init__(self, column: str) -> None:
        self.column = column
        self.levels: tuple[Any, ...] = ()

    def read(self, series: pl.Series) -> Labels:
        """The labels of a piece."""
        series = columns.labels(series, self.column)
        which, found = self._compared(series)
        if found == len(series) - series.null_count():
            return Labels(self.levels, which)
        unique = series.drop_nulls().unique(maintain_order=True)
        values = unique.to_list()
        together = self.levels + tuple(value for value in values if value not in self.levels)
        if len(together) <= FEW and len(together) > len(self.levels):
            self.levels = together
            return Labels(together, self._compared(series)[0])
        numbers = polars_batches.numbers_below(len(values))
        return Labels(values, series.replace_strict(unique, numbers, default=-1).to_numpy())

    def _compared(self, series: pl.Series) -> tuple[np.ndarray, int]:
        # Comparing with a few values is quicker than looking up.
        which, found = np.zeros(len(series), np.int8), 0
        wanted = len(series) - series.null_count()
        for number, level in enumerate(self.levels, start=1):
            if found == wanted:
                break
            same = (series == level).fill_null(False)
            found += int(same.sum())
            which += same.to_numpy().view(np.int8) * np.int8(number)
        return which - np.int8(1), found


def stream(
    file: DataFile, positions: Sequence[int], place: int, column: str, is_text: bool, rows: int
) -> Iterator[tuple[list[pl.Series], Labels]]:
    """The columns at these positions as `polars_batches.stream` gives them, and the labels of the column at `place`."""
    reader, start, tried = LabelReader(column), 0, 0
    if file.kind == "parquet" and is_text:
        first = polars_batches.piece(file, place, 0, rows)
        if len(first) == rows:
            reader.read(first)
        while len(reader.levels) > tried:
            tried, unknown = len(reader.levels), 0
            for *series, numbers in polars_batches.stream(file, positions, rows, start, (place, reader.levels)):
                which = numbers.to_numpy()
                if which.min() == polars_batches.ANOTHER_VALUE:
                    unknown = len(which)
                    break
                yield series, Labels(reader.levels, which)
                start += len(which)
            if not unknown:
                return
            reader.read(polars_batches.piece(file, place, start, unknown))
    for *series, labels in polars_batches.stream(file, [*positions, place], rows, start):
        yield series, reader.read(labels)
