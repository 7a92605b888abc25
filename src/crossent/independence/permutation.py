"""Simulated p-values: seeded, with their standard error, counting ties, stopped early only where that is exact."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors

Floats = NDArray[np.float64]
DRAWS = 9_999
STOP_AFTER = 100
CELLS = 1 << 20  # of one block of permutations
FIRST = 200
# Statistics that are equal on paper differ in their last digits; they count as ties, which makes p no smaller.
TIE = 1e-12


@dataclass(frozen=True)
class Simulated:
    """A p-value from `draws` draws of the null, `as_extreme` of them at or above what was seen; `error` is its
    standard error. `stopped`: the draws ended when `as_extreme` reached its limit.
    """

    p_value: float
    log_p_value: float
    error: float
    draws: int
    as_extreme: int
    stopped: bool
    seed: int

    @property
    def words(self) -> str:
        """How it was simulated, for `IidTest.method`."""
        early = f", stopped when {self.as_extreme:,} were as extreme (Besag and Clifford 1991)"
        return f"{self.draws:,} draws, seed {self.seed}" + early * self.stopped


def simulated(
    draw: Callable[[np.random.Generator, int], Any],
    observed: float,
    draws: int = DRAWS,
    seed: int = 0,
    stop_after: int | None = STOP_AFTER,
    first: int = FIRST,
    most: int = 1 << 14,
) -> Simulated:
    """The p-value of `observed`, large values being evidence against, from statistics drawn under the null.

        p = (1 + b) / (1 + B),  b of B draws at least as large as what was seen

    `draw(rng, count)` returns `count` statistics. With `stop_after` = h the draws end at the h-th that is as extreme,
    after m of them, and p = h / m (Besag and Clifford 1991): P(p <= u) <= u holds exactly as for the full number of
    draws, and a p-value above h / B costs h / p draws only. A p-value below h / B comes from all draws.

    Ties count as extreme, and so do statistics within 1e-12 of what was seen, relatively. The standard error is
    sqrt(p (1 - p) / (B + 1)), after a stop p sqrt((1 - p) / h). `first` draws are made at once, then as many as there
    are already, `most` at a time. That does not change the p-value if `draw` takes its numbers draw by draw.

    Raises:
        UsageError: fewer than 19 draws, which cannot reach 5 %.

    >>> found = simulated(lambda rng, count: rng.random(count), 0.97, draws=999, stop_after=None)
    >>> found.draws, 0.01 < found.p_value < 0.05
    (999, True)
    """
    if draws < 19:
        raise errors.simulation_too_small(draws)
    rng = np.random.default_rng(seed)
    threshold = observed - TIE * abs(observed)
    done, extreme, size = 0, 0, first
    while done < draws:
        hits = np.asarray(draw(rng, min(size, draws - done))) >= threshold
        found = int(np.count_nonzero(hits))
        if stop_after is not None and extreme + found >= stop_after:
            m = done + 1 + int(np.flatnonzero(hits)[stop_after - extreme - 1])
            p = stop_after / m
            return Simulated(p, math.log(p), p * math.sqrt((1 - p) / stop_after), m, stop_after, True, seed)
        done, extreme, size = done + len(hits), extreme + found, min(done + len(hits), most)
    p = (1 + extreme) / (1 + draws)
    return Simulated(p, math.log(p), math.sqrt(p * (1 - p) / (1 + draws)), draws, extreme, False, seed)


def permuted(
    values: NDArray[Any],
    statistic: Callable[[NDArray[Any]], Any],
    draws: int = DRAWS,
    seed: int = 0,
    stop_after: int | None = STOP_AFTER,
) -> tuple[float, Simulated]:
    """What `statistic` says of the values in their order, and its p-value over all orders of the same values.

    `statistic` takes an array (m, n), an order in each row, and returns m numbers, large ones being evidence against.

    >>> rising = lambda orders: (np.diff(orders, axis=1) > 0).sum(axis=1)
    >>> seen, p = permuted(np.arange(8.0), rising, draws=999, stop_after=None)
    >>> float(seen), p.p_value
    (7.0, 0.001)
    """
    values = np.ascontiguousarray(values)
    observed = float(np.asarray(statistic(values[None, :]))[0])
    most = max(CELLS // max(len(values), 1), 1)

    def draw(rng: np.random.Generator, count: int) -> Any:
        orders = np.tile(values, (count, 1))
        return statistic(rng.permuted(orders, axis=1, out=orders))

    return observed, simulated(draw, observed, draws, seed, stop_after, min(FIRST, most), most)


def tables_with_margins(
    table: NDArray[Any],
    statistic: Callable[[NDArray[Any]], Any],
    draws: int = DRAWS,
    seed: int = 0,
    stop_after: int | None = STOP_AFTER,
) -> tuple[float, Simulated]:
    """What `statistic` says of a table of counts, and its p-value over permutations of the rows behind the table.

    Permuting rows leaves the margins and draws the table from the hypergeometric distribution of tables with them
    (Patefield 1981), so that no row is touched. `statistic` takes tables (m, r, c) and returns m numbers.

    >>> off = lambda tables: np.abs(tables[:, 0, 0] - 5.0)
    >>> seen, p = tables_with_margins(np.array([[10, 0], [0, 10]]), off, draws=999, stop_after=None)
    >>> seen, p.p_value
    (5.0, 0.001)
    """
    from scipy.stats import random_table

    table = np.asarray(table)
    observed = float(np.asarray(statistic(table[None]))[0])
    null = random_table(table.sum(axis=1), table.sum(axis=0))
    most = max(CELLS // table.size, 1)

    def draw(rng: np.random.Generator, count: int) -> Any:
        return statistic(null.rvs(count, random_state=rng))

    return observed, simulated(draw, observed, draws, seed, stop_after, min(FIRST, most), most)
