"""Chunks of rows in a scratch file: what was read once, and decoded, is read again at the speed of a disk's cache."""

from __future__ import annotations

import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from crossent import errors
from crossent.fitting.chunks import Chunk
from crossent.fitting.design.ahead import ahead

EXPANDED = 12  # how many times as large as a compressed file its numbers may be


@dataclass(frozen=True)
class Place:
    """Where an array lies in the file."""

    start: int
    shape: tuple[int, ...]
    dtype: Any


class Spool:
    """A temporary file of chunks, which nobody else sees and which is gone with this object."""

    def __init__(self, name: str, columns: tuple[str, ...]) -> None:
        self.name, self.columns = name, columns
        self._file = tempfile.TemporaryFile(prefix="crossent-")  # noqa: SIM115  (open as long as this object lives)
        weakref.finalize(self, self._file.close)
        self._lock = threading.Lock()
        self._index: list[dict[str, Any]] = []
        self.filled = False

    def write(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Hands the chunks on, and keeps a copy of each."""
        for chunk in chunks:
            self._index.append({each.name: self._put(getattr(chunk, each.name)) for each in fields(Chunk)})
            yield chunk
        self.filled = True

    def _put(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(self._put(each) for each in value)
        if not (isinstance(value, np.ndarray) and value.ndim):
            return value
        try:
            start = self._file.tell()
            self._file.write(np.ascontiguousarray(value).data)
        except OSError as reason:
            raise errors.scratch_full(tempfile.gettempdir(), reason.strerror or str(reason)) from None
        return Place(start, value.shape, value.dtype)

    def chunks(self) -> Iterator[Chunk]:
        """What was written, from the first chunk on."""
        return ahead(self._read())

    def _read(self) -> Iterator[Chunk]:
        for entry in self._index:
            yield Chunk(**{name: self._get(value) for name, value in entry.items()})

    def _get(self, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(self._get(each) for each in value)
        if not isinstance(value, Place):
            return value
        made = np.empty(value.shape, value.dtype)
        with self._lock:
            self._file.seek(value.start)
            self._file.readinto(made.data.cast("B"))  # type: ignore[attr-defined]
        return made


def room_for(size: int) -> bool:
    """Whether the scratch folder has room for the numbers of files of this size."""
    return shutil.disk_usage(tempfile.gettempdir()).free > EXPANDED * size
