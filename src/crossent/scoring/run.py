"""Scoring files: batches through a plan into one state, and the further passes that a baseline may ask for."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from crossent import errors
from crossent.data import Source, open_source
from crossent.data.source import BATCH_ROWS
from crossent.independence.aside import Aside
from crossent.independence.cost.serial import SERIAL
from crossent.scoring.baselines import baseline
from crossent.scoring.evaluate import evaluated, score_reading
from crossent.scoring.plan import Options, Plan, make_plan
from crossent.scoring.read_rows import read_rows
from crossent.scoring.result import Score, summarise
from crossent.scoring.state import ScoreState, empty_dependence, update_baseline

VALUES_AT_ONCE = 1 << 20
FEWEST_ROWS = 1024

Progress = Callable[[int], None]


def score_files(
    paths: Iterable[str | os.PathLike[str]],
    target: str,
    *,
    separator: str | None = None,
    batch_rows: int | None = None,
    progress: Progress | None = None,
    check_rows: bool = False,
    **options: Any,
) -> Score:
    """Score predictions in CSV or Parquet files, as `crossent score` does.

    Args:
        paths: files, folders, globs, or "-" for standard input; read as one table.
        target: the column that holds what happened.
        separator: of CSV files; a comma, or a tab in files called .tsv, if None.
        batch_rows: rows read at a time; the result does not depend on it.
        progress: called with the number of rows read so far.
        check_rows: test the losses for independence in the order of the rows, as the command does: `Score.rows`.
        options: probs, logits, family, param, positive, weight, sum_tolerance, on_bad, cluster, time, serial, lags:
            see `Options`.
    Returns:
        a `Score`
    Raises:
        UsageError: a file, column, family or option that there is not.
        DataError: a row that breaks a rule (with its number), a file that cannot be read.
    """
    with open_source(paths, separator) as source:
        plan = make_plan(Options(target=target, **options), source)
        return score_source(source, plan, batch_rows, progress, check_rows)


def score_source(
    source: Source, plan: Plan, batch_rows: int | None = None, progress: Progress | None = None,
    check_rows: bool = False,
) -> Score:  # fmt: skip
    """Score the rows of a source by a plan."""
    state = state_of(source, plan, batch_rows, progress, Aside("the losses") if check_rows else None)
    if not state.losses.count:
        raise _nothing_to_score(source, state)
    if plan.positive is not None:
        _look_at_levels(plan, state.levels)

    def again(baseline_pass: Any) -> Any:
        for batch in source.batches(plan.columns, rows_at_once(plan, batch_rows), plan.labels):
            rows, _ = evaluated(plan, read_rows(plan, batch))
            update_baseline(baseline_pass, rows)
        return baseline_pass

    name, family = plan.family.name, plan.family
    over_classes = name in ("Bernoulli", "Categorical")
    serial = plan.serial or SERIAL[0]
    return summarise(state, name, bool(family.support.discrete), over_classes, plan.echo(), again, serial, plan.lags)


def state_of(
    source: Source, plan: Plan, batch_rows: int | None = None, progress: Progress | None = None,
    aside: Aside | None = None,
) -> ScoreState:  # fmt: skip
    """The mergeable state of all rows of a source."""
    state = replace(empty_state(plan), aside=aside)
    for batch in source.batches(plan.columns, rows_at_once(plan, batch_rows), plan.labels):
        score_reading(plan, read_rows(plan, batch), state)
        if plan.positive is not None and len(state.levels | {plan.positive}) > 2:
            raise errors.too_many_levels(plan.target, plan.positive, sorted(state.levels))
        if progress is not None:
            progress(batch.row + batch.height)
    return state


def empty_state(plan: Plan) -> ScoreState:
    """A state that has seen nothing."""
    return ScoreState(baseline=baseline(plan.family.name), dependence=empty_dependence(plan.cluster, plan.time))


def rows_at_once(plan: Plan, batch_rows: int | None) -> int:
    """Fewer rows for more columns, so that memory stays flat."""
    if batch_rows is not None:
        return batch_rows
    return max(FEWEST_ROWS, min(BATCH_ROWS, VALUES_AT_ONCE // (len(plan.columns) + 1)))


def _nothing_to_score(source: Source, state: ScoreState) -> errors.DataError:
    if state.zero_weight:
        return errors.weights_all_zero(source.name)
    if state.skipped.count:
        return errors.no_rows_left(source.name, state.skipped.count)
    return errors.no_rows(source.name)


def _look_at_levels(plan: Plan, levels: frozenset[str]) -> None:
    assert plan.positive is not None
    if plan.positive not in levels:
        warnings.warn(errors.positive_never_occurs(plan.positive, plan.target, sorted(levels)), stacklevel=3)
