"""What a verdict covers, in the words of the verdict line: how many classes, which targets, how far the domain goes."""

from __future__ import annotations

from crossent.proof.comparison import few_classes
from crossent.proof.comparison.cases import Verdict
from crossent.proof.comparison.grounds import BinaryGround, NumberGround
from crossent.proof.comparison.question import Question
from crossent.proof.results import AFFINE, EQUAL, NEGATED


def covered(question: Question, found: list[Verdict]) -> str:
    """The classes, the targets and the boundary that one relation between the two losses was proved for.

    >>> from crossent.proof.comparison.prove import prove
    >>> prove("nll", "ce").sentence
    'equal: nll = ce for every C, hard targets, boundary included'
    """
    ground = question.ground
    if isinstance(ground, NumberGround):
        words = ground.domain.replace("every real y, every real", "every real y and")
        at_zero = [case for case in found if case.boundary]
        return f" for {words}{', y = 0 included' if at_zero and 'y = 0' not in words and 'y ≥ 0' not in words else ''}"
    several = "" if isinstance(ground, BinaryGround) and "two classes, C = 2" not in ground.conditions else (
        " at C = 2" if isinstance(ground, BinaryGround) else " for every C"
    )  # fmt: skip
    if any(not case.every_size for case in found if not case.boundary):
        several = f" for C = {few_classes.CLASSES[0]}..{few_classes.CLASSES[-1]}"
    return f"{several}, {_targets(found)}, {_reach(question, found)}"


def _targets(found: list[Verdict]) -> str:
    inside = {case.targets: case.verdict for case in found if not case.boundary}
    if "soft" not in inside:
        return "hard targets"
    if inside["hard"] == EQUAL and inside["soft"] != EQUAL:
        return "soft targets (equal on hard targets)"
    return "hard and soft targets"


def _reach(question: Question, found: list[Verdict]) -> str:
    ground = question.ground
    boundary = [case for case in found if case.boundary]
    if not boundary or any(case.verdict not in (EQUAL, AFFINE, NEGATED) for case in boundary):
        return "inside the boundary" if ground.by_probability else "finite logits"
    where = "boundary" if ground.by_probability else "z = ±∞" if isinstance(ground, BinaryGround) else "z_j = −∞"
    if not all(case.every_size for case in boundary):
        return f"{where} for C = 2, 3"
    return f"{where} included"
