"""Columns that are a combination of others: found in floats, held against every row.

The columns, scaled to unit length, are brought to triangular form chunk by chunk (orthogonal factors are of no use and
not kept). What a triangle of nearly dependent columns sends to nearly nothing is a candidate; it is collinear if in
every row its terms cancel to their own rounding. Columns that are merely close to collinear stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from crossent import errors
from crossent.fitting.chunks import Floats, Rows
from crossent.fitting.separation import rational
from crossent.fitting.separation.wording import combination

EPSILON = 2.0**-52
SUSPECT = 1e-9  # of a singular value beside the largest
ROUNDINGS = 8  # of the largest term: what forming a column, z = x + y, may leave
LARGEST = 1000  # numerator or denominator of a coefficient that is taken for a fraction


@dataclass(frozen=True)
class Collinear:
    """A combination of columns that vanishes in every row. `columns` are places, the intercept's is -1."""

    numbers: Floats  # one for each coefficient, the intercept first
    columns: tuple[int, ...]
    words: str
    names: tuple[str, ...]


def collinear(rows: Rows, intercept: bool = True) -> list[Collinear]:
    """The combinations of columns that vanish, each naming one column that could be left out: none where all is well.

    Two passes; rows of weight 0 are left aside. Raises DataError (`errors.more_columns_than_rows`).

    >>> from crossent.fitting.chunks import ArrayRows
    >>> x = np.array([[1.0, 2.0], [2.0, 4.0], [4.0, 8.0]])
    >>> collinear(ArrayRows(("metres", "double"), x[:, 0], x))[0].words
    '2*metres - double'
    """
    names = ("Intercept",) * intercept + rows.columns
    triangle, size, count = _triangle(rows, intercept, len(names))
    if count < len(names):
        raise errors.more_columns_than_rows(rows.name, len(names), count)
    if not names:
        return []
    candidates = _candidates(triangle, size)
    largest = np.zeros(len(candidates))
    for x in _parts(rows, intercept):
        for i, (numbers, _) in enumerate(candidates):
            if len(x):
                terms = abs(x) @ abs(numbers)
                left = abs(x @ numbers)
                largest[i] = max(largest[i], float((left / np.where(terms > 0, terms, 1)).max()))
    made = []
    for (numbers, whole), worst in zip(candidates, largest, strict=True):
        if worst <= ROUNDINGS * EPSILON * len(names):
            text, used = combination(whole, names)
            places = tuple(j - intercept for j, value in enumerate(whole) if value)
            made.append(Collinear(numbers, places, text, used))
    return made


def refuse_collinear(rows: Rows, intercept: bool = True) -> None:
    """Raise DataError (`errors.columns_collinear`) with the first combination that vanishes, if there is one."""
    found = collinear(rows, intercept)
    if found:
        raise errors.columns_collinear(rows.name, found[0].words, found[0].names)


def _parts(rows: Rows, intercept: bool) -> Iterator[Floats]:
    for chunk in rows.chunks():
        x = np.asarray(chunk.design, np.float64)
        weight = chunk.likelihood_weight
        if weight is not None:
            x = x[np.asarray(weight) != 0]
        yield np.column_stack([np.ones(len(x)), x]) if intercept else x


def _triangle(rows: Rows, intercept: bool, width: int) -> tuple[Floats, Floats, int]:
    triangle: Any = np.zeros((0, width))
    size, count = np.zeros(width), 0
    for x in _parts(rows, intercept):
        count += len(x)
        size = np.maximum(size, abs(x).max(axis=0, initial=0))
        triangle = np.linalg.qr(np.vstack([triangle, x]), mode="r")
    return triangle, size, count


def _candidates(triangle: Floats, size: Floats) -> list[tuple[Floats, list[int]]]:
    """Null vectors of the triangle, sparse and with simple coefficients where there are such: echelon form."""
    length = np.linalg.norm(triangle, axis=0)
    empty = length == 0
    scaled = triangle / np.where(empty, 1, length)
    kept: list[int] = []
    made = []
    for j in range(triangle.shape[1]):  # in order: a column is judged by those before it
        if empty[j]:
            numbers = np.zeros(len(length))
            numbers[j] = 1
            made.append((numbers, [int(v) for v in numbers]))
            continue
        before = scaled[:, kept]
        found = np.linalg.lstsq(before, scaled[:, j], rcond=None)[0] if kept else np.zeros(0)
        if np.linalg.norm(scaled[:, j] - before @ found) > SUSPECT:
            kept.append(j)
            continue
        numbers = np.zeros(len(length))
        numbers[kept] = -found * length[j] / length[kept]
        numbers[abs(numbers) * size < 1e-9 * size[j]] = 0
        numbers[j] = 1
        whole = rational.of_fractions([_simple(v) for v in numbers])
        made.append((np.array([float(Fraction(v, whole[j])) for v in whole]), whole))
    return made


def _simple(value: float) -> Fraction:
    near = Fraction(float(value)).limit_denominator(LARGEST)
    return near if abs(float(near) - value) <= 1e-8 * abs(value) else Fraction(float(value))
