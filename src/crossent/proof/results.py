"""What a proof, a derivation and an identification are made of: plain values that the reports show.

Expressions are SymPy's; `text` is Unicode mathematics of one line, `latex` the same for a page.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

EQUAL, AFFINE, NEGATED, DIFFERENT = "equal", "affine", "negated", "different"
INCOMPARABLE, UNKNOWN = "incomparable", "unknown"
VERDICTS = (EQUAL, AFFINE, NEGATED, DIFFERENT, INCOMPARABLE, UNKNOWN)


class Displayed:
    """A result that shows itself: as text to `print`, as formatted mathematics to a notebook."""

    def to_dict(self) -> dict[str, Any]:
        """The document of `--json`."""
        raise NotImplementedError

    def to_json(self) -> str:
        """One JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def to_text(self, steps: bool = True) -> str:
        """Lines of at most 80 columns."""
        return str(_report().text_of(self, steps))

    def to_latex(self) -> str:
        """A fragment of LaTeX that needs amsmath."""
        return str(_report().latex_of(self))

    def to_html(self) -> str:
        """One HTML page, with no script and no network."""
        return str(_report().html_of(self))

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        return str(_report().fragment_of(self))

    def _repr_latex_(self) -> str:
        return str(_report().display_of(self))


def _report() -> Any:
    # The one way up: the result itself is asked how it looks.
    return import_module("crossent.report.proofs")


@dataclass(frozen=True)
class Step:
    """One named step of an argument: the rule, and what stands after it."""

    rule: str
    text: str
    latex: str
    number: str = ""  # the value of this step on the user's data
    expression: Any = field(default=None, compare=False, repr=False)  # what stands there, in SymPy


@dataclass(frozen=True)
class Case:
    """The verdict on a part of the domain: hard or soft targets, inside or on the boundary."""

    targets: str
    boundary: bool
    verdict: str
    words: str = ""


@dataclass(frozen=True)
class Counterexample:
    """Where two losses part: the inputs, and each side's value as an interval of the exact reading."""

    inputs: dict[str, str]
    left: tuple[str, str]
    right: tuple[str, str]
    words: str


@dataclass(frozen=True, repr=False)
class Proof(Displayed):
    """Whether two named losses are the same function of (target, predicted distribution), and why."""

    left: str
    right: str
    verdict: str
    sentence: str  # the verdict line: names the part where the two agree, if only a part
    cases: tuple[Case, ...] = ()
    domain: str = ""
    scale: Any = None  # expressions: left = scale * right + offset
    offset: Any = None
    conditions: tuple[str, ...] = ()
    carries_over: dict[str, str] = field(default_factory=dict)  # values, gradient_direction, ... -> yes | no | unknown
    counterexample: Counterexample | None = None
    steps: tuple[Step, ...] = ()
    left_formula: tuple[str, str] = ("", "")  # text, latex: as its owner writes it
    right_formula: tuple[str, str] = ("", "")

    def to_dict(self) -> dict[str, Any]:
        """The document of `--json`; undefined values are None."""
        found = self.counterexample
        return {
            "schema": "crossent.prove/1",
            "left": self.left,
            "right": self.right,
            "verdict": self.verdict,
            "sentence": self.sentence,
            "cases": [
                {"targets": case.targets, "boundary": case.boundary, "verdict": case.verdict, "words": case.words}
                for case in self.cases
            ],
            "domain": self.domain,
            "scale": None if self.scale is None else str(self.scale),
            "offset": None if self.offset is None else str(self.offset),
            "conditions": list(self.conditions),
            "carries_over": dict(self.carries_over),
            "counterexample": None if found is None else _counterexample(found),
            "steps": [{"rule": step.rule, "text": step.text, "latex": step.latex} for step in self.steps],
        }

    def __repr__(self) -> str:
        return f"Proof({self.left}, {self.right}: {self.verdict})"


@dataclass(frozen=True, repr=False)
class Derivation(Displayed):
    """How the loss of a family follows from its density: the answer in one line, then the chain of the argument."""

    family: str
    answer: Step
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The document of `--json`."""

        def plain(step: Step) -> dict[str, str | None]:
            return {"rule": step.rule, "text": step.text, "latex": step.latex, "number": step.number or None}

        return {
            "schema": "crossent.derive/1",
            "family": self.family,
            "answer": plain(self.answer),
            "steps": [plain(step) for step in self.steps],
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        return f"Derivation({self.family}, {len(self.steps)} steps)"


@dataclass(frozen=True, repr=False)
class Identification(Displayed):
    """Which named loss a function is, on the inputs it was tried on: function = scale * loss + offset of the target.

    `name` is None if it is none of the catalogue; `nearest` is then the one that comes nearest, `counterexample` the
    input that tells them apart. `deviation` is the largest difference found, relative to 1 + the size of the value.
    """

    function: str
    sentence: str
    name: str | None = None
    scale: str | None = None
    offset: str | None = None  # as words or a formula of the target
    deviation: float | None = None
    inputs: int = 0
    target: str = ""  # the kind of target, the coordinate of the prediction, and their order in the call
    prediction: str = ""
    arguments: tuple[str, ...] = ()
    reduction: str = ""
    same: tuple[str, ...] = ()  # other names that fit as well
    nearest: str | None = None
    counterexample: Counterexample | None = None
    formula: tuple[str, str] = ("", "")  # text, latex: of the loss that was found, or of the nearest
    notes: tuple[str, ...] = ()  # where it parts at extreme inputs; that it did not answer some kinds of input
    failed: dict[str, str] = field(default_factory=dict)  # kind of input -> what the function raised

    def to_dict(self) -> dict[str, Any]:
        """The document of `--json`; undefined values are None."""
        found = self.counterexample
        return {
            "schema": "crossent.identify/1",
            "function": self.function,
            "name": self.name,
            "sentence": self.sentence,
            "scale": self.scale,
            "offset": self.offset,
            "deviation": self.deviation,
            "inputs": self.inputs,
            "target": self.target or None,
            "prediction": self.prediction or None,
            "arguments": list(self.arguments),
            "reduction": self.reduction or None,
            "same": list(self.same),
            "nearest": self.nearest,
            "counterexample": None if found is None else _counterexample(found),
            "notes": list(self.notes),
            "failed": dict(self.failed),
        }

    def __repr__(self) -> str:
        return f"Identification({self.function}: {self.name or 'none of the catalogue'})"


def _counterexample(found: Counterexample) -> dict[str, Any]:
    return {"inputs": found.inputs, "left": list(found.left), "right": list(found.right), "words": found.words}
