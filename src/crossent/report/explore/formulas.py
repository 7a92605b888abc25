"""The script of formulas that the page carries: the steps', the families' and the Rosetta's, as JavaScript."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Collection
from dataclasses import fields
from typing import Any

from crossent.families.catalogue import FAMILIES
from crossent.families.contract import Family, Parameter
from crossent.proof.language.coordinates import PREDICTIONS
from crossent.proof.language.named_loss import NamedLoss
from crossent.proof.rosetta import find
from crossent.report.explore import steps
from crossent.report.explore.javascript import javascript

ROW_TARGETS = ("classes", "labels", "counts")
ROW_DISTRIBUTIONS = ("categorical", "labels")

# what the second free part compares, in the words that `prove` takes
LOSSES = (
    "bce", "ce", "bce_logits", "kl", "brier", "focal(gamma=2)", "hinge", "logistic", "exponential", "wrong_sign_bce",
    "softmax_bce", "sigmoid_ce", "multiclass_brier", "torch.nn.BCEWithLogitsLoss", "torch.nn.BCELoss",
    "torch.nn.CrossEntropyLoss",
    "mse", "mae", "huber(delta=1)", "log_cosh", "normal(scale=1)", "laplace(scale=1)",
    "poisson", "deviance_poisson", "torch.nn.PoissonNLLLoss",
)  # fmt: skip


def script() -> str:
    """Four constants: F, the numbers of the steps; FAMILIES; LOSSES of the Rosetta; their COORDINATES."""
    numbers = {name: javascript(formula, _arguments(formula), rows) for name, (formula, rows) in steps.FORMULAS.items()}
    families = {key(family): _family(family) for family in FAMILIES.values()}
    losses = {json.dumps(text): _loss(text) for text in LOSSES}
    coordinates = {
        json.dumps(name): _object({
            "of": json.dumps(made.of),
            "words": json.dumps(made.words),
            "from_raw": javascript(made.from_raw, ["z"], ["z"] if made.of in ROW_DISTRIBUTIONS else []),
        })
        for name, made in PREDICTIONS.items()
    }  # fmt: skip
    constants = {"F": numbers, "FAMILIES": families, "LOSSES": losses, "COORDINATES": coordinates}
    return "\n".join(f"const {name} = {_object(members)};" for name, members in constants.items())


def _object(members: dict[str, str]) -> str:
    return "{\n" + "".join(f"{name}: {text},\n" for name, text in members.items()) + "}"


def _arguments(formula: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(formula).parameters)


def key(family: Family) -> str:
    """The family's name in the page, in snake_case."""
    return "".join("_" + c.lower() if c.isupper() else c for c in family.name).lstrip("_")


def _parameters(parameters: Collection[Parameter]) -> str:
    return json.dumps([{"name": p.name, "low": p.typical[0], "high": p.typical[1]} for p in parameters])


def _family(family: Family) -> str:
    members = {
        "parameters": _parameters(family.parameters),
        "fixed": _parameters(family.fixed),
        "support": json.dumps(family.support.kind),
        "words": json.dumps(family.support.words),
    }
    if family.classes is not None:
        pieces = [field.name for field in fields(family.classes) if callable(getattr(family.classes, field.name))]
        members["formulas"] = _object({
            name: javascript(getattr(family.classes, name), _arguments(getattr(family.classes, name)))
            for name in pieces
            if name != "contains"
        })  # fmt: skip
        return _object(members)
    names = ["y", *(p.name for p in (*family.parameters, *family.fixed))]
    for quantity in ("nll", "gradient", "hessian"):
        members[quantity] = javascript(family.formula(quantity), names)
    return _object(members)


def value_of(text: str) -> tuple[NamedLoss, Callable[[Any, Any], Any]]:
    """A loss of the Rosetta by its text, and its formula as a function of target and prediction alone."""
    loss, settings, choices = find(text)
    plain = {name: int(value) if value.is_integer else float(value) for name, value in settings.items()}
    return loss, lambda target, prediction: loss.formula(target, prediction, **plain, **choices)


def _loss(text: str) -> str:
    loss, formula = value_of(text)
    rows = ["target"] * (loss.target in ROW_TARGETS) + ["prediction"] * (
        PREDICTIONS[loss.prediction].of in ROW_DISTRIBUTIONS
    )
    return _object({
        "target": json.dumps(loss.target),
        "prediction": json.dumps(loss.prediction),
        "doc": json.dumps(loss.doc),
        "value": javascript(formula, ["target", "prediction"], rows),
    })  # fmt: skip
