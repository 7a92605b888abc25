"""One pass over the rows: the sum of the losses, its gradient and its curvature by every coefficient.

A span of rows is worked through while it is in a processor's cache: predictor, kernel, gradient, Gram matrix. Spans are
cut by row number and added up in their order, so that neither threads nor batches show in the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from crossent.fitting.chunks import Chunk, Floats, Rows
from crossent.fitting.model import Model
from crossent.kernels import threads
from crossent.kernels.exact_sum import ExactSum

SPAN_NUMBERS = 1 << 20  # of the design in a span: with fewer, threads wait for the interpreter's lock
LONGEST_SPAN = 16_384
BLOCK_NUMBERS = 1 << 15  # of weighted rows, whose Gram matrix is formed while they are in the cache
Span = tuple[Chunk, int, int]


@dataclass
class State:
    """What a pass adds up. `update` takes in a chunk, `+` merges two states: two parts of a file, or two machines.

    The sums of losses and weights are exact; gradient and curvature are of the sum of w * nll.
    """

    parameters: int
    total: ExactSum = field(default_factory=ExactSum)
    weight: ExactSum = field(default_factory=ExactSum)
    frequency: ExactSum = field(default_factory=ExactSum)
    rows: int = 0
    invalid: int = 0
    infinite: int = 0
    gradient: Floats = field(init=False)
    curvature: Floats | None = None
    squares: float = 0.0  # of the derivatives by the predictors: what rounding is measured by
    largest: float = 0.0  # |predictor|

    def __post_init__(self) -> None:
        self.gradient = np.zeros(self.parameters)

    def __add__(self, other: State) -> State:
        made = State(self.parameters, self.total + other.total, self.weight + other.weight)
        made.frequency = self.frequency + other.frequency
        made.rows, made.invalid = self.rows + other.rows, self.invalid + other.invalid
        made.infinite = self.infinite + other.infinite
        made.gradient = self.gradient + other.gradient
        both = self.curvature is not None and other.curvature is not None
        made.curvature = self.curvature + other.curvature if both else None  # type: ignore[operator]
        made.squares, made.largest = self.squares + other.squares, max(self.largest, other.largest)
        return made

    def update(self, model: Model, chunk: Chunk, coefficients: Floats, quantity: str = "hessian") -> State:
        """This state and a chunk's."""
        for span in spans_of(model, chunk):
            self = self + span_state(model, coefficients, quantity, None, span)
        return self

    @property
    def value(self) -> float:
        """The sum of w * nll, correctly rounded; infinite where a row may not have its predictor."""
        return float("inf") if self.invalid else self.total.round()


def whole(
    model: Model, rows: Rows, coefficients: Floats, quantity: str = "hessian", center: Floats | None = None,
    progress: Any = None,
) -> State:  # fmt: skip
    """The state of all rows, for coefficients of the design minus `center`."""
    state: State | None = None
    work = partial(span_state, model, coefficients, quantity, center)
    for made in threads.in_order(work, _spans(model, rows, progress)):
        if state is None:
            state = made
        else:
            _add(state, made)
    return State(len(model.names), curvature=_no_curvature(model, quantity)) if state is None else state


def _no_curvature(model: Model, quantity: str) -> Floats | None:
    size = len(model.names)
    return np.zeros((size, size)) if quantity == "hessian" else None


def _add(state: State, other: State) -> None:  # `+` in place: the Gram matrix of many classes is large
    state.total, state.weight = state.total + other.total, state.weight + other.weight
    state.frequency = state.frequency + other.frequency
    state.rows, state.invalid = state.rows + other.rows, state.invalid + other.invalid
    state.infinite += other.infinite
    state.gradient += other.gradient
    if state.curvature is not None and other.curvature is not None:
        state.curvature += other.curvature
    state.squares, state.largest = state.squares + other.squares, max(state.largest, other.largest)


def _spans(model: Model, rows: Rows, progress: Any) -> Iterator[Span]:
    for chunk in rows.chunks():
        yield from spans_of(model, chunk)
        if progress is not None:
            progress(chunk.row + chunk.rows)


def spans_of(model: Model, chunk: Chunk) -> Iterator[Span]:
    """The chunk in pieces, by row number."""
    numbers = max(model.width, 2 * model.predictors)
    step = max(256, min(LONGEST_SPAN, SPAN_NUMBERS // max(1, numbers) // 256 * 256))
    for start in range(0, chunk.rows, step):
        yield chunk, start, min(chunk.rows, start + step)


def span_state(model: Model, coefficients: Floats, quantity: str, center: Floats | None, span: Span) -> State:
    """The state of the rows [start, stop) of a chunk."""
    chunk, start, stop = span
    design = chunk.design[start:stop]
    if center is not None:
        design = design - center
    offset = part(chunk.offset, start, stop)
    eta = model.predict_raw(coefficients, design, offset)
    weight = part(chunk.likelihood_weight, start, stop)
    fixed = tuple(part(values, start, stop) for values in chunk.fixed)
    target = chunk.target[start:stop]
    # classes: their curvature follows from the gradient
    asked = "gradient" if model.over_classes and quantity == "hessian" else quantity
    scalars, logit = model.scalar_values(coefficients), model.first_logit(offset)
    made = model.rows(target, eta, scalars, fixed, weight, asked, first=logit)
    state = State(len(model.names), made.total, made.weight)
    frequency = part(chunk.frequency, start, stop)
    state.frequency = ExactSum.of_integer(stop - start) if frequency is None else ExactSum.of(frequency)
    state.rows, state.invalid, state.infinite = made.count, made.invalid, made.infinite
    state.largest = float(np.max(np.abs(eta), where=np.isfinite(eta), initial=0.0))
    if quantity == "value" or made.invalid:
        state.curvature = _no_curvature(model, quantity)
        return state
    if model.over_classes:
        _over_classes(model, state, design, target, weight, made.gradient, quantity)
    else:
        _one_predictor(model, state, design, made.gradient, made.hessian, quantity)
    return state


def part(values: Any, start: int, stop: int) -> Any:
    """These rows of a column; a number is that of every row."""
    return values[start:stop] if isinstance(values, np.ndarray) and values.ndim else values


# --- one predictor, and scalars ---------------------------------------------------------------------------------------


def _one_predictor(model: Model, state: State, design: Floats, gradient: Any, hessian: Any, quantity: str) -> None:
    rows, first, linear = len(design), int(model.intercept), model.linear
    gradient = gradient.reshape(rows, -1)
    with_curvature = quantity == "hessian"
    sides = gradient.shape[1] if with_curvature else 0  # what stands beside the Gram matrix, also times the design
    vectors = np.empty((1 + sides, rows))
    vectors[0] = gradient[:, 0]
    if with_curvature:
        hessian = hessian.reshape(rows, sides, sides)
        vectors[1:] = hessian[:, 0].T
    products = vectors @ design
    sums = vectors.sum(axis=1)
    state.squares = float(vectors[0] @ vectors[0])
    state.gradient[first:linear] = products[0]
    if first:
        state.gradient[0] = sums[0]
    state.gradient[linear:] = gradient[:, 1:].sum(axis=0)
    if not with_curvature:
        return
    curvature = state.curvature = np.zeros((len(model.names),) * 2)
    curvature[first:linear, first:linear] = gram(design, vectors[1])
    if first:
        curvature[0, 0] = sums[1]
        curvature[0, 1:linear] = curvature[1:linear, 0] = products[1]
    for k in range(1, sides):
        place = linear + k - 1
        curvature[first:linear, place] = products[1 + k]
        if first:
            curvature[0, place] = sums[1 + k]
        curvature[place, :linear] = curvature[:linear, place]
        curvature[place, linear:] = hessian[:, k, 1:].sum(axis=0)


def gram(design: Floats, weights: Floats) -> Floats:
    """design' diag(weights) design, block by block; a symmetric product where no weight is negative."""
    rows, columns = design.shape
    made = np.zeros((columns, columns))
    if not columns:
        return made
    step = max(64, BLOCK_NUMBERS // columns)
    symmetric = bool(weights.min(initial=0.0) >= 0)
    if symmetric:
        weights = np.sqrt(weights)
    scratch = np.empty((min(rows, step), columns))
    for start in range(0, rows, step):
        block = design[start : start + step]
        weighted = scratch[: len(block)]
        np.multiply(block, weights[start : start + step, None], out=weighted)
        made += weighted.T @ (weighted if symmetric else block)
    return made


# --- classes ----------------------------------------------------------------------------------------------------------


def _over_classes(
    model: Model, state: State, design: Floats, target: Floats, weight: Floats | None, gradient: Any, quantity: str
) -> None:
    width, many = model.width, model.predictors
    residuals = np.ascontiguousarray(gradient[:, 1:])
    state.squares = float(np.vdot(residuals, residuals))
    made = np.empty((many, width))
    made[:, int(model.intercept) :] = residuals.T @ design
    if model.intercept:
        made[:, 0] = residuals.sum(axis=0)
    state.gradient[:] = made.reshape(-1)
    if quantity != "hessian":
        return
    expected, totals = expected_counts(residuals, target, weight)
    state.curvature = curvature_of_classes(design, model.intercept, expected, totals)


def expected_counts(residuals: Floats, target: Floats, weight: Floats | None) -> tuple[Floats, Floats]:
    """w * total * p_j of every class but the first (n, K - 1), and w * total (n,)."""
    if target.ndim == 1:
        totals = np.ones(len(target)) if weight is None else weight
        expected = residuals.copy()
        observed = target.astype(np.int64)
        seen = np.flatnonzero(observed > 0)
        expected[seen, observed[seen] - 1] += totals[seen]
        return expected, totals
    sums = target.sum(axis=1)
    totals = sums if weight is None else sums * weight
    return residuals + (target[:, 1:] if weight is None else target[:, 1:] * weight[:, None]), totals


def curvature_of_classes(design: Floats, intercept: bool, expected: Floats, totals: Floats) -> Floats:
    """The sum over rows of (diag(e) - e e'/t) (x) x x', with e = t p the expected counts of a row.

    For each pair of classes it is a weighted sum of the same products of columns: one product of two matrices.
    """
    rows, many = expected.shape
    width = design.shape[1] + intercept
    share = np.divide(1.0, totals, out=np.zeros(rows), where=totals > 0)
    pairs = [(a, b) for a in range(many) for b in range(a, many)]
    sums = np.zeros((len(pairs), width * (width + 1) // 2))
    step = max(64, BLOCK_NUMBERS * 8 // sums.shape[1])
    scratch = np.empty((sums.shape[1], min(rows, step)))  # fresh memory for each block would cost more than the sums
    for start in range(0, rows, step):
        block = slice(start, min(rows, start + step))
        counts = np.ascontiguousarray(expected[block].T)
        weights = np.empty((len(pairs), counts.shape[1]))
        for k, (a, b) in enumerate(pairs):
            np.multiply(counts[a], counts[b], out=weights[k])
            weights[k] *= share[block]
            np.subtract(counts[a] if a == b else 0.0, weights[k], out=weights[k])
        sums += weights @ _products(design[block], intercept, scratch).T
    return _unfolded(sums, pairs, many, width)


def _products(design: Floats, intercept: bool, scratch: Floats) -> Floats:
    """The products of any two columns (the intercept's among them): a row for each pair."""
    columns = np.ones((design.shape[1] + intercept, len(design)))
    columns[int(intercept) :] = design.T
    made, place = scratch[:, : len(design)], 0
    for j in range(len(columns)):
        following = len(columns) - j
        np.multiply(columns[j:], columns[j], out=made[place : place + following])
        place += following
    return made


def _unfolded(sums: Floats, pairs: list[tuple[int, int]], many: int, width: int) -> Floats:
    made = np.empty((many, width, many, width))
    upper = np.triu_indices(width)
    one = np.empty((width, width))
    for (a, b), values in zip(pairs, sums, strict=True):
        one[upper] = values
        one.T[upper] = values
        made[a, :, b, :] = one
        made[b, :, a, :] = one
    return made.reshape(many * width, many * width)
