"""Normal and Laplace: closed forms for the estimates, their errors and their intervals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from crossent import errors
from crossent.families.estimates import weighted_median
from crossent.fitting.chunks import Floats
from crossent.fitting.unconditional import found, profile
from crossent.fitting.unconditional.accumulated import Moments, Observed, RowWeight, Totals, fraction
from crossent.fitting.unconditional.found import Found, Parameter
from crossent.kernels.exact_sum import ExactSum
from crossent.scoring import finish
from crossent.scoring.sums import exact_sum

NORMAL_NOTE = (
    "scale is the maximum-likelihood estimate, sqrt(RSS / n); its errors are those of the observed information."
)
LAPLACE_NOTE = "The standard error of loc is that of the expected information, scale / sqrt(n)."


def estimate_normal(kept: Any, totals: Totals, name: str, sandwich: bool) -> Found:
    """loc = the weighted mean, scale = sqrt(RSS / weight), correctly rounded; errors scale / sqrt(weight (times 2))."""
    moments, robust = kept, None
    weight = fraction(totals.likelihood)
    if not isinstance(kept, Moments):
        observed, moments = kept.observed(), Moments()
        moments.update(observed.target, (), RowWeight(observed.likelihood, observed.square, observed.frequency))
    mean = fraction(moments.target) / weight
    variance = fraction(moments.squares) / weight - mean * mean
    if variance <= 0 or totals.rows == 1:
        raise errors.constant_target(name, "normal", float(mean))
    loc, scale = float(mean), float(finish.square_root(variance))
    n = float(weight)
    if sandwich:
        z = (observed.target - loc) / scale
        robust = _robust((z, (z - 1) * (z + 1) / 2), observed.square, n)
    variances, levels = _levels((1 / n, 1 / (2 * n)), robust)
    half = scale * math.sqrt(math.expm1(levels[0] / n))
    below, above = profile.excess_root(levels[1] / n)
    ends = ((loc - half, loc + half), (scale * math.exp(below / 2), scale * math.exp(above / 2)))
    total = finish.times(
        finish.decimal(weight / 2),
        finish.plus(finish.log(finish.times(finish.TWO_PI, finish.decimal(variance))), finish.decimal(1)),
    )
    return _found(loc, scale, variances, ends, float(total), robust, NORMAL_NOTE)


def estimate_laplace(observed: Observed, totals: Totals, name: str, sandwich: bool) -> Found:
    """loc = a weighted median, scale = the mean distance from it; the expected information: scale / sqrt(weight)."""
    loc = weighted_median(observed.target, observed.likelihood)
    distance = np.abs(observed.target - loc)
    scale = ExactSum.ratio(exact_sum(distance, observed.likelihood), totals.likelihood)
    if not scale > 0:
        raise errors.constant_target(name, "laplace", loc)
    n = totals.likelihood.round()
    robust = None
    if sandwich:
        robust = _robust((np.sign(observed.target - loc), distance / scale - 1), observed.square, n)
    variances, levels = _levels((1 / n, 1 / n), robust)
    below, above = profile.excess_root(levels[1] / (2 * n))
    spread = distance_ends(observed.target - loc, observed.likelihood, scale * math.exp(levels[0] / (2 * n)))
    ends = ((loc + spread[0], loc + spread[1]), (scale * math.exp(below), scale * math.exp(above)))
    total = n * (math.log(2) + math.log(scale) + 1)
    return _found(loc, scale, variances, ends, total, robust, LAPLACE_NOTE)


def _robust(influence: tuple[Floats, ...], square: Floats, weight: float) -> Floats:
    """The covariance of what each row adds to the estimates, in units of the scale: sum of w^2 u u' / weight^2."""
    columns = np.column_stack(influence)
    return (columns * square[:, None]).T @ columns / weight**2


def _levels(models: tuple[float, ...], robust: Floats | None) -> tuple[list[float], list[float]]:
    """Variances, and how far twice the log-likelihood may drop for each parameter."""
    if robust is None:
        return list(models), [profile.CHI_SQUARED_95] * len(models)
    variances = [float(each) for each in np.diag(robust)]
    return variances, [profile.CHI_SQUARED_95 * r / m for r, m in zip(variances, models, strict=True)]


def _found(
    loc: float,
    scale: float,
    variances: list[float],
    ends: tuple[tuple[float, float], ...],
    total: float,
    robust: Floats | None,
    note: str,
) -> Found:
    """`variances` and `robust` are in units of the scale."""
    method = found.MODEL if robust is None else found.SCALED
    parameters = tuple(
        Parameter(name, value, variance * scale * scale, end, method=method, error=scale * math.sqrt(variance))
        for name, value, variance, end in zip(("loc", "scale"), (loc, scale), variances, ends, strict=True)
    )
    with np.errstate(over="ignore"):
        covariance = (np.diag(variances) if robust is None else robust) * scale * scale
    return Found(parameters, total, 2, covariance, notes=(note,), values=(loc, scale))


def distance_ends(residual: Floats, weight: Floats, level: float) -> tuple[float, float]:
    """The two x at which the mean of |residual - x| is `level`: it is convex and made of straight pieces."""
    order = np.argsort(residual, kind="stable")
    r, w = residual[order], weight[order]
    upto, moment = np.concatenate([[0.0], np.cumsum(w)]), np.concatenate([[0.0], np.cumsum(w * r)])
    whole, all_moment = upto[-1], moment[-1]
    wanted = level * whole
    # before knot i the sum is x (2 upto_i - whole) + all_moment - 2 moment_i
    at_knots = r * (2 * upto[:-1] - whole) + all_moment - 2 * moment[:-1]
    middle = int(np.argmin(at_knots))
    ends = []
    for side in (-1, 1):
        beyond = np.flatnonzero(at_knots >= wanted)
        beyond = beyond[beyond <= middle] if side < 0 else beyond[beyond >= middle]
        if side < 0:
            piece = int(beyond[-1]) + 1 if beyond.size else 0
        else:
            piece = int(beyond[0]) if beyond.size else len(r)
        slope = 2 * upto[piece] - whole
        ends.append(float((wanted - all_moment + 2 * moment[piece]) / slope))
    return ends[0], ends[1]
