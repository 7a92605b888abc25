"""Numbers from formulas: to any number of digits, or as intervals that are sure to hold the value.

A symbolic formula is walked with numbers for its letters, in one of mpmath's two arithmetics: `mp` (the exact reading)
or `iv` (intervals, rounded outwards); or in fractions, where those suffice. Sums over the classes run over the rows
that are handed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import mpmath
import sympy
from mpmath import iv, mp
from sympy import Expr, Indexed, Sum

from crossent.proof.evidence.enclosed import Enclosed
from crossent.proof.language.symbols import CLASSES


class NoEnclosure(Exception):  # it is no error: the caller tries another point
    """No interval can be given: a comparison that the intervals do not decide, or a function they do not know."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)


class Rationals:
    """The third arithmetic: fractions, as far as the formulas lead from fractions to fractions."""

    mpf = Fraction

    @property
    def pi(self) -> Any:
        raise NoEnclosure(reason="pi is no fraction")

    def exp(self, x: Any) -> Any:
        return self._at({0: 1}, x, "exp")

    def log(self, x: Any) -> Any:
        return self._at({1: 0}, x, "log")

    def loggamma(self, x: Any) -> Any:
        return self._at({1: 0, 2: 0}, x, "loggamma")

    def _at(self, known: Mapping[int, int], x: Any, name: str) -> Any:
        if x not in known:
            raise NoEnclosure(reason=f"{name}({x}) is no fraction")
        return Fraction(known[x])


rationals = Rationals()


class Numbers:
    """A walk over formulas with numbers for letters and tuples of numbers for rows."""

    def __init__(self, context: Any, env: Mapping[Any, Any]) -> None:
        self.context = context
        rows = {base: tuple(self.number(v) for v in value) for base, value in env.items() if isinstance(value, tuple)}
        self.rows = rows
        self.env: dict[Any, Any] = {
            letter: self.number(value) for letter, value in env.items() if not isinstance(value, tuple)
        }
        self.places: dict[Any, int] = {}
        self._known: dict[Any, Any] = {}

    def number(self, value: Any) -> Any:
        if isinstance(value, sympy.Rational):
            return self.context.mpf(int(value.p)) / int(value.q)
        if isinstance(value, Expr):
            return self.value(value)
        return self.context.mpf(value)

    def value(self, e: Expr) -> Any:
        key = (e, tuple(self.places.items()))
        if key not in self._known:
            self._known[key] = self._value(e)
        return self._known[key]

    def _value(self, e: Expr) -> Any:
        if e in self.env:
            return self.env[e]
        if e.is_Rational:
            return self.number(e)
        if isinstance(e, Indexed):
            place = e.indices[0]
            return self.rows[e.base][self.places[place] if place in self.places else int(self.env[place])]
        if e == CLASSES:
            return self.context.mpf(len(next(iter(self.rows.values()))))
        if isinstance(e, Sum):
            return self._sum(e)
        method = getattr(self, f"_{type(e).__name__.lower()}", None)
        if method is not None:
            return method(e)
        if e is sympy.pi:
            return +self.context.pi
        if e is sympy.E:
            return self.context.exp(1)
        if e is sympy.EulerGamma and self.context is mp:
            return +mp.euler
        for meaning in (e.expand(func=True), e.rewrite(sympy.exp)):
            if meaning != e:
                return self.value(meaning)
        if self.context is mp and e.args and hasattr(mp, type(e).__name__):
            return getattr(mp, type(e).__name__)(*(self.value(part) for part in e.args))
        raise NoEnclosure(reason=type(e).__name__)

    def _sum(self, e: Sum) -> Any:
        ((index, _, _),) = e.limits
        before = self.places.get(index)
        total = self.context.mpf(0)
        for place in range(len(next(iter(self.rows.values())))):
            self.places[index] = place
            total += self.value(e.function)
        if before is None:
            del self.places[index]
        else:
            self.places[index] = before
        return total

    def _add(self, e: Expr) -> Any:
        total = self.context.mpf(0)
        for part in e.args:
            total += self.value(part)
        return total

    def _mul(self, e: Expr) -> Any:
        values, missing = [], None
        for part in e.args:
            try:
                values.append(self.value(part))
            except NoEnclosure as reason:
                missing = reason
        if any(self._is_zero(value) for value in values):
            return self.context.mpf(0)  # 0 log 0 = 0
        if missing is not None:
            raise missing
        product = self.context.mpf(1)
        for value in values:
            product *= value
        return product

    def _pow(self, e: Expr) -> Any:
        base = self.value(e.args[0])
        if e.args[1].is_Integer:
            if e.args[1] < 0 and self._may_be_zero(base):
                raise NoEnclosure(reason="1/0")
            return base ** int(e.args[1])
        if self.context is iv and not base.a > 0:
            raise NoEnclosure(reason="a power of a number that may not be positive")
        exponent = self.value(e.args[1])
        if self.context is mp and base == 0:
            return mp.mpf(0) if exponent > 0 else mp.mpf(1) if exponent == 0 else mp.inf
        return self.context.exp(exponent * self.context.log(base))

    def _is_zero(self, value: Any) -> bool:
        return bool(value.a == value.b == 0) if self.context is iv else bool(value == 0)

    def _may_be_zero(self, value: Any) -> bool:
        return bool(0 in value) if self.context is iv else bool(value == 0)

    def _exp(self, e: Expr) -> Any:
        return self.context.exp(self.value(e.args[0]))

    def _log(self, e: Expr) -> Any:
        inside = self.value(e.args[0])
        if self.context is iv:
            if not inside.a > 0:
                raise NoEnclosure(reason="the logarithm of a number that may not be positive")
            return iv.log(inside)
        if self.context is rationals:
            return rationals.log(inside)
        return -mp.inf if inside == 0 else mp.log(inside)

    def _loggamma(self, e: Expr) -> Any:
        inside = self.value(e.args[0])
        if self.context is iv and not inside.a > 0:
            raise NoEnclosure(reason="log gamma of a number that may not be positive")
        return self.context.loggamma(inside)

    def _abs(self, e: Expr) -> Any:
        return abs(self.value(e.args[0]))

    def _max(self, e: Expr) -> Any:
        return self._extreme(e, max)

    def _min(self, e: Expr) -> Any:
        return self._extreme(e, min)

    def _extreme(self, e: Expr, choose: Any) -> Any:
        values = [self.value(part) for part in e.args]
        if self.context is not iv:
            return choose(values)
        return iv.mpf([choose(value.a.a for value in values), choose(value.b.b for value in values)])

    def _piecewise(self, e: Expr) -> Any:
        for value, condition in e.args:
            if condition == True or self._holds(condition):  # noqa: E712 # SymPy's true
                return self.value(value)
        raise NoEnclosure(reason="no piece")

    def _holds(self, condition: Any) -> bool:
        if isinstance(condition, sympy.And):
            return all(self._holds(part) for part in condition.args)
        if isinstance(condition, sympy.Or):
            return any(self._holds(part) for part in condition.args)
        if condition in (True, False):
            return bool(condition)
        left, right = self.value(condition.lhs), self.value(condition.rhs)
        if self.context is iv:
            difference = left - right
            if not (difference.a > 0 or difference.b < 0 or difference.a == difference.b == 0):
                raise NoEnclosure(reason="a comparison too close to decide")
            left, right = sympy.Integer(int(mpmath.sign(difference.mid.a))), sympy.Integer(0)
        return bool(condition.func(_as_sympy(left), _as_sympy(right)))


def _as_sympy(value: Any) -> Expr:
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    return value if isinstance(value, sympy.Basic) else sympy.Float._new(value._mpf_, mp.prec)


def exact(expression: Expr, env: Mapping[Any, Any], digits: int = 40) -> Any:
    """The value to so many digits, and some more against cancellation."""
    with mp.workdps(digits + 15):
        return Numbers(mp, env).value(expression)


def enclose(expression: Expr, env: Mapping[Any, Any], bits: int = 240) -> Any:
    """An interval that is sure to hold the value. NoEnclosure if none can be given."""
    before, iv.prec = iv.prec, bits
    try:
        return Numbers(iv, env).value(expression)
    finally:
        iv.prec = before


def enclosed(expression: Expr, env: Mapping[Any, Any], bits: int = 240) -> Enclosed:
    """The value: a fraction where rational arithmetic leads to it, else an interval. NoEnclosure if neither."""
    try:
        return Enclosed.of(Numbers(rationals, env).value(expression))
    except NoEnclosure:
        return Enclosed(enclose(expression, env, bits))
