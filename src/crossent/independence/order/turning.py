"""Turning points: peaks and troughs, of which a series in random order has two in three rows."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from crossent.independence.contingency.whole_numbers import p_and_log
from crossent.independence.order.effects import Z95, two_sided_normal
from crossent.independence.order.values import contiguous, numbers
from crossent.independence.results import Effect, IidTest

EXACT = 200  # rows up to which the number of turning points has its exact distribution


def turning_points_test(values: Any, column: str = "target", seed: int = 0) -> IidTest:
    """Too few or too many peaks and troughs for rows in random order (Bienayme 1874).

        mean 2 (n - 2) / 3, variance (16 n - 29) / 90

    The exact distribution (Andre's recurrence, whole numbers) up to 200 rows, two-sided: all counts no more probable
    than the one seen; the normal approximation above. At most 20,000 rows that follow each other. Ties are broken at
    random by the seed, which leaves the distribution exact and costs power: with many ties look at lag tables.

    Raises:
        DataError: fewer than 3 rows, a constant, a value that is not finite.

    Source: Kendall and Stuart, The Advanced Theory of Statistics, volume 3, 45.18; Andre, "Sur les permutations
    alternees", Journal de mathematiques pures et appliquees 7 (1881).

    >>> found = turning_points_test([1, 2, 3, 4, 5, 6, 7, 8])
    >>> found.statistic, found.p_value == 2 / math.factorial(8)
    (0.0, True)
    """
    x = numbers(values, column, what="the turning point test")
    x, _, notes = contiguous(x, seed)
    n = len(x)
    ties = n - len(np.unique(x))
    if ties:
        notes += (f"{ties:,} ties were broken at random (seed {seed})",)
    ranks = np.empty(n)
    ranks[np.lexsort((np.random.default_rng(seed).random(n), x))] = np.arange(n)
    rising = np.diff(ranks) > 0
    turns = int(np.count_nonzero(rising[1:] != rising[:-1]))
    mean, variance = 2 * (n - 2) / 3, (16 * n - 29) / 90
    if n <= EXACT:
        ways, total = distribution(n), math.factorial(n)
        p, log_p = p_and_log(sum(w for w in ways if w <= ways[turns]), total)
        method = "exact distribution of turning points"
    else:
        p, log_p = two_sided_normal((turns - mean) / math.sqrt(variance))
        method = f"normal approximation, exact variance ({n:,} rows)"
    share, half = turns / (n - 2), Z95 * math.sqrt(variance) / (n - 2)
    around = (max(share - half, 0.0), min(share + half, 1.0))  # a share lies in [0, 1]
    return IidTest(
        name="turning points", columns=(column,), method=method, statistic=float(turns), p_value=p, log_p_value=log_p,
        effect=Effect("share of rows that turn (2/3 in random order)", share, around), n=n,
        about=f"{turns:,} peaks and troughs, {mean:,.6g} expected in random order", notes=notes,
        details={"turning_points": turns, "expected": mean, "variance": variance, "ties": ties},
    )  # fmt: skip


@lru_cache(maxsize=8)
def distribution(n: int) -> tuple[int, ...]:
    """How many of the n! orders have 0, 1, ..., n - 2 turning points.

    >>> distribution(4)
    (2, 12, 10)
    """
    ways = [2]  # of 2 rows; index s - 1: s rising or falling stretches
    for rows in range(3, n + 1):
        longer = []
        for stretches in range(1, rows):
            kept = stretches * ways[stretches - 1] if stretches <= len(ways) else 0
            one = 2 * ways[stretches - 2] if stretches >= 2 else 0
            two = (rows - stretches) * ways[stretches - 3] if stretches >= 3 else 0
            longer.append(kept + one + two)
        ways = longer
    return tuple(ways)
