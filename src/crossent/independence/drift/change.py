"""Did the level of the series change at one place? The largest standardised CUSUM over all places."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.independence.drift.blocks import moments_of, scale_of
from crossent.independence.drift.effects import Moments, difference_in_deviations
from crossent.independence.order.effects import two_sided_normal
from crossent.independence.order.ranks import skewed
from crossent.independence.order.values import Floats, doubled_ranks, numbers
from crossent.independence.permutation import DRAWS, Simulated, permuted
from crossent.independence.results import IidTest

EDGE = 0.05  # share of rows at either end where no change is looked for
BINS = 2_048  # places looked at, at most; rows between two of them are added up
CERTAIN = math.log(1e-6)
# 2 (largest - own) log likelihood ratio of the places in a 95 % interval: -2 log(1 - sqrt 0.95), Hansen (2000)
WITHIN = -2 * math.log(1 - math.sqrt(0.95))


def change_point_test(values: Any, column: str = "target", draws: int = DRAWS, seed: int = 0) -> IidTest:
    """Does the series step from one level to another at some place? The scan of ranks (for two levels: of shares).

        max over j of |S_j - j S_n / n| / (s sqrt(j (n - j) / n)),  S_j the sum of the first j ranks

    over the places that leave 5 % of the rows on either side; above 4,096 rows over about 2,000 places, rows between
    them added up (up to one such bin of rows at the end is left out). The p-value is by permutation of rows or bins;
    where the normal bound over all places is below 1e-6, that bound is given and nothing is drawn.

    The effect is the step in standard deviations at the place found; its interval takes no account of the choice of
    the place. `details`: `position` (the row with which the new level starts), `position95` (Hansen 2000: places whose
    likelihood ratio is within 7.35), the means before and after.

    Raises:
        DataError: fewer than 4 rows, a constant, a value that is not finite.

    Source: Csorgo and Horvath, Limit Theorems in Change-Point Analysis (1997); Hansen, "Sample splitting and threshold
    estimation", Econometrica 68 (2000).

    >>> found = change_point_test([0.1, 0.2, 0.3] * 5 + [1.1, 1.2, 1.3] * 5)
    >>> found.details["position"], found.p_value < 0.001
    (15, True)
    """
    x = numbers(values, column, needed=4, what="a scan for a change")
    width = 1 if len(x) <= 2 * BINS else -(-len(x) // BINS)
    used = len(x) - len(x) % width
    sums = doubled_ranks(x[:used]).reshape(-1, width).sum(axis=1)
    notes = () if width == 1 else (f"places every {width:,} rows; the last {len(x) - used:,} rows were left out",)
    place, statistic, around, p, log_p, error, method = scan(sums, skewed(x), draws, seed)
    position = place * width
    scale = scale_of(x)
    before, after = moments_of(x[:position], scale), moments_of(x[position:], scale)
    return _result(
        column, statistic, (p, log_p, error, method), position, (around[0] * width, around[1] * width),
        before, after, (0.0, scale), notes, "ranks",
    )  # fmt: skip


def change_of_sums(
    sums: Floats,
    squares: Floats,
    width: int,
    pivot: float = 0.0,
    column: str = "target",
    draws: int = DRAWS,
    seed: int = 0,
) -> IidTest:
    """The same from sums and sums of squares of bins of `width` rows each, as a state of many rows holds them.

    Of values less `pivot`, not ranks: equal bins are exchangeable if the rows are, so that permuting bins is exact.
    """
    place, statistic, around, p, log_p, error, method = scan(sums - sums.mean(), False, draws, seed)

    def moments(part: slice) -> Moments:
        count = float(len(sums[part]) * width)
        mean = float(sums[part].sum()) / count
        return count, mean, float(squares[part].sum()) - count * mean * mean

    before, after = moments(slice(None, place)), moments(slice(place, None))
    notes = (f"places every {width:,} rows",) if width > 1 else ()
    return _result(
        column, statistic, (p, log_p, error, method), place * width, (around[0] * width, around[1] * width),
        before, after, (pivot, 1.0), notes, "values",
    )  # fmt: skip


Scan = tuple[int, float, tuple[int, int], float, float, float | None, str]


def scan(sums: Floats, by_draws: bool, draws: int, seed: int) -> Scan:
    """Where the standardised CUSUM of exchangeable numbers is largest, how large, the 95 % interval, and p."""
    n = len(sums)
    edge = max(1, math.ceil(EDGE * n))
    j = np.arange(edge, n - edge + 1)
    centred = sums - sums.mean()
    scale = 1 / np.sqrt(j * (n - j) / n * float(centred @ centred) / (n - 1))

    def heights(orders: NDArray[Any]) -> Any:
        return np.cumsum(orders, axis=1)[:, edge - 1 : n - edge] * scale

    def highest(orders: NDArray[Any]) -> Any:
        found = heights(orders)
        return np.maximum(found.max(axis=1), -found.min(axis=1))

    seen = np.abs(heights(centred[None])[0])
    best = int(np.argmax(seen))
    largest = float(seen[best])
    # the variance around the two levels; 0 where they explain everything
    rest = (n - 1 - largest * largest) / max(n - 2, 1)
    near = np.flatnonzero(largest * largest - seen * seen <= WITHIN * rest)
    around = (int(j[near[0]]), int(j[near[-1]])) if len(near) else (int(j[best]), int(j[best]))
    log_bound = math.log(len(j)) + two_sided_normal(largest)[1]
    if n >= 100 and not by_draws and log_bound < CERTAIN:
        method = f"normal bound over {len(j):,} places"
        return int(j[best]), largest, around, math.exp(log_bound), log_bound, None, method
    found: Simulated = permuted(centred, highest, draws, seed)[1]
    return int(j[best]), largest, around, found.p_value, found.log_p_value, found.error, f"permutation: {found.words}"


def _result(
    column: str, statistic: float, found: tuple[float, float, float | None, str], position: int,
    around: tuple[int, int], before: Moments, after: Moments, units: tuple[float, float],
    notes: tuple[str, ...], which: str,
) -> IidTest:  # fmt: skip
    p, log_p, error, method = found
    origin, scale = units
    low, high = origin + before[1] * scale, origin + after[1] * scale
    return IidTest(
        name="change point", columns=(column,), method=f"{method}, of {which}", statistic=statistic, p_value=p,
        log_p_value=log_p, p_error=error, n=int(before[0] + after[0]), notes=notes,
        effect=difference_in_deviations(before, after, "step in standard deviations"),
        about=f"a step at row {position:,}, from {low:.6g} to {high:.6g}",
        details={"position": position, "position95": around, "before": low, "after": high},
    )  # fmt: skip
