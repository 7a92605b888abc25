"""Rows of arrays, lists and data frames. A C-order float64 array is taken as it is, and looked at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.arrays import is_text, to_numpy
from crossent.data.columns import label_text
from crossent.data.frames import frame_columns
from crossent.data.typed import all_finite
from crossent.fitting.chunks import ArrayRows, Floats
from crossent.fitting.design.design import Design, Factor
from crossent.fitting.design.file_rows import TableRows
from crossent.fitting.design.learn import Learned, Options, learn
from crossent.fitting.design.reading import DROP, Reader
from crossent.fitting.design.soft_targets import soft_target
from crossent.fitting.design.tables import ColumnTable

NAME = "the data"


def array_rows(
    y: Any, X: Any = None, *, family: str | None = None, sample_weight: Any = None, frequency: Any = None,
    offset: Any = None, exposure: Any = None, cluster: Any = None, total_count: Any = None,
    positive: Any = None, classes: Sequence[Any] | None = None, missing: str = "error",
    formula: str | None = None, features: Sequence[str] | None = None,
) -> tuple[ArrayRows, Learned]:  # fmt: skip
    """The rows of arrays or of a data frame, and the design that was learned from them.

    `y` has a value for each row (or, for families over classes, a row of probabilities or counts); `X` is an array of
    shape (n, p), whose columns are called x0, x1, ..., or a data frame (or a mapping of names to columns), or None.
    The other columns are arrays of length n; with a data frame they may be the names of its columns, which are then no
    predictors. `total_count` may be a number. `classes` orders the classes: the first is the reference.

    Errors: lengths that differ, missing or infinite values, constant columns, a target outside the family's support.

    >>> import numpy as np
    >>> rows, learned = array_rows(np.array([0, 1, 1]), np.array([[1.0], [2.0], [4.0]]), family="bernoulli")
    >>> rows.columns, rows.design.shape, learned.rows
    (('x0',), (3, 1), 3)
    """
    given = {
        "y": y, "sample_weight": sample_weight, "frequency": frequency, "offset": offset, "exposure": exposure,
        "cluster": cluster, "total_count": total_count,
    }  # fmt: skip
    options = Options(
        "", family=family, positive=None if positive is None else label_text(_item(positive)), missing=missing
    )
    table = frame_columns(X)
    if table is None and (formula is not None or features is not None) and X is not None:
        table = {f"x{j}": column for j, column in enumerate(_matrix(X).T)}
    matrix = None if X is None or table is not None else _matrix(X)
    named, roles, soft = _roles(given, table or {})
    if soft is not None:
        options = replace(options, family="normal")  # the column in its place; soft_target knows the family
    options = replace(
        options, target=roles["y"], weight=roles["sample_weight"], frequency=roles["frequency"],
        offset=roles["offset"], exposure=roles["exposure"], cluster=roles["cluster"], trials=roles["total_count"],
    )  # fmt: skip
    if table is not None:
        taken = {role for role in roles.values() if isinstance(role, str)}
        if formula is None and features is None:
            if roles["y"] in table and not isinstance(y, str):
                raise errors.design_predictor_is_target(roles["y"], "y")
            features = [name for name in table if name not in taken]
        options = replace(options, formula=formula, features=features)
        return _of_table(
            ColumnTable({**table, **named}, NAME, _needed(table, named, options)), options, classes, soft, family
        )
    return _of_matrix(matrix, named, options, classes, soft, family)


# --- a table of columns -----------------------------------------------------------------------------------------------


def _needed(table: Mapping[str, Any], named: Mapping[str, Any], options: Options) -> list[str]:
    """The columns that are read; with a formula any may be."""
    if options.formula is not None:
        return [*table, *named]
    roles = (options.weight, options.frequency, options.offset, options.exposure, options.cluster, options.trials)
    wanted = [options.target, *(options.features or ()), *(name for name in roles if isinstance(name, str)), *named]
    return [name for name in dict.fromkeys(wanted) if name in table or name in named]


def _of_table(
    table: ColumnTable, options: Options, classes: Any, soft: Any, family: str | None
) -> tuple[ArrayRows, Learned]:
    learned = learn(table, options)
    design = _with_classes(learned.design, None if soft is not None else classes)
    rows = TableRows(table, design, missing=options.missing).whole()
    return soft_target(rows, replace(learned, design=design), soft, classes, family)


def _with_classes(design: Design, classes: Sequence[Any] | None) -> Design:
    """The classes in the order that was asked for."""
    target = design.target
    if classes is None or target is None:
        return design
    if target.kind != "classes":
        raise errors.classes_refused(target.family)
    names = tuple(label_text(_item(name)) for name in classes)
    if len(set(names)) < len(names):
        raise errors.class_named_twice(next(name for name in names if names.count(name) > 1))
    return replace(design, target=replace(target, levels=names))


# --- an array of numbers ----------------------------------------------------------------------------------------------


def _of_matrix(
    matrix: Floats | None, named: dict[str, Any], options: Options, classes: Any, soft: Any, family: str | None
) -> tuple[ArrayRows, Learned]:
    dropped = 0
    table = ColumnTable(named, NAME)
    if matrix is not None:
        if len(matrix) != table.rows:
            raise errors.design_lengths_differ([("y", table.rows), ("X", len(matrix))])
        gaps = None if options.missing != DROP or all_finite(matrix) else np.isnan(matrix).any(axis=1)
        if gaps is not None and gaps.any():
            dropped, matrix = int(gaps.sum()), matrix[~gaps]
            named = {name: _kept(table.cells[name], ~gaps) for name in named}
            table, soft = ColumnTable(named, NAME), soft if soft is None else soft[~gaps]
    learned = learn(table, replace(options, features=()))
    design = _with_classes(learned.design, None if soft is not None else classes)
    reader = Reader(design, missing=options.missing)
    (batch,) = table.batches(reader.columns)
    cells = reader.cells(batch)
    chunk = reader.chunk(cells)
    notes = learned.notes
    values = chunk.design
    if matrix is not None:
        values = matrix if cells.kept is None else matrix[cells.kept]
        _check(values, cells.kept)
        design = _of_numbers(values, design)
    if dropped:
        notes = (errors.rows_left_out(dropped + learned.dropped), *(n for n in notes if "left out" not in n))
    rows = ArrayRows(
        design.columns, chunk.target, values, None, chunk.offset, chunk.fixed, chunk.frequency, chunk.weight,
        chunk.cluster, NAME,
    )  # fmt: skip
    learned = replace(learned, design=design, dropped=learned.dropped + dropped, notes=notes)
    return soft_target(rows, learned, soft if soft is None or cells.kept is None else soft[cells.kept], classes, family)


def _of_numbers(values: Floats, design: Design) -> Design:
    names = [f"x{j}" for j in range(values.shape[1])]
    for j in _constant(values):
        raise errors.design_column_constant(names[j], f"{values[0, j]:.15g}")
    factors = tuple(Factor(name, name) for name in names)
    return replace(design, factors=factors, terms=tuple(((j, "value"),) for j in range(len(names))))


def _matrix(values: Any) -> Floats:
    """(n, p) float64 in C order; nothing is copied if it is that."""
    array = to_numpy(values, "X", text=True)
    if array.ndim != 2:
        raise errors.design_not_a_table(array.shape)
    if is_text(array):
        names = [f"x{j}" for j in range(array.shape[1])]
        odd = next(j for j in range(array.shape[1]) if any(isinstance(item, str) for item in array[:, j].tolist()))
        raise errors.design_column_of_text(names[odd])
    return np.ascontiguousarray(array, np.float64)


def _check(values: Floats, kept: NDArray[np.int64] | None) -> None:
    if all_finite(values):
        return
    bad = ~np.isfinite(values)
    row, place = (int(i) for i in np.argwhere(bad)[0])
    at, name = row if kept is None else int(kept[row]), f"x{place}"
    if np.isnan(values[row, place]):
        raise errors.design_value_missing(NAME, at, name)
    raise errors.design_value_bad(NAME, at, name, "hold finite numbers", repr(float(values[row, place])))


def _constant(values: Floats) -> list[int]:
    """The columns that never change; after a few rows there is mostly none left to look at."""
    left = np.arange(values.shape[1])
    start, step = 1, 64
    while start < len(values) and left.size:
        left = left[(values[start : start + step, left] == values[0, left]).all(axis=0)]
        start, step = start + step, 2 * step
    return [int(j) for j in left]


# --- what was handed in -----------------------------------------------------------------------------------------------


def _roles(given: Mapping[str, Any], table: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """The columns beside the table under names of their own; what each role is called; a target of several columns."""
    named: dict[str, Any] = {}
    roles: dict[str, Any] = {}
    soft = None
    for role, value in given.items():
        if (
            value is None
            or (isinstance(value, str) and value in table)
            or (role == "total_count" and np.ndim(value) == 0)
        ):
            roles[role] = value if value is None or isinstance(value, str) else float(value)
            continue
        own = getattr(value, "name", None) if role == "y" else None
        name = own if isinstance(own, str) and own else role
        while (name in table and name != own) or name in named:
            name += "_"
        if role == "y" and type(value).__module__.partition(".")[0] in ("numpy", "builtins") and np.ndim(value) == 2:
            soft = np.ascontiguousarray(to_numpy(value, "y"), np.float64)
            value = np.zeros(len(soft))
        roles[role], named[name] = name, value
    return named, roles, soft


def _kept(cells: Any, keep: Any) -> Any:
    return cells[keep] if isinstance(cells, np.ndarray) else cells.filter(keep)


def _item(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
