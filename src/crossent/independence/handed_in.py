"""Arrays and data frames as a table of named columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.arrays import to_numpy
from crossent.data.frames import frame_columns
from crossent.data.typed import cells_of
from crossent.independence.cost.times import require, times_of
from crossent.independence.table import ColumnsInMemory

TARGET = "y"


def columns_of(
    y: Any, X: Any, time: Any = None, cluster: Any = None
) -> tuple[ColumnsInMemory, str, list[str], dict[str, str]]:
    """The table, the target's name, the names of the other columns, and those of time and cluster."""
    cells = predictors(X)
    others = list(cells)
    target = _free(_name_of(y) or TARGET, cells)
    cells[target] = _column(y, target)
    roles = {}
    for role, values in (("time", time), ("cluster", cluster)):
        if values is not None:
            roles[role] = _free(_name_of(values) or role, cells)
            cells[roles[role]] = _times(values, role) if role == "time" else _column(values, role)
    lengths = [(name, len(values)) for name, values in cells.items()]
    if len({rows for _, rows in lengths}) > 1:
        raise errors.lengths_of_columns_differ(lengths)
    return ColumnsInMemory(cells), target, others, roles


def reference_of(reference: Any, target: str, others: Sequence[str]) -> ColumnsInMemory:
    """The columns of the reference that the rows have too."""
    if isinstance(reference, tuple):
        y, X = reference
        cells = {**predictors(X), target: _column(y, "reference")}
    else:
        frame = frame_columns(reference)
        cells = (
            {target: _column(reference, "reference")} if frame is None else {k: _cells(v, k) for k, v in frame.items()}
        )
    if not set(cells) & {target, *others}:
        raise errors.reference_has_no_target(", ".join(cells))
    lengths = [(name, len(values)) for name, values in cells.items()]
    if len({rows for _, rows in lengths}) > 1:
        raise errors.lengths_of_columns_differ(lengths)
    return ColumnsInMemory(cells, "the reference")


def predictors(X: Any) -> dict[str, Any]:
    """The columns of an array, x0, x1, ..., or of a data frame."""
    if X is None:
        return {}
    frame = frame_columns(X)
    if frame is not None:
        return {name: _cells(values, name) for name, values in frame.items()}
    array = to_numpy(X, "X")
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2:
        raise errors.design_not_a_table(array.shape)
    return {f"x{k}": np.ascontiguousarray(array[:, k]) for k in range(array.shape[1])}


def _column(values: Any, argument: str) -> Any:
    cells = _cells(values, argument)
    if getattr(cells, "ndim", 1) != 1:
        raise errors.target_not_a_column(cells.shape)
    return cells


def _cells(values: Any, name: str) -> Any:
    return cells_of(values, name)


def _times(values: Any, name: str) -> NDArray[Any]:
    """Checked while they are still what was handed in; dates as NumPy's, which sort to the nanosecond."""
    read = times_of(values, name)
    checked = require(read, name, values)
    return checked if checked.dtype.kind == "f" else checked.view("datetime64[ns]")


def _name_of(values: Any) -> str:
    name = getattr(values, "name", None)
    return name if isinstance(name, str) else ""


def _free(name: str, taken: Any) -> str:
    while name in taken:
        name += "_"
    return name
