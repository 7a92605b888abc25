"""Exact linear algebra over whole numbers: what a float64 matrix means, without any rounding.

A float64 is a whole number times a power of two. A matrix scaled by one power of two is a matrix of whole numbers, and
signs, ranks, null spaces and solutions of its equations are the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = list[int]
DIGITS = 53


def whole(matrix: NDArray[np.float64]) -> tuple[NDArray[Any], int]:
    """The matrix as whole numbers (an array of Python's ints), and the power of two that they are to be divided by."""
    parts, exponents = np.frexp(matrix)
    mantissas = np.ldexp(parts, DIGITS).astype(np.int64)
    used = mantissas != 0
    lowest = int(exponents[used].min()) if used.any() else 0
    highest = int(exponents[used].max()) if used.any() else 0
    shifts = np.where(used, exponents - lowest, 0)
    if highest - lowest <= 9:  # fits into 62 bits: shift before leaving machine numbers
        return (mantissas << shifts).astype(object), DIGITS - lowest
    return mantissas.astype(object) << shifts.astype(object), DIGITS - lowest


def products(matrix: NDArray[np.float64], direction: Sequence[int]) -> NDArray[Any]:
    """matrix @ direction times a positive number, exactly: its signs are those of the product."""
    used = [j for j, value in enumerate(direction) if value]
    total = np.zeros(len(matrix), object)
    if not used or not len(matrix):
        return total
    numbers, _ = whole(np.ascontiguousarray(matrix[:, used]))
    for place, j in enumerate(used):
        total = total + numbers[:, place] * direction[j]
    return total


def primitive(row: Sequence[int]) -> Whole:
    """The row divided by the greatest common divisor of its entries."""
    divisor = math.gcd(*row)
    return [value // divisor for value in row] if divisor > 1 else list(row)


def of_fractions(values: Sequence[Fraction]) -> Whole:
    """The smallest whole numbers in the same proportions."""
    common = math.lcm(*(value.denominator for value in values))
    return primitive([int(value * common) for value in values])


def floats(row: Sequence[int]) -> NDArray[np.float64]:
    """The row divided by its largest entry, rounded."""
    largest = max(map(abs, row), default=0)
    return np.array([float(Fraction(value, largest)) if largest else 0.0 for value in row])


def reduced(rows: Sequence[Sequence[int]]) -> tuple[list[Whole], list[int]]:
    """The reduced row echelon form, each row in whole numbers with a positive pivot, and the columns of the pivots."""
    left = [primitive(row) for row in rows if any(row)]
    done: list[Whole] = []
    pivots: list[int] = []
    width = len(left[0]) if left else 0
    for column in range(width):
        at = min((i for i, row in enumerate(left) if row[column]), key=lambda i: abs(left[i][column]), default=None)
        if at is None:
            continue
        pivot = left.pop(at)
        if pivot[column] < 0:
            pivot = [-value for value in pivot]
        left = [row if not row[column] else _eliminated(row, pivot, column) for row in left]
        left = [row for row in left if any(row)]
        done = [row if not row[column] else _eliminated(row, pivot, column) for row in done]
        done.append(pivot)
        pivots.append(column)
    return done, pivots


def _eliminated(row: Whole, pivot: Whole, column: int) -> Whole:
    factor, other = pivot[column], row[column]
    divisor = math.gcd(factor, other)
    factor, other = factor // divisor, other // divisor
    return primitive([factor * a - other * b for a, b in zip(row, pivot, strict=True)])


def null_space(rows: Sequence[Sequence[int]], width: int) -> list[Whole]:
    """A basis of the vectors whose products with all rows are 0."""
    made, pivots = reduced(rows)
    basis = []
    for free in (j for j in range(width) if j not in pivots):
        basis.append(inside(made, pivots, {free: Fraction(1)}, width))
    return basis


def inside(made: Sequence[Whole], pivots: Sequence[int], free: dict[int, Fraction], width: int) -> Whole:
    """The vector of the null space of a reduced form that has these values at the free columns (else 0)."""
    vector = [free.get(j, Fraction(0)) for j in range(width)]
    for row, column in zip(made, pivots, strict=True):
        rest = sum((Fraction(row[j]) * value for j, value in free.items()), Fraction(0))
        vector[column] = -rest / row[column]
    return of_fractions(vector)


def solution(vectors: Sequence[Sequence[int]], wanted: Sequence[int]) -> list[Fraction] | None:
    """Numbers with which the vectors add up to `wanted`; None if there are none. Superfluous vectors get 0."""
    rows = [[*column, goal] for column, goal in zip(zip(*vectors, strict=True), wanted, strict=True)]
    made, pivots = reduced(rows)
    count = len(vectors)
    if count in pivots:
        return None
    numbers = [Fraction(0)] * count
    for row, column in zip(made, pivots, strict=True):
        numbers[column] = Fraction(row[count], row[column])
    return numbers
