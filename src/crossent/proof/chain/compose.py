"""How steps are put together from expressions and words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy

from crossent.proof.chain.expectation import ROW
from crossent.proof.chain.names import ROWS, i
from crossent.proof.chain.text_latex import in_text
from crossent.proof.language.writing import latex, unicode_line
from crossent.proof.results import Step

Side = tuple[str, str]  # a line and its LaTeX


def side(expression: Any) -> Side:
    return (unicode_line(expression), latex(expression))


def words(text: str) -> Side:
    return text, rf"\text{{{in_text(text)}}}"


def listed(expressions: Iterable[Any]) -> Side:
    """p, or mu, sigma."""
    lines, pages = zip(*map(side, expressions), strict=True)
    return ", ".join(lines), ", ".join(pages)


def of(name: str, expressions: Iterable[Any], page: str = "") -> Side:
    """A function's name with its arguments: L(mu, sigma)."""
    line, tex = listed(expressions)
    return f"{name}({line})", rf"{page or name}\left({tex}\right)"


def join(*parts: Side | str) -> Side:
    """Pieces one after the other; plain text is mathematics that stands in both."""
    pairs = [(part, _page(part)) if isinstance(part, str) else part for part in parts]
    return "".join(line for line, _ in pairs), "".join(page for _, page in pairs)


def _page(text: str) -> str:
    return text.replace("−", "-").replace("·", r"\cdot ").replace("log ", r"\log ")


def equal(*sides: Any) -> Side:
    """Sides with = between them; expressions are written."""
    pairs = [part if isinstance(part, tuple) else side(part) for part in sides]
    return " = ".join(line for line, _ in pairs), " = ".join(page for _, page in pairs)


def step(rule: str, what: Side, number: str = "", expression: Any = None) -> Step:
    return Step(rule, *what, number, expression)


def row(expression: Any, y: Any) -> Any:
    """The expression for the i-th row."""
    return expression.subs(y, ROW)


def product_over_rows(expression: Any) -> Any:
    return sympy.Product(expression, (i, 1, ROWS))


def sum_over_rows(expression: Any) -> Any:
    return sympy.Sum(expression, (i, 1, ROWS))


def number(value: float) -> str:
    """A number of the user's data, to six digits, with a true minus sign.

    >>> number(-0.25)
    '−0.25'
    """
    return f"{float(value) + 0.0:.6g}".replace("-", "−").replace("inf", "∞")


def nats(value: float) -> str:
    return f"{number(value)} nats"
