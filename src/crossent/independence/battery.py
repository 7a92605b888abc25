"""Which tests run on which data: the whole battery over one table, adjusted for being many, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crossent import errors
from crossent.independence import words
from crossent.independence.beside import association_tests, reference_tests
from crossent.independence.consequence import consequence_of
from crossent.independence.cost.times import require, times_of
from crossent.independence.drifting import INDEX, drift_tests, is_index
from crossent.independence.groups_seen import Grouped
from crossent.independence.holm import adjusted
from crossent.independence.kinds import CONSTANT, LEVELS, Column, column_of
from crossent.independence.order.values import by_time
from crossent.independence.ordering import order_tests
from crossent.independence.pictured import pictured
from crossent.independence.population import population_tests
from crossent.independence.repeated import UNTESTED, Repeated
from crossent.independence.results import Iid, IidTest
from crossent.independence.streaming import Streamed, stream
from crossent.independence.table import Table, in_memory

FEWEST_ROWS = 2
NO_MEAN = "{cluster}: how alike its rows are is not tested, because {name} is of levels, which have no mean."


@dataclass(frozen=True)
class Question:
    """What is asked: of which target, in which order, beside which other columns."""

    table: Table
    target: str
    others: Sequence[str] = ()
    time: str | None = None
    cluster: str | None = None
    reference: Table | None = None
    expected: Mapping[str, float] | None = None
    tested: str = words.TARGET
    seed: int = 0
    progress: Callable[[int], None] | None = None


def answer(question: Question) -> Iid:
    """Run every test that the data allows."""
    table, told = _in_order(question)
    grouped = None if question.cluster is None else Grouped(question.target, question.cluster, question.seed)
    repeated = Repeated(question.seed)
    also = () if question.cluster is None else (question.cluster,)
    found = stream(
        table, question.target, question.others, question.seed, question.progress,
        None if grouped is None else grouped.update, also, repeated.update,
    )  # fmt: skip
    if found.rows == 0:
        raise errors.no_rows(table.name)
    if found.rows < FEWEST_ROWS:
        raise errors.rows_too_few(table.name, found.rows)
    columns = {name: column_of(found.readers[name], found.states[name]) for name in found.readers}
    target = columns[question.target]
    if target.kind == CONSTANT:
        raise errors.target_constant(target.name, _only_value(found, target))
    tests, notes = _tests(question, found, columns, grouped, repeated)
    tests = list(adjusted(tests))
    cost = consequence_of(found, target, grouped, tests)
    return Iid(
        n=found.rows,
        tests=tuple(tests),
        effective_n=None if cost is None else cost.effective_n,
        tested=question.tested,
        sentences=words.sentences(question, found.rows, target, tests, cost),
        notes=(*told, *notes, *(() if cost is None else cost.notes)),
        columns=_echo(question, columns),
        pictures=pictured(found, target, grouped),
    )


def _tests(
    question: Question, found: Streamed, columns: Mapping[str, Column], grouped: Grouped | None, repeated: Repeated
) -> tuple[list[IidTest], list[str]]:
    target, seed = columns[question.target], question.seed
    notes: list[str] = []
    tests = _asked("order", order_tests(found, target, seed))
    for name, column in columns.items():
        if not found.readers[name].refused:
            tests += _asked("drift", drift_tests(found, column, seed, name == question.target))
            if name != question.target and is_index(found.states[name]):
                notes.append(INDEX.format(name=name))
    if grouped is not None and target.kind != LEVELS:
        tests += _asked("groups", grouped.tests())
    elif grouped is not None:
        notes.append(NO_MEAN.format(cluster=question.cluster, name=target.name))
    tests += _asked("duplicates", repeated.tests())
    if repeated.why_not:
        notes.append(UNTESTED.format(why=repeated.why_not))
    if question.expected is not None:
        tests += _asked("population", population_tests(found, target, question.expected, seed))
    if question.reference is not None:
        compared, told = reference_tests(found, columns, question.reference, seed)
        tests, notes = tests + _asked("reference", compared), notes + told
    if question.tested != words.TARGET:
        tests += _asked("association", association_tests(found, columns, target, seed))
    for name, reader in found.readers.items():
        if reader.refused:
            notes.append(f"{name} is not tested: {reader.refused}.")
        elif reader.missing:
            notes.append(f"{name}: {reader.missing:,} rows hold nothing and are left out of its tests.")
    return tests, notes


def _asked(which: str, tests: Sequence[IidTest]) -> list[IidTest]:
    """The tests with the question that they belong to."""
    return [replace(test, details={**test.details, "question": which}) for test in tests]


def _in_order(question: Question) -> tuple[Table, tuple[str, ...]]:
    """The table in order of time, and what is to be said of times."""
    if question.time is None:
        return question.table, ()
    parts, kind = [], ""
    for batch in question.table.batches([question.time]):
        read = times_of(batch.columns[question.time], question.time)
        values = require(read, question.time, batch.columns[question.time])
        if kind and read.kind != kind:
            raise errors.times_of_two_kinds(question.time, kind, read.kind, batch.row)
        kind = read.kind
        parts.append(values)
    times = np.concatenate(parts) if parts else np.empty(0)
    if len(times) < FEWEST_ROWS:
        return question.table, ()
    order, notes = by_time(times, question.time)
    told = tuple(f"{question.time}: {note}." for note in notes)
    if order is None:
        return question.table, told
    names = [question.target, *question.others, *([] if question.cluster is None else [question.cluster])]
    moved = f"Rows were not in the order of {question.time}: the columns were read into memory and sorted."
    return in_memory(question.table, names, order), (moved, *told)


def _only_value(found: Streamed, target: Column) -> str:
    if target.levels:
        return repr(target.levels[0])
    return f"{found.states[target.name].least:g}"


def _echo(question: Question, columns: Mapping[str, Column]) -> dict[str, Any]:
    """Which column was taken for what, and of what kind each is."""
    roles = {"target": question.target, "time": question.time, "cluster": question.cluster}
    made: dict[str, Any] = {role: name for role, name in roles.items() if name is not None}
    if question.reference is not None:
        made["reference"] = question.reference.name
    return made | {"kinds": {name: column.kind for name, column in columns.items()}}
