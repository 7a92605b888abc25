"""Which tests of order a target gets: by its kind, and by how many rows there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from crossent.independence.contingency.association import upper_tail
from crossent.independence.kinds import BINARY, CONTINUOUS, LEVELS, WHOLE, Column, codes_of
from crossent.independence.order import (
    lag_counts_test,
    lag_table_test,
    ljung_box_test,
    rank_autocorrelation_test,
    runs_from_counts,
    runs_test,
    sorted_test,
    turning_points_test,
)
from crossent.independence.order.effects import autocorrelation
from crossent.independence.order.portmanteau import LAGS
from crossent.independence.results import IidTest
from crossent.independence.samples import SAMPLE
from crossent.independence.streaming import Streamed

FEWEST = 4


def order_tests(found: Streamed, column: Column, seed: int) -> list[IidTest]:
    """Are the target's rows exchangeable in order? Rows of up to 20,000 all at once, else what the stream has kept."""
    if found.rows < FEWEST:
        return []
    values = found.window.kept()[column.name]
    state = found.states[column.name]
    is_short = found.rows <= SAMPLE
    tests: list[IidTest] = []
    if column.kind in (BINARY, LEVELS):
        codes = codes_of(column, state, values)
        tests += _of_levels(found, column, codes, seed) if is_short else _of_many_levels(found, column)
    if column.kind != LEVELS and not state.is_text:
        if column.kind != BINARY:
            tests.append(rank_autocorrelation_test(values, 1, column.name, seed=seed))
        tests.append(
            ljung_box_test(values, None, True, column.name, seed=seed) if is_short else _of_products(found, column)
        )
        if column.kind == CONTINUOUS or (column.kind == WHOLE and state.distinct is None):
            tests.append(turning_points_test(values, column.name, seed))
    if not is_short:
        tests = [_told(test, found) for test in tests]
    if _varies(values):
        levels = column.kind in (BINARY, LEVELS)
        sortedness = sorted_test(codes_of(column, state, values) if levels else values, levels, column.name, seed)
        if sortedness.details["sorted"]:
            tests.append(sortedness)
    return tests


def _of_levels(found: Streamed, column: Column, codes: NDArray[np.int64], seed: int) -> list[IidTest]:
    if column.kind == BINARY:
        return [runs_test(codes, column.name)]
    return [_named(lag_table_test(codes, 1, column.name, seed=seed), column)]


def _of_many_levels(found: Streamed, column: Column) -> list[IidTest]:
    lags = found.states[column.name].lags
    assert lags is not None
    if column.kind == BINARY:
        zeros, ones = (int(total) for total in found.states[column.name].blocks.table().sum(axis=0)[:2])
        return [runs_from_counts(zeros, ones, lags.runs, column.name)]
    return [_named(lag_counts_test(lags.counts[0], 1, column.name), column)]


def _named(test: IidTest, column: Column) -> IidTest:
    """The levels of the table by name."""
    names = test.details.get("levels") or [str(k) for k in range(len(test.details["table"]))]
    named = [column.levels[int(name)] if name.isdigit() and int(name) < len(column.levels) else name for name in names]
    return replace(test, details={**test.details, "levels": named})


def _of_products(found: Streamed, column: Column) -> IidTest:
    """Ljung and Box's test of the values themselves, from the sums over all rows."""
    products = found.states[column.name].products
    assert products is not None
    n, r = products.rows, products.autocorrelations()
    chosen = np.array(LAGS)
    statistic = float(n * (n + 2) * (r[chosen - 1] ** 2 / (n - chosen)).sum())
    p, log_p = upper_tail(statistic, len(chosen))
    largest = int(np.argmax(np.abs(r[chosen - 1])))
    return IidTest(
        name="Ljung-Box", columns=(column.name,), statistic=statistic, p_value=p, log_p_value=log_p, n=n,
        method=f"chi-squared with {len(chosen)} degrees of freedom, of values ({n:,} rows)",
        effect=autocorrelation(float(r[largest]), n, LAGS[largest], "largest autocorrelation"),
        about=f"lags {', '.join(map(str, LAGS))} together",
        details={"lags": list(LAGS), "autocorrelations": [float(r[lag - 1]) for lag in LAGS]},
    )  # fmt: skip


def _told(test: IidTest, found: Streamed) -> IidTest:
    """Which of the rows the test has seen."""
    if test.n is not None and test.n >= found.rows:
        return test
    last = found.window.first + SAMPLE - 1
    rows = f"rows {found.window.first:,} to {last:,} of {found.rows:,}, chosen by seed {found.window.seed}"
    return replace(test, notes=(f"tested on {rows}", *test.notes))


def _varies(values: NDArray[np.float64]) -> bool:
    return bool((values != values[0]).any())
