"""Poisson: a count with mean rate, p(y) = rate^y exp(-rate) / y!, with log_rate = log(rate)."""

from crossent.families.contract import ExponentialFamily, Numerical, Parameter, Parameterisation, Support
from crossent.families.estimates import weighted_mean
from crossent.families.expectation import poisson_entropy
from crossent.vocabulary import LOG_TWO_PI, binet, exp, expm1, is_zero, kl_div, lgamma, log, maximum, where

parameters = (Parameter("log_rate", r"\eta", typical=(-3, 8)),)
support = Support("count")
LOW = -600  # below, a rate is nothing beside a count of 1, and log_rate enters as y * log_rate alone


def density(y, log_rate):
    rate = exp(log_rate)
    return exp(-rate) * rate**y / exp(lgamma(y + 1))


def _arrangements(y):  # log y! with y log y - y taken out: Loader's form, in which the large terms never meet
    k = where(is_zero(y), 1, y)
    return where(is_zero(y), 0, (LOG_TWO_PI + log(k)) / 2 + binet(k))


def _rate(y, log_rate):
    return exp(where(is_zero(y), log_rate, maximum(log_rate, LOW)))


def _divergence(y, log_rate):
    rate, below = _rate(y, log_rate), where(is_zero(y), 0, maximum(LOW - log_rate, 0))
    return y * below + kl_div(y, rate, y - rate)


def nll(y, log_rate):
    return _divergence(y, log_rate) + _arrangements(y)


def gradient(y, log_rate):
    return (_rate(y, log_rate) - y,)


def hessian(y, log_rate):
    return (exp(log_rate),)


def fisher_information(log_rate):
    return (exp(log_rate),)


def upper_bound(y, log_rate):
    return (exp(log_rate),)


entropy = Numerical(poisson_entropy)


def mean(log_rate):
    return exp(log_rate)


def variance(log_rate):
    return exp(log_rate)


def difference_of_means(log_p, log_q):  # exp(log_p) - exp(log_q), not losing what they share
    less, more = exp(log_q) * expm1(log_p - log_q), -exp(log_p) * expm1(log_q - log_p)
    return where(log_p < log_q, less, where(log_q < log_p, more, 0))


def kl_divergence(log_rate_p, log_rate_q):
    return kl_div(exp(log_rate_p), exp(log_rate_q), difference_of_means(log_rate_p, log_rate_q))


def unit_deviance(y, log_rate):
    return 2 * _divergence(y, log_rate)


def nll_from_rate(y, rate):
    return kl_div(y, rate, y - rate) + _arrangements(y)


def deviance_from_rate(y, rate):
    return 2 * kl_div(y, rate, y - rate)


def divergence_of_rates(rate_p, rate_q):
    return kl_div(rate_p, rate_q, rate_p - rate_q)


def to_log_rate(rate):
    return (log(rate),)


def to_rate(log_rate):
    return (exp(log_rate),)


alternatives = (
    Parameterisation(
        ("rate",), ("nonnegative",), to_log_rate, to_rate, nll_from_rate, deviance_from_rate, divergence_of_rates
    ),
)
exponential = ExponentialFamily(
    natural_parameter=lambda log_rate: (log_rate,),
    sufficient_statistic=lambda y: (y,),
    log_partition=exp,
    log_base_measure=lambda y: -lgamma(y + 1),
)


def sample(rng, shape, log_rate):
    return rng.poisson(exp(log_rate), shape).astype(float)


def fit_mle(y, weight):
    return (weighted_mean(y, weight),)
