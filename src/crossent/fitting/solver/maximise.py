"""The maximum of the likelihood: from a sample's fit to the whole, and to all digits where the table is small."""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache
from typing import Any

import numpy as np

from crossent import errors
from crossent.fitting.chunks import Floats, Rows
from crossent.fitting.model import Model
from crossent.fitting.solver import start as beginning
from crossent.fitting.solver.directions import curvature_of
from crossent.fitting.solver.newton import DONE, Recedes, Search
from crossent.fitting.solver.optimum import Certificate, Optimum
from crossent.fitting.solver.quasi_newton import descend
from crossent.fitting.solver.refine import ROUNDING, refined

REFINED_BELOW = 2_000_000  # products of the Gram matrix: these cost some 50 ms in double-double
REFINED_ILL = 400_000_000  # where the condition would take digits away
WELL_CONDITIONED = 1e3  # below, sums in float64 keep 12 digits
ILL_CONDITIONED = 1e8
DEAR = 100  # coefficients: from here on a curvature costs more than many gradients
SINGULAR = 1e13
SMALL, ALL_DIGITS = 1 << 20, 1e-13  # numbers in the first chunk; one more step then costs nothing


def maximise(
    model: Model,
    rows: Rows,
    *,
    ridge: float = 0.0,
    start: Floats | None = None,
    progress: Any = None,
    suspect: bool = True,
) -> Optimum:
    """The coefficients that make the rows most likely.

        least  sum of w * nll(y, eta(b)) + ridge / 2 * sum of b^2,    intercepts and scalars are free

    `start` are coefficients to begin with. `progress` is called with the number of rows read in a pass.
    Raises Recedes if the maximum seems to be at infinity (only with `suspect`); NoAnswerError if none was found.
    """
    with _one_blas_thread():
        penalty = _penalty(model, ridge)
        chunk = beginning.first_chunk(rows)
        if chunk is None:
            raise errors.no_rows(rows.name)
        center = beginning.center_of(model, chunk)
        at = beginning.constant(model, chunk) if start is None else start.copy()
        shift = _shift(model, center)
        at = _moved(at, shift, 1)
        done = DONE if chunk.rows * (model.linear + 1) > SMALL else ALL_DIGITS
        search = Search(model, rows, at, penalty, center, suspect, progress, done)
        try:
            if start is None:
                _begin_with_sample(search)
            search.run()
        except errors.NoAnswerError:
            if _is_singular(search):
                raise Singular from None
            raise
        if _is_singular(search):
            raise Singular
        return _finished(search, shift, ridge)


class Singular(Exception):
    """The curvature is not positive definite: columns are collinear, or a direction is flat."""


def _is_singular(search: Search) -> bool:
    return not search.curvature.definite or (_condition(search.matrix) > SINGULAR and not _refinable(search, np.inf))


def _begin_with_sample(search: Search) -> None:
    sample = beginning.sample(search.model, search.rows)
    if sample is None:
        return
    share = len(sample.target) / len(search.rows.target)  # type: ignore[attr-defined]
    small = Search(search.model, sample, search.at, search.ridge * share, search.center, search.suspect, done=0.1)
    try:
        small.run()
    except (Recedes, errors.NoAnswerError):  # what a sample has no answer for, the whole may have
        return
    search.at = small.at
    if search.model.linear >= DEAR and small.curvature.definite:
        descend(search, small.curvature, share)


def _penalty(model: Model, ridge: float) -> Floats:
    made = np.full(len(model.names), ridge)
    made[model.intercepts()] = 0.0
    made[model.linear :] = 0.0
    return made


def _shift(model: Model, center: Floats | None) -> Floats | None:
    """The matrix T with coefficients of the centred design = T times those of the design."""
    if center is None:
        return None
    made = np.eye(len(model.names))
    for place in model.intercepts():
        made[place, place + 1 : place + 1 + len(center)] = center
    return made


def _moved(at: Floats, shift: Floats | None, direction: int) -> Floats:
    if shift is None:
        return at
    off = shift - np.eye(len(at))
    return at + direction * (off @ at)


def _refinable(search: Search, condition: float) -> bool:
    products = search.state.rows * search.model.width**2 * len(search.model.channels) ** 2 / 2
    if search.model.over_classes:
        products *= search.model.predictors**2
    return products <= (REFINED_ILL if condition > ILL_CONDITIONED else REFINED_BELOW)


def _finished(search: Search, shift: Floats | None, ridge: float) -> Optimum:
    model, state = search.model, search.state
    coefficients = _moved(search.at, shift, -1)
    condition = _condition(search.matrix)
    weight, frequency = state.weight.round(), state.frequency.round()
    exact = None
    if condition > WELL_CONDITIONED and _refinable(search, condition):
        exact = refined(model, search.rows, coefficients, search.ridge)
    if exact is not None:
        gradient, covariance, curvature = exact.gradient, exact.covariance, exact.curvature
        rounding, condition, coefficients, low = search.rounding(), exact.condition, exact.high, exact.low
        total = _total(model, search.rows, coefficients)
    else:
        gradient, low, rounding, total = search.gradient, None, search.rounding(), state.value
        inverse = curvature_of(search.matrix)
        covariance = inverse.solve(np.eye(len(coefficients)))  # one solve for all columns
        curvature = search.matrix
        if shift is not None:
            back = 2 * np.eye(len(coefficients)) - shift
            covariance = back @ covariance @ back.T
            curvature = shift.T @ curvature @ shift
            gradient = shift.T @ gradient
    covariance = (covariance + covariance.T) / 2
    step = np.abs(covariance @ gradient) / np.sqrt(np.diag(covariance))
    certificate = Certificate(
        float(np.max(np.abs(gradient), initial=0.0)) / weight,
        float(np.max(rounding, initial=0.0)) / weight,
        float(np.max(step, initial=0.0)),
        condition,
    )
    return Optimum(
        coefficients, total, weight, state.rows, frequency, curvature, covariance, certificate, search.iterations, low,
        ridge=ridge,
    )  # fmt: skip


def _total(model: Model, rows: Rows, coefficients: Floats) -> float:
    from crossent.fitting.solver.passes import whole

    return whole(model, rows, coefficients, "value").value


def _condition(matrix: Floats) -> float:
    """That of the curvature with its columns scaled to unit length."""
    diagonal = np.diag(matrix)
    if not len(matrix) or not (diagonal > 0).all():
        return float("inf") if len(matrix) else 1.0
    unit = 1 / np.sqrt(diagonal)
    values = np.linalg.eigvalsh(matrix * np.outer(unit, unit))
    return float(values[-1] / values[0]) if values[0] > values[-1] * ROUNDING else float("inf")


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _one_blas_thread() -> Any:
    # Spans are shared out to our own threads; and a sum that BLAS splits has other bits for other thread counts.
    import scipy.linalg  # noqa: F401  (its BLAS is to be known too)

    controller = _controller()
    return controller.limit(limits=1, user_api="blas") if controller.lib_controllers else nullcontext()
