"""One batch through the kernels, after everything that can be wrong with a row has been looked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossent import errors
from crossent.families.blame import holds, snake_case
from crossent.families.domains import DOMAINS
from crossent.scoring.plan import Plan
from crossent.scoring.read_rows import Fault, Reading
from crossent.scoring.state import Rows, ScoreState


def score_reading(plan: Plan, reading: Reading, state: ScoreState) -> None:
    """Add a batch to the state. Bad rows raise, or are left out and counted, as the plan says."""
    rows, evaluation = evaluated(plan, reading)
    bad = reading.bad
    if bad is not None and bad.any():
        state.skipped.add(bad, rows.first_row)
    if rows.weight is not None and rows.counting is not None:
        state.zero_weight += int(np.count_nonzero(rows.weight == 0))
    state.levels |= reading.levels
    if plan.classes and plan.parameterisation.names == ("probs",):
        state.note_deviation(_deviations(reading.rows), rows.counting)
    state.update(evaluation, rows)


def evaluated(plan: Plan, reading: Reading) -> tuple[Rows, Any]:
    """The rows that count and the kernels' answer for them."""
    if plan.classes and plan.parameterisation.names == ("probs",):
        wrong_sums = _faults_of_sums(plan, reading)
        reading.faults += _faults_of_domains(plan, reading) * bool(wrong_sums) + wrong_sums
    if reading.faults:
        reading.faults += _faults_of_domains(plan, reading)
        if not plan.skip_bad:
            reading.complain()
    rows = _kept(reading)
    evaluation = _run(plan, rows)
    if evaluation.invalid:
        reading.faults += _faults_of_domains(plan, reading)
        if not plan.skip_bad:
            reading.complain()
        rows = _kept(reading)
        evaluation = _run(plan, rows)
        if evaluation.invalid:
            raise errors.loss_undefined(snake_case(plan.family.name), evaluation.invalid)
    return rows, evaluation


def _kept(reading: Reading) -> Rows:
    rows, bad = reading.rows, reading.bad
    keep = None if bad is None or not bad.any() else ~bad
    return Rows(rows.target, rows.raw, rows.fixed, rows.weight, keep, rows.first_row, rows.place)


def _run(plan: Plan, rows: Rows) -> Any:
    from crossent.kernels import evaluate_rows

    if plan.classes:
        return _run_classes(plan, rows)
    raw = rows.raw
    if not any(np.ndim(column) for column in raw):
        raw = (np.full(rows.target.shape, float(raw[0])), *raw[1:])
    raw = raw[0] if len(raw) == 1 else raw
    formulas = plan.family.rows("value", plan.parameterisation)
    return evaluate_rows(
        formulas, rows.target, raw, fixed=rows.fixed, weight=rows.weight, mask=rows.keep, keep_rows=True, double=True
    )


def _run_classes(plan: Plan, rows: Rows) -> Any:
    from crossent.kernels.classes import evaluate_classes

    return evaluate_classes(
        plan.family.classes, rows.target, _matrix(rows), weight=rows.weight, mask=rows.keep, keep_rows=True,
        double=True, given=plan.parameterisation.names == ("probs",),
    )  # fmt: skip


def _matrix(rows: Rows) -> np.ndarray:
    matrix = np.empty((rows.target.size, len(rows.raw)))
    for k, column in enumerate(rows.raw):
        matrix[:, k] = column
    return matrix


# --- faults -----------------------------------------------------------------------------------------------------------


def _faults_of_sums(plan: Plan, reading: Reading) -> list[Fault]:
    """Rows whose probabilities miss a sum of 1 by more than the tolerance, or are no numbers."""
    assert plan.classes is not None
    sums = _sums(reading.rows)
    bad = ~(np.abs(sums - 1.0) <= plan.sum_tolerance)
    if not bad.any():
        return []
    must = f"be part of a row that sums to 1 within {plan.sum_tolerance:g} (--sum-tolerance)"
    return [Fault(plan.classes.columns[0], bad, must, lambda row: f"in a row that sums to {sums[row]:.17g}")]


def _sums(rows: Rows) -> np.ndarray:
    # One column after the other, in the order of the classes' names: the same bits wherever a row stands.
    total = np.zeros(rows.target.shape)
    for column in rows.raw:
        total = total + column
    return total


def _deviations(rows: Rows) -> np.ndarray:
    return np.abs(_sums(rows) - 1.0)


def _faults_of_domains(plan: Plan, reading: Reading) -> list[Fault]:
    """Values that are numbers, but not those that the family takes."""
    faults, rows = [], reading.rows
    if plan.classes:
        return _faults_of_classes(plan, rows)
    words, support = plan.family.support.words, plan.family.support.contains
    fixed = [np.broadcast_to(column, rows.target.shape) for column in rows.fixed]
    bad = ~holds(support, rows.target, *fixed)
    if bad.any():
        faults.append(_fault_of_value(plan.target, bad, words, rows.target))
    domains = [*plan.parameterisation.domains, *(parameter.domain for parameter in plan.family.fixed)]
    names = {**plan.parameters, **plan.fixed}
    for (name, given), domain, values in zip(names.items(), domains, (*rows.raw, *rows.fixed), strict=True):
        must, test = DOMAINS[domain]
        if isinstance(given, str):
            bad = ~holds(test, values)
            if bad.any():
                faults.append(_fault_of_value(given, bad, must, values))
        elif not holds(test, np.array([given])).all():
            raise errors.constant_outside_domain(name, given, must)
    return faults


def _faults_of_classes(plan: Plan, rows: Rows) -> list[Fault]:
    assert plan.classes is not None
    faults = []
    words, test = DOMAINS[plan.parameterisation.domains[0]]
    for column, values in zip(plan.classes.columns, rows.raw, strict=True):
        bad = ~holds(test, values)
        if bad.any():
            faults.append(_fault_of_value(column, bad, words, values))
    return faults


def _fault_of_value(column: str, bad: np.ndarray, words: str, values: np.ndarray) -> Fault:
    return Fault(column, bad, f"be {words}", lambda row: f"{values[row].item()!r}")
