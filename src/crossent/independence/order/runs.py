"""Runs of a binary series: too few (rows resemble their neighbours) or too many (they alternate)."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from crossent import errors
from crossent.independence.contingency.whole_numbers import p_and_log
from crossent.independence.order.effects import autocorrelation, two_sided_normal
from crossent.independence.order.values import codes
from crossent.independence.results import IidTest

EXACT = 2_500  # rows of the rarer level up to which counts of runs are enumerated


def runs_test(values: Any, column: str = "target") -> IidTest:
    """Wald and Wolfowitz's runs test: are the two levels in random order, given how often each occurs?

        P(R = 2k)     = 2 C(n1 - 1, k - 1) C(n2 - 1, k - 1) / C(n, n1)
        P(R = 2k + 1) = (C(n1 - 1, k) C(n2 - 1, k - 1) + C(n1 - 1, k - 1) C(n2 - 1, k)) / C(n, n1)

    Two-sided: all counts of runs no more probable than the one seen; ties are those of whole numbers. Exact while the
    rarer level has at most 2,500 rows; the normal approximation above that (no correction: a step is below 0.03
    standard deviations there). `details` has the one-sided p-values.

    Args:
        values: two levels, as numbers 0, 1, ... or truth values, in order; shape (n,).

    Raises:
        DataError: one row, one level, a value that is no number of a level.
        UsageError: more than two levels.

    Source: Wald and Wolfowitz, "On a test whether two samples are from the same population", Annals of Mathematical
    Statistics 11 (1940).

    >>> found = runs_test([0, 0, 0, 1, 1, 1])
    >>> found.statistic, found.p_value
    (2.0, 0.2)
    """
    y = codes(values, column, what="the runs test")
    levels = int(y.max()) + 1
    if levels != 2:
        raise errors.series_not_binary(column, levels)
    ones = int(y.sum())
    return runs_from_counts(len(y) - ones, ones, 1 + int(np.count_nonzero(y[1:] != y[:-1])), column)


def runs_from_counts(zeros: int, ones: int, runs: int, column: str = "target") -> IidTest:
    """The same from the numbers of rows of each level and the number of runs: what a state of many rows holds.

    >>> runs_from_counts(3, 3, 2).p_value
    0.2
    """
    n, rarer = zeros + ones, min(zeros, ones)
    mean = 1 + 2 * zeros * ones / n
    if rarer <= EXACT:
        ways, total = distribution(zeros, ones)
        seen = ways[runs - 2]
        p, log_p = p_and_log(sum(w for w in ways if w <= seen), total)
        few, many = p_and_log(sum(ways[: runs - 1]), total)[0], p_and_log(sum(ways[runs - 2 :]), total)[0]
        method = "exact distribution of the number of runs"
    else:
        variance = 2 * zeros * ones * (2 * zeros * ones - n) / (n * n * (n - 1))
        z = (runs - mean) / math.sqrt(variance)
        p, log_p = two_sided_normal(z)
        few, many = (p / 2, 1 - p / 2) if z < 0 else (1 - p / 2, p / 2)
        method = f"normal approximation: both levels have more than {EXACT:,} rows"
    # the share of neighbours that agree beyond what the levels' shares give
    effect = autocorrelation(1 - (runs - 1) / (n - 1) * n * n / (2 * zeros * ones), n)
    words = "fewer" if runs < mean else "more"
    return IidTest(
        name="runs", columns=(column,), method=method, statistic=float(runs), p_value=p, log_p_value=log_p,
        effect=effect, n=n, about=f"{runs:,} runs, {words} than the {mean:,.6g} expected in random order",
        details={"runs": runs, "expected": mean, "p_too_few": few, "p_too_many": many, "counts": (zeros, ones)},
    )  # fmt: skip


@lru_cache(maxsize=8)
def distribution(zeros: int, ones: int) -> tuple[tuple[int, ...], int]:
    """In how many of all C(n, ones) orders there are 2, 3, ... runs: whole numbers, and their sum.

    >>> distribution(2, 2)
    ((2, 2, 2), 6)
    """
    rarer = min(zeros, ones)
    first, second = _binomials(zeros - 1, rarer), _binomials(ones - 1, rarer)
    ways = []
    for runs in range(2, 2 * rarer + 2):
        k, odd = divmod(runs, 2)
        ways.append(
            first[k] * second[k - 1] + first[k - 1] * second[k] if odd else 2 * first[k - 1] * second[k - 1]
        )  # fmt: skip
    while ways and ways[-1] == 0:
        ways.pop()
    return tuple(ways), sum(ways)


def _binomials(n: int, most: int) -> list[int]:
    found = [1]
    for k in range(most):
        found.append(found[-1] * (n - k) // (k + 1))
    return found
