"""Laplace: a real number, p(y) = exp(-|y - loc| / scale) / (2 scale), with log_scale = log(scale).

Not smooth: at y = loc the derivative by loc is taken as 0, the middle of the subgradients [-1/scale, 1/scale].
"""

from crossent.families.contract import Parameter, Parameterisation, Support
from crossent.families.estimates import weighted_mean, weighted_median
from crossent.families.normal import exp_rest
from crossent.vocabulary import LOG_TWO, abs, exp, log, times, where

parameters = (
    Parameter("loc", r"\mu", typical=(-3, 3), domain="real"),
    Parameter("log_scale", "s", typical=(-3, 3), domain="above_minus_infinity"),
)
support = Support("real")


def density(y, loc, log_scale):
    scale = exp(log_scale)
    return exp(-abs(y - loc) / scale) / (2 * scale)


def nll(y, loc, log_scale):
    return (log_scale + LOG_TWO) + times(abs(y - loc), exp(-log_scale))


def _slope(y, loc, log_scale):
    inverse = exp(-log_scale)
    return where(y < loc, inverse, where(loc < y, -inverse, 0))


def gradient(y, loc, log_scale):
    return _slope(y, loc, log_scale), 1 - times(abs(y - loc), exp(-log_scale))


def hessian(y, loc, log_scale):
    return 0 * loc, -_slope(y, loc, log_scale), times(abs(y - loc), exp(-log_scale))


def fisher_information(loc, log_scale):  # the variance of the gradient: the kink carries what the Hessian does not see
    inverse = exp(-log_scale)
    return inverse * inverse, 0 * loc, 1 + 0 * loc


def upper_bound(y, loc, log_scale):  # the off-diagonal 1 / scale, shared out in the units of the two
    inverse = exp(-log_scale)
    return inverse * inverse, times(abs(y - loc), inverse) + 1


def entropy(loc, log_scale):
    return log_scale + (LOG_TWO + 1)


def mean(loc, log_scale):
    return loc


def variance(loc, log_scale):
    return 2 * exp(2 * log_scale)


def kl_divergence(loc_p, log_scale_p, loc_q, log_scale_q):
    ratio = log_scale_p - log_scale_q
    return exp_rest(ratio) + times(exp_rest(-times(abs(loc_p - loc_q), exp(-log_scale_p))), exp(ratio))


def unit_deviance(y, loc, log_scale):
    return 2 * times(abs(y - loc), exp(-log_scale))


def nll_from_scale(y, loc, scale):
    return (log(scale) + LOG_TWO) + abs(y - loc) / scale


def to_log_scale(loc, scale):
    return loc, log(scale)


def to_scale(loc, log_scale):
    return loc, exp(log_scale)


alternatives = (Parameterisation(("loc", "scale"), ("real", "positive"), to_log_scale, to_scale, nll_from_scale),)


def sample(rng, shape, loc, log_scale):
    return rng.laplace(loc, exp(log_scale), shape)


def fit_mle(y, weight):
    loc = weighted_median(y, weight)
    return loc, weighted_mean(abs(y - loc), weight)
