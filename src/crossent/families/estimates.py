"""Maximum-likelihood estimates that several families share: of weighted samples, in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np


def _columns(y: Any, weight: Any) -> tuple[Any, Any]:
    y = np.asarray(y, np.float64).reshape(-1)
    weight = np.ones_like(y) if weight is None else np.broadcast_to(np.asarray(weight, np.float64), y.shape)
    counted = weight != 0
    return y[counted], weight[counted]


def weighted_mean(y: Any, weight: Any = None, per: Any = None) -> float:
    """sum w y / sum w; with `per`, sum w y / sum w per. Both sums are exact, the quotient is rounded once."""
    from crossent.kernels.exact_sum import ExactSum

    y = np.asarray(y, np.float64)
    per = np.broadcast_to(np.asarray(1.0 if per is None else per, np.float64), y.shape).reshape(-1)
    weight = np.broadcast_to(np.asarray(1.0 if weight is None else weight, np.float64), y.shape).reshape(-1)
    counted = weight != 0
    y, weight, per = y.reshape(-1)[counted], weight[counted], per[counted]
    return ExactSum.ratio(ExactSum.of(y, weight), ExactSum.of(per, weight))


def weighted_median(y: Any, weight: Any = None) -> float:
    """The least y with half of the weight at or below it: it minimises sum w |y - median|."""
    y, weight = _columns(y, weight)
    order = np.argsort(y, kind="stable")
    reached = np.cumsum(weight[order])
    return float(y[order][np.searchsorted(reached, reached[-1] / 2)]) if y.size else float("nan")


def negative_binomial_mle(y: Any, weight: Any = None) -> tuple[float, float]:
    """Mean and concentration; the concentration is infinite unless the sample varies more than a Poisson would."""
    y, weight = _columns(y, weight)
    mean = weighted_mean(y, weight)
    if not weighted_mean((y - mean) ** 2, weight) > mean:
        return mean, float("inf")
    return mean, float(np.exp(_root_of_concentration(y, weight, mean)))


def _root_of_concentration(y: Any, weight: Any, mean: float) -> float:
    """log(concentration) at which the gradient by it vanishes, by bisection: below, it is negative; above, positive."""
    from crossent.families import negative_binomial
    from crossent.kernels.elementwise import evaluate_formula

    counts, at = np.unique(y, return_inverse=True)
    total = np.bincount(at.reshape(-1), weights=weight)
    low, high = -700.0, 700.0
    while (middle := (low + high) / 2) not in (low, high):
        columns = [counts, np.log(mean), middle]
        _, slope = evaluate_formula(negative_binomial.gradient, columns, counts.size)
        low, high = (middle, high) if np.dot(total, slope) < 0 else (low, middle)
    return middle
