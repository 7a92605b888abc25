"""Tail probabilities and quantiles, each tail computed as such, so that small p-values keep their digits."""

from __future__ import annotations

import math

NORMAL_975 = 1.959963984540054


def two_sided(z: float, degrees_of_freedom: float | None = None) -> float:
    """P(|Z| > |z|) of the normal, or of Student's t.

    >>> f"{two_sided(10.0):.12e}"
    '1.523970604832e-23'
    """
    if degrees_of_freedom is None:
        return math.erfc(abs(z) / math.sqrt(2))
    from scipy.special import betainc

    square = z * z
    if math.isinf(square):
        return 0.0
    return float(betainc(degrees_of_freedom / 2, 0.5, degrees_of_freedom / (degrees_of_freedom + square)))


def quantile_975(degrees_of_freedom: float | None = None) -> float:
    """Half the width of a 95 % interval, in standard errors."""
    if degrees_of_freedom is None:
        return NORMAL_975
    from scipy.special import betaincinv  # SciPy's quantile of t itself is good to 10 digits only

    u = betaincinv(0.5, degrees_of_freedom / 2, 0.95)  # t^2 / (df + t^2)
    return math.sqrt(degrees_of_freedom * float(u / (1 - u)))


def chi_squared_tail(x: float, degrees_of_freedom: float) -> float:
    """P(X > x)."""
    from scipy.special import gammaincc

    return float(gammaincc(degrees_of_freedom / 2, x / 2))


def f_tail(x: float, numerator: float, denominator: float) -> float:
    """P(X > x) of Fisher's F."""
    from scipy.special import betainc

    return float(betainc(denominator / 2, numerator / 2, denominator / (denominator + numerator * x)))
