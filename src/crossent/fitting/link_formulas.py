"""The formulas behind the links: a mean as a function of the predictor eta, in the forms that keep their digits.

For a probability there are two costs: yes = -log(mean) and no = -log(1 - mean), each with slope and bend by eta. A row
with y of n successes costs y yes + (n - y) no: where y is 0 or n, a single term is left, whose digits are all good.
"""

from __future__ import annotations

from typing import Any

from crossent.families.normal import exp_rest
from crossent.vocabulary import (
    exp,
    expm1,
    inverse_mills_ratio,
    inverse_mills_slope,
    is_zero,
    log,
    log1mexp,
    log1p,
    log_ndtr,
    minimum,
    sigmoid,
    sigmoid_slope,
    softplus,
    where,
)

FAR = -20  # below, t = exp(eta) is so small that two terms of a series in t are exact
CERTAIN = 7  # above, exp(-exp(eta)) is 0


def everywhere(eta: Any) -> Any:
    return eta >= eta


def below_zero(eta: Any) -> Any:
    return eta < 0


def above_zero(eta: Any) -> Any:
    return eta > 0


def inside_unit(eta: Any) -> Any:
    return (eta > 0) & (eta < 1)


def same(eta: Any) -> Any:
    return 1 * eta


def one(eta: Any) -> Any:
    return 1 + 0 * eta


def zero(eta: Any) -> Any:
    return 0 * eta


def reciprocal(eta: Any) -> Any:
    return 1 / eta


def minus_reciprocal_square(eta: Any) -> Any:
    return -1 / eta / eta


# -- logit -------------------------------------------------------------------------------------------------------------


def log_odds(mean: Any) -> Any:
    return log(mean) - log1p(-mean)


def logit_yes(eta: Any) -> Any:
    return softplus(-eta)


def logit_yes_slope(eta: Any) -> Any:
    return -sigmoid(-eta)


def logit_no(eta: Any) -> Any:
    return softplus(eta)


def logit_no_slope(eta: Any) -> Any:
    return sigmoid(eta)


def logit_bend(eta: Any) -> Any:
    return sigmoid_slope(eta)


# -- probit: mean = Phi(eta) -------------------------------------------------------------------------------------------


def probit_raw(eta: Any) -> Any:
    return log_ndtr(eta) - log_ndtr(-eta)


def probit_slope(eta: Any) -> Any:
    return inverse_mills_ratio(eta) + inverse_mills_ratio(-eta)


def probit_curvature(eta: Any) -> Any:
    return inverse_mills_slope(-eta) - inverse_mills_slope(eta)


def probit(mean: Any) -> Any:
    from scipy.special import ndtri

    return ndtri(mean)


def probit_yes(eta: Any) -> Any:
    return -log_ndtr(eta)


def probit_yes_slope(eta: Any) -> Any:
    return -inverse_mills_ratio(eta)


def probit_yes_bend(eta: Any) -> Any:
    return inverse_mills_slope(eta)


def probit_no(eta: Any) -> Any:
    return -log_ndtr(-eta)


def probit_no_slope(eta: Any) -> Any:
    return inverse_mills_ratio(-eta)


def probit_no_bend(eta: Any) -> Any:
    return inverse_mills_slope(-eta)


# -- cloglog: mean = 1 - exp(-t), t = exp(eta) -------------------------------------------------------------------------


def cloglog_mean(eta: Any) -> Any:
    return -expm1(-exp(eta))


def cloglog(mean: Any) -> Any:
    return log(-log1p(-mean))


def _positive(eta: Any) -> Any:  # t, or 1 where t is 0: the answer there comes from the series
    t = exp(minimum(eta, CERTAIN))
    return where(is_zero(t), 1, t)


def _share(eta: Any) -> Any:  # t/(exp(t) - 1)
    s = _positive(eta)
    return where(eta < FAR, 1 - exp(eta) / 2, s * exp(-s) / -expm1(-s))


def cloglog_yes(eta: Any) -> Any:
    return where(eta < FAR, exp(eta) / 2 - eta, -log1mexp(exp(eta)))


def cloglog_yes_slope(eta: Any) -> Any:
    return -_share(eta)


def cloglog_yes_bend(eta: Any) -> Any:
    t, s = exp(eta), _positive(eta)
    return where(eta < FAR, t * (3 - t) / 6, _share(eta) * exp_rest(-s) / -expm1(-s))


def cloglog_no(eta: Any) -> Any:
    return exp(eta)


def cloglog_raw(eta: Any) -> Any:  # log(exp(t) - 1)
    t = exp(eta)
    return where(eta < FAR, eta + t / 2, t + log1mexp(t))


def cloglog_slope(eta: Any) -> Any:
    t, s = exp(eta), _positive(eta)
    return where(eta < CERTAIN, where(eta < FAR, 1 + t / 2, s / -expm1(-s)), t)


def cloglog_curvature(eta: Any) -> Any:
    t, s = exp(eta), _positive(eta)
    near = minimum(s, 1)
    rest = where(s < 1, exp_rest(near) / expm1(near), 1 - _share(eta))  # 1 - t/(exp(t) - 1)
    return where(eta < CERTAIN, where(eta < FAR, t * (3 + t) / 6, rest * (s / -expm1(-s))), t)


# -- log: mean = exp(eta), eta < 0 where it is a probability -----------------------------------------------------------


def log_yes(eta: Any) -> Any:
    return -eta


def minus_one(eta: Any) -> Any:
    return 0 * eta - 1


def log_no(eta: Any) -> Any:
    return -log1mexp(-eta)


def log_no_slope(eta: Any) -> Any:
    return 1 / expm1(-eta)


def log_no_bend(eta: Any) -> Any:
    return -1 / (expm1(-eta) * expm1(eta))


def log_raw(eta: Any) -> Any:
    return eta - log1mexp(-eta)


def log_slope(eta: Any) -> Any:
    return -1 / expm1(eta)


# -- identity on a probability -----------------------------------------------------------------------------------------


def identity_yes(eta: Any) -> Any:
    return -log(eta)


def identity_yes_slope(eta: Any) -> Any:
    return -1 / eta


def reciprocal_square(eta: Any) -> Any:
    return 1 / eta / eta


def identity_no(eta: Any) -> Any:
    return -log1p(-eta)


def identity_no_slope(eta: Any) -> Any:
    return 1 / (1 - eta)


def identity_no_bend(eta: Any) -> Any:
    return 1 / (1 - eta) / (1 - eta)


def identity_slope(eta: Any) -> Any:
    return 1 / eta / (1 - eta)


def identity_curvature(eta: Any) -> Any:
    return (2 * eta - 1) / eta / eta / (1 - eta) / (1 - eta)
