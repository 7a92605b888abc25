"""The curvatures a Loss can return, and their layouts: a diagonal of raw's shape, or a matrix for each row."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossent import errors
from crossent.families.blame import counted, snake_case
from crossent.families.contract import Family, Numerical
from crossent.families.shapes import Array, Batch

CURVATURES = {"exact": "hessian", "fisher": "fisher", "upper_bound": "upper_bound"}
FORMULAS = {"exact": "hessian", "fisher": "fisher_information", "upper_bound": "upper_bound"}


def quantity_of(family: Family, curvature: str) -> str:
    """What the kernels are asked for; "gradient" where the curvature has no closed form and comes afterwards."""
    if family.classes is not None:
        return CURVATURES[curvature]
    formula = family.formula(FORMULAS[curvature])
    if formula is None:
        raise errors.quantity_missing(snake_case(family.name), f"the curvature {curvature!r}", "use curvature='exact'.")
    return "gradient" if isinstance(formula, Numerical) else CURVATURES[curvature]


def of_evaluation(family: Family, evaluation: Any, batch: Batch, curvature: str, full: bool, mean: bool) -> Array:
    """The curvature as (n, k) for the diagonal, (n, k, k) in full."""
    if evaluation.hessian is not None:
        made: Array = evaluation.hessian
        return made
    k = len(family.parameters)
    triangle = _expected(family, evaluation, batch, FORMULAS[curvature], mean).astype(batch.raw.dtype)
    places = [(i, j) for i in range(k) for j in range(i, k)]
    if not full:
        return triangle[:, [places.index((i, i)) for i in range(k)]]
    matrix = np.empty((len(triangle), k, k), triangle.dtype)
    for n, (i, j) in enumerate(places):
        matrix[:, i, j] = matrix[:, j, i] = triangle[:, n]
    return matrix


def _expected(family: Family, evaluation: Any, batch: Batch, name: str, mean: bool) -> Array:
    """A curvature that is summed numerically: for the rows that count, weighted as the gradient is."""
    counts = counted(batch.weight, batch.mask, batch.target.shape[0], (batch.target.shape[0],))
    raw = [batch.raw] if batch.raw.ndim == 1 else list(batch.raw.T)
    columns = [np.broadcast_to(column, counts.shape)[counts] for column in (*raw, *batch.fixed)]
    entries = family.evaluate(name, *columns)
    entries = np.stack(entries if isinstance(entries, tuple) else (entries,), axis=-1)
    if batch.weight is not None:
        entries = entries * batch.weight[counts, None]
    if mean:
        entries = entries / evaluation.weight.round()
    whole = np.zeros((len(counts), entries.shape[-1]))
    whole[counts] = entries
    return whole
