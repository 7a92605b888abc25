"""Normal: a real number, p(y) = exp(-(y - loc)^2 / (2 scale^2)) / (scale sqrt(2 pi)), with log_scale = log(scale)."""

from crossent.families.contract import ExponentialFamily, Parameter, Parameterisation, Support
from crossent.families.estimates import weighted_mean
from crossent.vocabulary import (
    HALF_LOG_TWO_PI,
    LOG_TWO_PI,
    SQRT_TWO_PI,
    abs,
    exp,
    expm1,
    log,
    log1pmx,
    maximum,
    minimum,
    sqrt,
    times,
    where,
)

parameters = (
    Parameter("loc", r"\mu", typical=(-3, 3), domain="real"),
    Parameter("log_scale", "s", typical=(-3, 3), domain="above_minus_infinity"),
)
support = Support("real")


def density(y, loc, log_scale):
    scale = exp(log_scale)
    return exp(-((y - loc) ** 2) / (2 * scale**2)) / (SQRT_TWO_PI * scale)


def nll(y, loc, log_scale):
    z = times(y - loc, exp(-log_scale))
    return (log_scale + HALF_LOG_TWO_PI) + z * z / 2


def gradient(y, loc, log_scale):
    inverse = exp(-log_scale)
    z = times(y - loc, inverse)
    return -times(z, inverse), (1 - z) * (1 + z)


def hessian(y, loc, log_scale):
    inverse = exp(-log_scale)
    z = times(y - loc, inverse)
    return inverse * inverse, 2 * times(z, inverse), 2 * (z * z)


def fisher_information(loc, log_scale):
    inverse = exp(-log_scale)
    return inverse * inverse, 0 * loc, 2 + 0 * loc


def upper_bound(y, loc, log_scale):  # the off-diagonal 2 |z| / scale, shared out in the units of the two
    inverse = exp(-log_scale)
    z = abs(times(y - loc, inverse))
    return (1 + 2 * z) * (inverse * inverse), 2 * z * (1 + z)


def entropy(loc, log_scale):
    return log_scale + (LOG_TWO_PI + 1) / 2


def mean(loc, log_scale):
    return loc


def variance(loc, log_scale):
    return exp(2 * log_scale)


def exp_rest(x):  # exp(x) - 1 - x, never negative, 0 at 0
    near = maximum(minimum(x, 1), -1)
    return where(abs(x) < 1, -log1pmx(expm1(near)), expm1(x) - x)


def kl_divergence(loc_p, log_scale_p, loc_q, log_scale_q):
    z = times(loc_p - loc_q, exp(-log_scale_q))
    return (exp_rest(2 * (log_scale_p - log_scale_q)) + z * z) / 2


def unit_deviance(y, loc, log_scale):
    z = times(y - loc, exp(-log_scale))
    return z * z


def nll_from_scale(y, loc, scale):
    z = (y - loc) / scale
    return (log(scale) + HALF_LOG_TWO_PI) + z * z / 2


def deviance_from_scale(y, loc, scale):
    z = (y - loc) / scale
    return z * z


def to_log_scale(loc, scale):
    return loc, log(scale)


def to_scale(loc, log_scale):
    return loc, exp(log_scale)


alternatives = (
    Parameterisation(
        ("loc", "scale"), ("real", "positive"), to_log_scale, to_scale, nll_from_scale, deviance_from_scale
    ),
)
exponential = ExponentialFamily(
    natural_parameter=lambda loc, log_scale: (loc * exp(-2 * log_scale), -exp(-2 * log_scale) / 2),
    sufficient_statistic=lambda y: (y, y * y),
    log_partition=lambda first, second: -first * first / (4 * second) - log(-2 * second) / 2,
    log_base_measure=lambda y: 0 * y - HALF_LOG_TWO_PI,
)


def sample(rng, shape, loc, log_scale):
    return rng.normal(loc, exp(log_scale), shape)


def fit_mle(y, weight):
    loc = weighted_mean(y, weight)
    return loc, sqrt(weighted_mean((y - loc) ** 2, weight))
