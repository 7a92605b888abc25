"""Laws of the unconditional estimates: repetition, merging, scales of weights, families of the user's own, fit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from test_own_family import EXPONENTIAL, GUMBEL

from crossent import errors
from crossent.families.catalogue import (
    Bernoulli,
    Binomial,
    Categorical,
    Laplace,
    Multinomial,
    NegativeBinomial,
    Normal,
    Poisson,
)
from crossent.fitting.chunks import Chunk
from crossent.fitting.unconditional import UnconditionalState, estimate, estimate_state
from crossent.fitting.unconditional.sampled import RowSample

RNG = np.random.default_rng(21)
N = 80
TRIALS = RNG.integers(1, 9, N).astype(float)
CASES = {
    "bernoulli": (Bernoulli, RNG.integers(0, 2, N).astype(float), ()),
    "categorical": (Categorical, RNG.integers(0, 3, N).astype(float), ()),
    "binomial": (Binomial, RNG.binomial(TRIALS.astype(int), 0.4).astype(float), (TRIALS,)),
    "multinomial": (Multinomial, RNG.multinomial(7, [0.2, 0.3, 0.5], N).astype(float), ()),
    "normal": (Normal, RNG.normal(5, 2, N), ()),
    "laplace": (Laplace, RNG.laplace(5, 2, N), ()),
    "poisson": (Poisson, RNG.poisson(3, N).astype(float), ()),
    "negative_binomial": (NegativeBinomial, RNG.negative_binomial(2, 0.4, N).astype(float), ()),
    "gumbel": (GUMBEL, RNG.gumbel(3, 2, N), ()),
}
FREQUENCY = RNG.integers(0, 4, N).astype(float)
WEIGHT = RNG.random(N) + 0.1


def numbers(fit):
    table = [(p.estimate, p.standard_error, *(p.ci95 or ())) for p in fit.parameters]
    return [*(value for row in table for value in row), fit.log_likelihood, fit.n, fit.weight, fit.aic, fit.bic]


def part(fixed, rows):
    return tuple(each[rows] for each in fixed)


@pytest.mark.parametrize("name", CASES)
def test_a_frequency_is_a_repetition(name):
    family, y, fixed = CASES[name]
    often = np.repeat(np.arange(N), FREQUENCY.astype(int))
    once = estimate(family, y, fixed=fixed, frequency=FREQUENCY, draws=50)
    repeated = estimate(family, y[often], fixed=part(fixed, often), draws=50)
    assert numbers(once) == pytest.approx(numbers(repeated), rel=1e-9)
    assert len(once.tests) == len(repeated.tests)
    for one, other in zip(once.tests, repeated.tests, strict=True):
        assert (one.statistic, one.p_value) == pytest.approx((other.statistic, other.p_value), rel=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_states_merge_in_any_order(name):
    family, y, fixed = CASES[name]
    parts = []
    for start, stop in ((50, N), (0, 13), (13, 50)):
        state = UnconditionalState(family)
        rows = slice(start, stop)
        state.update(Chunk(start, y[rows], np.empty((stop - start, 0)), fixed=part(fixed, rows)))
        parts.append(state)
    merged = estimate_state(parts[0] + (parts[1] + parts[2]), draws=20)
    whole = estimate(family, y, fixed=fixed, draws=20)
    tolerance = {"rel": 1e-12} if family is GUMBEL else {"rel": 0, "abs": 0}
    assert numbers(merged) == pytest.approx(numbers(whole), **tolerance)
    assert [test.p_value for test in merged.tests] == [test.p_value for test in whole.tests]


@pytest.mark.parametrize("name", CASES)
def test_importance_weights_have_no_scale(name):
    family, y, fixed = CASES[name]
    one, other = (estimate(family, y, fixed=fixed, weight=WEIGHT * scale) for scale in (1.0, 8.0))
    assert one.errors == other.errors == "sandwich"
    for a, b in zip(one.parameters, other.parameters, strict=True):
        assert (a.estimate, a.standard_error, *a.ci95) == pytest.approx(
            (b.estimate, b.standard_error, *b.ci95), rel=1e-9
        )
    assert one.n == N
    assert other.weight == pytest.approx(8 * WEIGHT.sum(), rel=1e-13)


@pytest.mark.parametrize("name", CASES)
def test_intervals_hold_the_estimate_and_equal_weights_are_nearly_none(name):
    family, y, fixed = CASES[name]
    plain, weighted = estimate(family, y, fixed=fixed, draws=0), estimate(family, y, fixed=fixed, weight=np.ones(N))
    for a, b in zip(plain.parameters, weighted.parameters, strict=True):
        assert a.ci95[0] < a.estimate < a.ci95[1]
        assert a.estimate == pytest.approx(b.estimate, rel=1e-9)
        assert 0.4 < a.standard_error / b.standard_error < 2.5
    assert plain.covariance.shape == (len(plain.parameters),) * 2


def test_the_sandwich_of_a_mean_is_that_of_the_weighted_mean():
    for name in ("bernoulli", "poisson", "normal", "negative_binomial"):
        family, y, _ = CASES[name]
        first = estimate(family, y, weight=WEIGHT).parameters[0]
        mean = np.average(y, weights=WEIGHT)
        error = math.sqrt(((WEIGHT * (y - mean)) ** 2).sum()) / WEIGHT.sum()
        assert (first.estimate, first.standard_error) == pytest.approx((mean, error), rel=1e-12)


def test_a_family_of_ones_own():
    y = RNG.exponential(3, 200)
    fit = estimate(EXPONENTIAL, y)
    (rate,) = fit.parameters
    assert rate.estimate == pytest.approx(-math.log(y.mean()), rel=1e-12)
    assert rate.standard_error == pytest.approx(1 / math.sqrt(200), rel=1e-10)
    for end in rate.ci95:  # 2 n (exp(d) - 1 - d) with d the distance from the estimate
        d = end - rate.estimate
        assert 400 * (math.expm1(d) - d) == pytest.approx(3.841458820694124, rel=1e-9)
    gumbel = estimate(GUMBEL, RNG.gumbel(3, 2, 300))
    from scipy.stats import gumbel_r

    loc, scale = gumbel_r.fit(RNG.gumbel(3, 2, 300))
    assert abs(gumbel.parameters[0].estimate - loc) < 0.6
    assert abs(math.exp(gumbel.parameters[1].estimate) - scale) < 0.6


def test_parameters_may_be_known():
    _, y, _ = CASES["negative_binomial"]
    fit = estimate(NegativeBinomial, y, known={"log_concentration": math.log(3)}, draws=0)
    (mean,) = fit.parameters
    assert mean.name == "mean"
    assert mean.estimate == pytest.approx(y.mean(), rel=1e-12)
    assert mean.standard_error == pytest.approx(math.sqrt((y.mean() + y.mean() ** 2 / 3) / N), rel=1e-10)
    assert fit.counted == 1

    def drop(m):  # of the log-likelihood
        r, hat = 3, y.mean()
        return N * (hat * math.log(hat / m) - (hat + r) * math.log((hat + r) / (m + r)))

    assert [2 * drop(end) for end in mean.ci95] == pytest.approx([3.841458820694124] * 2, rel=1e-9)
    (none,) = estimate(NegativeBinomial, np.zeros(9), known={"log_concentration": math.log(3)}).parameters
    assert 2 * 9 * 3 * math.log1p(none.ci95[1] / 3) == pytest.approx(3.841458820694124, rel=1e-12)
    poisson = estimate(NegativeBinomial, y, known={"log_concentration": math.inf}, draws=0)
    assert poisson.parameters[0].ci95 == pytest.approx(estimate(Poisson, y, draws=0).parameters[0].ci95, rel=1e-9)
    _, y, _ = CASES["laplace"]
    (loc,) = estimate(Laplace, y, known={"log_scale": math.log(2)}).parameters
    assert (loc.estimate, loc.standard_error) == (np.sort(y)[N // 2 - 1], pytest.approx(2 / math.sqrt(N), rel=1e-14))
    far = [abs(y - end).sum() - abs(y - loc.estimate).sum() for end in loc.ci95]
    assert far == pytest.approx([3.841458820694124] * 2, rel=1e-10)
    _, y, _ = CASES["normal"]
    (loc,) = estimate(Normal, y, known={"log_scale": 0.0}).parameters
    half = math.sqrt(3.841458820694124 / N)
    assert loc.ci95 == pytest.approx((y.mean() - half, y.mean() + half), rel=1e-10)


def test_no_maximum_is_an_error():
    with pytest.raises(errors.NoAnswerError, match="must have a maximum"):
        estimate(EXPONENTIAL, np.zeros(5))


def test_the_sample_of_rows_depends_on_their_numbers_alone():
    y = RNG.normal(size=9000)
    parts = []
    for start, stop in ((4000, 9000), (0, 4000)):
        sample = RowSample()
        sample.update(np.arange(start, stop), y[start:stop], None)
        parts.append(sample)
    whole = RowSample()
    whole.update(np.arange(9000), y, None)
    merged = parts[0] + parts[1]
    np.testing.assert_array_equal(merged.values, whole.values)
    assert (len(whole.values), whole.seen) == (2000, 9000)
    assert len(np.unique(whole.keys)) == 2000


COINS = np.repeat([0.2, 0.7], 50)
DICE = np.vstack([RNG.multinomial(9, p, 40) for p in ([0.6, 0.2, 0.2], [0.2, 0.2, 0.6])])
WRONG = {
    "laplace for normal": (Normal, RNG.laplace(size=400), ()),
    "normal for laplace": (Laplace, RNG.normal(size=600), ()),
    "negative binomial for poisson": (Poisson, RNG.negative_binomial(1, 0.3, 200).astype(float), ()),
    "two poissons for negative binomial": (
        NegativeBinomial, np.concatenate([np.zeros(100), RNG.poisson(20, 200)]).astype(float), (),
    ),
    "two coins for binomial": (Binomial, RNG.binomial(10, COINS).astype(float), (np.full(100, 10.0),)),
    "two dice for multinomial": (Multinomial, DICE.astype(float), ()),
    "wide counts": (Poisson, np.concatenate([RNG.poisson(1e5, 90), RNG.poisson(1.02e5, 90)]).astype(float), ()),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_family_does_not_fit(name):
    family, y, fixed = WRONG[name]
    fit = estimate(family, y, fixed=fixed, draws=199)
    test = next(test for test in fit.tests if test.name == "goodness of fit")
    assert test.p_value == 1 / 200
    assert "199 draws, seed 0" in test.about
    assert estimate(family, y, fixed=fixed, draws=199).tests == fit.tests


RIGHT = {
    "normal": lambda rng: rng.normal(5, 2, N),
    "laplace": lambda rng: rng.laplace(5, 2, N),
    "poisson": lambda rng: rng.poisson(3, N),
    "negative_binomial": lambda rng: rng.negative_binomial(2, 0.4, N),
    "binomial": lambda rng: rng.binomial(TRIALS.astype(int), 0.4),
    "multinomial": lambda rng: rng.multinomial(7, [0.2, 0.3, 0.5], N),
}


@pytest.mark.parametrize("name", RIGHT)
def test_the_right_family_is_rejected_as_often_as_it_should(name):
    family, _, fixed = CASES[name]
    small = 0
    for seed in range(40):
        y = RIGHT[name](np.random.default_rng([seed, 5])).astype(float)
        fit = estimate(family, y, fixed=fixed, draws=59, seed=seed)
        small += next(test for test in fit.tests if test.name == "goodness of fit").p_value <= 1 / 6
    assert 1 <= small <= 14  # binomial(40, 1/6): outside with probability below 1e-3


def test_there_is_no_test_without_degrees_of_freedom():
    for family, y, fixed in (CASES["bernoulli"], CASES["categorical"], (Binomial, np.array([0.0, 1.0]), (np.ones(2),))):
        assert all(test.name != "goodness of fit" for test in estimate(family, y, fixed=fixed).tests)
    weighted = estimate(Normal, CASES["normal"][1], weight=WEIGHT)
    assert weighted.tests == ()
    assert "importance weights" in weighted.notes[-1]
