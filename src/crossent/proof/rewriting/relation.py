"""Is left = a right + b, a free of target and prediction, b free of the prediction? Proved by the normal form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Integer, Symbol

from crossent.proof.rewriting.normal_form import NormalForm

Bases = frozenset[Any]


@dataclass(frozen=True)
class Relation:
    """left = scale right + offset on a part of the domain; `any_scale` if neither side moves with the prediction."""

    scale: Expr
    offset: Expr
    any_scale: bool = False

    @property
    def is_equality(self) -> bool:
        return bool(self.scale == 1 and self.offset == 0)


def relate(normal: NormalForm, left: Expr, right: Expr, target: Bases, prediction: Bases) -> Relation | None:
    """The relation if one can be proved. None proves nothing."""
    one, other = normal.reduced(left), normal.reduced(right)
    moving = _moving(normal, other, prediction)
    if normal.cancel(one - other) == 0:
        return Relation(Integer(1), Integer(0), any_scale=not moving)
    if not moving:
        if _moving(normal, one, prediction):
            return None
        return Relation(Integer(1), normal.write(collected(normal, normal.cancel(one - other))), any_scale=True)
    for letter in moving:
        slope = sympy.diff(other, letter)
        if slope == 0:
            continue
        scale = normal.cancel(sympy.diff(one, letter) / slope)
        if scale == 0 or normal.atoms.bases_of(scale) & (target | prediction):
            return None
        offset = normal.cancel(one - scale * other)
        if normal.atoms.bases_of(offset) & prediction:
            return None
        return Relation(normal.write(sympy.factor(scale)), normal.write(collected(normal, offset)))
    return None


def _moving(normal: NormalForm, form: Expr, prediction: Bases) -> list[Symbol]:
    """The atoms that depend on the prediction, the simplest first."""
    found = [symbol for symbol in form.free_symbols if normal.atoms.bases_of(symbol) & prediction]
    return sorted(found, key=lambda symbol: (len(normal.atoms.bases_of(symbol)), str(symbol)))


def collected(normal: NormalForm, form: Expr) -> Expr:
    """The terms of an expression over atoms, gathered by their logarithm: (1 - y) log(1 - y) stays one term."""
    groups: dict[Expr, Expr] = {}
    for term in sympy.Add.make_args(sympy.expand(form)):
        logarithms = [f for f in sympy.Mul.make_args(term) if normal.is_logarithm(f)]
        key = logarithms[0] if len(logarithms) == 1 else Integer(1)
        groups[key] = groups.get(key, Integer(0)) + term / key
    plain = groups.pop(Integer(1), Integer(0))
    return sympy.Add(plain, *(sympy.Mul(key, *factors(value)) for key, value in groups.items()))


def factors(value: Expr) -> list[Expr]:
    """Factored; a factor y - 1 is written as -1 and 1 - y."""
    found: list[Expr] = []
    for factor in sympy.Mul.make_args(sympy.factor(value)):
        constant, letters = factor.as_coeff_Add()
        turn = factor.is_Add and constant < 0 and not letters.is_Add
        found += [Integer(-1), sympy.expand(-factor)] if turn else [factor]
    return found
