"""Fisher's exact test, for tables of any number of rows and columns."""

from __future__ import annotations

import math
from typing import Any

from crossent import errors
from crossent.independence.contingency import hypergeometric, integers, simulation
from crossent.independence.contingency.association import cramers_v, pictured
from crossent.independence.contingency.tables import Table, read_table
from crossent.independence.contingency.whole_numbers import p_and_log
from crossent.independence.results import Effect, IidTest

ALTERNATIVES = ("two-sided", "central", "less", "greater")
METHODS = ("exact", "monte-carlo")
INTERVALS = ("two-sided", "central")
SMALL = 1_000  # steps in Python up to which nothing compiled is asked
LIMIT = 1e8  # steps of an exact test: some 10 seconds
DRAWS = 99_999


def fisher_exact(
    table: Any,
    alternative: str = "two-sided",
    *,
    mid_p: bool = False,
    interval: str = "two-sided",
    method: str = "exact",
    draws: int = DRAWS,
    seed: int = 0,
    limit: float = LIMIT,
    columns: tuple[str, ...] = (),
) -> IidTest:
    """Fisher's exact test: are the rows and columns of a table of counts independent, given its margins?

        p = sum of P(x) over all tables x with these margins that are no more probable than the one seen,
        P(x) = prod r_i! prod c_j! / (n! prod x_ij!)

    Args:
        table: counts (r, c), 2 x 2 or larger; empty rows and columns are left out, and that is noted
        alternative: "two-sided" as above; for 2 x 2 also "central" (twice the smaller tail), "less" and "greater"
            (about the first cell, and so the odds ratio)
        mid_p: count tables exactly as probable as the one seen by half; less conservative, no longer exact
        interval: of the odds ratio of a 2 x 2 table: "two-sided", matching the two-sided p-value (Fay 2010), or
            "central"
        method: "exact", or "monte-carlo": `draws` random tables from `seed`, p = (1 + b) / (1 + draws)
        limit: steps that an exact test may take; 1e8 are some 10 seconds
    Returns:
        a test whose effect is the odds ratio (2 x 2; conditional maximum likelihood) or Cramer's V (larger)
    Accuracy: p to 1e-13 relative, log p to 1e-12 relative; whether two tables are equally probable is decided in whole
        numbers. 2 x 2 tables of up to 2^53 counts; larger ones as far as `limit` reaches.
    Errors: NoAnswerError if the exact test would take more steps than `limit`: it says how many.
    Source: Fisher (1935); Freeman and Halton (1951); the network algorithm: Mehta and Patel (1983).

    >>> print(f"{fisher_exact([[3, 1, 0, 4], [0, 5, 2, 1], [6, 0, 3, 2]]).p_value:.14g}")
    0.0040671421289995
    >>> fisher_exact([[50, 1], [257, 375]], "greater")
    <Fisher's exact test: p = 1.222e-17; odds ratio 72.69 (95 %: 12.14 to 1454); n = 683; exact, greater>
    """
    read = read_table(table)
    _check(read, alternative, interval, method)
    notes, error = read.notes, None
    effect: Effect
    if read.shape == (2, 2):
        from crossent.independence.contingency.odds import odds_ratio

        effect, note = odds_ratio(read, interval)
        notes = (*notes, note) if note else notes
    else:
        effect = cramers_v(read)
    if method == "monte-carlo":
        p, log_p, error = _simulated(read, mid_p, draws, seed)
        how = f"Monte Carlo of {draws:,} tables, seed {seed}"
    else:
        p, log_p = exact_p(read, alternative, mid_p, limit)
        how = "exact"
    return IidTest(
        name="Fisher's exact test", columns=columns, method=f"{how}, {alternative}" + (", mid-p" if mid_p else ""),
        statistic=None, p_value=p, log_p_value=log_p, effect=effect, p_error=error, n=read.total,
        about="independence of rows and columns, given the margins", notes=notes, details=pictured(read),
    )  # fmt: skip


def _check(table: Table, alternative: str, interval: str, method: str) -> None:
    if alternative not in ALTERNATIVES:
        raise errors.unknown_alternative(alternative, ALTERNATIVES)
    if interval not in INTERVALS:
        raise errors.unknown_interval(interval, INTERVALS)
    if method not in METHODS:
        raise errors.unknown_method(method, METHODS)
    if alternative != "two-sided" and table.shape != (2, 2):
        raise errors.direction_of_larger_table(alternative, table.shape)
    if alternative != "two-sided" and method == "monte-carlo":
        raise errors.direction_of_simulation(alternative)


def exact_p(table: Table, alternative: str, mid_p: bool, limit: float) -> tuple[float, float]:
    """The p-value and its logarithm: 2 x 2 by the hypergeometric law, small ones in whole numbers, others compiled."""
    if table.shape == (2, 2):
        return hypergeometric.p_value(table, alternative, mid_p)
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


def _simulated(table: Table, mid_p: bool, draws: int, seed: int) -> tuple[float, float, float]:
    simulation.check(draws, seed)
    return simulation.simulated_p(simulation.as_improbable(table, draws, seed, mid_p), draws)
