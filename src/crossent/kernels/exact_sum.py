"""Sums without rounding: every float64, and every product of two, is a whole multiple of 2^-2148.

So a sum is a Python integer in that unit. Nothing is rounded until it is read, therefore nothing depends on the order
of the terms, on how they were split or on how many threads added them. Infinities and NaN are counted beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

UNIT_BITS = 2148  # the product of the two smallest float64, 2^-1074 each, is one unit
CHUNK_BITS = 32
CHUNKS = 136  # 136 * 32 bits reach from 2^-2148 beyond 2^40 products of the two largest float64
POSITIVE_SLOT, NEGATIVE_SLOT, NAN_SLOT, SLOTS = CHUNKS, CHUNKS + 1, CHUNKS + 2, CHUNKS + 3

BATCH = 1 << 20  # of 27-bit parts: their float64 sums stay below 2^53, hence exact
HALF = 27


@dataclass(frozen=True, slots=True)
class ExactSum:
    """A sum of float64 numbers or of products of two, exact.

    ``units`` times 2^-2148 is the sum of the finite terms; the others are counted. Sums merge with ``+``, compare with
    ``==``, can be pickled, and are rounded only when read, by `round` or `ratio`.

    >>> big = ExactSum.of([1e100, 1.0, -1e100])
    >>> big.round()
    1.0
    >>> ExactSum.ratio(big + ExactSum.of([1.0]), ExactSum.of([0.5], [6.0]))
    0.6666666666666666
    """

    units: int = 0
    positive_infinities: int = 0
    negative_infinities: int = 0
    nans: int = 0

    @classmethod
    def of(cls, values: ArrayLike, weight: ArrayLike | None = None) -> ExactSum:
        """The exact sum of ``values``, or of ``weight * values``; both are read as float64."""
        array = np.asarray(values, np.float64).ravel()
        factors = None if weight is None else np.asarray(weight, np.float64).ravel()
        if factors is not None and factors.shape != array.shape:
            factors = np.broadcast_to(factors, array.shape)
        total = cls()
        for start in range(0, array.size, BATCH):
            rows = slice(start, start + BATCH)
            total += _sum_batch(array[rows], None if factors is None else factors[rows])
        return total

    @classmethod
    def of_integer(cls, value: int) -> ExactSum:
        """The integer ``value``, such as a count of rows."""
        return cls(value << UNIT_BITS)

    @classmethod
    def from_accumulator(cls, accumulator: NDArray[np.int64]) -> ExactSum:
        """What a kernel has left: `CHUNKS` chunks of 32 bits with carries not yet passed on, then three counts."""
        chunks = accumulator[:CHUNKS]
        (places,) = chunks.nonzero()  # a handful, mostly
        units = 0
        for place, chunk in zip(places.tolist(), chunks[places].tolist(), strict=True):
            units += chunk << CHUNK_BITS * place
        return cls(units, *accumulator[CHUNKS:SLOTS].tolist())

    def __add__(self, other: ExactSum) -> ExactSum:
        if not isinstance(other, ExactSum):
            return NotImplemented
        return ExactSum(
            self.units + other.units,
            self.positive_infinities + other.positive_infinities,
            self.negative_infinities + other.negative_infinities,
            self.nans + other.nans,
        )

    def __neg__(self) -> ExactSum:
        return ExactSum(-self.units, self.negative_infinities, self.positive_infinities, self.nans)

    @property
    def finite(self) -> ExactSum:
        """The sum of the finite terms alone."""
        every = not (self.positive_infinities or self.negative_infinities or self.nans)
        return self if every else ExactSum(self.units)

    @property
    def unbounded(self) -> float:
        """0 if every term is finite; else what the infinite and undefined terms add up to."""
        if self.nans or (self.positive_infinities and self.negative_infinities):
            return math.nan
        return math.inf if self.positive_infinities else -math.inf if self.negative_infinities else 0.0

    def round(self) -> float:
        """The sum, correctly rounded to float64 (to nearest, ties to even; subnormal results and overflow too)."""
        return self.unbounded or _divide(self.units, 1 << UNIT_BITS)

    @staticmethod
    def ratio(a: ExactSum, b: ExactSum) -> float:
        """a / b, correctly rounded to float64; x/0, infinities and NaN as in IEEE 754, where a sum of 0 is +0."""
        above, below = a.unbounded, b.unbounded
        if above or below:
            sign = 1.0 if b.units >= 0 else -1.0
            if above and below:
                return math.nan
            return above * sign if above else _zero_over(below)
        if b.units == 0:
            return math.nan if a.units == 0 else math.inf if a.units > 0 else -math.inf
        return _divide(a.units, b.units)


def _zero_over(unbounded: float) -> float:
    return math.nan if math.isnan(unbounded) else 0.0


def _divide(numerator: int, denominator: int) -> float:
    """Python's integer division is correctly rounded, into the subnormal range too; only overflow raises."""
    try:
        return numerator / denominator
    except OverflowError:
        return math.inf if (numerator > 0) == (denominator > 0) else -math.inf


def _sum_batch(values: NDArray[np.float64], factors: NDArray[np.float64] | None) -> ExactSum:
    finite = np.isfinite(values)
    if factors is not None:
        with np.errstate(all="ignore"):
            product = values * factors
        finite = finite & np.isfinite(factors)  # an overflowing product of finite factors is finite here
        values = np.where(finite, values, product)
        factors = np.where(finite, factors, 1.0)
    if finite.all():
        return ExactSum(_sum_finite(values, factors))
    odd = values[~finite]
    units = _sum_finite(values[finite], None if factors is None else factors[finite])
    return ExactSum(units, int((odd == np.inf).sum()), int((odd == -np.inf).sum()), int(np.isnan(odd).sum()))


def _sum_finite(values: NDArray[np.float64], factors: NDArray[np.float64] | None) -> int:
    mantissa, exponent = _integers(values)
    if factors is None:
        return _sum_shifted(mantissa, exponent)
    other, shift = _integers(factors)
    exponent = exponent + shift
    high, low = mantissa >> HALF, mantissa & ((1 << HALF) - 1)
    other_high, other_low = other >> HALF, other & ((1 << HALF) - 1)
    return (
        _sum_shifted(high * other_high, exponent + 2 * HALF)
        + _sum_shifted(high * other_low + low * other_high, exponent + HALF)
        + _sum_shifted(low * other_low, exponent)
    )


def _integers(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """values = mantissa * 2^exponent, exactly, mantissa below 2^53 in size."""
    fraction, exponent = np.frexp(values)
    return np.ldexp(fraction, 53).astype(np.int64), exponent.astype(np.int64) - 53


def _sum_shifted(mantissa: NDArray[np.int64], exponent: NDArray[np.int64]) -> int:
    """The sum of mantissa * 2^exponent in units: one bin for each exponent, two exact float64 sums in each."""
    if not mantissa.size:
        return 0
    lowest = int(exponent.min())
    place = exponent - lowest
    high = np.bincount(place, weights=(mantissa >> HALF).astype(np.float64))
    low = np.bincount(place, weights=(mantissa & ((1 << HALF) - 1)).astype(np.float64))
    total = 0
    for j in np.flatnonzero((high != 0) | (low != 0)).tolist():
        total += ((int(high[j]) << HALF) + int(low[j])) << j
    shift = lowest + UNIT_BITS
    return total << shift if shift >= 0 else total >> -shift  # the bits below one unit are zeros of short mantissas
