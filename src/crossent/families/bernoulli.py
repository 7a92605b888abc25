"""Bernoulli: a yes or no, p(y) = p^y (1 - p)^(1 - y), with log-odds logits. The label may be soft: any y in [0, 1]."""

from crossent.families.contract import ExponentialFamily, Parameter, Parameterisation, Support
from crossent.families.estimates import weighted_mean
from crossent.vocabulary import (
    abs,
    exp,
    expm1,
    kl_div,
    log,
    log1p,
    sigmoid,
    sigmoid_residual,
    sigmoid_slope,
    softplus,
    softplus_mixture,
    where,
    xlog1py,
    xlogy,
)

parameters = (Parameter("logits", r"\eta", typical=(-8, 8)),)
support = Support("unit")


def density(y, logits):
    p = 1 / (1 + exp(-logits))
    return p**y * (1 - p) ** (1 - y)


def nll(y, logits):
    return softplus_mixture(y, logits)


def gradient(y, logits):
    return (sigmoid_residual(y, logits),)


def hessian(y, logits):
    return (sigmoid_slope(logits),)


def fisher_information(logits):
    return (sigmoid_slope(logits),)


def upper_bound(y, logits):
    return (sigmoid_slope(logits),)


def entropy(logits):  # the same for both signs; 1 - sigmoid would lose the tail of the other one
    return softplus_mixture(sigmoid(-abs(logits)), -abs(logits))


def mean(logits):
    return sigmoid(logits)


def variance(logits):
    return sigmoid_slope(logits)


def _gap(a, b):  # sigmoid(a) - sigmoid(b) for a < b
    return sigmoid(b) * sigmoid(-a) * expm1(a - b)


def kl_divergence(logits_p, logits_q):
    gap = where(logits_p < logits_q, _gap(logits_p, logits_q), where(logits_q < logits_p, -_gap(logits_q, logits_p), 0))
    yes = kl_div(sigmoid(logits_p), sigmoid(logits_q), gap)
    return yes + kl_div(sigmoid(-logits_p), sigmoid(-logits_q), -gap)


def unit_deviance(y, logits):
    residual = sigmoid_residual(y, logits)
    return 2 * (kl_div(y, sigmoid(logits), -residual) + kl_div(1 - y, sigmoid(-logits), residual))


def nll_from_probs(y, probs):
    return 0 - (xlogy(y, probs) + xlog1py(1 - y, -probs))  # what is certain and right costs 0, not -0


def divergence_of_probs(probs_p, probs_q):
    return kl_div(probs_p, probs_q, probs_p - probs_q) + kl_div(1 - probs_p, 1 - probs_q, probs_q - probs_p)


def deviance_from_probs(y, probs):
    return 2 * divergence_of_probs(y, probs)


def to_logits(probs):
    return (log(probs) - log1p(-probs),)


def to_probs(logits):
    return (sigmoid(logits),)


alternatives = (
    Parameterisation(
        ("probs",), ("unit",), to_logits, to_probs, nll_from_probs, deviance_from_probs, divergence_of_probs
    ),
)
exponential = ExponentialFamily(
    natural_parameter=lambda logits: (logits,),
    sufficient_statistic=lambda y: (y,),
    log_partition=softplus,
    log_base_measure=lambda y: 0 * y,
)


def sample(rng, shape, logits):
    return (rng.random(shape) < sigmoid(logits)).astype(float)


def fit_mle(y, weight):
    return (weighted_mean(y, weight),)
