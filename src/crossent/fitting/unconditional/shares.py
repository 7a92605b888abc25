"""Bernoulli and Categorical: probabilities are the weighted shares of the classes."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from crossent.families import bernoulli
from crossent.fitting.unconditional import found, profile
from crossent.fitting.unconditional.accumulated import Shares, Totals, fraction
from crossent.fitting.unconditional.found import Found, Parameter
from crossent.scoring import finish

SATURATED = (
    "The model is saturated: it has a parameter for every share, so it fits them exactly (KL 0) and no degrees of "
    "freedom are left for a test of fit."
)


def estimate_shares(kept: Shares, totals: Totals, names: tuple[str, ...], sandwich: bool, binary: bool) -> Found:
    """Each share with its error, sqrt(p (1 - p) / weight) or the sandwich's, and its interval."""
    weight = fraction(totals.likelihood)
    entire = weight if binary else Fraction(sum(kept.likelihood))  # rows of shares miss 1 by a rounding
    probs = [Fraction(each) / entire for each in kept.likelihood]
    square = fraction(totals.square)
    parameters = []
    for k, name in enumerate(names):
        p = probs[k] if k < len(probs) else Fraction(0)
        spread = Fraction(0)
        if k < len(probs):
            spread = Fraction(kept.square_square[k]) - 2 * p * Fraction(kept.square[k]) + p * p * square
        robust = float(spread / weight**2) if sandwich else None
        parameters.append(share(name, p, weight, robust))
    every = [*probs, 1 - probs[0]] if binary else probs
    entropy = finish.plus(*(finish.entropy_term(p) for p in every))
    total = float(finish.times(entropy, finish.decimal(weight)))
    counted = 1 if binary else len(names) - 1
    return Found(
        tuple(parameters), total, counted, _covariance(parameters, weight, binary or sandwich), total / float(weight),
        notes=(SATURATED,), values=tuple(float(p) for p in probs),
    )  # fmt: skip


def _covariance(parameters: list[Parameter], weight: Fraction, single: bool) -> np.ndarray | None:
    if single:
        variance = parameters[0].variance
        return np.array([[variance]]) if len(parameters) == 1 and variance is not None else None
    p = np.array([parameter.value for parameter in parameters], np.float64)
    return (np.diag(p) - np.outer(p, p)) / float(weight)


def share(name: str, p: Fraction, trials: Fraction, robust: float | None) -> Parameter:
    """A probability that was p of `trials`. Twice the drop of the log-likelihood is 2 trials KL(p, q).

    At the boundary the interval has one end: 1 - exp(-c / (2 trials)) from 0, where c is chi-squared's 95 % quantile.
    """
    value = float(p)
    model = float(p * (1 - p) / trials)
    if p in (0, 1):
        return _at_the_boundary(name, value, float(trials), robust)
    variance, ratio = (model, 1.0) if robust is None else (robust, robust / model)
    if ratio == 0:
        return Parameter(name, value, 0.0, None, "Every row has the same share: nothing varies.", found.SCALED)
    ends = share_ends(value, float(trials), profile.CHI_SQUARED_95 * ratio)
    return Parameter(name, value, variance, ends, method=found.MODEL if robust is None else found.SCALED)


def share_ends(value: float, trials: float, level: float) -> tuple[float, float]:
    """Where 2 trials KL(value, q) = level, on both sides."""

    def drop(q: float) -> float:
        return 2 * trials * float(bernoulli.divergence_of_probs(value, q))

    step = math.sqrt(level * value * (1 - value) / trials)
    lower, _ = profile.interval(drop, value, min(step, value / 2), (0.0, value), level)
    _, upper = profile.interval(drop, value, min(step, (1 - value) / 2), (value, 1.0), level)
    return lower, upper


def _at_the_boundary(name: str, value: float, trials: float, robust: float | None) -> Parameter:
    happened = "never" if value == 0 else "always"
    reason = f"At the boundary: it happened {happened}, and the likelihood has no curvature there."
    if robust is not None:
        return Parameter(name, value, None, None, f"{reason} {found.NO_INTERVAL}", found.SCALED)
    half = profile.CHI_SQUARED_95 / (2 * trials)
    ends = (0.0, -math.expm1(-half)) if value == 0 else (math.exp(-half), 1.0)
    return Parameter(name, value, None, ends, f"{reason} The interval is one-ended.", found.ONE_ENDED)
