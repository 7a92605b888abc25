"""When two expressions are the same: both are brought to one normal form, by rules that hold on the whole domain."""

from __future__ import annotations

from functools import cache
from typing import Any

import mpmath
import sympy

from crossent.proof.chain.traced import exactly
from crossent.proof.language.writing import meant
from crossent.vocabulary import symbolic

Point = dict[Any, Any]


def elementary(expression: Any) -> Any:
    """Without names: sigmoid(x) = 1/(1 + exp(-x)), softplus(x) = log(1 + exp(x)), log1p(x) = log(1 + x), ..."""
    expression = meant(expression)
    if expression.has(symbolic.sigmoid):
        expression = expression.replace(symbolic.sigmoid, lambda x: 1 / (1 + sympy.exp(-x)))
    if expression.has(symbolic.softplus):
        expression = expression.replace(symbolic.softplus, lambda x: sympy.log(1 + sympy.exp(x)))
    return expression


@cache
def cancelled(expression: Any) -> Any:
    """A rational function in lowest terms; sums and powers with letters in the exponent are left alone."""
    return expression if expression.is_Atom else sympy.cancel(sympy.together(expression))


def log_of(expression: Any, point: Point) -> Any:
    """log of a product as a sum of logs, each of a factor that is positive: its sign at the point is its sign on the
    domain, because no factor vanishes inside it.
    """
    expression = sympy.powsimp(expression) if expression.has(sympy.exp) else expression
    return sum((_log_of_power(factor, point) for factor in sympy.Mul.make_args(expression)), sympy.S.Zero)


def _log_of_power(power: Any, point: Point) -> Any:
    base, exponent = power.as_base_exp()
    if base is sympy.E:
        return exponent
    if isinstance(base, sympy.gamma):
        return exponent * symbolic.lgamma(base.args[0])
    if isinstance(base, sympy.factorial):
        return exponent * symbolic.lgamma(base.args[0] + 1)
    if base.is_Rational:
        return exponent * _log_of_number(base)
    if base.is_Atom or base.is_Function or _has_letters_above(base):
        return exponent * sympy.log(base)
    return exponent * _log_of_rational(base, point)


def _has_letters_above(expression: Any) -> bool:
    powers = (part for part in sympy.preorder_traversal(expression) if part.is_Pow and part.base is not sympy.E)
    return any(power.exp.free_symbols for power in powers)


def _log_of_rational(expression: Any, point: Point) -> Any:
    numerator, denominator = sympy.fraction(cancelled(expression))
    total: Any = sympy.S.Zero
    for side, part in ((1, numerator), (-1, denominator)):
        coefficient, factors = sympy.factor_list(part)
        total += side * _log_of_number(abs(coefficient))
        for factor, times in factors:
            total += side * times * _log_of_factor(factor, point)
    return total


def _log_of_number(number: Any) -> Any:
    if not number.is_Rational:
        return sympy.log(number)
    parts = [(side, sympy.factorint(int(part))) for side, part in ((1, number.p), (-1, number.q))]
    return sum((side * k * sympy.log(prime) for side, part in parts for prime, k in part.items()), sympy.S.Zero)


def _log_of_factor(factor: Any, point: Point) -> Any:
    if isinstance(factor, sympy.exp):
        return factor.args[0]
    if factor.is_Add and exactly(factor, point) < 0:
        factor = -factor
    return sympy.log(factor)


def normal(expression: Any, point: Point) -> Any:
    """Logs of products as sums of logs, loggamma(x + 1) as loggamma(x) + log(x), then multiplied out."""
    expression = elementary(expression)
    expression = expression.replace(sympy.log, lambda x: log_of(x, point))
    if expression.has(sympy.loggamma):
        expression = expression.replace(sympy.loggamma, _lowered)
    if expression.has(sympy.polygamma):
        expression = expression.replace(sympy.polygamma, _lowered_slope)
    return sympy.expand(expression)


def _shift(x: Any) -> Any:
    constant, _ = x.as_coeff_Add()
    return constant if constant.is_Integer and constant > 0 and not x.is_number else sympy.S.Zero


def _lowered(x: Any) -> Any:
    below = _shift(x)
    return symbolic.lgamma(x - below) + sum((sympy.log(x - below + k) for k in range(int(below))), sympy.S.Zero)


def _lowered_slope(order: Any, x: Any) -> Any:
    below = _shift(x)
    steps = ((-1) ** order * sympy.factorial(order) / (x - below + k) ** (order + 1) for k in range(int(below)))
    return sympy.polygamma(order, x - below) + sum(steps, sympy.S.Zero)


def vanishes(expression: Any, point: Point) -> bool:
    """Is the expression 0 on the whole domain? True is proved by rewriting; False: the rules did not show it.

    >>> p = sympy.Symbol("p", positive=True)
    >>> vanishes(symbolic.sigmoid(sympy.log(p / (1 - p))) - p, {p: sympy.Rational(1, 3)})
    True
    """
    expression = normal(expression, point)
    if expression == 0:
        return True
    parts: dict[Any, list[Any]] = {}
    for term in sympy.Add.make_args(expression):  # a rational function times what is none: a log, a gamma function, ...
        rational: list[Any] = []
        rest: list[Any] = []
        for factor in sympy.Mul.make_args(term):
            (rational if factor.is_rational_function() and not factor.has(sympy.Abs) else rest).append(factor)
        parts.setdefault(sympy.Mul(*rest), []).append(sympy.Mul(*rational))
    return all(_is_nothing(sympy.Add(*coefficients)) for coefficients in parts.values()) or _is_nothing(expression)


def _is_nothing(expression: Any) -> bool:
    return bool(expression == 0 or sympy.expand(sympy.fraction(sympy.together(expression))[0]) == 0)


def same(left: Any, right: Any, point: Point) -> bool:
    """Are two expressions the same function on the whole domain? (See `vanishes`.)

    Where one has cases: in the region in which they are decided as at the point.
    """
    return left == right or vanishes(decided(left, point) - decided(right, point), point)


def decided(expression: Any, point: Point) -> Any:
    """Cases, maxima, signs and |x| replaced by what they are around the point."""
    if not expression.has(sympy.Piecewise, sympy.Max, sympy.Min, sympy.Heaviside, sympy.sign):
        return expression
    here = {symbol: sympy.Rational(value) for symbol, value in point.items()}

    def branch(part: Any) -> Any:
        return next(
            value for value, condition in part.args if condition == sympy.true or condition.subs(here) == sympy.true
        )

    made = expression.replace(lambda part: isinstance(part, sympy.Piecewise), branch)
    for kind, choose in ((sympy.Max, max), (sympy.Min, min)):
        made = made.replace(
            lambda part, kind=kind: isinstance(part, kind),
            lambda part, choose=choose: choose(part.args, key=lambda argument: exactly(argument, point)),
        )
    return made.replace(lambda part: isinstance(part, sympy.Heaviside | sympy.sign), lambda part: part.subs(here))


def agree(left: Any, right: Any, point: Point, digits: int = 40) -> bool:
    """Do the values agree at one point, to so many digits? A guard, never a proof."""
    with mpmath.workdps(digits + 10):
        a, b = exactly(left, point), exactly(right, point)
        return bool(mpmath.fabs(a - b) <= mpmath.mpf(10) ** -digits * (1 + mpmath.fabs(a)))
