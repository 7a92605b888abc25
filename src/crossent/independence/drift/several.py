"""Do samples differ? Kruskal and Wallis's rank sums, and the largest distance of distribution functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.independence.contingency.association import upper_tail
from crossent.independence.order.values import Floats, doubled_ranks
from crossent.independence.permutation import DRAWS, permuted, tables_with_margins

RANKS = 500  # rows above which rank sums are taken as normal, and
EACH = 20  # rows that each sample must have then
KOLMOGOROV = 500  # rows of the smaller sample from which Kolmogorov's limit is used, and
FEW = 50  # from which it is where it leaves no doubt; it errs to the large side
CERTAIN = math.log(1e-6)
Found = tuple[float, float, float, float | None, str]  # statistic, p, log p, standard error of p, method


def rank_sums(labels: NDArray[np.int64], x: Floats, draws: int = DRAWS, seed: int = 0) -> Found:
    """Kruskal and Wallis's H, ties corrected: (n - 1) sum over samples of n_b (mean a)^2 / sum a^2, a centred ranks.

    By permutation up to 500 rows or where a sample has fewer than 20; else chi-squared. `labels` are 0, 1, ...

    >>> rank_sums(np.array([0, 0, 1, 1]), np.array([1.0, 2.0, 3.0, 4.0]))[0]
    2.4
    """
    a, counts = doubled_ranks(x), np.bincount(labels)
    n, squares = len(x), float(a @ a)
    if n > RANKS and counts.min() >= EACH:
        sums = np.bincount(labels, weights=a)
        h = (n - 1) * float((sums * sums / counts).sum()) / squares
        p, log_p = upper_tail(h, len(counts) - 1)
        return h, p, log_p, None, f"Kruskal-Wallis, chi-squared with {len(counts) - 1} degrees of freedom"
    places = np.argsort(labels, kind="stable")
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))

    def statistic(orders: NDArray[Any]) -> Any:
        sums = np.add.reduceat(orders, starts, axis=1)
        return (sums * sums / counts).sum(axis=1)

    seen, found = permuted(a[places], statistic, draws, seed)
    method = f"Kruskal-Wallis by permutation: {found.words}"
    return (n - 1) * seen / squares, found.p_value, found.log_p_value, found.error, method


def distances(tables: NDArray[Any]) -> Floats:
    """Of tables samples x cells (m, r, c), cells in order: the largest distance of a sample's distribution function
    from that of all other rows, times sqrt(n_b n_rest / n). With two samples that is Kolmogorov and Smirnov's.

    >>> distances(np.array([[[2, 0], [0, 2]]]))
    array([1.])
    """
    sizes = tables.sum(axis=2)[:, :, None]
    total = sizes.sum(axis=1, keepdims=True)
    own = np.cumsum(tables, axis=2)
    every = own.sum(axis=1, keepdims=True)
    # F_b - F_rest = (n C_b - n_b C) / (n_b n_rest): the numerator is a whole number
    apart = np.abs(total * own - sizes * every).max(axis=2)
    spread = sizes * (total - sizes) * total.astype(np.float64)
    return np.asarray((apart / np.sqrt(spread[:, :, 0])).max(axis=1))


def largest_distance(table: NDArray[Any], draws: int = DRAWS, seed: int = 0) -> Found:
    """Are the rows of a table samples x ordered cells of one distribution? The largest of `distances`.

    Where every sample has 500 rows (50 if p is below 1e-6), by Kolmogorov's limit for one sample times the number of
    samples (two count once): an upper bound that is nearly exact for small p. Otherwise by simulated tables with the
    same margins, which is the permutation of the rows.
    """
    observed = float(distances(table[None])[0])
    sizes, samples = table.sum(axis=1), len(table)
    times = samples if samples > 2 else 1
    log_p = min(math.log(times) + log_kolmogorov(observed), 0.0)  # a bound above 1 says no more than 1
    if sizes.min() < (FEW if log_p < CERTAIN else KOLMOGOROV):
        _, found = tables_with_margins(table, distances, draws, seed)
        return observed, found.p_value, found.log_p_value, found.error, f"permutation: {found.words}"
    word = f", times {times} blocks" if times > 1 else ""
    return observed, math.exp(log_p), log_p, None, f"Kolmogorov's limit{word}"


def log_kolmogorov(z: float) -> float:
    """log P(sup |Brownian bridge| >= z) = log(2 sum (-1)^(k - 1) exp(-2 k^2 z^2)).

    >>> round(math.exp(log_kolmogorov(1.3581)), 4)
    0.05
    """
    from scipy.special import kolmogorov

    if z < 4:
        return math.log(float(kolmogorov(z)))
    return math.log(2) - 2 * z * z  # the next term is below 1e-41 of this one


def cells_of(x: Floats, most: int) -> NDArray[np.int64]:
    """Number of the cell of each value: one for each distinct value, or about `most` of equal counts; ties together."""
    distinct, place, count = np.unique(x, return_inverse=True, return_counts=True)
    if len(distinct) <= most:
        return place.astype(np.int64)
    first = np.cumsum(count) - count
    cell = first * most // len(x)
    return np.unique(cell, return_inverse=True)[1][place].astype(np.int64)
