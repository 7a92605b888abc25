"""Where two losses meet: the ground that they share, or why there is none."""

from __future__ import annotations

import sympy
from sympy import Symbol

from crossent.proof.comparison.grounds import BinaryGround, ClassGround, Ground, LabelGround, NumberGround
from crossent.proof.comparison.side import Side
from crossent.proof.language.coordinates import PREDICTIONS, TARGETS


def _moves_with_all(side: Side) -> bool:
    """Whether a loss of logits is not proved the same when all logits move alike: then it takes no distribution."""
    if side.loss.prediction != "categorical.logits":
        return False
    ground = ClassGround((side, side))
    formula, shift = ground.read(side), Symbol("c", real=True)
    moved = formula.replace(lambda e: isinstance(e, sympy.Indexed) and e.base == ground.letter, lambda e: e + shift)
    return not ground.normal().is_zero(moved - formula)


def meet(left: Side, right: Side) -> Ground | str:
    """The ground two losses share, or in words why there is none."""
    sides = (left, right)
    kinds = {PREDICTIONS[side.loss.prediction].of for side in sides}
    targets = {side.loss.target for side in sides}
    if kinds <= {"location", "rate", "log_rate"} and targets <= {"real", "count", "nonnegative", "positive"}:
        if "count" in targets and targets & {"real", "positive"}:
            return f"another measure: {_words(left)} against {_words(right)}"
        return NumberGround(sides)
    if kinds <= {"bernoulli", "categorical", "labels"}:
        return _meet_classes(sides, kinds)
    return f"another kind of target: {_words(left)} against {_words(right)}"


def _meet_classes(sides: tuple[Side, Side], kinds: set[str]) -> Ground | str:
    if kinds in ({"labels"}, {"labels", "bernoulli"}):
        if {side.loss.target for side in sides} <= {"labels", "binary", "sign"}:
            return LabelGround(sides)
        return f"another kind of target: {_words(sides[0])} against {_words(sides[1])}"
    if "bernoulli" not in kinds:
        return ClassGround(sides)
    for side in sides:
        if _moves_with_all(side):
            return f"{side.text} is no function of the predicted distribution: it moves when all logits move alike"
    return BinaryGround(sides)


def at_two_classes(ground: ClassGround) -> BinaryGround | None:
    """The same question with two classes, where both losses are functions of the predicted distribution."""
    if any(side.loss.prediction.startswith("labels") or _moves_with_all(side) for side in ground.sides):
        return None
    return BinaryGround(ground.sides)


def _words(side: Side) -> str:
    return TARGETS[side.loss.target].words
