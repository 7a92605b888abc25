"""A design as JSON, and back: every value is checked for type and range, unknown keys are refused, nothing is run."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

from crossent import errors
from crossent.fitting.design.calls import CALLS, HIGHEST_DEGREE
from crossent.fitting.design.coding import FULL, REDUCED, VALUE
from crossent.fitting.design.design import Design, Factor, Target, Term

KINDS = ("number", "label", "classes")
ROLES = ("offset", "exposure", "frequency", "weight", "cluster")


def stored(design: Design) -> dict[str, Any]:
    """The design as lists, numbers, text, true, false and null."""
    target = design.target
    return {
        "factors": [
            {
                "column": factor.column, "name": factor.name, "call": factor.call, "numbers": list(factor.numbers),
                "levels": None if factor.levels is None else list(factor.levels),
            }
            for factor in design.factors
        ],
        "terms": [[[number, coding] for number, coding in term] for term in design.terms],
        "intercept": design.intercept,
        "columns": list(design.columns),
        "target": None if target is None else {
            "column": target.column, "family": target.family, "kind": target.kind, "positive": target.positive,
            "levels": list(target.levels), "fractional": target.fractional,
        },
        "trials": design.trials,
        **{role: getattr(design, role) for role in ROLES},
        "formula": design.formula,
    }  # fmt: skip


def restored(document: Any) -> Design:
    """The design of `stored`, or the error that says where the document is not as it was written."""
    keys = ("factors", "terms", "intercept", "columns", "target", "trials", *ROLES, "formula")
    got = _object(document, "design", keys)
    factors = tuple(_factor(each, f"factors[{k}]") for k, each in enumerate(_list(got["factors"], "factors")))
    terms = tuple(_term(each, f"terms[{k}]", factors) for k, each in enumerate(_list(got["terms"], "terms")))
    trials = got["trials"]
    if isinstance(trials, int | float) and not isinstance(trials, bool):
        trials = _number(trials, "trials")
        _must(trials >= 0 and trials == math.floor(trials), "trials", "be a whole number of at least 0", trials)
    else:
        trials = _optional(trials, "trials", _text)
    design = Design(
        factors, terms, _truth(got["intercept"], "intercept"), _optional(got["target"], "target", _target), trials,
        formula=_optional(got["formula"], "formula", _text),
        **{role: _optional(got[role], role, _text) for role in ROLES},
    )  # fmt: skip
    columns = [_text(name, f"columns[{k}]") for k, name in enumerate(_list(got["columns"], "columns"))]
    _must(columns == list(design.columns), "columns", "be the names that follow from the terms", columns)
    return design


def _factor(value: Any, place: str) -> Factor:
    got = _object(value, place, ("column", "name", "call", "numbers", "levels"))
    column, name = _text(got["column"], f"{place}.column"), _text(got["name"], f"{place}.name")
    call = _optional(got["call"], f"{place}.call", _text)
    numbers = tuple(
        _number(each, f"{place}.numbers[{k}]") for k, each in enumerate(_list(got["numbers"], f"{place}.numbers"))
    )
    if got["levels"] is not None:
        levels = _levels(got["levels"], f"{place}.levels")
        _must(len(levels) >= 1, f"{place}.levels", "name a level", got["levels"])
        _must(call is None and not numbers, place, "be a category without a call and numbers", value)
        return Factor(column, name, None, (), levels)
    _must(call is None or call in CALLS, f"{place}.call", f"be one of {', '.join(CALLS)}", call)
    _check_numbers(call, numbers, f"{place}.numbers")
    return Factor(column, name, call, numbers)


def _check_numbers(call: str | None, numbers: tuple[float, ...], place: str) -> None:
    rule = None if call is None else CALLS[call]
    wanted = 0 if rule is None else 1 if rule.degree else len(rule.learned)
    _must(len(numbers) == wanted, place, f"hold {wanted} numbers", numbers)
    if rule is not None and rule.degree:
        degree = numbers[0]
        whole = 1 <= degree <= HIGHEST_DEGREE and degree == math.floor(degree)
        _must(whole, place, f"hold a degree from 1 to {HIGHEST_DEGREE}", numbers)
    if rule is not None and "deviation" in rule.learned:
        _must(numbers[1] > 0, place, "hold a deviation above 0", numbers)


def _term(value: Any, place: str, factors: tuple[Factor, ...]) -> Term:
    parts = []
    for k, each in enumerate(_list(value, place)):
        here = f"{place}[{k}]"
        _must(isinstance(each, list | tuple) and len(each) == 2, here, "be a factor's number and its coding", each)
        number, coding = each
        known = type(number) is int and 0 <= number < len(factors)
        _must(known, here, f"begin with the number of one of {len(factors)} factors", number)
        fits = (VALUE,) if factors[number].levels is None else (FULL, REDUCED)
        _must(coding in fits, here, f"end with {' or '.join(fits)}", coding)
        parts.append((number, coding))
    _must(bool(parts) and len({n for n, _ in parts}) == len(parts), place, "name each of its factors once", value)
    return tuple(parts)


def _target(value: Any, place: str) -> Target:
    got = _object(value, place, ("column", "family", "kind", "positive", "levels", "fractional"))
    kind = _text(got["kind"], f"{place}.kind")
    _must(kind in KINDS, f"{place}.kind", f"be one of {', '.join(KINDS)}", kind)
    positive = _optional(got["positive"], f"{place}.positive", _text)
    _must((kind == "label") == (positive is not None), f"{place}.positive", "be there for labels only", positive)
    levels = _levels(got["levels"], f"{place}.levels")
    _must(kind != "classes" or len(levels) >= 2, f"{place}.levels", "name at least two classes", levels)
    return Target(
        _text(got["column"], f"{place}.column"), _text(got["family"], f"{place}.family"), kind, positive, levels,
        _truth(got["fractional"], f"{place}.fractional"),
    )  # fmt: skip


def _levels(value: Any, place: str) -> tuple[str, ...]:
    levels = tuple(_text(each, f"{place}[{k}]") for k, each in enumerate(_list(value, place)))
    _must(len(set(levels)) == len(levels), place, "name each level once", value)
    return levels


# --- types ------------------------------------------------------------------------------------------------------------


def _must(holds: bool, place: str, must: str, came: object) -> None:
    if not holds:
        raise errors.design_stored_invalid(place, must, came)


def _object(value: Any, place: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
    _must(isinstance(value, Mapping), place, "be an object", value)
    for key in keys:
        _must(key in value, place, f"have {key!r}", list(value))
    for key in value:
        _must(key in keys, place, f"have no {key!r}", key)
    found: Mapping[str, Any] = value
    return found


def _list(value: Any, place: str) -> list[Any]:
    _must(isinstance(value, list | tuple), place, "be a list", value)
    return list(value)


def _text(value: Any, place: str) -> str:
    _must(isinstance(value, str), place, "be text", value)
    return str(value)


def _number(value: Any, place: str) -> float:
    right = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
    _must(right, place, "be a finite number", value)
    return float(value)


def _truth(value: Any, place: str) -> bool:
    _must(isinstance(value, bool), place, "be true or false", value)
    return bool(value)


def _optional(value: Any, place: str, read: Callable[[Any, str], Any]) -> Any:
    return None if value is None else read(value, place)
