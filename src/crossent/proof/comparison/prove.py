"""prove(left, right): are two losses the same function of (target, predicted distribution), and why?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy
from sympy import Expr

from crossent import errors
from crossent.proof.comparison import cases, few_classes, sentences
from crossent.proof.comparison.as_written import as_written
from crossent.proof.comparison.carries_over import carries_over
from crossent.proof.comparison.cases import Verdict
from crossent.proof.comparison.coverage import covered
from crossent.proof.comparison.grounds import ROWS, BinaryGround, ClassGround
from crossent.proof.comparison.identities import identity
from crossent.proof.comparison.judge import judge
from crossent.proof.comparison.meeting import at_two_classes, meet
from crossent.proof.comparison.question import Question
from crossent.proof.comparison.side import Side, side
from crossent.proof.comparison.steps import guard_relations, steps
from crossent.proof.evidence import witness
from crossent.proof.results import AFFINE, DIFFERENT, EQUAL, INCOMPARABLE, NEGATED, UNKNOWN, VERDICTS, Case, Proof
from crossent.proof.rewriting.offsets import in_letters, tidy


def prove(left: Any, right: Any, *, expect: str | None = None) -> Proof:
    """Whether two losses are equal, affine to each other, different or incomparable: with proof or counterexample.

        left = scale * right + offset, scale > 0 free of target and prediction, offset free of the prediction

    `left` and `right` are names of the Rosetta, families, or `NamedLoss` values. `expect` is a verdict that the caller
    hopes for: it must be one of the six, and changes nothing else here.

    Domain: everything that both losses take, soft targets and the boundary included, in the extended real numbers.
    Errors: UsageError for a name that is not known. A question without answer has the verdict "unknown".

    >>> prove("bce", "wrong_sign_bce").sentence
    'negated: bce = −wrong_sign_bce, hard and soft targets, boundary included'
    """
    if expect is not None and expect not in VERDICTS:
        raise errors.unknown_option(argument="expect", value=expect, known=VERDICTS)
    known = identity(left, right)
    if known is not None:
        return known
    one, other = side("left", left), side("right", right)
    ground = meet(one, other)
    if isinstance(ground, str):
        return Proof(
            one.text,
            other.text,
            INCOMPARABLE,
            f"incomparable: {ground}",
            carries_over=carries_over(INCOMPARABLE, False, one, other, False),
        )
    return _prove(Question(ground, one, other))


def _prove(question: Question) -> Proof:
    found = cases.inside(question)
    scale, offset = _whole(question, found)
    found += cases.boundary(question, scale, offset)
    verdict, counterexample = _verdict(question, found, scale, offset)
    normal = question.ground.normal()
    shown = (None, None)
    if scale is not None and offset is not None and verdict in (EQUAL, AFFINE, NEGATED):
        shown = (_shown(question, scale, normal), _shown(question, tidy(offset, normal), normal))
    conditions = _conditions(question, found)
    sentence = _sentence(question, verdict, found, shown, counterexample)
    guard_relations(question, found)
    inner = found[0]
    return Proof(
        left=question.left.text,
        right=question.right.text,
        verdict=verdict,
        sentence=sentence,
        cases=tuple(Case(case.targets, case.boundary, case.verdict, case.words) for case in found),
        domain=_domain(question, found),
        scale=shown[0],
        offset=shown[1],
        conditions=conditions,
        carries_over=carries_over(
            verdict, shown[0] == 1, question.left, question.right, verdict == DIFFERENT and _increasing(question)
        ),
        counterexample=counterexample,
        steps=steps(question, inner, *((scale, offset) if shown[0] is not None else (None, None))),
        left_formula=as_written(question.left),
        right_formula=as_written(question.right),
    )


def _whole(question: Question, found: list[Verdict]) -> tuple[Expr | None, Expr | None]:
    """The one scale and offset of all cases inside, if there is one."""
    relations = [relation for case in found for relation in case.relations]
    if any(case.verdict in (DIFFERENT, UNKNOWN) for case in found) or not relations:
        return None, None
    if cases.joined(question.ground.normal(), relations) is None:
        return None, None
    bound = next((relation for relation in relations if not relation.any_scale), relations[0])
    if bound.scale != 1 and any(relation.any_scale for relation in relations):
        return None, None
    first = found[0]
    if first.targets == "soft" or len(first.relations) == 1:
        return bound.scale, first.relations[0].offset
    no, yes = first.relations  # the two hard targets of a yes or no
    (y,) = question.ground.target_bases
    return bound.scale, sympy.expand((1 - y) * no.offset + y * yes.offset)


def _verdict(question: Question, found: list[Verdict], scale: Expr | None, offset: Expr | None) -> tuple[str, Any]:
    different = [case for case in found if case.verdict == DIFFERENT and case.counterexample is not None]
    if different:
        simplest = min(different, key=lambda case: (case.boundary, case.targets != "hard"))
        return DIFFERENT, simplest.counterexample
    if not question.ground.by_probability:  # infinite logits are beyond the domain: where a formula has a value there
        found = [case for case in found if not case.boundary or case.verdict != UNKNOWN]
    if any(case.verdict == UNKNOWN for case in found):
        return UNKNOWN, None
    if scale is None or offset is None:
        apart = witness.refute_affinity(question)
        return (DIFFERENT, apart) if apart is not None else (UNKNOWN, None)
    verdicts = {case.verdict for case in found}
    if verdicts == {EQUAL}:
        return EQUAL, None
    whole = NEGATED if NEGATED in verdicts else AFFINE
    return whole, witness.refute_equality(question)


def _shown(question: Question, expression: Expr, normal: Any) -> Expr:
    """In counts k where the question is of shares of draws; a sum's index is i."""
    ground, expression = question.ground, in_letters(expression)
    if isinstance(ground, BinaryGround) and ground.counting:
        (y,) = ground.target_bases
        return sympy.expand(expression.subs(y, sympy.Symbol("k", nonnegative=True) / ground.count))
    return expression


def _conditions(question: Question, found: list[Verdict]) -> tuple[str, ...]:
    held = {str(symbol): name for one in (question.left, question.right) for name, symbol in one.held.items()}
    words = [
        f"{name} = {symbol} held fixed" if name != symbol else f"{name} held fixed" for symbol, name in held.items()
    ]
    asked = [one for one in (question.left, question.right) if one.loss.asked_reduction]
    rows = [f"{ROWS} rows"] if asked else []
    few = [f"{few_classes.WORDS}: no proof for every C" for case in found if not (case.boundary or case.every_size)]
    return tuple(dict.fromkeys([*question.ground.conditions, *words, *rows, *few]))


def _domain(question: Question, found: list[Verdict]) -> str:
    words = question.ground.domain
    few = any(not (case.boundary or case.every_size) for case in found)
    return words.replace("every C ≥ 2", few_classes.WORDS) if few else words


def _increasing(question: Question) -> bool:
    """Is one an increasing function of the other's mean?"""
    if question.transforms[0] == question.transforms[1]:
        return False
    plain = Question(question.ground, _plain(question.left), _plain(question.right))
    found = cases.inside(plain)
    return all(case.verdict in (EQUAL, AFFINE) for case in found) and all(
        not relation.offset.free_symbols & question.ground.target_bases for case in found for relation in case.relations
    )


def _plain(one: Side) -> Side:
    return replace(one, loss=replace(one.loss, reduction="none", asked_reduction=""))


# -- the sentence ----------------------------------------------------------------------------------------------------


def _sentence(question: Question, verdict: str, found: list[Verdict], shown: Any, counterexample: Any) -> str:
    names = question.left.text, question.right.text
    if verdict == UNKNOWN:
        return "unknown: neither a proof nor a counterexample was found"
    if verdict != DIFFERENT:
        words = sentences.relation_words(*names, *shown)
        return sentences.whole(verdict, words, covered(question, found), is_formula=shown[1] != 0)
    return sentences.different(_agreements(question, found, counterexample))


def _agreements(question: Question, found: list[Verdict], counterexample: Any) -> list[str]:
    """Where two different losses agree all the same."""
    names = question.left.text, question.right.text
    parts = []
    if question.transforms[0] != question.transforms[1] and _increasing(question):
        return ["each is an increasing function of the other's mean, so models are ranked alike"]
    by_case = {(case.targets, case.boundary): case for case in found}
    inside = [case for case in found if not case.boundary]
    if all(case.verdict in (EQUAL, AFFINE) for case in inside):
        worst = EQUAL if all(case.verdict == EQUAL for case in inside) else AFFINE
        parts.append(f"{worst} inside the boundary")
    elif len(inside) == 2 and by_case["hard", False].verdict in (EQUAL, AFFINE):
        parts.append(f"{by_case['hard', False].verdict} on hard targets")
    clamped = [one for one in (question.left, question.right) if one.loss.clamp is not None]
    if clamped:
        parts += _unclamped(question, clamped)
    else:
        agreed = inside[0].finding.agreement if inside[0].finding is not None else ()
        for condition, relation in dict.fromkeys(agreed):
            words = sentences.relation_words(*names, relation.scale, relation.offset)
            where = f"where {sentences.condition_words(condition)}"
            parts.append(sentences.part_words(EQUAL if relation.is_equality else AFFINE, words, where))
    parts += _special(question, names)
    if isinstance(question.ground, ClassGround):
        two = at_two_classes(question.ground)
        verdict, words = _quick(two, question.left, question.right) if two is not None else (UNKNOWN, "")
        if verdict in (EQUAL, AFFINE, NEGATED):
            parts.append(sentences.part_words(verdict, words, "at C = 2"))
        elif counterexample is not None and counterexample.inputs.get("q", "").split(";")[0].count(",") == 1:
            parts.append("already at C = 2")
    return parts


def _unclamped(question: Question, clamped: list[Side]) -> list[str]:
    one, other = question.left.unbent(), question.right.unbent()
    verdict, words = _quick(type(question.ground)((one, other)), one, other)
    where = (
        " and ".join(dict.fromkeys(side.loss.clamp.words for side in clamped if side.loss.clamp is not None))
        .replace(">=", "≥")
        .replace("<=", "≤")
    )
    return [sentences.part_words(verdict, words, f"where {where}")] if verdict in (EQUAL, AFFINE, NEGATED) else []


def _special(question: Question, names: tuple[str, str]) -> list[str]:
    parts = []
    for place, one in enumerate((question.left, question.right)):
        for setting in one.loss.settings:
            for value in setting.special:
                clamp = one.loss.clamp.words if one.loss.clamp is not None else ""
                if one.settings[setting.name] == sympy.sympify(value) or setting.name in clamp:
                    continue
                changed = one.at(setting.name, value)
                pair = (changed, question.right) if place == 0 else (question.left, changed)
                verdict, words = _quick(type(question.ground)(pair), *pair, regionwise=False)
                if verdict in (EQUAL, AFFINE, NEGATED):
                    parts.append(sentences.part_words(verdict, words, f"at {setting.symbol or setting.name} = {value}"))
    return parts


def _quick(ground: Any, left: Side, right: Side, regionwise: bool = True) -> tuple[str, str]:
    """The verdict inside the domain, by proof only."""
    question = Question(ground, left, right)
    one, other = question.formulas()
    parts = [(one, other)] if ground.soft_too else [(a, b) for _, a, b in question.hard()]
    relations = [judge(ground, a, b, not ground.soft_too, regionwise).relation for a, b in parts]
    known = [relation for relation in relations if relation is not None]
    if len(known) < len(relations):
        return UNKNOWN, ""
    verdict = cases.joined(ground.normal(), known)
    words = sentences.relation_words(left.text, right.text, known[0].scale, known[0].offset)
    return verdict or UNKNOWN, words
