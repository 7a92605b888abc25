"""The least sum of losses without predictors, alone: what a regression is compared with. No errors, no intervals."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from crossent.families import laplace
from crossent.families.catalogue import FAMILIES
from crossent.families.estimates import negative_binomial_mle
from crossent.fitting.unconditional.accumulated import Moments, RowWeight, Shares, Table, Values, fraction
from crossent.fitting.unconditional.counts import exact_total
from crossent.fitting.unconditional.newton import SampleLikelihood
from crossent.fitting.unconditional.state import UnconditionalState
from crossent.fitting.unconditional.table import total_loss
from crossent.scoring import finish


def least_total(state: UnconditionalState) -> tuple[float, tuple[float, ...]]:
    """The sum of w * nll at the maximum, and the standard parameters there (for a user's family the raw ones).

    A Normal whose target is constant has a loss of -inf.
    """
    kept, family = state.kept, state.family
    weight = fraction(state.totals.likelihood)
    if isinstance(kept, Shares):
        shares = [Fraction(each) / weight for each in kept.likelihood]
        every = [*shares, 1 - shares[0]] if family.classes is None else [s / sum(shares) for s in shares]
        entropy = finish.plus(*(finish.entropy_term(share) for share in every))
        return float(finish.times(entropy, finish.decimal(weight))), tuple(map(float, shares))
    if family is FAMILIES["Normal"] and set(state.known) <= {"log_scale"}:
        return _normal(kept, weight, state.known.get("log_scale"))
    observed = kept.observed()
    if state.own and family.name == "Laplace":
        loc, scale = (float(value) for value in laplace.fit_mle(observed.target, observed.likelihood))
        total = float(weight) * (np.log(2 * scale) + 1) if scale else float("-inf")
        return float(total), (loc, scale)
    if state.own and isinstance(kept, Table):
        values = _counts(family.name, kept)
        if values is not None:
            given = (np.array(values),) if family.classes is not None else values
            return total_loss(family, observed, given), values
    if family is FAMILIES["NegativeBinomial"] and set(state.known) == {"log_concentration"}:
        values = (mean_of(kept), math.exp(state.known["log_concentration"]))
        return total_loss(family, observed, values), values
    if family is FAMILIES["Laplace"] and set(state.known) == {"log_scale"}:
        loc, scale = float(laplace.fit_mle(observed.target, observed.likelihood)[0]), math.exp(state.known["log_scale"])
        return total_loss(family, observed, (loc, scale)), (loc, scale)
    likelihood = SampleLikelihood(family, dict(state.known), observed)
    free, _ = likelihood.maximise(likelihood.start())
    return likelihood.total(free), tuple(likelihood.raw(free))


def _normal(kept: Moments | Values, weight: Fraction, log_scale: float | None) -> tuple[float, tuple[float, ...]]:
    moments = kept
    if not isinstance(moments, Moments):
        observed, moments = moments.observed(), Moments()
        moments.update(observed.target, (), RowWeight(observed.likelihood, observed.square, observed.frequency))
    mean = fraction(moments.target) / weight
    variance = fraction(moments.squares) / weight - mean * mean
    if log_scale is not None:
        rows = log_scale + math.log(2 * math.pi) / 2 + float(variance) * math.exp(-2 * log_scale) / 2
        return float(weight) * rows, (float(mean), math.exp(log_scale))
    if variance <= 0:
        return float("-inf"), (float(mean), 0.0)
    logarithm = finish.log(finish.times(finish.TWO_PI, finish.decimal(variance)))
    total = finish.times(finish.decimal(weight / 2), finish.plus(logarithm, finish.decimal(1)))
    return float(total), (float(mean), float(finish.square_root(variance)))


def _counts(name: str, kept: Table) -> tuple[float, ...] | None:
    observed = kept.observed()
    if name == "NegativeBinomial":
        return negative_binomial_mle(observed.target, observed.likelihood)
    if name == "Poisson":
        return (mean_of(kept),)
    if name == "Binomial":
        trials = exact_total(observed.fixed[0].tolist(), kept)
        return (float(exact_total(observed.target.tolist(), kept) / trials) if trials else 0.0,)
    if name == "Multinomial":
        by_class = [exact_total(column, kept) for column in observed.target.T.tolist()]
        whole = sum(by_class, Fraction(0))
        return tuple(float(each / whole) for each in by_class) if whole else None
    return None


def mean_of(kept: Table) -> float:
    """The weighted mean of the target, rounded once."""
    targets = kept.observed().target
    return float(exact_total(targets.tolist(), kept) / exact_total([1.0] * len(targets), kept))
