"""Does a residual or a loss depend on a column that it should not depend on?"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.independence.drift.several import rank_sums
from crossent.independence.order.effects import Z95, two_sided_normal
from crossent.independence.order.lags import few_levels
from crossent.independence.order.ranks import NORMAL, skewed
from crossent.independence.order.tables import table_test
from crossent.independence.order.values import codes, doubled_ranks, numbers, spread_out
from crossent.independence.permutation import DRAWS, permuted
from crossent.independence.results import Effect, IidTest


def numbers_association(
    values: Any, other: Any, column: str = "residual", other_column: str = "column", draws: int = DRAWS, seed: int = 0
) -> IidTest:
    """Spearman's rank correlation of a residual (or loss, or target) with a column of numbers.

        r = sum a_i b_i / sqrt(sum a_i^2 sum b_i^2),  variance 1 / (n - 1) over all pairings, ties included

    By permutation up to 500 rows and where nearly all rows have one value; else normal. The interval is
    tanh(atanh r -+ 1.96 sqrt((1 + r^2 / 2) / (n - 3))) (Bonett and Wright 2000). At most 20,000 rows.

    Raises:
        DataError: fewer than 4 rows, a constant, a value that is not finite.
        UsageError: columns of different length.

    >>> numbers_association([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5]).statistic
    0.8285714285714286
    """
    x, y = numbers(values, column, needed=4), numbers(other, other_column, needed=4)
    _same_rows(x, y, column, other_column)
    chosen, notes = spread_out(len(x), seed)
    if chosen is not None:
        x, y = x[chosen], y[chosen]
    a, b, n = doubled_ranks(x), doubled_ranks(y), len(x)
    scale = math.sqrt(float(a @ a) * float(b @ b))
    r = float(a @ b) / scale
    error: float | None = None
    if n > NORMAL and not skewed(x) and not skewed(y):
        p, log_p = two_sided_normal(r * math.sqrt(n - 1))
        method = f"normal approximation, exact variance over all pairings ({n:,} rows)"
    else:
        found = permuted(a, lambda orders: np.abs(orders @ b), draws, seed)[1]
        p, log_p, error, method = found.p_value, found.log_p_value, found.error, f"permutation: {found.words}"
    bounds = None
    if abs(r) < 1:
        half = Z95 * math.sqrt((1 + r * r / 2) / max(n - 3, 1))
        bounds = (math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half))
    return IidTest(
        name="association", columns=(column, other_column), method=method, statistic=r, p_value=p, log_p_value=log_p,
        p_error=error, effect=Effect("rank correlation", r, bounds), n=n, notes=notes,
        about=f"ranks of {column} and of {other_column}",
    )  # fmt: skip


def numbers_by_levels(
    values: Any, other: Any, column: str = "residual", other_column: str = "column", draws: int = DRAWS, seed: int = 0
) -> IidTest:
    """Does a residual (or loss, or target) differ between the levels of a column? Kruskal and Wallis's test.

    By permutation up to 500 rows or where a level has fewer than 20; else chi-squared. The effect is the share of the
    ranks' variance between levels, H / (n - 1), with the interval of a noncentral chi-squared. At most 20,000 rows,
    the 19 commonest levels kept apart.

    >>> numbers_by_levels([1, 2, 3, 7, 8, 9], [0, 0, 0, 1, 1, 1]).statistic
    3.857142857142857
    """
    x, y = numbers(values, column, needed=4), codes(other, other_column, needed=4)
    _same_rows(x, y, column, other_column)
    chosen, notes = spread_out(len(x), seed)
    if chosen is not None:
        x, y = x[chosen], y[chosen]
    y, kept, notes = few_levels(y, notes)
    h, p, log_p, error, method = rank_sums(y, x, draws, seed)
    return IidTest(
        name="association", columns=(column, other_column), method=method, statistic=h, p_value=p, log_p_value=log_p,
        p_error=error, effect=_between(h, len(kept) - 1, len(x)), n=len(x), notes=notes,
        about=f"ranks of {column} in the {len(kept)} levels of {other_column}",
    )  # fmt: skip


def levels_association(
    values: Any, other: Any, column: str = "target", other_column: str = "column", draws: int = DRAWS, seed: int = 0
) -> IidTest:
    """Are two columns of levels associated? Their table; every row counts, 19 levels of each are kept apart.

    >>> levels_association([0] * 5 + [1] * 5, [0] * 5 + [1] * 5).p_value == 2 / 252
    True
    """
    x, y = codes(values, column), codes(other, other_column)
    _same_rows(x, y, column, other_column)
    x, first, notes = few_levels(x, ())
    y, second, notes = few_levels(y, notes)
    table = np.bincount(x * len(second) + y, minlength=len(first) * len(second)).reshape(len(first), len(second))
    found = table_test(table, "association", (column, other_column), f"{column} and {other_column}", draws, seed)
    return replace(found, notes=notes + found.notes, details={**found.details, "levels": (first, second)})


def _between(h: float, degrees: int, n: int) -> Effect:
    from scipy.special import chndtr, chndtrinc

    bounds = [
        float(chndtrinc(h, degrees, tail)) / (n - 1) if chndtr(h, degrees, 0.0) > tail else 0.0
        for tail in (0.975, 0.025)
    ]
    return Effect("share of the ranks' variance between levels", h / (n - 1), (bounds[0], min(1.0, bounds[1])))


def _same_rows(x: NDArray[Any], y: NDArray[Any], column: str, other_column: str) -> None:
    if len(x) != len(y):
        raise errors.series_lengths_differ(column, len(x), other_column, len(y))
