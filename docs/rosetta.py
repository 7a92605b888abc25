"""Writes rosetta.md, the table of all named losses, from the catalogue itself: `python docs/rosetta.py [FILE]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import sympy

from crossent.proof.language import symbols
from crossent.proof.language.coordinates import PREDICTIONS, TARGETS
from crossent.proof.language.named_loss import NamedLoss
from crossent.proof.language.writing import unicode_line
from crossent.proof.rosetta import ROSETTA

HEADINGS = {
    "": "Textbooks",
    "crossent": "The families of this library",
    "torch": "torch.nn",
    "optax": "Optax",
    "sklearn": "scikit-learn",
    "xgboost": "XGBoost",
    "lightgbm": "LightGBM",
    "keras": "Keras (read, never run here: not checked)",
}
ROWS = ("classes", "labels", "counts")


def main(file: Path) -> None:
    made = ["# The Rosetta", "", *introduction()]
    for owner, heading in HEADINGS.items():
        made += [
            "",
            f"## {heading}",
            "",
            "| name | one row's loss | target | prediction | returns |",
            "|---|---|---|---|---|",
        ]
        losses = [loss for loss in ROSETTA.values() if loss.owner == owner]
        made += [table_row(loss) for loss in losses]
        made += ["", *(f"- `{loss.name}`: {notes(loss)}" for loss in losses)]
    file.write_text("\n".join(made) + "\n", encoding="utf-8")


def introduction() -> list[str]:
    checked = sum(loss.checked for loss in ROSETTA.values())
    return [
        f"{len(ROSETTA)} named losses, each with the formula that its owner computes for a row, in nats. {checked} of",
        "them are checked: tests compare them with the owner's own function, the textbook's among themselves.",
        "`crossent prove`, `identify` and the rest take every name, alias and keyword. Written by `docs/rosetta.py`.",
        "",
        "q is the truth, a row of C probabilities; y a target that is one number; p a probability, z logits or",
        "log-odds, l log probabilities, m a mean or location, e the logarithm of a mean, f half the log-odds.",
    ]


def formula(loss: NamedLoss) -> str:
    """The formula over symbols, defaults filled in for nothing: settings stay letters, choices are the first."""
    wide = loss.prediction.partition(".")[0] in ("categorical", "labels")
    letter = PREDICTIONS[loss.prediction].symbol
    q = "q" if loss.target in ("classes", "labels") else "y"
    target = symbols.row(q, positive=True) if loss.target in ROWS else sympy.Symbol("y", **positive(loss.target))
    prediction = symbols.row(letter, real=True) if wide else sympy.Symbol(letter, real=True)
    settings: dict[str, Any] = {s.name: sympy.Symbol(s.symbol, positive=True) for s in loss.settings}
    if "label_smoothing" in settings:
        settings["label_smoothing"] = sympy.Integer(0)
    return unicode_line(loss.formula(target, prediction, **settings, **{c.name: c.values[0] for c in loss.choices}))


def positive(target: str) -> dict[str, bool]:
    if target == "class":
        return {"integer": True, "positive": True}
    return {"real": True} if target in ("real", "sign") else {"positive": True}


def table_row(loss: NamedLoss) -> str:
    keywords = [f"{s.name}={s.default}" if s.default is not None else s.name for s in loss.settings]
    keywords += [f"{c.name}={c.values[0]}" for c in loss.choices]
    name = f"`{loss.name}`" + (f" ({', '.join(keywords)})" if keywords else "")
    target = TARGETS[loss.target].words + ("" if loss.soft or not TARGETS[loss.target].soft else ", hard only")
    shown = formula(loss).replace("|", "∣")
    returns = "each row" if loss.reduction == "none" else loss.reduction
    prediction = PREDICTIONS[loss.prediction]
    return f"| {name} | {shown} | {target} | {prediction.symbol}, {prediction.words or 'probabilities'} | {returns} |"


def notes(loss: NamedLoss) -> str:
    parts = [loss.doc]
    if loss.drops:
        parts.append(f"Leaves out {loss.drops}.")
    if loss.clamp:
        parts.append(f"Bent except where {loss.clamp.words}.")
    if loss.elicits != "nothing named":
        parts.append(f"Elicits the {loss.elicits}.")
    if loss.aliases:
        parts.append(f"Also {', '.join(f'`{alias}`' for alias in loss.aliases)}.")
    return " ".join(parts) + f" Source: {loss.source}; arguments {', '.join(loss.arguments)}."


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix(".md"))
