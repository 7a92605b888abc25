"""Rows and the rows before them, over a stream: products of numbers, and how often one level follows another."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

MOST_LAGS = 20
LEVEL_LAGS = 5

Floats = NDArray[np.float64]


@dataclass
class LagProducts:
    """Sums of x_t x_(t + l) for lags 1 to 20, and of x and x^2; x is the value less the first one.

    >>> lags = LagProducts()
    >>> lags.update(np.array([1.0, 2.0, 3.0])); lags.update(np.array([4.0, 5.0, 6.0, 7.0, 8.0]))
    >>> lags.autocorrelations()[0].round(6)
    np.float64(0.625)
    """

    centre: float = 0.0
    rows: int = 0
    total: float = 0.0
    squares: float = 0.0
    products: Floats = field(default_factory=lambda: np.zeros(MOST_LAGS))
    head: Floats = field(default_factory=lambda: np.empty(0))
    tail: Floats = field(default_factory=lambda: np.empty(0))

    def update(self, values: Floats) -> None:
        """Add values that follow those before them."""
        if not self.rows:
            self.centre = float(values[0])
        x = values - self.centre
        self.total += float(x.sum())
        self.squares += float(x @ x)
        if len(self.head) < MOST_LAGS:
            self.head = np.concatenate([self.head, x])[:MOST_LAGS]
        joined, before = np.concatenate([self.tail, x]), len(self.tail)
        for lag in range(1, MOST_LAGS + 1):
            start = max(before, lag)
            if start < len(joined):
                self.products[lag - 1] += np.einsum("i,i", joined[start:], joined[start - lag : len(joined) - lag])
        self.tail = joined[-MOST_LAGS:]
        self.rows += len(x)

    def autocorrelations(self) -> Floats:
        """r_l = sum (x_t - m) (x_(t + l) - m) / sum (x_t - m)^2, for l = 1 to 20, or fewer for few rows."""
        n, lags = self.rows, min(MOST_LAGS, self.rows - 1)
        mean = self.total / n
        of_lag = np.arange(1, lags + 1)
        without_last = self.total - np.cumsum(self.tail[::-1])[:lags]
        without_first = self.total - np.cumsum(self.head)[:lags]
        covariance = self.products[:lags] - mean * (without_last + without_first) + (n - of_lag) * mean**2
        return np.asarray(covariance / (self.squares - n * mean**2))


@dataclass
class LagCounts:
    """How often level b stands l rows after level a, for lags 1 to 5.

    >>> lags = LagCounts(2)
    >>> lags.update(np.array([0, 1, 1])); lags.update(np.array([0]))
    >>> lags.counts[0].tolist(), lags.runs
    ([[0, 1], [1, 1]], 3)
    """

    levels: int
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros((LEVEL_LAGS, 1, 1), np.int64))
    tail: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    rows: int = 0

    def update(self, codes: NDArray[np.int64]) -> None:
        """Add levels that follow those before them; new levels may turn up."""
        self.levels = max(self.levels, int(codes.max(initial=0)) + 1)
        more = self.levels - self.counts.shape[1]
        if more > 0:
            self.counts = np.pad(self.counts, ((0, 0), (0, more), (0, more)))
        joined, before = np.concatenate([self.tail, codes]), len(self.tail)
        for lag in range(1, LEVEL_LAGS + 1):
            start = max(before, lag)
            if start < len(joined):
                pairs = joined[start - lag : len(joined) - lag] * self.levels + joined[start:]
                found = np.bincount(pairs, minlength=self.levels**2)
                self.counts[lag - 1] += found.reshape(self.levels, self.levels)
        self.tail = joined[-LEVEL_LAGS:]
        self.rows += len(codes)

    @property
    def runs(self) -> int:
        """Stretches of rows of one level."""
        return 1 + int(self.counts[0].sum() - np.trace(self.counts[0]))

    def rename(self, new: NDArray[np.int64], levels: int) -> None:
        """Level k becomes level new[k], of so many."""
        renamed = np.zeros((LEVEL_LAGS, levels, levels), np.int64)
        if self.rows:
            renamed[:, new[:, None], new[None, :]] = self.counts
            self.tail = new[self.tail]
        self.counts, self.levels = renamed, levels
