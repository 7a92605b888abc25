"""What the solver has found, in the user's units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crossent.fitting.chunks import Floats


@dataclass(frozen=True)
class Certificate:
    """How far the estimate may be from the maximum.

    `gradient` is the largest |derivative| of the mean loss by a coefficient, `rounding` what rounding alone can leave
    there; `step` the largest Newton step left, in standard errors; `condition` that of the curvature with its columns
    scaled to unit length.
    """

    gradient: float
    rounding: float
    step: float
    condition: float


@dataclass(frozen=True)
class Optimum:
    """The least sum of w * nll (+ ridge/2 * sum of squares of the coefficients but intercepts and scalars)."""

    coefficients: Floats  # (P,)
    total: float  # the sum of w * nll there, without the penalty
    weight: float  # the sum of w
    rows: int  # with a weight other than 0
    frequency: float  # the sum of frequencies: n where rows are repeated
    curvature: Floats  # (P, P): Hessian of the penalised sum
    covariance: Floats  # its inverse, with the digits that `certificate.condition` would take away
    certificate: Certificate
    iterations: int
    low: Floats | None = None  # coefficients + low holds more digits
    fixed_at: Mapping[int, float] = field(default_factory=dict)  # coefficients at +inf or -inf
    ridge: float = 0.0
