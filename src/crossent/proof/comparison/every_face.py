"""The boundary of the simplex for every number of classes: sums over the classes fall apart into blocks.

On a face, each class has a truth q that is 0, 1 or between and a prediction p that is 0, 1 or between (or a logit that
is −oo or finite). Classes of one kind are a block; of each block it matters only whether it has a member. So a sum over
the classes is the sum over at most four blocks of any size, and a few patterns of blocks are all the faces there are.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Expr, Indexed, IndexedBase, Integer, Sum, Symbol, oo

from crossent.proof.comparison.extended import Sign, Undecided, Walk, is_logarithm
from crossent.proof.language.symbols import CLASSES, j
from crossent.proof.rewriting.normal_form import NormalForm
from crossent.proof.rewriting.regions import without_extremes

if TYPE_CHECKING:
    from crossent.proof.comparison.cases import Verdict
    from crossent.proof.comparison.question import Question

Kinds = tuple[str, str]  # of the truth and of the prediction: "0", "1", or "+" for between


@dataclass(frozen=True)
class Block:
    """The classes of one kind: what stands for their truth and their prediction, and how many they are."""

    kinds: Kinds
    truth: Expr
    prediction: Expr
    size: Expr


def compare(question: Question, scale: Expr, offset: Expr) -> list[Verdict] | None:
    """The verdict on hard and on soft targets if left = scale * right + offset is proved on all faces, else None."""
    from crossent.proof.comparison.cases import Verdict, word

    found = []
    for mode in ("hard", "soft") if question.ground.soft_too else ("hard",):
        try:
            shifts = [_shift(question, kinds, scale, offset) for kinds in _patterns(question, mode)]
        except Undecided:  # the caller looks at a few numbers of classes then
            return None
        if None in shifts:
            return None
        found.append(Verdict(mode, True, word(question.ground.normal(), scale, all(s == 0 for s in shifts))))
    return found


def _patterns(question: Question, mode: str) -> Iterator[tuple[Kinds, ...]]:
    """Which blocks have members: some class has a truth, some a prediction, and some prediction is 0."""
    truths = "10" if mode == "hard" else "+0"
    for predictions in ("+0", "10") if question.ground.by_probability else ("+0",):
        kinds = [(q, p) for q in truths for p in predictions]
        for size in range(1, len(kinds) + 1):
            for chosen in itertools.combinations(kinds, size):
                if _is_face(chosen, question.ground.by_probability):
                    yield chosen


def _is_face(chosen: tuple[Kinds, ...], by_probability: bool) -> bool:
    truth = [kind for kind in chosen if kind[0] != "0"]
    predicted = [kind for kind in chosen if kind[1] != "0"]
    if not truth or not predicted or len(predicted) == len(chosen):
        return False
    if any(sum(kind[place] == "1" for kind in chosen) > 1 for place in (0, 1)):  # one class at most has it all
        return False
    if truth == [("+", "1")]:  # a truth between 0 and 1 has a second class
        return False
    return not by_probability or predicted != [("1", "+")]  # and so has a prediction


def _blocks(kinds: tuple[Kinds, ...], by_probability: bool) -> list[Block]:
    return [_block(kind, place, by_probability) for place, kind in enumerate(kinds)]


def _block(kinds: Kinds, place: int, by_probability: bool) -> Block:
    is_one = "1" in kinds
    letters = {"q": {"positive": True}, "p": {"positive": True}, "z": {"real": True}}
    name = "p" if by_probability else "z"

    def between(letter: str) -> Expr:
        name = f"{letter}{place}"
        return Symbol(name, **letters[letter]) if is_one else IndexedBase(name, **letters[letter])[j]

    ends = {"0": Integer(0), "1": Integer(1)}
    truth = between("q") if kinds[0] == "+" else ends[kinds[0]]
    nothing = Integer(0) if by_probability else -oo
    prediction = between(name) if kinds[1] == "+" else nothing if kinds[1] == "0" else Integer(1)
    size = Integer(1) if is_one else Symbol(f"C{place}", integer=True, positive=True)
    return Block(kinds, truth, prediction, size)


def _know(question: Question, normal: NormalForm, blocks: list[Block]) -> None:
    """What is known of the blocks' letters: they lie between 0 and 1, and all truths (predictions) sum to 1."""
    question.ground.know_settings(normal)
    for place, name in enumerate(("truth", "prediction") if question.ground.by_probability else ("truth",)):
        between = [block for block in blocks if block.kinds[place] == "+"]
        values = [getattr(block, name) for block in between]
        normal.assume_positive(*(1 - value for value in values))
        for value, block in zip(values, between, strict=True):
            if isinstance(value, Indexed):
                rest = [_sum(other, own.size) for other, own in zip(values, between, strict=True) if own is not block]
                normal.simplex[value] = "q" if name == "truth" else "p"
                normal.sums[value] = 1 - sympy.Add(*rest)
                break


def _sum(value: Expr, size: Expr) -> Expr:
    return Sum(value, (j, 1, size)) if value.has(j) else value * size


def _shift(question: Question, kinds: tuple[Kinds, ...], scale: Expr, offset: Expr) -> Expr | None:
    """The offset on one face, if left = scale * right + offset is proved there."""
    blocks = _blocks(kinds, question.ground.by_probability)
    normal = NormalForm(sizes=frozenset(block.size for block in blocks))
    _know(question, normal, blocks)

    def sign(value: Expr) -> int | None:
        return normal.atoms.sign(normal.reduced(value))

    walk = OverBlocks(question, blocks, sign)
    left, right, shift = (walk.value(formula) for formula in (*question.formulas(), offset))
    if oo in (abs(left), abs(right), abs(shift)):
        agrees = abs(shift) != oo and left == walk.scaled(scale, right)
    else:
        agrees = normal.is_zero(without_extremes(left - scale * right - shift))
    return normal.reduced(shift) if agrees else None


class OverBlocks(Walk):
    """The walk to the boundary, with sums over the classes taken block by block."""

    def __init__(self, question: Question, blocks: list[Block], sign: Sign) -> None:
        super().__init__({}, sign)
        ground = question.ground
        self.blocks, self.truth, self.prediction = blocks, ground.q, ground.letter  # type: ignore[attr-defined]
        happened = [block for block in blocks if block.kinds[0] == "1"]
        self.places: dict[Any, Block] = {ground.y: happened[0]} if happened else {}  # type: ignore[attr-defined]

    def value(self, e: Expr) -> Expr:
        if isinstance(e, Indexed):
            block = self.places[e.indices[0]]
            return block.truth if e.base == self.truth else block.prediction
        if e == CLASSES:
            return sympy.Add(*(block.size for block in self.blocks))
        return e if e.is_Atom else self.walked(e)

    def _sum(self, e: Expr) -> Expr:
        ((index, low, high),) = e.limits
        if low != 1 or high != CLASSES:
            raise Undecided(reason="a sum over other classes")
        before, parts = self.places.get(index), []
        for block in self.blocks:
            self.places[index] = block
            parts.append(self._over(self.value(e.function), block.size))
        if before is None:
            del self.places[index]
        else:
            self.places[index] = before
        return self.added(parts)

    def scaled(self, scale: Expr, value: Expr) -> Expr:
        """A multiple of a value that may be infinite."""
        return value if value not in (oo, -oo) else self.sign(scale) * value

    def _must_vanish(self, factors: Any, values: list[Expr]) -> None:
        own = [(f, v) for f, v in zip(factors, values, strict=True) if f.has(self.prediction)]
        poles = [f for f, v in own if v in (oo, -oo) and not (self.prediction.label.is_positive and is_logarithm(f))]
        if poles and any(v.is_zero for _, v in own):
            raise Undecided(reason="0 · oo")

    def _over(self, value: Expr, size: Expr) -> Expr:
        return value if value in (oo, -oo) else _sum(value, size)
