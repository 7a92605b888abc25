"""NegativeBinomial: mean and concentration, the Poisson limit, and the test of Poisson against it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from crossent.families import negative_binomial
from crossent.families.catalogue import FAMILIES
from crossent.families.estimates import negative_binomial_mle
from crossent.fitting.chunks import Floats
from crossent.fitting.result import Test
from crossent.fitting.unconditional import found, profile
from crossent.fitting.unconditional.accumulated import Observed, Table
from crossent.fitting.unconditional.counts import mean_of_counts
from crossent.fitting.unconditional.found import Found, Parameter
from crossent.fitting.unconditional.table import entropy, total_loss

LIMIT = "The counts vary no more than a Poisson's: the concentration is infinite, which is the Poisson itself."
HIGHEST = 80.0  # of log(concentration) in searches; exp(80) is the Poisson to the last digit


def estimate_negative_binomial(kept: Table, sandwich: bool) -> Found:
    """mean = the weighted mean, the concentration by the root of its likelihood equation."""
    observed = kept.observed()
    mean, concentration = negative_binomial_mle(observed.target, observed.likelihood)
    family, n = FAMILIES["NegativeBinomial"], float(observed.likelihood.sum())
    if mean == 0:
        return _all_zero(kept, n)
    total = total_loss(family, observed, (mean, concentration))
    likelihood = Likelihood(observed, mean, concentration)
    if math.isinf(concentration):
        return _limit(likelihood, kept, total, n, sandwich)
    model = np.array([mean * (1 + mean / concentration) / n, concentration**2 / likelihood.curvature])
    covariance = np.diag(model)
    variances, levels = model.tolist(), [profile.CHI_SQUARED_95] * 2
    if sandwich:
        covariance = likelihood.sandwich(model)
        variances = [float(each) for each in np.diag(covariance)]
        levels = [profile.CHI_SQUARED_95 * r / m for r, m in zip(variances, model.tolist(), strict=True)]
    method = found.SCALED if sandwich else found.MODEL
    ends = likelihood.ends_of_mean(levels[0]), likelihood.ends_of_concentration(levels[1])
    parameters = (
        Parameter("mean", mean, variances[0], ends[0], method=method),
        Parameter("concentration", concentration, variances[1], ends[1], method=method),
    )
    return Found(parameters, total, 2, covariance, entropy(kept), values=(mean, concentration))


def _limit(likelihood: Likelihood, kept: Table, total: float, n: float, sandwich: bool) -> Found:
    mean = likelihood.mean
    residual = likelihood.observed.target - mean
    robust = float(likelihood.observed.square @ residual**2) / n**2 if sandwich else None
    first = mean_of_counts("mean", mean, n, robust)
    reason = "At the boundary: the Poisson limit, where the likelihood has no curvature by it."
    if sandwich:
        second = Parameter("concentration", math.inf, None, None, f"{reason} {found.NO_INTERVAL}")
    else:
        ends = likelihood.ends_of_concentration(profile.CHI_SQUARED_95)
        reason += " The interval is one-ended."
        second = Parameter("concentration", math.inf, None, ends, reason, found.ONE_ENDED)
        interval = likelihood.ends_of_mean(profile.CHI_SQUARED_95)
        first = Parameter("mean", mean, first.variance, interval)
    return Found((first, second), total, 2, None, entropy(kept), notes=(LIMIT,), values=(mean, math.inf))


def _all_zero(kept: Table, n: float) -> Found:
    """Every row is 0: as the concentration goes to 0 any mean fits as well as 0."""
    reason = "At the boundary: every row is 0, and the likelihood has no curvature there."
    unbounded = f"{reason} Without a known concentration the rows do not bound the mean."
    first = Parameter("mean", 0.0, None, (0.0, math.inf), unbounded, found.ONE_ENDED)
    second = Parameter("concentration", None, None, None, "Not determined: every row is 0.")
    return Found((first, second), 0.0, 2, None, entropy(kept), values=(0.0, math.inf))


class Likelihood:
    """Twice the drop of the log-likelihood from its maximum, by one parameter with the other one re-maximised."""

    def __init__(self, observed: Observed, mean: float, concentration: float) -> None:
        self.observed, self.mean, self.concentration = observed, mean, concentration
        self.weight = observed.likelihood
        self.log_r = HIGHEST if math.isinf(concentration) else math.log(concentration)
        self.least: Floats = self._rows(negative_binomial.nll, math.log(mean), self.log_r)

    def drop(self, log_mean: float, log_r: float) -> float:
        """2 (nll - least nll): the rows' differences are added, so that their common part does not round."""
        return 2 * math.fsum(self.weight * (self._rows(negative_binomial.nll, log_mean, log_r) - self.least))

    def slope(self, log_mean: float, log_r: float) -> float:
        """Of the sum of w * nll by log(concentration)."""
        return math.fsum(self.weight * self._rows(negative_binomial.gradient, log_mean, log_r)[1])

    @property
    def curvature(self) -> float:
        """Of the sum of w * nll by log(concentration), at the maximum."""
        return math.fsum(self.weight * self._rows(negative_binomial.hessian, math.log(self.mean), self.log_r)[2])

    def sandwich(self, model: Floats) -> Floats:
        """Covariance of (mean, concentration) from the scores of the rows."""
        by_log = self._rows(negative_binomial.gradient, math.log(self.mean), self.log_r)
        scores = np.column_stack([by_log[0] / self.mean, by_log[1] / self.concentration])
        influence = scores * model
        return (influence * self.observed.square[:, None]).T @ influence

    def ends_of_concentration(self, level: float) -> tuple[float, float]:
        """The mean stays the sample's whatever the concentration."""
        log_mean = math.log(self.mean)

        def drop(log_r: float) -> float:
            return self.drop(log_mean, log_r)

        lower, _ = profile.interval(drop, self.log_r, 0.5, (-math.inf, self.log_r), level)
        if math.isinf(self.concentration):
            return math.exp(lower), math.inf
        _, upper = profile.interval(drop, self.log_r, 0.5, (self.log_r, HIGHEST), level)
        return math.exp(lower), math.inf if upper == HIGHEST else math.exp(upper)

    def ends_of_mean(self, level: float) -> tuple[float, float]:
        """On the scale of its logarithm."""
        log_mean = math.log(self.mean)
        lower, upper = profile.interval(self._drop_by_mean, log_mean, 0.1, (-math.inf, math.inf), level)
        return math.exp(lower), math.exp(upper)

    def _drop_by_mean(self, log_mean: float) -> float:
        return self.drop(log_mean, self._best_log_r(log_mean))

    def _best_log_r(self, log_mean: float) -> float:
        """The root of the slope beside the maximum's; HIGHEST where there is none."""
        from scipy.optimize import brentq

        low = high = min(self.log_r, HIGHEST / 2)
        step = 0.25
        while self.slope(log_mean, low) > 0:
            low, step = low - step, 2 * step
        step = 0.25
        while self.slope(log_mean, high) < 0:
            high, step = high + step, 2 * step
            if high > HIGHEST:
                return HIGHEST
        return low if low == high else float(brentq(lambda r: self.slope(log_mean, r), low, high, xtol=1e-12))

    def _rows(self, formula: Any, log_mean: float, log_r: float) -> Any:
        from crossent.kernels.elementwise import evaluate_formula

        return evaluate_formula(formula, [self.observed.target, log_mean, log_r], len(self.observed.target))


def poisson_against_negative_binomial(kept: Table) -> Test:
    """The likelihood-ratio test of no overdispersion: half chi-squared with 0, half with 1 degree of freedom.

    The Poisson lies on the boundary of the negative binomials, hence the mixture (Self and Liang 1987).
    """
    from scipy.stats import chi2

    observed = kept.observed()
    mean, concentration = negative_binomial_mle(observed.target, observed.likelihood)
    statistic = 0.0
    if mean > 0 and math.isfinite(concentration):
        likelihood = Likelihood(observed, mean, concentration)
        statistic = max(likelihood.drop(math.log(mean), math.inf), 0.0)
    p_value = 1.0 if statistic == 0 else float(chi2.sf(statistic, 1)) / 2
    about = (
        "Poisson against NegativeBinomial; under the Poisson the statistic is 0 in half of the samples, "
        "chi-squared with 1 degree of freedom in the others (Self and Liang 1987)."
    )
    return Test("overdispersion", statistic, None, p_value, about)
