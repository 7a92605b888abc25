"""Sums over the classes, for every number C of them: rules, each an identity of finite sums.

linear           sum of a f_j = a sum of f_j, where a does not depend on j
simplex          sum of q_j = 1 for a row of probabilities
count            sum of 1 = C
hard row         g(q_j) = g(0) + q_j (g(1) - g(0)) where q_j is 0 or 1, with 0 log 0 = 0
one class        sum of q_j f_j = f_y, if the hard row is one at the class y only
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy
from sympy import Add, Expr, Integer, Mul, Sum

from crossent.proof.language.symbols import CLASSES, j

if TYPE_CHECKING:
    from crossent.proof.rewriting.normal_form import NormalForm


def rewrite(normal: NormalForm, e: Sum) -> Expr:
    """A sum over the classes as a combination of sums that no rule takes further."""
    (index, low, high), *more = e.limits
    if more or low != 1 or high not in normal.sizes:
        return normal._opaque(e)
    summand = normal.cancel(normal.of(e.function.xreplace({index: j})))
    numerator, denominator = sympy.fraction(summand)
    fixed, moving = _split(normal, denominator)
    answer = Integer(0)
    for term in Add.make_args(sympy.expand(numerator)):
        outside, inside = _split(normal, term)
        answer += outside / fixed * _sum(normal, inside / moving, high)
    return answer


def _split(normal: NormalForm, product: Expr) -> tuple[Expr, Expr]:
    """The factors that do not depend on the class, and those that do."""
    outside, inside = Integer(1), Integer(1)
    for factor in Mul.make_args(sympy.factor(product) if product.is_Add else product):
        if j in normal.atoms.bases_of(factor):
            inside *= factor
        else:
            outside *= factor
    return outside, inside


def _sum(normal: NormalForm, body: Expr, size: Expr) -> Expr:
    """The sum of one term without factors that could stand outside."""
    if body == 1:
        normal.used["Σᵢ 1 = C"] = None
        return size
    meaning = normal.write(body)
    for row, letter in normal.simplex.items():
        if meaning == row:
            normal.used[f"Σᵢ {letter}ᵢ = 1"] = None
            return normal.of(normal.sums.get(row, Integer(1)))
    for row, y in normal.hard.items():
        touched = Mul(*(f for f in Mul.make_args(body) if row.base in normal.atoms.bases_of(f)))
        if touched not in (1, normal.of(row)) or (touched != 1 and y is not None):
            return _hard(normal, row, y, touched, body / touched)
    positive = normal.atoms.is_positive(body)
    answer = normal.atoms.symbol(("sum", body, size), Sum(body, (j, 1, size)), positive)
    if size == CLASSES and positive and body.is_Symbol:  # of two or more: the sum of positive numbers exceeds each one
        own = [normal.of(normal.write(body).subs(j, y)) for y in normal.hard.values() if y is not None]
        normal.atoms.positive_factors |= {answer - part for part in (body, *own)}
    return answer


def _hard(normal: NormalForm, row: Any, y: Any, touched: Expr, rest: Expr) -> Expr:
    """The sum of g(q_j) f_j for a hard row q: g(0) times the sum of f_j, and (g(1) - g(0)) times that of q_j f_j."""
    from crossent.proof.comparison.extended import value_at

    meaning, others = normal.write(touched), normal.write(rest)
    absent, present = (value_at(meaning, {row: Integer(n)}) for n in (0, 1))
    normal.used["every qᵢ is 0 or 1"] = None
    answer = Integer(0) if absent == 0 else rewrite(normal, Sum(absent * others, (j, 1, CLASSES)))
    if y is None:
        return answer + rewrite(normal, Sum(row * (present - absent) * others, (j, 1, CLASSES)))
    normal.used["Σᵢ [i = y] fᵢ = f_y"] = None
    return answer + normal.of(((present - absent) * others).subs(j, y))
