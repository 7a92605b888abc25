"""One column of two samples: do they come from one distribution?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.independence.drift.blocks import CELLS, distance_effect, moments_of, scale_of
from crossent.independence.drift.effects import difference_in_deviations
from crossent.independence.drift.several import KOLMOGOROV, distances, largest_distance
from crossent.independence.order.lags import few_levels
from crossent.independence.order.tables import table_test
from crossent.independence.order.values import Floats, codes, numbers, spread_out
from crossent.independence.permutation import DRAWS
from crossent.independence.results import IidTest


def compare_numbers(first: Any, second: Any, column: str = "target", draws: int = DRAWS, seed: int = 0) -> IidTest:
    """Do two samples of numbers have one distribution? Kolmogorov and Smirnov's test.

        sqrt(n1 n2 / (n1 + n2)) max over x of |F_1(x) - F_2(x)|

    By Kolmogorov's limit where both have 500 rows, else by permutation, ties included. The effect is the difference
    of means (second less first) in standard deviations; `details` has the distance and its interval. At most 20,000
    rows of each, drawn by the seed.

    Raises:
        DataError: no row in one sample, one value in both, a value that is not finite.

    >>> compare_numbers([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).details["distance"]
    1.0
    """
    x, y, notes = _both(first, second, column, seed)
    pooled = np.concatenate((x, y))
    numbers(pooled, column, needed=2, what="two samples together")
    cell = np.unique(pooled, return_inverse=True)[1]
    cells = int(cell.max()) + 1
    table = np.stack((np.bincount(cell[: len(x)], minlength=cells), np.bincount(cell[len(x) :], minlength=cells)))
    statistic, p, log_p, error, method = largest_distance(_coarser(table), draws, seed)
    distance = float(distances(table[None])[0]) * float(np.sqrt(len(pooled) / len(x) / len(y)))
    scale, name = scale_of(pooled), "difference of means in standard deviations"
    band = distance_effect(distance, len(x), len(pooled))
    return IidTest(
        name="two samples", columns=(column,), method=f"Kolmogorov-Smirnov, {method}", statistic=statistic, p_value=p,
        log_p_value=log_p, p_error=error, n=len(pooled), notes=notes, about=f"{len(x):,} and {len(y):,} rows",
        effect=difference_in_deviations(moments_of(x, scale), moments_of(y, scale), name),
        details={"distance": distance, "distance95": band.ci95},
    )  # fmt: skip


def compare_levels(first: Any, second: Any, column: str = "target", draws: int = DRAWS, seed: int = 0) -> IidTest:
    """Do two samples have the same mix of levels? The table sample x level.

    Chi-squared where every expected count is at least 5, Fisher's exact test for two levels, else simulated tables.
    Every row counts; the 19 commonest levels are kept apart. Levels are numbered alike in both samples.

    Raises:
        DataError: no row in one sample, one level in both, a value that is no number of a level.

    >>> compare_levels([0] * 5, [1] * 5).p_value == 2 / 252
    True
    """
    x, y = np.asarray(first), np.asarray(second)
    pooled = codes(np.concatenate((x, y)), column, needed=2, what="two samples together")
    pooled, kept, notes = few_levels(pooled, ())
    sample = np.repeat([0, 1], [len(x), len(y)])
    table = np.bincount(sample * len(kept) + pooled, minlength=2 * len(kept)).reshape(2, len(kept))
    found = table_test(table, "two samples", (column,), f"{len(x):,} and {len(y):,} rows", draws, seed)
    return replace(found, notes=notes + found.notes, details={**found.details, "levels": kept})


def _coarser(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """The table itself, or where it would be simulated with very many values, cells of values that lie together."""
    if table.shape[1] <= CELLS or table.sum(axis=1).min() >= KOLMOGOROV:
        return table
    edges = np.arange(CELLS) * table.shape[1] // CELLS
    return np.add.reduceat(table, edges, axis=1)


def _both(first: Any, second: Any, column: str, seed: int) -> tuple[Floats, Floats, tuple[str, ...]]:
    parts: list[Floats] = []
    notes: tuple[str, ...] = ()
    for name, values in (("", first), (" of the reference", second)):
        x = numbers(values, f"{column}{name}", needed=1, what="a sample", vary=False)
        chosen, said = spread_out(len(x), seed)
        parts.append(x if chosen is None else x[chosen])
        notes += said
    return parts[0], parts[1], notes
