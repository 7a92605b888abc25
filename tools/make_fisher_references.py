"""p-values of Fisher's exact test in whole numbers, by code that shares nothing with the package.

    python tools/make_fisher_references.py small|large [--enumerate 100000] [--seconds 3]

Writes tests/references/fisher_small.json (500 tables, up to 6 x 6, n <= 24) or fisher_large.json (100 tables, up to
4 x 5, n <= 80): the table, and numerator and denominator of p. Few enough tables are written out one by one; of others,
columns are put in one by one, and what is left of the rows keeps a dictionary {product of factorials: tables}. A table
whose dictionaries take longer than the time given is passed over, and the next one drawn.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "references"


def columns_of(total: int, room: tuple[int, ...]):
    """All ways to put `total` into cells with this room."""
    if len(room) == 1:
        if total <= room[0]:
            yield (total,)
        return
    for cell in range(min(total, room[0]) + 1):
        for rest in columns_of(total - cell, room[1:]):
            yield (cell, *rest)


def number_of_tables(rows: tuple[int, ...], columns: list[int], most: int) -> int:
    """How many tables there are with these margins; `most` + 1 if more."""
    nodes = Counter({tuple(sorted(rows)): 1})
    for column in columns:
        following: Counter = Counter()
        for node, number in nodes.items():
            for cells in columns_of(column, node):
                following[tuple(sorted(a - b for a, b in zip(node, cells, strict=True)))] += number
        nodes = following
        if sum(nodes.values()) > 1000 * most:
            return most + 1
    return sum(nodes.values())


def enumerated(rows: tuple[int, ...], columns: list[int]):
    """Every table, as the list of its cells."""
    if not columns:
        yield ()
        return
    for cells in columns_of(columns[0], rows):
        left = tuple(a - b for a, b in zip(rows, cells, strict=True))
        for rest in enumerated(left, columns[1:]):
            yield cells + rest


def product(cells) -> int:
    return math.prod(map(math.factorial, cells))


def p_value(table: list[list[int]], most: int, seconds: float) -> tuple[Fraction, str] | None:
    rows, columns = tuple(map(sum, table)), [sum(column) for column in zip(*table, strict=True)]
    if len(rows) > len(columns):
        rows, columns = tuple(columns), list(rows)
    seen = product(itertools.chain(*table))
    scale = Fraction(product(rows) * product(columns), math.factorial(sum(rows)))
    if number_of_tables(rows, columns, most) <= most:
        products: Counter = Counter(product(cells) for cells in enumerated(rows, columns))
        how = "enumerated"
    else:
        found = by_columns(rows, columns, seconds)
        if found is None:
            return None
        products, how = found, "columns"
    as_improbable = (Fraction(number, value) for value, number in products.items() if value >= seen)
    return scale * sum(as_improbable, Fraction()), how


def by_columns(rows: tuple[int, ...], columns: list[int], seconds: float) -> Counter | None:
    nodes = {tuple(sorted(rows)): Counter({1: 1})}
    end = time.process_time() + seconds
    for column in sorted(columns):
        following: dict[tuple[int, ...], Counter] = {}
        for node, products in nodes.items():
            for cells in columns_of(column, node):
                factor = product(cells)
                into = following.setdefault(tuple(sorted(a - b for a, b in zip(node, cells, strict=True))), Counter())
                for value, number in products.items():
                    into[value * factor] += number
            if time.process_time() > end:
                return None
        nodes = following
    (products,) = nodes.values()
    return products


def drawn(rng: random.Random, most_rows: int, most_columns: int, least: int, most: int) -> list[list[int]]:
    while True:
        rows, columns, n = rng.randint(2, most_rows), rng.randint(2, most_columns), rng.randint(least, most)
        table = [[0] * columns for _ in range(rows)]
        by_row = [rng.random() ** 2 + 0.1 for _ in range(rows)]
        tilt = [[rng.random() ** rng.choice((0.1, 1, 4)) + 0.05 for _ in range(columns)] for _ in range(rows)]
        for _ in range(n):
            i = rng.choices(range(rows), by_row)[0]
            table[i][rng.choices(range(columns), tilt[i])[0]] += 1
        if all(map(sum, table)) and all(map(sum, zip(*table, strict=True))):
            return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("which", choices=("small", "large"))
    parser.add_argument("--enumerate", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    rng, found, passed = random.Random(options.which), [], 0
    number, shape = (500, (6, 6, 4, 24)) if options.which == "small" else (100, (4, 5, 25, 80))
    while len(found) < number:
        table = drawn(rng, *shape)
        answer = p_value(table, options.enumerate, options.seconds)
        if answer is None:
            passed += 1
            continue
        p, how = answer
        found.append({"table": table, "numerator": str(p.numerator), "denominator": str(p.denominator), "how": how})
        if len(found) % 20 == 0:
            print(len(found), "done,", passed, "passed over", flush=True)
    lines = ",\n".join(json.dumps(item) for item in found)
    (FOLDER / f"fisher_{options.which}.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
