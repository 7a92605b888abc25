"""Which formulas float32 arithmetic is good enough for: read off their bytecode, without the compiler."""

from __future__ import annotations

import dis
from collections.abc import Callable
from types import FunctionType
from typing import Any

from crossent.vocabulary import FUNCTIONS


def vocabulary_name(value: Any) -> str | None:
    """The vocabulary's name of a function, whatever the formula calls it; None if it is no such function."""
    name = getattr(value, "__name__", None)
    entry = FUNCTIONS.get(name) if isinstance(name, str) else None
    return entry.name if entry is not None and entry.call is value else None


_WITHOUT_ARITHMETIC = (
    *("RESUME", "NOP", "CACHE", "PUSH_NULL", "PRECALL", "CALL", "KW_NAMES", "COPY_FREE_VARS", "NOT_TAKEN"),
    *("LOAD_GLOBAL", "LOAD_DEREF", "LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW"),
    *("LOAD_FAST_BORROW_LOAD_FAST_BORROW", "STORE_FAST", "STORE_FAST_LOAD_FAST", "STORE_FAST_STORE_FAST"),
    *("BUILD_TUPLE", "UNPACK_SEQUENCE", "UNARY_NEGATIVE", "RETURN_VALUE"),
)


def native_capable(formula: Callable[..., Any]) -> bool:
    """Whether `formula` only calls functions of the NATIVE grade, and does no arithmetic of its own but a sign."""
    name = vocabulary_name(formula)
    if name is not None or not isinstance(formula, FunctionType):
        return name is not None and FUNCTIONS[name].native is not None
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
