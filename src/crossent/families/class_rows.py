"""Families over a row of classes meet a target: shapes, kernels, and what is said when a row is bad."""

from __future__ import annotations

import math
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.families.blame import counted, first_bad, holds, snake_case
from crossent.families.shapes import Batch, batch_shape, flat

Array = NDArray[Any]


def assemble_classes(
    family: Any, name: str, target: Array, raw: Array, weight: Array | None, mask: Array | None
) -> Batch:
    """Flat rows (n, k) of a prediction whose last axis is the classes, and their targets, (n,) or (n, k)."""
    if not raw.ndim or not raw.shape[-1]:
        raise errors.needs_class_axis(snake_case(family.name), name, raw.shape)
    if raw.dtype.kind != "f":
        raw = raw.astype(np.float64)
    batch, k = raw.shape[:-1], raw.shape[-1]
    indexed = family.classes.indexed and (target.shape == batch or not target.ndim)
    if not indexed and target.shape != raw.shape:
        raise errors.target_shape(snake_case(family.name), target.shape, batch, k, family.classes.indexed)
    if raw.ndim == 2 and weight is None and mask is None and target.ndim:
        return Batch(batch, target, raw, (), None, None)
    shape = batch_shape(None, {name: batch}, (), weight, mask)
    if shape != batch:
        raise errors.shapes_differ({name: raw.shape, "batch": shape})
    rows = math.prod(shape)
    target = flat(target, rows) if indexed else target.reshape(rows, k)
    weight, mask = (None if a is None else flat(a, rows) for a in (weight, mask))
    return Batch(shape, target, raw.reshape(rows, k), (), weight, mask)


def evaluate_batch(
    family: Any, choice: Any, batch: Batch, *, smoothing: float, quantity: str, keep_rows: bool, mean: bool,
    out: Array | None, double: bool, full: bool, tolerance: float | None,
) -> Any:  # fmt: skip
    """The kernels' Evaluation, or the error that names the first bad row. Rows of probabilities must sum to 1."""
    from crossent.kernels.classes import evaluate_classes

    given = choice is not None
    curvature = {"fisher": "fisher", "upper_bound": "upper_bound"}.get(quantity, "exact")
    evaluation = evaluate_classes(
        family.classes, batch.target, batch.raw, weight=batch.weight, mask=batch.mask, smoothing=smoothing,
        quantity="hessian" if quantity in ("fisher", "upper_bound") else quantity, keep_rows=keep_rows, mean=mean,
        out=None if out is None else out.reshape(batch.raw.shape), double=double, full=full, curvature=curvature,
        given=given,
    )  # fmt: skip
    if evaluation.invalid:
        blame_classes(family, choice, batch, evaluation.invalid)
    if given:
        check_sums(family, "probs", batch.raw, counts_of(batch), tolerance)
    if family.support.kind == "classes" and batch.target.ndim == 2:
        check_sums(family, "target", batch.target, counts_of(batch), tolerance)
    return evaluation


def counts_of(batch: Batch) -> Array:
    """True for the rows that count, in the batch's shape."""
    return counted(batch.weight, batch.mask, len(batch.raw), batch.shape).reshape(batch.shape)


def sum_tolerance(dtype: np.dtype[Any]) -> float:
    """How far a row of probabilities may miss 1: the square root of the dtype's precision, 1.5e-8 for float64."""
    return math.sqrt(np.finfo(dtype).eps)


def check_sums(family: Any, argument: str, rows: Array, counting: Array, tolerance: float | None) -> None:
    """Rows of probabilities sum to 1, within the tolerance, where they count; they are never divided by their sum."""
    if rows.dtype.kind != "f":
        limit = 0.0
    else:
        limit = sum_tolerance(rows.dtype) if tolerance is None else tolerance
    sums = rows.sum(axis=-1, dtype=np.float64).reshape(counting.shape)
    bad = counting & ~(np.abs(sums - 1) <= limit)
    if bad.any():
        index, row, many, total = first_bad(bad, counting.shape)
        value = float(sums.reshape(-1)[row])
        raise errors.rows_do_not_sum_to_one(snake_case(family.name), argument, index, value, many, total, limit)


def blame_classes(family: Any, choice: Any, batch: Batch, invalid: int) -> NoReturn:
    """The error of the first check that fails: weights, predictions, targets."""
    name, k = snake_case(family.name), batch.raw.shape[-1]
    counting = counts_of(batch)
    argument = family.raw.names[0] if choice is None else choice.names[0]
    whole = (*batch.shape, k)
    check_predictions(name, argument, batch.raw.reshape(whole), counting[..., None], choice is not None)
    if batch.target.ndim == 2:
        words = "in [0, 1] (rows of probabilities)" if family.classes.indexed else "counts: 0, 1, 2, ... up to 2^53"
        bad = counting[..., None] & ~holds(family.classes.contains, batch.target).reshape(whole)
    else:
        words = f"a class, 0 to {k - 1}"
        classes = batch.target.astype(np.float64).reshape(batch.shape)
        bad = counting & ~((classes >= 0) & (classes < k) & (np.floor(classes) == classes))
    if bad.any():
        index, row, many, total = first_bad(bad, bad.shape)
        raise errors.target_outside_support(name, words, index, batch.target.reshape(-1)[row], many, total)
    raise errors.loss_undefined(name, invalid)


def check_predictions(family: str, argument: str, values: Array, counting: Array, probabilities: bool) -> None:
    """Logits are numbers (infinities included), probabilities lie in [0, 1], in the rows that count."""
    good = (values >= 0) & (values <= 1) if probabilities else ~np.isnan(values)
    bad = counting & ~good
    if bad.any():
        index, row, many, total = first_bad(bad, values.shape)
        words = "in [0, 1]" if probabilities else "any number, infinities included"
        value = values.reshape(-1)[row]
        raise errors.parameter_outside_domain(family, argument, words, index, value, many, total)
