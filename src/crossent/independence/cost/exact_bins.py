"""Exact sums of float64 numbers by bin, of either sign: the same whatever the order of the rows or the batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

LIMB_BITS = 32
LOWEST_LIMB = -34  # 2^(-34 * 32) = 2^-1088, below the smallest float64
ROWS_AT_ONCE = 1 << 20  # so many 32-bit pieces add up to less than 2^53, where float64 still counts exactly
ROWS_BEFORE_CARRY = 1 << 30  # so many 32-bit pieces add up to less than 2^62
BINS_AT_ONCE = 1 << 16


@dataclass
class ExactBins:
    """For every window of 32 bits an array of integers, one for each bin: 8 bytes a bin and window in use.

    >>> bins = ExactBins()
    >>> bins.add(np.array([0, 1, 0, 0]), np.array([1e100, 0.5, 1.0, -1e100]))
    >>> bins.rounded(2)
    array([1. , 0.5])
    """

    limbs: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    rows: int = 0

    def add(self, codes: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        """Add each (finite) value to the bin of its code."""
        for start in range(0, len(codes), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            distinct, inverse = np.unique(codes[part], return_inverse=True)
            self._add(distinct, inverse.reshape(-1), values[part])

    def add_bins(self, other: ExactBins, codes: NDArray[np.int64]) -> None:
        """Add another's bins, the k-th of them to `codes[k]`, which are distinct."""
        self._count(other.rows)
        for limb, values in other.limbs.items():
            here = values[: len(codes)]
            self._room(limb, codes)[codes[: len(here)]] += here

    def integers(self, bins: int) -> Iterator[NDArray[Any]]:
        """The sums of the first `bins` bins as Python integers in units of 2^`unit_bits`, a block at a time."""
        lowest = self.lowest
        for start in range(0, bins, BINS_AT_ONCE):
            stop = min(start + BINS_AT_ONCE, bins)
            total = np.zeros(stop - start, object)
            for limb, values in self.limbs.items():
                here = values[start:stop].astype(object)
                total[: len(here)] += here << (LIMB_BITS * (limb - lowest))
            yield total

    @property
    def lowest(self) -> int:
        """The lowest window in use."""
        return min(self.limbs, default=0)

    @property
    def unit_bits(self) -> int:
        """The unit of `integers` is 2 to this."""
        return LIMB_BITS * self.lowest

    def rounded(self, bins: int) -> NDArray[np.float64]:
        """The sums of the first bins, each rounded once."""
        above, below = 1 << max(self.unit_bits, 0), 1 << max(-self.unit_bits, 0)
        parts = [np.array([value * above / below for value in block.tolist()]) for block in self.integers(bins)]
        return np.concatenate(parts) if parts else np.empty(0)

    def _add(self, distinct: NDArray[np.int64], inverse: NDArray[Any], values: NDArray[np.float64]) -> None:
        self._count(len(values))
        sign, rest = np.sign(values), np.abs(values)
        while (largest := rest.max(initial=0.0)) > 0:
            limb = max((int(np.frexp(largest)[1]) - 1) // LIMB_BITS, LOWEST_LIMB)
            piece = np.floor(np.ldexp(rest, -LIMB_BITS * limb))
            self._room(limb, distinct)[distinct] += np.bincount(inverse, sign * piece).astype(np.int64)
            rest = rest - np.ldexp(piece, LIMB_BITS * limb)

    def _room(self, limb: int, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        size = int(codes.max(initial=-1)) + 1
        held = self.limbs.setdefault(limb, np.zeros(size, np.int64))
        if len(held) < size:  # doubled, so that growing is cheap
            held = np.concatenate([held, np.zeros(max(size, 2 * len(held)) - len(held), np.int64)])
            self.limbs[limb] = held
        return held

    def _count(self, rows: int) -> None:
        self.rows += rows
        if self.rows >= ROWS_BEFORE_CARRY:
            self._carry()
            self.rows = rows

    def _carry(self) -> None:
        for limb in sorted(self.limbs):  # what the highest hands on is small, and is left where it comes to
            values = self.limbs[limb]
            carry = values >> LIMB_BITS
            values &= (1 << LIMB_BITS) - 1
            places = np.flatnonzero(carry)
            if len(places):
                self._room(limb + 1, places)[places] += carry[places]
