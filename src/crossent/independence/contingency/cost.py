"""How large a network will be, before it is made."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

SAMPLES = 100


def estimated_arcs(rows: list[int], columns: list[int], enough: float) -> float:
    """The number of arcs: an upper bound if that is at most `enough`, else estimated from a sample of nodes.

    A stage's nodes are the vectors y <= rows of a given sum, sorted. Vectors are counted and drawn uniformly by
    generating functions; each stands for 1 / (how many of them are the same when sorted) of a node.
    """
    counts = vectors_of_sums(rows)
    left = sum(rows) - np.cumsum(columns)[:-2]  # before each column but the first (one node) and the last (no choice)
    first = float(counts[-1][columns[0]])
    bound = first + sum(
        float(counts[-1][total]) * float(counts[-1][column]) for total, column in zip(left, columns[1:], strict=False)
    )
    if bound <= enough:
        return bound
    rng = np.random.default_rng(0)
    return first / _symmetry(rows) + sum(
        _stage(rows, counts, int(total), column, rng) for total, column in zip(left, columns[1:], strict=False)
    )


def vectors_of_sums(rows: list[int]) -> list[Any]:
    """For the first i rows, the number of vectors y with each sum."""
    found = [np.ones(1)]
    for size in rows:
        running = np.concatenate([np.cumsum(found[-1]), np.full(size, found[-1].sum())])
        running[size + 1 :] -= np.cumsum(found[-1])[: len(running) - size - 1]
        found.append(np.maximum(running, 0.0))
    return found


def _stage(rows: list[int], counts: list[Any], total: int, column: int, rng: np.random.Generator) -> float:
    arcs = 0.0
    for _ in range(SAMPLES):
        left, node = total, []
        for i in range(len(rows), 0, -1):
            most = min(rows[i - 1], left)
            below = counts[i - 1]
            weights = np.array([below[left - y] if left - y < len(below) else 0.0 for y in range(most + 1)])
            y = int(rng.choice(most + 1, p=weights / weights.sum()))
            node.append(y)
            left -= y
        node.sort()
        spread = float(vectors_of_sums(node)[-1][column]) / _symmetry(node)
        arcs += max(spread, 1.0) / _same_when_sorted(rows, node)
    return float(counts[-1][total]) * arcs / SAMPLES


def _same_when_sorted(rows: list[int], node: list[int]) -> float:
    """How many vectors y <= rows are this one when sorted."""
    ways = 1.0
    for used, y in enumerate(sorted(node, reverse=True)):
        ways *= sum(size >= y for size in rows) - used
    return ways / _symmetry(node)


def _symmetry(node: list[int]) -> float:
    return float(math.prod(math.factorial(number) for number in Counter(node).values()))
