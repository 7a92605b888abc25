"""Tail probabilities and quantiles, each tail computed as such, so that small p-values keep their digits."""

from __future__ import annotations

import math

from crossent.independence.cost.quantiles import NORMAL_975, quantile_975

__all__ = ["NORMAL_975", "chi_squared_tail", "f_tail", "quantile_975", "two_sided"]


def two_sided(z: float, degrees_of_freedom: float | None = None) -> float:
    """P(|Z| > |z|) of the normal, or of Student's t.

    >>> f"{two_sided(10.0):.12e}"
    '1.523970604832e-23'
    """
    if degrees_of_freedom is None:
        return math.erfc(abs(z) / math.sqrt(2))
    return f_tail(z * z, 1.0, degrees_of_freedom)


def chi_squared_tail(x: float, degrees_of_freedom: float) -> float:
    """P(X > x)."""
    from scipy.special import gammaincc

    return float(gammaincc(degrees_of_freedom / 2, x / 2))


def f_tail(x: float, numerator: float, denominator: float) -> float:
    """P(X > x) of Fisher's F: from whichever of the two shares of x is the small one, and so keeps its digits."""
    from scipy.special import betainc, betaincc

    above = numerator * x
    if math.isinf(above):
        return 0.0
    if above < denominator:
        return float(betaincc(numerator / 2, denominator / 2, above / (denominator + above)))
    return float(betainc(denominator / 2, numerator / 2, denominator / (denominator + above)))
