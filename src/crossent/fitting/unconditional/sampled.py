"""A sample of the rows that depends on their numbers alone: those whose hashed number is least. Samples merge."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crossent.fitting.chunks import Floats

SAMPLE = 2000  # rows


def hashed(numbers: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """A fixed pseudo-random number for each row number: SplitMix64 (Steele, Lea and Flood 2014)."""
    with np.errstate(over="ignore"):
        z = numbers.astype(np.uint64) + np.uint64(seed % (1 << 64)) * np.uint64(0xD1B54A32D192ED03)
        z = (z + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@dataclass
class RowSample:
    """The SAMPLE rows with the least hashes, and how many rows there were."""

    keys: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    values: Floats = field(default_factory=lambda: np.empty(0))
    repeats: Floats = field(default_factory=lambda: np.empty(0))  # how often each row was seen
    seen: int = 0

    def update(self, numbers: NDArray[np.int64], target: Floats, frequency: Floats | None) -> None:
        """Look at some rows."""
        keys = hashed(numbers, 0)
        few = keys < self.keys[-1] if len(self.keys) == SAMPLE else np.ones(len(keys), np.bool_)
        repeats = np.ones(int(few.sum())) if frequency is None else frequency[few]
        merged = self + RowSample(keys[few], target[few], repeats, len(target))
        self.keys, self.values, self.repeats, self.seen = merged.keys, merged.values, merged.repeats, merged.seen

    def __add__(self, other: RowSample) -> RowSample:
        keys = np.concatenate([self.keys, other.keys])
        values = np.concatenate([self.values, other.values])
        repeats = np.concatenate([self.repeats, other.repeats])
        first = np.argsort(keys, kind="stable")[:SAMPLE]
        return RowSample(keys[first], values[first], repeats[first], self.seen + other.seen)
