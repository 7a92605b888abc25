"""A formula, compiled over a grade: the same code object, with the vocabulary's names replaced by compiled functions.

Nothing is overloaded by type, since a grade (float64 answers, float32 answers) is no type.
"""

from __future__ import annotations

import dis
import weakref
from collections.abc import Callable, Mapping
from types import CellType, FunctionType
from typing import Any

from numba import njit
from numba.core.dispatcher import Dispatcher

from crossent.vocabulary import FUNCTIONS, Constant
from crossent.vocabulary.compiled.intrinsics import OPTIONS

Grade = Mapping[str, Any]
_bound: weakref.WeakKeyDictionary[Callable[..., Any], dict[int, Any]] = weakref.WeakKeyDictionary()


def vocabulary_name(value: Any) -> str | None:
    """The vocabulary's name of a function, whatever the formula calls it; None if it is no such function."""
    name = getattr(value, "__name__", None)
    entry = FUNCTIONS.get(name) if isinstance(name, str) else None
    return entry.name if entry is not None and entry.call is value else None


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


_WITHOUT_ARITHMETIC = (
    *("RESUME", "NOP", "CACHE", "PUSH_NULL", "PRECALL", "CALL", "KW_NAMES", "COPY_FREE_VARS", "NOT_TAKEN"),
    *("LOAD_GLOBAL", "LOAD_DEREF", "LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW"),
    *("LOAD_FAST_BORROW_LOAD_FAST_BORROW", "STORE_FAST", "STORE_FAST_LOAD_FAST", "STORE_FAST_STORE_FAST"),
    *("BUILD_TUPLE", "UNPACK_SEQUENCE", "UNARY_NEGATIVE", "RETURN_VALUE"),
)


def native_capable(formula: Callable[..., Any]) -> bool:
    """Whether `formula` only calls functions of the NATIVE grade, and does no arithmetic of its own but a sign."""
    from crossent.vocabulary.compiled.native import NATIVE

    name = vocabulary_name(formula)
    if name is not None or not isinstance(formula, FunctionType):
        return name in NATIVE
    for instruction in dis.get_instructions(formula):
        if instruction.opname not in _WITHOUT_ARITHMETIC:
            return False
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_DEREF"):
            called = _value_of(formula, instruction.argval)
            if called is formula or not native_capable(called):
                return False
    return True


def _value_of(formula: FunctionType, name: str) -> Any:
    if name in formula.__code__.co_freevars:
        return (formula.__closure__ or ())[formula.__code__.co_freevars.index(name)].cell_contents
    return formula.__globals__.get(name)
