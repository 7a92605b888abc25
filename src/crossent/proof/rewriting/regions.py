"""Piecewise formulas: the domain is split by their conditions until each part has one formula for each side.

Conditions are decided by signs where those are proved; parts that no point can lie in are dropped where linear
arithmetic proves them empty (`feasible`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Abs, Expr, Max, Min, Piecewise, Sum

from crossent.proof.rewriting.feasible import feasible
from crossent.proof.rewriting.normal_form import NormalForm

PIECES = (Piecewise, Max, Min, Abs)
MOST_PARTS = 32


@dataclass(frozen=True)
class Part:
    """A part of the domain: the conditions that hold there, and both sides' formulas."""

    conditions: tuple[Any, ...]
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Split:
    """Two parts of the domain, by whether a condition holds."""

    condition: Any
    yes: Split | Part | None
    no: Split | Part | None


class TooManyParts(Exception):  # it is no error: the caller goes on without the regions
    """The formulas have more pieces than are worth looking at."""


def split(left: Expr, right: Expr, make_normal: Callable[[], NormalForm]) -> Split | Part:
    """The tree of parts."""
    return _Splitter(make_normal()).split(Part((), left, right))


class _Splitter:
    def __init__(self, normal: NormalForm) -> None:
        self.normal = normal
        self.parts = 0

    def split(self, part: Part) -> Any:
        piece = _first_piece(part.left) or _first_piece(part.right)
        if piece is None:
            self.parts += 1
            if self.parts > MOST_PARTS:
                raise TooManyParts
            return part
        condition, chosen, otherwise = _choice(piece)
        decided = self._decide(condition)
        if decided is not None:
            return self.split(_replace(part, piece, chosen if decided else otherwise))
        yes = self._branch(part, piece, condition, chosen)
        no = self._branch(part, piece, _negated(condition), otherwise)
        if yes is None or no is None:
            return yes or no
        return Split(condition, yes, no)

    def _branch(self, part: Part, piece: Expr, condition: Any, value: Expr) -> Any:
        branch = _replace(part, piece, value)
        branch = Part((*branch.conditions, condition), branch.left, branch.right)
        return self.split(branch) if self._possible(branch.conditions) else None

    def _decide(self, condition: Any) -> bool | None:
        if condition in (True, False):
            return bool(condition)
        if not isinstance(condition, sympy.core.relational.Relational):
            return None
        if condition.has(Piecewise, Max, Min):
            return None
        sign = self.normal.atoms.sign(self.normal.reduced(condition.lhs - condition.rhs))
        if sign is None and condition.func in (sympy.Ge, sympy.Lt) and isinstance(condition.lhs - condition.rhs, Abs):
            return condition.func is sympy.Ge
        return None if sign is None else bool(condition.func(sign, 0))

    def _possible(self, conditions: tuple[Any, ...]) -> bool:
        """False only where it is proved that no point fulfils all the conditions."""
        facts = []
        for condition in conditions:
            if not isinstance(condition, sympy.core.relational.Relational) or condition.has(Piecewise):
                continue
            if condition.func is sympy.Ne:
                continue
            numerator, denominator = sympy.fraction(self.normal.reduced(condition.lhs - condition.rhs))
            sign = self.normal.atoms.sign(denominator)
            if sign is None:
                continue
            facts.append((sympy.expand(sign * numerator), condition.func))
        known = [(factor, sympy.Gt) for factor in self.normal.atoms.positive_factors]
        return feasible(facts + known)


def pieces_of(expression: Expr) -> list[Expr]:
    """The piecewise parts, outer ones first; those inside a sum over the classes stay whole."""
    if isinstance(expression, Sum):
        return []
    own = [expression] if isinstance(expression, PIECES) else []
    return own + [piece for part in expression.args for piece in pieces_of(part)]


def without_extremes(expression: Expr) -> Expr:
    """max(a, b) as (a + b + |a - b|)/2 and min(a, b) as (a + b - |a - b|)/2, inside sums too."""

    def halved(*parts: Expr, side: int) -> Expr:
        first, *rest = parts
        other = halved(*rest, side=side) if len(rest) > 1 else rest[0]
        return (first + other + side * Abs(first - other)) / 2

    made = expression.replace(Max, lambda *parts: halved(*parts, side=1))
    return made.replace(Min, lambda *parts: halved(*parts, side=-1))


def _first_piece(expression: Expr) -> Expr | None:
    """The piece to decide first: a choice by condition before maxima and absolute values, those from the inside."""
    found = pieces_of(expression)
    chosen = next((item for item in found if isinstance(item, Piecewise)), None)
    return chosen or next((item for item in found if not any(part.has(*PIECES) for part in item.args)), None)


def _choice(piece: Expr) -> tuple[Any, Expr, Expr]:
    """The condition of a piece, and what it is where that holds and where not."""
    if isinstance(piece, Abs):
        return sympy.Ge(piece.args[0], 0), piece.args[0], -piece.args[0]
    if isinstance(piece, Max | Min):
        first, rest = piece.args[0], piece.func(*piece.args[1:])
        return (sympy.Ge if isinstance(piece, Max) else sympy.Le)(first, rest), first, rest
    (value, condition), *others = piece.args
    return condition, value, Piecewise(*others) if others else sympy.nan


def _negated(condition: Any) -> Any:
    return sympy.Not(condition) if not isinstance(condition, bool) else not condition


def _replace(part: Part, piece: Expr, value: Expr) -> Part:
    swap = {piece: value}
    conditions = tuple(condition.xreplace(swap) for condition in part.conditions)
    return Part(conditions, part.left.xreplace(swap), part.right.xreplace(swap))
