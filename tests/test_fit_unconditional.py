"""Maximum likelihood without predictors, against closed forms and searches at 40 digits."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

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
from crossent.fitting.unconditional import estimate

RNG = np.random.default_rng(20)
COUNTS = RNG.negative_binomial(2, 0.3, 60).astype(float)
REALS = np.round(RNG.normal(1e3, 2.5, 41), 3)
HALF = mpmath.mpf("3.8414588206941254") / 2  # of chi-squared's 95 % quantile


def named(fit):
    return {parameter.name: parameter for parameter in fit.parameters}


def root(drop, near, far):
    """Where the drop of the log-likelihood is half the quantile, between the estimate and a point beyond."""
    with mpmath.workdps(40):
        low, high = mpmath.mpf(near), mpmath.mpf(far)
        for _ in range(140):
            middle = (low + high) / 2
            low, high = (middle, high) if drop(middle) < HALF else (low, middle)
        return float(low)


def binary_drop(successes, trials):
    p = mpmath.mpf(successes) / trials

    def drop(q):
        return successes * mpmath.log(p / q) + (trials - successes) * mpmath.log((1 - p) / (1 - q))

    return p, drop


@pytest.mark.parametrize(("successes", "trials"), [(3, 10), (1, 1_000_000), (999, 1000), (500_000, 1_000_000)])
def test_bernoulli(successes, trials):
    fit = estimate(Bernoulli, np.array([1.0, 0.0]), frequency=np.array([successes, trials - successes], float))
    found = named(fit)["probs"]
    p, drop = binary_drop(successes, trials)
    assert found.estimate == successes / trials
    assert found.standard_error == pytest.approx(float(mpmath.sqrt(p * (1 - p) / trials)), rel=1e-15)
    assert found.ci95 == pytest.approx((root(drop, p, 1e-30), root(drop, p, 1 - mpmath.mpf(2) ** -100)), rel=1e-12)
    assert (fit.n, fit.weight, fit.counted) == (trials, trials, 1)
    assert fit.nats == pytest.approx(float(-p * mpmath.log(p) - (1 - p) * mpmath.log(1 - p)), rel=1e-15)
    assert fit.kl_divergence == 0
    assert fit.tests == ()
    assert "saturated" in fit.notes[0]


def test_never_and_always():
    never = named(estimate(Bernoulli, np.zeros(10)))["probs"]
    assert (never.estimate, never.standard_error) == (0, None)
    assert never.ci95 == (0, pytest.approx(1 - math.exp(-float(HALF) / 10), rel=1e-14))
    assert "boundary" in never.reason
    assert "one-ended" in never.ci95_method
    always = named(estimate(Bernoulli, np.ones(10)))["probs"]
    assert always.ci95 == (pytest.approx(math.exp(-float(HALF) / 10), rel=1e-14), 1)


def test_fractions_are_a_quasi_likelihood():
    y = RNG.random(50)
    fit = estimate(Bernoulli, y)
    found = named(fit)["probs"]
    assert fit.errors == "sandwich"
    assert found.standard_error == pytest.approx(y.std() / math.sqrt(50), rel=1e-13)
    assert "Papke" in " ".join(fit.notes)
    assert fit.kl_divergence == 0


def test_categorical():
    y = np.repeat([0.0, 1.0, 2.0], [5, 15, 30])
    fit = estimate(Categorical, y, classes=("a", "b", "c", "d"))
    assert [p.name for p in fit.parameters] == ["probs[a]", "probs[b]", "probs[c]", "probs[d]"]
    assert [p.estimate for p in fit.parameters] == [0.1, 0.3, 0.6, 0.0]
    assert fit.parameters[3].standard_error is None
    assert fit.parameters[3].ci95 == (0, pytest.approx(-math.expm1(-float(HALF) / 50), rel=1e-14))
    p, drop = binary_drop(15, 50)  # the other classes' shares in proportion: the profile is a Bernoulli's
    assert fit.parameters[1].ci95 == pytest.approx((root(drop, p, 1e-30), root(drop, p, 1 - 1e-12)), rel=1e-12)
    assert fit.counted == 3
    soft = estimate(Categorical, np.array([[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]]))
    assert [p.estimate for p in soft.parameters] == [0.25, 0.625, 0.125]
    assert soft.errors == "sandwich"


def test_normal():
    fit = estimate(Normal, REALS)
    with mpmath.workdps(40):
        y = [mpmath.mpf(float(v)) for v in REALS]
        n = len(y)
        mean = mpmath.fsum(y) / n
        rss = mpmath.fsum((v - mean) ** 2 for v in y)
        scale = mpmath.sqrt(rss / n)
        total = n * (mpmath.log(2 * mpmath.pi * rss / n) + 1) / 2
        half = mpmath.sqrt(rss / n * mpmath.expm1(2 * HALF / n))
    found = named(fit)
    assert found["loc"].estimate == float(mean)
    assert found["scale"].estimate == float(scale)
    assert fit.log_likelihood == float(-total)
    assert found["loc"].standard_error == pytest.approx(float(scale / mpmath.sqrt(n)), rel=1e-15)
    assert found["scale"].standard_error == pytest.approx(float(scale / mpmath.sqrt(2 * n)), rel=1e-15)
    assert found["loc"].ci95 == pytest.approx((float(mean - half), float(mean + half)), rel=1e-15)

    def drop(s):
        return n * (mpmath.log(s / scale) + ((scale / s) ** 2 - 1) / 2)

    assert found["scale"].ci95 == pytest.approx(
        (root(drop, scale, scale / 20), root(drop, scale, scale * 20)), rel=1e-13
    )
    assert fit.entropy is None
    assert "RSS / n" in fit.notes[0]


def test_laplace():
    y = np.concatenate([REALS, REALS[:6] - 3])
    fit = estimate(Laplace, y)
    median, n = np.sort(y)[(len(y) - 1) // 2], len(y)
    scale = math.fsum(abs(y - median)) / n
    found = named(fit)
    assert (found["loc"].estimate, found["scale"].estimate) == (median, pytest.approx(scale, rel=1e-15))
    assert found["loc"].standard_error == pytest.approx(scale / math.sqrt(n), rel=1e-14)
    assert "expected information" in " ".join(fit.notes)

    def drop(loc):  # the scale is re-maximised: the mean distance from loc
        return n * mpmath.log(mpmath.fsum(abs(mpmath.mpf(float(v)) - loc) for v in y) / n / scale)

    ends = root(drop, median, median - 10), root(drop, median, median + 10)
    assert found["loc"].ci95 == pytest.approx(ends, rel=1e-13)

    def drop_by_scale(s):
        return n * (mpmath.log(s / scale) + scale / s - 1)

    ends = root(drop_by_scale, scale, scale / 20), root(drop_by_scale, scale, scale * 20)
    assert found["scale"].ci95 == pytest.approx(ends, rel=1e-12)


def test_poisson():
    fit = estimate(Poisson, COUNTS, draws=0)
    rate, n = mpmath.mpf(COUNTS.sum()) / 60, 60
    found = named(fit)["rate"]
    assert found.estimate == float(rate)
    assert found.standard_error == pytest.approx(float(mpmath.sqrt(rate / n)), rel=1e-15)

    def drop(r):
        return n * (rate * mpmath.log(rate / r) + r - rate)

    assert found.ci95 == pytest.approx((root(drop, rate, 1e-20), root(drop, rate, 100)), rel=1e-12)
    shares = np.unique(COUNTS, return_counts=True)[1] / 60
    assert fit.entropy == pytest.approx(-(shares @ np.log(shares)), rel=1e-14)
    assert "biased low" in " ".join(fit.notes)
    zero = named(estimate(Poisson, np.zeros(7)))["rate"]
    assert (zero.estimate, zero.standard_error, zero.ci95) == (0, None, (0, pytest.approx(float(HALF) / 7, rel=1e-15)))


def test_binomial_and_multinomial():
    n = RNG.integers(1, 30, 40).astype(float)
    y = RNG.binomial(n.astype(int), 0.3).astype(float)
    fit = estimate(Binomial, y, fixed=(n,), draws=0)
    p, drop = binary_drop(y.sum(), n.sum())
    found = named(fit)["probs"]
    assert found.estimate == float(p)
    assert found.ci95 == pytest.approx((root(drop, p, 1e-20), root(drop, p, 1 - 1e-12)), rel=1e-12)
    both = np.column_stack([n - y, y])
    several = estimate(Multinomial, both, draws=0)
    assert several.parameters[1].ci95 == pytest.approx(found.ci95, rel=1e-12)
    assert several.log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-13)
    assert several.entropy == pytest.approx(fit.entropy, rel=1e-13)


def test_negative_binomial_against_statsmodels():
    import statsmodels.api as sm

    fit = estimate(NegativeBinomial, COUNTS, draws=0)
    with np.errstate(all="ignore"):
        peer = sm.NegativeBinomial(COUNTS, np.ones(60)).fit(disp=0, gtol=1e-12, maxiter=500)
    found = named(fit)
    assert found["mean"].estimate == pytest.approx(math.exp(peer.params[0]), rel=1e-8)
    assert found["concentration"].estimate == pytest.approx(1 / peer.params[1], rel=1e-5)
    assert fit.log_likelihood == pytest.approx(peer.llf, rel=1e-10)
    assert found["mean"].standard_error == pytest.approx(found["mean"].estimate * peer.bse[0], rel=1e-5)
    relative = peer.bse[1] / peer.params[1]
    assert found["concentration"].standard_error / found["concentration"].estimate == pytest.approx(relative, rel=1e-4)


def negative_binomial_loss(mean, r):
    return mpmath.fsum(
        -(mpmath.loggamma(y + r) - mpmath.loggamma(r) - mpmath.loggamma(y + 1))
        - r * mpmath.log(r / (r + mean))
        - y * mpmath.log(mean / (r + mean))
        for y in map(mpmath.mpf, COUNTS.tolist())
    )


def test_negative_binomial_intervals_drop_by_half_the_quantile():
    found = named(estimate(NegativeBinomial, COUNTS, draws=0))
    mean, r = found["mean"].estimate, found["concentration"].estimate
    with mpmath.workdps(30):
        least = negative_binomial_loss(mean, r)
        for end in found["concentration"].ci95:
            assert abs(negative_binomial_loss(mpmath.mpf(mean), mpmath.mpf(end)) - least - HALF) < 1e-9
        for end in found["mean"].ci95:
            best = mpmath.findroot(lambda s, m=end: mpmath.diff(lambda t: negative_binomial_loss(m, t), s), r)
            assert abs(negative_binomial_loss(mpmath.mpf(end), best) - least - HALF) < 1e-9
    assert found["mean"].ci95[0] < mean < found["mean"].ci95[1]


def test_the_poisson_limit():
    y = np.repeat([2.0, 3.0, 4.0], [10, 20, 10])
    fit = estimate(NegativeBinomial, y, draws=0)
    found = named(fit)
    assert found["concentration"].estimate == math.inf
    assert found["concentration"].standard_error is None
    assert found["concentration"].ci95[1] == math.inf
    assert 0 < found["concentration"].ci95[0] < math.inf
    assert found["mean"].standard_error == pytest.approx(math.sqrt(3 / 40), rel=1e-14)
    assert "Poisson itself" in " ".join(fit.notes)
    assert (fit.tests[0].statistic, fit.tests[0].p_value) == (0, 1)
    assert fit.log_likelihood == pytest.approx(estimate(Poisson, y, draws=0).log_likelihood, rel=1e-14)
    assert '"inf"' in fit.to_json()
    zeros = named(estimate(NegativeBinomial, np.zeros(5)))
    assert zeros["mean"].ci95 == (0, math.inf)
    assert zeros["concentration"].estimate is None


def test_overdispersion_is_tested_on_the_boundary():
    poisson, other = (estimate(family, COUNTS, draws=0) for family in (Poisson, NegativeBinomial))
    gain = 2 * (other.log_likelihood - poisson.log_likelihood)
    assert poisson.tests[0] == other.tests[0]
    assert poisson.tests[0].statistic == pytest.approx(gain, rel=1e-10)
    assert poisson.tests[0].p_value == pytest.approx(math.erfc(math.sqrt(gain / 2)) / 2, rel=1e-9)


@pytest.mark.parametrize("family", [Normal, Laplace])
@pytest.mark.parametrize("y", [[2.5, 2.5, 2.5], [7.0]])
def test_a_constant_target_has_no_scale(family, y):
    with pytest.raises(errors.DataError, match="the target must vary"):
        estimate(family, np.array(y))


def test_bad_targets_and_no_rows():
    with pytest.raises(errors.DataError, match=r"target\[2\] = -1.0"):
        estimate(Poisson, np.array([1.0, 2.0, -1.0]))
    with pytest.raises(errors.DataError, match="must be a class"):
        estimate(Categorical, np.array([0.0, 1.5]))
    with pytest.raises(errors.DataError, match="at least one row must count"):
        estimate(Normal, np.array([1.0, 2.0]), weight=np.zeros(2))
    assert estimate(Poisson, np.array([1.0, -1.0]), weight=np.array([1.0, 0.0])).n == 1


def test_very_large_and_very_small_numbers():
    y = np.array([1.0, 2.0, 4.0])
    for family in (Normal, Laplace):
        plain = estimate(family, y, draws=0)
        for size in (2.0**-1000, 2.0**1000):
            for one, other in zip(plain.parameters, estimate(family, y * size, draws=0).parameters, strict=True):
                assert other.standard_error == pytest.approx(one.standard_error * size, rel=1e-14, abs=0)
                assert other.ci95 == pytest.approx(tuple(end * size for end in one.ci95), rel=1e-12, abs=0)
    for size in (1e-300, 1e300):
        with pytest.raises(errors.DataError, match="multiply all weights"):
            estimate(Poisson, y, weight=np.full(3, size))
    zeros_alone = estimate(NegativeBinomial, np.array([0.0, 1.0]), draws=99)  # draws of zeros alone have no mean
    assert 0 < zeros_alone.tests[1].p_value <= 1
