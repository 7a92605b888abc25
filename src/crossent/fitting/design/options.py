"""What is to be learned, in the words of the command line, and which columns play which part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crossent import errors
from crossent.fitting.design.formula import Piece
from crossent.fitting.design.tables import Table


@dataclass(frozen=True)
class Options:
    """The words of the command line (and of `fit`), as they were given. `trials`: a column, or a number."""

    target: str
    features: Sequence[str] | None = None
    formula: str | None = None
    family: str | None = None
    positive: str | None = None
    trials: str | float | None = None
    offset: str | None = None
    exposure: str | None = None
    frequency: str | None = None
    weight: str | None = None
    cluster: str | None = None
    missing: str = "error"


def roles_of(table: Table, options: Options, pieces: Sequence[Piece]) -> dict[str, Any]:
    table.require(options.target, "--target")
    roles: dict[str, Any] = {}
    for name in ("offset", "exposure", "frequency", "weight", "cluster"):
        column = roles[name] = getattr(options, name)
        if column is not None:
            table.require(column, f"--{name}")
    trials = options.trials
    if isinstance(trials, str) and trials not in table.columns:
        try:
            trials = float(trials)
        except ValueError:
            table.require(str(trials), "--trials")
    roles["trials"] = trials
    if isinstance(trials, str):
        table.require(trials, "--trials")
    for piece in pieces:
        table.require(piece.column, "--formula" if options.formula is not None else "--features")
        for role in ("target", "frequency", "weight", "cluster"):
            if getattr(options, role) == piece.column and role in ("target",):
                option = f"--{role}"
                raise errors.design_predictor_is_target(piece.column, option)
    return roles
