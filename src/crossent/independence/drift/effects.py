"""How large a difference of two samples is: in standard deviations, with an interval."""

from __future__ import annotations

import math

from crossent.independence.order.effects import Z95
from crossent.independence.results import Effect

Moments = tuple[float, float, float]  # count, mean, sum of squares about the mean


def difference_in_deviations(first: Moments, second: Moments, name: str) -> Effect:
    """(mean of the second - mean of the first) / pooled standard deviation, with its large-sample interval.

        se^2 = (n1 + n2) / (n1 n2) + d^2 / (2 (n1 + n2))     (Hedges and Olkin 1985, 5.14)

    >>> effect = difference_in_deviations((50, 0.0, 49.0), (50, 1.0, 49.0), "step")
    >>> effect.estimate, [round(bound, 3) for bound in effect.ci95]
    (1.0, [0.584, 1.416])
    """
    (n1, mean1, squares1), (n2, mean2, squares2) = first, second
    if n1 + n2 <= 2 or squares1 + squares2 == 0:
        return Effect(name, math.copysign(math.inf, mean2 - mean1) if mean1 != mean2 else 0.0)
    d = (mean2 - mean1) / math.sqrt((squares1 + squares2) / (n1 + n2 - 2))
    half = Z95 * math.sqrt((n1 + n2) / (n1 * n2) + d * d / (2 * (n1 + n2)))
    return Effect(name, d, (d - half, d + half))
