"""The chain of a family whose target is one number."""

from __future__ import annotations

from typing import Any

from crossent.families.contract import Family
from crossent.proof.chain import decomposition, iid, likelihood, notes
from crossent.proof.chain.derivatives import Derivatives, derivatives
from crossent.proof.chain.estimate import estimate
from crossent.proof.chain.regression import link_of, regression
from crossent.proof.chain.sample import sample
from crossent.proof.chain.slopes import slopes
from crossent.proof.chain.subject import Subject, subject
from crossent.proof.results import Derivation


def chain(family: Family, target: Any, weight: Any, link: str | None, fixed: dict[str, Any]) -> Derivation:
    """All stages, in the order of the argument."""
    it, made = family._once("derivation", lambda: _read(family))
    link = link_of(it, link)
    data = None if target is None else sample(family, target, weight, fixed)
    steps = [
        *likelihood.density(it, data),
        *likelihood.likelihood(it, data),
        *likelihood.cross_entropy(it, data),
        *decomposition.decomposition(it, data),
        *slopes(it, made, data),
        *estimate(it, made[0], data),
        *regression(it, made[0], link, data),
        *iid.bought(bool(family.support.discrete), data),
    ]
    return Derivation(family.name, likelihood.answer(it), tuple(steps), notes.notes(it))


def _read(family: Family) -> tuple[Subject, tuple[Derivatives, Derivatives]]:
    """What does not depend on data, read and checked once for each family."""
    it = subject(family)
    return it, derivatives(it)
