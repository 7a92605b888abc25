"""The harness is tested: a family that is wrong in one place breaks the law that speaks about that place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from laws import LAWS

from crossent.families import binomial, negative_binomial, normal, poisson
from crossent.families.catalogue import FAMILIES
from crossent.families.contract import Numerical, Support
from crossent.families.normal import unit_deviance
from crossent.families.poisson import kl_divergence as divergence
from crossent.vocabulary import HALF_LOG_TWO_PI, is_zero, where

NORMAL, POISSON, BINOMIAL, NEGATIVE = (FAMILIES[n] for n in ("Normal", "Poisson", "Binomial", "NegativeBinomial"))


def _wrong_sign(y, loc, log_scale):
    return normal.nll(y, loc, -log_scale)


def _without_constant(y, loc, log_scale):
    return normal.nll(y, loc, log_scale) - HALF_LOG_TWO_PI


def _wrong_branch(y, log_rate):
    return where(is_zero(y), 2 * poisson.nll(y, log_rate), poisson.nll(y, log_rate))


def _wrong_density(y, log_rate):
    return poisson.density(y, log_rate) * (1 + y / 1000)


def _shifted_gradient(y, log_rate):  # an epsilon in the derivative only
    return (poisson.gradient(y, log_rate)[0] + y / 10**9,)


def _unfinished_hessian(y, log_mean, log_concentration):
    first, across, second = negative_binomial.hessian(y, log_mean, log_concentration)
    return first, across, second - negative_binomial.gradient(y, log_mean, log_concentration)[1]


def _low_bound(y, loc, log_scale):
    return tuple(entry / 2 for entry in normal.upper_bound(y, loc, log_scale))


def _wrong_information(loc, log_scale):
    first, across, second = normal.fisher_information(loc, log_scale)
    return first, across, second / 2


def _wrong_entropy(log_rate):
    return poisson.entropy(log_rate) + 1e-9


def _swapped_divergence(log_rate_p, log_rate_q):
    return divergence(log_rate_q, log_rate_p)


def _truncated_divergence(log_rate_p, log_rate_q):
    return divergence(log_rate_p, log_rate_q) - (log_rate_p - log_rate_q) * (log_rate_p - log_rate_q)


def _biased_estimate(y, weight):
    loc, scale = normal.fit_mle(y, weight)
    return loc, scale * (1 + 1 / np.size(y))


def _unweighted_estimate(y, weight):
    return poisson.fit_mle(y, None)


def _shifted_draws(rng, shape, log_rate):
    return poisson.sample(rng, shape, log_rate + 0.05)


def _wrong_deviance(y, loc, log_scale):
    return unit_deviance(y, loc, log_scale) / 2


def _wrong_mean(logits, total_count):
    return binomial.mean(logits, total_count) + 1 / (10**12 + total_count)


def _other_scale(loc, scale):
    return loc, scale  # not its logarithm


WRONG = {
    "sign": (replace(NORMAL, nll=_wrong_sign, gradient=None, hessian=None), "nll_is_minus_log_density"),
    "constant": (replace(NORMAL, nll=_without_constant), "mass_is_one"),
    "branch": (replace(POISSON, nll=_wrong_branch), "nll_is_minus_log_density"),
    "branch, by its mass": (replace(POISSON, nll=_wrong_branch), "mass_is_one"),
    "density": (replace(POISSON, density=_wrong_density), "nll_is_minus_log_density"),
    "support": (replace(FAMILIES["Bernoulli"], support=Support("count")), "mass_is_one"),
    "gradient": (replace(POISSON, gradient=_shifted_gradient, hessian=None), "gradient_is_the_derivative"),
    "gradient, by its mean": (replace(POISSON, gradient=_shifted_gradient), "expected_gradient_is_zero"),
    "hessian": (replace(NEGATIVE, hessian=_unfinished_hessian), "hessian_is_the_second_derivative"),
    "upper bound": (replace(NORMAL, upper_bound=_low_bound), "upper_bound_is_above_the_hessian"),
    "information": (
        replace(NORMAL, fisher_information=_wrong_information),
        "variance_of_the_gradient_is_the_fisher_information",
    ),
    "entropy": (replace(POISSON, entropy=Numerical(_wrong_entropy)), "entropy_is_the_expected_nll"),
    "divergence": (replace(POISSON, kl_divergence=_swapped_divergence), "cross_entropy_is_entropy_plus_divergence"),
    "negative divergence": (
        replace(POISSON, kl_divergence=_truncated_divergence),
        "divergence_is_zero_only_between_equals",
    ),
    "estimate": (replace(NORMAL, fit_mle=_biased_estimate), "estimate_is_the_minimum"),
    "weights": (replace(POISSON, fit_mle=_unweighted_estimate), "estimate_is_the_minimum"),
    "draws": (replace(POISSON, sample=_shifted_draws), "draws_follow_the_density"),
    "deviance": (replace(NORMAL, unit_deviance=_wrong_deviance), "deviance_is_zero_where_saturated"),
    "mean": (replace(BINOMIAL, mean=_wrong_mean), "mean_and_variance_are_expectations"),
    "parameterisation": (
        replace(NORMAL, alternatives=(replace(NORMAL.alternatives[0], to_raw=_other_scale),)),
        "other_parameters_are_the_same_member",
    ),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_family_breaks_its_law(mistake):
    family, law = WRONG[mistake]
    with pytest.raises(AssertionError):
        LAWS[law](family)


def test_every_kind_of_law_has_a_wrong_family():
    spoken_for = {law for _, law in WRONG.values()}
    assert set(LAWS) - spoken_for == {"every_reading_agrees"}  # one formula, many readings: it cannot be wrong in one
    assert len(WRONG) >= 20
