"""Sums over several indices - groups, rows, classes - in whatever order: two are equal if their flat forms are.

Finite sums are linear and may be exchanged; what does not depend on an index may stand inside its sum. So every
combination of nested sums is a sum of (coefficient, indices, summand), and each rule leaves that the same.
"""

from __future__ import annotations

from collections import defaultdict

import sympy
from sympy import Add, Expr, Integer, Mul, Sum, Tuple

Flat = dict[tuple[frozenset[Tuple], Expr], Expr]


def flat(expression: Expr) -> Flat:
    """The expression as a sum over all indices at once: (limits, summand) -> coefficient."""
    found: Flat = defaultdict(lambda: Integer(0))
    for term in Add.make_args(sympy.expand(expression)):
        factors = Mul.make_args(term)
        inner = [factor for factor in factors if isinstance(factor, Sum)]
        if len(inner) > 1:
            found[frozenset(), term] += 1
            continue
        outside = Mul(*(factor for factor in factors if not isinstance(factor, Sum)))
        if not inner:
            coefficient, summand = outside.as_coeff_Mul()
            found[frozenset(), summand] += coefficient
            continue
        own = frozenset(inner[0].limits)
        for (limits, summand), coefficient in flat(inner[0].function).items():
            if {limit[0] for limit in limits} & {limit[0] for limit in own}:
                found[frozenset(), term] += 1  # the same letter for two indices: left as it stands
                break
            number, body = (outside * summand).as_coeff_Mul()
            found[limits | own, body] += number * coefficient
    return {key: value for key, value in found.items() if value != 0}


def equal(left: Expr, right: Expr) -> bool:
    """Whether two combinations of sums are proved equal."""
    return not flat(left - right)
