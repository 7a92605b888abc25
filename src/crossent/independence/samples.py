"""Rows kept of a stream: some in a row, for what looks at neighbours, and some spread over all, for what sorts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SAMPLE = 20_000

Floats = NDArray[np.float64]
Columns = Mapping[str, Floats]


@dataclass
class Window:
    """20,000 rows that follow each other: each full window of a stream is as likely as any other to be the one kept.

    >>> window = Window(seed=0, rows=3)
    >>> for start in range(0, 12, 4):
    ...     window.update({"y": np.arange(start, start + 4.0)}, start)
    >>> (window.kept()["y"] - window.first).tolist(), window.first % 3
    ([0.0, 1.0, 2.0], 0)
    """

    seed: int
    rows: int = SAMPLE
    first: int = 0
    _kept: list[Columns] = field(default_factory=list)
    _coming: list[Columns] = field(default_factory=list)

    def update(self, columns: Columns, first_row: int) -> None:
        """Add rows that follow those before them."""
        height = len(next(iter(columns.values())))
        row = first_row
        while row < first_row + height:
            number, end = row // self.rows, min((row // self.rows + 1) * self.rows, first_row + height)
            if self._taken(number):
                part = slice(row - first_row, end - first_row)
                self._coming.append({name: values[part].copy() for name, values in columns.items()})
                if end == (number + 1) * self.rows:
                    self._kept, self._coming, self.first = self._coming, [], number * self.rows
            row = end

    def kept(self) -> dict[str, Floats]:
        """The rows, of each column; of a stream shorter than a window, all of them."""
        return joined(self._kept or self._coming)

    def _taken(self, number: int) -> bool:
        return number == 0 or hashed(np.array([number]), self.seed)[0] / 2.0**64 < 1 / (number + 1)


@dataclass
class Spread:
    """20,000 rows drawn at random from all, in their order: those whose number has the smallest hash.

    >>> spread = Spread(seed=0, rows=4)
    >>> for start in range(0, 40, 8):
    ...     spread.update({"y": np.arange(start, start + 8.0)}, start)
    >>> kept = spread.kept()["y"]
    >>> len(kept), bool((np.diff(kept) > 0).all())
    (4, True)
    """

    seed: int
    rows: int = SAMPLE
    _keys: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    _numbers: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    _columns: dict[str, Floats] = field(default_factory=dict)

    def update(self, columns: Columns, first_row: int) -> None:
        """Add rows that follow those before them."""
        height = len(next(iter(columns.values())))
        numbers = np.arange(first_row, first_row + height)
        keys = hashed(numbers, self.seed)
        near = slice(None) if len(self._keys) < self.rows else np.flatnonzero(keys < self._keys.max())
        self._keys = np.concatenate([self._keys, keys[near]])
        self._numbers = np.concatenate([self._numbers, numbers[near]])
        before = self._columns or {name: np.empty(0) for name in columns}
        self._columns = {name: np.concatenate([before[name], columns[name][near]]) for name in columns}
        if len(self._keys) > self.rows:
            least = np.argpartition(self._keys, self.rows)[: self.rows]
            self._keys, self._numbers = self._keys[least], self._numbers[least]
            self._columns = {name: values[least] for name, values in self._columns.items()}

    def kept(self) -> dict[str, Floats]:
        """The rows, of each column."""
        order = np.argsort(self._numbers)
        return {name: values[order] for name, values in self._columns.items()}

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """Which rows they are."""
        return np.sort(self._numbers)


def hashed(numbers: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """64 bits for each number that look random (splitmix64: Steele, Lea and Flood 2014)."""
    with np.errstate(over="ignore"):
        z = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64((seed * 0xD1342543DE82EF95) % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def joined(parts: list[Columns]) -> dict[str, Floats]:
    """Pieces of columns, one after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in (parts[0] if parts else {})}
