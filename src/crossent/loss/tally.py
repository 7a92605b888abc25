"""Tally: the sum of losses and of weights, exact and mergeable, with what a standard error needs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any

from crossent.kernels.exact_sum import UNIT_BITS, ExactSum
from crossent.loss.reduction import mean_of

UNIT = Fraction(1, 1 << UNIT_BITS)


@dataclass(frozen=True, slots=True, repr=False)
class Tally:
    """What a batch of rows adds to a loss. Batches, files, threads and machines merge with ``+``, in any order and with
    the same bits, because nothing is rounded until it is read. Always from float64 rows, in nats.

    Members: `sum` and `weight` (of w * nll and of w), `count` (rows that count), `mean`, `bits` (the mean in bits),
    `perplexity` (exp of the mean), `standard_error`, `effective_n`; `infinite` counts the rows that cost +inf, and
    `finite_sum`, `finite_weight`, `finite_mean` leave them out.

    >>> import crossent as ce
    >>> a = ce.tally([1, 0], ce.Bernoulli(probs=[0.5, 0.5]))
    >>> b = ce.tally([1], ce.Bernoulli(probs=[0.25]))
    >>> a + b
    Tally(mean=0.9241962407465937, count=3)
    >>> sum([a, b]) == b + a
    True
    """

    total: ExactSum = field(default_factory=ExactSum)
    weights: ExactSum = field(default_factory=ExactSum)
    count: int = 0
    infinite: int = 0
    finite_total: ExactSum = field(default_factory=ExactSum)
    finite_weights: ExactSum = field(default_factory=ExactSum)
    # of the finite rows, with v = w * w rounded: the sums of v, v * nll and v * nll * nll
    squared_weights: ExactSum = field(default_factory=ExactSum)
    squared_first: ExactSum = field(default_factory=ExactSum)
    squared_second: ExactSum = field(default_factory=ExactSum)

    def __add__(self, other: Any) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __radd__(self, other: Any) -> Tally:  # sum([...]) starts from 0
        return self if other == 0 else NotImplemented

    @property
    def sum(self) -> float:
        """Sum of w * nll, correctly rounded; inf if a row costs +inf."""
        return self.total.round()

    @property
    def weight(self) -> float:
        """Sum of w, correctly rounded."""
        return self.weights.round()

    @property
    def mean(self) -> float:
        """The cross-entropy: sum / weight, rounded once. NaN, with a warning, without rows."""
        return mean_of(self.total, self.weights, stacklevel=3)

    @property
    def bits(self) -> float:
        """The mean in bits."""
        return mean_of(self.total, self.weights, stacklevel=3) / math.log(2)

    @property
    def perplexity(self) -> float:
        """exp(mean): the number of equally likely outcomes that would surprise as much."""
        mean = mean_of(self.total, self.weights, stacklevel=3)
        return math.exp(mean) if mean < 709.78 else math.inf if mean == mean else mean

    @property
    def finite_sum(self) -> float:
        """Sum of w * nll over the rows that cost less than +inf."""
        return self.finite_total.round()

    @property
    def finite_weight(self) -> float:
        """Sum of w over the rows that cost less than +inf."""
        return self.finite_weights.round()

    @property
    def finite_mean(self) -> float:
        """finite_sum / finite_weight."""
        return mean_of(self.finite_total, self.finite_weights, stacklevel=3)

    @property
    def standard_error(self) -> float:
        """Of the mean, for weights that say how much a row matters: sqrt(sum of w^2 (nll - mean)^2) / sum of w.

        The sums are exact, so equal losses have a standard error of 0. NaN if a row costs +inf, or without rows.
        """
        if self.infinite or not self.weights.units or self.squared_second.unbounded or self.total.unbounded:
            return math.nan
        mean = Fraction(self.total.units, self.weights.units)
        weights, first, second = (
            s.units * UNIT for s in (self.squared_weights, self.squared_first, self.squared_second)
        )
        variance = second - 2 * mean * first + mean * mean * weights
        return square_root(variance / (self.weights.units * UNIT) ** 2)

    @property
    def effective_n(self) -> float:
        """Kish's effective number of rows, (sum of w)^2 / sum of w^2; of the finite rows."""
        if not self.squared_weights.units:
            return math.nan if not self.count else 0.0
        weight = self.finite_weights.units * UNIT
        return float(weight * weight / (self.squared_weights.units * UNIT))

    def __repr__(self) -> str:
        if not self.count:
            return "Tally(no rows)"
        weighted = f", weight={self.weight!r}" if self.weight != self.count else ""
        infinite = f", infinite={self.infinite}, finite_mean={self.finite_mean!r}" if self.infinite else ""
        return f"Tally(mean={self.mean!r}, count={self.count}{weighted}{infinite})"


def square_root(value: Fraction) -> float:
    """The square root of an exact number of any size, to float64."""
    if value <= 0:
        return 0.0
    shift = (value.numerator.bit_length() - value.denominator.bit_length()) // 2
    scaled = value / Fraction(4) ** shift
    return math.ldexp(math.sqrt(float(scaled)), shift)
