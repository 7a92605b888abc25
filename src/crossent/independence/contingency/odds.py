"""The odds ratio of a 2 x 2 table by conditional maximum likelihood, and exact intervals for it.

Given the margins, the first cell k has probability proportional to w_k psi^k, psi the odds ratio. "central" inverts the
two one-sided tests at 2.5 % each; "two-sided" takes the psi whose two-sided p-value (all cells no more probable) is
above 5 %, and what lies between them (Fay 2010), so that it agrees with the two-sided p-value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossent.independence.contingency.hypergeometric import Hypergeometric
from crossent.independence.contingency.tables import Table
from crossent.independence.results import Effect

ALPHA = 0.05
REACH = 40  # standard deviations to either side of the cell seen that are summed
WIDEST = 2_000_000  # cells that are summed; beyond, Wald's interval
MANY = 200  # pieces of the two-sided p-value that are all looked at
Floats = NDArray[np.float64]


def odds_ratio(table: Table, interval: str) -> tuple[Effect, str]:
    """The estimate with its 95 % interval, and a note if it is approximate."""
    law, seen = Hypergeometric.of(table), int(table.counts[0, 0])
    spread = 1 / math.sqrt(sum(1 / (cell + 1) for cell in table.cells))
    reach = int(REACH * spread) + 200
    if 2 * reach > WIDEST:
        return _wald(table), "odds ratio: unconditional, with Wald's interval of its logarithm (too many tables to sum)"
    low, high = max(law.low, seen - reach), min(law.high, seen + reach)
    tilted = Tilted(log_weights(law, low, high), seen - low)
    if interval == "central":
        ends = 1 / one_sided_end(tilted.mirrored(), ALPHA / 2), one_sided_end(tilted, ALPHA / 2)
    else:
        ends = 1 / two_sided_end(tilted.mirrored()), two_sided_end(tilted)
    return Effect("odds ratio", conditional_estimate(tilted), ends), ""


def log_weights(law: Hypergeometric, low: int, high: int) -> Floats:
    """log C(r_1, k) C(r_2, c_1 - k) for k = low .. high, up to a constant."""
    k = np.arange(low, high, dtype=np.float64)
    up = (law.first_row - k) * (law.first_column - k)
    down = (k + 1) * (law.second_row - law.first_column + k + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(up / down))])
    return logs - logs.max()


@dataclass(frozen=True)
class Tilted:
    """The cell k = 0, 1, ... under an odds ratio exp(theta): weights, and the place of the cell seen."""

    log_weights: Floats
    seen: int

    @property
    def last(self) -> bool:
        return self.seen == len(self.log_weights) - 1

    def mirrored(self) -> Tilted:
        """The same with the order of k, and so the sign of theta, turned round."""
        return Tilted(self.log_weights[::-1].copy(), len(self.log_weights) - 1 - self.seen)

    def probabilities(self, theta: float) -> Floats:
        logs = self.log_weights + theta * np.arange(len(self.log_weights))
        found = np.exp(logs - logs.max())
        return found / found.sum()

    def less(self, theta: float) -> float:
        return float(self.probabilities(theta)[: self.seen + 1].sum())

    def outside(self, theta: float, first: int) -> float:
        """All cells up to the one seen, and from `first` beyond it on."""
        found = self.probabilities(theta)
        return float(found[: self.seen + 1].sum() + found[self.seen + first :].sum())


def conditional_estimate(tilted: Tilted) -> float:
    """The odds ratio under which the cell seen is the mean."""
    if tilted.seen == 0:
        return 0.0
    if tilted.last:
        return math.inf
    off = np.arange(len(tilted.log_weights)) - tilted.seen
    return math.exp(_root(lambda theta: float(tilted.probabilities(theta) @ off)))


def one_sided_end(tilted: Tilted, level: float) -> float:
    """The odds ratio under which so few or fewer in the cell have this probability."""
    if tilted.last:
        return math.inf
    return math.exp(_root(lambda theta: level - tilted.less(theta)))


def _root(rising: Callable[[float], float], low: float = -1.0, high: float = 1.0) -> float:
    from scipy.optimize import brentq

    while rising(low) > 0:
        low *= 2
    while rising(high) < 0:
        high *= 2
    return float(brentq(rising, low, high, xtol=1e-13, rtol=8.9e-16))


def two_sided_end(tilted: Tilted) -> float:
    """The largest odds ratio whose two-sided p-value is above 5 %.

    At theta_k, where cell k > seen is just as probable as the one seen, k leaves the sum. Between two such places the
    p-value, 1 less the probability of an interval of cells, falls and then rises: its ends and one root decide.
    """
    if tilted.last:
        return math.inf
    at, logs = tilted.seen, tilted.log_weights
    places = (logs[at] - logs[at + 1 :]) / np.arange(1, len(logs) - at)  # rising with k: weights are log-concave
    lowest = math.log(one_sided_end(tilted, ALPHA))  # the p-value is at least the lower tail alone
    best = lowest
    for j in _pieces(tilted, places, lowest):
        start, end = max(lowest, float(places[j - 1])) if j else lowest, float(places[j])
        if tilted.outside(end, j + 1) > ALPHA:  # at the place itself cell j + 1 still counts, as tied
            best = max(best, end)
        elif tilted.outside(start, j + 1) > ALPHA:
            best = max(best, _falling(tilted, j + 1, start, end))
    return math.exp(best)


def _pieces(tilted: Tilted, places: Floats, lowest: float) -> range:
    """Those that can hold the end: all with a lower tail that is not negligible; of very many, 200 about the end."""
    first = int(np.searchsorted(places, lowest))
    low, high = first, len(places)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if tilted.less(float(places[middle])) > ALPHA * 1e-4 else (low, middle)
    last = min(low + 1, len(places))
    if last - first <= MANY:
        return range(first, last)
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        above = tilted.outside(float(places[middle]), middle + 1) > ALPHA
        low, high = (middle + 1, high) if above else (low, middle)
    return range(max(first, low - MANY // 2), min(last, low + MANY // 2))


def _falling(tilted: Tilted, first: int, start: float, end: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda theta: tilted.outside(theta, first) - ALPHA, start, end, xtol=1e-13))


def _wald(table: Table) -> Effect:
    from scipy.special import ndtri

    (a, b), (c, d) = table.counts.astype(float).tolist()
    if 0 in (a, b, c, d):
        return Effect("odds ratio", math.inf if a * d else 0.0)
    log, error = math.log(a * d / (b * c)), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    reach = float(ndtri(1 - ALPHA / 2)) * error
    return Effect("odds ratio", a * d / (b * c), (math.exp(log - reach), math.exp(log + reach)))
