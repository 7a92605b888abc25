"""Is left = a right + b, with a free of target and prediction and b free of the prediction? Proved by the normal form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Integer, Symbol

from crossent.proof.normal_form import NormalForm

Bases = frozenset[Any]


@dataclass(frozen=True)
class Relation:
    """left = scale right + offset on one part of the domain; `any_scale` where neither side moves with the prediction."""

    scale: Expr
    offset: Expr
    any_scale: bool = False

    @property
    def is_equality(self) -> bool:
        return bool(self.scale == 1 and self.offset == 0)


def relate(normal: NormalForm, left: Expr, right: Expr, target: Bases, prediction: Bases) -> Relation | None:
    """The relation if one can be proved. None proves nothing."""
    one, other = normal.reduced(left), normal.reduced(right)
    if normal.cancel(one - other) == 0:
        return Relation(Integer(1), Integer(0))
    moving = _moving(normal, other, prediction)
    if not moving:
        if _moving(normal, one, prediction):
            return None
        return Relation(Integer(1), normal.write(_tidy(normal.cancel(one - other))), any_scale=True)
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
        return Relation(normal.write(sympy.factor(scale)), normal.write(_tidy(offset)))
    return None


def _moving(normal: NormalForm, form: Expr, prediction: Bases) -> list[Symbol]:
    """The atoms that depend on the prediction, the simplest first."""
    found = [symbol for symbol in form.free_symbols if normal.atoms.bases_of(symbol) & prediction]
    return sorted(found, key=lambda symbol: (len(normal.atoms.bases_of(symbol)), str(symbol)))


def _tidy(form: Expr) -> Expr:
    return sympy.expand(form)
