"""Deriving a loss from its density."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crossent.errors.kinds import UsageError, UsageTypeError
from crossent.errors.words import listed


def density_contradicts_nll(family: str, point: Mapping[str, str]) -> UsageError:
    return UsageError(
        f"{family}: nll must be -log of density; at {', '.join(f'{k} = {v}' for k, v in point.items())} it is not.",
        "correct one of the two, or leave density out: it is exp(-nll).",
        family=family, point=dict(point),
    )  # fmt: skip


def formula_contradicts(family: str, what: str, derived: str, point: Mapping[str, str]) -> UsageError:
    return UsageError(
        f"{family}: {what} must be what follows from nll, {derived}; "
        f"at {', '.join(f'{k} = {v}' for k, v in point.items())} it is not.",
        f"correct {what}, or leave it out: it is derived.",
        family=family, what=what, point=dict(point),
    )  # fmt: skip


def not_a_fixed_parameter(family: str, name: str, known: Iterable[str]) -> UsageTypeError:
    known = list(known)
    return UsageTypeError(
        f"{family}: what is given besides the data must be a fixed parameter; {name!r} is none of {family}.",
        f"its fixed parameters: {listed(known)}." if known else "it has none that the data does not tell.",
        family=family, argument=name,
    )  # fmt: skip
