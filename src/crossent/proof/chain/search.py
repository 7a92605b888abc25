"""The maximum-likelihood estimate of a family that states no formula for it: Newton's method, damped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from crossent.proof.chain.sample import Sample

STEPS = 200
FARTHEST = 700.0  # beyond, exponentials of raw parameters leave the floats: there is no maximum this side
SETTLED = 1e-8  # a gradient that is 0 but for rounding, where no step lowers the loss any more
ROUNDING = 1e-15  # of the mean loss, relative


def least(sample: Sample) -> Any:
    """The raw parameters at which the gradient of the mean loss vanishes and its Hessian is positive; None if the
    method does not get there: then there may be no maximum.
    """
    here, damping = sample.start, 0.0
    value, gradient, hessian = _mean(sample, here)
    for _ in range(STEPS):
        if not gradient.any():
            break
        lowest = float(np.linalg.eigvalsh(hessian)[0])
        there = here - np.linalg.solve(hessian + (damping + max(0.0, 1e-3 - 2 * lowest)) * np.eye(len(here)), gradient)
        if np.abs(there).max() > FARTHEST:
            return None
        made = _mean(sample, there)
        lower = made[0] < value - ROUNDING * abs(value)
        if lower or (made[0] <= value + ROUNDING * abs(value) and np.abs(made[1]).max() < np.abs(gradient).max()):
            here, (value, gradient, hessian), damping = there, made, damping / 8 if damping > 1e-12 else 0.0
        elif damping > 1e6:
            break
        else:
            damping = max(4 * damping, 1e-3)
    settled = np.abs(gradient).max() <= SETTLED * (1 + abs(value)) and np.linalg.eigvalsh(hessian)[0] > 0
    return here if settled else None


def _mean(sample: Sample, raw: Any) -> tuple[float, Any, Any]:
    """The mean loss with one raw prediction for all rows, its gradient and its Hessian."""
    n, k = len(sample.target), len(raw)
    losses = sample.losses_at(raw)
    parts = (losses.rows, losses.gradient.reshape(n, k), losses.hessian.reshape(n, k, k))
    value, gradient, hessian = (np.average(part, axis=0, weights=sample.weights) for part in parts)
    return float(value), gradient, hessian
