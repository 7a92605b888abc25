"""The ends of a profile-likelihood interval: where twice the loss of likelihood reaches a quantile of chi-squared."""

from __future__ import annotations

import math
from collections.abc import Callable

CHI_SQUARED_95 = 3.841458820694124  # with one degree of freedom: 1.959963984540054^2
TINY = 2.0**-1022


def crossing(difference: Callable[[float], float], inside: float, outside: float, level: float) -> float:
    """The x between `inside`, where `difference` is below `level`, and `outside`, where it is not, at which it is."""
    from scipy.optimize import brentq

    if not difference(outside) > level:
        return outside

    def above(x: float) -> float:  # an infinite loss is no number that the search can weigh
        return min(difference(x) - level, 1e300)

    return float(brentq(above, inside, outside, xtol=TINY, rtol=1e-15, maxiter=500))


def bracket(difference: Callable[[float], float], estimate: float, step: float, limit: float, level: float) -> float:
    """Where `difference` has passed `level` on the way from `estimate` to `limit`; `limit` itself if it never does."""
    sign = 1.0 if limit > estimate else -1.0
    for _ in range(1100):
        point = estimate + sign * step
        if not sign * point < sign * limit:
            return limit
        if difference(point) > level:
            return point
        step *= 2
    return limit


def interval(
    difference: Callable[[float], float], estimate: float, step: float, domain: tuple[float, float], level: float
) -> tuple[float, float]:
    """Both ends inside the domain; an end of the domain itself where the likelihood never falls far enough."""
    ends = []
    for limit in domain:
        if limit == estimate:
            ends.append(estimate)
            continue
        outside = bracket(difference, estimate, step, limit, level)
        ends.append(limit if math.isinf(outside) else crossing(difference, estimate, outside, level))
    return ends[0], ends[1]


def excess_root(c: float) -> tuple[float, float]:
    """The two x with x + exp(-x) - 1 = c, c > 0: below and above 0. They bound the logarithm of a scale."""

    def excess(x: float) -> float:
        if abs(x) < 1e-3:  # the series: what cancels is not formed
            return x * x / 2 * (1 - x / 3 * (1 - x / 4 * (1 - x / 5 * (1 - x / 6))))
        return x + math.expm1(-x)

    below = crossing(excess, 0.0, -math.sqrt(2 * c) - math.log1p(c), c)
    above = crossing(excess, 0.0, math.sqrt(2 * c) + c + 1, c)
    return below, above
