"""One parameter is known, the other has a closed form: a NegativeBinomial's mean, a Laplace's location."""

from __future__ import annotations

import math

import numpy as np

from crossent.families import laplace, negative_binomial
from crossent.families.catalogue import FAMILIES
from crossent.fitting.unconditional import found, profile
from crossent.fitting.unconditional.accumulated import Observed, Table
from crossent.fitting.unconditional.continuous import LAPLACE_NOTE, distance_ends
from crossent.fitting.unconditional.found import Found, Parameter
from crossent.fitting.unconditional.least import mean_of
from crossent.fitting.unconditional.table import entropy, total_loss


def estimate_mean(kept: Table, concentration: float, sandwich: bool) -> Found:
    """A NegativeBinomial's mean for a known concentration r: the weighted mean, variance (m + m^2 / r) / n."""
    observed, mean = kept.observed(), mean_of(kept)
    n, r, level = float(observed.likelihood.sum()), concentration, profile.CHI_SQUARED_95
    total = total_loss(FAMILIES["NegativeBinomial"], observed, (mean, r))
    if mean == 0:
        reason = "At the boundary: every row is 0, and the likelihood has no curvature there."
        end = level / (2 * n) if math.isinf(r) else r * math.expm1(level / (2 * n * r))
        first = Parameter("mean", 0.0, None, (0.0, end), f"{reason} The interval is one-ended.", found.ONE_ENDED)
        if sandwich:
            first = Parameter("mean", 0.0, None, None, f"{reason} {found.NO_INTERVAL}", found.SCALED)
        return Found((first,), total, 1, None, entropy(kept))
    model = mean * (1 + mean / r) / n
    variance = float(observed.square @ (observed.target - mean) ** 2) / n**2 if sandwich else model
    method = found.SCALED if sandwich else found.MODEL
    if variance == 0:
        equal = Parameter("mean", mean, 0.0, None, "Every row is the same: nothing varies.", method)
        return Found((equal,), total, 1, None, entropy(kept))
    level *= variance / model

    def drop(log_mean: float) -> float:
        at = (np.float64(math.log(mean)), np.float64(log_mean), np.float64(math.log(r)))
        return 2 * n * float(negative_binomial.divergence_of_means(*at))

    step = math.sqrt(model) / mean
    ends = profile.interval(drop, math.log(mean), step, (-math.inf, math.inf), level)
    first = Parameter("mean", mean, variance, (math.exp(ends[0]), math.exp(ends[1])), method=method)
    return Found((first,), total, 1, np.array([[variance]]), entropy(kept))


def estimate_location(observed: Observed, scale: float, sandwich: bool) -> Found:
    """A Laplace's location for a known scale: a weighted median; the expected information, scale / sqrt(n)."""
    loc, n = float(laplace.fit_mle(observed.target, observed.likelihood)[0]), float(observed.likelihood.sum())
    model = scale * scale / n
    variance = model
    if sandwich:
        variance = scale * scale * float(observed.square @ np.sign(observed.target - loc) ** 2) / n**2
    level = profile.CHI_SQUARED_95 * variance / model
    residual = observed.target - loc
    nearest = float(observed.likelihood @ np.abs(residual)) / n
    below, above = distance_ends(residual, observed.likelihood, nearest + level * scale / (2 * n))
    method = found.SCALED if sandwich else found.MODEL
    first = Parameter("loc", loc, variance, (loc + below, loc + above), method=method)
    total = total_loss(FAMILIES["Laplace"], observed, (loc, scale))
    return Found((first,), total, 1, np.array([[variance]]), notes=(LAPLACE_NOTE,))
