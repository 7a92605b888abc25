"""Tables to learn from: files, kept in memory where they fit, and columns that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from crossent import errors
from crossent.data import Batch, Source
from crossent.data.frames import THE_DATA
from crossent.data.typed import cells_of
from crossent.fitting.chunks import CHUNK


class Table(Protocol):
    """Columns of rows, read batch by batch and as often as needed."""

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

    @property
    def is_slow(self) -> bool:
        """True if a pass reads files."""
        ...

    def is_text(self, name: str) -> bool | None:
        """True if the column is stored as text, None if all columns are (CSV), so that its values must say it."""
        ...

    def batches(self, names: Iterable[str]) -> Iterator[Batch]:
        """These columns, from the first row on."""
        ...


class FileTable:
    """Files. What was read once is kept, if all of it fits into `memory` bytes, and else read again each time."""

    def __init__(self, source: Source, memory: int = 0, batch_rows: int = CHUNK) -> None:
        self.source = source
        self.name, self.columns, self.require = source.name, source.columns, source.require
        self._memory, self._rows = memory, batch_rows
        self._kept: tuple[tuple[str, ...], list[Batch]] | None = None

    def is_text(self, name: str) -> bool | None:
        """By the first file; a file of another kind beside it is read by the same rule."""
        if any(file.kind == "csv" for file in self.source.files):
            return None
        kind = self.source.dtype(name)
        return kind in ("String", "Categorical") or kind.startswith("Enum")

    @property
    def is_slow(self) -> bool:
        """True unless everything is in memory."""
        return self._kept is None

    def forget(self) -> None:
        """Give the memory back; from here on every pass reads the files."""
        self._kept, self._memory = None, 0

    def batches(self, names: Iterable[str]) -> Iterator[Batch]:
        """From memory, if a whole pass has left the columns there."""
        names = tuple(dict.fromkeys(names))
        if self._kept is not None and set(names) <= set(self._kept[0]):
            yield from self._kept[1]
            return
        kept: list[Batch] | None = [] if self._memory else None
        size = 0.0
        for batch in self.source.batches(names, self._rows):
            if kept is not None:
                size += sum(cells.estimated_size() for cells in batch.columns.values())
                kept.append(batch)
                if size > self._memory:
                    kept = None
            yield batch
        if kept is not None:
            self._kept = (names, kept)


class ColumnTable:
    """Columns that are in memory, as one batch. `named` limits it to some of them."""

    def __init__(self, columns: Mapping[str, Any], name: str = THE_DATA, named: Sequence[str] | None = None) -> None:
        self.name = name
        self._all = list(columns)
        wanted = self._all if named is None else named
        for column in wanted:
            self.require(column, "a predictor")
        self.cells = {column: cells_of(columns[column], column) for column in wanted}
        lengths = {column: len(cells) for column, cells in self.cells.items()}
        if len(set(lengths.values())) > 1:
            raise errors.design_lengths_differ(lengths.items())
        self.rows = next(iter(lengths.values()), len(columns[self._all[0]]) if self._all else 0)

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return self._all

    is_slow = False

    def require(self, name: str, purpose: str) -> None:
        """Raises unless there is a column of this name."""
        if name not in self._all:
            raise errors.column_unknown(self.name, purpose, name, self._all)

    def is_text(self, name: str) -> bool | None:
        """Arrays hold numbers; what holds text is a Series of it."""
        cells = self.cells[name]
        return not isinstance(cells, np.ndarray) and not (cells.dtype.is_numeric() or str(cells.dtype) == "Boolean")

    def batches(self, names: Iterable[str]) -> Iterator[Batch]:
        """All rows at once."""
        wanted = dict.fromkeys(name for name in names if name in self.cells)
        yield Batch({name: self.cells[name] for name in wanted}, self.rows, self.name, 0, 0)


def free_memory() -> int:
    """Bytes that are free, as far as the system says it; 1 GB if it does not."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        return 1 << 30  # no such file but on Linux
    return 1 << 30
