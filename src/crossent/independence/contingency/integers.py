"""Fisher's exact test in whole numbers of Python: every digit certain, no compiler, right for small tables.

A table with margins (r, c) has probability prod r_i! prod c_j! / (n! prod x_ij!). Columns are put in one after the
other; what is left of the rows, sorted, is a node, and in it paths with the same product of x_ij! are one entry.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from crossent.independence.contingency.cost import vectors_of_sums
from crossent.independence.contingency.tables import Table

Node = tuple[int, ...]


def count_of_tables(rows: list[int], columns: list[int], limit: float) -> tuple[float, float]:
    """Steps that `tail` would take, and paths into the fullest node; infinite as soon as they exceed the limit."""
    ways_at_most = vectors_of_sums(rows)[-1]
    if max(ways_at_most[column] for column in columns[:-1]) > limit * math.factorial(len(rows)):
        return math.inf, math.inf  # one column alone has more ways, however rows are permuted
    nodes: dict[Node, int] = {tuple(sorted(rows)): 1}
    work = 0.0
    for column in columns[:-1]:
        following: Counter[Node] = Counter()
        for node, paths in nodes.items():
            for child, _, ways in _children(node, column):
                following[child] += paths * ways
                work += min(paths, 64.0)
                if work > limit:
                    return math.inf, math.inf
        nodes = dict(following)
    return work, max(nodes.values())


def tail(table: Table) -> tuple[int, int, int]:
    """(tables no more probable, tables exactly as probable, all tables), each weighted by its probability times a
    common factor: whole numbers, the third is n!/prod c_j! and what the others are to be divided by.
    """
    rows, columns = sorted(table.rows), sorted(table.columns, reverse=True)
    seen = math.prod(math.factorial(cell) for cell in table.cells)
    nodes: dict[Node, dict[int, int]] = {tuple(rows): {1: 1}}
    for column in columns:
        following: dict[Node, dict[int, int]] = {}
        for node, values in nodes.items():
            for child, product, ways in _children(node, column):
                into = following.setdefault(child, {})
                for value, paths in values.items():
                    reached = value * product
                    into[reached] = into.get(reached, 0) + paths * ways
        nodes = following
    common = math.prod(math.factorial(row) for row in rows)
    (values,) = nodes.values()
    at_most = sum(paths * (common // value) for value, paths in values.items() if value >= seen)
    tied = values[seen] * (common // seen)
    return at_most, tied, math.factorial(sum(rows)) // math.prod(math.factorial(c) for c in columns)


def _children(node: Node, column: int) -> Iterator[tuple[Node, int, int]]:
    """The ways to spread a column over the rows: what is left, the product of factorials, how many permutations of
    equal rows come to the same.
    """
    groups = sorted(Counter(node).items(), reverse=True)
    return _spread(tuple(groups), column)


def _spread(groups: tuple[tuple[int, int], ...], column: int) -> Iterator[tuple[Node, int, int]]:
    room = [size * number for size, number in groups]
    after = [sum(room[i + 1 :]) for i in range(len(room))]

    def from_group(at: int, open_: int) -> Iterator[tuple[Node, int, int]]:
        if at == len(groups):
            yield (), 1, 1
            return
        size, number = groups[at]
        for part in range(max(0, open_ - after[at]), min(open_, room[at]) + 1):
            for left, product, ways in _within(size, number, part):
                for others, rest, more in from_group(at + 1, open_ - part):
                    yield left + others, product * rest, ways * more

    for left, product, ways in from_group(0, column):
        yield tuple(sorted(left)), product, ways


@lru_cache(maxsize=4096)
def _within(size: int, number: int, part: int) -> list[tuple[Node, int, int]]:
    """Spread `part` over `number` rows of the same size, up to permutation."""
    found = []

    def place(cells: list[int], left: int, largest: int) -> None:
        open_rows = number - len(cells)
        if open_rows == 0:
            if left == 0:
                product = math.prod(map(math.factorial, cells))
                ways = math.factorial(number) // math.prod(map(math.factorial, Counter(cells).values()))
                found.append((tuple(size - cell for cell in cells), product, ways))
            return
        for cell in range(min(largest, left), -(-left // open_rows) - 1, -1):
            place([*cells, cell], left - cell, cell)

    place([], part, size)
    return found
