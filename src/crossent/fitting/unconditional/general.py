"""Any family: estimates by `fit_mle` or Newton's method, errors by the delta method, intervals by the profile."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from crossent import errors
from crossent.families.contract import Family
from crossent.fitting.chunks import Floats
from crossent.fitting.unconditional import found, profile
from crossent.fitting.unconditional.accumulated import Observed, Table
from crossent.fitting.unconditional.found import Found, Parameter
from crossent.fitting.unconditional.newton import SampleLikelihood
from crossent.fitting.unconditional.table import entropy


def estimate_any(family: Family, known: Mapping[str, float], kept: Any, sandwich: bool) -> Found:
    """The maximum over the raw parameters that are not known; each standard parameter with error and interval."""
    observed = kept.observed()
    likelihood = SampleLikelihood(family, dict(known), observed)
    start = likelihood.start() if family.fit_mle is None or known else _closed(family, observed)
    free, iterations = likelihood.maximise(start)
    _, hessian = likelihood.derivatives(free)
    model = _inverse(family, hessian)
    raw = likelihood.raw(free)
    slopes = jacobian(family, raw)[:, likelihood.free]
    values = [float(value) for value in family.standard.from_raw(*(np.float64(value) for value in raw))]
    covariance = model
    if sandwich:
        influence = likelihood.scores(free) @ model
        covariance = (influence * observed.square[:, None]).T @ influence
    standard, by_model = slopes @ covariance @ slopes.T, np.diag(slopes @ model @ slopes.T)
    learned = [j for j in range(len(values)) if slopes[j].any()]
    parameters = tuple(
        _parameter(likelihood, free, j, values[j], slopes[j], standard[j, j], by_model[j], sandwich) for j in learned
    )
    return Found(
        parameters, likelihood.total(free), len(free), standard[np.ix_(learned, learned)],
        entropy(kept) if isinstance(kept, Table) else None, iterations, values=tuple(values),
    )  # fmt: skip


def _closed(family: Family, observed: Observed) -> Floats:
    assert family.fit_mle is not None
    values = family.fit_mle(observed.target, observed.likelihood, *observed.fixed)
    return np.array([float(value) for value in family.standard.to_raw(*map(np.float64, values))])


def _inverse(family: Family, hessian: Floats) -> Floats:
    scale = np.sqrt(np.abs(np.diag(hessian)))
    scaled = hessian / np.outer(scale, scale)
    if not np.linalg.eigvalsh(scaled)[0] > 1e-13:
        raise errors.curvature_flat(family.name)
    return np.asarray(np.linalg.inv(scaled) / np.outer(scale, scale))


def _parameter(
    likelihood: SampleLikelihood, free: Floats, j: int, value: float, slope: Floats, variance: float, model: float,
    sandwich: bool,
) -> Parameter:  # fmt: skip
    name = likelihood.family.standard.names[j]
    (alone, *more) = np.flatnonzero(slope).tolist()
    if more:
        half = math.sqrt(profile.CHI_SQUARED_95 * variance)
        return Parameter(name, value, variance, (value - half, value + half), method="Wald")
    level = profile.CHI_SQUARED_95 * variance / model
    least = likelihood.total(free)

    def drop(at: float) -> float:
        point = free.copy()
        point[alone] = at
        return 2 * (likelihood.total(likelihood.maximise(point, held=alone)[0]) - least)

    step = math.sqrt(model) / abs(float(slope[alone]))
    ends = profile.interval(drop, float(free[alone]), step, (-math.inf, math.inf), level)
    shown = []
    for end in ends:
        point = free.copy()
        point[alone] = end
        shown.append(float(likelihood.family.standard.from_raw(*map(np.float64, likelihood.raw(point)))[j]))
    method = found.SCALED if sandwich else found.MODEL
    return Parameter(name, value, float(variance), (min(shown), max(shown)), method=method)


def jacobian(family: Family, raw: list[float]) -> Floats:
    """The derivatives of the standard parameters by the raw ones, derived from the formula."""
    from crossent.families.derivatives import derivative
    from crossent.families.graph import function, trace

    names = [parameter.name for parameter in family.parameters]
    variables, results = trace(family.standard.from_raw, names)
    entries = [derivative(family.name, result, variable, {}) for result in results for variable in variables]
    made = function("jacobian", names, entries, single=False)(*map(np.float64, raw))
    return np.array([float(entry) for entry in made]).reshape(len(results), len(names))
