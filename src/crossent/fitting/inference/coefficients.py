"""The table of coefficients: estimate, standard error, z or t, p-value, 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np

from crossent.fitting.chunks import Floats
from crossent.fitting.inference.distributions import quantile_975, two_sided
from crossent.fitting.model import Model
from crossent.fitting.result import Coefficient

AT_INFINITY = "Infinite: the likelihood grows without end in its direction."
UNDETERMINED = "Undetermined: the rows say that some combination with others is infinite, but not its sign."
LIMIT = "At the boundary: the limit in which the likelihood has no curvature by it."


def coefficient_table(
    model: Model,
    coefficients: Floats,
    covariance: Floats,
    degrees_of_freedom: float | None = None,
    infinite: Mapping[int, float] | None = None,
    undetermined: Collection[int] = (),
) -> tuple[Coefficient, ...]:
    """A row for each of `model.names`; a learned scalar by its standard name, with the interval of its logarithm.

    `covariance` is that of all parameters (P, P), or of those alone that are neither infinite nor undetermined.
    """
    infinite = infinite or {}
    finite = [i for i in range(len(model.names)) if i not in infinite and i not in undetermined]
    place = {i: j for j, i in enumerate(finite)}
    if len(covariance) != len(finite):
        covariance = covariance[np.ix_(finite, finite)]
    rows = []
    for i, name in enumerate(model.names):
        if i in undetermined:
            rows.append(Coefficient(name, None, reason=UNDETERMINED))
        elif i in infinite:
            reason = LIMIT if i >= model.linear else AT_INFINITY
            rows.append(Coefficient(standard_name(model, i), float(infinite[i]), reason=reason))
        else:
            variance = float(covariance[place[i], place[i]])
            rows.append(_row(model, i, float(coefficients[i]), math.sqrt(variance), degrees_of_freedom))
    return tuple(rows)


def _row(model: Model, i: int, estimate: float, error: float, degrees_of_freedom: float | None) -> Coefficient:
    half = quantile_975(degrees_of_freedom) * error
    if i >= model.linear:
        name = standard_name(model, i)
        if name == model.names[i]:
            return Coefficient(name, estimate, error, None, None, (estimate - half, estimate + half))
        value = math.exp(estimate)
        ends = (math.exp(estimate - half), math.exp(estimate + half))
        return Coefficient(name, value, value * error, None, None, ends, "Wald, on the scale of the logarithm")
    z = estimate / error if error else None
    p_value = None if z is None else two_sided(z, degrees_of_freedom)
    reason = "" if error else "The rows leave no variation: the error is 0."
    return Coefficient(model.names[i], estimate, error, z, p_value, (estimate - half, estimate + half), reason=reason)


def standard_name(model: Model, i: int) -> str:
    """`log_scale` is shown as its exponential: `scale`."""
    name = model.names[i]
    return name.removeprefix("log_") if i >= model.linear else name
