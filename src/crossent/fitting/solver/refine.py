"""Digits: Newton's method with predictors, gradient and curvature in double-double, for tables that are not too large.

Each row's derivatives come from the kernels, within a few units in the last place, and act like as small an error of
the data; what is summed up over rows loses nothing. So coefficients keep about 16 - log10(condition)/2 digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossent.families.catalogue import FAMILIES
from crossent.fitting.chunks import Chunk, Floats, Rows
from crossent.fitting.model import Model
from crossent.fitting.solver import double_double as dd
from crossent.fitting.solver.double_double import Pair
from crossent.fitting.solver.passes import expected_counts, part

BLOCK_NUMBERS = 1 << 16
MOST_STEPS = 30
ROUNDING = 2.0**-53


@dataclass(frozen=True)
class Refined:
    """Coefficients high + low, and there: gradient (what is left), curvature, its inverse, the condition number."""

    high: Floats
    low: Floats
    gradient: Floats
    curvature: Floats
    covariance: Floats
    condition: float
    steps: int


def refined(model: Model, rows: Rows, coefficients: Floats, ridge: Floats) -> Refined | None:
    """The optimum near these coefficients; None where the curvature is not positive definite.

    `ridge` is the penalty of each coefficient.
    """
    scale = _scales(model, rows)
    at: Pair = (coefficients / scale, np.zeros_like(coefficients))
    penalty = ridge * scale * scale
    inverse, least = None, np.inf
    gradient, curvature = _pass(model, rows, at, scale, penalty, True)
    for step_number in range(1, MOST_STEPS + 1):
        if curvature is not None:
            inverse = _inverse(curvature)
            if inverse is None:
                return None
            known = curvature[0]
        assert inverse is not None
        step = inverse.times(gradient[0] + gradient[1])
        error = np.sqrt(np.diag(inverse.matrix))
        size = float(np.max(np.abs(step) / error, initial=0.0))
        digits = np.abs(step) <= ROUNDING / 16 * np.abs(at[0])
        if digits.all() or (step_number > 3 and size >= least / 2):
            break
        least = min(least, size)
        at = dd.add(at, (-step, np.zeros_like(step)))
        gradient, curvature = _pass(model, rows, at, scale, penalty, step_number == 1 or size > 1e-12)
    if curvature is not None:
        inverse = _inverse(curvature)
        if inverse is None:
            return None
        known = curvature[0]
    assert inverse is not None
    high, low = dd.two_sum(at[0] * scale, at[1] * scale)
    outer = np.outer(scale, scale)
    return Refined(
        high, low, gradient[0] / scale, known / outer, inverse.matrix * outer, inverse.condition, step_number
    )  # fmt: skip


def _scales(model: Model, rows: Rows) -> Floats:
    """Powers of two by which coefficients are multiplied inside, so that columns are about 1."""
    largest = np.zeros(len(model.columns))
    for chunk in rows.chunks():
        np.maximum(largest, np.max(np.abs(chunk.design), axis=0, initial=0.0), out=largest)
    exponents = np.where(largest > 0, np.frexp(largest)[1], 0)
    one = np.concatenate([np.ones(int(model.intercept)), np.ldexp(1.0, -exponents)])
    return np.concatenate([np.tile(one, model.predictors), np.ones(len(model.scalars))])


def _blocks(model: Model, rows: Rows) -> Iterator[Chunk]:
    step = max(64, BLOCK_NUMBERS // max(1, model.width))
    for chunk in rows.chunks():
        for start in range(0, chunk.rows, step):
            stop = min(chunk.rows, start + step)
            yield Chunk(
                chunk.row + start, chunk.target[start:stop], chunk.design[start:stop], part(chunk.low, start, stop),
                part(chunk.offset, start, stop), tuple(part(values, start, stop) for values in chunk.fixed),
                part(chunk.frequency, start, stop), part(chunk.weight, start, stop),
            )  # fmt: skip


def _pass(
    model: Model, rows: Rows, at: Pair, scale: Floats, penalty: Floats, with_curvature: bool
) -> tuple[Pair, Pair | None]:
    size = len(model.names)
    gradient: Pair = dd.product(at, (penalty, np.zeros(size)))
    curvature: Pair | None = (np.diag(penalty), np.zeros((size, size))) if with_curvature else None
    for block in _blocks(model, rows):
        design = _extended(model, block, scale)
        eta = _predictors(model, design, at, block.offset)
        slopes, curvatures = _derivatives(model, block, eta, at)
        gradient = dd.add(gradient, _gradient(model, design, slopes))
        if curvature is not None:
            curvature = dd.add(curvature, _curvature(model, design, curvatures))
    return gradient, curvature


def _extended(model: Model, block: Chunk, scale: Floats) -> Pair:
    first = int(model.intercept)
    high, low = np.ones((block.rows, model.width)), np.zeros((block.rows, model.width))
    np.multiply(block.design, scale[first : model.width], out=high[:, first:])
    if block.low is not None:
        np.multiply(block.low, scale[first : model.width], out=low[:, first:])
    return high, low


def _predictors(model: Model, design: Pair, at: Pair, offset: Any) -> list[Pair]:
    made = []
    for k in range(model.predictors):
        place = slice(k * model.width, (k + 1) * model.width)
        eta = dd.times_vector(design, (at[0][place], at[1][place]))
        if offset is not None:
            own = offset if offset.ndim == 1 else offset[:, k + 1]
            eta = dd.add(eta, (own, np.zeros_like(own)))
        made.append(eta)
    return made


def _derivatives(model: Model, block: Chunk, eta: list[Pair], at: Pair) -> tuple[list[Pair], Floats]:
    """Derivatives of each row's w * nll by its channels (predictors, scalars), and second ones (n, u, u)."""
    weight = block.likelihood_weight
    scalars = model.scalar_values(at[0])
    high = np.stack([e[0] for e in eta], axis=1) if model.over_classes else eta[0][0]
    asked = "gradient" if model.over_classes else "hessian"
    logit = model.first_logit(block.offset)
    made = model.rows(block.target, high, scalars, block.fixed, weight, asked, first=logit)
    if model.over_classes:
        first = np.ascontiguousarray(made.gradient[:, 1:])
        expected, totals = expected_counts(first, block.target, weight)
        share = np.divide(1.0, totals, out=np.zeros(len(totals)), where=totals > 0)
        second = -(expected[:, :, None] * share[:, None, None]) * expected[:, None, :]
        places = np.arange(expected.shape[1])
        second[:, places, places] += expected
    else:
        first = made.gradient.reshape(block.rows, -1)
        if model.family is FAMILIES["Normal"] and model.link.own:
            return _of_residuals(model, block, eta[0], at, first, made.hessian), made.hessian.reshape(
                block.rows, first.shape[1], first.shape[1]
            )
        second = made.hessian.reshape(block.rows, first.shape[1], first.shape[1])
    lows = [e[1] for e in eta] + [np.full(block.rows, low) for low in at[1][model.linear :]]
    by_low = np.einsum("nuv,nv->nu", second, np.stack(lows, axis=1))
    slopes = [dd.two_sum(np.ascontiguousarray(first[:, u]), by_low[:, u]) for u in range(first.shape[1])]
    return slopes, second


def _of_residuals(model: Model, block: Chunk, eta: Pair, at: Pair, first: Floats, hessian: Any) -> list[Pair]:
    """A Normal's slopes by the predictor are residuals times one number: kept in double-double, as data they are."""
    rest = dd.add((block.target, np.zeros(block.rows)), (-eta[0], -eta[1]))
    weight = block.likelihood_weight
    inverse = -np.exp(-2 * model.scalar_values(at[0])[0])
    by_predictor = dd.product(rest, (np.full(block.rows, inverse), np.zeros(block.rows)))
    if weight is not None:
        by_predictor = dd.product(by_predictor, (weight, np.zeros(block.rows)))
    slopes = [by_predictor]
    if model.scalars:
        across = np.ascontiguousarray(hessian[:, 1, 1])
        slopes.append(dd.two_sum(first[:, 1].copy(), hessian[:, 0, 1] * eta[1] + across * at[1][model.linear]))
    return slopes


def _gradient(model: Model, design: Pair, slopes: list[Pair]) -> Pair:
    parts = [dd.transposed_times(design, slope) for slope in slopes[: model.predictors]]
    parts += [tuple(np.atleast_1d(value) for value in dd.total(slope)) for slope in slopes[model.predictors :]]  # type: ignore[misc]
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def _curvature(model: Model, design: Pair, second: Floats) -> Pair:
    size, width, many, channels = len(model.names), model.width, model.predictors, second.shape[1]
    high, low = np.zeros((size, size)), np.zeros((size, size))

    def put(rows: Any, columns: Any, values: Pair) -> None:
        high[rows, columns], low[rows, columns] = values
        high[columns, rows], low[columns, rows] = values[0].T, values[1].T

    for u in range(channels):
        for v in range(u, channels):
            values = np.ascontiguousarray(second[:, u, v])
            pair = (values, np.zeros_like(values))
            if v < many:
                weighted = dd.product(design, (values[:, None], np.zeros((len(values), 1))))
                put(_place(u, width), _place(v, width), _symmetric(dd.transposed_times(design, weighted), u == v))
            elif u < many:
                across = dd.transposed_times(design, pair)
                place = slice(many * width + v - many, many * width + v - many + 1)
                put(_place(u, width), place, (across[0][:, None], across[1][:, None]))
            else:
                one = dd.total(pair)
                rows, columns = many * width + u - many, many * width + v - many
                high[rows, columns] = high[columns, rows] = one[0]
                low[rows, columns] = low[columns, rows] = one[1]
    return high, low


def _symmetric(pair: Pair, wanted: bool) -> Pair:
    if not wanted:
        return pair
    upper = np.triu_indices(len(pair[0]), 1)
    for values in pair:
        values.T[upper] = values[upper]
    return pair


def _place(k: int, width: int) -> slice:
    return slice(k * width, (k + 1) * width)


@dataclass(frozen=True)
class Inverse:
    """That of the curvature: the matrix, and its factors, which lose fewer digits where they are multiplied."""

    matrix: Floats
    factor: Floats
    unit: Floats
    condition: float

    def times(self, vector: Floats) -> Floats:
        """curvature^-1 vector."""
        from scipy.linalg import solve_triangular

        half = solve_triangular(self.factor, self.unit * vector, lower=True)
        return self.unit * solve_triangular(self.factor, half, lower=True, trans="T")


def _inverse(curvature: Pair) -> Inverse | None:
    """The inverse, right to float64, and the condition number of the curvature with its columns of unit length."""
    diagonal = np.diag(curvature[0])
    if not (diagonal > 0).all():
        return None
    unit = np.ldexp(1.0, -(np.frexp(diagonal)[1] // 2))
    outer = np.outer(unit, unit)
    scaled: Pair = (curvature[0] * outer, curvature[1] * outer)
    factor = dd.cholesky(scaled)
    if factor is None:
        return None
    from scipy.linalg import solve_triangular

    lower = factor[0]
    inverse = np.zeros_like(lower)
    rest = np.eye(len(lower))
    for _ in range(3):
        inverse = inverse + solve_triangular(lower, solve_triangular(lower, rest, lower=True), lower=True, trans="T")
        product = dd.matrix_product(scaled, (inverse, np.zeros_like(inverse)))
        left = dd.add((np.eye(len(lower)), np.zeros_like(inverse)), (-product[0], -product[1]))
        rest = left[0] + left[1]
    singular = np.linalg.svd(lower / np.linalg.norm(lower, axis=1)[:, None], compute_uv=False)
    condition = float((singular[0] / singular[-1]) ** 2)
    inverse = (inverse + inverse.T) / 2
    return Inverse(inverse * outer, lower, unit, condition)
