"""Of the forms that one expression can take, the one that is shortest to read."""

from __future__ import annotations

from typing import Any

import sympy

from crossent.proof.chain.traced import exactly

TRANSCENDENTAL = (sympy.log, sympy.loggamma, sympy.polygamma, sympy.Abs, sympy.sign)


def shortest(*expressions: Any, point: dict[Any, Any], y: Any = None) -> Any:
    """Over one line and factored, with its rational part factored, multiplied out or as it is; signs as textbooks set
    them. All the expressions are the same, each as far as it came.

    >>> p, y = sympy.symbols("p y")
    >>> shortest((1 - y) / (1 - p) - y / p, point={p: sympy.Rational(1, 3)}, y=y)
    (p - y)/(p*(1 - p))
    """
    rational, rest = _split(expressions[0])
    over_one_line = sympy.factor(sympy.together(rational)) if rational != 0 else rational
    forms = [rest + with_signs(over_one_line, point, y)]
    for expression in expressions:
        forms += [with_signs(expression, point, y), sympy.expand_mul(expression, deep=False)]
    return min(forms, key=_length)


def _length(form: Any) -> int:
    """About how many letters there are to read; a minus in front of everything counts twice."""
    minus = all(term.is_Mul and bool(term.args[0].is_negative) for term in sympy.Add.make_args(form))
    return _letters(form) + 2 * minus


def _letters(form: Any) -> int:
    if form.is_Number:
        return 1 + (not form.is_Integer)
    if form.is_Atom:
        return 1
    inner = sum(_letters(argument) for argument in form.args if argument is not sympy.S.NegativeOne)
    if form.is_Add:
        return inner + len(form.args) - 1
    if form.is_Mul:
        return inner + any(f.is_Pow and f.exp.is_number and f.exp.is_negative for f in form.args)
    return inner if form.is_Pow else inner + len(form.func.__name__)


def _split(expression: Any) -> tuple[Any, Any]:
    """Rational terms, and terms with logarithms or gamma functions, which are multiplied out."""
    if not expression.has(*TRANSCENDENTAL, sympy.exp) and not expression.atoms(sympy.core.function.AppliedUndef):
        return expression, sympy.S.Zero
    terms = sympy.Add.make_args(sympy.expand(expression, log=False, power_exp=False, power_base=False, func=False))
    wild = [t for t in terms if t.has(*TRANSCENDENTAL, sympy.exp) or t.atoms(sympy.core.function.AppliedUndef)]
    return sympy.Add(*(t for t in terms if t not in wild)), sympy.Add(*wild)


def with_signs(expression: Any, point: dict[Any, Any], y: Any) -> Any:
    """A product whose factors are positive where that can be: (p - 1) as -(1 - p); a minus left over goes into the
    factor that speaks of y.
    """
    if not expression.is_Mul:
        return expression
    sign, factors = 1, []
    for factor in expression.args:
        base, exponent = factor.as_base_exp()
        if base.is_Add and exponent.is_Integer and (y is None or not base.has(y)) and exactly(base, point) < 0:
            sign, factor = sign * sympy.S.NegativeOne**exponent, (-base) ** exponent
        factors.append(factor)
    coefficient, rest = sympy.Mul(sign, *(f for f in factors if f.is_Number)), [f for f in factors if not f.is_Number]
    if coefficient.is_negative:
        place = next((k for k, f in enumerate(rest) if f.is_Add and (y is None or f.has(y))), None)
        if place is not None:
            coefficient, rest[place] = -coefficient, sympy.Add(*(-term for term in rest[place].args))
    return sympy.Mul(coefficient, *rest)
