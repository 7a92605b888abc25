"""The rows beside something else: a reference sample, the population's shares, the columns of the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.independence.columns import ColumnReader, Floats
from crossent.independence.drift import (
    classifier_test,
    compare_levels,
    compare_numbers,
    levels_association,
    numbers_association,
    numbers_by_levels,
)
from crossent.independence.drifting import is_index
from crossent.independence.kinds import BINARY, CONSTANT, CONTINUOUS, LEVELS, WHOLE, Column, codes_of
from crossent.independence.results import IidTest
from crossent.independence.samples import Spread
from crossent.independence.streaming import Streamed
from crossent.independence.table import Table

FEWEST = 5


def reference_tests(
    found: Streamed, columns: Mapping[str, Column], reference: Table, seed: int
) -> tuple[list[IidTest], list[str]]:
    """Each column beside the reference's, and all together: can a logistic regression tell the samples apart?"""
    from threadpoolctl import threadpool_limits

    names = [name for name in columns if name in reference.columns and not found.readers[name].refused]
    for name in names:
        reference.require(name, "a column of the reference")
    own, other, rows = found.spread.kept(), *_sample_of(reference, names, found, seed)
    notes = [f"The reference {reference.name} has {rows:,} rows; columns in both: {', '.join(names)}."]
    tests = []
    for name in names:
        first, second = (values[~np.isnan(values)] for values in (own[name], other[name]))
        together = np.concatenate([first, second])
        if is_index(found.states[name]) or not len(first) or not len(second) or (together == together[0]).all():
            continue
        if columns[name].kind in (LEVELS, BINARY, CONSTANT) and len(np.unique(together)) <= max(
            2, len(columns[name].levels)
        ):
            codes = np.unique(together, return_inverse=True)[1]
            tests.append(compare_levels(codes[: len(first)], codes[len(first) :], name, seed=seed))
        else:
            tests.append(compare_numbers(first, second, name, seed=seed))
    used = [test.columns[0] for test in tests]
    if len(used) > 1:
        ours, theirs = _complete(own, used), _complete(other, used)
        if min(len(ours[used[0]]), len(theirs[used[0]])) >= FEWEST:
            levels = [name for name in used if found.states[name].is_text]
            with threadpool_limits(1, user_api="blas"):  # thousands of tiny problems: threads only wait for each other
                tests.append(classifier_test(ours, theirs, levels, seed=seed))
    return tests, notes


def association_tests(found: Streamed, columns: Mapping[str, Column], target: Column, seed: int) -> list[IidTest]:
    """Does what should not depend on the columns, a residual or a loss, depend on them?"""
    own, tests = found.spread.kept(), []
    y = own[target.name]
    for name, column in columns.items():
        present = ~np.isnan(own[name])
        x = own[name][present]
        if name == target.name or found.readers[name].refused or len(x) < FEWEST or (x == x[0]).all():
            continue
        tests.append(_association(found, target, column, y[present], x, seed))
    return tests


def _association(found: Streamed, target: Column, column: Column, y: Floats, x: Floats, seed: int) -> IidTest:
    names = (target.name, column.name)
    is_numeric = target.kind in (WHOLE, CONTINUOUS, BINARY) and not found.states[target.name].is_text
    if found.states[column.name].is_text:
        codes = codes_of(column, found.states[column.name], x)
        if is_numeric and target.kind != BINARY:
            return numbers_by_levels(y, codes, *names, seed=seed)
        return levels_association(_codes(y), codes, *names, seed=seed)
    if is_numeric:
        return numbers_association(y, x, *names, seed=seed)
    return numbers_by_levels(x, _codes(y), column.name, target.name, seed=seed)


def _codes(values: Floats) -> NDArray[np.int64]:
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _sample_of(reference: Table, names: list[str], found: Streamed, seed: int) -> tuple[dict[str, Floats], int]:
    """At most 20,000 rows of the reference, its levels numbered as those of the rows."""
    readers = {}
    for name in names:
        known = found.readers[name]
        readers[name] = ColumnReader(name, levels=known.levels, is_truth=known.is_truth, decided=known.decided)
    spread, rows = Spread(seed + 1), 0
    for batch in reference.batches(names):
        columns: dict[str, Any] = {name: reader.read(batch) for name, reader in readers.items()}
        spread.update(columns, rows)
        rows += batch.height
    return spread.kept() or {name: np.empty(0) for name in names}, rows


def _complete(sample: Mapping[str, Floats], names: list[str]) -> dict[str, Floats]:
    kept = ~np.logical_or.reduce([np.isnan(sample[name]) for name in names])
    return {name: sample[name][kept] for name in names}
