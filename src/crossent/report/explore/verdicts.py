"""What `prove` says of every pair of losses that the page compares, kept in a file: proving them all takes a while.

    python -m crossent.report.explore.verdicts

writes the file anew.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from crossent.report.explore.formulas import LOSSES

STORED = files("crossent.report.explore") / "verdicts.json"


def verdict(left: str, right: str) -> dict[str, Any]:
    """What the page shows of one proof."""
    from crossent.proof.prove import prove

    proof = prove(left, right)
    found = proof.counterexample
    return {
        "verdict": proof.verdict,
        "sentence": proof.sentence,
        "conditions": list(proof.conditions),
        "carries_over": dict(proof.carries_over),
        "counterexample": found.words if found is not None else "",
        "steps": [step.rule for step in proof.steps],
    }


def stored_verdicts() -> dict[str, dict[str, Any]]:
    """By "left | right"."""
    return json.loads(STORED.read_text(encoding="utf-8"))


def all_pairs() -> list[tuple[str, str]]:
    return [(left, right) for left in LOSSES for right in LOSSES]


def main() -> None:
    made = {f"{left} | {right}": verdict(left, right) for left, right in all_pairs()}
    lines = ",\n".join(f"{json.dumps(pair)}: {json.dumps(entry, ensure_ascii=False)}" for pair, entry in made.items())
    Path(str(STORED)).write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
