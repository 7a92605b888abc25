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

    y, weight = (np.asarray(y, np.float64), weight) if per is None else (np.asarray(y, np.float64), weight)
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
