"""Formulas over a row of classes, for any number C of classes.

A formula names the row once and the whole of it is meant: `total(xlogy(q, p))` is the sum over the classes j of
q_j log p_j. What a row is depends on the reading: the last axis of a NumPy array, a `Row` of numbers or expressions
where C is given, or, for every C at once, a SymPy expression in the index `j`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossent import vocabulary
from crossent.vocabulary.dispatch import reading_of


@dataclass(frozen=True)
class Row:
    """The numbers or expressions of the C classes; arithmetic and vocabulary act on each."""

    values: tuple[Any, ...]

    @classmethod
    def of(cls, values: Iterable[Any]) -> Row:
        return cls(tuple(values))

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __getitem__(self, j: int) -> Any:
        return self.values[j]

    def __neg__(self) -> Row:
        return Row.of(-value for value in self.values)


def _each(function: Callable[..., Any], *arguments: Any) -> Row:
    classes = next(len(argument) for argument in arguments if isinstance(argument, Row))
    columns = [argument if isinstance(argument, Row) else [argument] * classes for argument in arguments]
    return Row.of(function(*values) for values in zip(*columns, strict=True))


def _operate(name: str) -> None:
    act = getattr(operator, name)
    setattr(Row, f"__{name.strip('_')}__", lambda self, other: _each(act, self, other))
    if name not in ("lt", "le", "gt", "ge"):
        setattr(Row, f"__r{name.strip('_')}__", lambda self, other: _each(act, other, self))


for _name in ("add", "sub", "mul", "truediv", "pow", "and_", "lt", "le", "gt", "ge"):
    _operate(_name)


class _RowReading:
    """The vocabulary on rows: each function on each class, in the reading of what stands there."""

    def __getattr__(self, name: str) -> Callable[..., Row]:
        function = getattr(vocabulary, name)
        return lambda *arguments: _each(function, *arguments)


Row.reading = _RowReading()  # type: ignore[attr-defined] # where the vocabulary looks for it


def _is_symbolic(value: Any) -> bool:
    return getattr(reading_of(value), "__name__", "").endswith(".symbolic")


def _traced(name: str, row: Any) -> Any:
    """What a traced row, whose classes are not known yet, does for itself; None for every other row."""
    return getattr(reading_of(row), name, None)


def total(row: Any) -> Any:
    """The sum over the classes."""
    if isinstance(row, Row):
        return sum(row.values[1:], row.values[0])
    if traced := _traced("total", row):
        return traced(row)
    if _is_symbolic(row):
        from crossent.proof.language import symbols

        return symbols.sum_over_classes(row)
    return np.sum(row, axis=-1, keepdims=False)


def spread(value: Any, row: Any) -> Any:
    """One number for each row beside the classes of `row`, so that the two can be added."""
    return np.expand_dims(value, -1) if isinstance(row, np.ndarray) else value


def own(row: Any, y: Any) -> Any:
    """The entry of the class y that happened."""
    if isinstance(row, Row):
        return row[int(y)]
    if traced := _traced("own", row):
        return traced(row, y)
    if _is_symbolic(row):
        from crossent.proof.language import symbols

        return symbols.at_class(row, y)
    return np.take_along_axis(np.asarray(row), np.expand_dims(np.asarray(y, dtype=np.intp), -1), axis=-1)[..., 0]


def number_of_classes(row: Any) -> Any:
    """C."""
    if isinstance(row, Row):
        return len(row)
    if traced := _traced("number_of_classes", row):
        return traced(row)
    if _is_symbolic(row):
        from crossent.proof.language import symbols

        return symbols.CLASSES
    return np.shape(row)[-1]


def log_softmax(z: Any) -> Any:
    """z_j - log sum_k exp(z_k): the logarithm of the predicted probability of each class."""
    return z - spread(vocabulary.log(total(vocabulary.exp(z))), z)


def softmax(z: Any) -> Any:
    """exp(z_j) / sum_k exp(z_k): the predicted probability of each class."""
    return vocabulary.exp(z) / spread(total(vocabulary.exp(z)), z)
