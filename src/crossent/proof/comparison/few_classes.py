"""Where the rules on sums do not reach: are two losses equal for 2, 3, 4, 5 and 6 classes, each written out?

That proves nothing for seven, and the verdict says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Expr, Integer, Symbol

from crossent.proof.comparison import faces
from crossent.proof.comparison.grounds import ClassGround, Ground
from crossent.proof.comparison.judge import Finding, judge
from crossent.proof.rewriting.normal_form import NormalForm
from crossent.proof.rewriting.regions import without_extremes
from crossent.proof.rewriting.relation import Relation

if TYPE_CHECKING:
    from crossent.proof.comparison.question import Question

CLASSES = range(2, 7)
WORDS = "C = 2, 3, 4, 5, 6"


class WrittenOut(Ground):
    """A given number of classes, with a letter for each class; the last of a row is what the others leave."""

    def __init__(self, ground: ClassGround, classes: int) -> None:
        super().__init__(ground.sides, by_probability=ground.by_probability)
        self.truth = faces.letters("q", classes)
        self.predicted = faces.predicted(ground.by_probability, classes)
        self.last = _last(self.truth) | (_last(self.predicted) if ground.by_probability else {})
        self.target_bases, self.prediction_bases = frozenset(self.truth), frozenset(self.predicted)

    def _know(self, made: NormalForm, hard: bool) -> None:
        rows = [self.truth, *([self.predicted] if self.by_probability else [])]
        made.assume_positive(*self.last.values(), *(1 - letter for row in rows for letter in row[:-1]))

    def pairs(self, question: Question, hard: bool) -> Iterator[tuple[Expr, ...]]:
        """Both sides at a soft truth, or at each of the classes."""
        for own in range(len(self.truth)) if hard else (0,):
            unit = [Integer(int(k == own)) for k in range(len(self.truth))]
            row = unit if hard else [self.last.get(letter, letter) for letter in self.truth]
            p = [self.last.get(letter, letter) for letter in self.predicted]
            yield tuple(faces.read(question, side, row, p, own) for side in (question.left, question.right))


def _last(row: list[Symbol]) -> dict[Any, Expr]:
    return {row[-1]: 1 - sympy.Add(*row[:-1])}


def equality(question: Question, hard: bool, finding: Finding) -> Finding | None:
    """The finding "equal" if it is proved for each of these numbers of classes."""
    ground = question.ground
    if not isinstance(ground, ClassGround) or not question.of_rows:
        return None
    for classes in CLASSES:
        written = WrittenOut(ground, classes)
        for left, right in written.pairs(question, hard):
            relation = judge(written, without_extremes(left), without_extremes(right), hard, regionwise=hard).relation
            if relation is None or not relation.is_equality:
                return None
    return replace(finding, relation=Relation(Integer(1), Integer(0)), forms=None)
