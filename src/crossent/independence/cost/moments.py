"""Exact sums of losses and their weights: what every error of their mean is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.kernels.exact_sum import UNIT_BITS, ExactSum

_CONTEXT = Context(prec=40, Emax=10**9, Emin=-(10**9))


@dataclass(frozen=True)
class Moments:
    """n rows that count, the sum of their weights w and of w^2, their mean loss m, and the sum of (w (loss - m))^2."""

    n: int
    weight: Fraction
    weight_squares: Fraction
    mean: Fraction
    squares: Fraction

    @property
    def effective_n(self) -> Fraction:
        """(sum w)^2 / sum w^2: how many rows of equal weight leave the mean of independent losses as uncertain."""
        return self.weight**2 / self.weight_squares


@dataclass
class IndependentSums:
    """The sums behind `Moments`. ``update`` by batches, ``+`` over parts; exact, so their order is of no account.

    >>> state = IndependentSums()
    >>> state.update(np.array([1.0, 2.0, 6.0]))
    >>> float(state.moments().mean), float(state.moments().squares)
    (3.0, 14.0)
    """

    count: int = 0
    sums: dict[str, ExactSum] = field(default_factory=dict)

    def update(self, losses: Any, weight: Any = None) -> None:
        """Add rows: finite losses, and weights above 0 (1 if None)."""
        values = np.asarray(losses, np.float64).reshape(-1)
        self.count += len(values)
        if weight is None:
            rows = ExactSum.of_integer(len(values))
            total = ExactSum.of(values)
            made = {"weight": rows, "weight_squares": rows, "loss": total, "cross": total}
        else:
            weights = np.asarray(weight, np.float64).reshape(-1)
            values = values * weights
            made = {
                "weight": ExactSum.of(weights), "weight_squares": ExactSum.of(weights, weights),
                "loss": ExactSum.of(values), "cross": ExactSum.of(values, weights),
            }  # fmt: skip
        self._add(made | {"squares": ExactSum.of(values, values)})

    def __add__(self, other: IndependentSums) -> IndependentSums:
        merged = IndependentSums(self.count + other.count, dict(self.sums))
        merged._add(other.sums)
        return merged

    def moments(self) -> Moments:
        """The moments of the rows so far; there must be one."""
        exact = {name: Fraction(total.units, 1 << UNIT_BITS) for name, total in self.sums.items()}
        return moments_of(self.count, **exact)

    def _add(self, made: dict[str, ExactSum]) -> None:
        for name, total in made.items():
            self.sums[name] = self.sums.get(name, ExactSum()) + total


def moments_of(
    n: int, weight: Fraction, weight_squares: Fraction, loss: Fraction, cross: Fraction, squares: Fraction
) -> Moments:
    """Moments from the sums of w, w^2, u = w * loss, u w and u^2."""
    mean = loss / weight
    return Moments(n, weight, weight_squares, mean, squares - 2 * mean * cross + mean**2 * weight_squares)


def square_root(value: Fraction) -> float:
    """The root of a fraction, rounded; also where the fraction itself is beyond float64."""
    return float(_CONTEXT.sqrt(_CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))))


def as_floats(values: Any) -> NDArray[np.float64]:
    """A flat float64 array."""
    return np.ascontiguousarray(np.asarray(values, np.float64).reshape(-1))
