"""Exact, mergeable sums that scoring needs beside the loss itself: of products, of integers, and by bin.

Everything that enters a result is such a sum and is rounded once, at the end; so the result cannot depend on batches,
threads, the order of rows or the file's format.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from crossent.kernels.exact_sum import ExactSum

LIMB_BITS = 32
LOWEST_LIMB = -34  # 2^(-34 * 32) = 2^-1088, below the smallest float64
ROWS_AT_ONCE = 1 << 20  # so many 32-bit pieces add up to less than 2^53, where float64 still counts exactly
ADDITIONS_BEFORE_CARRY = 512


def exact_sum(values: np.ndarray, weight: np.ndarray | None = None) -> ExactSum:
    """The exact sum of values, or of weight * values (weight at least 0), in one compiled pass."""
    from crossent.kernels import ExactSum

    if values.dtype.kind in "bui" and weight is None and values.dtype.itemsize <= 4:
        return ExactSum.of_integer(int(values.sum(dtype=np.int64)))
    if values.size < SMALL:
        return ExactSum.of(values, weight)
    from crossent.kernels import evaluate_rows

    values = np.ascontiguousarray(values, np.float64)
    return evaluate_rows(_identity(), values, values, weight=weight, double=True).total


SMALL = 4096


@cache
def _identity() -> Any:
    from crossent.kernels import RowFormulas

    return RowFormulas(name="identity", parameters=1, fixed=0, valid=_any, nll=_itself, gradient=None, hessian=None)


def _itself(y: Any, x: Any) -> Any:
    return x


def _any(y: Any, x: Any) -> Any:
    return x >= x


def exact_sum_of_squares(values: np.ndarray, weight: np.ndarray | None = None) -> ExactSum:
    """The exact sum of weight * values^2."""
    from crossent.kernels import ExactSum

    values = np.ascontiguousarray(values, np.float64)
    size = np.abs(values)
    if weight is None:
        return exact_sum(size, size)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        product, rest = _two_product(weight, size)
        safe = (product == 0) & ((weight == 0) | (size == 0)) | (product > SAFE_LOW) & (product < SAFE_HIGH)
    total = exact_sum(np.where(safe, product, 0.0), size)
    # The rest of a rounded product has either sign; its size goes into two sums of one sign each.
    for sign in (1.0, -1.0):
        part = exact_sum(size, np.where(safe & (rest * sign > 0), rest * sign, 0.0))
        total += part if sign > 0 else -part
    units = 1 << UNIT_BITS  # what three factors leave below this unit is dropped, each row by itself
    for w, v in zip(weight[~safe].tolist(), size[~safe].tolist(), strict=True):
        total += ExactSum(int(Fraction(w) * Fraction(v) ** 2 * units))
    return total


UNIT_BITS = 2148
SAFE_LOW, SAFE_HIGH = 2.0**-900, 2.0**990
SPLITTER = 2.0**27 + 1


def _two_product(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """a * b = product + rest, exactly (Dekker), where nothing overflows or underflows."""
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    return product, a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


def _halves(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Scaled down where the splitter would overflow; the product is out of the safe range there only if b is not tiny.
    scale = np.where(np.abs(a) > 2.0**990, 2.0**-40, 1.0)
    scaled = a * scale
    big = scaled * SPLITTER
    high = (big - (big - scaled)) / scale
    return high, a - high


@dataclass
class BinSums:
    """The exact sum of the weights in each bin: for every window of 32 bits an array of integers, one for each bin."""

    bins: int = 0
    limbs: dict[int, np.ndarray] = field(default_factory=dict)
    additions: int = 0

    def add(self, bin_of_row: np.ndarray, weight: np.ndarray | None = None) -> None:
        """Add each row's weight (finite, at least 0; 1 if None) to its bin."""
        for start in range(0, len(bin_of_row), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            if weight is None:
                self._add_limb(0, np.bincount(bin_of_row[rows]))
            else:
                self._add_weighted(bin_of_row[rows], weight[rows])

    def __add__(self, other: BinSums) -> BinSums:
        merged = BinSums()
        for part in (self, other):
            part._carry()
            for limb, values in part.limbs.items():
                merged._add_limb(limb, values)
        merged._carry()
        return merged

    def totals(self) -> list[Fraction]:
        """The exact sum of every bin."""
        whole = [0] * self.bins
        for limb, values in self.limbs.items():
            shift = LIMB_BITS * (limb - LOWEST_LIMB)
            for k in np.flatnonzero(values).tolist():
                whole[k] += int(values[k]) << shift
        return [Fraction(value, 1 << (-LIMB_BITS * LOWEST_LIMB)) for value in whole]

    def occupied(self) -> np.ndarray:
        """The bins that hold any weight, in order."""
        held = np.zeros(self.bins, bool)
        for values in self.limbs.values():
            held[: len(values)] |= values != 0
        return np.flatnonzero(held)

    def _add_weighted(self, bin_of_row: np.ndarray, weight: np.ndarray) -> None:
        rest = np.asarray(weight, np.float64)
        while (largest := rest.max(initial=0.0)) > 0:
            limb = max((int(np.frexp(largest)[1]) - 1) // LIMB_BITS, LOWEST_LIMB)
            piece = np.floor(np.ldexp(rest, -LIMB_BITS * limb))
            self._add_limb(limb, np.bincount(bin_of_row, piece).astype(np.int64))
            rest = rest - np.ldexp(piece, LIMB_BITS * limb)

    def _add_limb(self, limb: int, values: np.ndarray) -> None:
        self.bins = max(self.bins, len(values))
        held = self.limbs.setdefault(limb, np.zeros(len(values), np.int64))
        if len(held) < len(values):
            held = self.limbs[limb] = _longer(held, len(values))
        held[: len(values)] += values
        self.additions += 1
        if self.additions >= ADDITIONS_BEFORE_CARRY:
            self._carry()

    def _carry(self) -> None:
        self.additions = 0
        for limb in sorted(self.limbs):
            values = self.limbs[limb]
            while (carry := values >> LIMB_BITS).any():
                values &= (1 << LIMB_BITS) - 1
                above = self.limbs.get(limb + 1)
                if above is None:
                    self.limbs[limb + 1] = carry
                    self._carry()
                    return
                if len(above) < len(carry):
                    above = self.limbs[limb + 1] = _longer(above, len(carry))
                above[: len(carry)] += carry


def _longer(values: np.ndarray, length: int) -> np.ndarray:
    return np.concatenate([values, np.zeros(length - len(values), np.int64)])
