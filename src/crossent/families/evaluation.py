"""A member of a family meets a target: shapes become a batch of rows, the kernels run, and a bad row is named.

The rows are checked inside the kernels. Only when they report a bad one does `blame` look for it.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from crossent import errors
from crossent.arrays import float_dtype, to_numpy
from crossent.families.blame import blame_rows, counted, first_bad, snake_case
from crossent.families.class_rows import assemble_classes, evaluate_batch
from crossent.families.shapes import Array, Batch, Shape, batch_shape, flat


class Member(NamedTuple):
    """A family, one of its parameterisations, and the values of the parameters: 0-d or of the batch's shape."""

    family: Any
    choice: Any
    parameters: tuple[Array, ...]
    fixed: tuple[Array, ...] = ()

    @property
    def dtype(self) -> np.dtype[Any]:
        return float_dtype(*self.parameters)


def weight_and_mask(sample_weight: Any, mask: Any) -> tuple[Array | None, Array | None]:
    weight = None if sample_weight is None else to_numpy(sample_weight, "sample_weight")
    if mask is not None:
        mask = to_numpy(mask, "mask")
        if mask.dtype != np.bool_:
            raise errors.mask_not_boolean(mask.dtype)
    return weight, mask


def assemble(member: Member, target: Array, weight: Array | None = None, mask: Array | None = None) -> Batch:
    """Flat rows of a member whose parameters came one by one."""
    if member.family.classes is not None:
        batch = assemble_classes(member.family, member.choice.names[0], target, member.parameters[0], weight, mask)
        check_total_count(member.family, batch, member.fixed)
        return batch
    shapes = {name: column.shape for name, column in zip(member.choice.names, member.parameters, strict=True)}
    shape = batch_shape(target, shapes, member.fixed, weight, mask)
    dtype = member.dtype
    columns = tuple(column_of(column, dtype, math.prod(shape)) for column in member.parameters)
    raw = columns[0] if len(columns) == 1 else columns
    return batch_of(member.family, shape, target, raw, member.fixed, weight, mask)


def assemble_raw(
    family: Any, target: Array, raw: Array, fixed: tuple[Array, ...], weight: Array | None, mask: Array | None
) -> Batch:
    """Flat rows of raw predictions: an array of the batch's shape, with a last axis of k for k parameters."""
    if family.classes is not None:
        batch = assemble_classes(family, "raw", target, raw, weight, mask)
        check_total_count(family, batch, fixed)
        return batch
    k = len(family.parameters)
    if raw.dtype.kind != "f":
        raw = raw.astype(np.float64)
    if k == 1 and raw.shape == target.shape and target.ndim == 1 and weight is None and mask is None and not fixed:
        return Batch(target.shape, target, raw, (), None, None)  # the common case, without detours
    if k > 1 and raw.shape[-1:] != (k,):
        raise errors.raw_shape(snake_case(family.name), [p.name for p in family.parameters], raw.shape, target.shape)
    own = raw.shape[:-1] if k > 1 else raw.shape
    if own and target.ndim and own != target.shape:
        raise errors.raw_shape(snake_case(family.name), [p.name for p in family.parameters], raw.shape, target.shape)
    shape = batch_shape(target, {"raw": own}, fixed, weight, mask)
    if own != shape:
        raw = np.broadcast_to(raw, (*shape, k) if k > 1 else shape)
    if raw.ndim != (1 if k == 1 else 2):
        raw = raw.reshape(-1) if k == 1 else raw.reshape(math.prod(shape), k)
    return batch_of(family, shape, target, raw, fixed, weight, mask)


def batch_of(
    family: Any,
    shape: Shape,
    target: Array,
    raw: Any,
    fixed: tuple[Array, ...],
    weight: Array | None,
    mask: Array | None,
) -> Batch:
    rows = math.prod(shape)
    return Batch(
        shape,
        flat(target, rows),
        raw,
        tuple(fixed_column(p.name, column, shape) for p, column in zip(family.fixed, fixed, strict=True)),
        None if weight is None else flat(weight, rows),
        None if mask is None else flat(mask, rows),
    )


def column_of(column: Array, dtype: np.dtype[Any], rows: int) -> Array:
    """A flat column of the prediction's dtype; a number is the same for every row."""
    column = column.astype(dtype, copy=False)
    return column.reshape(-1) if column.ndim else np.broadcast_to(column, (rows,))


def fixed_column(name: str, column: Array, shape: Shape) -> Any:
    """A fixed parameter broadcasts by NumPy's rule."""
    if shape and not column.ndim:
        return np.float64(column)
    try:
        return np.broadcast_to(column, shape).reshape(-1)
    except ValueError:
        raise errors.shapes_differ({"batch": shape, name: column.shape}) from None


@cache
def kernels() -> Any:
    """The kernels' module, imported when the first loss is computed."""
    from crossent.kernels import rowwise

    return rowwise


def evaluate(
    family: Any, choice: Any, batch: Batch, *, smoothing: float = 0.0, quantity: str = "value",
    keep_rows: bool = False, mean: bool = False, out: Array | None = None, double: bool = False,
    full: bool = False, tolerance: float | None = None, formulas: Any = None,
) -> Any:  # fmt: skip
    """The kernels' Evaluation of a batch, or the error that names its first bad row.

    `choice` is the parameterisation, None for the raw one. `quantity` is what Family.rows knows: "fisher" and
    "upper_bound" stand in the place of the Hessian. `formulas` are its RowFormulas, for callers that keep them.
    """
    if family.classes is not None:
        return evaluate_batch(
            family, choice, batch, smoothing=smoothing, quantity=quantity, keep_rows=keep_rows, mean=mean, out=out,
            double=double, full=full, tolerance=tolerance,
        )  # fmt: skip
    if formulas is None:
        formulas = family.rows(quantity, choice)
    if out is not None and out.shape != batch.raw.shape:
        out = out.reshape(batch.raw.shape)
    evaluation = kernels().evaluate_rows(
        formulas, batch.target, batch.raw, fixed=batch.fixed, weight=batch.weight, mask=batch.mask, smoothing=smoothing,
        quantity="hessian" if quantity in ("fisher", "upper_bound") else quantity,
        keep_rows=keep_rows, mean=mean, out=out, double=double, full=full,
    )  # fmt: skip
    if evaluation.invalid:
        blame_rows(family, choice or family.raw, batch, evaluation.invalid)
    return evaluation


def check_total_count(family: Any, batch: Batch, fixed: tuple[Array, ...]) -> None:
    """A total_count that is given beside a row of counts is its sum."""
    for parameter, column in zip(family.fixed, fixed, strict=False):
        sums = batch.target.sum(axis=1, dtype=np.float64)
        wanted = np.broadcast_to(fixed_column(parameter.name, column, batch.shape), sums.shape)
        bad = (sums != wanted) & counted(batch.weight, batch.mask, len(sums), batch.shape)
        if bad.any():
            index, row, many, total = first_bad(bad, batch.shape)
            name = snake_case(family.name)
            raise errors.counts_do_not_match(name, "target", index, sums[row], wanted[row], many, total)
