"""The verdict on one case: the relation between two formulas, through the regions of piecewise ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Piecewise

from crossent.proof import regions
from crossent.proof.grounds import Ground
from crossent.proof.normal_form import NormalForm
from crossent.proof.regions import Part, Split
from crossent.proof.relation import Relation, relate
from crossent.proof.results import AFFINE, EQUAL, NEGATED, UNKNOWN


@dataclass(frozen=True)
class Finding:
    """What was proved about one case. `relation` is None where nothing holds on the whole of it."""

    relation: Relation | None
    agreement: tuple[Any, ...] = ()  # conditions of parts where both are equal
    used: tuple[str, ...] = ()
    forms: tuple[Expr, Expr] | None = None  # both sides after collecting


def judge(ground: Ground, left: Expr, right: Expr, hard: bool) -> Finding:
    """The relation of two formulas in the letters of one ground."""
    normal = ground.normal(hard)
    found = relate(normal, left, right, ground.target_bases, ground.prediction_bases)
    forms = tuple(sympy.expand(normal.write(normal.reduced(side))) for side in (left, right))
    used = tuple(normal.used)
    if found is not None or not (regions.pieces_of(left) or regions.pieces_of(right)):
        return Finding(found, (), used, forms)  # type: ignore[arg-type]
    try:
        tree = regions.split(left, right, lambda: ground.normal(hard))
    except regions.TooManyParts:
        return Finding(None, (), used, forms)  # type: ignore[arg-type]
    related = [(part, _relate_part(ground, part, hard)) for part in _leaves(tree)]
    known = {part: relation for part, relation in related if relation is not None}
    whole = _together(ground, normal, related) if len(known) == len(related) else None
    return Finding(whole, tuple(_where_equal(tree, known)), used, forms)  # type: ignore[arg-type]


def _relate_part(ground: Ground, part: Part, hard: bool) -> Relation | None:
    normal = ground.normal(hard)
    swap = _equations(ground, normal, part)
    for condition in part.conditions:
        if condition.func in (sympy.Gt, sympy.Lt) and not condition.has(*regions.PIECES):
            normal.assume_positive(condition.gts - condition.lts)
    left, right = part.left.subs(swap), part.right.subs(swap)
    return relate(normal, left, right, ground.target_bases, ground.prediction_bases)


def _equations(ground: Ground, normal: NormalForm, part: Part) -> dict[Any, Expr]:
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
            for letter in sorted(ground.prediction_bases | ground.target_bases, key=str):
                if isinstance(letter, sympy.Symbol) and difference.coeff(letter) in (1, -1):
                    rest = sympy.expand(difference - difference.coeff(letter) * letter)
                    if letter not in rest.free_symbols:
                        return {letter: -rest * difference.coeff(letter)}
    return {}


def _leaves(tree: Split | Part | None) -> Iterator[Part]:
    if isinstance(tree, Part):
        yield tree
    elif tree is not None:
        yield from _leaves(tree.yes)
        yield from _leaves(tree.no)


def _where_equal(tree: Any, known: dict[Part, Relation]) -> Iterator[Any]:
    """The conditions under which the two are equal, as far up in the tree as they reach."""
    if not isinstance(tree, Split):
        return
    for branch, condition in ((tree.yes, tree.condition), (tree.no, sympy.Not(tree.condition))):
        leaves = list(_leaves(branch))
        if leaves and all(part in known and known[part].is_equality for part in leaves):
            yield condition
        else:
            yield from (sympy.And(condition, inner, evaluate=False) for inner in _where_equal(branch, known))


def _together(ground: Ground, normal: NormalForm, related: list[tuple[Part, Relation | None]]) -> Relation | None:
    """One relation from those of all parts: one scale; offsets may differ by the target's conditions only."""
    found = [(part, relation) for part, relation in related if relation is not None]
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
