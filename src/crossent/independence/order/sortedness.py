"""Is the file sorted by the column? Then its order says how the file was written, not how its rows depend."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Any

import numpy as np

from crossent.independence.contingency.whole_numbers import p_and_log
from crossent.independence.order.values import codes, contiguous, numbers
from crossent.independence.results import Effect, IidTest

NEARLY = 0.05  # of the rows that do not have the commonest value
CERTAIN = math.log(0.001)


def sorted_test(values: Any, levels: bool = False, column: str = "target", seed: int = 0) -> IidTest:
    """Is the column sorted, or nearly? `details["sorted"]` says "ascending", "descending", "by level" or None.

    The statistic d is the number of rows that must be moved to sort the column (n less its longest monotone
    subsequence). Sorted: d is at most 5 % of the rows that do not have the commonest value, and so few are out of place
    by chance with a probability below 0.001. That probability is bounded by counting the orders within d moves,

        p <= C(n, d)^2 d! D n_1! n_2! ... / n!,  D directions (2, or k! for levels without an order)

    which is exact for d = 0. A sorted file is named as sorted: it is no evidence that its rows depend on each other,
    but every other test of order will find it so. At most 20,000 rows that follow each other are looked at.

    Args:
        levels: True if the numbers are those of levels without an order: then any order of the levels counts.

    Raises:
        DataError: fewer than 3 rows, a constant, a value that is not finite.

    >>> found = sorted_test([0] * 8 + [1] * 7)
    >>> found.details["sorted"], found.p_value == 2 / math.comb(15, 7)
    ('ascending', True)
    >>> sorted_test([0, 1, 1, 0, 1, 0, 0, 1]).details["sorted"] is None
    True
    """
    x = codes(values, column, needed=3).astype(np.float64) if levels else numbers(values, column)
    x, _, notes = contiguous(x, seed)
    distinct, place, count = np.unique(x, return_inverse=True, return_counts=True)
    n, k = len(x), len(distinct)
    unordered = levels and k > 2
    if unordered:
        middle = [float(np.median(np.flatnonzero(place == level))) for level in range(k)]
        place = np.argsort(np.argsort(middle, kind="stable"))[place]
        directions = math.lgamma(k + 1)
    else:
        directions = math.log(2)
    moves = {"by level" if unordered else "ascending": n - longest_rising(place.tolist())}
    if not unordered:
        moves["descending"] = n - longest_rising((-place).tolist())
    word = min(moves, key=lambda name: moves[name])
    d = moves[word]
    orders = math.lgamma(n + 1) - sum(map(math.lgamma, (count + 1).tolist()))
    chosen = math.lgamma(n + 1) - math.lgamma(d + 1) - math.lgamma(n - d + 1)
    log_p = directions + 2 * chosen + math.lgamma(d + 1) - orders
    if log_p >= 0:
        log_p, p = 0.0, 1.0
    elif d == 0 and not unordered and n < 500:
        ways = math.factorial(n)
        for each in count.tolist():
            ways //= math.factorial(each)
        p, log_p = p_and_log(2, ways)
    else:
        p = math.exp(log_p)
    others = n - int(count.max())
    found = word if d <= NEARLY * others and log_p < CERTAIN else None
    if found:
        how = "sorted" if d == 0 else f"sorted but for {d:,} of {n:,} rows"
        notes += (f"{column} is {how} ({found}): that is how the file was written, and no evidence of dependence",)
    return IidTest(
        name="sorted", columns=(column,), method="bound by counting orders" if d else "exact", statistic=float(d),
        p_value=p, log_p_value=log_p, n=n, notes=notes, effect=Effect("share of rows out of place", d / n),
        about=f"{d:,} rows out of place", details={"sorted": found, "out_of_place": d, "descents": _descents(x)},
    )  # fmt: skip


def longest_rising(places: list[int]) -> int:
    """The length of the longest subsequence that never falls (patience sorting).

    >>> longest_rising([0, 2, 1, 1, 3])
    4
    """
    ends: list[int] = []
    for value in places:
        where = bisect_right(ends, value)
        if where == len(ends):
            ends.append(value)
        else:
            ends[where] = value
    return len(ends)


def _descents(x: Any) -> int:
    return int(np.count_nonzero(x[1:] < x[:-1]))
