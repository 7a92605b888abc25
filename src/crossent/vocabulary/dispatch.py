"""Which reading a vocabulary function uses: found through the type of its arguments, importing nothing for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from crossent import errors

# The package an argument's type lives in -> where its reading is written.
_KNOWN = {"sympy": ".symbolic", "mpmath": ".exact"}
# Packages whose arrays NumPy would quietly convert: without their own reading they are refused.
_FOREIGN = frozenset({"torch", "jax", "jaxlib", "tensorflow", "cupy", "mlx", "dask"})
_readings: dict[str, Any] = {}
_reading_of_type: dict[type, Any] = {}


def register_reading(root: str, reading: Any) -> None:
    """Let arguments whose type lives in the package `root` ("torch", "jax") be read by `reading`.

    A reading is any object that has the vocabulary's names as attributes.
    """
    _readings[root] = reading
    _reading_of_type.clear()


def _plain() -> Any:
    return import_module(".plain", __package__)


def _find(kind: type) -> Any:
    """The reading for one type; None for whatever NumPy takes."""
    own = getattr(kind, "reading", None)
    if own is not None:
        return own
    for base in kind.__mro__:
        root = base.__module__.partition(".")[0]
        if root not in _readings and root in _KNOWN:
            _readings[root] = import_module(_KNOWN[root], __package__)
        if root in _readings:
            return _readings[root]
        if root in _FOREIGN:
            raise errors.no_reading_registered(root, kind)
    return None


def reading_of(*arguments: Any) -> Any:
    """The reading of the first argument that has one of its own, else the plain one."""
    for argument in arguments:
        kind = type(argument)
        if kind not in _reading_of_type:
            _reading_of_type[kind] = _find(kind)
        if _reading_of_type[kind] is not None:
            return _reading_of_type[kind]
    return _plain()


@dataclass(frozen=True)
class Function:
    """One entry of the vocabulary: where it is valid, and its largest errors.

    `double` and `native` are in units in the last place of the float64 or float32 answer, `single` is the error of the
    answer rounded to float32. `of` says what the error is relative to.
    """

    name: str
    call: Callable[..., Any]
    valid: str
    double: float
    single: float
    native: float | None
    of: str


FUNCTIONS: dict[str, Function] = {}


def function(
    *, valid: str, double: float, single: float = 0.51, native: float | None = None, of: str = "the answer"
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a generic function into FUNCTIONS, with its valid range and largest errors."""

    def enter(call: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS[call.__name__] = Function(call.__name__, call, valid, double, single, native, of)
        return call

    return enter
