"""The kernels counted bad rows: find the first one and say what is wrong with it. Plain NumPy, never in a hurry."""

from __future__ import annotations

import re
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.families.domains import DOMAINS

Array = NDArray[Any]


def snake_case(name: str) -> str:
    """``NegativeBinomial`` as the command and the messages write it: ``negative_binomial``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def first_bad(bad: Array, shape: tuple[int, ...]) -> tuple[tuple[int, ...], int, int, int]:
    """(index in the batch, flat row, number of bad values, number of values)."""
    row = int(np.argmax(bad))
    return tuple(int(i) for i in np.unravel_index(row, shape)), row, int(np.count_nonzero(bad)), bad.size


def counted(weight: Array | None, mask: Array | None, rows: int, shape: tuple[int, ...]) -> Array:
    """True where a row counts. A weight that is negative or not finite is an error, unless the mask hides it."""
    rows_that_count = np.ones(rows, np.bool_) if mask is None else mask.copy()
    if weight is not None:
        bad = rows_that_count & ~(np.isfinite(weight) & (weight >= 0))
        if bad.any():
            index, row, many, total = first_bad(bad, shape)
            raise errors.weight_invalid(index, weight[row], many, total)
        rows_that_count &= weight != 0
    return rows_that_count


def blame_rows(family: Any, choice: Any, batch: Any, invalid: int) -> NoReturn:
    """The error of the first check that fails: weights, parameters, fixed parameters, target."""
    counting = counted(batch.weight, batch.mask, batch.target.shape[0], batch.shape).reshape(batch.shape)
    columns = [shaped(column, batch.shape) for column in columns_of(batch.raw, choice.names)]
    fixed = [shaped(column, batch.shape) for column in batch.fixed]
    check_parameters(family, choice, columns, fixed, counting, batch.shape)
    name = snake_case(family.name)
    bad = counting.reshape(-1) & ~holds(family.support.contains, batch.target, *batch.fixed)
    if bad.any():
        index, row, many, total = first_bad(bad, batch.shape)
        raise errors.target_outside_support(name, family.support.words, index, batch.target[row], many, total)
    raise errors.loss_undefined(name, invalid)


def check_parameters(
    family: Any, choice: Any, columns: Any, fixed: Any, counting: Array, shape: tuple[int, ...]
) -> None:
    """Every parameter of a row that counts is in its domain."""
    names = [*choice.names, *(parameter.name for parameter in family.fixed)]
    domains = [*choice.domains, *(parameter.domain for parameter in family.fixed)]
    for parameter, domain, column in zip(names, domains, (*columns, *fixed), strict=True):
        words, test = DOMAINS[domain]
        values = np.broadcast_to(column, shape)
        bad = counting & ~holds(test, values)
        if bad.any():
            index, row, many, total = first_bad(bad, shape)
            index = index if np.ndim(column) else ()
            value = values.reshape(-1)[row]
            raise errors.parameter_outside_domain(snake_case(family.name), parameter, words, index, value, many, total)


def shaped(column: Any, shape: tuple[int, ...]) -> Any:
    return column.reshape(shape) if np.ndim(column) else column


def columns_of(raw: Any, names: Any) -> list[Any]:
    if isinstance(raw, tuple):
        return list(raw)
    return [raw] if raw.ndim == 1 else [raw[:, i] for i in range(len(names))]


def holds(formula: Any, *columns: Any) -> Array:
    """A membership formula over columns as the kernels see them: float64."""
    with np.errstate(invalid="ignore"):
        return np.asarray(formula(*(np.asarray(column).astype(np.float64) for column in columns)), np.bool_)
