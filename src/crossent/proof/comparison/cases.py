"""The cases of a question - hard and soft targets, the inside and the boundary - each with its own verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, Integer, oo

from crossent.proof.comparison import faces, few_classes
from crossent.proof.comparison.extended import Sign, Undecided, value_at
from crossent.proof.comparison.grounds import ClassGround, Ground, NumberGround
from crossent.proof.comparison.judge import Finding, is_nothing, judge, verdict_of
from crossent.proof.comparison.question import Question
from crossent.proof.comparison.side import Side
from crossent.proof.evidence import witness
from crossent.proof.results import AFFINE, DIFFERENT, EQUAL, NEGATED, UNKNOWN, Counterexample
from crossent.proof.rewriting.normal_form import NormalForm
from crossent.proof.rewriting.regions import without_extremes
from crossent.proof.rewriting.relation import Relation


@dataclass(frozen=True)
class Verdict:
    """The verdict on one case and what it rests on."""

    targets: str  # hard | soft
    boundary: bool
    verdict: str
    words: str = ""
    finding: Finding | None = None
    relations: tuple[Relation, ...] = ()
    counterexample: Counterexample | None = None
    every_size: bool = True  # proved for every number of classes, not looked at for a few


def inside(question: Question) -> list[Verdict]:
    """Soft and hard targets in the inside of the domain."""
    return [soft(question), hard(question)] if question.ground.soft_too else [hard(question)]


def soft(question: Question) -> Verdict:
    """Soft targets."""
    return _settled(question, "soft", [question.formulas()])


def hard(question: Question) -> Verdict:
    """Hard targets: with two of them, one scale for both."""
    return _settled(question, "hard", [(left, right) for _, left, right in question.hard()])


def _settled(question: Question, targets: str, pairs: list[tuple[Expr, Expr]]) -> Verdict:
    """Proved as a whole, or refuted, or proved region by region."""
    is_hard = targets == "hard"
    whole = _proved(question, targets, pairs, regionwise=False)
    if whole.verdict != UNKNOWN:
        return whole
    found = witness.refute_affinity(question, is_hard)
    if found is None:
        by_regions = _proved(question, targets, pairs, regionwise=True)
        if by_regions.verdict != UNKNOWN or by_regions.finding is None:
            return by_regions
        plain = [(without_extremes(left), without_extremes(right)) for left, right in pairs]
        if plain != pairs and (by_halves := _proved(question, targets, plain, regionwise=False)).verdict != UNKNOWN:
            return by_halves
        few = few_classes.equality(question, is_hard, by_regions.finding)
        if few is None or few.relation is None:
            return by_regions
        return Verdict(targets, False, EQUAL, f"for {few_classes.WORDS}", few, (few.relation,), every_size=False)
    finding = whole.finding
    bent = any(side.loss.clamp is not None for side in (question.left, question.right))
    if not bent and (not is_hard or not question.ground.soft_too):  # where do they agree all the same?
        finding = judge(question.ground, *pairs[0], hard=is_hard)
    return replace(whole, verdict=DIFFERENT, words="", finding=finding, counterexample=found)


def _proved(question: Question, targets: str, pairs: list[tuple[Expr, Expr]], regionwise: bool) -> Verdict:
    findings = [_judged(question, *pair, hard=targets == "hard", regionwise=regionwise) for pair in pairs]
    relations = tuple(finding.relation for finding in findings if finding.relation is not None)
    joint = joined(question.ground.normal(), relations) if len(relations) == len(findings) else None
    if joint in (None, UNKNOWN):
        return Verdict(targets, False, UNKNOWN, "neither proved nor refuted", findings[0], relations)
    return Verdict(targets, False, joint or UNKNOWN, "", findings[0], relations)


def _judged(question: Question, left: Expr, right: Expr, hard: bool, regionwise: bool) -> Finding:
    """The relation of the rows' losses; where the two are unlike functions of the rows' mean, it is no relation."""
    if question.transforms[0] == question.transforms[1] and left == right:
        return Finding(Relation(Integer(1), Integer(0)), forms=(left, right))
    finding = judge(question.ground, left, right, hard, regionwise)
    if question.of_rows or finding.relation is None:
        return finding
    same = question.transforms[0] == question.transforms[1] and finding.relation.is_equality
    return finding if same else replace(finding, relation=None)


def joined(normal: NormalForm, relations: list[Relation] | tuple[Relation, ...]) -> str | None:
    """The verdict on several parts together: None if their scales are not one."""
    if all(relation.is_equality for relation in relations):
        return EQUAL
    bound = [relation for relation in relations if not relation.any_scale]
    scales = [relation.scale for relation in bound]
    if any(not normal.is_zero(scale - scales[0]) for scale in scales[1:]):
        return None
    words = {verdict_of(relation, normal) for relation in bound}
    return NEGATED if NEGATED in words else UNKNOWN if UNKNOWN in words else AFFINE


# -- the boundary ------------------------------------------------------------------------------------------------------


def boundary(question: Question, scale: Expr | None, offset: Expr | None) -> list[Verdict]:
    """The boundary, by hard and soft targets: do left and scale * right + offset agree there too?

    Without a scale it is asked whether the two are equal there.
    """
    ground = question.ground
    if not question.of_rows and question.transforms[0] != question.transforms[1]:
        return []
    if question.identical:
        return _identical(ground)
    if isinstance(ground, ClassGround):
        found = faces.compare(question, scale, offset) if ground.reaches_boundary else []
    else:
        pairs = zip(ground.boundary(question.left), ground.boundary(question.right), strict=True)
        found = [_at_boundary(question, a, b, scale, offset) for a, b in pairs]
    return [
        _worst(ground, group) for targets in ("hard", "soft") if (group := [v for v in found if v.targets == targets])
    ]


def _identical(ground: Ground) -> list[Verdict]:
    """One expression on both sides has one value everywhere, on the boundary too."""
    words = f"{ground.boundary_words}: both are the same expression"
    kinds = ("hard", "soft") if ground.soft_too else ("hard",)
    return [Verdict(targets, True, EQUAL, words) for targets in kinds if ground.has_boundary]


def _worst(ground: Ground, group: list[Verdict]) -> Verdict:
    order = (DIFFERENT, UNKNOWN, NEGATED, AFFINE, EQUAL)
    worst = min(group, key=lambda verdict: order.index(verdict.verdict))
    few = "" if all(verdict.every_size for verdict in group) else "; looked at for C = 2 and 3"
    return replace(worst, words=ground.boundary_words + few) if worst.verdict in order[2:] else worst


def _at_boundary(question: Question, a: Any, b: Any, scale: Expr | None, offset: Expr | None) -> Verdict:
    words, is_hard, env, _ = a
    left, right = question.reduce(question.left, a[3]), question.reduce(question.right, b[3])
    targets = "hard" if is_hard else "soft"
    normal = question.ground.normal(False)

    def sign(value: Expr) -> int | None:
        return normal.atoms.sign(normal.reduced(value))

    try:
        one, other = valued(question.left, left, a[2], sign), valued(question.right, right, b[2], sign)
        shift = value_at(offset, env, sign) if offset is not None else Integer(0)
        inputs = {str(letter): str(value) for letter, value in env.items()}
        return agree(normal, targets, words, (one, other), scale, shift, question, inputs)
    except Undecided as reason:
        return Verdict(targets, True, UNKNOWN, f"{words}: {reason}")


def valued(side: Side, formula: Expr, env: Mapping[Any, Expr], sign: Sign) -> Expr:
    """A side's value on the boundary; where its formula has none, the reason names the side."""
    try:
        return value_at(formula, env, sign)
    except Undecided as reason:
        raise Undecided(reason=f"as {side.text} is written, its value there is undecided ({reason})") from reason


def agree(
    normal: NormalForm, targets: str, words: str, values: tuple[Expr, Expr], scale: Expr | None, shift: Expr,
    question: Question, inputs: Mapping[str, str],
) -> Verdict:  # fmt: skip
    """Is left = scale * right + shift, of values in the extended real numbers that may hold letters?"""
    one, other = values
    factor = Integer(1) if scale is None else scale
    same = word(normal, factor, shift == 0)
    if oo in (abs(one), abs(other)):
        expected = other * (1 if same in (EQUAL, AFFINE) else -1) if abs(other) == oo else other
        verdict = same if one == expected else DIFFERENT
        return Verdict(
            targets, True, verdict, words, counterexample=None if verdict == same else _apart(words, inputs, one, other)
        )
    if isinstance(question.ground, NumberGround):
        relation = judge(question.ground, one, other, hard=True).relation
        if relation is not None and relation.any_scale:
            relation = Relation(factor, one - factor * other)
        if relation is None or not normal.is_zero(relation.scale - factor):
            return Verdict(targets, True, UNKNOWN, words)
        return Verdict(targets, True, EQUAL if relation.is_equality else same, words, relations=(relation,))
    if is_nothing(normal, one - factor * other - shift):
        return Verdict(targets, True, same, words)
    found = witness.two_values(question.ground, words, inputs, one, factor * other + shift)
    return Verdict(targets, True, DIFFERENT if found else UNKNOWN, words, counterexample=found)


def word(normal: NormalForm, scale: Expr, no_offset: bool) -> str:
    """What left = scale * right + offset is called."""
    if scale == 1 and no_offset:
        return EQUAL
    return AFFINE if (normal.atoms.sign(normal.reduced(scale)) or 0) > 0 else NEGATED


def _apart(words: str, inputs: Mapping[str, str], one: Expr, other: Expr) -> Counterexample:
    left, right = (witness.shown_value(value) for value in (one, other))
    return Counterexample(dict(inputs), left, right, f"on the boundary, {words}")
