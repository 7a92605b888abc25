"""Some of the rows of a table, as rows themselves: a copy in memory, or a mask over what streams by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.fitting.chunks import CHUNK, ArrayRows, Chunk, Rows

Mask = Callable[[slice], NDArray[np.bool_]]  # of row numbers to which of them are kept


def subset(rows: Rows, keep: Mask) -> Rows:
    """The rows that `keep` says. Of rows in memory a copy, so that they are as fast as all; of others a view."""
    if not isinstance(rows, ArrayRows):
        return SubsetRows(rows, keep)
    part = rows.part(np.flatnonzero(keep(slice(0, len(rows.target)))))
    return ArrayRows(
        rows.columns, part.target, np.ascontiguousarray(part.design), part.low, part.offset, part.fixed,
        part.frequency, part.weight, part.cluster, rows.name,
    )  # fmt: skip


@dataclass(frozen=True)
class SubsetRows:
    """A mask over streamed rows. What is kept is numbered anew, in chunks of CHUNK rows like any other table."""

    rows: Rows
    keep: Mask

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the table."""
        return self.rows.columns

    @property
    def name(self) -> str:
        """That of the table."""
        return self.rows.name

    def chunks(self) -> Iterator[Chunk]:
        """The rows that are kept, from the first on."""
        held: list[Chunk] = []
        count = start = 0
        for chunk in self.rows.chunks():
            kept = np.flatnonzero(self.keep(slice(chunk.row, chunk.row + chunk.rows)))
            if not len(kept):
                continue
            held.append(_taken(chunk, kept, 0))
            count += len(kept)
            while count >= CHUNK:
                whole = _joined(held, start)
                yield _taken(whole, np.arange(CHUNK), start)
                held = [_taken(whole, np.arange(CHUNK, count), 0)]
                start, count = start + CHUNK, count - CHUNK
        if count:
            yield _joined(held, start)


def _taken(chunk: Chunk, places: Any, row: int) -> Chunk:
    def of(values: Any) -> Any:
        return values[places] if isinstance(values, np.ndarray) and values.ndim else values

    return Chunk(
        row, of(chunk.target), of(chunk.design), of(chunk.low), of(chunk.offset), tuple(map(of, chunk.fixed)),
        of(chunk.frequency), of(chunk.weight), of(chunk.cluster),
    )  # fmt: skip


def _joined(chunks: list[Chunk], row: int) -> Chunk:
    def of(name: str) -> Any:
        return _concatenated([getattr(chunk, name) for chunk in chunks])

    fixed = tuple(_concatenated(list(each)) for each in zip(*(chunk.fixed for chunk in chunks), strict=True))
    columns = [of(name) for name in ("frequency", "weight", "cluster")]
    return Chunk(row, of("target"), of("design"), of("low"), of("offset"), fixed, *columns)


def _concatenated(parts: list[Any]) -> Any:
    return np.concatenate(parts) if isinstance(parts[0], np.ndarray) and parts[0].ndim else parts[0]
