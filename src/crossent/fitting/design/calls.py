"""The transforms of a column: a closed list, each with what it learns, what it computes, and where it is defined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crossent.fitting.chunks import Floats
from crossent.fitting.design.powers import powers

Halves = tuple[Floats, Floats | None]  # a column, and its low part if it has one

HIGHEST_DEGREE = 30


@dataclass(frozen=True)
class Call:
    """One transform: `columns(x, numbers)` are its columns; `numbers` are written in the formula or `learned`."""

    columns: Callable[[Floats, tuple[float, ...]], list[Halves]]
    learned: tuple[str, ...] = ()  # of "mean", "deviation": in the place of numbers
    degree: bool = False  # its one number is a degree, a whole number from 1 on


def _plain(function: Callable[[Floats], Floats]) -> Call:
    return Call(lambda x, numbers: [(function(x), None)])


CALLS = {
    "log": _plain(np.log),
    "log1p": _plain(np.log1p),
    "sqrt": _plain(np.sqrt),
    "exp": _plain(np.exp),
    "abs": _plain(np.abs),
    "square": Call(lambda x, numbers: powers(x, 2)[1:]),
    "center": Call(lambda x, numbers: [(x - numbers[0], None)], learned=("mean",)),
    "scale": Call(lambda x, numbers: [((x - numbers[0]) / numbers[1], None)], learned=("mean", "deviation")),
    "standardize": Call(lambda x, numbers: [((x - numbers[0]) / numbers[1], None)], learned=("mean", "deviation")),
    "poly": Call(lambda x, numbers: powers(x, int(numbers[0])), degree=True),
    "power": Call(lambda x, numbers: powers(x, int(numbers[0]))[-1:], degree=True),  # I(x**k)
}
