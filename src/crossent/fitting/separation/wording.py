"""Combinations of coefficients and columns in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crossent.fitting.separation.rational import primitive

LONGEST = 10**6  # a whole number that a reader can take in; beyond, decimals


def combination(numbers: Sequence[int], names: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The combination in words, "x1 - 2*x2", and the names in it.

    >>> combination([0, 2, -4, 6], ["a", "b", "c", "d"])
    ('b - 2*c + 3*d', ('b', 'c', 'd'))
    """
    numbers = primitive(list(numbers))
    used = [j for j, number in enumerate(numbers) if number]
    last = numbers[used[0]]
    if last < 0:
        numbers = [-number for number in numbers]
    if max(abs(numbers[j]) for j in used) > LONGEST:
        first = numbers[used[0]]
        terms = [(float(np.float64(number / first)), name) for number, name in zip(numbers, names, strict=True)]
    else:
        terms = [(float(number), name) for number, name in zip(numbers, names, strict=True)]
    text = ""
    for value, name in terms:
        if value:
            sign = (" + " if value > 0 else " - ") if text else ("" if value > 0 else "-")
            size = f"{abs(value):.6g}*" if abs(value) != 1 else ""
            text += f"{sign}{size}{name}"
    return text, tuple(names[j] for j in used)
