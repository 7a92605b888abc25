"""The maximum of the likelihood: from a sample's fit to the whole, and to all digits where the table is small."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossent import errors
from crossent.fitting.chunks import Floats, Rows
from crossent.fitting.model import Model
from crossent.fitting.solver import start as beginning
from crossent.fitting.solver.blas import one_blas_thread
from crossent.fitting.solver.newton import DONE, Recedes, Search, condition_of
from crossent.fitting.solver.optimum import Certificate, Optimum
from crossent.fitting.solver.orthogonal import orthogonalised
from crossent.fitting.solver.quasi_newton import descend
from crossent.fitting.solver.refine import Refined, refined

REFINED_BELOW = 2_000_000  # products of the Gram matrix: these cost some 50 ms in double-double
REFINED_ILL = 400_000_000  # where the condition would take digits away
WELL_CONDITIONED = 1e3  # below, sums in float64 keep 12 digits
ILL_CONDITIONED = 1e8
DEAR = 100  # coefficients: from here on a curvature costs more than many gradients
NEAR = 0.3  # standard errors: from here Newton's steps bring more than their curvature costs
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
    suspect_scalars: bool = True,
    held: Any = None,
) -> Optimum:
    """The coefficients that make the rows most likely.

        least  sum of w * nll(y, eta(b)) + ridge / 2 * sum of b^2,    intercepts and scalars are free

    `start` are coefficients to begin with; those at `held` are 0 and stay so. `progress` is called with the number of
    rows read in a pass.
    Raises Recedes if the maximum seems to be at infinity (of a coefficient with `suspect`, of a scalar with
    `suspect_scalars`), Singular if the curvature is not positive definite to all digits; NoAnswerError if no maximum
    was found.
    """
    with one_blas_thread():
        chunk = beginning.first_chunk(rows)
        if chunk is None:
            raise errors.no_rows(rows.name)
        center = beginning.center_of(model, chunk) if held is None else None
        shift = _shift(model, center)
        at = _moved(beginning.constant(model, chunk) if start is None else start.copy(), shift, 1)
        if held is not None:
            at[held] = 0.0
        search = Search(model, rows, at, _penalty(model, ridge), center, suspect, suspect_scalars, held, progress)
        if chunk.rows * (model.linear + 1) <= SMALL:
            search.done, search.fresh = ALL_DIGITS, 0.0
        search.has_low = chunk.low is not None
        failed: Exception | None = None
        try:
            if start is None and held is None:
                _begin_with_sample(search)
            search.run()
        except (Recedes, errors.NoAnswerError) as reason:
            failed = reason
        condition = search.condition()
        if failed is not None and (condition < ILL_CONDITIONED or ridge):
            raise failed
        if condition < ILL_CONDITIONED or ((ridge or held is not None) and search.curvature.definite):
            return _finished(search, shift, condition, ridge)
        return _in_other_coordinates(search, shift, condition, failed)


class Singular(Exception):
    """The curvature is not positive definite: columns are collinear, or a direction is flat."""


def _in_other_coordinates(search: Search, shift: Floats | None, condition: float, failed: Exception | None) -> Optimum:
    """The maximum by way of orthogonal columns, where those that were given are nearly collinear."""
    model, rows = search.model, search.rows
    found = orthogonalised(model, rows)
    chunk = None if found is None else beginning.first_chunk(found.rows)
    if found is None or chunk is None:
        if failed is None and search.curvature.definite and condition < SINGULAR:
            return _finished(search, shift, condition, 0.0)
        raise Singular
    begin = beginning.constant(model, chunk)
    inside = Search(
        found.model,
        found.rows,
        found.there(begin),
        np.zeros(len(begin)),
        None,
        search.suspect,
        done=ALL_DIGITS,
        fresh=0.0,
    )
    inside.run()
    search.at, search.center = found.back(inside.at), None
    exact = refined(model, rows, search.at, search.ridge) if _refinable(search, np.inf) else None
    if exact is None:
        raise Singular
    search.run_pass("hessian")
    return _result(search, exact, search.iterations + inside.iterations)


def _begin_with_sample(search: Search) -> None:
    """Moves the search to the maximum of a sample and, by the sample's curvature, most of the way on from there."""
    found = beginning.sample(search.model, search.rows)
    if found is None:
        return
    dear = search.model.linear >= DEAR
    if dear and (smaller := beginning.sample_of_sample(search.model, found[0])) is not None:
        small = _fit_of_sample(search, *found, smaller)
    else:
        small = _fit_of_sample(search, *found)
    if small is not None:
        search.at = small.at
        descend(search, small.curvature, found[1], DONE / 4 if dear else NEAR)


def _fit_of_sample(
    search: Search, rows: Rows, share: float, smaller: tuple[Rows, float] | None = None
) -> Search | None:
    """The search of a sample, run to its end; None if it has none, or no curvature to go on with."""
    made = Search(search.model, rows, search.at, search.ridge * share, search.center, search.suspect, done=0.1)
    try:
        if smaller is not None and (first := _fit_of_sample(search, smaller[0], share * smaller[1])) is not None:
            made.at = first.at
            descend(made, first.curvature, smaller[1], made.done)
        made.run()
    except (Recedes, errors.NoAnswerError):  # what a sample has no answer for, the whole may have
        return None
    return made if made.curvature.definite else None


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


def _loses_digits(search: Search) -> bool:
    """Whether float64 would lose digits whatever the condition.

    Residuals that make a scale may be small beside the target; columns with low parts are there to be used.
    """
    return search.has_low or "log_scale" in search.model.scalars


def _refinable(search: Search, condition: float) -> bool:
    if search.held is not None:
        return False
    products = search.state.rows * search.model.width**2 * len(search.model.channels) ** 2 / 2
    if search.model.over_classes:
        products *= search.model.predictors**2
    return products <= (REFINED_ILL if condition > ILL_CONDITIONED else REFINED_BELOW)


def _finished(search: Search, shift: Floats | None, condition: float, ridge: float) -> Optimum:
    coefficients = _moved(search.at, shift, -1)
    curvature = search.matrix
    if shift is not None:
        curvature = shift.T @ curvature @ shift
        condition = condition_of(curvature)
    if (condition > WELL_CONDITIONED or _loses_digits(search)) and _refinable(search, condition):
        exact = refined(search.model, search.rows, coefficients, search.ridge)
        if exact is not None:
            return _result(search, exact, search.iterations, ridge)
    gradient, covariance = search.gradient, search.curvature.solve(np.eye(len(coefficients)))
    if shift is not None:
        back = 2 * np.eye(len(coefficients)) - shift
        covariance = back @ covariance @ back.T
        gradient = shift.T @ gradient
    return Optimum(
        coefficients, search.state.value, search.state.weight.round(), search.state.rows,
        search.state.frequency.round(), curvature, (covariance + covariance.T) / 2,
        _certificate(search, gradient, covariance, condition), search.iterations, ridge=ridge,
    )  # fmt: skip


def _result(search: Search, exact: Refined, iterations: int, ridge: float = 0.0) -> Optimum:
    state = search.state
    return Optimum(
        exact.high, _total(search.model, search.rows, exact.high), state.weight.round(), state.rows,
        state.frequency.round(), exact.curvature, exact.covariance,
        _certificate(search, exact.gradient, exact.covariance, exact.condition), iterations + exact.steps, exact.low,
        ridge=ridge,
    )  # fmt: skip


def _certificate(search: Search, gradient: Floats, covariance: Floats, condition: float) -> Certificate:
    weight = search.state.weight.round()
    step = np.abs(covariance @ gradient) / np.sqrt(np.diag(covariance))
    return Certificate(
        float(np.max(np.abs(gradient), initial=0.0)) / weight,
        float(np.max(search.rounding(), initial=0.0)) / weight,
        float(np.max(step, initial=0.0)),
        condition,
    )


def _total(model: Model, rows: Rows, coefficients: Floats) -> float:
    from crossent.fitting.solver.passes import whole

    return whole(model, rows, coefficients, "value").value
