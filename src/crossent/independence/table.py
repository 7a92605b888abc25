"""Rows as the battery reads them, wherever they come from: files, or columns that are in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import numpy as np

from crossent import errors
from crossent.data import Batch
from crossent.data.frames import THE_DATA

ROWS = 32_768


class Table(Protocol):
    """Columns of rows, streamed batch by batch. A `data.Source` is one."""

    @property
    def name(self) -> str:
        """What to call it."""
        ...

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        ...

    def require(self, name: str, purpose: str) -> None:
        """Raises unless there is exactly one column of this name."""
        ...

    def batches(self, names: Iterable[str]) -> Iterator[Batch]:
        """These columns, from the first row on."""
        ...


class ColumnsInMemory:
    """Columns that are in memory, perhaps in another order of rows."""

    def __init__(self, cells: Mapping[str, Any], name: str = THE_DATA, order: Any = None) -> None:
        self.name, self._cells, self._order = name, dict(cells), order
        self.rows = len(next(iter(self._cells.values())))

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return list(self._cells)

    def require(self, name: str, purpose: str) -> None:
        """Raises unless there is a column of this name."""
        if name not in self._cells:
            raise errors.column_unknown(self.name, purpose, name, self._cells)

    def batches(self, names: Iterable[str]) -> Iterator[Batch]:
        """Slices of the columns."""
        names = list(dict.fromkeys(names))
        for start in range(0, self.rows, ROWS):
            rows: Any = slice(start, start + ROWS)
            if self._order is not None:
                rows = self._order[rows]
            columns = {name: self._cells[name][rows] for name in names}
            height = min(ROWS, self.rows - start)
            yield Batch(columns, height, self.name, start, start)


def in_memory(table: Table, names: Iterable[str], order: Any = None) -> ColumnsInMemory:
    """These columns of a table, whole, in the given order of rows."""
    import polars as pl

    names = list(dict.fromkeys(names))
    parts: dict[str, list[Any]] = {name: [] for name in names}
    for batch in table.batches(names):
        for name in names:
            parts[name].append(batch.columns[name])
    cells = {
        name: np.concatenate(found) if isinstance(found[0], np.ndarray) else pl.concat(found)
        for name, found in parts.items()
    }
    return ColumnsInMemory(cells, table.name, order)
