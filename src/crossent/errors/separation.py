"""Links, predictors that are not independent, and outcomes that the predictors separate."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import UsageError
from crossent.errors.words import listed


def link_not_applicable(family: str, name: str, known: Iterable[str]) -> UsageError:
    known = list(known)
    return UsageError(
        f"link of {family} must be one of {listed(known)}; got {name!r}.",
        f"leave it out for {known[0]}.",
        family=family, link=name, known=known,
    )  # fmt: skip
