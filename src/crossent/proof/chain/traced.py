"""Formulas read along one point: SymPy expressions that know their value there, so that each `where` is decided.

A family guards its digits with cases (`where(is_zero(y), ...)`, `maximum(-600 - z, 0)`). Inside a region in which all
of them are decided alike, the formula is one expression; a point of the region decides, and the region is kept.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath
import sympy

from crossent.vocabulary import exact, symbolic

DIGITS = 30


@dataclass(frozen=True)
class Region:
    """The conditions that were met on the way. |x| stays where it speaks of the target."""

    target: Any = None
    conditions: dict[Any, None] = field(default_factory=dict)

    def note(self, condition: Any, holds: bool) -> None:
        condition = condition if holds else sympy.Not(condition)
        if condition not in (sympy.true, sympy.false):
            self.conditions[condition] = None


@dataclass(frozen=True)
class Decided:
    """A condition, and whether it holds at the point."""

    holds: bool
    region: Region

    def __and__(self, other: Any) -> Decided:
        return Decided(self.holds and bool(other), self.region)

    def __or__(self, other: Any) -> Decided:
        return Decided(self.holds or bool(other), self.region)

    def __bool__(self) -> bool:
        return self.holds

    __rand__, __ror__ = __and__, __or__


@dataclass(frozen=True, eq=False)
class Traced:
    """An expression and its value at the point."""

    expression: Any
    value: Any
    region: Region

    def lift(self, other: Any) -> Traced:
        return _lifted(other, self.region)

    def _with(self, act: Callable[..., Any], other: Any) -> Traced:
        other = self.lift(other)
        return Traced(act(self.expression, other.expression), act(self.value, other.value), self.region)

    def _compare(self, act: Callable[..., Any], relation: Any, other: Any) -> Decided:
        other = self.lift(other)
        holds = bool(act(self.value, other.value))
        self.region.note(relation(self.expression, other.expression), holds)
        return Decided(holds, self.region)

    def __neg__(self) -> Traced:
        return Traced(-self.expression, -self.value, self.region)

    def __lt__(self, other: Any) -> Decided:
        return self._compare(operator.lt, sympy.StrictLessThan, other)

    def __le__(self, other: Any) -> Decided:
        return self._compare(operator.le, sympy.LessThan, other)

    def __gt__(self, other: Any) -> Decided:
        return self._compare(operator.gt, sympy.StrictGreaterThan, other)

    def __ge__(self, other: Any) -> Decided:
        return self._compare(operator.ge, sympy.GreaterThan, other)


def _lifted(value: Any, region: Region) -> Traced:
    if isinstance(value, Traced):
        return value
    whole = sympy.Rational(value) if isinstance(value, float) else sympy.sympify(value)
    return Traced(whole, mpmath.mpf(value), region)


def _operate(name: str) -> None:
    act = getattr(operator, name)
    setattr(Traced, f"__{name}__", lambda self, other: self._with(act, other))
    setattr(Traced, f"__r{name}__", lambda self, other: self.lift(other)._with(act, self))


for _name in ("add", "sub", "mul", "truediv", "pow"):
    _operate(_name)


class _Reading:
    """The vocabulary: each function symbolically and, at the point, exactly."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        of_expressions, of_values = getattr(symbolic, name), getattr(exact, name)

        def call(*arguments: Any) -> Any:
            some = next(argument for argument in arguments if isinstance(argument, Traced))
            lifted = [some.lift(argument) for argument in arguments]
            expressions = [argument.expression for argument in lifted]
            value = of_values(*(argument.value for argument in lifted))
            return Traced(of_expressions(*expressions), value, some.region)

        return call

    def where(self, condition: Decided, chosen: Any, otherwise: Any) -> Any:
        return _lifted(chosen if condition else otherwise, condition.region)

    def is_zero(self, x: Any) -> Decided:
        return x._compare(operator.eq, sympy.Eq, 0)

    def maximum(self, a: Any, b: Any) -> Any:
        some = a if isinstance(a, Traced) else b
        return a if some.lift(a) > b else b

    def minimum(self, a: Any, b: Any) -> Any:
        some = a if isinstance(a, Traced) else b
        return a if some.lift(a) < b else b

    def abs(self, x: Any) -> Any:
        if x.region.target in x.expression.free_symbols:
            return Traced(sympy.Abs(x.expression), mpmath.fabs(x.value), x.region)
        return -x if x < 0 else x

    def log1p(self, x: Any) -> Any:
        return self.log(1 + x)

    def expm1(self, x: Any) -> Any:
        return self.exp(x) - 1

    def kl_div(self, x: Any, m: Any, d: Any) -> Any:
        some = next(argument for argument in (x, m, d) if isinstance(argument, Traced))
        x, m, d = some.lift(x), some.lift(m), some.lift(d)
        value = exact.kl_div(x.value, m.value, d.value)
        expression = m.expression if x.expression == 0 else symbolic.kl_div(x.expression, m.expression, d.expression)
        return Traced(expression, value, some.region)

    def times(self, weight: Any, term: Any) -> Any:
        some = weight if isinstance(weight, Traced) else term
        return some.lift(weight)._with(operator.mul, term)

    def xlogy(self, x: Any, y: Any) -> Any:
        return self.times(x, self.log(y)) if not _is_zero(x) else x

    def xlog1py(self, x: Any, y: Any) -> Any:
        return self.times(x, self.log1p(y)) if not _is_zero(x) else x

    def logsumexp(self, values: Sequence[Any]) -> Any:
        total = self.exp(values[0])
        for value in values[1:]:
            total = total + self.exp(value)
        return self.log(total)


def _is_zero(x: Any) -> bool:
    return isinstance(x, Traced) and bool(x.expression == 0)


Traced.reading = Decided.reading = _Reading()  # type: ignore[attr-defined] # where the vocabulary looks for it


def along(
    formula: Callable[..., Any], arguments: Sequence[Any], point: dict[Any, Any], target: Any = None
) -> tuple[Any, Region]:
    """The expression, or tuple of them, that a formula is in the region around a point.

    >>> from crossent.families import laplace
    >>> y, m, s = sympy.symbols("y m s", real=True)
    >>> along(laplace.gradient, (y, m, s), {y: 3, m: 0, s: 0}, target=y)[0][0]
    -exp(-s)
    """
    region = Region(target)
    with mpmath.workdps(DIGITS):
        traced = [Traced(sympy.sympify(a), _value(a, point), region) for a in arguments]
        made = formula(*traced)
    return expression_of(made), region


def _value(argument: Any, point: dict[Any, Any]) -> Any:
    return exactly(sympy.sympify(argument), point)


def exactly(expression: Any, point: dict[Any, Any]) -> Any:
    """The value at a point of rational coordinates, as an mpmath number of the digits in force."""
    value = expression.subs({symbol: sympy.Rational(number) for symbol, number in point.items()})
    return mpmath.mpf(sympy.N(value, mpmath.mp.dps + 5)._to_mpmath(mpmath.mp.prec))


def expression_of(made: Any) -> Any:
    if isinstance(made, tuple | list):
        return tuple(expression_of(part) for part in made)
    return made.expression if isinstance(made, Traced) else sympy.sympify(made)
