"""A proof, a derivation or an identification as LaTeX: a fragment that needs amsmath, and no Unicode."""

from __future__ import annotations

from crossent.report import mathml_signs
from crossent.report.argument import Argument, Formula, escaped

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
            lines += [rf"\item {_words(step.rule)}", *_display(step.formula)]
            lines += [rf"on this data: {_words(step.number)}"] if step.number else []
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
    page = formula.latex or rf"\text{{{_words(formula.text)}}}"
    return rf"\text{{{_words(label)}:}}\quad {page}" if label else page


def _words(text: str) -> str:
    return "".join(_MATHEMATICS.get(letter, letter) for letter in escaped(text))
