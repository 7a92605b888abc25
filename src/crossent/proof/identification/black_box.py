"""Calling a function that nobody can look into: in which order, with what arrays, and what one row of it is.

A function that returns one number for a batch is asked row by row; where it refuses a single row (a metric that wants
to see every label), beside rows whose share is known.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crossent.proof.identification.inputs import Array, Inputs

FEW = 6
REDUCED = ("none", "mean", "sum")
# What a batch returns -> how to get the mean of the rows' losses back from it.
_INVERSES: dict[str, Callable[[Any, int], Any]] = {
    "mean": lambda value, n: value,
    "sum": lambda value, n: value / n,
    "sqrt of the mean": lambda value, n: value**2,
    "exp of the mean": lambda value, n: np.log(value),
}


class Refused(Exception):
    """The function did not answer this kind of input; the text says what happened."""

    @classmethod
    def by(cls, reason: Exception) -> Refused:
        """The first line of what the function raised."""
        text = " ".join(str(reason).split())
        shown = text if len(text) <= 160 else text[:157] + "..."
        return cls(f"{type(reason).__name__}: {shown}")


@dataclass(frozen=True)
class Way:
    """How a function is called: target first or not, with which arrays, and how its answer is reduced."""

    function: Callable[..., Any]
    target_first: bool
    arrays: str  # numpy | torch | numbers
    reduction: str = "none"
    beside: Inputs | None = None  # rows without which it does not answer
    precise: bool = True  # answers in float64

    @property
    def tolerance(self) -> float:
        """How large the largest difference may be that is rounding only."""
        return 1e-11 if self.precise else 1e-4

    @property
    def nice(self) -> float:
        """How near a scale must be to a simple number to be taken for it."""
        return 1e-11 if self.precise else 1e-5

    @property
    def arguments(self) -> tuple[str, str]:
        return ("target", "prediction") if self.target_first else ("prediction", "target")

    def values(self, inputs: Inputs) -> Array:
        """The loss of each row."""
        with np.errstate(all="ignore"):  # what overflows is infinite, and is looked at
            return self._values(inputs)

    def _values(self, inputs: Inputs) -> Array:
        if self.arrays == "numbers":
            return np.array([self._number(inputs, row) for row in range(len(inputs))])
        if self.reduction == "none":
            return _rowwise(self.batch(inputs), len(inputs))
        return self.shares(self.one_by_one(inputs), self.reduction)

    def one_by_one(self, inputs: Inputs) -> Array:
        """What the function returns for each row alone, or for each beside the rows it cannot do without."""
        rows = (inputs.rows([row]) for row in range(len(inputs)))
        return np.array([self.batch(row if self.beside is None else _joined(self.beside, row)) for row in rows])

    def shares(self, answers: Array, reduction: str) -> Array:
        """The loss of each row, from what `one_by_one` returned."""
        inverse = _INVERSES[reduction]
        if self.beside is None:
            return np.asarray(inverse(answers, 1))
        known = len(self.beside)
        return np.asarray((known + 1) * inverse(answers, known + 1) - known * inverse(self.batch(self.beside), known))

    def batch(self, inputs: Inputs) -> Any:
        """What the function returns for these rows, as NumPy."""
        return self._called(_as(inputs.target, self.arrays), _as(inputs.prediction, self.arrays))

    def _number(self, inputs: Inputs, row: int) -> float:
        target, prediction = inputs.target[row], inputs.prediction[row]
        plain = [value.item() if np.ndim(value) == 0 else value.tolist() for value in (target, prediction)]
        answer = self._called(*plain)
        if np.ndim(answer):
            reason = f"it returned an array of shape {answer.shape} for one row"
            raise Refused(reason)
        return float(answer)

    def _called(self, target: Any, prediction: Any) -> Any:
        given = (target, prediction) if self.target_first else (prediction, target)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # of foreign code, on inputs that are meant to be hard
            try:
                return _plain(self.function(*given))
            except Exception as reason:
                raise Refused.by(reason) from reason


def ways(function: Callable[..., Any], inputs: Inputs) -> Iterator[Way | Refused]:
    """Every way in which the function answers inputs of this kind; or why it does not."""
    styles = ["numpy", *(["torch"] if "torch" in sys.modules else []), "numbers"]
    for target_first in (True, False):
        refused = []
        for arrays in styles:
            try:
                yield _way(Way(function, target_first, arrays), inputs)
                break
            except Refused as reason:
                refused.append(reason)
        else:
            yield refused[1 if len(refused) == 3 and _is_of_torch(function) else 0]


def _way(way: Way, inputs: Inputs) -> Way:
    few = inputs.rows(slice(0, FEW))
    if way.arrays == "numbers":
        way._number(few, 0)
        return way
    answer = way.batch(few)
    way = replace(way, precise=answer.dtype != np.float32)
    if np.ndim(answer) > 0:
        _rowwise(answer, len(few))
        return way
    for beside in (None, _one_of_each(inputs)):
        reduced = replace(way, reduction="mean", beside=beside)
        try:
            alone = reduced.one_by_one(few)
            with np.errstate(all="ignore"):
                for reduction, inverse in _INVERSES.items():
                    rows, mean = reduced.shares(alone, reduction), inverse(answer, len(few))
                    if np.isclose(rows.mean(), mean, rtol=1e-9 if way.precise else 1e-4, atol=0):
                        return replace(reduced, reduction=reduction)
        except Refused:
            continue  # a single row is too little for it: beside others, perhaps
    reason = "the number that it returns for several rows is not a mean or a sum of theirs"
    raise Refused(reason)


def _one_of_each(inputs: Inputs) -> Inputs:
    """Two rows of each target, so that no label is missing."""
    places = [np.flatnonzero(inputs.group == k)[:2] for k in range(min(inputs.group.max() + 1, 8))]
    return inputs.rows(np.concatenate(places))


def _joined(one: Inputs, other: Inputs) -> Inputs:
    both = [np.concatenate(pair) for pair in ((one.target, other.target), (one.prediction, other.prediction))]
    return Inputs(one.kind, both[0], both[1], np.concatenate([one.group, other.group]))


@np.errstate(all="ignore")
def _rowwise(answer: Any, rows: int) -> Array:
    if answer.shape == (rows,):
        return np.asarray(answer, dtype=float)
    if answer.ndim == 2 and answer.shape[0] == rows:  # one number a class, or a column
        return np.asarray(answer, dtype=float).sum(axis=1)
    reason = f"it returned an array of shape {answer.shape} for {rows} rows"
    raise Refused(reason)


def _as(values: Array, arrays: str) -> Any:
    if arrays == "numpy":
        return values.copy()
    return sys.modules["torch"].tensor(values.copy())


def _plain(answer: Any) -> Any:
    if hasattr(answer, "detach"):
        answer = answer.detach().cpu().numpy()
    found = np.asarray(answer)
    if found.dtype.kind not in "fiub":
        reason = f"it returned a {type(answer).__name__}, which is no number and no array of numbers"
        raise TypeError(reason)
    return found if found.dtype.kind == "f" else found.astype(float)


def _is_of_torch(function: Any) -> bool:
    home = getattr(function, "__module__", None) or type(function).__module__
    return str(home).partition(".")[0] == "torch"
