"""Accuracy: the compiled formulas against the exact reading, at ordinary, extreme and awkward places."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from exact import compiled, exactly, ulps
from mpmath import mp

from crossent.families import bernoulli, binomial, laplace, negative_binomial, normal, poisson
from crossent.families.catalogue import FAMILIES
from crossent.vocabulary import lbeta

RNG = np.random.default_rng(20)
ROWS = 60
LARGEST = 2.0**53
inf = math.inf


def log_uniform(low, high, n=ROWS):
    return np.exp(RNG.uniform(math.log(low), math.log(high), n))


def counts(n=ROWS):
    """Zeros, small counts, and counts up to 2^53."""
    return np.concatenate(
        [np.zeros(n // 10), RNG.integers(1, 30, n // 3), np.floor(log_uniform(1, LARGEST, n - n // 10 - n // 3))]
    )


def near(y, n=ROWS):
    """Means anywhere, and means from 1e-9 to a factor of 10 away from y."""
    close = np.maximum(y, 0.3) * np.exp(RNG.normal(0, 1, n) * 10 ** RNG.uniform(-9, 0.5, n))
    return np.where(RNG.random(n) < 0.4, log_uniform(1e-300, 1e300, n), close)


def bit_patterns(low, high, n=ROWS):
    """Floats of random bits between two bounds: as many of every exponent, subnormal ones included."""
    values = RNG.integers(0, 2**63, 20 * n, dtype=np.int64).view(np.float64)
    values = np.copysign(values, RNG.choice([-1.0, 1.0], 20 * n))
    return values[(values >= low) & (values <= high)][:n]


def worst(formula, *columns, component=None, effect=None, logs=False):
    """The largest error in ulps, or in units of `component` (the largest term) or `effect` (half an ulp of the raw)."""
    results = compiled(formula, *columns)
    largest = 0.0
    for i, row in enumerate(zip(*np.broadcast_arrays(*columns), strict=True)):
        # logs: their exponentials meet in sums
        digits = int(60 + 1.2 * max(abs(x) for x in row[1:3] if abs(x) < 800)) if logs else 0
        right = exactly(formula, *row, digits=digits)
        for got, wanted in zip([r[i] for r in results], right if isinstance(right, tuple) else (right,), strict=True):
            error = ulps(float(got), wanted)
            allowed = max(
                [1.0]
                + [
                    float(a(*row)) / math.ulp(float(wanted))
                    for a in (component, effect)
                    if a and math.isfinite(float(wanted))
                ]
            )
            largest = max(largest, error / allowed)
    return largest


# --- from the parameters of the textbook: 8 ulp, measured below 4 -----------------------------------------------------


def test_poisson_from_rates():
    y = counts()
    assert worst(poisson.nll_from_rate, y, near(y)) <= 4


def test_negative_binomial_from_means():
    y = counts()
    r = np.where(RNG.random(ROWS) < 0.5, log_uniform(1e-300, 1e300), log_uniform(1e-3, 1e18))
    assert worst(negative_binomial.nll_from_mean, y, near(y), r) <= 4


def trials():
    n = np.concatenate([RNG.integers(0, 40, ROWS // 2), np.floor(log_uniform(1, LARGEST, ROWS - ROWS // 2))]).astype(
        float
    )
    p = np.where(RNG.random(ROWS) < 0.4, log_uniform(1e-300, 1), RNG.random(ROWS))
    likely = np.rint(n * p + np.sqrt(n * p * (1 - p)) * RNG.normal(0, 1, ROWS))
    y = np.clip(np.where(RNG.random(ROWS) < 0.7, likely, RNG.integers(0, 9, ROWS)), 0, n)
    y[::11], y[1::13] = 0, n[1::13]
    return y, p, n


def test_binomial_from_probabilities():
    assert worst(binomial.nll_from_probs, *trials()) <= 4


def test_bernoulli_from_probabilities():
    assert worst(bernoulli.nll_from_probs, RNG.random(ROWS), RNG.random(ROWS)) <= 2
    assert worst(bernoulli.nll_from_probs, RNG.integers(0, 2, ROWS), log_uniform(5e-324, 1)) <= 2


# --- from logits and logs: the larger of 8 ulp and the effect of half an ulp of the raw parameter ---------------------


def test_poisson_from_logs():
    y = counts()

    def effect(y, z):
        return abs(math.exp(z) - y) * math.ulp(z) / 16  # counted in units of 8 ulp

    assert worst(poisson.nll, y, np.log(near(y)), effect=effect, logs=True) <= 8


def test_negative_binomial_from_logs():
    y = counts()
    log_m, log_r = np.log(near(y)), np.log(log_uniform(1e-300, 1e300))

    def effect(y, log_m, log_r):
        slopes = [float(c[0]) for c in compiled(negative_binomial.gradient, y, log_m, log_r)]
        return max(abs(slopes[0]) * math.ulp(log_m), abs(slopes[1]) * math.ulp(log_r)) / 16

    assert worst(negative_binomial.nll, y, log_m, log_r, effect=effect, logs=True) <= 8


def logits_and_trials():
    """Log-odds of trials(), of 1e-17 to 3 for any number of trials, and of 0; likely targets, and certain ones."""
    y, p, n = trials()
    z = np.log(p) - np.log1p(-p)
    middle = RNG.normal(0, 1, 2 * ROWS) * 10 ** RNG.uniform(-17, 0, 2 * ROWS)
    middle[::20] = 0
    many = np.floor(log_uniform(1, LARGEST, middle.size))
    p = 1 / (1 + np.exp(-middle))
    away = np.sqrt(many * p * (1 - p)) * RNG.normal(0, 1, middle.size) * 10 ** RNG.uniform(-3, 2, middle.size)
    likely = np.clip(np.rint(many * p + away), 0, many)
    likely[::11], likely[1::13] = 0, many[1::13]
    return np.append(y, likely), np.append(z, middle), np.append(n, many)


def excess(y, z, n):
    return float(exactly(binomial.gradient, y, z, n, digits=80)[0])


def test_binomial_from_logits():
    """Measured below 4; with p rounded once, up to three times that effect: n p needs more digits than p has."""

    def effect(y, z, n):
        return abs(excess(y, z, n)) * math.ulp(z) / 16

    assert worst(binomial.nll, *logits_and_trials(), effect=effect, logs=True) <= 8


def test_binomial_gradient_from_logits():
    """Two ulp, or what half an ulp of the logit does: y - n p may cancel in all digits of n p."""

    def effect(y, z, n):
        return n * math.exp(-abs(z)) / (1 + math.exp(-abs(z))) ** 2 * math.ulp(z) / 4

    assert worst(binomial.gradient, *logits_and_trials(), effect=effect, logs=True) <= 2


@pytest.mark.parametrize("quantity", ["nll", "gradient", "hessian"])
def test_bernoulli_of_random_bits(quantity):
    z = bit_patterns(-1e4, 1e4)
    assert worst(getattr(bernoulli, quantity), RNG.integers(0, 2, z.size), z) <= 2
    if quantity == "nll":
        soft = np.clip(bit_patterns(0, 1, z.size), 0, 1)
        size = min(soft.size, z.size)
        assert worst(bernoulli.nll, soft[:size], z[:size]) <= 2
        assert worst(bernoulli.nll, 1 - soft[:size], z[:size]) <= 2


@pytest.mark.parametrize(("module", "term"), [(normal, lambda z: z * z), (laplace, abs)])
def test_losses_that_change_sign_stay_near_their_largest_term(module, term):
    y, loc, log_scale = RNG.normal(0, 3, (3, ROWS))

    def component(y, loc, log_scale):
        return math.ulp(
            max(abs(log_scale), 1.0, term((y - loc) * math.exp(-log_scale)) / (2 if module is normal else 1))
        )

    assert worst(module.nll, y, loc, log_scale, component=component) <= 4

    def of_scale(y, loc, scale):
        return math.ulp(max(abs(math.log(scale)), 1.0, term((y - loc) / scale) / (2 if module is normal else 1)))

    assert worst(module.nll_from_scale, y, loc, np.exp(log_scale), component=of_scale) <= 4


def test_derivatives_of_the_negative_binomial_stay_near_their_largest_term():
    y = counts()
    log_m, log_r = np.log(np.maximum(y, 0.3)) + RNG.normal(0, 1, ROWS), np.log(log_uniform(1e-6, 1e12))

    def component(y, log_m, log_r):
        m, r = math.exp(log_m), math.exp(log_r)
        share = max(m, y) * r / (r + m)
        return max(share, share * share / (r + y), 1.0) * max(abs(log_m), abs(log_r), 2) * 2.0**-52

    assert worst(negative_binomial.gradient, y, log_m, log_r, component=component) <= 4
    assert worst(negative_binomial.hessian, y, log_m, log_r, component=component) <= 4


# --- divergences: small ones keep their digits ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Bernoulli", "Normal", "Laplace", "Poisson"])
def test_divergences_of_near_members(name):
    family = FAMILIES[name]
    p = np.array([RNG.uniform(-3, 3, 60) for _ in family.parameters])
    q = p + RNG.normal(0, 1, p.shape) * 10 ** RNG.uniform(-9, 0.5, p.shape)
    assert (
        worst(family.kl_divergence, *p, *q) <= 64
    )  # the rounding of exp and of the differences, squared: 2e-14 relative


# --- awkward places: the density's own limits -------------------------------------------------------------------------

AWKWARD = [
    ("Bernoulli", (0, -inf), 0), ("Bernoulli", (1, -inf), inf), ("Bernoulli", (0.9, -inf), inf),
    ("Bernoulli", (1, inf), 0), ("Bernoulli", (0, 1e308), 1e308), ("Bernoulli", (1, 800.0), 0),
    ("Binomial", (0, -inf, 5), 0), ("Binomial", (5, inf, 5), 0), ("Binomial", (1, -inf, 5), inf),
    ("Binomial", (0, 3.0, 0), 0), ("Binomial", (0, inf, 5), inf), ("Binomial", (1, -800.0, 5), 800 - math.log(5)),
    ("Binomial", (4, 800.0, 5), 800 - math.log(5)), ("Binomial", (0, 800.0, 5), 4000),
    ("Poisson", (0, -inf), 0), ("Poisson", (3, -inf), inf), ("Poisson", (0, inf), inf), ("Poisson", (2, 710.0), inf),
    ("Poisson", (2, -800.0), 1600 + math.log(2)), ("Poisson", (0, -800.0), 0), ("Poisson", (1, -1e300), 1e300),
    ("Normal", (1, 1, -800.0), -800 + math.log(2 * math.pi) / 2), ("Normal", (1, 2, -800.0), inf),
    ("Normal", (1, 2, 800.0), 800 + math.log(2 * math.pi) / 2), ("Normal", (1, 2, inf), inf),
    ("Laplace", (1, 1, -800.0), -800 + math.log(2)), ("Laplace", (1, 2, -800.0), inf),
    ("NegativeBinomial", (0, -inf, 1.0), 0), ("NegativeBinomial", (3, -inf, 1.0), inf),
    ("NegativeBinomial", (0, 5.0, -800.0), 0), ("NegativeBinomial", (4, 1.0, -800.0), 800 + math.log(4)),
    ("NegativeBinomial", (0, 2.0, inf), math.exp(2)), ("NegativeBinomial", (3, inf, inf), inf),
    ("NegativeBinomial", (0, inf, 1.0), inf), ("NegativeBinomial", (3, inf, 1.0), inf),
    ("NegativeBinomial", (4, -800.0, -800.0), 800 + math.log(4) + 4 * math.log(2)),
    ("NegativeBinomial", (0, -inf, inf), 0), ("NegativeBinomial", (2, -inf, inf), inf),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "right"), AWKWARD)
def test_awkward_places(name, arguments, right):
    family = FAMILIES[name]
    value = float(compiled(family.nll, *arguments)[0][0])
    assert value == pytest.approx(right, rel=4e-16, abs=1e-300)
    for entry in (*compiled(family.gradient, *arguments), *compiled(family.hessian, *arguments)):
        assert not math.isnan(entry[0]) or not all(map(math.isfinite, arguments))


@pytest.mark.parametrize(
    "arguments",
    [(2, -800.0, 1.0), (2, 800.0, -3.0), (0, 800.0, 2.0), (0, 690.0, -690.0), (2, -650.0, -400.0), (7, 3.0, -301.0),
     (1, 20.0, 700.0), (2, -599.999, 0.0), (2, -600.001, 0.0), (2, 3.0, -299.999), (2, 3.0, -300.001)],
)  # fmt: skip
def test_negative_binomial_beyond_the_floats(arguments):
    """-log of the density by gamma functions at a thousand digits: an oracle that knows no branch."""
    y, log_mean, log_concentration = arguments
    with mp.workdps(1200):
        m, r = mp.exp(log_mean), mp.exp(log_concentration)
        log_gammas = mp.loggamma(y + r) - mp.loggamma(r) - mp.loggamma(y + 1)
        right = -(log_gammas + r * mp.log(r / (r + m)) + y * mp.log(m / (r + m)))
    got = float(compiled(negative_binomial.nll, *arguments)[0][0])
    assert ulps(got, right) <= 8 + 0.5 * max(map(abs, arguments)) * y / max(float(right), 1e-300)


def test_no_jump_at_infinite_concentration():
    y = counts()
    m = near(y)
    right = compiled(poisson.nll_from_rate, y, m)[0]
    assert (compiled(negative_binomial.nll_from_mean, y, m, inf)[0] == right).all()
    small = (m < 1e100) & (y < 1e100)
    far = compiled(negative_binomial.nll_from_mean, y, m, 1e300)[0]
    assert (np.abs(far - right)[small] <= 8 * np.spacing(right[small])).all()


def test_one_trial_is_a_bernoulli():
    y, z = RNG.integers(0, 2, ROWS), RNG.normal(0, 20, ROWS)
    right = compiled(bernoulli.nll, y, z)[0]
    assert (np.abs(compiled(binomial.nll, y, z, 1.0)[0] - right) <= 4 * np.spacing(right)).all()


# --- what peers get wrong, derivatives included -----------------------------------------------------------------------

P46 = 1e15 / (1e15 + 10)  # rounded, as the peer was given it


@pytest.mark.parametrize(
    ("row", "formula", "arguments", "right"),
    [
        (45, poisson.nll_from_rate, (5e15, 5e15), "18.9930456868770656"),
        (45, poisson.nll_from_rate, (1e8, 1e8), "10.1292789060141888"),
        (46, negative_binomial.nll_from_mean, (10, 1e15 * (1 - P46) / P46, 1e15), "2.0785648390634398"),
        (47, negative_binomial.nll_from_mean, (10, 10, 1e10), "2.07856164363506218"),
        (48, binomial.nll_from_probs, (10, 1e-14, 1e15), "2.07856164313505346"),
        (48, binomial.nll_from_probs, (5e14 + 12345, 0.5, 1e15), "17.4951798548981203"),
        (53, negative_binomial.nll_from_mean, (39, 4, 6e16), "52.299102937876965e-1"),
        (54, negative_binomial.nll_from_mean, (100, 8, 1e17), "163.795221387579855"),
        (55, negative_binomial.nll_from_mean, (121358, 13, 1e5 + 1e-8), "933542.736243216339"),
    ],
)  # fmt: skip
def test_rows_of_peers(row, formula, arguments, right):
    got = float(compiled(formula, *arguments)[0][0])
    if row == 53:  # the published value is of log-mean 4
        got = float(compiled(negative_binomial.nll, 39, 4.0, math.log(6e16))[0][0])
    assert got == pytest.approx(float(mpmath.mpf(right)), rel=2e-15)


@pytest.mark.parametrize("reading", ["compiled", "exact"])
def test_row_56_derivatives_by_shape_and_rate(reading):
    """Of log p by shape a and rate b, where the mean is a/b and the concentration a."""
    shape, rate = 1e10 + 1, 0.8
    with mp.workdps(60):
        a, b = mpmath.mpf(shape), mpmath.mpf(rate)
        member = (0, mp.log(a / b), mp.log(a))
        if reading == "exact":
            by_mean, by_concentration = negative_binomial.gradient(*member)
        else:
            by_mean, by_concentration = (mpmath.mpf(float(g[0])) for g in compiled(negative_binomial.gradient, *member))
        right = mpmath.mpf("-0.810930216216328733"), mpmath.mpf("6944444445.13888833")
        tolerance = mpmath.mpf("1e-17") if reading == "exact" else 32 * 2.0**-52  # half an ulp of a log is 8 of them
        for got, wanted in zip((-(by_mean + by_concentration) / a, by_mean / b), right, strict=True):
            assert abs(got / wanted - 1) <= tolerance


@pytest.mark.parametrize(
    ("n", "k", "right"), [(1e20, 100, "4241.43081043252788"), (845000, 8.45e-10, "1.20195403971111516e-8")]
)
def test_row_57_binomial_coefficient(n, k, right):
    """Its log is n log 2 - nll for even odds, also between the whole numbers."""
    with mp.workdps(80):
        got = n * mp.log(2) - binomial.nll(mpmath.mpf(k), mpmath.mpf(0), mpmath.mpf(n))
        assert abs(got / mpmath.mpf(right) - 1) <= mpmath.mpf("1e-17")
    if k >= 1:
        assert worst(binomial.nll_from_probs, [k], [k / n], [n]) <= 4
        assert worst(binomial.nll, [k], [math.log(k / n)], [n], logs=True) <= 8


@pytest.mark.parametrize(
    ("a", "b", "right"), [(1e20, 3.0, "-137.461958399082796"), (3e15, 12895.0, "-350396.988955562107")]
)
def test_row_58_lbeta(a, b, right):
    assert ulps(float(compiled(lbeta, a, b)[0][0]), mpmath.mpf(right)) <= 2
    with mp.workdps(60):
        assert abs(lbeta(mpmath.mpf(a), mpmath.mpf(b)) / mpmath.mpf(right) - 1) <= mpmath.mpf("1e-17")


def test_row_71_no_concentration_is_a_poisson_with_its_derivatives():
    for quantity, size in (("gradient", 1), ("hessian", 1)):
        limit = compiled(getattr(negative_binomial, quantity), [0.0, 3, 40], [1.0, 1, 3], inf)
        right = compiled(getattr(poisson, quantity), [0.0, 3, 40], [1.0, 1, 3])
        assert all((a == b).all() for a, b in zip(limit[:size], right, strict=True))
        assert all((rest == 0).all() for rest in limit[size:])


# --- expectations over counts -----------------------------------------------------------------------------------------


def test_entropy_of_large_poissons_is_the_series():
    rate = np.array([1e3, 1e4, 1e6, 1e9, 1e11, 1e14, 1e90])
    series = (np.log(2 * np.pi * np.e * rate) - 1 / (6 * rate) - 1 / (12 * rate**2) - 19 / (180 * rate**3)) / 2
    np.testing.assert_allclose(FAMILIES["Poisson"].evaluate("entropy", np.log(rate)), series, rtol=1e-12)


def test_entropy_of_rare_events():
    """-m log m + m and so on: relative accuracy where nearly all mass is at 0."""
    m = np.array([1e-3, 1e-8, 1e-100])
    with mp.workdps(250):
        right = [
            float(sum(mp.exp(-(v := mpmath.mpf(x) - k * mp.log(x) + mp.loggamma(k + 1))) * v for k in range(12)))
            for x in m
        ]
    np.testing.assert_allclose(FAMILIES["Poisson"].evaluate("entropy", np.log(m)), right, rtol=1e-12)


@pytest.mark.parametrize(("mean", "concentration"), [(3e3, 0.7), (1e4, 0.3), (2e3, 15.0), (4e3, 60.0), (2e4, 3.0)])
def test_long_tails_are_integrated_as_well_as_summed(mean, concentration):
    """Panels against the plain sum over every count."""
    log_mean, log_r = math.log(mean), math.log(concentration)
    y = np.arange(0.0, mean + 80 * mean / concentration + 200 * math.sqrt(mean))
    nll = compiled(negative_binomial.nll, y, log_mean, log_r)[0]
    mass = np.exp(-nll)
    family = FAMILIES["NegativeBinomial"]
    assert family.evaluate("entropy", log_mean, log_r) == pytest.approx(math.fsum(mass * nll), rel=1e-12)
    slope = compiled(negative_binomial.gradient, y, log_mean, log_r)[1]
    information = family.evaluate("fisher_information", log_mean, log_r)[2]
    assert information == pytest.approx(math.fsum(mass * slope * slope), rel=1e-12)
    other = compiled(negative_binomial.nll, y, log_mean + 0.1, log_r + 0.2)[0]
    divergence = family.evaluate("kl_divergence", log_mean, log_r, log_mean + 0.1, log_r + 0.2)
    assert divergence == pytest.approx(math.fsum(mass * (other - nll)), rel=1e-11)


def divergence_at_fifty_digits(p, q):
    """By the plain definition over every count, or over every fourth part of a standard deviation of a wide bell."""
    with mp.workdps(50):
        p, q = ([mpmath.mpf(z) for z in member] for member in (p, q))
        mean, sd = float(mp.exp(p[0])), float(mp.sqrt(negative_binomial.variance(*p)))
        wide = sd > 70
        counted = range(int(mean - 11 * sd), int(mean + 13 * sd), int(sd / 4)) if wide else range(int(mean + 40 * sd))
        nlls = [(negative_binomial.nll(mpmath.mpf(y), *p), negative_binomial.nll(mpmath.mpf(y), *q)) for y in counted]
        return sum(mp.exp(-own) * (other - own) for own, other in nlls) * counted.step


@pytest.mark.parametrize(
    ("mean", "concentration", "by_mean", "by_concentration"),
    [(3, 2, 1e-2, 1.5e-2), (3, 2, 0, 1e-3), (3, 2, 1e-6, 1e-6), (30, 40, 1e-5, 0.1), (30, 40, 1e-8, 1.5e-8),
     (1e6, 1e6, 0, 1e-3), (1e6, 1e6, 1e-4, 1.5e-4), (1e10, 1e12, 1e-6, 1.5e-6), (1e10, 1e12, 1e-8, 1.5e-8)],
)  # fmt: skip
def test_divergence_of_nearly_equal_negative_binomials(mean, concentration, by_mean, by_concentration):
    p = math.log(mean), math.log(concentration)
    q = p[0] + by_mean, p[1] + by_concentration
    right = divergence_at_fifty_digits(p, q)
    family = FAMILIES["NegativeBinomial"]
    slope = mean / (1 + mean / concentration) * (q[0] - p[0])  # the divergence is half a square of the difference
    allowed = max(1e-12 * float(right), 1e-14, slope * math.ulp(p[0]) / 2)
    got = family.evaluate("kl_divergence", *p, *q)
    assert got >= 0
    assert abs(got - right) <= allowed


def test_divergence_of_binomials_with_different_counts():
    family = FAMILIES["Binomial"]
    values = family.evaluate("kl_divergence", [0.3, 0.3, 0.3, -inf], [0.1, 0.1, 0.1, 0.1], [5, 4, 5, 5], [4, 5, 5, 4])
    assert values[0] == inf
    y = np.arange(5.0)
    p, q = compiled(binomial.nll, y, 0.3, 4.0)[0], compiled(binomial.nll, y, 0.1, 5.0)[0]
    assert values[1] == pytest.approx(np.dot(np.exp(-p), q - p), rel=1e-13)
    assert values[2] == pytest.approx(5 * FAMILIES["Bernoulli"].evaluate("kl_divergence", 0.3, 0.1), rel=1e-14)
    assert values[3] == pytest.approx(4 * math.log1p(math.exp(0.1)), rel=1e-14)


def test_what_is_out_of_reach_says_so():
    with pytest.raises(ValueError, match="NegativeBinomial entropy"):
        FAMILIES["NegativeBinomial"].evaluate("entropy", 600.0, -600.0)


def test_the_number_of_awkward_places():
    assert len(AWKWARD) >= 37
