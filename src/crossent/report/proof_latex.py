"""A proof, a derivation or an identification as LaTeX: a fragment that needs amsmath, and no Unicode."""

from __future__ import annotations

import re

from crossent.report import mathml_signs
from crossent.report.argument import ON_DATA, Argument, Formula, escaped

_MATHEMATICS = {
    letter: rf"\ensuremath{{\{name}}}"
    for table in (mathml_signs.GREEK, mathml_signs.SIGNS, mathml_signs.LARGE)
    for name, letter in reversed(table.items())
    if not letter.isascii()
}
_MATHEMATICS |= {"−": r"\ensuremath{-}", "—": "---", "–": "--", "√": r"\ensuremath{\surd}", "Σ": r"\ensuremath{\Sigma}"}
for _digits, _sign in (("⁰¹²³⁴⁵⁶⁷⁸⁹", "^"), ("₀₁₂₃₄₅₆₇₈₉", "_")):
    _MATHEMATICS |= {letter: rf"\ensuremath{{{_sign}{k}}}" for k, letter in enumerate(_digits)}
_MATHEMATICS |= {letter: rf"\ensuremath{{_{name}}}" for letter, name in zip("ᵢⱼₖₗₘₙ", "ijklmn", strict=True)}
_MATHEMATICS |= {"²": r"\ensuremath{^2}", "³": r"\ensuremath{^3}", "¹": r"\ensuremath{^1}"}
_MATHEMATICS |= {"⁻": r"\ensuremath{^-}", "₋": r"\ensuremath{_-}"}
_MATHEMATICS |= {"ᵦ": r"\ensuremath{_\beta}", "‘": "`", "’": "'", "“": "``", "”": "''", "‖": r"\ensuremath{\|}"}
_ACCENTS = {"\u0302": r"\hat", "\u0304": r"\bar", "\u0305": r"\bar", "\u0303": r"\tilde"}
_ACCENTED = re.compile(f"(.)([{''.join(_ACCENTS)}])")


def latex_of(argument: Argument) -> str:
    """The fragment; begins with a comment that says what it needs."""
    lines = ["% needs \\usepackage{amsmath}", rf"\noindent\textbf{{{_words(argument.sentence)}}}"]
    for label, formula in argument.formulas:
        lines += _display(formula, label)
    if argument.facts:
        lines += [r"\begin{description}"]
        lines += [rf"\item[{_words(label.strip())}] {_words(text)}" for label, text in argument.facts]
        lines += [r"\end{description}"]
    if argument.steps:
        lines += [r"\begin{enumerate}"]
        for step in argument.steps:
            lines += [rf"\item {_words(step.rule)}"]
            for formula, number in step.lines:
                lines += _display(formula)
                lines += [ON_DATA + _words(number)] if number else []
        lines += [r"\end{enumerate}"]
    lines += [_words(note) for note in argument.notes]
    return "\n".join(lines)


def display_of(argument: Argument) -> str:
    """One display for a notebook: the answer and the formulas."""
    rows = [rf"\text{{{_words(argument.sentence)}}}"]
    rows += [_labelled(formula, label) for label, formula in argument.formulas]
    return r"$\displaystyle \begin{gathered} " + r" \\ ".join(rows) + r" \end{gathered}$"


def _display(formula: Formula, label: str = "") -> list[str]:
    if not (formula.latex or formula.text):
        return []
    return [r"\[", f"  {_labelled(formula, label)}", r"\]"]


def _labelled(formula: Formula, label: str) -> str:
    page = _ascii(formula.latex) or rf"\text{{{_words(formula.text)}}}"
    return rf"\text{{{_words(label)}:}}\quad {page}" if label else page


def _words(text: str) -> str:
    return _ascii(escaped(text))


def _ascii(text: str) -> str:
    """Signs of Unicode as commands, which mean the same inside and outside of mathematics."""
    text = _ACCENTED.sub(lambda found: rf"\ensuremath{{{_ACCENTS[found[2]]}{{{_letter(found[1])}}}}}", text)
    return "".join(map(_letter, text))


def _letter(letter: str) -> str:
    return _MATHEMATICS.get(letter) or (letter if letter.isascii() else rf"\text{{U+{ord(letter):04X}}}")
