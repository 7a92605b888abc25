"""Rows of a table as the solver reads them: cut into chunks by the number of kept rows, however they were read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from crossent.fitting.chunks import CHUNK, ArrayRows, Chunk
from crossent.fitting.design.ahead import ahead
from crossent.fitting.design.design import Design
from crossent.fitting.design.learn import Learned, Options, learn
from crossent.fitting.design.reading import Reader
from crossent.fitting.design.tables import FileTable, Table, free_memory

SHARE_OF_MEMORY = 4  # a table is kept if it takes at most one part in so many of what is free


class TableRows:
    """The rows of a table by a design, read anew in every pass: flat memory, the same chunks whatever the batches."""

    def __init__(self, table: Table, design: Design, *, missing: str = "error", with_target: bool = True) -> None:
        self.table, self.design = table, design
        self.reader = Reader(design, missing=missing, with_target=with_target)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the design's columns."""
        return self.design.columns

    @property
    def name(self) -> str:
        """What to call the data."""
        return self.table.name

    def chunks(self) -> Iterator[Chunk]:
        """The kept rows, from the first on; all chunks but the last have CHUNK rows."""
        return ahead(self._chunks()) if self.table.is_slow else self._chunks()

    def _chunks(self) -> Iterator[Chunk]:
        self.reader.dropped = self.reader.weightless = 0
        waiting: list[Chunk] = []
        held = start = 0
        names = self.reader.columns or self.table.columns[:1]
        for batch in self.table.batches(names):
            chunk = self.reader.read(batch)
            while held + chunk.rows >= CHUNK:
                head, chunk = _cut(chunk, CHUNK - held)
                yield _joined([*waiting, head], start)
                start += CHUNK
                waiting, held = [], 0
            if chunk.rows:
                waiting.append(chunk)
                held += chunk.rows
        if waiting:
            yield _joined(waiting, start)

    def load(self, rows: int | None = None) -> ArrayRows:
        """The same chunks in one piece, in memory; `rows`, how many there are, saves half of the memory on the way."""
        chunks = self.chunks()
        first = next(chunks, None)
        if first is None or first.rows < CHUNK or rows is None:
            whole = _joined([first, *chunks], 0) if first is not None else self._nothing()
            return _in_memory(whole, self)
        parts = {each.name: _room(getattr(first, each.name), rows) for each in fields(Chunk) if each.name != "row"}
        lows = False
        for chunk in _chained(first, chunks):
            here = slice(chunk.row, chunk.row + chunk.rows)
            if chunk.low is not None and not lows:
                parts["low"], lows = np.zeros_like(parts["design"]), True
            for name, room in parts.items():
                _put(room, getattr(chunk, name), here)
        return _in_memory(Chunk(0, **parts), self)

    def whole(self) -> ArrayRows:
        """All rows at once, of a table that is one batch."""
        self.reader.dropped = self.reader.weightless = 0
        (batch,) = self.table.batches(self.reader.columns or self.table.columns[:1])
        return _in_memory(self.reader.read(batch), self)

    def _nothing(self) -> Chunk:
        return Chunk(0, np.empty(0), np.empty((0, len(self.columns))))


def _chained(first: Chunk, rest: Iterator[Chunk]) -> Iterator[Chunk]:
    yield first
    yield from rest


def _room(value: Any, rows: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_room(each, rows) for each in value)
    return np.empty((rows, *value.shape[1:]), value.dtype) if isinstance(value, np.ndarray) and value.ndim else value


def _put(room: Any, value: Any, here: slice) -> None:
    if isinstance(room, tuple):
        for each, part in zip(room, value, strict=True):
            _put(each, part, here)
    elif isinstance(room, np.ndarray) and room.ndim and value is not None:
        room[here] = value


def _in_memory(chunk: Chunk, rows: TableRows) -> ArrayRows:
    return ArrayRows(
        rows.columns, chunk.target, chunk.design, chunk.low, chunk.offset, chunk.fixed, chunk.frequency, chunk.weight,
        chunk.cluster, rows.name,
    )  # fmt: skip


def _cut(chunk: Chunk, rows: int) -> tuple[Chunk, Chunk]:
    if rows == chunk.rows:
        return chunk, _slice(chunk, slice(rows, None))
    return _slice(chunk, slice(None, rows)), _slice(chunk, slice(rows, None))


def _slice(chunk: Chunk, rows: slice) -> Chunk:
    def of(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(of, value))
        return value[rows] if isinstance(value, np.ndarray) and value.ndim else value

    return Chunk(chunk.row, *(of(getattr(chunk, each.name)) for each in fields(Chunk) if each.name != "row"))


def _joined(parts: Sequence[Chunk], row: int) -> Chunk:
    """One chunk of these; low parts that are all zero are left out, so that they do not depend on the batches."""
    if len(parts) == 1:
        (only,) = parts
        return replace(only, row=row, low=only.low if only.low is not None and only.low.any() else None)

    def of(values: Sequence[Any]) -> Any:
        if isinstance(values[0], tuple):
            return tuple(of(each) for each in zip(*values, strict=True))
        return np.concatenate(values) if isinstance(values[0], np.ndarray) and values[0].ndim else values[0]

    lows = [part.low for part in parts]
    if any(low is not None and low.any() for low in lows):
        lows = [np.zeros_like(part.design) if part.low is None else part.low for part in parts]
    else:
        lows = [None]
    joined = {
        each.name: of([getattr(part, each.name) for part in parts])
        for each in fields(Chunk)
        if each.name not in ("row", "low")
    }
    return Chunk(row, low=of(lows), **joined)


def file_rows(source: Any, options: Options, *, memory: int | None = None) -> tuple[TableRows | ArrayRows, Learned]:
    """The rows of files, and what was learned about them. In memory if they fit into `memory` bytes, else streamed.

    The chunks are the same, bit for bit. `memory` is a quarter of what is free, unless it is said.
    """
    memory = free_memory() // SHARE_OF_MEMORY if memory is None else memory
    table = FileTable(source, memory // 2)
    learned = learn(table, options)
    rows = TableRows(table, learned.design, missing=options.missing)
    if 8 * learned.rows * (len(rows.columns) + 4) > memory // 2:
        return rows, learned  # in passes, over what was kept if all of it was
    loaded = rows.load(learned.rows)
    table.forget()
    return loaded, learned
