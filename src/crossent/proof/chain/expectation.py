"""Expectations under the model, and averages over the rows: what is linear in known functions of y becomes known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from crossent.proof.chain.names import ROWS, i
from crossent.proof.chain.subject import Subject

E = sympy.Function("E")  # an expectation that is left standing
MEAN_OF_ROWS = sympy.Symbol("ybar", real=True)
ROW = sympy.IndexedBase("y", real=True)[i]


def linear(terms: Any, y: Any, known: dict[Any, Any], left: Callable[[Any], Any]) -> Any:
    """A linear functional of a sum: of 1 it is 1, of a function f(y) what stands in `known`, or else `left(f)`."""
    total: Any = sympy.S.Zero
    for term in sympy.Add.make_args(terms):
        constant, function = term.as_independent(y, as_Add=False)
        total += constant * (1 if function == 1 else known[function] if function in known else left(function))
    return total


def powers(expression: Any, y: Any) -> Any:
    """Multiplied out, with functions of y (exponentials, |y - m|, ...) kept whole."""
    functions = sorted((f for f in expression.atoms(sympy.Function) if f.has(y)), key=sympy.count_ops, reverse=True)
    held = {function: sympy.Dummy(**function.assumptions0) for function in functions}
    opened = expression.subs(held)
    opened = sympy.expand(opened, log=False, power_exp=False, power_base=False, func=False)
    for function in reversed(functions):
        opened = opened.xreplace({held[function]: function})
    return opened


def moments(subject: Subject, gradient: tuple[Any, ...]) -> dict[Any, Any]:
    """E[y] and E[y^2] from the family's mean and variance, and what follows from E[gradient] = 0."""
    family, y = subject.family, subject.y
    known: dict[Any, Any] = {}
    mean, variance = (family.formula(quantity) for quantity in ("mean", "variance"))
    if mean is not None:
        known[y] = _in_standard(subject, mean)
    if mean is not None and variance is not None:
        known[y**2] = _in_standard(subject, variance) + known[y] ** 2
    for slope in gradient:  # a density's gradient has expectation 0, so one unknown expectation in it is known
        unknown: list[Any] = []
        total = linear(powers(slope, y), y, known, lambda f, unknown=unknown: unknown.append(f) or E(f))  # type: ignore[misc,func-returns-value]
        if len(set(unknown)) == 1:
            function = unknown[0]
            weight = total.coeff(E(function))
            known[function] = sympy.cancel(-(total - weight * E(function)) / weight)
    return known


def _in_standard(subject: Subject, formula: Any) -> Any:
    from crossent.proof.chain.algebra import elementary

    return sympy.cancel(elementary(subject.read(formula, *subject.to_raw, *subject.fixed)))


def expected(expression: Any, y: Any, known: dict[Any, Any]) -> Any:
    """E of an expression in y under the model."""
    return linear(powers(expression, y), y, known, E)


def averaged(expression: Any, y: Any) -> Any:
    """The mean over the rows: ybar, and (1/n) sum_i f(y_i) for other functions."""
    return sympy.Add(*(_averaged(term, y) for term in sympy.Add.make_args(expression)))


def _averaged(term: Any, y: Any) -> Any:
    if term.is_polynomial(y) and sympy.degree(term, y) <= 1:
        return term.subs(y, MEAN_OF_ROWS)
    opened = powers(term, y)
    straight = any(part.is_polynomial(y) and part.has(y) for part in sympy.Add.make_args(opened))
    if opened.is_Add and straight and not term.is_polynomial(y):
        return averaged(opened, y)
    constant, function = term.as_independent(y, as_Add=False)
    return constant * over_rows(function, y) / ROWS


def over_rows(expression: Any, y: Any) -> Any:
    """sum_i f(y_i)."""
    return sympy.Sum(expression.subs(y, ROW), (i, 1, ROWS))
