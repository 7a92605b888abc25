"""Rank tests of order: autocorrelation at one lag, and the mean squared successive difference."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.independence.order.effects import autocorrelation, two_sided_normal
from crossent.independence.order.values import Floats, contiguous, doubled_ranks, lags_of, numbers
from crossent.independence.permutation import DRAWS, STOP_AFTER, permuted
from crossent.independence.results import Effect, IidTest

NORMAL = 500  # rows above which the normal approximation replaces permutation
PAIRS = 20  # neighbours expected to lack the commonest value both, below which sums are too skewed for it


def rank_autocorrelation_test(
    values: Any, lag: int = 1, column: str = "target", draws: int = DRAWS, seed: int = 0
) -> IidTest:
    """Do rows resemble the rows `lag` before them? The autocorrelation of ranks, against all orders of the same values.

        r = sum a_t a_(t + lag) / sum a_t^2,  a the ranks less their mean

    Mean and variance over all orders are exact, ties included (Wald and Wolfowitz 1943). Two-sided by permutation up to
    500 rows, and where nearly all rows have one value; else normal. At most 20,000 rows that follow each
    other are looked at. Ties get mean ranks.

    Raises:
        DataError: fewer than 4 rows, a constant, a value that is not finite.
        UsageError: a lag that leaves fewer than two pairs.

    Source: Wald and Wolfowitz, "An exact test for randomness in the non-parametric case based on serial correlation",
    Annals of Mathematical Statistics 14 (1943).

    >>> found = rank_autocorrelation_test([1, 2, 3, 4, 5, 6, 7, 8])
    >>> found.statistic, found.p_value < 0.01
    (0.625, True)
    """
    x = numbers(values, column, needed=4)
    x, _, notes = contiguous(x, seed)
    (lag,) = lags_of(lag, len(x), column)
    a = doubled_ranks(x)
    mean, variance = lag_moments(a, lag)
    squares = float(a @ a)

    def distance(orders: NDArray[Any]) -> Any:
        return np.abs(lag_products(orders, lag) - mean)

    p, log_p, error, method = _p_value(a, distance, math.sqrt(variance), draws, seed)
    r = float(lag_products(a[None], lag)[0]) / squares
    return IidTest(
        name="rank autocorrelation", columns=(column,), method=method, statistic=r, p_value=p, log_p_value=log_p,
        effect=autocorrelation(r, len(x), lag, "rank autocorrelation"), p_error=error, n=len(x), notes=notes,
        about=f"rows and the rows {lag:,} before them",
        details={"lag": lag, "expected": mean / squares, "standard_error": math.sqrt(variance) / squares},
    )  # fmt: skip


def von_neumann_test(values: Any, column: str = "target", draws: int = DRAWS, seed: int = 0) -> IidTest:
    """Are neighbours nearer (or farther) than rows in random order? Von Neumann's ratio of ranks.

        RVN = sum (a_t - a_(t + 1))^2 / sum a_t^2,  about 2 in random order, below it if neighbours resemble each other

    Two-sided by permutation up to 500 rows, and where nearly all rows have one value; else normal with
    the exact mean and variance over all orders, ties included. At most 20,000 rows that follow each other.

    Raises:
        DataError: fewer than 4 rows, a constant, a value that is not finite.

    Source: Bartels, "The rank version of von Neumann's ratio test for randomness", Journal of the American Statistical
    Association 77 (1982).

    >>> found = von_neumann_test([1, 2, 3, 4, 5, 6, 7, 8])
    >>> found.statistic, found.p_value < 0.01
    (0.16666666666666666, True)
    """
    x = numbers(values, column, needed=4)
    x, _, notes = contiguous(x, seed)
    a = doubled_ranks(x)
    n, squares = len(a), float(a @ a)
    mean, variance = difference_moments(a)

    def distance(orders: NDArray[Any]) -> Any:
        return np.abs(np.square(np.diff(orders, axis=1)).sum(axis=1) - mean)

    p, log_p, error, method = _p_value(a, distance, math.sqrt(variance), draws, seed)
    ratio = float(np.square(np.diff(a)).sum()) / squares
    bounds = autocorrelation(1 - ratio / 2, n).ci95  # the ratio is 2 (1 - r) but for the two ends
    around = None if bounds is None else (2 * (1 - bounds[1]), 2 * (1 - bounds[0]))
    effect = Effect("von Neumann ratio of ranks", ratio, around)
    return IidTest(
        name="successive differences", columns=(column,), method=method, statistic=ratio, p_value=p, log_p_value=log_p,
        effect=effect, p_error=error, n=n, notes=notes, about="squared differences of neighbours' ranks",
        details={"expected": mean / squares, "standard_error": math.sqrt(variance) / squares},
    )  # fmt: skip


def lag_products(orders: NDArray[Any], lag: int) -> Any:
    """sum of a_t a_(t + lag) of each row: exact, because they are whole numbers below 2^53."""
    return np.einsum("ij,ij->i", orders[:, :-lag], orders[:, lag:])


def lag_moments(a: Floats, lag: int) -> tuple[float, float]:
    """Mean and variance of sum a_t a_(t + lag) over all orders of `a`, whose sum must be 0.

    >>> lag_moments(np.array([-3.0, -1.0, 1.0, 3.0]), 1)
    (-5.0, 40.0)
    """
    n, pairs = len(a), len(a) - lag
    s2, s4 = float(a @ a), float((a * a) @ (a * a))
    mean = -pairs * s2 / (n * (n - 1))
    shared = 2 * max(n - 2 * lag, 0)  # pairs of pairs with one row in common
    both = (s2 * s2 - s4) / (n * (n - 1))
    one = (2 * s4 - s2 * s2) / (n * (n - 1) * (n - 2))
    # four distinct rows there are only from n = 4 on
    none = (3 * s2 * s2 - 6 * s4) / (n * (n - 1) * (n - 2) * (n - 3)) if n > 3 else 0.0
    apart = pairs * pairs - pairs - shared
    return mean, pairs * both + shared * one + apart * none - mean * mean


def difference_moments(a: Floats) -> tuple[float, float]:
    """Mean and variance of sum (a_t - a_(t + 1))^2 over all orders of `a`, whose sum must be 0.

    >>> difference_moments(np.array([-1.0, 0.0, 1.0]))
    (4.0, 2.0)
    """
    n = len(a)
    s2, s4 = float(a @ a), float((a * a) @ (a * a))
    product, spread = lag_moments(a, 1)
    # the sum is 2 s2 - (ends + 2 C), ends the squares of the first and the last, C the products of neighbours
    square, squares = s2 / n, (s2 * s2 - s4) / (n * (n - 1))
    ends = 2 * (s4 / n - square * square) + 2 * (squares - square * square)
    cube, one = -s4 / (n * (n - 1)), (2 * s4 - s2 * s2) / (n * (n - 1) * (n - 2))
    mixed = 2 * (cube + (n - 2) * one - square * product)
    return 2 * s2 - 2 * square - 2 * product, ends + 4 * spread + 4 * mixed


def skewed(a: NDArray[Any]) -> bool:
    """True where one value is so common that sums of products are far from normal: few other rows are neighbours."""
    others = len(a) - int(np.unique(a, return_counts=True)[1].max())
    return others * others < PAIRS * len(a)


def _p_value(
    a: Floats, distance: Any, deviation: float, draws: int, seed: int
) -> tuple[float, float, float | None, str]:
    """The two-sided p-value of a statistic at `distance` from its mean."""
    if len(a) > NORMAL and not skewed(a):
        z = float(distance(a[None])[0]) / deviation
        return *two_sided_normal(z), None, f"normal approximation, exact variance over all orders ({len(a):,} rows)"
    why = f"{len(a):,} rows" if len(a) <= NORMAL else "one value is nearly all rows"
    _, found = permuted(a, distance, draws, seed, STOP_AFTER)
    return found.p_value, found.log_p_value, found.error, f"permutation ({why}): {found.words}"
