"""How formulas are written: one line of Unicode mathematics for a terminal, LaTeX for a page.

Symbols are SymPy's, named as LaTeX names them: `mu` is written as its Greek letter, `phat` with its hat, `y_i` with its
index below. Functions of the vocabulary that only guard digits (log1p, kl_div, ...) are written as what they mean.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy.printing.latex import LatexPrinter

from crossent.proof.language.line_printer import LinePrinter, ordered, parts_of
from crossent.vocabulary import symbolic

_MEANT: dict[Any, Callable[..., Any]] = {
    symbolic.log1p: lambda x: sympy.log(1 + x),
    symbolic.expm1: lambda x: sympy.exp(x) - 1,
    symbolic.log1pmx: lambda x: sympy.log(1 + x) - x,
    symbolic.log1mexp: lambda x: sympy.log(1 - sympy.exp(-x)),
    symbolic.kl_div: lambda x, m, d: x * sympy.log(x / m) - d,
    symbolic.log_sigmoid: lambda x: -symbolic.softplus(-x),
    symbolic.sigmoid_slope: lambda x: symbolic.sigmoid(x) * (1 - symbolic.sigmoid(x)),
    symbolic.sigmoid_residual: lambda y, x: symbolic.sigmoid(x) - y,
    symbolic.softplus_mixture: lambda y, x: y * symbolic.softplus(-x) + (1 - y) * symbolic.softplus(x),
    symbolic.binet: lambda x: symbolic.binet(x).expand(func=True),
    symbolic.digamma_rest: lambda x: symbolic.digamma_rest(x).expand(func=True),
    symbolic.trigamma_rest: lambda x: symbolic.trigamma_rest(x).expand(func=True),
    symbolic.lbeta: lambda a, b: symbolic.lbeta(a, b).expand(func=True),
}


def meant(expression: Any) -> Any:
    """The expression with functions that only guard digits replaced by what they mean.

    >>> from crossent.vocabulary import symbolic
    >>> meant(symbolic.sigmoid_residual(*sympy.symbols("y z")))
    -y + sigmoid(z)
    """
    expression = sympy.sympify(expression)
    if not expression.has(*_MEANT):
        return expression
    for function, meaning in _MEANT.items():
        if expression.has(function):
            expression = expression.replace(function, meaning)
    return expression


def unicode_line(expression: Any) -> str:
    """One line of Unicode mathematics.

    >>> q, p, mu = sympy.symbols("q p mu")
    >>> unicode_line(-q * sympy.log(p) - (1 - q) * sympy.log(1 - p))
    '−q·log p − (1 − q)·log(1 − p)'
    >>> unicode_line((q - mu) ** 2 / (2 * p**2))
    '(q − μ)²/(2p²)'
    """
    return str(LinePrinter().doprint(_with_roots(meant(expression), "√(2π)")))


def latex(expression: Any) -> str:
    """LaTeX, without dollars.

    >>> latex(-sympy.Symbol("q") * sympy.log(sympy.Symbol("p")))
    '- q \\\\log{\\\\left(p \\\\right)}'
    """
    return str(_Latex().doprint(_with_roots(meant(expression), r"\sqrt{2 \pi}")))


def equation(*sides: Any) -> tuple[str, str]:
    """The line and the LaTeX of a chain of equations. A side that is text already comes as (line, LaTeX).

    >>> equation(("H(q, p)", "H(q, p)"), sympy.Symbol("mu") + 1)
    ('H(q, p) = μ + 1', 'H(q, p) = \\\\mu + 1')
    """
    lines = [side if isinstance(side, tuple) else (unicode_line(side), latex(side)) for side in sides]
    return " = ".join(line for line, _ in lines), " = ".join(page for _, page in lines)


def _with_roots(expression: Any, name: str) -> Any:
    """SymPy splits 1/sqrt(2 pi) into three factors; written, it is one again."""
    apart, root = sympy.sqrt(2) / sympy.sqrt(sympy.pi) / 2, sympy.Symbol(name, positive=True)

    def split(part: Any) -> bool:
        return part.is_Mul and set(apart.args) <= set(part.args)

    return expression.replace(split, lambda part: part / apart / root) if expression.has(sympy.sqrt(2)) else expression


class _Latex(LatexPrinter):
    """SymPy's LaTeX, with the gamma functions as textbooks write them."""

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        return ordered(expr)

    def _name(self, name: str, argument: Any, exponent: Any) -> str:
        power = f"^{{{exponent}}}" if exponent is not None else ""
        return rf"{name}{power}{{\left({self._print(argument)}\right)}}"

    def _print_loggamma(self, expr: Any, exp: Any = None) -> str:
        return self._name(r"\log\Gamma", expr.args[0], exp)

    def _print_polygamma(self, expr: Any, exp: Any = None) -> str:
        order = expr.args[0]
        name = r"\psi" + "'" * int(order) if order.is_Integer else rf"\psi_{{{order}}}"
        return self._name(name, expr.args[1], exp)

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:
        if "_" in parts_of(expr.name)[0]:
            return r"\mathrm{" + expr.name.replace("_", r"\_") + "}"
        return expr.name if expr.name.startswith("\\") else str(super()._print_Symbol(expr, style))

    def _print_sigmoid(self, expr: Any, exp: Any = None) -> str:
        return self._name(r"\operatorname{sigmoid}", expr.args[0], exp)

    def _print_softplus(self, expr: Any, exp: Any = None) -> str:
        return self._name(r"\operatorname{softplus}", expr.args[0], exp)
