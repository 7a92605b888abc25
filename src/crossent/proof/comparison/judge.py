"""The verdict on one case: the relation between two formulas, through the regions of piecewise ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Piecewise

from crossent.proof.comparison.grounds import Ground
from crossent.proof.results import AFFINE, EQUAL, NEGATED, UNKNOWN
from crossent.proof.rewriting import regions
from crossent.proof.rewriting.normal_form import NormalForm
from crossent.proof.rewriting.regions import Part, Split
from crossent.proof.rewriting.relation import Relation, collected, relate


@dataclass(frozen=True)
class Finding:
    """What was proved about one case. `relation` is None where nothing holds on the whole of it."""

    relation: Relation | None
    agreement: tuple[tuple[Any, Relation], ...] = ()  # conditions of parts where a relation holds, and which
    used: tuple[str, ...] = ()
    forms: tuple[Expr, Expr] | None = None  # both sides after collecting


def judge(ground: Ground, left: Expr, right: Expr, hard: bool, regionwise: bool = True) -> Finding:
    """The relation of two formulas in the letters of one ground, through the regions of piecewise ones if asked."""
    normal = ground.normal(hard)
    found = relate(normal, left, right, ground.target_bases, ground.prediction_bases)
    forms = tuple(normal.write(collected(normal, normal.reduced(side))) for side in (left, right))
    used = tuple(normal.used)
    if found is not None or not regionwise or not (regions.pieces_of(left) or regions.pieces_of(right)):
        return Finding(found, (), used, forms)  # type: ignore[arg-type]
    try:
        tree = regions.split(left, right, lambda: ground.normal(hard))
    except regions.TooManyParts:
        return Finding(None, (), used, forms)  # type: ignore[arg-type]
    related = [(part, *_relate_part(ground, part, hard)) for part in _leaves(tree)]
    known = {part: relation for part, _, relation in related if relation is not None}
    thin = {part for part, put, _ in related if put != part}  # parts that a condition makes a mere line
    whole = _together(ground, normal, related) if len(known) == len(related) else None
    return Finding(whole, tuple(_agreements(tree, known, thin, normal)), used, forms)  # type: ignore[arg-type]


def is_nothing(normal: NormalForm, difference: Expr) -> bool:
    """Whether a difference is proved 0, as a whole or in each of its regions."""
    if normal.is_zero(regions.without_extremes(difference)):
        return True
    if not regions.pieces_of(difference):
        return False
    try:
        tree = regions.split(difference, sympy.Integer(0), lambda: normal)
    except regions.TooManyParts:
        return False
    return all(_is_nothing_there(normal, part) for part in _leaves(tree))


def _is_nothing_there(normal: NormalForm, part: Part) -> bool:
    return normal.is_zero(part.left.subs(_equations(sorted(part.left.free_symbols, key=str), part)))


def _relate_part(ground: Ground, part: Part, hard: bool) -> tuple[Part, Relation | None]:
    """The part with what its conditions say put in, and the relation there."""
    normal = ground.normal(hard)
    swap = _equations(sorted(ground.prediction_bases | ground.target_bases, key=str), part)
    for condition in part.conditions:
        if condition.func in (sympy.Gt, sympy.Lt) and not condition.has(*regions.PIECES):
            normal.assume_positive(condition.gts - condition.lts)
    put = Part(part.conditions, part.left.subs(swap), part.right.subs(swap))
    return put, relate(normal, put.left, put.right, ground.target_bases, ground.prediction_bases)


def _equations(letters: list[Any], part: Part) -> dict[Any, Expr]:
    """What the conditions say a letter is: x = a, or both x >= a and x <= a."""
    signs: dict[Expr, set[Any]] = {}
    for condition in part.conditions:
        if not isinstance(condition, sympy.core.relational.Relational) or condition.has(Piecewise):
            continue
        difference = sympy.expand(condition.lhs - condition.rhs)
        flipped = {sympy.Ge: sympy.Le, sympy.Le: sympy.Ge}.get(condition.func, condition.func)
        signs.setdefault(difference, set()).add(condition.func)
        signs.setdefault(sympy.expand(-difference), set()).add(flipped)
    for difference, kinds in signs.items():
        if sympy.Eq in kinds or {sympy.Ge, sympy.Le} <= kinds:
            for letter in letters:
                times = difference.coeff(letter) if isinstance(letter, sympy.Symbol) else sympy.Integer(0)
                if times.is_Rational and times != 0:
                    rest = sympy.expand(difference - times * letter)
                    if letter not in rest.free_symbols:
                        return {letter: -rest / times}
    return {}


def _leaves(tree: Split | Part | None) -> Iterator[Part]:
    if isinstance(tree, Part):
        yield tree
    elif tree is not None:
        yield from _leaves(tree.yes)
        yield from _leaves(tree.no)


def _agreements(
    tree: Any, known: dict[Part, Relation], thin: set[Part], normal: NormalForm
) -> Iterator[tuple[Any, Relation]]:
    """The conditions under which one relation holds, as far up in the tree as they reach."""
    if not isinstance(tree, Split):
        return
    for branch, condition in ((tree.yes, tree.condition), (tree.no, _opposite(tree.condition))):
        leaves = [part for part in _leaves(branch) if part not in thin]
        common = _common([known[part] for part in leaves if part in known], normal)
        if leaves and all(part in known for part in leaves) and common is not None:
            if not common.any_scale or common.is_equality:
                yield condition, common
        else:
            for inner, relation in _agreements(branch, known, thin, normal):
                yield sympy.And(condition, inner, evaluate=False), relation


def _opposite(condition: Any) -> Any:
    return condition.negated if isinstance(condition, sympy.core.relational.Relational) else sympy.Not(condition)


def _common(relations: list[Relation], normal: NormalForm) -> Relation | None:
    """The one relation that several parts have."""
    if not relations:
        return None
    first = next((relation for relation in relations if not relation.any_scale), relations[0])
    for relation in relations:
        if relation.any_scale and relation.is_equality and first.is_equality:
            continue
        if not (normal.is_zero(relation.scale - first.scale) and normal.is_zero(relation.offset - first.offset)):
            return None
    return first


def _together(ground: Ground, normal: NormalForm, related: list[tuple[Part, Part, Relation | None]]) -> Relation | None:
    """One relation from those of all parts: one scale; offsets may differ by the target's conditions only."""
    found = [(put, relation) for _, put, relation in related if relation is not None]
    scale = next((relation.scale for _, relation in found if not relation.any_scale), found[0][1].scale)
    offsets: list[tuple[Expr, Part]] = []
    for part, relation in found:
        if relation.any_scale:
            offset = part.left - scale * part.right
            if normal.atoms.bases_of(normal.reduced(offset)) & ground.prediction_bases:
                return None
        elif normal.is_zero(relation.scale - scale):
            offset = relation.offset
        else:
            return None
        offsets.append((offset, part))
    first = offsets[0][0]
    if all(normal.is_zero(offset - first) for offset, _ in offsets):
        return Relation(scale, first)
    conditions = [condition for _, part in offsets for condition in part.conditions]
    if any(normal.atoms.bases_of(normal.of(c.lhs - c.rhs)) & ground.prediction_bases for c in conditions):
        return None
    branches = [(offset, sympy.And(*part.conditions)) for offset, part in offsets[:-1]]
    return Relation(scale, Piecewise(*branches, (offsets[-1][0], True)))


def verdict_of(relation: Relation | None, normal: NormalForm) -> str:
    """The word for a relation, by the sign of its scale."""
    if relation is None:
        return UNKNOWN
    if relation.is_equality:
        return EQUAL
    sign = normal.atoms.sign(normal.reduced(relation.scale))
    return UNKNOWN if sign is None else AFFINE if sign > 0 else NEGATED
