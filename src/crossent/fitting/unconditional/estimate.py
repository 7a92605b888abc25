"""`estimate`: maximum likelihood without predictors, from arrays, from rows, or from a state that has seen them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from crossent import errors
from crossent.families.catalogue import FAMILIES
from crossent.families.contract import Family
from crossent.fitting.chunks import ArrayRows, Rows
from crossent.fitting.result import Fit, Test
from crossent.fitting.unconditional.accumulated import Table
from crossent.fitting.unconditional.adequacy import DRAWS, goodness_of_fit
from crossent.fitting.unconditional.continuous import estimate_laplace, estimate_normal
from crossent.fitting.unconditional.counts import estimate_binomial, estimate_multinomial, estimate_poisson
from crossent.fitting.unconditional.found import Found
from crossent.fitting.unconditional.general import estimate_any
from crossent.fitting.unconditional.known import estimate_location, estimate_mean
from crossent.fitting.unconditional.negative_binomial import (
    estimate_negative_binomial,
    poisson_against_negative_binomial,
)
from crossent.fitting.unconditional.shares import estimate_shares
from crossent.fitting.unconditional.state import UnconditionalState

QUASI = (
    "The target holds fractions: a quasi-likelihood, whose errors are the sandwich's (Papke and Wooldridge 1996); "
    "the cross-entropy's floor is that of the mean target."
)
BIASED = "The entropy is that of the empirical distribution: it is biased low, by about (values - 1) / (2 n)."


def estimate(
    family: Family,
    target: Any,
    *,
    weight: Any = None,
    frequency: Any = None,
    fixed: Sequence[Any] = (),
    known: Mapping[str, float] | None = None,
    classes: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = 0,
    name: str = "the data",
) -> Fit:
    """The member of the family under which the target is most likely: the least cross-entropy from it to a member.

        minimise sum of frequency * weight * nll(y, parameters)

    Args:
        family: any family, the catalogue's or your own
        target: float64; class indices or rows of shares or counts for families over classes    (n,) or (n, K)
        weight: importance, at least 0: errors are the sandwich's                               (n,)
        frequency: how often each row was seen: as if the rows were repeated                    (n,)
        fixed: of each fixed parameter (total_count) a number or                                (n,)
        known: raw parameters that are not learned, by name: {"log_scale": 0.0}
        classes: names of the classes, for families over classes
        draws, seed: of the parametric bootstrap behind the test of fit; 0 draws: no test
    Returns:
        a `Fit` in nats: standard parameters with errors from the observed information (a Laplace's location: the
        expected) and 95 % profile-likelihood intervals; entropy and KL for discrete targets; tests; notes.
    Accuracy: estimates in closed form are correctly rounded quotients of exact sums; intervals to about 1e-12.
    Errors: DataError for a target outside the support or constant with a free scale; NoAnswerError where Newton's
        method finds no maximum.

    >>> from crossent.families.catalogue import Bernoulli
    >>> fit = estimate(Bernoulli, np.array([1.0, 0.0, 1.0, 1.0]))
    >>> fit.parameters[0].name, fit.parameters[0].estimate, round(fit.parameters[0].standard_error, 6)
    ('probs', 0.75, 0.216506)
    >>> [round(end, 6) for end in fit.parameters[0].ci95]
    [0.277582, 0.983771]
    """
    target = np.asarray(target, np.float64)
    rows = ArrayRows(
        (), target, np.empty((len(target), 0)), fixed=tuple(fixed), frequency=frequency, weight=weight, name=name
    )
    return estimate_rows(family, rows, known=known, classes=classes, draws=draws, seed=seed)


def estimate_rows(
    family: Family,
    rows: Rows,
    *,
    known: Mapping[str, float] | None = None,
    classes: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = 0,
) -> Fit:
    """`estimate` in one pass over rows of any origin."""
    state = UnconditionalState(family, dict(known or {}), name=rows.name)
    for chunk in rows.chunks():
        state.update(chunk)
    return estimate_state(state, classes=classes, draws=draws, seed=seed)


def estimate_state(state: UnconditionalState, *, classes: Sequence[str] = (), draws: int = DRAWS, seed: int = 0) -> Fit:
    """`estimate` from what has been kept of the rows, here or elsewhere."""
    if state.kept is None or not state.totals.likelihood.units:
        raise errors.no_rows_to_learn_from(state.name)
    soft = bool(getattr(state.kept, "soft", False))
    sandwich = state.weighted or soft
    found = _found(state, tuple(classes), sandwich)
    notes = [*found.notes, *([QUASI] if soft else [])]
    tests: list[Test] = []
    if isinstance(state.kept, Table) and found.entropy is not None:
        notes.append(BIASED)
    if state.own and state.family.name in ("Poisson", "NegativeBinomial") and not sandwich:
        tests.append(poisson_against_negative_binomial(state.kept))
    test, note = goodness_of_fit(state, found, draws, seed)
    tests += [test] if test is not None else []
    notes += [note] if note else []
    n, weight = state.totals.frequency.round(), state.totals.likelihood.round()
    return Fit(
        family=state.family.name,
        link=None,
        n=n,
        weight=weight,
        log_likelihood=0.0 - found.total,
        null_log_likelihood=None,
        deviance=None,
        null_deviance=None,
        counted=found.counted,
        aic=2 * found.total + 2 * found.counted,
        bic=2 * found.total + math.log(n) * found.counted,
        converged=True,
        iterations=found.iterations,
        parameters=tuple(parameter.coefficient for parameter in found.parameters),
        errors="sandwich" if sandwich else "model",
        entropy=found.entropy,
        tests=tuple(tests),
        notes=tuple(notes),
        covariance=found.covariance,
    )


def _found(state: UnconditionalState, classes: tuple[str, ...], sandwich: bool) -> Found:
    family, kept, totals = state.family, state.kept, state.totals
    known = dict(state.known)
    if family is FAMILIES["NegativeBinomial"] and set(known) == {"log_concentration"}:
        return estimate_mean(kept, math.exp(known["log_concentration"]), sandwich)
    if family is FAMILIES["Laplace"] and set(known) == {"log_scale"}:
        return estimate_location(kept.observed(), math.exp(known["log_scale"]), sandwich)
    if not state.own:
        return estimate_any(family, state.known, kept, sandwich)
    if family.name == "Bernoulli":
        return estimate_shares(kept, totals, ("probs",), sandwich, binary=True)
    if family.name == "Categorical":
        return estimate_shares(kept, totals, _names(classes, len(kept.likelihood)), sandwich, binary=False)
    if family.name == "Multinomial":
        return estimate_multinomial(kept, _names(classes, kept.width), sandwich)
    if family.name == "Normal":
        return estimate_normal(kept, totals, state.name, sandwich)
    if family.name == "Laplace":
        return estimate_laplace(kept.observed(), totals, state.name, sandwich)
    by_table = {
        "Poisson": estimate_poisson,
        "Binomial": estimate_binomial,
        "NegativeBinomial": estimate_negative_binomial,
    }
    if family.name in by_table and FAMILIES[family.name] is family:
        return by_table[family.name](kept, sandwich)
    return estimate_any(family, state.known, kept, sandwich)


def _names(classes: tuple[str, ...], seen: int) -> tuple[str, ...]:
    levels = classes or tuple(str(k) for k in range(seen))
    return tuple(f"probs[{level}]" for level in levels)
