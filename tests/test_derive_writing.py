"""Formulas on one line of Unicode, and in LaTeX."""

from __future__ import annotations

import pytest
import sympy
from sympy import IndexedBase, Product, Rational, Sum, Symbol, exp, log, sqrt

from crossent.proof.language.line_printer import lowered
from crossent.proof.language.symbols import row, sum_over_classes
from crossent.proof.language.writing import equation, latex, meant, unicode_line
from crossent.vocabulary import symbolic

p, q, y, mu, sigma, lam, eta, n, r, N = sympy.symbols("p q y mu sigma lambda eta n r N")
i = Symbol("i", integer=True)
Y = IndexedBase("y")[i]

LINES = {
    q * log(p) + (1 - q) * log(1 - p): "q·log p + (1 − q)·log(1 − p)",
    1 - p: "1 − p",
    -log(p) * log(q): "−log(p)·log q",
    log(p) / q: "log(p)/q",
    q / log(p): "q/(log p)",
    log(p) ** 2: "log(p)²",
    exp(-((y - mu) ** 2) / (2 * sigma**2)) / (sigma * sqrt(2 * sympy.pi)): "exp(−(y − μ)²/(2σ²))/(σ·√(2π))",
    lam - y * log(lam) + symbolic.lgamma(y + 1): "λ − y·log λ + log Γ(y + 1)",
    symbolic.softplus_mixture(y, eta): "y·softplus(−η) + (1 − y)·softplus(η)",
    symbolic.sigmoid_residual(y, eta): "sigmoid(η) − y",
    symbolic.kl_div(y, lam, y - lam): "λ + y·log(y/λ) − y",
    Product(p**Y * (1 - p) ** (1 - Y), (i, 1, n)): "∏ᵢ p^yᵢ·(1 − p)^(1 − yᵢ)",
    Sum(Y, (i, 1, n)) / n: "(Σᵢ yᵢ)/n",
    -Sum(log(p), (i, 1, n)): "−Σᵢ log p",
    Sum(p + Y, (i, 1, n)): "Σᵢ (p + yᵢ)",
    Sum(Y, (i, 0, 3)): "Σ[i=0..3] yᵢ",
    sum_over_classes(row("q") * log(row("p"))): "Σᵢ qᵢ·log pᵢ",
    abs(y - mu) / sigma: "|y − μ|/σ",
    Rational(1, 2): "1/2",
    -p / 2: "−p/2",
    2 * sympy.pi * sigma**2: "2π·σ²",
    (p - y) / (p * (1 - p)): "(p − y)/(p·(1 − p))",
    Symbol("phat"): "p̂",
    Symbol("log_mean"): "log_mean",
    Symbol("ell"): "ℓ",
    Symbol("q_j"): "qⱼ",
    sympy.Eq(p, q): "p = q",
    sympy.Piecewise((p, q > 0), (0, True)): "{p if q > 0; 0 otherwise}",
    symbolic.trigamma(r + y): "ψ′(r + y)",
    sympy.digamma(r): "ψ(r)",
    sympy.factorial(y): "y!",
    log(sympy.factorial(N - y)): "log (N − y)!",
    p ** (-q): "p^(−q)",
    1 / p**2: "1/p²",
    sqrt(p + 1): "√(p + 1)",
    sympy.oo: "∞",
    -sympy.oo: "−∞",
    sympy.Float("0.25"): "0.25",
    sympy.KroneckerDelta(Symbol("j"), Symbol("k")): "[j = k]",
    p - 2 * (q + 1): "p − 2q − 2",
    3 * 2**p: "3·2^p",
    (-p - 1) * q: "q·(−p − 1)",
}


@pytest.mark.parametrize("expression", LINES, ids=list(LINES.values()))
def test_a_line(expression):
    assert unicode_line(expression) == LINES[expression]


def test_that_there_are_so_many_lines():
    assert len(LINES) == 42


@pytest.mark.parametrize("expression", LINES, ids=list(LINES.values()))
def test_latex_is_balanced_and_names_no_helper(expression):
    page = latex(expression)
    assert page.count("{") == page.count("}")
    assert page.count(r"\left") == page.count(r"\right")
    assert "kl_div" not in page
    assert "residual" not in page


def test_latex_of_gamma_functions():
    assert latex(symbolic.lgamma(r + y)) == r"\log\Gamma{\left(r + y\right)}"
    assert latex(symbolic.trigamma(r)) == r"\psi'{\left(r\right)}"
    assert latex(Symbol("log_mean")) == r"\mathrm{log\_mean}"


def test_what_is_meant_has_the_same_value():
    x = sympy.symbols("x")
    functions = [
        symbolic.log1p,
        symbolic.expm1,
        symbolic.log1pmx,
        symbolic.log_sigmoid,
        symbolic.sigmoid_slope,
        symbolic.binet,
    ]
    for function in functions:
        value = function(x)
        assert abs(sympy.N((value - meant(value)).subs(x, Rational(3, 7)), 30)) < 1e-25
    assert len(functions) == 6


def test_equations_join_expressions_and_words():
    assert equation(("H", "H"), p + 1) == ("H = p + 1", "H = p + 1")


def test_an_index_without_subscript_letters_stands_after_an_underscore():
    assert lowered("ij") == "ᵢⱼ"
    assert lowered("C") == "_C"
