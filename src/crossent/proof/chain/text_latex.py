"""Sentences with mathematical signs in them, as the text of a LaTeX page: plain ASCII, signs between dollars."""

from __future__ import annotations

import re
import unicodedata

SIGNS = {
    "−": "-", "·": r"\cdot", "∏": r"\prod", "Σ": r"\sum", "√": r"\surd", "∞": r"\infty", "≤": r"\le", "≥": r"\ge",
    "…": r"\ldots", "ℓ": r"\ell", "‖": r"\|", "→": r"\to", "∂": r"\partial", "±": r"\pm", "α": r"\alpha", "β": r"\beta",
    "η": r"\eta", "θ": r"\theta", "λ": r"\lambda", "μ": r"\mu", "ρ": r"\rho", "σ": r"\sigma", "²": "^2", "ψ": r"\psi",
    "π": r"\pi", "ᵢ": "_i", "ⱼ": "_j", "ₖ": "_k", "ₗ": "_l", "ₙ": "_n", "₁": "_1", "₋": "_-",
}  # fmt: skip
ACCENTS = {"\u0302": r"\hat", "\u0305": r"\bar"}
ESCAPED = {"#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "^": r"\^{}"}
_PIECES = re.compile("(?P<power>\\d+\\^−?\\d+)|(?P<accented>.[\u0302\u0305])|(?P<sign>.)", re.DOTALL)


def in_text(sentence: str) -> str:
    """The sentence between the braces of a LaTeX \\text.

    >>> in_text("p̂ is 2^−3 of Σᵢ yᵢ")
    '$\\\\hat{p}$ is $2^{-3}$ of $\\\\sum$$_i$ y$_i$'
    """
    return _PIECES.sub(_written, unicodedata.normalize("NFD", sentence))


def _written(piece: re.Match[str]) -> str:
    text = piece[0]
    if piece["power"]:
        base, exponent = text.split("^")
        return f"${base}^{{{exponent.replace('−', '-')}}}$"
    if piece["accented"]:
        return f"${ACCENTS[text[1]]}{{{SIGNS.get(text[0], text[0])}}}$"
    return f"${SIGNS[text]}$" if text in SIGNS else ESCAPED.get(text, text)
