"""Files as one table: the columns they share, streamed batch by batch with the number of every row."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crossent import errors
from crossent.data import polars_batches
from crossent.data.files import DataFile, found_files

if TYPE_CHECKING:
    import polars as pl

BATCH_ROWS = 131_072


@dataclass(frozen=True)
class Batch:
    """Some rows of one file: a polars Series for each name, and where they stand (rows are counted from 0)."""

    columns: dict[str, pl.Series]
    height: int
    file: str
    row_in_file: int
    row: int


class Source:
    """One or more files read as one table, as often as needed."""

    def __init__(self, files: Sequence[DataFile]) -> None:
        self.files = tuple(files)
        self._schemas = [polars_batches.schema(file) for file in files]

    @property
    def columns(self) -> list[str]:
        """The first file's columns, in its order; the other files must have those that are asked for."""
        return list(dict.fromkeys(name for name, _ in self._schemas[0]))

    @property
    def name(self) -> str:
        """What to call all of it."""
        first = self.files[0].name
        return first if len(self.files) == 1 else f"{first} and {len(self.files) - 1} more"

    def dtype(self, name: str) -> str:
        """The first file's type of a column, in polars' words."""
        return str(dict(self._schemas[0])[name])

    def is_numeric(self, name: str) -> bool:
        """True if the first file stores the column as numbers."""
        return dict(self._schemas[0])[name].is_numeric()

    def require(self, name: str, purpose: str) -> None:
        """Raises unless every file has exactly one column of this name."""
        for file, schema in zip(self.files, self._schemas, strict=True):
            counts = Counter(column for column, _ in schema)
            if name not in counts:
                raise errors.column_unknown(
                    file.name, purpose, name, list(counts), file.separator if file.kind == "csv" else None
                )
            if counts[name] > 1:
                raise errors.column_repeated(file.name, purpose, name, counts[name])

    def batches(self, names: Iterable[str], rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Stream these columns, about `rows` rows at a time, files one after the other."""
        names = list(dict.fromkeys(names))
        before = 0
        for file, schema in zip(self.files, self._schemas, strict=True):
            columns = [column for column, _ in schema]
            inside = 0
            for series in polars_batches.stream(file, [columns.index(name) for name in names], rows):
                height = len(series[0])
                yield Batch(dict(zip(names, series, strict=True)), height, file.name, inside, before + inside)
                inside += height
            before += inside


@contextmanager
def open_source(paths: Iterable[str | os.PathLike[str]], separator: str | None = None) -> Iterator[Source]:
    """The files as one table, for as long as the context lasts."""
    with found_files(paths, separator) as files:
        yield Source(files)
