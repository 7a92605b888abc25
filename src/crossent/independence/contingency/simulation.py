"""Monte-Carlo p-values of tables: seeded, with their standard error, ties decided in whole numbers.

Tables with the margins seen are drawn as independence makes them (the distribution of Patefield 1981), cell by cell,
many at a time. p = (1 + b) / (1 + B), where b of B drawn tables are at least as extreme: valid for any B.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.independence.contingency.tables import Counts, Table

MOST_COUNTS = 1_000_000_000  # NumPy's hypergeometric draws end there
CELLS_AT_A_TIME = 1_000_000
WHOLE_POWERS = 100_000  # counts up to which prod x^x is written out
NEAR = 1e-9  # relative: float64 decides beyond, whole numbers within


def simulated_p(b: float, draws: int) -> tuple[float, float, float]:
    """p, its logarithm, and its standard error (of the share of extreme tables, as (b + 1) / (B + 2): never 0)."""
    p, share = (1 + b) / (1 + draws), (1 + b) / (2 + draws)
    return p, math.log(p), math.sqrt(share * (1 - share) / draws)


def check(draws: int, seed: int) -> None:
    if not isinstance(draws, int) or isinstance(draws, bool) or not 1 <= draws <= 10_000_000:
        raise errors.draws_invalid(draws)
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise errors.seed_invalid(seed)


def as_improbable(table: Table, draws: int, seed: int, mid_p: bool) -> float:
    """How many drawn tables are no more probable than the one seen; with mid_p, ties count half."""
    from scipy.special import gammaln

    return _count(table, draws, seed, mid_p, lambda drawn: gammaln(drawn + 1.0).sum(axis=(1, 2)), _factorials)


def as_far(table: Table, draws: int, seed: int) -> float:
    """How many drawn tables have a Pearson statistic at least as large."""
    expected = table.expected()

    def exactly(drawn: Counts) -> Any:
        return sum(
            Fraction(int(x) ** 2, r * c)
            for row, r in zip(drawn, table.rows, strict=True)
            for x, c in zip(row, table.columns, strict=True)
        )

    return _count(table, draws, seed, False, lambda drawn: (drawn**2.0 / expected).sum(axis=(1, 2)), exactly)


def as_unlikely(table: Table, draws: int, seed: int) -> float:
    """How many drawn tables have a G statistic at least as large: sum of x log x, compared as prod x^x."""
    from scipy.special import xlogy

    def exactly(drawn: Counts) -> Any:
        cells = sorted(int(x) for x in drawn.ravel() if x > 1)
        return math.prod(x**x for x in cells) if table.total <= WHOLE_POWERS else sum(x * math.log(x) for x in cells)

    return _count(table, draws, seed, False, lambda drawn: xlogy(drawn, drawn).sum(axis=(1, 2)), exactly)


def _count(
    table: Table, draws: int, seed: int, mid_p: bool, measure: Callable[[Counts], Any], exactly: Callable[[Counts], Any]
) -> float:
    if table.total >= MOST_COUNTS:
        raise errors.draws_out_of_reach(table.total, MOST_COUNTS)
    rng = np.random.default_rng(seed)
    seen, exact = float(measure(table.counts[None])[0]), exactly(table.counts)
    extreme, left, piece = 0.0, draws, max(1, CELLS_AT_A_TIME // table.counts.size)
    while left:
        drawn = draw_tables(table, min(piece, left), rng)
        values = measure(drawn)
        near = np.abs(values - seen) <= NEAR * (abs(seen) + 1)
        extreme += float((values[~near] > seen).sum())
        close, times = np.unique(drawn[near], axis=0, return_counts=True)
        for one, number in zip(close, times, strict=True):
            value = exactly(one)
            extreme += int(number) * (1.0 if value > exact else 0.0 if value < exact else 0.5 if mid_p else 1.0)
        left -= len(drawn)
    return extreme


def _factorials(drawn: Counts) -> Any:
    """The product of the cells' factorials, such that products compare as the whole numbers do."""
    return Product(sorted(int(x) for x in drawn.ravel()))


class Product:
    """prod x! of a list of whole numbers, compared exactly without being written out."""

    def __init__(self, cells: list[int]) -> None:
        self.cells = cells

    def __gt__(self, other: Product) -> bool:
        return self._against(other) > 0

    def __lt__(self, other: Product) -> bool:
        return self._against(other) < 0

    def _against(self, other: Product) -> int:
        """What the sorted lists do not share, factor by factor of the ratio."""
        if self.cells == other.cells:
            return 0
        above = below = 1
        for ours, theirs in zip(self.cells, other.cells, strict=True):
            if ours > theirs:
                above *= math.perm(ours, ours - theirs)
            else:
                below *= math.perm(theirs, theirs - ours)
        return (above > below) - (above < below)


def draw_tables(table: Table, number: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Tables (number, r, c) with the margins of this one, as independence makes them."""
    rows, columns = table.shape
    drawn = np.empty((number, rows, columns), np.int64)
    open_columns = np.tile(np.array(table.columns, np.int64), (number, 1))
    for i, size in enumerate(table.rows[:-1]):
        open_row, rest = np.full(number, size), open_columns.sum(axis=1)
        for j in range(columns - 1):
            rest = rest - open_columns[:, j]
            drawn[:, i, j] = rng.hypergeometric(open_columns[:, j], rest, open_row)
            open_row = open_row - drawn[:, i, j]
        drawn[:, i, -1] = open_row
        open_columns -= drawn[:, i]
    drawn[:, -1] = open_columns
    return drawn
