"""From a batch of a file to rows that the kernels take: numbers, classes by name, and which rows are bad and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent import errors
from crossent.data import Batch, columns
from crossent.scoring.plan import Plan, same_label
from crossent.scoring.state import Rows

if TYPE_CHECKING:
    import polars as pl

LEVELS_KEPT = 5
FEW_LABELS = 16
WEIGHT_RULE = "hold weights, finite and at least 0"


@dataclass(frozen=True)
class Fault:
    """A rule about one column: in which rows it is broken, what must hold, and what came there instead."""

    column: str
    bad: np.ndarray
    must: str
    came: Callable[[int], str]


@dataclass
class Reading:
    """A batch read by a plan. `rows.target` of a family over classes is the class's number; `faults` are bad rows."""

    batch: Batch
    rows: Rows
    faults: list[Fault] = field(default_factory=list)
    levels: frozenset[str] = frozenset()

    @property
    def bad(self) -> np.ndarray | None:
        """True where a row breaks a rule; rows of weight 0 may hold anything."""
        if not self.faults:
            return None
        bad = np.logical_or.reduce([fault.bad for fault in self.faults])
        if self.rows.weight is not None:
            bad &= self.rows.weight != 0
        return bad

    def complain(self) -> None:
        """Raise for the first bad row, if there is one."""
        bad = self.bad
        if bad is None or not bad.any():
            return
        row = int(np.argmax(bad))
        fault = next(fault for fault in self.faults if fault.bad[row])
        raise errors.bad_row(self.batch.file, self.batch.row_in_file + row, fault.column, fault.must, fault.came(row))


def read_rows(plan: Plan, batch: Batch) -> Reading:
    """The batch's columns as rows, with the faults that show before anything is computed."""
    faults: list[Fault] = []
    levels: frozenset[str] = frozenset()
    weight = _weight(plan, batch, faults)
    if plan.classes:
        target = _class_numbers(plan, batch, faults)
    elif plan.positive is not None:
        target, levels = _two_labels(plan, batch, weight, faults)
    else:
        target = _plain_target(plan, batch, faults)
    raw = tuple(_parameter(batch, given, faults) for given in plan.given)
    fixed = tuple(_parameter(batch, given, faults) for given in plan.fixed.values())
    return Reading(batch, Rows(target, raw, fixed, weight, None, batch.row), faults, levels)


# --- numbers ----------------------------------------------------------------------------------------------------------


def _numbers(batch: Batch, column: str, faults: list[Fault], must: str, truth_words: bool = False) -> np.ndarray:
    series = batch.columns[column]
    read = columns.numbers(series, column, truth_words=truth_words)
    if read.bad is not None:
        faults.append(Fault(column, read.bad, must, lambda row: columns.why_bad(series[row])))
    return read.values


def _parameter(batch: Batch, given: str | float, faults: list[Fault]) -> Any:
    return _numbers(batch, given, faults, "hold numbers") if isinstance(given, str) else given


def _plain_target(plan: Plan, batch: Batch, faults: list[Fault]) -> np.ndarray:
    known = len(faults)
    binary = plan.family.name == "Bernoulli"
    target = _numbers(batch, plan.target, faults, f"be {plan.family.support.words}", truth_words=binary)
    if binary and len(faults) > known and faults[-1].bad.all():
        _refuse_text(plan.target, batch.columns[plan.target])
    return target


def _refuse_text(column: str, series: pl.Series) -> None:
    """A target that is text in every row needs --positive: which label is 1 is not guessed."""
    import polars as pl

    words = series.drop_nulls().cast(pl.String).unique().sort().to_list()
    words = [word for word in words if word.strip()]
    if words and not any(columns.is_number(word) for word in words):
        raise errors.text_needs_positive(column, [columns.shortened(word)[1:-1] for word in words[:LEVELS_KEPT]])


def _weight(plan: Plan, batch: Batch, faults: list[Fault]) -> np.ndarray | None:
    if plan.weight is None:
        return None
    series = batch.columns[plan.weight]
    read = columns.numbers(series, plan.weight)
    weight = read.values.astype(np.float64)
    bad = ~((weight >= 0) & (weight < np.inf))
    if read.bad is not None:
        bad |= read.bad
    if not bad.any():
        return weight
    why = read.bad if read.bad is not None else np.zeros(len(weight), bool)
    faults.append(
        Fault(
            plan.weight, bad, WEIGHT_RULE, lambda row: columns.why_bad(series[row]) if why[row] else repr(series[row])
        )
    )
    return np.where(bad, 1.0, weight)  # not 0: a row of weight 0 would not be looked at


# --- labels -----------------------------------------------------------------------------------------------------------


def _encoded(plan: Plan, batch: Batch, code: Callable[[Any], int]) -> tuple[np.ndarray, pl.Series]:
    """The code of every label, -1 for none."""
    import polars as pl

    series = columns.labels(batch.columns[plan.target], plan.target)
    unique = series.drop_nulls().unique()
    if not len(unique):
        return np.full(len(series), -1, np.int64), series
    codes = [code(value) for value in unique.to_list()]
    if len(codes) > FEW_LABELS:
        by_value = pl.Series(codes, dtype=pl.Int64)
        return series.replace_strict(unique, by_value, default=-1, return_dtype=pl.Int64).to_numpy(), series
    found = np.full(len(series), -1, np.int64)
    for value, number in zip(unique, codes, strict=True):  # comparing is quicker than looking up
        found[(series == value).fill_null(False).to_numpy()] = number
    return found, series


def _class_numbers(plan: Plan, batch: Batch, faults: list[Fault]) -> np.ndarray:
    classes = plan.classes
    assert classes is not None
    target, series = _encoded(plan, batch, classes.index)
    unknown = target < 0
    if not unknown.any():
        return target
    names = errors.listed(map(repr, classes.names[:20])) + (", ..." if len(classes.names) > 20 else "")
    faults.append(Fault(plan.target, unknown, f"be one of the classes {names}", lambda row: _label(series[row])))
    return np.maximum(target, 0)


def _two_labels(
    plan: Plan, batch: Batch, weight: np.ndarray | None, faults: list[Fault]
) -> tuple[np.ndarray, frozenset[str]]:
    label = plan.positive
    assert label is not None
    target, series = _encoded(plan, batch, lambda value: int(same_label(value, label)))
    if (target < 0).any():
        faults.append(
            Fault(plan.target, target < 0, f"hold {label!r} or another label", lambda row: _label(series[row]))
        )
    counts = target >= 0 if weight is None else (target >= 0) & (weight != 0)
    levels = {label} if (counts & (target == 1)).any() else set()
    others = np.flatnonzero(counts & (target == 0))
    if others.size:
        levels |= _levels_beside(series, others)
    return np.maximum(target, 0), frozenset(levels)


def _levels_beside(series: pl.Series, others: np.ndarray) -> set[str]:
    """The labels of these rows: the usual one, or some of the several that there should not be."""
    first = series[int(others[0])]
    equal = (series == first).fill_null(False).to_numpy()[others]
    if equal.all():
        return {columns.label_text(first)}
    return {columns.label_text(value) for value in series.gather(others).unique().sort().head(LEVELS_KEPT).to_list()}


def _label(value: Any) -> str:
    return "missing" if value is None else columns.shortened(columns.label_text(value))
