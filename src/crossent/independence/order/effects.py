"""How large: an autocorrelation and its interval, and the normal p-value with its logarithm."""

from __future__ import annotations

import math

from crossent.independence.results import Effect

Z95 = 1.959963984540054


def autocorrelation(value: float, rows: int, lag: int = 1, name: str = "autocorrelation") -> Effect:
    """An autocorrelation with the interval sin(arcsin r -+ 1.96 / sqrt n).

    The standard error of the lag-1 autocorrelation of an autoregression of order 1 is sqrt((1 - r^2) / n) (Bartlett
    1946), which the arcsine makes constant. Where rows depend in other ways the interval is a guide.

    >>> [round(bound, 4) for bound in autocorrelation(0.0, 100).ci95]
    [-0.1947, 0.1947]
    """
    title = f"{name} at lag {lag}"
    # mean ranks and short series may give r beyond 1, where the interval does not exist
    if rows < 4 or abs(value) > 1:
        return Effect(title, value)
    middle, half = math.asin(value), Z95 / math.sqrt(rows)
    low, high = middle - half, middle + half
    bounds = (math.sin(low) if low > -math.pi / 2 else -1.0, math.sin(high) if high < math.pi / 2 else 1.0)
    return Effect(title, value, bounds)


def two_sided_normal(z: float) -> tuple[float, float]:
    """P(|Z| >= |z|) and its logarithm.

    >>> two_sided_normal(0.0)[0]
    1.0
    """
    from scipy.special import log_ndtr

    log_p = math.log(2) + float(log_ndtr(-abs(z)))
    return math.exp(log_p), log_p
