"""Numbers that are floats to NumPy and Numba, and their exact selves beside SymPy and mpmath.

They are no floats themselves: SymPy and mpmath would take a float's rounded value, and proofs would fail on it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from crossent.vocabulary.dispatch import reading_of

_PLAIN_NUMBERS = (int, float)


class Constant:
    """An exact number. `value` is its nearest float; `exact(m)` is itself in SymPy or mpmath, whichever `m` is."""

    __slots__ = ("exact", "value")
    __array_ufunc__ = None  # NumPy leaves arithmetic with arrays to the methods below

    def __init__(self, value: float, exact: Callable[[Any], Any]) -> None:
        self.value = value
        self.exact = exact

    def __float__(self) -> float:
        return self.value

    def __repr__(self) -> str:
        return f"Constant({self.value!r})"

    def _sympy_(self) -> Any:
        import sympy

        return self.exact(sympy)

    @property
    def _mpf_(self) -> Any:
        import mpmath

        return mpmath.mpf(self.exact(mpmath))._mpf_

    def __neg__(self) -> Constant:
        return Constant(-self.value, lambda m: -self.exact(m))

    def __lt__(self, other: Any) -> Any:
        return self.value < other

    def __gt__(self, other: Any) -> Any:
        return self.value > other


def _exact(number: Any, module: Any) -> Any:
    return number.exact(module) if isinstance(number, Constant) else number


def _combine(operation: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """A constant with an integer or another constant stays exact; with floats and arrays it is its float."""
    other = left if isinstance(right, Constant) else right
    if isinstance(other, Constant) or type(other) is int:
        return Constant(
            operation(float(left), float(right)),
            # an integer beside a constant is exact in either library, also under division
            lambda m: operation(_exact(left, m), _exact(right, m)),
        )
    if type(other) not in _PLAIN_NUMBERS and _belongs_elsewhere(other):
        return NotImplemented
    return operation(
        left.value if isinstance(left, Constant) else left, right.value if isinstance(right, Constant) else right
    )


def _belongs_elsewhere(other: Any) -> bool:
    return reading_of(other) is not reading_of(0)


def _operators(operation: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    def forward(self: Constant, other: Any) -> Any:
        return _combine(operation, self, other)

    def reflected(self: Constant, other: Any) -> Any:
        return _combine(operation, other, self)

    return forward, reflected


for _name in ("add", "sub", "mul", "truediv"):
    _forward, _reflected = _operators(getattr(operator, _name))
    setattr(Constant, f"__{_name}__", _forward)
    setattr(Constant, f"__r{_name}__", _reflected)

PI = Constant(math.pi, lambda m: +m.pi)
E = Constant(math.e, lambda m: m.exp(1))
EULER_GAMMA = Constant(0.5772156649015329, lambda m: m.EulerGamma if hasattr(m, "EulerGamma") else +m.euler)
LOG_TWO = Constant(0.6931471805599453, lambda m: m.log(2))
LOG_PI = Constant(1.1447298858494002, lambda m: m.log(m.pi))
LOG_TWO_PI = Constant(1.8378770664093456, lambda m: m.log(2 * m.pi))
HALF_LOG_TWO_PI = Constant(0.9189385332046728, lambda m: m.log(2 * m.pi) / 2)
SQRT_TWO = Constant(1.4142135623730951, lambda m: m.sqrt(2))
SQRT_TWO_PI = Constant(2.5066282746310007, lambda m: m.sqrt(2 * m.pi))

CONSTANTS = {name: value for name, value in globals().items() if isinstance(value, Constant)}
