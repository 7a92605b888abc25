"""A formula, compiled over a grade: the same code object, with the vocabulary's names replaced by compiled functions.

Nothing is overloaded by type, since a grade (float64 answers, float32 answers) is no type.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from types import CellType, FunctionType
from typing import Any

from numba import njit
from numba.core.dispatcher import Dispatcher

from crossent.vocabulary import Constant
from crossent.vocabulary.compiled.intrinsics import OPTIONS
from crossent.vocabulary.native import vocabulary_name

Grade = Mapping[str, Any]
_bound: weakref.WeakKeyDictionary[Callable[..., Any], dict[int, Any]] = weakref.WeakKeyDictionary()


def bind(formula: Callable[..., Any], grade: Grade) -> Any:
    """`formula` compiled with the functions of `grade`. Helpers it calls are bound too, constants become floats."""
    if isinstance(formula, Dispatcher):
        return formula
    name = vocabulary_name(formula)
    if name is not None:
        return grade[name]
    known = _bound.setdefault(formula, {})
    if id(grade) not in known:
        known[id(grade)] = njit(**OPTIONS)(_rebuilt(formula, grade))
    return known[id(grade)]


def _replaced(value: Any, grade: Grade) -> Any:
    if isinstance(value, Constant):
        return value.value
    return bind(value, grade) if isinstance(value, FunctionType) else value


def _rebuilt(formula: Any, grade: Grade) -> FunctionType:
    names = {
        name: _replaced(formula.__globals__[name], grade)
        for name in formula.__code__.co_names
        if name in formula.__globals__ and formula.__globals__[name] is not formula
    }
    cells = tuple(CellType(_replaced(cell.cell_contents, grade)) for cell in formula.__closure__ or ())
    # the disk cache rebuilds a function from the module in its globals: it must be one that can be imported
    namespace = names | {"__name__": __name__}
    return FunctionType(formula.__code__, namespace, formula.__name__, formula.__defaults__, cells)
