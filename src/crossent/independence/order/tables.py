"""Pearson's chi-squared of many tables at once, and of one table with the form that its counts allow."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.independence.contingency.association import cramers_v, degrees_of_freedom, pearson, upper_tail
from crossent.independence.contingency.tables import read_table
from crossent.independence.permutation import DRAWS, tables_with_margins
from crossent.independence.results import Effect, IidTest

SMALL = 1_000  # units up to which 2 x 2 tables have Fisher's test
EXPECTED = 5.0  # smallest expected count for which chi-squared is believed


def squares_of(tables: NDArray[Any]) -> NDArray[np.float64]:
    """n sum x_ij^2 / (r_i c_j), Pearson's chi-squared and n, of tables (m, r, c); empty rows and columns add nothing.

    With n in it rounding is small beside the statistic, and ties are found as ties.

    >>> squares_of(np.array([[[10, 0], [0, 10]], [[5, 5], [5, 5]]]))
    array([40., 20.])
    """
    tables = tables.astype(np.float64)
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    products = rows[:, :, None] * columns[:, None, :]
    total = rows.sum(axis=1)
    shares = np.divide(tables * tables, products, out=np.zeros_like(tables), where=products > 0)
    return np.asarray(total * shares.sum(axis=(1, 2)))


def smallest_expected(table: NDArray[Any]) -> float:
    """The smallest count that independence of rows and columns expects."""
    return float(np.outer(table.sum(axis=1), table.sum(axis=0)).min()) / float(table.sum())


def effect_of(table: NDArray[Any]) -> Effect:
    """Cramer's V with its interval."""
    return cramers_v(read_table(table))


def table_test(
    table: NDArray[Any], name: str, columns: tuple[str, ...], about: str, draws: int = DRAWS, seed: int = 0
) -> IidTest:
    """Are rows and columns of a table of independent units associated? Fisher's exact test for 2 x 2 of
    up to 1,000 units or with an expected count below 5; chi-squared where every expected count is at least 5; else
    chi-squared of simulated tables with the same margins.
    """
    from crossent.independence.contingency.fisher import fisher_exact

    read = read_table(table)
    statistic, smallest, error = pearson(read), float(read.expected().min()), None
    if read.shape == (2, 2) and (read.total <= SMALL or smallest < EXPECTED):
        exact = fisher_exact(read.counts)
        p, log_p = exact.p_value, exact.log_p_value
        method = f"Fisher's exact test ({read.total:,} units)"
    elif smallest >= EXPECTED:
        p, log_p = upper_tail(statistic, degrees_of_freedom(read))
        method = f"chi-squared: every expected count is at least {EXPECTED:g}"
    else:
        _, found = tables_with_margins(read.counts, squares_of, draws, seed)
        p, log_p, error = found.p_value, found.log_p_value, found.error
        method = f"permutation (an expected count is {smallest:.3g}, below {EXPECTED:g}): {found.words}"
    return IidTest(
        name=name, columns=columns, method=method, statistic=statistic, p_value=p, log_p_value=log_p, p_error=error,
        effect=cramers_v(read), n=read.total, about=about, notes=read.notes, details={"table": read.counts.tolist()},
    )  # fmt: skip
