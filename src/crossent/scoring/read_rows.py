"""From a batch of a file to rows that the kernels take: numbers, classes by name, and which rows are bad and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent import errors
from crossent.data import Batch, columns
from crossent.data.labels import FEW, Labels
from crossent.errors.dependence import TIMES
from crossent.independence.cost.keys import keys_of
from crossent.independence.cost.times import times_of
from crossent.scoring.plan import Plan, same_label
from crossent.scoring.state import Place, Rows

if TYPE_CHECKING:
    import polars as pl

LEVELS_KEPT = 5
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
    if batch.labels is None:
        target = _plain_target(plan, batch, faults)
    elif plan.classes:
        target = _class_numbers(plan, batch.labels, faults)
    else:
        target, levels = _two_labels(plan, batch.labels, weight, faults)
    raw = tuple(_parameter(batch, given, faults) for given in plan.given)
    fixed = tuple(_parameter(batch, given, faults) for given in plan.fixed.values())
    place = read_place(plan, batch, weight, faults)
    return Reading(batch, Rows(target, raw, fixed, weight, None, batch.row, place), faults, levels)


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


# --- clusters and times -----------------------------------------------------------------------------------------------


def read_place(plan: Plan, batch: Batch, weight: np.ndarray | None, faults: list[Fault]) -> Place | None:
    """The rows' clusters or times; what a row of weight 0 holds is not looked at."""
    column = plan.cluster or plan.time
    if column is None:
        return None
    cells = batch.columns[column]
    if weight is not None and (nothing := weight == 0).any():
        cells = cells.set(type(cells)("", nothing), None)
    if plan.cluster:
        keys, which = keys_of(cells, column)
        if (which < 0).any():
            faults.append(Fault(column, which < 0, "say which cluster each row belongs to", lambda row: "missing"))
        return Place(which, keys)
    times = times_of(cells, column)
    if times.odd is not None:
        row, kind = times.odd
        raise errors.times_of_two_kinds(column, times.kind, kind, batch.row_in_file + row, batch.file)
    if times.bad is not None:
        faults.append(Fault(column, times.bad, f"hold {TIMES}", lambda row: _time(cells[row])))
    return Place(times.values, None, times.kind)


def _time(value: Any) -> str:
    blank = value is None or not str(value).strip()
    return "missing" if blank else columns.shortened(str(value) if isinstance(value, str) else value)


# --- labels -----------------------------------------------------------------------------------------------------------


def _coded(labels: Labels, code: Callable[[Any], int]) -> np.ndarray:
    """The code of every row's label, -1 for none."""
    codes = [code(value) for value in labels.levels]
    size = np.int8 if max(codes, default=0) <= np.iinfo(np.int8).max else np.int64
    return np.array([*codes, -1], size)[labels.which]  # no label is level -1: the last


def _class_numbers(plan: Plan, labels: Labels, faults: list[Fault]) -> np.ndarray:
    classes = plan.classes
    assert classes is not None
    target = _coded(labels, classes.index).astype(np.int64, copy=False)
    unknown = target < 0
    if not unknown.any():
        return target
    names = errors.listed(map(repr, classes.names[:20])) + (", ..." if len(classes.names) > 20 else "")
    faults.append(Fault(plan.target, unknown, f"be one of the classes {names}", lambda row: _label(labels[row])))
    return np.maximum(target, 0)


def _two_labels(
    plan: Plan, labels: Labels, weight: np.ndarray | None, faults: list[Fault]
) -> tuple[np.ndarray, frozenset[str]]:
    label = plan.positive
    assert label is not None
    target = _coded(labels, lambda value: int(same_label(value, label)))
    missing = target < 0
    if missing.any():
        faults.append(Fault(plan.target, missing, f"hold {label!r} or another label", lambda row: _label(labels[row])))
        target = np.maximum(target, 0)
    present = _levels_present(labels, weight)
    others = [value for value in present if not same_label(value, label)]
    levels = {label} if len(others) < len(present) else set()
    return target, frozenset(levels | {columns.label_text(value) for value in others[:LEVELS_KEPT]})


def _levels_present(labels: Labels, weight: np.ndarray | None) -> list[Any]:
    """The labels of the rows that count, in order."""
    which = labels.which
    if weight is not None and (nothing := weight == 0).any():
        which = which[~nothing]
    if len(labels.levels) <= FEW:
        present = [value for k, value in enumerate(labels.levels) if (which == k).any()]
    else:
        present = [labels.levels[k] for k in np.unique(which).tolist() if k >= 0]
    return sorted(present) if len(present) > 1 else present


def _label(value: Any) -> str:
    return "missing" if value is None else columns.shortened(columns.label_text(value))
