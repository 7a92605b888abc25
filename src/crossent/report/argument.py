"""What is shown of a proof, a derivation or an identification, before the terminal, LaTeX or HTML lays it out.

Everything here is made printable: names come from users, and may hold anything.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crossent.proof.language.writing import latex, unicode_line
from crossent.proof.results import (
    AFFINE,
    INCOMPARABLE,
    NEGATED,
    Case,
    Counterexample,
    Derivation,
    Identification,
    Proof,
    Step,
)
from crossent.report.text import printable


@dataclass(frozen=True)
class Formula:
    """One line of mathematics: for a terminal, and for a page."""

    text: str
    latex: str = ""


@dataclass(frozen=True)
class Shown:
    """One step as it is shown: the rule that was used, and each line that it led to, with its number on the data."""

    rule: str
    lines: tuple[tuple[Formula, str], ...]


@dataclass(frozen=True)
class Argument:
    """The answer first, then what it is about, what follows from it, and the steps that lead to it."""

    title: str
    verdict: str
    sentence: str
    formulas: tuple[tuple[str, Formula], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    steps: tuple[Shown, ...] = ()
    notes: tuple[str, ...] = ()
    head: str = "Steps"


ON_DATA = "on this data: "
LETTERS = "the same letters"  # the rule of the step that names the changes of variables
CARRIES = {
    "values": "values",
    "gradient_direction": "gradient direction",
    "curvature": "curvature",
    "ranking": "ranking of models",
    "population_minimiser": "population minimiser",
    "decision": "decision",
}


def of_proof(proof: Proof) -> Argument:
    """A proof: the verdict line, both formulas as their owners write them, what carries over, the steps."""
    left, right = printable(proof.left), printable(proof.right)
    formulas = [
        (name, _formula(*written))
        for name, written in ((left, proof.left_formula), (right, proof.right_formula))
        if written[0]
    ]
    if proof.verdict in (AFFINE, NEGATED) and proof.scale is not None:
        formulas.append(("so", _relation(left, right, proof)))
    return Argument(
        title=f"{left} and {right}",
        verdict=proof.verdict,
        sentence=printable(proof.sentence),
        formulas=tuple(formulas),
        facts=tuple(_facts(proof)),
        steps=tuple(Shown(printable(s.rule), (_line(s),)) for s in proof.steps),
    )


def of_derivation(derivation: Derivation) -> Argument:
    """A derivation: the one-line answer, then the chain."""
    return Argument(
        title=f"The loss of {printable(derivation.family)}",
        verdict="",
        sentence=printable(derivation.answer.text),
        steps=tuple(
            Shown(printable(rule), tuple(map(_line, steps)))
            for rule, steps in itertools.groupby(derivation.steps, lambda step: step.rule)
        ),
        notes=tuple(printable(note) for note in derivation.notes),
        head="The chain of the argument",
    )


def of_identification(found: Identification) -> Argument:
    """An identification: which loss it is, how it was called, where it parts."""
    facts = []
    if found.target:
        inputs = f"target {found.target}, prediction {found.prediction}, called as ({', '.join(found.arguments)})"
        facts.append(("taken as", printable(inputs + (f", reduction {found.reduction}" if found.reduction else ""))))
    if found.scale not in (None, "1"):
        facts.append(("scale", printable(str(found.scale))))
    if found.offset not in (None, "0"):
        facts.append(("offset", printable(str(found.offset))))
    if found.same:
        facts.append(("the same as", printable(", ".join(found.same))))
    if found.counterexample is not None:
        facts += _parting(found.counterexample, found.function, found.name or found.nearest or "")
    name = found.name or found.nearest or ""
    return Argument(
        title=f"What {printable(found.function)} is",
        verdict="equal" if found.name else "different",
        sentence=printable(found.sentence),
        formulas=((printable(name), _formula(*found.formula)),) if found.formula[0] else (),
        facts=tuple(facts),
        notes=tuple(printable(note) for note in found.notes),
    )


def _line(step: Step) -> tuple[Formula, str]:
    return _formula(step.text, step.latex), printable(step.number)


def _formula(text: str, latex_text: str) -> Formula:
    return Formula(printable(text), printable(latex_text))


def _relation(left: str, right: str, proof: Proof) -> Formula:
    """left = scale * right + offset."""
    scale, offset = proof.scale, proof.offset
    factor = "" if scale == 1 else "−" if scale == -1 else f"{_in_brackets(scale, unicode_line)} · "
    page = "" if scale == 1 else "-" if scale == -1 else rf"{_in_brackets(scale, latex)} \cdot "
    text = f"{left} = {factor}{right}"
    formal = rf"\text{{{escaped(left)}}} = {page}\text{{{escaped(right)}}}"
    if offset is not None and offset != 0:
        negative = unicode_line(offset).startswith("−") and not getattr(offset, "is_Add", False)
        shown = -offset if negative else offset
        text += (" − " if negative else " + ") + _in_brackets(shown, unicode_line, only_if=negative)
        formal += (" - " if negative else " + ") + _in_brackets(shown, latex, only_if=negative)
    return Formula(text, formal)


def _in_brackets(expression: Any, write: Any, only_if: bool = True) -> str:
    written = str(write(expression))
    return f"({written})" if only_if and getattr(expression, "is_Add", False) else written


def _facts(proof: Proof) -> Iterable[tuple[str, str]]:
    if len({case.verdict for case in proof.cases}) > 1:
        for words, verdict in _grouped(proof.cases):
            yield words, verdict
    letters = [step.text for step in proof.steps if step.rule == LETTERS]
    said = "; ".join(letters)
    for words in letters + [words for words in proof.conditions if words.rpartition(", ")[2] not in said]:
        yield "where", printable(words)
    if proof.counterexample is not None:
        label = "not equal at" if proof.verdict in (AFFINE, NEGATED) else "they part at"
        yield from _parting(proof.counterexample, proof.left, proof.right, label)
    if proof.verdict == INCOMPARABLE:
        return
    for answer in ("yes", "no", "unknown"):
        kept = [
            CARRIES.get(name, name.replace("_", " ")) for name, said in proof.carries_over.items() if said == answer
        ]
        if kept:
            words = {"yes": "carries over", "no": "does not carry over", "unknown": "not known to"}[answer]
            yield words, printable(", ".join(kept))


def _parting(found: Counterexample, left: str, right: str, label: str = "they part at") -> Iterable[tuple[str, str]]:
    """Where they part, and what each says there."""
    inputs = ", ".join(f"{name} = {value}" for name, value in found.inputs.items())
    yield label, printable(inputs)
    yield f"  {printable(left)}", printable(_between(found.left))
    yield f"  {printable(right)}", printable(_between(found.right))
    if found.words:
        yield "", printable(found.words)


def _grouped(cases: Iterable[Case]) -> Iterable[tuple[str, str]]:
    for case in cases:
        where = f"{case.targets} targets" if not case.boundary else f"{case.targets}, boundary"
        yield printable(where), printable(f"{case.verdict}{': ' + case.words if case.words else ''}")


def _between(interval: tuple[str, str]) -> str:
    low, high = interval
    return low if low == high else f"in [{low}, {high}]"


_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def escaped(text: str) -> str:
    r"""Words inside \text{...}."""
    return "".join(_LATEX.get(c) or (f"\\{c}" if c in "{}$&%#_" else c) for c in text)
