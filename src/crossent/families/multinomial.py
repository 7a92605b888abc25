"""Multinomial: a row of counts y of n draws, n = sum of y, each draw one of k classes with probabilities softmax(z)."""

from __future__ import annotations

from crossent.families import categorical, over_classes
from crossent.families.contract import Parameter, Parameterisation, Support
from crossent.families.domains import is_count
from crossent.kernels.classes import ClassFormulas
from crossent.vocabulary import HALF_LOG_TWO_PI, binet, exp, is_zero, kl_div, lgamma, log, multiply_add, where

parameters = (Parameter("logits", r"z", typical=(-8, 8)),)
fixed = (Parameter("total_count", "n", typical=(1, 100), domain="count"),)
support = Support("count_classes")

FAR = 600  # the probability of a class this far behind the likeliest is close to underflow: take its logarithm apart


def density(y, z):
    n, share = sum(y), exp(-lgamma(1 + sum(y)))
    for y_j, z_j in zip(y, z, strict=True):
        share = share * exp(lgamma(1 + y_j)) / (exp(z_j) / sum(exp(other) for other in z)) ** y_j
    return 1 / share if n >= 0 else share


# nll = sum of kl_div(y_j, n p_j) + sum of stirling(y_j) over y_j > 0 - stirling(n): terms that are never negative, but
# for the last, which is taken together with the largest count (`most`), where both are large and nearly equal.


def stirling(y):  # log y! - (y log y - y)
    some = where(y > 0, y, 1)
    return where(y > 0, HALF_LOG_TWO_PI + log(some) / 2 + binet(some), 0)


def stirling_less(y, n):  # stirling(y) - stirling(n)
    some, many = where(y > 0, y, 1), where(n > 0, n, 1)
    return where(n > 0, log(some / many) / 2 + (binet(some) - binet(many)), 0)


def excess(y, n, odds, s):  # (y - n p_j) / p, where p_j = odds p: what the products round off is put back
    above, below = y * s, n * odds
    return (y - below) + above + (multiply_add(y, s, -above) - multiply_add(n, odds, -below))


def divergence(y, n, behind, spread, odds, s, p):  # kl_div(y, n p_j)
    expected = n * odds * p
    near = kl_div(y, expected, excess(y, n, odds, s) * p)
    some, many = where(y > 0, y, 1), where(n > 0, n, 1)
    far = where(y > 0, y * (log(some / many) + behind + spread) - y + expected, expected)
    return where(behind < FAR, near, far)


def part(y, n, behind, spread, odds, s, p):
    return divergence(y, n, behind, spread, odds, s, p) + stirling(y)


def part_most(y, n, behind, spread, odds, s, p):
    return divergence(y, n, behind, spread, odds, s, p) + stirling_less(y, n)


def residual(y, n, odds, s, p):
    return -excess(y, n, odds, s) * p


def residual_most(y, n, s, p):
    return ((n - y) - y * s) * p


# -- from probabilities as they are given ------------------------------------------------------------------------------


def divergence_given(y, n, p):
    return where(is_zero(y), n * p, kl_div(y, n * p, multiply_add(-n, p, y)))


def part_given(y, n, p):
    return divergence_given(y, n, p) + stirling(y)


def part_given_most(y, n, p):
    return divergence_given(y, n, p) + stirling_less(y, n)


def rest_given(n, missing):  # sum of y - n p_j: 0 but for the rounding of the probabilities
    return n * missing


classes = ClassFormulas(
    name="Multinomial",
    contains=is_count,
    odds=categorical.odds,
    nll=categorical.nll,
    probability=categorical.probability,
    gradient_own=categorical.gradient_own,
    gradient_other=categorical.gradient_other,
    hessian_own=categorical.hessian_own,
    hessian_other=categorical.hessian_other,
    part=part,
    part_most=part_most,
    residual=residual,
    residual_most=residual_most,
    part_given=part_given,
    part_given_most=part_given_most,
    rest_given=rest_given,
    indexed=False,
    exact_inside=True,
)
alternatives = (Parameterisation(("probs",), ("unit",), over_classes.to_logits, over_classes.from_logits),)

entropy = over_classes.multinomial_entropy
kl_divergence = over_classes.multinomial_divergence
unit_deviance = over_classes.multinomial_deviance
mean = over_classes.multinomial_mean
variance = over_classes.multinomial_variance
fisher_information = over_classes.multinomial_information
sample = over_classes.sample_counts
fit_mle = over_classes.count_shares
