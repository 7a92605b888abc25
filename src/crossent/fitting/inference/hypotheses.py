"""Tests of several coefficients together: Wald's, and the likelihood ratio."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crossent import errors
from crossent.fitting.inference.distributions import chi_squared_tail, f_tail
from crossent.fitting.result import Fit, Test


def wald_test(fit: Fit, names: Sequence[str]) -> Test:
    """Are these coefficients all 0?  b' V^-1 b, with V their covariance.

    Chi-squared with as many degrees of freedom; where the fit's tests are t tests, the statistic is divided by their
    number and compared with F. UsageError if a name is not a coefficient with a standard error.
    """
    known = [parameter.name for parameter in fit.parameters]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise errors.coefficients_unknown(unknown, known)
    finite = [parameter.name for parameter in fit.parameters if parameter.standard_error is not None]
    without = [name for name in names if name not in finite]
    if without or fit.covariance is None:
        raise errors.coefficients_without_errors(without or names)
    covariance = fit.covariance
    order = finite if len(covariance) == len(finite) else known
    places = [order.index(name) for name in names]
    estimates = np.array([fit.parameters[known.index(name)].estimate for name in names], np.float64)
    block = covariance[np.ix_(places, places)]
    scale = np.sqrt(np.diag(block))
    correlation = block / np.outer(scale, scale)
    if np.linalg.matrix_rank(correlation, tol=1e-10, hermitian=True) < len(names):
        raise errors.covariance_singular(names)
    z = estimates / scale
    statistic, k = float(z @ np.linalg.solve(correlation, z)), len(names)
    about = f"{', '.join(names)} = 0, by the {fit.errors} covariance"
    if fit.degrees_of_freedom is None:
        return Test("Wald", statistic, k, chi_squared_tail(statistic, k), f"{about}; chi-squared.")
    df = fit.degrees_of_freedom
    about = f"{about}; F with {k} and {df:.12g} degrees of freedom."
    return Test("Wald", statistic / k, k, f_tail(statistic / k, k, df), about)


def likelihood_ratio(smaller: Fit, larger: Fit) -> Test:
    """Does the larger model say more than the smaller one, which is nested in it?  2 (log L - log L0), chi-squared.

    Both must be fits of the same rows and family, by likelihood: not with importance weights, clusters or fractions.
    That they are nested, the caller knows. A Poisson in a NegativeBinomial lies on its boundary: half of chi-squared
    with 0 degrees of freedom, half with 1 (Self and Liang 1987).
    """
    for fit in (smaller, larger):
        if fit.errors != "model":
            raise errors.likelihood_ratio_needs_likelihood(fit.errors)
    boundary = (smaller.family, larger.family) == ("Poisson", "NegativeBinomial")
    pieces: dict[str, tuple[object, object]] = {
        "n": (smaller.n, larger.n),
        "the weight": (smaller.weight, larger.weight),
    }
    if not boundary:
        pieces["family"] = (smaller.family, larger.family)
    targets = smaller.columns.get("target"), larger.columns.get("target")
    if None not in targets:
        pieces["the target"] = targets
    for piece, (one, other) in pieces.items():
        if one != other:
            raise errors.models_not_nested(piece, one, other)
    free = larger.counted - smaller.counted
    if free < 1:
        raise errors.models_not_nested(piece="the number of parameters", smaller=smaller.counted, larger=larger.counted)
    return ratio_test(
        "likelihood ratio", 2 * (larger.log_likelihood - smaller.log_likelihood), free, boundary, "the smaller model"
    )


def ratio_test(name: str, statistic: float, free: int, boundary: bool, against: str) -> Test:
    """The p-value of twice a difference of log-likelihoods."""
    if statistic < 0 and abs(statistic) > 1e-6:
        raise errors.larger_model_less_likely(statistic / 2)
    statistic = max(statistic, 0.0)  # below 0 by rounding alone
    if not boundary:
        about = f"against {against}; chi-squared with {free} degrees of freedom."
        return Test(name, statistic, free, chi_squared_tail(statistic, free), about)
    about = (
        f"against {against}, on the boundary: half chi-squared with {free - 1}, half with {free} degrees of freedom."
    )
    below = (1.0 if statistic == 0 else 0.0) if free == 1 else chi_squared_tail(statistic, free - 1)
    return Test(name, statistic, None, (below + chi_squared_tail(statistic, free)) / 2, about)
