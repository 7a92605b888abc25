"""A family as the truth: entropies, divergences and deviances, a row each, under the same law of weights."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from crossent import errors
from crossent.families import blame
from crossent.families.blame import snake_case
from crossent.families.class_rows import check_predictions, check_sums
from crossent.families.distribution import Distribution
from crossent.families.evaluation import assemble
from crossent.families.shapes import Array, Shape, batch_shape
from crossent.loss import reduction as law

Rows = tuple[Array, Shape]


def reduced(
    rows: Array, shape: Shape, weight: Array | None, mask: Array | None, reduction: str, p: Distribution, unit: float
) -> Any:
    """The rows under weights, mask and reduction."""
    weight, mask = (None if a is None else np.broadcast_to(a, shape).reshape(-1) for a in (weight, mask))
    evaluation = law.of_rows(rows, weight, mask, shape)
    return law.reduce(evaluation, reduction, shape, p.member.dtype, p.leading, unit)


def smoothed(p: Distribution, smoothing: float) -> Distribution:
    """The truth mixed with the uniform over its classes."""
    if not smoothing:
        return p
    probabilities = p.probabilities()
    classes = 2 if p.family.classes is None else probabilities.shape[-1]
    return Distribution(p.family, classes=p.classes, probs=(1 - smoothing) * probabilities + smoothing / classes)


def cross_entropy_rows(truth: Distribution, p: Distribution, weight: Array | None, mask: Array | None) -> Rows:
    """-E_truth[log p]: a family over classes takes the truth's probabilities as a soft target; others add up."""
    same_family(truth, p)
    if p.family.support.kind not in law.SMOOTHABLE:
        divergence, shape = divergence_rows(truth, p, weight, mask)
        return values_of(truth, "entropy") + divergence, shape
    shape = checked_shape((truth, p), weight, mask)
    soft = np.broadcast_to(truth.probabilities(), (*shape, *p.class_axis))
    batch = assemble(p.member, soft, None, None if mask is None and weight is None else counts(weight, mask, shape))
    return p.evaluate(batch, keep_rows=True, double=True).rows, shape


def entropy_rows(p: Distribution, weight: Array | None, mask: Array | None) -> Rows:
    if p.family.support.kind in law.SMOOTHABLE:
        return cross_entropy_rows(p, p, weight, mask)
    shape = checked_shape((p,), weight, mask)
    return values_of(p, "entropy"), shape


def divergence_rows(p: Distribution, q: Distribution, weight: Array | None, mask: Array | None) -> Rows:
    same_family(p, q)
    shape = checked_shape((p, q), weight, mask)
    fixed = (*p.all_fixed(), *q.all_fixed())
    formula = p.parameterisation.kl_divergence if p.parameterisation.names == q.parameterisation.names else None
    if formula is not None:  # from the parameters as they were given
        return by_formula(formula, (*p.member.parameters, *q.member.parameters, *fixed)), shape
    return q.family.evaluate("kl_divergence", *p.raw(), *q.raw(), *fixed), shape


def deviance_rows(target: Array, p: Distribution, weight: Array | None, mask: Array | None, smoothing: float) -> Rows:
    batch = assemble(p.member, target, weight, mask)
    p.evaluate(batch)  # inspects the rows
    if smoothing:
        target = mixed(target, smoothing, p)
    if p.parameterisation.unit_deviance is not None:
        columns = (target, *p.member.parameters, *p.member.fixed)
        return by_formula(p.parameterisation.unit_deviance, columns), batch.shape
    return p.family.evaluate("unit_deviance", target, *p.raw(), *p.member.fixed), batch.shape


def mixed(target: Array, smoothing: float, p: Distribution) -> Array:
    """The target mixed with the uniform over the classes; class indices become probabilities first."""
    if not p.class_axis:
        return (1 - smoothing) * target.astype(np.float64) + smoothing / 2
    (k,) = p.class_axis
    if target.shape[-1:] != (k,) or target.ndim < p.member.parameters[0].ndim:
        target = np.equal.outer(target, np.arange(k))
    return (1 - smoothing) * target.astype(np.float64) + smoothing / k


def by_formula(formula: Any, columns: tuple[Array, ...]) -> Array:
    """A formula over columns that broadcast, compiled."""
    from crossent.kernels.elementwise import evaluate_formula

    together = np.broadcast_arrays(*(np.asarray(column, np.float64) for column in columns))
    shape = together[0].shape
    flat = [np.ascontiguousarray(column).reshape(-1) for column in together]
    return np.asarray(evaluate_formula(formula, flat, math.prod(shape))).reshape(shape)


def values_of(p: Distribution, name: str) -> Array:
    return np.asarray(p.family.evaluate(name, *p.raw(), *p.all_fixed()))


def same_family(p: Distribution, q: Distribution) -> None:
    if p.family.name != q.family.name:
        raise errors.families_differ(snake_case(p.family.name), snake_case(q.family.name))


def checked_shape(members: tuple[Distribution, ...], weight: Array | None, mask: Array | None) -> Shape:
    """The batch's shape, once every parameter of a row that counts is in its domain."""
    shapes: dict[str, Shape] = {}
    for p in members:
        for name, column in zip(p.parameterisation.names, p.member.parameters, strict=True):
            shapes[f"{name} of {p!r}"] = column.shape[:-1] if p.class_axis else column.shape
    fixed = tuple(column for p in members for column in p.member.fixed)
    shape = batch_shape(None, shapes, fixed, weight, mask)
    counting = counts(weight, mask, shape)
    for p in members:
        check_parameters(p, counting, shape)
    return shape


def check_parameters(p: Distribution, counting: Array, shape: Shape) -> None:
    if not p.class_axis:
        blame.check_parameters(p.family, p.parameterisation, p.member.parameters, p.member.fixed, counting, shape)
        return
    whole = (*shape, *p.class_axis)
    (name,), values = p.parameterisation.names, np.broadcast_to(p.member.parameters[0], whole)
    check_predictions(snake_case(p.family.name), name, values, counting[..., None], p.choice is not None)
    if p.choice is not None:
        check_sums(p.family, name, values, counting, p.tolerance)


def counts(weight: Array | None, mask: Array | None, shape: Shape) -> Array:
    weight, mask = (None if a is None else np.broadcast_to(a, shape).reshape(-1) for a in (weight, mask))
    return blame.counted(weight, mask, math.prod(shape), shape).reshape(shape)
