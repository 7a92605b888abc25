"""Categorical: one of k classes, y, from logits z, p_j = exp(z_j) / sum of exp(z). y may be a row of probabilities."""

from __future__ import annotations

from crossent.families import over_classes
from crossent.families.contract import Parameter, Parameterisation, Support
from crossent.families.domains import is_unit
from crossent.kernels.classes import ClassFormulas
from crossent.vocabulary import exp, exp_difference, log, log1p, multiply_add, times

parameters = (Parameter("logits", r"z", typical=(-8, 8)),)
support = Support("classes")


def density(y, z):
    return exp(z[y]) / sum(exp(z_j) for z_j in z)


# -- a class y that happened: s is the sum of the other classes' odds against it, so nothing cancels -------------------


def odds(z_j, z_y):
    return exp_difference(z_j, z_y)


def nll(s):
    return log1p(s)


def probability(s):
    return 1 / (1 + s)


def gradient_own(s, p):  # p - 1, keeping the tail of a saturated row
    return -s * p


def gradient_other(odds_j, p):
    return odds_j * p


def hessian_own(s, p):
    return s * p * p


def hessian_other(odds_j, p):
    return odds_j * p * (1 - odds_j * p)


# -- a row of probabilities q: odds, s and p are those of the likeliest class, behind = its logit - z_j, spread = nll(s)


def part(q_j, total, behind, spread, odds_j, s, p):
    return times(q_j, behind + spread)


def residual(q_j, total, odds_j, s, p):  # total p_j - q_j
    return multiply_add(total * odds_j, p, -q_j)


def residual_most(q_j, total, s, p):  # of the likeliest class itself
    return (total - q_j) - total * s * p


# -- from probabilities as they are given ------------------------------------------------------------------------------


def part_given(q_j, total, p_j):
    return times(q_j, -log(p_j))


def rest_given(total, missing):
    return 0 * missing


classes = ClassFormulas(
    name="Categorical",
    contains=is_unit,
    odds=odds,
    nll=nll,
    probability=probability,
    gradient_own=gradient_own,
    gradient_other=gradient_other,
    hessian_own=hessian_own,
    hessian_other=hessian_other,
    part=part,
    part_most=part,
    residual=residual,
    residual_most=residual_most,
    part_given=part_given,
    part_given_most=part_given,
    rest_given=rest_given,
    indexed=True,
)
alternatives = (Parameterisation(("probs",), ("unit",), over_classes.to_logits, over_classes.from_logits),)

entropy = over_classes.categorical_entropy
kl_divergence = over_classes.categorical_divergence
unit_deviance = over_classes.categorical_deviance
mean = over_classes.categorical_mean
variance = over_classes.categorical_variance
fisher_information = over_classes.categorical_information
sample = over_classes.sample_class
fit_mle = over_classes.class_shares
