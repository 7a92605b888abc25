"""Formulas of families under a link that is not their own, by the predictor eta: written out, or by the chain rule."""

from __future__ import annotations

from typing import Any

from crossent.families.negative_binomial import gradient as gradient_by_logs
from crossent.families.negative_binomial import hessian as hessian_by_logs
from crossent.families.negative_binomial import nll as nll_by_logs
from crossent.families.negative_binomial import nll_from_mean
from crossent.families.poisson import nll_from_rate
from crossent.vocabulary import HALF_LOG_TWO_PI, abs, exp, log, maximum, where

LEAST = -300  # of log_concentration; below, the loss is taken through log(mean)

# -- counts with eta = mean --------------------------------------------------------------------------------------------


def poisson_nll(y: Any, eta: Any) -> Any:
    return nll_from_rate(y, eta)


def poisson_gradient(y: Any, eta: Any) -> Any:
    return ((eta - y) / eta,)


def poisson_hessian(y: Any, eta: Any) -> Any:
    return (y / eta / eta,)


def poisson_fisher(y: Any, eta: Any) -> Any:
    return (1 / eta,)


def negative_binomial_nll(y: Any, eta: Any, log_concentration: Any) -> Any:
    direct = nll_from_mean(y, eta, exp(maximum(log_concentration, LEAST)))
    return where(log_concentration < LEAST, nll_by_logs(y, log(eta), log_concentration), direct)


def _split(mean: Any, log_concentration: Any) -> Any:  # r/(r + m) and m/(r + m); r may be infinite
    return 1 / (1 + mean * exp(-log_concentration)), 1 / (1 + exp(log_concentration) / mean)


def negative_binomial_gradient(y: Any, eta: Any, log_concentration: Any) -> Any:
    p, _ = _split(eta, log_concentration)
    _, by_concentration = gradient_by_logs(y, log(eta), log_concentration)
    return (eta - y) / eta * p, by_concentration


def negative_binomial_hessian(y: Any, eta: Any, log_concentration: Any) -> Any:
    p, q = _split(eta, log_concentration)
    _, _, by_concentration = hessian_by_logs(y, log(eta), log_concentration)
    return (y * (1 + q) / eta - q) * (p / eta), (eta - y) / eta * p * q, by_concentration


def negative_binomial_fisher(
    y: Any, eta: Any, log_concentration: Any
) -> Any:  # of the mean; of the concentration the size observed
    p, _ = _split(eta, log_concentration)
    _, _, by_concentration = hessian_by_logs(y, log(eta), log_concentration)
    return p / eta, 0 * eta, abs(by_concentration)


def negative_binomial_log_fisher(y: Any, log_mean: Any, log_concentration: Any) -> Any:
    p, _ = _split(exp(log_mean), log_concentration)
    _, _, by_concentration = hessian_by_logs(y, log_mean, log_concentration)
    return exp(log_mean) * p, 0 * log_mean, abs(by_concentration)


# -- a normal with mean = exp(eta) -------------------------------------------------------------------------------------


def normal_nll(y: Any, eta: Any, log_scale: Any) -> Any:
    from_log = (y - exp(eta)) * exp(-log_scale)
    return (log_scale + HALF_LOG_TWO_PI) + from_log * from_log / 2


def normal_gradient(y: Any, eta: Any, log_scale: Any) -> Any:
    inverse, m = exp(-log_scale), exp(eta)
    z = (y - m) * inverse
    return -z * (m * inverse), (1 - z) * (1 + z)


def normal_hessian(y: Any, eta: Any, log_scale: Any) -> Any:
    inverse, m = exp(-log_scale), exp(eta)
    z = (y - m) * inverse
    return (m * inverse) * ((2 * m - y) * inverse), 2 * z * (m * inverse), 2 * (z * z)


def normal_fisher(y: Any, eta: Any, log_scale: Any) -> Any:
    v = exp(eta - log_scale)
    return v * v, 0 * eta, 2 + 0 * eta
