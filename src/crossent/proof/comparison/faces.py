"""The boundary of the simplex: truths and predictions some of whose classes have probability 0.

Losses treat the classes alike, so that one truth and one prediction stand for each number of classes that both, only
one or neither gives a probability to. Where no proof for every number of classes is found, a few are looked at.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Expr, Integer, Symbol, oo

from crossent.proof.comparison import every_face
from crossent.proof.comparison.extended import Undecided, value_at
from crossent.proof.language.coordinates import PREDICTIONS
from crossent.proof.language.over_classes import Row
from crossent.proof.results import UNKNOWN
from crossent.proof.rewriting.normal_form import NormalForm
from crossent.vocabulary import log

if TYPE_CHECKING:
    from crossent.proof.comparison.cases import Verdict
    from crossent.proof.comparison.question import Question
    from crossent.proof.comparison.side import Side

CLASSES_LOOKED_AT = (2, 3)


def compare(question: Question, scale: Expr | None, offset: Expr | None) -> list[Verdict]:
    """The verdict on every face: for every number of classes if that can be proved, else for a few."""
    proved = every_face.compare(question, scale, offset) if scale is not None and offset is not None else None
    if proved is not None:
        return proved
    looked_at = [verdict for classes in CLASSES_LOOKED_AT for verdict in _compare(question, classes, scale)]
    return [replace(verdict, every_size=False) for verdict in looked_at]


def letters(name: str, classes: int) -> list[Symbol]:
    """A positive letter for each class."""
    return [Symbol(f"{name}_{k + 1}", positive=True) for k in range(classes)]


def predicted(by_probability: bool, classes: int) -> list[Symbol]:
    """A letter for each class: a probability or a logit."""
    if by_probability:
        return letters("p", classes)
    return [Symbol(f"z_{k + 1}", real=True) for k in range(classes)]


def _masked(letters: list[Symbol], inside: list[int]) -> dict[Any, Expr]:
    """Logits −oo outside: the others may be any."""
    return {letter: -oo for k, letter in enumerate(letters) if k not in inside}


def _values(letters: list[Symbol], inside: list[int]) -> dict[Any, Expr]:
    """Zero outside, and one of those inside is what the others leave."""
    env: dict[Any, Expr] = {letter: Integer(0) for k, letter in enumerate(letters) if k not in inside}
    env[letters[inside[-1]]] = 1 - sympy.Add(*(letters[k] for k in inside[:-1]))
    return env


def read(question: Question, side: Side, q: Sequence[Expr], p: Sequence[Expr], own: int) -> Expr:
    """A side with its classes written out; `own` is the class that happened, if one did."""
    row = Row(tuple(q))
    target = (
        own if side.loss.target == "class" else row * question.ground.count if side.loss.target == "counts" else row
    )  # type: ignore[attr-defined]
    coordinate, row = side.loss.prediction, Row(tuple(p))
    if not question.ground.by_probability:
        row = PREDICTIONS[coordinate].from_raw(row)
    elif coordinate == "categorical.log_probs":
        row = log(row)
    return question.reduce(side, sympy.sympify(side.formula(target, row)))


def _compare(question: Question, classes: int, scale: Expr | None) -> Iterator[Verdict]:
    from crossent.proof.comparison.cases import Verdict, agree, valued

    q, p = letters("q", classes), predicted(question.ground.by_probability, classes)
    soft_sizes = range(2, classes + 1) if question.ground.soft_too else range(0)
    for size in (1, *soft_sizes):
        targets = "hard" if size == 1 else "soft"
        truth = _values(q, list(range(size)))
        left, right = (read(question, side, q, p, 0) for side in (question.left, question.right))
        for inside in _supports(classes, size):
            ends = _values(p, inside) if question.ground.by_probability else _masked(p, inside)
            env = truth | ends
            normal = NormalForm()
            question.ground.know_settings(normal)
            normal.assume_positive(*(value for value in env.values() if value.free_symbols))
            inputs = {"q": _shape(q, truth), "p": _shape(p, ends)}
            words = f"C = {classes}, q = {inputs['q']}, p = {inputs['p']}"

            def sign(value: Expr, normal: NormalForm = normal) -> int | None:
                return normal.atoms.sign(normal.reduced(value))

            try:
                values = valued(question.left, left, env, sign), valued(question.right, right, env, sign)
                shift = _offset(normal, left, right, truth, p, scale, sign)
                yield agree(normal, targets, words, values, scale, shift, question, inputs)
            except Undecided as reason:
                yield Verdict(targets, True, UNKNOWN, f"{words}: {reason}")


def _offset(normal: NormalForm, left: Expr, right: Expr, truth: Any, p: list[Symbol], scale: Any, sign: Any) -> Expr:
    """left - scale * right at this truth, at a prediction in the inside: the offset is free of the prediction."""
    if scale is None:
        return Integer(0)
    middle: dict[Any, Expr] = {letter: Integer(1) / len(p) if letter.is_positive else Integer(0) for letter in p}
    return normal.write(
        normal.reduced(value_at(left, truth | middle, sign) - scale * value_at(right, truth | middle, sign))
    )


def _supports(classes: int, size: int) -> Iterator[list[int]]:
    """Which classes the prediction gives a probability to: some of the truth's, some others, never all, never none."""
    for own, others in itertools.product(range(size + 1), range(classes - size + 1)):
        if 0 < own + others < classes:
            yield [*range(own), *range(size, size + others)]


def _shape(letters: list[Symbol], env: dict[Any, Expr]) -> str:
    inside = [letter for letter in letters if env.get(letter) not in (0, -oo)]
    texts = ["0" if env.get(letter) in (0, -oo) else "1" if len(inside) == 1 else "+" for letter in letters]
    return f"({', '.join(texts)})"
