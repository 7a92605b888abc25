"""What a proof, a derivation and an identification are made of: plain values that the reports show.

Expressions are SymPy's; `text` is Unicode mathematics of one line, `latex` the same for a page.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

EQUAL, AFFINE, NEGATED, DIFFERENT = "equal", "affine", "negated", "different"
INCOMPARABLE, UNKNOWN = "incomparable", "unknown"
VERDICTS = (EQUAL, AFFINE, NEGATED, DIFFERENT, INCOMPARABLE, UNKNOWN)


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


@dataclass(frozen=True)
class Proof:
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
            "counterexample": None
            if found is None
            else {
                "inputs": found.inputs,
                "left": list(found.left),
                "right": list(found.right),
                "words": found.words,
            },
            "steps": [{"rule": step.rule, "text": step.text, "latex": step.latex} for step in self.steps],
        }

    def to_json(self) -> str:
        """One JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)


@dataclass(frozen=True)
class Derivation:
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

    def to_json(self) -> str:
        """One JSON document."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)
