"""Can these inequalities hold together? Fourier and Motzkin's elimination over the rationals.

Every product of letters counts as a letter of its own, so "no" is a proof and "yes" is not.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Rational

MOST_FACTS = 200
Fact = tuple[dict[Expr, Rational], bool]  # sum of coefficient * letter (the constant under 1) > 0, or >= 0


def feasible(facts: list[tuple[Expr, Any]]) -> bool:
    """False if it is proved that the facts (expression, relation to 0) cannot all hold."""
    system: list[Fact] = []
    for expression, relation in facts:
        coefficients = dict(expression.as_coefficients_dict())
        if not all(value.is_Rational for value in coefficients.values()):
            continue  # one fact less: the answer errs towards "yes"
        negated = {letter: -value for letter, value in coefficients.items()}
        if relation is sympy.Eq:
            system += [(coefficients, False), (negated, False)]
        else:
            strict = relation in (sympy.Gt, sympy.Lt)
            system.append((coefficients if relation in (sympy.Gt, sympy.Ge) else negated, strict))
    letters = sorted({letter for fact, _ in system for letter in fact if letter != 1}, key=sympy.default_sort_key)
    one = sympy.Integer(1)
    system += [({letter: one}, True) for letter in letters if letter.is_positive]
    for letter in letters:
        system = _eliminate(system, letter)
        if len(system) > MOST_FACTS:
            return True
    return all(fact.get(one, 0) > 0 or (fact.get(one, 0) == 0 and not strict) for fact, strict in system)


def _eliminate(system: list[Fact], letter: Expr) -> list[Fact]:
    above = [fact for fact in system if fact[0].get(letter, 0) > 0]
    below = [fact for fact in system if fact[0].get(letter, 0) < 0]
    rest = [fact for fact in system if fact[0].get(letter, 0) == 0]
    for (up, strict), (down, also) in ((u, d) for u in above for d in below):
        factor, other = -down[letter], up[letter]
        keys = (set(up) | set(down)) - {letter}
        rest.append(({key: factor * up.get(key, 0) + other * down.get(key, 0) for key in keys}, strict or also))
    return rest
