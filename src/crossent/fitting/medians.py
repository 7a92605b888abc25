"""Laplace with predictors: median regression. Errors come from the expected information, since the loss has kinks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from crossent import errors
from crossent.fitting.chunks import Floats, Rows
from crossent.fitting.inference.describe import describe
from crossent.fitting.model import Model
from crossent.fitting.result import Fit
from crossent.fitting.separation.median import MedianFit, fit_median
from crossent.fitting.solver import passes
from crossent.fitting.solver.blas import one_blas_thread
from crossent.fitting.solver.directions import curvature_of
from crossent.fitting.solver.newton import condition_of
from crossent.fitting.solver.optimum import Certificate, Optimum

EXPECTED = (
    "Median regression: errors by the expected information of the Laplace family (scale^2 (X'X)^-1), since the loss "
    "has kinks; the least sum of |residuals| is at most {gap:.2g} below the one found (duality gap)."
)
NOT_UNIQUE = "Other coefficients have the same likelihood: the median is not unique, and these are one choice of many."


def median_regression(question: Any, model: Model) -> Fit:
    """The fit of a Laplace family with predictors."""
    if question.ridge:
        option = "--ridge"
        raise errors.option_not_for(option, "Laplace with predictors", ["families with smooth losses"])
    rows = question.rows
    found = fit_median(rows, intercept=model.intercept)
    known = model.known.get("log_scale")
    if known is None and not found.scale > 0:
        raise errors.target_reproduced(rows.name, str(question.columns.get("target", "the target")))
    log_scale = math.log(found.scale) if known is None else known
    coefficients = np.concatenate([found.coefficients, np.full(len(model.scalars), log_scale)])
    state = passes.whole(model, rows, coefficients, "value")
    information = _information(model, rows, math.exp(log_scale), found.weight)
    covariance = curvature_of(information).solve(np.eye(len(information)))
    optimum = Optimum(
        coefficients=coefficients,
        total=state.value,
        weight=found.weight,
        rows=state.rows,
        frequency=state.frequency.round(),
        curvature=information,
        covariance=(covariance + covariance.T) / 2,
        certificate=_certificate(found, information, log_scale),
        iterations=found.passes,
    )
    notes = [*question.notes, EXPECTED.format(gap=found.gap), *([] if found.unique else [NOT_UNIQUE])]
    told = question.told | {"notes": notes}
    return describe(model, rows, optimum, errors=question.errors or "model", cluster=question.cluster, **told)


def _information(model: Model, rows: Rows, scale: float, weight: float) -> Floats:
    """E[Hessian of the sum]: X'WX / scale^2 for the coefficients, the sum of weights for log(scale)."""
    made = np.zeros((len(model.names),) * 2)
    first, linear = int(model.intercept), model.linear
    with one_blas_thread():
        for chunk in rows.chunks():
            weights = chunk.likelihood_weight
            weights = np.ones(chunk.rows) if weights is None else weights
            made[first:linear, first:linear] += passes.gram(chunk.design, weights)
            if first:
                made[0, 0] += weights.sum()
                made[0, 1:linear] += weights @ chunk.design
    made[1:linear, 0] = made[0, 1:linear]
    made[:linear, :linear] /= scale * scale
    for place in range(linear, len(made)):
        made[place, place] = weight
    return made


def _certificate(found: MedianFit, information: Floats, log_scale: float) -> Certificate:
    gap = found.gap * math.exp(-log_scale)  # in nats
    return Certificate(gap / found.weight, 2.0**-53, math.sqrt(2 * max(gap, 0.0)), condition_of(information))
