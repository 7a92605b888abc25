"""The ground on which two losses meet: one target and one predicted distribution, in the letters of one coordinate.

A loss is a function of (target, predicted distribution). A ground hands each side its target and its prediction in the
side's own coordinates; the changes of variables that takes are kept by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Expr, IndexedBase, Integer, Symbol, oo

from crossent.proof.comparison.extended import value_at
from crossent.proof.comparison.side import Side
from crossent.proof.language.coordinates import PREDICTIONS
from crossent.proof.language.named_loss import NamedLoss
from crossent.proof.language.over_classes import Row, total
from crossent.proof.language.symbols import CLASSES, j
from crossent.proof.rewriting.normal_form import NormalForm
from crossent.vocabulary import log

Y_SHARE = Symbol("y", positive=True)
P = Symbol("p", positive=True)
Z = Symbol("z", real=True)
ROWS = Symbol("N", positive=True)  # the number of rows
AT_INFINITY = "z = −∞ and z = +∞ (p = sigmoid(z))"
N_DRAWS = Symbol("n", positive=True)


@dataclass
class Ground:
    """What the grounds share: letters, and what is known of them."""

    sides: tuple[Side, Side]
    changes: list[str] = field(default_factory=list)  # the named changes of variables
    conditions: list[str] = field(default_factory=list)
    domain: str = ""
    soft_too: bool = True
    reaches_boundary: bool = False
    by_probability: bool = True  # no side takes logits, so that the boundary is part of the domain
    count: Expr = N_DRAWS  # of draws, where counts are compared with shares
    hard_words: str = ""
    boundary_words: str = ""

    target_bases: frozenset[Any] = frozenset()
    prediction_bases: frozenset[Any] = frozenset()

    def normal(self, hard: bool = False) -> NormalForm:
        """A normal form that knows this ground's letters."""
        made = NormalForm()
        self._know(made, hard)
        self.know_settings(made)
        return made

    def know_settings(self, made: NormalForm) -> None:
        """Tell a normal form what the settings' domains say."""
        for side in self.sides:
            for setting in side.loss.settings:
                if setting.domain in ("unit", "open_unit") and setting.name in side.held:
                    made.assume_positive(1 - side.held[setting.name])

    @property
    def has_boundary(self) -> bool:
        """Whether the domain has a boundary at which the two are compared."""
        return self.reaches_boundary

    def _know(self, made: NormalForm, hard: bool) -> None:
        raise NotImplementedError

    def free_counts(self) -> tuple[Symbol, ...]:
        """Numbers of draws and of rows that no side's setting names."""
        named = {value for side in self.sides for value in side.settings.values()}
        draws = (N_DRAWS,) if getattr(self, "counting", False) and N_DRAWS not in named else ()
        return (*draws, ROWS) if any(side.loss.asked_reduction for side in self.sides) else draws

    def read(self, side: Side, formula: Any = None) -> Expr:
        """The side's loss in this ground's letters."""
        raise NotImplementedError

    def hard(self, side: Side) -> list[tuple[str, Expr]]:
        """The side's loss at each kind of hard target: words and formula."""
        raise NotImplementedError

    def boundary(self, side: Side) -> Iterator[tuple[str, bool, Mapping[Any, Expr], Expr]]:
        """Where the domain ends: words, whether the target is hard, the letters' values, the side's formula."""
        yield from ()


def _raw_of(prediction: str, raw: Any) -> Any:
    return PREDICTIONS[prediction].from_raw(raw)


def _change(ground: Ground, words: str) -> None:
    if words and words not in ground.changes:
        ground.changes.append(words)


class BinaryGround(Ground):
    """A yes or no: y the truth's share of yes, p the predicted one, z its log-odds. Two classes are one such."""

    def __init__(self, sides: tuple[Side, Side]) -> None:
        super().__init__(sides)
        kinds = {PREDICTIONS[side.loss.prediction].of for side in sides}
        self.by_probability = all(side.loss.prediction.endswith(".probs") for side in sides)
        self.letter = P if self.by_probability else Z
        self.counting = any(side.loss.target in ("count", "counts") for side in sides)
        self.count = next((s.settings["total_count"] for s in sides if "total_count" in s.settings), N_DRAWS)
        self.soft_too = all(side.loss.soft and side.loss.target != "class" for side in sides)
        self.reaches_boundary = True
        self.target_bases, self.prediction_bases = frozenset((Y_SHARE,)), frozenset((self.letter,))
        self.hard_words = "y = 0, 1"
        self.boundary_words = "p = 0 and p = 1" + ("" if self.by_probability else f", {AT_INFINITY}")
        reach = "0 ≤ p ≤ 1" if self.by_probability else "every finite log-odds z"
        self.domain = f"0 ≤ y ≤ 1, {reach}" if self.soft_too else f"y = 0 or 1, {reach}"
        if "categorical" in kinds:
            _change(
                self,
                "C = 2: q = (1 − y, y), p = (1 − p, p)" if self.by_probability else "C = 2: q = (1 − y, y), z = (0, z)",
            )
            self.conditions.append("two classes, C = 2")
        if not self.by_probability:
            for side in sides:
                words = PREDICTIONS[side.loss.prediction].words
                if "logits" not in side.loss.prediction or "half" in side.loss.prediction:
                    _change(
                        self,
                        words if "categorical" not in side.loss.prediction else "p = softmax(0, z), so p₂ = sigmoid(z)",
                    )
        if any(side.loss.target == "sign" for side in sides) and any(side.loss.target != "sign" for side in sides):
            _change(self, "labels −1, +1 are 2y − 1")
        if self.counting:
            _change(self, "y = k/n, the share of the n trials")
            self.conditions.append("n held fixed")

    def _know(self, made: NormalForm, hard: bool) -> None:
        if self.by_probability:
            made.assume_positive(1 - P)
        if not hard:
            made.assume_positive(1 - Y_SHARE)

    def _target(self, loss: NamedLoss, y: Expr) -> Any:
        kind = loss.target
        if kind == "binary":
            return y
        if kind == "sign":
            return 2 * y - 1
        if kind == "count":
            return self.count * y
        if kind == "labels":
            return Row((y,))
        share = (1 - y, y)
        return Row(tuple(self.count * part for part in share)) if kind == "counts" else Row(share)

    def _prediction(self, loss: NamedLoss) -> Any:
        of = loss.prediction.partition(".")[0]
        if of == "categorical":
            if self.by_probability:
                return Row((1 - P, P))
            return _raw_of(loss.prediction, Row((Integer(0), Z)))
        one = P if self.by_probability else _raw_of(loss.prediction, Z)
        return Row((one,)) if of == "labels" else one

    def read(self, side: Side, formula: Any = None) -> Expr:
        return self._read_with(side, self._prediction(side.loss), formula)

    def _read_with(self, side: Side, prediction: Any, formula: Any = None) -> Expr:
        if side.loss.target == "class":  # only y = 0 and y = 1 mean anything here
            no, yes = (side.formula(k, prediction, formula) for k in (0, 1))
            return sympy.sympify((1 - Y_SHARE) * no + Y_SHARE * yes)
        return sympy.sympify(side.formula(self._target(side.loss, Y_SHARE), prediction, formula))

    def hard(self, side: Side) -> list[tuple[str, Expr]]:
        formula = self.read(side)
        return [(f"y = {k}", value_at(formula, {Y_SHARE: Integer(k)})) for k in (0, 1)]

    def boundary(self, side: Side) -> Iterator[tuple[str, bool, Mapping[Any, Expr], Expr]]:
        for p, z in ((0, "−∞"), (1, "+∞")):
            where = f"p = {p}" if self.by_probability else f"z = {z}"
            letters, prediction = self._certain(side.loss, p)
            formula = self._read_with(side, prediction)
            for k in (0, 1):
                yield f"y = {k}, {where}", True, {**letters, Y_SHARE: Integer(k)}, formula
            if self.soft_too:
                yield f"0 < y < 1, {where}", False, letters, formula

    def _certain(self, loss: NamedLoss, p: int) -> tuple[dict[Any, Expr], Any]:
        """What is sure: each coordinate of the distribution (1 − p, p) as it is there, logits as (0, −oo), (−oo, 0).

        Of the rows (0, z) and (−z, 0), which are one distribution, it is the one whose largest logit stays finite.
        """
        of, _, coordinate = loss.prediction.partition(".")
        if coordinate in ("probs", "log_probs"):
            row = Row((1 - P, P))
            shown = row if of == "categorical" else Row((P,)) if of == "labels" else P
            return {P: Integer(p)}, log(shown) if coordinate == "log_probs" else shown
        if of == "categorical":
            return {Z: oo if p else -oo}, Row((-Z, Integer(0)) if p else (Integer(0), Z))
        one = _raw_of(loss.prediction, Z)
        return {Z: oo if p else -oo}, Row((one,)) if of == "labels" else one


class RowGround(Ground):
    """What the grounds over rows share: a letter for the truth's row and one for the predicted one."""

    def __init__(self, sides: tuple[Side, Side], truth: str, by_probability: bool) -> None:
        super().__init__(sides)
        self.by_probability = by_probability
        self.q = IndexedBase(truth, positive=True)
        self.letter = IndexedBase("p", positive=True) if by_probability else IndexedBase("z", real=True)
        self.target_bases = frozenset((self.q, Symbol("y", integer=True, positive=True)))
        self.prediction_bases = frozenset((self.letter,))

    def _prediction(self, loss: NamedLoss) -> Any:
        coordinate = loss.prediction.partition(".")[2]
        if self.by_probability:
            return sympy.log(self.letter[j]) if coordinate == "log_probs" else self.letter[j]
        return _raw_of(loss.prediction, self.letter[j])


class ClassGround(RowGround):
    """One of C classes, for every C: q the truth, p the model's probabilities or z its logits."""

    y = Symbol("y", integer=True, positive=True)

    def __init__(self, sides: tuple[Side, Side]) -> None:
        coordinates = {side.loss.prediction for side in sides}
        super().__init__(sides, "q", coordinates <= {"categorical.probs", "categorical.log_probs"})
        self.soft_too = all(side.loss.soft and side.loss.target != "class" for side in sides)
        self.hard_words = "q a unit row"
        where = "some p_j = 0" if self.by_probability else "some p_j = 0, z_j = −∞"
        self.boundary_words = where
        self.reaches_boundary = all(coordinate.startswith("categorical") for coordinate in coordinates)
        where = "every row p of probabilities" if self.by_probability else "every row z of finite logits"
        self.domain = f"every C ≥ 2, {'every row q of probabilities' if self.soft_too else 'one class y'}, {where}"
        self.counting = any(side.loss.target == "counts" for side in sides)
        self.count = next((s.settings["total_count"] for s in sides if "total_count" in s.settings), N_DRAWS)
        if len(coordinates) > 1:
            for side in sides:
                if side.loss.prediction in ("categorical.probs", "categorical.log_probs"):
                    _change(self, PREDICTIONS[side.loss.prediction].words)
        if {side.loss.target for side in sides} >= {"class", "classes"}:
            _change(self, "the class y is the unit row q with a one at y")
        if any(side.loss.target == "counts" for side in sides):
            _change(self, "q = k/n, the shares of the n draws")
            self.conditions.append("n held fixed")
        if any(side.loss.prediction.startswith("labels") for side in sides):
            _change(self, "both take the same row z")
            self.conditions.append("compared in the row z, on the targets of one class")

    def _know(self, made: NormalForm, hard: bool) -> None:
        if hard:
            made.hard[self.q[j]] = self.y
        else:
            made.simplex[self.q[j]] = "q"
            made.assume_positive(1 - self.q[j])
        if self.by_probability:
            made.simplex[self.letter[j]] = "p"
            made.assume_positive(1 - self.letter[j], 1 - self.letter[self.y])

    def read(self, side: Side, formula: Any = None) -> Expr:
        kind = side.loss.target
        target = self.y if kind == "class" else self.q[j] * self.count if kind == "counts" else self.q[j]
        return sympy.sympify(side.formula(target, self._prediction(side.loss), formula))

    def hard(self, side: Side) -> list[tuple[str, Expr]]:
        return [("one class y", self.read(side))]


class LabelGround(RowGround):
    """C yes or no at once: y_j the share of yes of each label; a loss of one yes or no is averaged over the labels."""

    def __init__(self, sides: tuple[Side, Side]) -> None:
        super().__init__(sides, "y", all(side.loss.prediction.endswith(".probs") for side in sides))
        self.soft_too = all(side.loss.soft for side in sides)
        self.hard_words = "every y_j = 0, 1"
        where = "0 < p_j < 1" if self.by_probability else "every row z of finite log-odds"
        self.domain = f"every C ≥ 1, {'0 ≤ y_j ≤ 1' if self.soft_too else 'y_j = 0 or 1'}, {where}"
        for side in sides:
            if side.loss.prediction.startswith("bernoulli"):
                _change(self, f"{side.text} of each label, averaged over the C labels")
                self.conditions.append(f"{side.text} averaged over the labels")
            if not self.by_probability and side.loss.prediction.endswith(".probs"):
                _change(self, PREDICTIONS[side.loss.prediction].words)

    def _know(self, made: NormalForm, hard: bool) -> None:
        if hard:
            made.hard[self.q[j]] = None
        else:
            made.assume_positive(1 - self.q[j])
        if self.by_probability:
            made.assume_positive(1 - self.letter[j])

    def read(self, side: Side, formula: Any = None) -> Expr:
        target = 2 * self.q[j] - 1 if side.loss.target == "sign" else self.q[j]
        value = side.formula(target, self._prediction(side.loss), formula)
        return sympy.sympify(total(value) / CLASSES if side.loss.prediction.startswith("bernoulli") else value)

    def hard(self, side: Side) -> list[tuple[str, Expr]]:
        return [("every y_j = 0 or 1", self.read(side))]


class NumberGround(Ground):
    """A number y and a predicted one: a location m on the real line, or a mean m > 0 or its logarithm e."""

    def __init__(self, sides: tuple[Side, Side]) -> None:
        super().__init__(sides, soft_too=False)
        targets = {side.loss.target for side in sides}
        kinds = {side.loss.prediction for side in sides}
        self.y = Symbol("y", real=True) if targets == {"real"} else Symbol("y", positive=True)
        if kinds == {"location"}:
            self.letter, where = Symbol("m", real=True), "every real m"
        elif kinds == {"log_rate"}:
            self.letter, where = Symbol("e", real=True), "every real e"
        else:
            self.letter, where = Symbol("m", positive=True), "m > 0"
        if "log_rate" in kinds and len(kinds) > 1:
            _change(self, "m = exp(e)")
        self.kinds = kinds
        self.has_zero = targets <= {"count", "nonnegative", "real"} and targets != {"real"}
        y_words = {"real": "every real y", "count": "y = 0, 1, 2, …", "nonnegative": "y ≥ 0", "positive": "y > 0"}
        narrowest = next(kind for kind in ("count", "positive", "nonnegative", "real") if kind in targets)
        self.domain = f"{y_words[narrowest]}, {where}"
        self.hard_words, self.boundary_words = y_words[narrowest], "y = 0"
        self.target_bases, self.prediction_bases = frozenset((self.y,)), frozenset((self.letter,))

    def _know(self, made: NormalForm, hard: bool) -> None:
        pass

    def _prediction(self, loss: NamedLoss) -> Expr:
        if loss.prediction == "log_rate":
            return self.letter if self.kinds == {"log_rate"} else sympy.log(self.letter)
        return self.letter

    def read(self, side: Side, formula: Any = None) -> Expr:
        return sympy.sympify(side.formula(self.y, self._prediction(side.loss), formula))

    @property
    def has_boundary(self) -> bool:
        return self.has_zero

    def hard(self, side: Side) -> list[tuple[str, Expr]]:
        return [(self.hard_words, self.read(side))]

    def boundary(self, side: Side) -> Iterator[tuple[str, bool, Mapping[Any, Expr], Expr]]:
        if self.has_zero:
            yield "y = 0", True, {self.y: Integer(0)}, self.read(side)
