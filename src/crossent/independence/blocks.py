"""Blocks of consecutive rows: what a stream of any length needs to see whether its rows drift, in flat memory."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MOST_BLOCKS = 64
FIRST_WIDTH = 1024
SHOWN_BLOCKS = 16
MOST_SUMS, FIRST_SUMS_WIDTH = 2048, 16

Counts = NDArray[np.int64]


@dataclass
class Blocks:
    """How often each bin occurs in each block of rows. Blocks double in width when there would be more than 64.

    >>> blocks = Blocks()
    >>> blocks.update(np.zeros(3000, np.int64), 0)
    >>> blocks.update(np.ones(3000, np.int64), 3000)
    >>> blocks.width, blocks.table().sum(axis=1)
    (1024, array([1024, 1024, 1024, 1024, 1024,  880]))
    """

    width: int = FIRST_WIDTH
    counts: Counts = field(default_factory=lambda: np.zeros((MOST_BLOCKS, 1), np.int64))
    rows: int = 0

    def update(self, bins: NDArray[np.int64], first_row: int, kept: NDArray[np.bool_] | None = None) -> None:
        """Add the bins of rows that follow each other; rows that are not kept are passed over."""
        self.rows = first_row + len(bins)
        while self.rows > MOST_BLOCKS * self.width:
            self._double()
        self.widen(int(bins.max(initial=0)) + 1)
        where = np.arange(first_row, self.rows) // self.width
        flat = where * self.counts.shape[1] + bins
        found = np.bincount(flat if kept is None else flat[kept], minlength=self.counts.size)
        self.counts += found.reshape(self.counts.shape)

    def widen(self, bins: int) -> None:
        """Room for so many bins."""
        if bins > self.counts.shape[1]:
            self.counts = np.pad(self.counts, ((0, 0), (0, bins - self.counts.shape[1])))

    def merge_bins(self, new: NDArray[np.int64], bins: int) -> None:
        """Bin k becomes bin new[k]."""
        merged = np.zeros((MOST_BLOCKS, bins), np.int64)
        for old, to in enumerate(new):
            merged[:, to] += self.counts[:, old]
        self.counts = merged

    def table(self) -> Counts:
        """One line for each block that has begun."""
        return self.counts[: -(-self.rows // self.width)]

    def shown(self) -> tuple[Counts, int]:
        """At most 16 blocks, and their width."""
        table, width = self.table(), self.width
        while len(table) > SHOWN_BLOCKS:
            table = np.add.reduceat(table, np.arange(0, len(table), 2), axis=0)
            width *= 2
        return table, width

    def _double(self) -> None:
        halved = self.counts[::2] + self.counts[1::2]
        self.counts = np.concatenate([halved, np.zeros_like(halved)])
        self.width *= 2


@dataclass
class BlockSums:
    """Sum and sum of squares of each block of rows, less the first value: at most 2,048 blocks, which double in width.

    >>> blocks = BlockSums()
    >>> blocks.update(np.arange(40.0))
    >>> blocks.full()[0].tolist()
    [120.0, 376.0]
    """

    width: int = FIRST_SUMS_WIDTH
    rows: int = 0
    centre: float = 0.0
    sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(MOST_SUMS))
    squares: NDArray[np.float64] = field(default_factory=lambda: np.zeros(MOST_SUMS))

    def update(self, values: NDArray[np.float64]) -> None:
        """Add values of rows that follow those before them."""
        if not self.rows:
            self.centre = float(values[0])
        x = values - self.centre
        first, self.rows = self.rows, self.rows + len(x)
        while self.rows > MOST_SUMS * self.width:
            self.width *= 2
            for name in ("sums", "squares"):
                halved = getattr(self, name).reshape(-1, 2).sum(axis=1)
                setattr(self, name, np.concatenate([halved, np.zeros_like(halved)]))
        where = np.arange(first, self.rows) // self.width
        self.sums += np.bincount(where, x, MOST_SUMS)
        self.squares += np.bincount(where, x * x, MOST_SUMS)

    def full(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Those of the blocks that are full."""
        full = self.rows // self.width
        return self.sums[:full], self.squares[:full]
