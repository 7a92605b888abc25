"""The symbols of proofs: the index over classes, the number of classes, rows of targets and of predictions."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import IndexedBase, Sum, Symbol

CLASSES = Symbol("C", integer=True, positive=True)
j = Symbol("j", integer=True, positive=True)  # the class that a formula over classes speaks of
_BOUND = ["i", "k", "l", "m", "n"]


def row(name: str, **assumptions: Any) -> Any:
    """The row of one symbol for each class: name_j."""
    return IndexedBase(name, **assumptions)[j]


def sum_over_classes(expression: Any) -> Any:
    """The sum of an expression in `j` over all classes, under an index that no inner sum uses."""
    used = {symbol.name for inner in expression.atoms(Sum) for symbol in inner.variables}
    name = next(name for name in _BOUND if name not in used)
    index = Symbol(name, integer=True, positive=True)
    return Sum(sympy.sympify(expression).subs(j, index), (index, 1, CLASSES))


def at_class(expression: Any, y: Any) -> Any:
    """The entry of a row at class y."""
    return sympy.sympify(expression).subs(j, y)
