"""The verdict line: what holds, and on which part where not everywhere."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr

from crossent.proof.language.writing import unicode_line
from crossent.proof.results import AFFINE, EQUAL, NEGATED


def relation_words(left: str, right: str, scale: Expr, offset: Expr) -> str:
    """left = scale · right + offset, without a scale of one and an offset of nothing."""
    factor = "" if scale == 1 else "−" if scale == -1 else f"{_factor(scale)} · "
    shift = "" if offset == 0 else _signed(offset)
    return f"{left} = {factor}{right}{shift}"


def _factor(scale: Expr) -> str:
    text = unicode_line(scale)
    return f"({text})" if scale.is_Add else text


def _signed(offset: Expr) -> str:
    text = unicode_line(offset)
    if isinstance(offset, sympy.Piecewise):
        return f" + {text}"
    return (
        f" − {text[1:]}"
        if text.startswith("−") and not offset.is_Add
        else f" + {text}"
        if not text.startswith("−")
        else f" − {_rest(offset)}"
    )


def _rest(offset: Expr) -> str:
    negated = unicode_line(-offset)
    return f"({negated})" if offset.is_Add else negated


def whole(verdict: str, words: str, covered: str, is_formula: bool) -> str:
    """equal, affine, negated; after a formula, what is covered stands behind a comma."""
    comma = "," if is_formula and not covered.startswith(",") else ""
    return f"{verdict}: {words}{comma}{covered}"


def different(parts: list[str]) -> str:
    """different, and where it is not."""
    return "different" + (f": {'; '.join(parts)}" if parts else "")


def part_words(verdict: str, words: str, where: str) -> str:
    """The agreement on a part of the domain."""
    if verdict == EQUAL:
        return f"equal {where}"
    return f"{'affine' if verdict == AFFINE else 'negated' if verdict == NEGATED else verdict} {where} ({words})"


def condition_words(condition: Any) -> str:
    """A condition as a reader writes it."""
    if isinstance(condition, sympy.And):
        return " and ".join(condition_words(part) for part in condition.args)
    if isinstance(condition, sympy.Or):
        return " or ".join(condition_words(part) for part in condition.args)
    signs = {sympy.Gt: ">", sympy.Ge: "≥", sympy.Lt: "<", sympy.Le: "≤", sympy.Eq: "=", sympy.Ne: "≠"}
    if isinstance(condition, sympy.Not):
        return f"not ({condition_words(condition.args[0])})"
    left, right, sign = condition.lhs, condition.rhs, signs[condition.func]
    if left.is_number or (right.has(sympy.Abs) and not left.has(sympy.Abs)):
        left, right = right, left
        sign = {">": "<", "≥": "≤", "<": ">", "≤": "≥"}.get(sign, sign)
    return f"{unicode_line(left)} {sign} {unicode_line(right)}"
