"""Fisher's exact test, for tables of any number of rows and columns."""

from __future__ import annotations

import math
from typing import Any

from crossent import errors
from crossent.independence.contingency import hypergeometric, integers
from crossent.independence.contingency.association import cramers_v, pictured
from crossent.independence.contingency.numbers import p_and_log
from crossent.independence.contingency.tables import Table, read_table
from crossent.independence.results import IidTest

ALTERNATIVES = ("two-sided", "central", "less", "greater")
METHODS = ("exact", "monte-carlo")
INTERVALS = ("two-sided", "central")
SMALL = 10_000  # steps in Python up to which nothing compiled is asked
LIMIT = 1e9
DRAWS = 99_999


def fisher_exact(
    table: Any,
    alternative: str = "two-sided",
    *,
    mid_p: bool = False,
    method: str = "exact",
    draws: int = DRAWS,
    seed: int = 0,
    limit: float = LIMIT,
    columns: tuple[str, ...] = (),
) -> IidTest:
    """Fisher's exact test of independence of the rows and columns of a table of counts.

        p = sum of the probabilities of all tables with these margins that are no more probable than the one seen

    >>> fisher_exact([[3, 1, 0, 4], [0, 5, 2, 1], [6, 0, 3, 2]]).p_value
    0.004067142128999507
    """
    errors_of_call(alternative, method)
    read = read_table(table)
    if read.shape == (2, 2):
        p, log_p = hypergeometric.p_value(read, alternative, mid_p)
    else:
        if alternative != "two-sided":
            raise errors.only_for_two_by_two(f"alternative={alternative!r}", read.shape)
        p, log_p = _exact(read, mid_p, limit)
    return IidTest(
        name="Fisher's exact test",
        columns=columns,
        method=f"exact, {alternative}" + (", mid-p" if mid_p else ""),
        statistic=None,
        p_value=p,
        log_p_value=log_p,
        effect=cramers_v(read),
        n=read.total,
        notes=read.notes,
        details=pictured(read),
    )


def errors_of_call(alternative: str, method: str) -> None:
    if alternative not in ALTERNATIVES:
        raise errors.option_unknown("alternative", alternative, ALTERNATIVES)
    if method not in METHODS:
        raise errors.option_unknown("method", method, METHODS)


def _exact(table: Table, mid_p: bool, limit: float) -> tuple[float, float]:
    if integers.count_of_tables(table.rows, table.columns, SMALL)[0] <= SMALL:
        return _in_integers(table, mid_p)
    from crossent.independence.contingency import network

    answer = network.exact_p(table, limit)
    if answer.doubtful:
        return _in_integers(table, mid_p)
    if not mid_p:
        return answer.p, answer.log_p
    below = network.exact_p(table, limit, strictly=True)
    return (answer.p + below.p) / 2, answer.log_p + math.log1p(math.exp(below.log_p - answer.log_p)) - math.log(2)


def _in_integers(table: Table, mid_p: bool) -> tuple[float, float]:
    at_most, tied, everything = integers.tail(table)
    return p_and_log(2 * at_most - (tied if mid_p else 0), 2 * everything)
