"""2 x 2 tables: the distribution of one cell given the margins, and its tails.

The first cell k has weight C(r_1, k) C(r_2, c_1 - k). Small tables are computed in whole numbers. For large ones the
probability of the cell seen comes from log-gamma functions at 50 digits, and tails are sums of ratios from there
outward, where the terms only fall.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crossent.independence.contingency.tables import Table

DIGITS = 50
WHOLE_NUMBERS = 400_000  # support times bits of a weight, up to which whole numbers are quicker than log-gammas


@dataclass(frozen=True)
class Hypergeometric:
    """The first cell of a 2 x 2 table with margins (r_1, r_2) and (c_1, n - c_1)."""

    first_row: int
    second_row: int
    first_column: int

    @classmethod
    def of(cls, table: Table) -> Hypergeometric:
        (first, second), (column, _) = table.rows, table.columns
        return cls(first, second, column)

    @property
    def low(self) -> int:
        return max(0, self.first_column - self.second_row)

    @property
    def high(self) -> int:
        return min(self.first_row, self.first_column)

    @property
    def total(self) -> int:
        return self.first_row + self.second_row

    @property
    def mode(self) -> int:
        return (self.first_row + 1) * (self.first_column + 1) // (self.total + 2)

    @property
    def small(self) -> bool:
        bits = min(self.total, 64 + self.high * self.total.bit_length())
        return (self.high - self.low + 1) * bits <= WHOLE_NUMBERS

    def cells(self, k: int) -> tuple[int, int, int, int]:
        """All four cells, of the first."""
        return k, self.first_row - k, self.first_column - k, self.second_row - self.first_column + k

    @cached_property
    def weights(self) -> list[int]:
        """The weight of each k from low to high."""
        k, found = self.low, []
        weight = math.comb(self.first_row, k) * math.comb(self.second_row, self.first_column - k)
        for k in range(self.low, self.high + 1):
            found.append(weight)
            weight = weight * (self.first_row - k) * (self.first_column - k)
            weight //= (k + 1) * (self.second_row - self.first_column + k + 1)
        return found

    def log_probability(self, k: int) -> Any:
        """log P(k), as a number of mpmath at the precision that is set."""
        from mpmath import mp

        margins = (self.first_row, self.second_row, self.first_column, self.total - self.first_column)
        above = sum(mp.loggamma(margin + 1) for margin in margins) - mp.loggamma(self.total + 1)
        return above - sum(mp.loggamma(cell + 1) for cell in self.cells(k))


def p_value(table: Table, alternative: str, mid_p: bool) -> tuple[float, float]:
    """The p-value and its logarithm. "less" and "greater" are about the first cell, and so about the odds ratio."""
    law, seen = Hypergeometric.of(table), int(table.counts[0, 0])
    if law.small:
        from crossent.independence.contingency.whole_numbers import p_and_log

        return p_and_log(*_exact(law, seen, alternative, mid_p))
    import mpmath

    from crossent.independence.contingency.hypergeometric_large import probability

    with mpmath.workdps(DIGITS):
        value = probability(law, seen, alternative, mid_p)
        return float(value), float(mpmath.log(value))


def _exact(law: Hypergeometric, seen: int, alternative: str, mid_p: bool) -> tuple[int, int]:
    """Twice the p-value's numerator and denominator, since a mid-p takes halves."""
    weights, at = law.weights, seen - law.low
    own, everything = weights[at], sum(weights)
    less, greater = 2 * sum(weights[: at + 1]), 2 * sum(weights[at:])
    half = own if mid_p else 0
    if alternative == "less":
        return less - half, 2 * everything
    if alternative == "greater":
        return greater - half, 2 * everything
    if alternative == "central":
        return min(2 * (min(less, greater) - half), 2 * everything), 2 * everything
    both = 2 * sum(weight for weight in weights if weight <= own)
    tied = own * weights.count(own) if mid_p else 0
    return both - tied, 2 * everything
