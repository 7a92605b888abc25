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

    from crossent.data.labels import Labels

BATCH_ROWS = 32_768  # a few columns of them fit into a processor's cache, and one thread is quickest with them


@dataclass(frozen=True)
class Batch:
    """Some rows of one file: a polars Series for each name, and where they stand (rows are counted from 0)."""

    columns: dict[str, pl.Series]
    height: int
    file: str
    row_in_file: int
    row: int
    labels: Labels | None = None


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

    def batches(self, names: Iterable[str], rows: int = BATCH_ROWS, labels: str | None = None) -> Iterator[Batch]:
        """Stream these columns, about `rows` rows at a time, files one after the other, and one column as labels."""
        names = list(dict.fromkeys(names))
        before = 0
        for file, schema in zip(self.files, self._schemas, strict=True):
            inside = 0
            for series, found in _streamed(file, schema, names, labels, rows):
                height = len(series[0] if found is None else found)
                columns = dict(zip(names, series, strict=True))
                yield Batch(columns, height, file.name, inside, before + inside, found)
                inside += height
            before += inside


def _streamed(
    file: DataFile, schema: Sequence[tuple[str, pl.DataType]], names: Sequence[str], labels: str | None, rows: int
) -> Iterator[tuple[list[pl.Series], Labels | None]]:
    places = [column for column, _ in schema]
    positions = [places.index(name) for name in names]
    if labels is None:
        for series in polars_batches.stream(file, positions, rows):
            yield series, None
    else:
        from crossent.data.labels import stream  # NumPy is not imported before a file is read

        place = places.index(labels)
        is_text = str(schema[place][1]) == "String"
        yield from stream(file, positions, place, labels, is_text, rows)


@contextmanager
def open_source(paths: Iterable[str | os.PathLike[str]], separator: str | None = None) -> Iterator[Source]:
    """The files as one table, for as long as the context lasts."""
    with found_files(paths, separator) as files:
        yield Source(files)
