"""Chunks cut and joined anew, by row number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from crossent.fitting.chunks import CHUNK, Chunk


def regrouped(parts: Iterable[Chunk]) -> Iterator[Chunk]:
    """The same rows, in chunks of CHUNK rows but the last."""
    waiting: list[Chunk] = []
    held = start = 0
    for chunk in parts:
        while held + chunk.rows >= CHUNK:
            head, chunk = _cut(chunk, CHUNK - held)
            yield joined([*waiting, head], start)
            start += CHUNK
            waiting, held = [], 0
        if chunk.rows:
            waiting.append(chunk)
            held += chunk.rows
    if waiting:
        yield joined(waiting, start)


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


def joined(parts: Sequence[Chunk], row: int) -> Chunk:
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
