"""Poisson, Binomial and Multinomial: closed forms for the estimates, their errors and their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from crossent.families import poisson
from crossent.families.catalogue import FAMILIES
from crossent.fitting.unconditional import found, profile
from crossent.fitting.unconditional.accumulated import Observed, Table
from crossent.fitting.unconditional.found import Found, Parameter
from crossent.fitting.unconditional.shares import share
from crossent.fitting.unconditional.table import entropy, total_loss


def exact_total(values: Sequence[float], kept: Table) -> Fraction:
    """The sum of weight times value, over the rows of a table in order of their keys."""
    sums = (Fraction(kept.sums[key][0]) * Fraction(v) for key, v in zip(sorted(kept.sums), values, strict=True))
    return sum(sums, Fraction(0))


def estimate_poisson(kept: Table, sandwich: bool) -> Found:
    """rate = the weighted mean; error sqrt(rate / weight)."""
    observed = kept.observed()
    weight = exact_total([1.0] * len(observed.target), kept)
    exact = exact_total(observed.target.tolist(), kept) / weight
    rate, n = float(exact), float(weight)
    robust = float(observed.square @ (observed.target - rate) ** 2) / n**2 if sandwich else None
    parameter = mean_of_counts("rate", rate, n, robust)
    covariance = None if parameter.variance is None else np.array([[parameter.variance]])
    total = total_loss(FAMILIES["Poisson"], observed, (rate,))
    return Found((parameter,), total, 1, covariance, entropy(kept), values=(rate,))


def mean_of_counts(name: str, rate: float, n: float, robust: float | None) -> Parameter:
    """A Poisson's rate. Twice the drop of the log-likelihood is 2 n (kl_div(rate, r)); from 0, r = c / (2 n)."""
    level = profile.CHI_SQUARED_95
    if rate == 0:
        reason = "At the boundary: every row is 0, and the likelihood has no curvature there."
        if robust is not None:
            return Parameter(name, 0.0, None, None, f"{reason} {found.NO_INTERVAL}", found.SCALED)
        reason += " The interval is one-ended."
        return Parameter(name, 0.0, None, (0.0, level / (2 * n)), reason, found.ONE_ENDED)
    model = rate / n
    if robust == 0:
        return Parameter(name, rate, 0.0, None, "Every row is the same: nothing varies.", found.SCALED)
    variance = model if robust is None else robust
    level *= variance / model

    def drop(r: float) -> float:
        return 2 * n * float(poisson.divergence_of_rates(rate, r))

    step = math.sqrt(level * model)
    lower, _ = profile.interval(drop, rate, min(step, rate / 2), (0.0, rate), level)
    _, upper = profile.interval(drop, rate, step, (rate, math.inf), level)
    return Parameter(name, rate, variance, (lower, upper), method=found.MODEL if robust is None else found.SCALED)


def estimate_binomial(kept: Table, sandwich: bool) -> Found:
    """probs = successes / trials; error sqrt(p (1 - p) / trials)."""
    observed = kept.observed()
    trials = exact_total(observed.fixed[0].tolist(), kept)
    p = exact_total(observed.target.tolist(), kept) / trials if trials else Fraction(0)
    if not trials:
        parameter = Parameter("probs", None, None, None, "No row has a trial: nothing is known of it.")
        return Found((parameter,), 0.0, 1, None, 0.0, values=(0.0,))
    robust = None
    if sandwich:
        residual = observed.target - float(p) * observed.fixed[0]
        robust = float(observed.square @ residual**2) / float(trials) ** 2
    parameter = share("probs", p, trials, robust)
    covariance = None if parameter.variance is None else np.array([[parameter.variance]])
    total = total_loss(FAMILIES["Binomial"], observed, (float(p),))
    return Found((parameter,), total, 1, covariance, entropy(kept), values=(float(p),))


def estimate_multinomial(kept: Table, names: tuple[str, ...], sandwich: bool) -> Found:
    """probs = the share of each class among all counts; errors sqrt(p (1 - p) / counts)."""
    observed = kept.observed()
    by_class = [exact_total(column, kept) for column in observed.target.T.tolist()]
    trials = sum(by_class, Fraction(0))
    if not trials:
        missing = tuple(
            Parameter(name, None, None, None, "Every count is 0: nothing is known of it.") for name in names
        )
        return Found(missing, 0.0, len(names) - 1, None, 0.0)
    probs = [count / trials for count in by_class]
    p = np.array([float(each) for each in probs])
    parameters = tuple(
        share(name, each, trials, _robust(observed, k, float(each), float(trials)) if sandwich else None)
        for k, (name, each) in enumerate(zip(names, probs, strict=True))
    )
    covariance = None if sandwich else (np.diag(p) - np.outer(p, p)) / float(trials)
    total = total_loss(FAMILIES["Multinomial"], observed, (p,))
    return Found(parameters, total, len(names) - 1, covariance, entropy(_given_total(kept)), values=tuple(p.tolist()))


def _robust(observed: Observed, k: int, p: float, trials: float) -> float:
    residual = observed.target[:, k] - p * observed.target.sum(axis=1)
    return float(observed.square @ residual**2) / trials**2


def _given_total(kept: Table) -> Table:
    """The same table with the number of draws as a fixed parameter."""
    return Table(
        {(*key[: kept.width], math.fsum(key[: kept.width])): sums for key, sums in kept.sums.items()}, kept.width
    )
