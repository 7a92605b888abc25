"""The families there are, as a table or as JSON."""

from __future__ import annotations

import json as json_text
from typing import Any

GIVES = ("gradient", "hessian", "fisher_information", "upper_bound", "entropy", "kl_divergence", "mean", "variance")


def family_entries() -> list[dict[str, Any]]:
    """For each family: its name, parameters, target and what it gives."""
    from crossent.families.blame import snake_case
    from crossent.families.catalogue import FAMILIES

    return [
        {
            "name": snake_case(family.name),
            "raw": list(family.raw.names),
            "alternatives": [list(choice.names) for choice in family.alternatives],
            "fixed": [parameter.name for parameter in family.fixed],
            "target": family.support.words,
            "gives": _gives(family),
        }
        for family in FAMILIES.values()
    ]


def _gives(family: Any) -> list[str]:
    if family.classes is not None:
        return ["gradient", "hessian", "upper_bound"] + [
            name for name in GIVES[4:] if getattr(family, name) is not None
        ]
    return [name for name in GIVES if family.formula(name) is not None]


def print_families(as_json: bool) -> None:
    """All of them on standard output."""
    entries = family_entries()
    if as_json:
        print(json_text.dumps({"schema": "crossent/families/1", "families": entries}, indent=2))
        return
    from crossent.report.terminal import print_line, print_table

    rows = []
    for entry in entries:
        choices = [", ".join(names) for names in (entry["raw"], *entry["alternatives"])]
        fixed = f"; with {', '.join(entry['fixed'])}" if entry["fixed"] else ""
        rows.append((entry["name"], " or ".join(choices) + fixed, entry["target"]))
    print_table(rows, ("family", "parameters (raw first)", "target"))
    print_line("All give nll, gradient and Hessian; --json lists what else each gives.")
