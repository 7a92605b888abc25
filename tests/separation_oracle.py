"""Cones of directions by brute force: an extreme ray is the null space of some demands that are met with equality."""

from __future__ import annotations

from itertools import combinations

import sympy


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


def extreme_rays(found):
    """The generators of {d: vector . d >= 0, = 0 where equal}; the vectors must span the space."""
    size = len(found[0][1])
    unique = {tuple(vector) for _, vector, _ in found if any(vector)}
    rays = set()
    for chosen in combinations(sorted(unique), size - 1):
        null = sympy.Matrix(chosen).nullspace() if size > 1 else [sympy.Matrix([1])]
        if len(null) != 1:
            continue
        scale = sympy.ilcm(1, *(entry.q for entry in null[0]))
        ray = [int(entry * scale) for entry in null[0]]
        divisor = int(sympy.igcd(0, *ray))
        for sign in (1, -1):
            turned = tuple(sign * v // divisor for v in ray)
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
        values = [ray[j] for ray in rays]
        low, high = min(values), max(values)
        signs.append(0 if low == high == 0 else 1 if low >= 0 else -1 if high <= 0 else None)
    return "complete" if all(strict) else "quasi", tuple(signs), separated, sympy.Matrix(rays).rank()
