"""What `prove` says of every pair of losses that the page compares, kept in a file: proving them all takes a while.

    python -m crossent.report.explore.verdicts

writes the file anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from crossent.report.explore.formulas import LOSSES

STORED = files("crossent.report.explore") / "verdicts.json"


def verdict(left: str, right: str) -> dict[str, Any]:
    """What the page shows of one proof; what is empty stays away."""
    from crossent.proof.comparison.prove import prove

    proof = prove(left, right)
    shown: dict[str, Any] = {
        "verdict": proof.verdict,
        "sentence": proof.sentence,
        "conditions": list(proof.conditions),
        "carries_over": dict(proof.carries_over) if proof.verdict != "incomparable" else {},
        "steps": [[step.rule, step.text] for step in proof.steps],
    }
    if proof.counterexample is not None:
        found = proof.counterexample
        shown["counterexample"] = {
            "words": found.words, "inputs": found.inputs, "left": list(found.left), "right": list(found.right),
        }  # fmt: skip
    return {name: value for name, value in shown.items() if value}


def stored_verdicts() -> dict[str, dict[str, Any]]:
    """By "left | right"."""
    return dict(json.loads(STORED.read_text(encoding="utf-8")))


def interned(value: Any, words: dict[str, int]) -> Any:
    """The same with every text replaced by its place among `words`: one proof repeats much of another."""
    if isinstance(value, str):
        return words.setdefault(value, len(words))
    if isinstance(value, list):
        return [interned(part, words) for part in value]
    return {name: interned(part, words) for name, part in value.items()}


def all_pairs() -> list[tuple[str, str]]:
    """Both ways round: the scale and the offset of an affine pair depend on which comes first."""
    return [(left, right) for left in LOSSES for right in LOSSES]


def write(pairs: Iterable[tuple[str, str]], path: Path) -> None:
    """One line for each pair."""
    lines = [
        f"{json.dumps(f'{left} | {right}')}: {json.dumps(verdict(left, right), ensure_ascii=False)}"
        for left, right in pairs
    ]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    write(all_pairs(), Path(str(STORED)))
