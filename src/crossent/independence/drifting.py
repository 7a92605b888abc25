"""Which tests of drift a column gets: by its kind, and by how many rows there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from crossent.independence.drift import (
    block_cells_test,
    block_counts_test,
    block_ks_test,
    block_levels_test,
    change_of_sums,
    change_point_test,
)
from crossent.independence.kinds import BINARY, CONSTANT, LEVELS, Column, codes_of
from crossent.independence.results import IidTest
from crossent.independence.samples import SAMPLE
from crossent.independence.streaming import ColumnState, Streamed

FEWEST = 8
INDEX = "{name} rises from row to row: it is taken for a number of the rows or a time, and not tested."
SHORT_OF_ROWS = 20


def drift_tests(found: Streamed, column: Column, seed: int, is_target: bool) -> list[IidTest]:
    """Does its distribution change over the rows? For the target, besides, a scan for one change of its level."""
    state = found.states[column.name]
    if column.kind == CONSTANT or state.count < FEWEST or (is_index(state) and not is_target):
        return []
    tests = _of_sample(found, column, seed) if found.rows <= SAMPLE else _of_all(found, column, seed)
    if is_target and column.kind != LEVELS:
        tests.append(_change(found, column, seed))
    return tests


def is_index(state: ColumnState) -> bool:
    """Whether every value is above the one before it."""
    return state.rises and not state.is_text and state.count >= SHORT_OF_ROWS


def _of_sample(found: Streamed, column: Column, seed: int) -> list[IidTest]:
    values = found.window.kept()[column.name]
    values = values[~np.isnan(values)]
    if column.kind in (BINARY, LEVELS):
        return [block_levels_test(codes_of(column, found.states[column.name], values), None, column.name, seed=seed)]
    return [block_ks_test(values, None, column.name, seed=seed)]


def _of_all(found: Streamed, column: Column, seed: int) -> list[IidTest]:
    table, width = found.states[column.name].blocks.shown()
    test = (block_counts_test if column.kind in (BINARY, LEVELS) else block_cells_test)(table, column.name, seed=seed)
    state = found.states[column.name]
    if column.kind in (BINARY, LEVELS) or state.distinct is not None:
        return [replace(test, notes=(f"blocks of {width:,} rows", *test.notes))]
    cells = f"blocks of {width:,} rows, values in {table.shape[1]} cells between quantiles of the first rows"
    return [replace(test, notes=(cells, *test.notes))]


def _change(found: Streamed, column: Column, seed: int) -> IidTest:
    state = found.states[column.name]
    if found.rows <= SAMPLE or state.sums is None or not state.sums.rows:
        values = found.window.kept()[column.name]
        return change_point_test(
            codes_of(column, state, values).astype(np.float64) if column.levels else values, column.name, seed=seed
        )
    sums = state.sums
    return change_of_sums(*sums.full(), sums.width, sums.centre, column.name, seed=seed)
