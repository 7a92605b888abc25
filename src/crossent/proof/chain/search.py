"""The maximum-likelihood estimate of a family that states no formula for it: Newton's method, damped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crossent.loss.loss import Loss

if TYPE_CHECKING:
    from crossent.proof.chain.sample import Sample

STEPS = 200
SMALL = 1e-9  # a gradient that is 0 but for rounding


def start(sample: Sample) -> Any:
    """The raw parameters at 0, or in the middle of their typical range if 0 is not in it."""
    ranges = [p.typical for p in sample.family.parameters]
    return np.array([0.0 if low <= 0 <= high else (low + high) / 2 for low, high in ranges])


def least(sample: Sample) -> Any:
    """The raw parameters at which the gradient of the mean loss vanishes and its Hessian is positive; None if the
    method does not get there: then there may be no maximum.
    """
    here, damping = start(sample), 0.0
    value, gradient, hessian = _mean(sample, here)
    for _ in range(STEPS):
        lowest = np.linalg.eigvalsh(hessian)[0]
        if np.abs(gradient).max() <= SMALL * (1 + abs(value)) and lowest > 0:
            return here
        bend = hessian + (damping + max(0.0, 1e-3 - 2 * lowest)) * np.eye(len(here))
        there = here - np.linalg.solve(bend, gradient)
        if not np.isfinite(there).all():
            return None
        made = _mean(sample, there)
        if made[0] < value or (made[0] == value and np.abs(made[1]).max() < np.abs(gradient).max()):
            here, (value, gradient, hessian), damping = there, made, damping / 8 if damping > 1e-12 else 0.0
        else:
            damping = max(4 * damping, 1e-3)
            if damping > 1e12:
                return here if np.abs(gradient).max() <= 1e-6 * (1 + abs(value)) and lowest > 0 else None
    return None


def _mean(sample: Sample, raw: Any) -> tuple[float, Any, Any]:
    """The mean loss with one raw prediction for all rows, its gradient and its Hessian."""
    n, k = len(sample.target), len(raw)
    columns = np.full(n, raw[0]) if k == 1 else np.tile(raw, (n, 1))
    with np.errstate(over="ignore", invalid="ignore"):
        value, gradient, hessian = Loss(sample.family).value_gradient_hessian(
            sample.target, columns, reduction="none", full=True, **sample.fixed
        )
    means = (np.asarray(part).reshape(n, *shape) for part, shape in ((value, ()), (gradient, (k,)), (hessian, (k, k))))
    value, gradient, hessian = (np.average(part, axis=0, weights=sample.weights) for part in means)
    return float(value), gradient, hessian
