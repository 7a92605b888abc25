"""Rows of a table as the solver reads them: cut into chunks by the number of kept rows, however they were read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np

from crossent.fitting.chunks import CHUNK, ArrayRows, Chunk, Rows
from crossent.fitting.design.ahead import ahead
from crossent.fitting.design.design import Design
from crossent.fitting.design.learn import Learned, Options, learn
from crossent.fitting.design.reading import Reader
from crossent.fitting.design.regroup import joined, regrouped
from crossent.fitting.design.spool import Spool, room_for
from crossent.fitting.design.tables import FileTable, Table, free_memory

SMALLEST_RATIO = 8  # of the memory that a table takes to the size of its files: not less than what compression saves
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
        names = self.reader.columns or self.table.columns[:1]
        return regrouped(map(self.reader.read, self.table.batches(names)))

    def load(self, rows: int | None = None) -> ArrayRows:
        """The same chunks in one piece, in memory; `rows`, how many there are, saves half of the memory on the way."""
        return loaded(self, rows)

    def whole(self) -> ArrayRows:
        """All rows at once, of a table that is one batch."""
        self.reader.dropped = self.reader.weightless = 0
        (batch,) = self.table.batches(self.reader.columns or self.table.columns[:1])
        return _in_memory(self.reader.read(batch), self)


def loaded(table: Rows, rows: int | None = None) -> ArrayRows:
    """The chunks of a table in one piece, in memory; `rows`: how many there are, if that is known."""
    chunks = table.chunks()
    first = next(chunks, None)
    if first is None or first.rows < CHUNK or rows is None:
        nothing = Chunk(0, np.empty(0), np.empty((0, len(table.columns))))
        return _in_memory(nothing if first is None else joined([first, *chunks], 0), table)
    parts = {each.name: _room(getattr(first, each.name), rows) for each in fields(Chunk) if each.name != "row"}
    lows = False
    for chunk in _chained(first, chunks):
        here = slice(chunk.row, chunk.row + chunk.rows)
        if chunk.low is not None and not lows:
            parts["low"], lows = np.zeros_like(parts["design"]), True
        for name, room in parts.items():
            _put(room, getattr(chunk, name), here)
    return _in_memory(Chunk(0, **parts), table)


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


def _in_memory(chunk: Chunk, rows: Rows) -> ArrayRows:
    return ArrayRows(
        rows.columns, chunk.target, chunk.design, chunk.low, chunk.offset, chunk.fixed, chunk.frequency, chunk.weight,
        chunk.cluster, rows.name,
    )  # fmt: skip


def file_rows(source: Any, options: Options, *, memory: int | None = None) -> tuple[Rows, Learned]:
    """The rows of files, and what was learned about them. In memory if they fit into `memory` bytes.

    Else in a scratch file, if the disk has room, since numbers are decoded only once then;
    or else from the files in each pass. The chunks are the same, bit for bit. `memory` is a quarter of what is free,
    unless it is said.
    """
    memory = free_memory() // SHARE_OF_MEMORY if memory is None else memory
    size = sum(file.path.stat().st_size for file in source.files)
    table = FileTable(source, memory // 2)
    spool = Spool(table.name, ()) if size > memory // SMALLEST_RATIO and room_for(size) else None
    learned = learn(table, options, spool)
    rows = TableRows(table, learned.design, missing=options.missing)
    fits = 8 * learned.rows * (len(rows.columns) + 4) <= memory // 2
    if spool is None:
        if not fits:
            return rows, learned  # in passes, over what was kept if all of it was
        kept = rows.load(learned.rows)
        table.forget()
        return kept, learned
    if not spool.filled:
        for _ in spool.write(rows.chunks()):
            pass
    spool.columns = rows.columns
    table.forget()
    return (loaded(spool, learned.rows) if fits else spool), learned
