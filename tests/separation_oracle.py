"""Cones of directions by brute force: an extreme ray is the null space of some demands that are met with equality."""

from __future__ import annotations

import math
from itertools import combinations


def demands(kind, x, y, trials=1, classes=0):
    """[(row, vector, equal)] from the definition, for rows x (with the intercept) of whole numbers."""
    made = []
    for i, (row, value) in enumerate(zip(x, y, strict=True)):
        row = [int(v) for v in row]
        if kind == "classes":
            width = len(row)
            for k in range(classes):
                if k == value:
                    continue
                vector = [0] * width * classes
                for j, v in enumerate(row):
                    vector[int(value) * width + j] += v
                    vector[k * width + j] -= v
                made.append((i, vector[width:], False))
        elif value == 0:
            made.append((i, [-v for v in row], False))
        elif kind == "binary" and value == trials:
            made.append((i, row, False))
        else:
            made.append((i, row, True))
    return made


def product(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


def determinant(rows):
    if not rows:
        return 1
    first, *rest = rows
    return sum(
        (-1) ** j * value * determinant([row[:j] + row[j + 1 :] for row in rest])
        for j, value in enumerate(first)
        if value
    )


def across(rows, size):
    """The vector orthogonal to size - 1 rows, by minors; all 0 if these are not independent."""
    return [(-1) ** j * determinant([row[:j] + row[j + 1 :] for row in rows]) for j in range(size)]


def rank(rows):
    size = len(rows[0])
    for count in range(min(len(rows), size), 0, -1):
        for chosen in combinations(rows, count):
            for columns in combinations(range(size), count):
                if determinant([[row[j] for j in columns] for row in chosen]):
                    return count
    return 0


def extreme_rays(found):
    """The generators of {d: vector . d >= 0, = 0 where equal}; the vectors must span the space."""
    size = len(found[0][1])
    unique = {tuple(vector) for _, vector, _ in found if any(vector)}
    rays = set()
    for chosen in combinations(sorted(unique), size - 1):
        ray = across([list(vector) for vector in chosen], size)
        if not any(ray):
            continue
        for sign in (1, -1):
            turned = tuple(sign * v // math.gcd(*ray) for v in ray)
            if all(product(v, turned) == 0 if equal else product(v, turned) >= 0 for _, v, equal in found):
                rays.add(turned)
    return sorted(rays)


def verdict(found, rows):
    """(kind, signs, separated rows, rank of the span) of the cone."""
    rays = extreme_rays(found)
    size = len(found[0][1])
    if not rays:
        return "none", (0,) * size, 0, 0
    strict = [not equal and any(product(v, ray) > 0 for ray in rays) for _, v, equal in found]
    separated = sum(all(s for s, (i, _, _) in zip(strict, found, strict=True) if i == row) for row in range(rows))
    signs = []
    for j in range(size):
        low, high = min(ray[j] for ray in rays), max(ray[j] for ray in rays)
        signs.append(0 if low == high == 0 else 1 if low >= 0 else -1 if high <= 0 else None)
    return "complete" if all(strict) else "quasi", tuple(signs), separated, rank([list(ray) for ray in rays])
