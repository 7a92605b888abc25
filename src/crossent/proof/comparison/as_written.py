"""A loss in its owner's own letters: the truth y or q, the prediction p, z or m, before any change of variables."""

from __future__ import annotations

from typing import Any

from sympy import IndexedBase, Symbol

from crossent.proof.comparison.side import Side
from crossent.proof.language.coordinates import PREDICTIONS
from crossent.proof.language.symbols import j
from crossent.proof.language.writing import latex, unicode_line
from crossent.proof.rewriting.offsets import in_letters

_ROWS = ("categorical", "labels")


def as_written(side: Side) -> tuple[str, str]:
    """The formula of one row: a line, and LaTeX.

    >>> from crossent.proof.comparison.side import side
    >>> as_written(side("left", "ce"))[0]
    '−Σᵢ qᵢ·log pᵢ'
    """
    formula = in_letters(side.formula(_target(side.loss.target), _prediction(side.loss.prediction)))
    return unicode_line(formula), latex(formula)


def _target(kind: str) -> Any:
    if kind == "class":
        return Symbol("y", integer=True, positive=True)
    if kind in ("classes", "labels", "counts"):
        letter = {"classes": "q", "labels": "y", "counts": "k"}[kind]
        return IndexedBase(letter, positive=True)[j]
    if kind in ("sign", "real"):
        return Symbol("y", real=True)
    return Symbol("y", positive=True)


def _prediction(coordinate: str) -> Any:
    found = PREDICTIONS[coordinate]
    known = {"real": True} if found.domain == "real" else {"positive": True}
    return IndexedBase(found.symbol, **known)[j] if found.of in _ROWS else Symbol(found.symbol, **known)
