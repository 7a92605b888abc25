"""What all estimates from a table of distinct rows share: the sum of losses, and the empirical entropy."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from crossent.families.contract import Family
from crossent.fitting.unconditional.accumulated import Observed, Table
from crossent.scoring import finish


def total_loss(family: Family, observed: Observed, values: tuple[Any, ...]) -> float:
    """The sum of w * nll at these values of the standard parameters, exact but for each row's own rounding."""
    from crossent.families.evaluation import assemble

    member = _member(family, observed, values)
    batch = assemble(member.member, observed.target, observed.likelihood)
    return float(member.evaluate(batch, double=True).total.round())


def total_deviance(family: Family, observed: Observed, values: tuple[Any, ...]) -> float:
    """The sum of w * unit deviance at these values of the standard parameters."""
    from crossent.kernels.exact_sum import ExactSum

    raw = _member(family, observed, values).raw()
    fixed = () if family.classes is not None else observed.fixed
    rows = np.asarray(family.evaluate("unit_deviance", observed.target, *raw, *fixed))
    return ExactSum.of(rows, observed.likelihood).round()


def _member(family: Family, observed: Observed, values: tuple[Any, ...]) -> Any:
    given = dict(zip(family.standard.names, values, strict=True))
    if family.classes is not None:
        return family(**{name: np.broadcast_to(value, observed.target.shape) for name, value in given.items()})
    return family(**given, **{p.name: column for p, column in zip(family.fixed, observed.fixed, strict=True)})


def entropy(kept: Table) -> float:
    """Of the empirical distribution of the target, given the fixed parameters: -sum of s log s. Biased low."""
    width = kept.width
    of_fixed: dict[tuple[float, ...], Fraction] = {}
    whole = Fraction(0)
    for key, (likelihood, _, _) in kept.sums.items():
        of_fixed[key[width:]] = of_fixed.get(key[width:], Fraction(0)) + likelihood
        whole += likelihood
    terms = (
        finish.times(
            finish.decimal(-Fraction(likelihood) / whole), finish.log(Fraction(likelihood) / of_fixed[key[width:]])
        )
        for key, (likelihood, _, _) in kept.sums.items()
        if likelihood != of_fixed[key[width:]]
    )
    return float(finish.plus(*terms))
