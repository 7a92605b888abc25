"""Finding a named loss from text: `bce`, `focal(gamma=2)`, `torch.nn.PoissonNLLLoss(full=True, reduction="sum")`.

The text is never run: the name is matched against a pattern, the rest is read as a tree of which only keywords with
numbers, words and truth values are taken.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy

from crossent import errors
from crossent.proof.language.named_loss import NamedLoss, Setting
from crossent.proof.rosetta.catalogue import ROSETTA

LONGEST = 2000
LARGEST_EXPONENT = 400  # of a number as a power of ten: beyond, no float is
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[.:-][A-Za-z0-9_]+)*")
_NUMBER = re.compile(r"(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?")

# domain of a setting: the words, and the test of an exact number
DOMAINS = {
    "real": ("that is finite", lambda value: True),
    "positive": ("above 0", lambda value: value > 0),
    "nonnegative": ("at least 0", lambda value: value >= 0),
    "unit": ("in [0, 1]", lambda value: 0 <= value <= 1),
    "open_unit": ("above 0 and below 1", lambda value: 0 < value < 1),
    "count": ("a whole number of at least 0", lambda value: value >= 0 and value.is_integer),
    "one_or_two": ("1 or 2", lambda value: value in (1, 2)),
    "one_to_two": ("above 1 and below 2", lambda value: 1 < value < 2),
}

Found = tuple[NamedLoss, dict[str, Any], dict[str, Any]]


def find(text: str) -> Found:
    """The loss that a text names, its settings as exact numbers, and its choices; defaults are filled in.

    A setting without a default that the text does not give stays away: it is a symbol, held fixed. A reduction that
    the text names is the loss's `reduction`, and its `asked_reduction`.

    Errors: UsageError if the name is unknown (near names are listed), if the text is anything but a name or a call of
    one with keywords, or if a keyword or its value is not one that the loss takes.

    >>> loss, settings, choices = find("torch.nn.PoissonNLLLoss(log_input=False, eps=0.1)")
    >>> settings, choices
    ({'eps': 1/10}, {'full': False})
    """
    name, given = _parse(text)
    return _complete(_entry(name, given), given)


def _parse(text: str) -> tuple[str, dict[str, Any]]:
    if len(text) > LONGEST:
        raise errors.loss_text_too_long(len(text), LONGEST)
    name, bracket, rest = text.partition("(")
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise errors.loss_text_unreadable(text, "no name stands first")
    return name, dict(_keywords(text, bracket + rest)) if bracket else {}


def _keywords(text: str, arguments: str) -> Iterator[tuple[str, Any]]:
    source = "f" + arguments.strip()
    try:
        call = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as reason:
        raise errors.loss_text_unreadable(text, "its brackets hold something else") from reason
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "f":
        raise errors.loss_text_unreadable(text, "more follows the brackets")
    if call.args:
        raise errors.loss_text_unreadable(text, "an argument has no keyword")
    seen: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in seen:
            raise errors.loss_text_unreadable(text, "keywords are spread or repeated")
        seen.add(keyword.arg)
        yield keyword.arg, _constant(text, source, keyword.arg, keyword.value)


def _constant(text: str, source: str, name: str, node: ast.expr) -> Any:
    """A truth value, a word, or the exact number that the decimal digits say."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | str):
        return node.value
    sign = -1 if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else 1
    number = node.operand if sign < 0 and isinstance(node, ast.UnaryOp) else node
    digits = (ast.get_source_segment(source, number) or "") if isinstance(number, ast.Constant) else ""
    if not _NUMBER.fullmatch(digits):
        raise errors.loss_text_unreadable(text, f"{name} is neither a number nor a word")
    value = Decimal(digits)
    if abs(value.adjusted()) > LARGEST_EXPONENT or len(digits) > LARGEST_EXPONENT:
        raise errors.loss_text_unreadable(text, f"{name} is beyond the numbers that computers hold")
    return _exact(sign * Fraction(digits))


# -- which entry ---------------------------------------------------------------------------------------------------


def _index() -> dict[str, str]:
    """Every name and alias -> the name in ROSETTA."""
    names = {alias: name for name, loss in ROSETTA.items() for alias in loss.aliases}
    return names | {name: name for name in ROSETTA}


_NAMES = _index()


def _entry(name: str, given: dict[str, Any]) -> NamedLoss:
    """By its name, an alias, the end of a dotted name if only one has it, or any of these in another case."""
    for exact in (True, False):
        known = {spelled if exact else spelled.casefold(): entry for spelled, entry in _NAMES.items()}
        asked = name if exact else name.casefold()
        if asked in known:
            return _variant(known[asked], given)
        ends = {entry for spelled, entry in known.items() if "(" not in spelled and _ends_with(spelled, asked)}
        if len(ends) > 1:
            raise errors.loss_name_ambiguous(name, sorted(ends))
        if ends:
            return _variant(min(ends), given)
    raise errors.unknown_loss(name, _NAMES)


def _ends_with(spelled: str, asked: str) -> bool:
    return spelled.endswith(asked) and spelled[: -len(asked)].endswith(".")


def _variant(entry: str, given: dict[str, Any]) -> NamedLoss:
    """The entry for these keywords, where some of them choose among entries: PoissonNLLLoss(log_input=False)."""
    base = entry.partition("(")[0]
    for keyword, value in given.items():
        if f"{base}({keyword}={value!r})" in _NAMES:
            del given[keyword]
            return ROSETTA[_NAMES[f"{base}({keyword}={value!r})"]]
        if f"{base}({keyword}=...)" in _NAMES:
            return ROSETTA[_NAMES[f"{base}({keyword}=...)"]]
    return ROSETTA[entry]


# -- its keywords ------------------------------------------------------------------------------------------------------


def complete(loss: NamedLoss, given: dict[str, Any] | None = None) -> Found:
    """A loss with what was given of its keywords, checked, and the defaults of the rest."""
    return _complete(loss, dict(given or {}))


def _complete(loss: NamedLoss, given: dict[str, Any]) -> Found:
    loss = _reduced(loss, given)
    known = [s.name for s in loss.settings] + [c.name for c in loss.choices] + ["reduction"] * bool(loss.reductions)
    for name in given:
        if name not in known:
            raise errors.unknown_keyword(loss.name, name, known)
    settings = {s.name: _number(loss, s, given) for s in loss.settings if s.name in given or s.default is not None}
    choices = {c.name: given.get(c.name, c.values[0]) for c in loss.choices}
    for choice in loss.choices:
        value = choices[choice.name]
        if not any(value is known or (value == known and isinstance(value, str)) for known in choice.values):
            raise errors.choice_not_offered(loss.name, choice.name, value, choice.values)
    moved = [s for s in loss.settings if s.name in loss.moved_by and settings.get(s.name) != _exact(s.default)]
    return (replace(loss, elicits="nothing named") if moved else loss), settings, choices


def _reduced(loss: NamedLoss, given: dict[str, Any]) -> NamedLoss:
    if "reduction" not in given or not loss.reductions:
        return loss
    word, meanings = given.pop("reduction"), dict(loss.reductions)
    if word not in meanings:
        raise errors.choice_not_offered(loss.name, "reduction", word, tuple(meanings))
    return replace(loss, reduction=meanings[word], asked_reduction=meanings[word])


def _exact(number: Any) -> Any:
    return (
        None if number is None else sympy.Rational(Fraction(str(number) if isinstance(number, sympy.Basic) else number))
    )


def _number(loss: NamedLoss, setting: Setting, given: dict[str, Any]) -> Any:
    value = given.get(setting.name, setting.default)
    words, holds = DOMAINS[setting.domain]
    if setting.name in given and isinstance(value, bool | str):
        raise errors.setting_not_a_number(loss.name, setting.name, value, words)
    exact = _exact(value)
    if not holds(exact):
        raise errors.setting_outside_domain(loss.name, setting.name, value, words)
    return exact
