"""How strongly rows and columns go together, apart from how sure: Pearson's statistic, G, Cramer's V."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.independence.contingency.tables import Table
from crossent.independence.results import Effect

TAILS = (0.975, 0.025)  # of a 95 % interval


def pearson(table: Table, correction: bool = False) -> float:
    """Sum of (x - e)^2 / e; with Yates' correction each |x - e| is brought 1/2 nearer to 0, not past it."""
    expected = table.expected()
    off = np.abs(table.counts - expected)
    if correction:
        off = off - np.minimum(0.5, off)
    return math.fsum((off**2 / expected).ravel())


def g_statistic(table: Table) -> float:
    """2 sum of x log(x / e) = 2 n KL(joint || product of the margins).

    Summed as 2 sum of (x log(x / e) - x + e), whose terms are all positive: nothing cancels near independence.
    """
    from crossent.kernels.elementwise import evaluate_formula
    from crossent.vocabulary import kl_div

    x, expected = table.counts.astype(np.float64).ravel(), table.expected().ravel()
    return 2 * math.fsum(evaluate_formula(kl_div, [x, expected, x - expected], x.size))


def degrees_of_freedom(table: Table) -> int:
    rows, columns = table.shape
    return (rows - 1) * (columns - 1)


def cochran(expected: NDArray[np.float64]) -> str:
    """Why the chi-squared distribution should not be trusted here; empty where it may be (Cochran 1954)."""
    smallest, below = float(expected.min()), int((expected < 5).sum())
    if smallest < 1:
        return f"an expected count is {smallest:.3g}, below 1"
    if below * 5 > expected.size:
        return f"{below} of {expected.size} expected counts are below 5"
    return ""


def upper_tail(statistic: float, degrees: int) -> tuple[float, float]:
    """P(chi-squared with these degrees of freedom >= statistic) and its logarithm, which never underflows."""
    from scipy.special import gammaincc

    p = float(gammaincc(degrees / 2, statistic / 2))
    if p > 1e-290:
        return p, math.log(p)
    import mpmath

    with mpmath.workdps(30):
        tail = mpmath.gammainc(mpmath.mpf(degrees) / 2, mpmath.mpf(statistic) / 2, mpmath.inf, regularized=True)
        return float(tail), float(mpmath.log(tail))


def cramers_v(table: Table) -> Effect:
    """sqrt(X^2 / (n (min(r, c) - 1))): 0 without association, 1 where one side decides the other.

    The interval is that of the noncentrality of a noncentral chi-squared, an approximation (Smithson 2003).
    """
    statistic = pearson(table)
    scale = table.total * (min(table.shape) - 1)
    low, high = noncentral_ends(statistic, degrees_of_freedom(table), scale)
    return Effect("Cramer's V", math.sqrt(statistic / scale), (low, min(1.0, high)))


def noncentral_ends(statistic: float, degrees: int, scale: float) -> tuple[float, float]:
    """sqrt(noncentrality / scale) at both ends of its 95 % interval; an end is 0 where no noncentrality is so small."""
    from scipy.special import chndtr, chndtrinc

    low, high = (
        math.sqrt(float(chndtrinc(statistic, degrees, tail)) / scale) if chndtr(statistic, degrees, 0.0) > tail else 0.0
        for tail in TAILS
    )
    return low, high


def pictured(table: Table) -> dict[str, Any]:
    """What a report shows: the counts, those expected, Pearson's residuals and the adjusted ones (Haberman 1973)."""
    expected, n = table.expected(), table.total
    residuals = (table.counts - expected) / np.sqrt(expected)
    rows, columns = table.counts.sum(axis=1), table.counts.sum(axis=0)
    spread = np.sqrt(((n - rows) / n)[:, None] * ((n - columns) / n)[None, :])
    return {
        "table": table.counts.tolist(), "expected": expected.tolist(), "residuals": residuals.tolist(),
        "adjusted_residuals": (residuals / spread).tolist(), "degrees_of_freedom": degrees_of_freedom(table),
    }  # fmt: skip
