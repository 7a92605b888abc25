"""A proof, a derivation or an identification on the terminal: the answer first, mathematics broken at its operators."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable

from crossent.report.argument import ON_DATA, Argument
from crossent.report.terminal import WIDTH, print_line, width_of_terminal

_LABEL = 24  # a longer label has a line of its own
_STAY = "\u00a0"  # does not break, and is printed as a blank
_KEPT = 32  # a shorter bracket stays on one line
_BRACKET = re.compile(rf"\([^()]{{1,{_KEPT}}}\)")
_OPERATORS = re.compile(r" ([+−=<>≤≥≠≈·/|]|if|otherwise) ")  # a new line starts with its operator


def print_argument(argument: Argument, steps: bool = True) -> None:
    """On standard output: with every step, or with the names of the steps only."""
    for k, line in enumerate(lines_of(argument, width_of_terminal(), steps)):
        print_line(line, style="bold" if k == 0 else "")


def lines_of(argument: Argument, width: int = WIDTH, steps: bool = True) -> list[str]:
    """The lines, none wider than `width`."""
    lines = _wrapped(argument.sentence, width)
    rows = [(label, formula.text) for label, formula in argument.formulas if formula.text not in argument.sentence]
    rows += argument.facts
    if argument.steps and not steps:
        rows.append((f"{len(argument.steps)} steps", f"{_rules(argument)}; --steps shows them"))
    lines += _table(rows, width)
    if argument.steps and steps:
        lines += ["", argument.head]
        for number, step in enumerate(argument.steps, 1):
            lines += _wrapped(step.rule, width, f"{number:3d}  ", "     ")
            for formula, on_data in step.lines:
                lines += _wrapped(formula.text, width, "       ", "         ")
                lines += _wrapped(ON_DATA + on_data, width, "       ", "         ") if on_data else []
    for note in argument.notes:
        lines += ["", *_wrapped(note, width)]
    return lines


def _rules(argument: Argument) -> str:
    """The names of the rules, each once."""
    return ", ".join(dict.fromkeys(step.rule for step in argument.steps))


def _table(rows: Iterable[tuple[str, str]], width: int) -> list[str]:
    rows = list(rows)
    column = max((_cells(label) for label, _ in rows if _cells(label) <= _LABEL), default=0)
    lines = []
    for label, text in rows:
        start = f"  {label}{' ' * (column - _cells(label))}  " if column else "  "
        hanging = " " * (column + 4 if column else 2)
        if _cells(label) > _LABEL:
            lines += _wrapped(label, width, "  ", "    ")
            start = hanging
        lines += _wrapped(text, width, start, hanging)
    return lines


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    kept = _OPERATORS.sub(lambda found: f" {found[1]}{_STAY}", _OPERATORS.sub(lambda f: f" {f[1]}{_STAY}", text))
    kept = kept.replace("log ", f"log{_STAY}")
    kept = _BRACKET.sub(lambda found: found[0].replace(" ", _STAY), kept)
    lines = textwrap.wrap(
        kept, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, drop_whitespace=True
    )
    return [line.replace(_STAY, " ") for line in lines]


def _cells(text: str) -> int:
    return sum(not unicodedata.combining(letter) for letter in text)
