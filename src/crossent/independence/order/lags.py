"""Tables of a level and the level some rows later: by permutation, and on disjoint pairs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.independence.contingency.association import pearson, upper_tail
from crossent.independence.contingency.tables import read_table
from crossent.independence.order.effects import autocorrelation
from crossent.independence.order.tables import EXPECTED, effect_of, smallest_expected, squares_of, table_test
from crossent.independence.order.values import Codes, codes, contiguous, lags_of
from crossent.independence.permutation import DRAWS, permuted
from crossent.independence.results import Effect, IidTest

MANY = 1_000  # rows above which the limit is believed
LEVELS = 20  # levels kept apart; rarer ones go together


def lag_table_test(values: Any, lag: int = 1, column: str = "target", draws: int = DRAWS, seed: int = 0) -> IidTest:
    """Does a row's level say anything about the level `lag` rows later? Pearson's chi-squared of the transitions.

    The p-value is by permutation of the rows: counts of transitions are not hypergeometric, because each row but the
    ends is in two of them (Whittle 1955), so that a test of the table as if its entries were independent pairs would
    be wrong in small samples. Above 1,000 rows, where every expected count is at least 5, by chi-squared with
    (k - 1)^2 degrees of freedom, the limit for independent rows. At most 20,000 rows that follow each other; the 19
    commonest levels are kept apart and the rest go together, which permutations do not change.

    Args:
        values: numbers of levels, 0, 1, 2, ...; shape (n,).

    Raises:
        DataError: one row, one level, a value that is no number of a level.
        UsageError: a lag that leaves fewer than two pairs.

    Source: Whittle, "Some distribution and moment formulae for the Markov chain", Journal of the Royal Statistical
    Society B 17 (1955).

    >>> found = lag_table_test([0, 1, 2] * 6)
    >>> found.p_value < 0.01, found.details["table"][0]
    (True, [0, 6, 0])
    """
    y = codes(values, column, needed=3, what="a lag table")
    y, _, notes = contiguous(y, seed)
    y, kept, notes = few_levels(y, notes)
    (lag,) = lags_of(lag, len(y), column)
    k = len(kept)

    table = transitions(y[None], lag, k)[0]
    if len(y) > MANY and smallest_expected(table) >= EXPECTED:
        limit = lag_counts_test(table, lag, column)
        return replace(limit, notes=notes + limit.notes, details={**limit.details, "levels": kept})

    def statistic(orders: NDArray[Any]) -> Any:
        return squares_of(transitions(orders, lag, k))

    observed, p = permuted(y, statistic, draws, seed)
    return IidTest(
        name="lag table", columns=(column,), method=f"permutation: {p.words}", statistic=observed - (len(y) - lag),
        p_value=p.p_value, log_p_value=p.log_p_value, p_error=p.error, effect=_effect(table, len(y), lag), n=len(y),
        about=f"the level of a row and of the row {lag:,} later", notes=notes,
        details={"lag": lag, "table": table.tolist(), "levels": kept},
    )  # fmt: skip


def lag_counts_test(table: Any, lag: int = 1, column: str = "target") -> IidTest:
    """The same from the counts of transitions of a long series alone, as a state of all rows holds them.

    Chi-squared with (k - 1)^2 degrees of freedom, its limit for independent rows; a note says where counts expected
    below 5 make it a guess.

    >>> lag_counts_test([[30, 20], [20, 30]]).statistic
    4.0
    """
    table = np.asarray(table, np.int64)
    keep = (table.sum(axis=0) > 0) & (table.sum(axis=1) > 0)
    table = table[np.ix_(keep, keep)]
    rows = int(table.sum()) + lag
    observed = pearson(read_table(table))
    p, log_p = upper_tail(observed, (len(table) - 1) ** 2)
    smallest = smallest_expected(table)
    note = f"the smallest expected count is {smallest:.3g}, below {EXPECTED:g}: chi-squared is a guess here"
    return IidTest(
        name="lag table", columns=(column,), method="chi-squared, the limit for many rows", statistic=observed,
        p_value=p, log_p_value=log_p, effect=_effect(table, rows, lag), n=rows,
        about=f"the level of a row and of the row {lag:,} later", notes=(note,) if smallest < EXPECTED else (),
        details={"lag": lag, "table": table.tolist()},
    )  # fmt: skip


def pairs_test(values: Any, column: str = "target", draws: int = DRAWS, seed: int = 0) -> IidTest:
    """The levels of rows 0 and 1, 2 and 3, 4 and 5, ...: disjoint pairs, so that a test of tables is exact.

    Under independence the pairs are independent, and their table is hypergeometric given its margins: chi-squared
    where every expected count is at least 5, Fisher's exact test for two levels, and otherwise a simulation of the
    tables with these margins. It sees half of the neighbours that `lag_table_test` sees, and costs less.

    Raises:
        DataError: fewer than 4 rows, one level (in the first or the second rows of all pairs), no number of a level.

    >>> pairs_test([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1]).p_value
    0.1
    """
    y = codes(values, column, needed=4, what="a test of pairs")
    y, kept, notes = few_levels(y, ())
    pairs, k = len(y) // 2, len(kept)
    first, second = y[0 : 2 * pairs : 2], y[1 : 2 * pairs : 2]
    for side in (first, second):
        codes(side, column)  # neither may be one level only
    table = np.bincount(first * k + second, minlength=k * k).reshape(k, k)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    about = f"{pairs:,} pairs of neighbours, no row in two of them"
    found = table_test(table, "disjoint pairs", (column,), about, draws, seed)
    return replace(found, n=2 * pairs, notes=notes + found.notes)


def transitions(orders: NDArray[Any], lag: int, levels: int) -> NDArray[np.int64]:
    """Of each row of `orders`, how often level i is followed by level j `lag` places later: shape (m, k, k)."""
    m = len(orders)
    places = orders[:, :-lag] * levels + orders[:, lag:]
    places = places + (np.arange(m, dtype=np.int64) * (levels * levels))[:, None]
    return np.bincount(places.ravel(), minlength=m * levels * levels).reshape(m, levels, levels)


def few_levels(y: Codes, notes: tuple[str, ...]) -> tuple[Codes, list[str], tuple[str, ...]]:
    """At most 20 levels: the commonest keep their numbers, the others share the last. And what each is called."""
    count = np.bincount(y)
    present = np.flatnonzero(count)
    if len(present) <= LEVELS:
        return np.searchsorted(present, y), [str(level) for level in present], notes
    common = np.sort(np.argsort(-count, kind="stable")[: LEVELS - 1])
    place = np.full(len(count), LEVELS - 1)
    place[common] = np.arange(LEVELS - 1)
    rest = len(present) - len(common)
    notes += (f"the {rest:,} rarest levels of {len(present):,} were taken together",)
    return place[y], [*(str(level) for level in common), "others"], notes


def _effect(table: NDArray[Any], rows: int, lag: int) -> Effect:
    """Cramer's V; with two levels the autocorrelation, which has a sign."""
    if table.shape != (2, 2):
        return effect_of(table)
    margins = float(np.prod(table.sum(axis=0)) * 1.0 * np.prod(table.sum(axis=1)))
    if margins == 0:
        return effect_of(table)
    cross = float(table[0, 0]) * float(table[1, 1]) - float(table[0, 1]) * float(table[1, 0])
    return autocorrelation(cross / math.sqrt(margins), rows, lag)
