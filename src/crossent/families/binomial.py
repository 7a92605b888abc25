"""Binomial: y of total_count independent trials succeed, p(y) = C(n, y) p^y (1 - p)^(n - y), with log-odds logits."""

from crossent.families import bernoulli
from crossent.families.contract import ExponentialFamily, Numerical, Parameter, Parameterisation, Support
from crossent.families.estimates import weighted_mean
from crossent.families.expectation import binomial_entropy, binomial_kl_divergence
from crossent.vocabulary import (
    LOG_TWO_PI,
    abs,
    binet,
    exp,
    is_zero,
    kl_div,
    lgamma,
    log,
    maximum,
    multiply_add,
    sigmoid,
    sigmoid_residual,
    sigmoid_slope,
    softplus,
    times,
    where,
)

parameters = (Parameter("logits", r"\eta", typical=(-8, 8)),)
fixed = (Parameter("total_count", "n", typical=(0, 60), domain="count"),)
support = Support("count_to")
FAR = 600  # beyond, a logit enters only as the log-odds of the rarer outcome: exp(-FAR) is nothing beside 1


def density(y, logits, total_count):
    p, n = 1 / (1 + exp(-logits)), total_count
    return exp(lgamma(n + 1) - lgamma(y + 1) - lgamma(n - y + 1)) * p**y * (1 - p) ** (n - y)


def _excess(y, logits, total_count):  # y - n p, of the rarer outcome first: n p needs more digits than p has
    n, x = total_count, -abs(logits)
    rare, p = where(logits < 0, y, n - y), sigmoid(x)
    excess = multiply_add(-n, p, rare) - n * sigmoid_residual(p, x)  # p was rounded: the residual is what that lost
    return where(logits < 0, excess, -excess)


def _arrangements(y, total_count):  # -log of the binomial coefficient, with the entropy of y/n taken out: Loader's form
    n, other = total_count, total_count - y
    certain = is_zero(y) | is_zero(other)
    k, j, n = where(certain, 1, y), where(certain, 1, other), where(certain, 2, n)
    return where(certain, 0, (LOG_TWO_PI + log(k * (j / n))) / 2 + (binet(k) + (binet(j) - binet(n))))


def _divergence(y, p, q, excess, total_count):  # of the trials from the coin: never negative, 0 at y = n p
    return kl_div(y, total_count * p, excess) + kl_div(total_count - y, total_count * q, -excess)


def _within(y, logits, total_count):  # logits up to FAR, and what moving them there takes off nll
    rare = where(logits < 0, y, total_count - y)
    beyond = where(is_zero(rare), 0, maximum(abs(logits) - FAR, 0))
    return where(beyond > 0, where(logits < 0, -FAR, FAR), logits), times(rare, beyond)


def nll(y, logits, total_count):
    z, moved = _within(y, logits, total_count)
    divergence = _divergence(y, sigmoid(z), sigmoid(-z), _excess(y, z, total_count), total_count)
    return moved + (divergence + _arrangements(y, total_count))


def gradient(y, logits, total_count):
    z, _ = _within(y, logits, total_count)
    return (-_excess(y, z, total_count),)


def hessian(y, logits, total_count):
    return (total_count * sigmoid_slope(logits),)


def fisher_information(logits, total_count):
    return (total_count * sigmoid_slope(logits),)


def upper_bound(y, logits, total_count):
    return (total_count * sigmoid_slope(logits),)


entropy = Numerical(binomial_entropy)


def mean(logits, total_count):
    return total_count * sigmoid(logits)


def variance(logits, total_count):
    return total_count * sigmoid_slope(logits)


kl_divergence = Numerical(binomial_kl_divergence)


def unit_deviance(y, logits, total_count):
    return 2 * _divergence(y, sigmoid(logits), sigmoid(-logits), _excess(y, logits, total_count), total_count)


def nll_from_probs(y, probs, total_count):
    excess = multiply_add(-total_count, probs, y)
    return _divergence(y, probs, 1 - probs, excess, total_count) + _arrangements(y, total_count)


def deviance_from_probs(y, probs, total_count):
    return 2 * _divergence(y, probs, 1 - probs, multiply_add(-total_count, probs, y), total_count)


alternatives = (
    Parameterisation(
        ("probs",), ("unit",), bernoulli.to_logits, bernoulli.to_probs, nll_from_probs, deviance_from_probs
    ),
)
exponential = ExponentialFamily(
    natural_parameter=lambda logits, total_count: (logits,),
    sufficient_statistic=lambda y: (y,),
    log_partition=lambda logits, total_count: total_count * softplus(logits),
    log_base_measure=lambda y, total_count: lgamma(total_count + 1) - lgamma(y + 1) - lgamma(total_count - y + 1),
)


def sample(rng, shape, logits, total_count):
    return rng.binomial(total_count, sigmoid(logits), shape).astype(float)


def fit_mle(y, weight, total_count):
    return (weighted_mean(y, weight, per=total_count),)
