"""Drift of one column: blocks of rows that follow each other, compared."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.independence.drift.effects import Moments, difference_in_deviations
from crossent.independence.drift.several import KOLMOGOROV, cells_of, largest_distance, rank_sums
from crossent.independence.order.lags import few_levels
from crossent.independence.order.tables import table_test
from crossent.independence.order.values import Floats, codes, numbers, spread_out
from crossent.independence.permutation import DRAWS
from crossent.independence.results import Effect, IidTest

BLOCKS = 10
ROWS = 10  # of one block at least, unless there would be one block only
CELLS = 2_048  # of values, where Kolmogorov's limit is used
SIMULATED = 128  # where tables are simulated


def block_levels_test(
    values: Any, blocks: int | None = None, column: str = "target", draws: int = DRAWS, seed: int = 0
) -> IidTest:
    """Does the mix of levels change over the rows? The table of blocks of rows x levels.

    Given the levels' counts, rows in random order make that table hypergeometric: chi-squared where every expected
    count is at least 5, Fisher's exact test for small 2 x 2, else simulated tables. Ten equal blocks, fewer below
    100 rows. Every row counts.

    Args:
        values: numbers of levels, 0, 1, 2, ..., in order; shape (n,).

    Raises:
        DataError: fewer than 4 rows, one level, a value that is no number of a level.
        UsageError: more blocks than there are pairs of rows.

    >>> found = block_levels_test([0] * 8 + [1] * 8, blocks=2)
    >>> found.p_value == 2 / 12870
    True
    """
    y = codes(values, column, needed=4, what="a test of drift")
    y, kept, notes = few_levels(y, ())
    labels, blocks = _labels(len(y), blocks, column)
    table = np.bincount(labels * len(kept) + y, minlength=blocks * len(kept)).reshape(blocks, len(kept))
    found = block_counts_test(table, column, draws, seed)
    return replace(found, notes=notes + found.notes, details={**found.details, "levels": kept})


def block_counts_test(table: Any, column: str = "target", draws: int = DRAWS, seed: int = 0) -> IidTest:
    """The same from a table of counts, blocks x levels, as a state of many rows holds it."""
    table = np.asarray(table, np.int64)
    return table_test(table, "drift of levels", (column,), f"levels in {len(table)} blocks of rows", draws, seed)


def block_ranks_test(
    values: Any, blocks: int | None = None, column: str = "target", draws: int = DRAWS, seed: int = 0
) -> IidTest:
    """Does the location change over the rows? Kruskal and Wallis's test of blocks of rows.

    By permutation up to 500 rows or with blocks of fewer than 20; else chi-squared. The effect is the largest
    difference of a block's mean from that of all other rows; its interval takes no account of the choice. At most
    20,000 rows, drawn over the whole series.

    Raises:
        DataError: fewer than 4 rows, a constant, a value that is not finite.

    >>> block_ranks_test(np.arange(20.0), blocks=2).p_value < 0.001
    True
    """
    x, labels, blocks, notes = _prepared(values, blocks, column, seed)
    h, p, log_p, error, method = rank_sums(labels, x, draws, seed)
    effect, means = _largest_difference(x, labels, blocks)
    return IidTest(
        name="drift of ranks", columns=(column,), method=method, statistic=h, p_value=p, log_p_value=log_p,
        p_error=error, effect=effect, n=len(x), about=f"locations of {blocks} blocks of rows", notes=notes,
        details={"means": means},
    )  # fmt: skip


def block_ks_test(
    values: Any, blocks: int | None = None, column: str = "target", draws: int = DRAWS, seed: int = 0
) -> IidTest:
    """Does the distribution change over the rows? The largest Kolmogorov-Smirnov distance of a block from the rest.

        max over blocks and x of sqrt(n_b n_rest / n) |F_b(x) - F_rest(x)|

    By Kolmogorov's limit times the number of blocks where each has 500 rows or the p-value is below 1e-6, else by
    permutation. Beyond 2,048 distinct values (128 for permutations) x is taken at as many of them only. Sees changes of
    spread and shape besides those of location. At most 20,000 rows, drawn over the whole series. The effect's
    interval is the band of Dvoretzky, Kiefer and Wolfowitz around the block that differs most.

    Raises:
        DataError: fewer than 4 rows, a constant, a value that is not finite.

    >>> block_ks_test(np.arange(20.0), blocks=2).effect.estimate
    1.0
    """
    x, labels, blocks, notes = _prepared(values, blocks, column, seed)
    cell = cells_of(x, CELLS if len(x) // blocks >= KOLMOGOROV else SIMULATED)
    cells = int(cell.max()) + 1
    table = np.bincount(labels * cells + cell, minlength=blocks * cells).reshape(blocks, cells)
    return replace(block_cells_test(table, column, draws, seed), notes=notes)


def block_cells_test(table: Any, column: str = "target", draws: int = DRAWS, seed: int = 0) -> IidTest:
    """The same from a table of counts, blocks x cells of values in order, as a state of many rows holds it."""
    table = np.asarray(table, np.int64)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    statistic, p, log_p, error, method = largest_distance(table, draws, seed)
    n, sizes = int(table.sum()), table.sum(axis=1)
    own = np.cumsum(table, axis=1)
    apart = own / sizes[:, None] - (own.sum(axis=0) - own) / (n - sizes)[:, None]
    each = np.abs(apart).max(axis=1)
    block = int(np.argmax(each * np.sqrt(sizes * (n - sizes))))
    return IidTest(
        name="drift of distribution", columns=(column,), method=method, statistic=statistic, p_value=p,
        log_p_value=log_p, p_error=error, n=n, effect=distance_effect(float(each[block]), int(sizes[block]), n),
        about=f"distributions of {len(table)} blocks of rows", details={"distances": each.tolist(), "block": block},
    )  # fmt: skip


def distance_effect(distance: float, rows: int, n: int) -> Effect:
    """A Kolmogorov-Smirnov distance of `rows` of n rows from the others, and its band."""
    half = 1.3581 * math.sqrt(1 / rows + 1 / (n - rows))
    band = max(0.0, distance - half), min(1.0, distance + half)
    return Effect("largest difference of shares below a value", distance, band)


def _prepared(
    values: Any, blocks: int | None, column: str, seed: int
) -> tuple[Floats, NDArray[np.int64], int, tuple[str, ...]]:
    x = numbers(values, column, needed=4, what="a test of drift")
    chosen, notes = spread_out(len(x), seed)
    x = x if chosen is None else x[chosen]
    labels, blocks = _labels(len(x), blocks, column)
    return x, labels, blocks, notes


def _labels(rows: int, blocks: int | None, column: str) -> tuple[NDArray[np.int64], int]:
    """The number of each row's block, all of equal size but for one row."""
    if blocks is None:
        blocks = min(BLOCKS, max(2, rows // ROWS))
    if blocks < 2 or rows < 2 * blocks:
        raise errors.blocks_invalid(column, blocks, rows)
    return np.arange(rows) * blocks // rows, blocks


def _largest_difference(x: Floats, labels: NDArray[np.int64], blocks: int) -> tuple[Effect, list[float]]:
    best, means, scale = Effect("", 0.0), [], scale_of(x)
    name = "largest difference of a block's mean from the rest, in standard deviations"
    for block in range(blocks):
        inside = labels == block
        own = moments_of(x[inside], scale)
        means.append(own[1] * scale)
        effect = difference_in_deviations(moments_of(x[~inside], scale), own, name)
        if block == 0 or abs(effect.estimate) > abs(best.estimate):
            best = effect
    return best, means


def scale_of(x: Floats) -> float:
    """A power of two near the largest value, by which squares neither overflow nor vanish."""
    largest = float(np.abs(x).max())
    return 2.0 ** (math.frexp(largest)[1] - 1) if largest > 0 else 1.0


def moments_of(x: Floats, scale: float) -> Moments:
    """Count, mean and sum of squares about the mean of x / scale."""
    y = x / scale
    mean = float(y.mean())
    return float(len(y)), mean, float(np.square(y - mean).sum())
