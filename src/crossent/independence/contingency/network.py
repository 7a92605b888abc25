"""Fisher's exact test by a network, compiled: after Mehta and Patel (1983), with sorted lists for hash tables.

Columns are put in one after the other. A node is what is left of the rows, sorted; in it, paths with the same product
of factorials of their cells are one entry, with their number. -log P is, up to a constant, the sum W of log x_ij! over
the cells: a table counts if its W is at least that of the table seen. Between the least and the most that the rest of
a path can add, found backwards through the network, it is decided as early as can be. Lists are sorted, so that each
arc splits one in three by two binary searches: paths that are lost, that go on, that count whatever follows; only the
middle ones are touched, the others are sums kept beside the list.

W is a sum of whole numbers: round(2^100 log p) for each prime p, as often as it divides the factorials. Equal products
give equal W, in whatever order; two different products give different W unless they agree to some 27 digits, and if W's
differ by less than what the rounding of the primes' logarithms may have done, the table is computed in whole numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from crossent import errors
from crossent.independence.contingency.cost import estimated_arcs
from crossent.independence.contingency.network_source import SOURCE
from crossent.independence.contingency.tables import Table

BITS = 100
WORD = 1 << 64
STEPS_OF_AN_ARC = 8  # an arc takes as long to make as so many values to carry
AGREEMENT = 1e-12  # of the tables that count and those that do not, whose probabilities have to add up to 1


@dataclass(frozen=True)
class Answer:
    """p-value, its logarithm, the steps it took; `doubtful` is the number of comparisons left to whole numbers."""

    p: float
    log_p: float
    steps: float
    doubtful: int


@dataclass(frozen=True)
class Stage:
    """What becomes of the nodes of one stage: arcs to those of the next one, in the order of the parents."""

    children: Any
    first: Any
    child: Any
    high: Any
    low: Any
    ways: Any


def exact_p(table: Table, limit: float, strictly: bool = False) -> Answer:
    """The probability of tables no more probable than the one seen (`strictly`: less probable)."""
    rows, columns = sorted((sorted(table.rows), sorted(table.columns)), key=len)
    arcs = estimated_arcs(rows, columns, limit / STEPS_OF_AN_ARC)
    if arcs * STEPS_OF_AN_ARC > limit:
        raise errors.exact_out_of_reach(arcs * STEPS_OF_AN_ARC, limit)
    logs = Logarithms(table.total)
    seen = sum(logs.whole[cell] for cell in table.cells) + strictly
    scale = sum(logs.whole[margin] for margin in rows + columns) - logs.whole[table.total] - seen
    stages = _network(rows, columns, logs, limit)
    return _answer(scale, _carry(stages, columns, logs, seen, scale, limit))


def _answer(scale: int, sums: Any) -> Answer:
    """P(table seen) is exp(scale); the sums are of the tables that count, relative to it, and of the others."""
    log_scale = scale / (1 << BITS)
    rest = (scale - int(math.ldexp(log_scale, BITS))) / (1 << BITS)
    counted, others = float(sums[0] + sums[1]), float(sums[2] + sums[3])
    if counted == 0:
        return Answer(0.0, -math.inf, float(sums[4]), int(sums[5]))
    log_p = math.log1p(-others) if others < 0.5 else math.fsum((log_scale, rest, math.log(counted)))
    p = math.exp(log_scale) * (1 + rest) * counted if log_scale > -700 else math.exp(log_p)
    if abs(p + others - 1) > AGREEMENT:
        raise errors.probabilities_do_not_add_up(p, others)
    return Answer(p, log_p, float(sums[4]), int(sums[5]))


def _network(rows: list[int], columns: list[int], logs: Logarithms, limit: float) -> list[Stage]:
    """All nodes and arcs but the last column's, which has no choice."""
    kernel, nodes, stages, room = _kernel(), np.array([rows], np.int32), [], int(2 * limit / STEPS_OF_AN_ARC)
    for column in columns[:-1]:
        made = Stage(*kernel.stage(nodes, column, logs.high, logs.low, room))
        if not len(made.child):  # more than estimated
            raise errors.exact_out_of_reach(2 * limit, limit)
        stages.append(made)
        nodes, room = made.children, room - len(made.child)
    return stages


def _carry(stages: list[Stage], columns: list[int], logs: Logarithms, seen: int, scale: int, limit: float) -> Any:
    kernel, sums = _kernel(), np.zeros(6)
    least = most = logs.of_nodes(stages[-1].children)
    bounds = [(*least, *most)]
    for stage in reversed(stages[1:]):
        bounds.append(kernel.bounds(stage.first, stage.child, stage.high, stage.low, *bounds[-1]))
    begin, paths = np.array([0, 1]), np.ones(1)
    high, low = np.zeros(1, np.int64), np.zeros(1, np.uint64)
    slack = np.uint64(min(logs.total * logs.total.bit_length(), WORD - 1))
    steps = float(sum(len(stage.child) for stage in stages)) * STEPS_OF_AN_ARC
    for k, stage in enumerate(stages):
        arcs = stage.first, stage.child, stage.high, stage.low
        steps += kernel.ahead(*arcs, *bounds[-1 - k], begin, high, low, *_words(seen))
        if steps > limit:
            raise errors.exact_out_of_reach(steps, limit)
        begin, high, low, paths = kernel.values(
            *arcs, stage.ways, len(stage.children), *bounds[-1 - k], *logs.wholes(stage.children, columns[k + 1 :]),
            begin, high, low, paths, *_words(seen), *_words(scale), slack, sums,
        )  # fmt: skip
    return sums


class Logarithms:
    """log k! for k = 0 .. total, in units of 2^-100."""

    def __init__(self, total: int) -> None:
        self.total, self.whole = total, _log_factorials(1 << max(total, 255).bit_length())
        self.high, self.low = _word_arrays(self.whole)

    def of_nodes(self, nodes: Any) -> tuple[Any, Any]:
        """The sum of log R_i! over what is left of the rows: what the last column adds."""
        high, low = np.zeros(len(nodes), np.int64), np.zeros(len(nodes), np.uint64)
        for i in range(nodes.shape[1]):
            high, low = _plus(high, low, self.high[nodes[:, i]], self.low[nodes[:, i]])
        return high, low

    def wholes(self, nodes: Any, columns: list[int]) -> tuple[Any, Any]:
        """-log of the sum over all completions of a node of prod 1 / x_ij!: sum log R_i! + sum log c_j! - log M!."""
        rest = sum(self.whole[column] for column in columns) - self.whole[sum(columns)]
        high, low = _words(rest)
        return _plus(*self.of_nodes(nodes), high, low)


@lru_cache(maxsize=8)
def _log_factorials(size: int) -> list[int]:
    import mpmath

    factor = list(range(size + 1))  # the least prime factor
    for prime in range(2, math.isqrt(size) + 1):
        if factor[prime] == prime:
            for multiple in range(prime * prime, size + 1, prime):
                if factor[multiple] == multiple:
                    factor[multiple] = prime
    logs, total, found = [0, 0], 0, [0, 0]
    with mpmath.workdps(60):
        for k in range(2, size + 1):
            if factor[k] == k:
                logs.append(int(mpmath.nint(mpmath.ldexp(mpmath.log(k), BITS))))
            else:
                logs.append(logs[factor[k]] + logs[k // factor[k]])
            total += logs[k]
            found.append(total)
    return found


def _words(value: int) -> tuple[Any, Any]:
    return np.int64(value >> 64), np.uint64(value & (WORD - 1))


def _word_arrays(values: list[int]) -> tuple[Any, Any]:
    return np.array([v >> 64 for v in values], np.int64), np.array([v & (WORD - 1) for v in values], np.uint64)


def _plus(high: Any, low: Any, more_high: Any, more_low: Any) -> tuple[Any, Any]:
    total = low + more_low
    return high + more_high + (total < low), total


@lru_cache(maxsize=1)
def _kernel() -> Any:
    from crossent.kernels.cache import load_kernel

    return load_kernel("fisher_network", SOURCE, {})
