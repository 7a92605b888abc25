"""Famous losses are one formula: each identity in numbers, to the ulp, next to its symbolic check."""

import mpmath as mp
import numpy as np
import pytest
import sympy

import crossent as ce
from crossent.families.class_readings import read_index

RNG = np.random.default_rng(3)
N = 400
LOGITS = np.concatenate([RNG.normal(0, 3, N), RNG.normal(0, 50, N), [0.0, 1e-300, -1e-300, 745.0, -745.0]])
HARD = RNG.integers(0, 2, LOGITS.size)
SOFT = RNG.random(LOGITS.size)


def ulps(got, exact) -> float:
    """The largest error of a column in units of the last place of the right answers."""
    with mp.workdps(60):
        errors = [
            abs(mp.mpf(float(a)) - b) / mp.mpf(float(np.spacing(abs(float(b)))))
            for a, b in zip(got, exact, strict=True)
        ]
    return float(max(errors))


def rows(target, p):
    return ce.cross_entropy(target, p, reduction="none")


@pytest.mark.parametrize("target", [HARD, SOFT], ids=["hard", "soft"])
def test_bernoulli_is_the_binary_cross_entropy(target):
    with mp.workdps(700):
        exact = [
            mp.mpf(float(y)) * mp.log1p(mp.exp(-mp.mpf(z))) + (1 - mp.mpf(float(y))) * mp.log1p(mp.exp(mp.mpf(z)))
            for y, z in zip(target, LOGITS.tolist(), strict=True)
        ]
    assert ulps(rows(target, ce.Bernoulli(logits=LOGITS)), exact) <= 2


def test_bernoulli_is_the_binary_cross_entropy_symbolically():
    y, z = sympy.symbols("y z", real=True)
    p = 1 / (1 + sympy.exp(-z))
    binary = -y * sympy.log(p) - (1 - y) * sympy.log(1 - p)
    assert sympy.simplify((ce.Bernoulli.nll(y, z) - binary).expand(func=True)) == 0


@pytest.mark.parametrize("target", [HARD, SOFT], ids=["hard", "soft"])
def test_bernoulli_from_probabilities_is_the_binary_cross_entropy(target):
    probs = RNG.random(LOGITS.size)
    with mp.workdps(60):
        exact = [
            -mp.mpf(float(y)) * mp.log(mp.mpf(p)) - (1 - mp.mpf(float(y))) * mp.log1p(-mp.mpf(p))
            for y, p in zip(target, probs.tolist(), strict=True)
        ]
    assert ulps(rows(target, ce.Bernoulli(probs=probs)), exact) <= 2


def test_categorical_is_the_cross_entropy():
    logits, target = RNG.normal(0, 20, (N, 7)), RNG.integers(0, 7, N)
    with mp.workdps(400):
        exact = [
            mp.log(mp.fsum(mp.exp(mp.mpf(z) - mp.mpf(row[y])) for z in row))
            for y, row in zip(target.tolist(), logits.tolist(), strict=True)
        ]
    assert ulps(rows(target, ce.Categorical(logits=logits)), exact) <= 3


def test_categorical_is_the_cross_entropy_symbolically():
    z = sympy.symbols("z:3", real=True)
    for y in range(3):
        cross_entropy = -sympy.log(sympy.exp(z[y]) / sum(sympy.exp(z_j) for z_j in z))
        difference = (read_index(ce.Categorical.classes, y, z).nll - cross_entropy).expand(func=True)
        assert sympy.simplify(sympy.expand_log(sympy.logcombine(difference, force=True), force=True)) == 0


def test_two_classes_are_a_bernoulli():
    two = np.stack([np.zeros_like(LOGITS), LOGITS], axis=-1)
    binary, general = rows(HARD, ce.Bernoulli(logits=LOGITS)), rows(HARD, ce.Categorical(logits=two))
    np.testing.assert_array_max_ulp(binary, general, 2)


def test_two_classes_are_a_bernoulli_symbolically():
    z = sympy.symbols("z", real=True)
    for y in (0, 1):
        general = read_index(ce.Categorical.classes, y, (sympy.Integer(0), z)).nll
        difference = (ce.Bernoulli.nll(sympy.Integer(y), z) - general).expand(func=True)
        assert sympy.simplify(difference) == 0


def test_soft_and_one_hot_targets_are_one_loss():
    logits, target = RNG.normal(0, 20, (N, 7)), RNG.integers(0, 7, N)
    indexed = rows(target, ce.Categorical(logits=logits))
    np.testing.assert_array_max_ulp(indexed, rows(np.eye(7)[target], ce.Categorical(logits=logits)), 3)


def test_normal_is_half_the_squared_error():
    y, loc = RNG.normal(size=N), RNG.normal(size=N)
    got = rows(y, ce.Normal(loc=loc, scale=1.0))
    with mp.workdps(60):
        constant = mp.log(2 * mp.pi) / 2
        exact = [(mp.mpf(a) - mp.mpf(b)) ** 2 / 2 + constant for a, b in zip(y.tolist(), loc.tolist(), strict=True)]
    assert ulps(got, exact) <= 3
    assert ulps(ce.Loss("normal", scale=1.0)(y, loc, reduction="none"), exact) <= 3


def test_normal_is_half_the_squared_error_symbolically():
    y, loc = sympy.symbols("y mu", real=True)
    expected = (y - loc) ** 2 / 2 + sympy.log(sympy.sqrt(2 * sympy.pi))
    assert sympy.simplify(ce.Normal.nll(y, loc, sympy.Integer(0)) - expected) == 0


def test_laplace_is_the_absolute_error():
    y, loc = RNG.normal(size=N), RNG.normal(size=N)
    with mp.workdps(60):
        exact = [abs(mp.mpf(a) - mp.mpf(b)) + mp.log(2) for a, b in zip(y.tolist(), loc.tolist(), strict=True)]
    assert ulps(rows(y, ce.Laplace(loc=loc, scale=1.0)), exact) <= 3


def test_one_draw_of_a_multinomial_is_a_categorical():
    logits, target = RNG.normal(0, 5, (N, 4)), RNG.integers(0, 4, N)
    one_hot = np.eye(4)[target]
    general = rows(one_hot, ce.Multinomial(logits=logits))
    np.testing.assert_array_max_ulp(general, rows(target, ce.Categorical(logits=logits)), 12)


def test_one_trial_of_a_binomial_is_a_bernoulli():
    logits = RNG.normal(0, 5, LOGITS.size)
    general = rows(HARD, ce.Binomial(logits=logits, total_count=1))
    np.testing.assert_array_max_ulp(general, rows(HARD, ce.Bernoulli(logits=logits)), 12)


MEMBERS = [
    (ce.Bernoulli(logits=LOGITS[:N]), ce.Bernoulli(logits=LOGITS[1 : N + 1])),
    (ce.Bernoulli(probs=SOFT[:N]), ce.Bernoulli(probs=SOFT[1 : N + 1])),
    (ce.Categorical(logits=RNG.normal(size=(N, 5))), ce.Categorical(logits=RNG.normal(size=(N, 5)))),
    (ce.Normal(loc=RNG.normal(size=N), scale=2.0), ce.Normal(loc=0.0, scale=RNG.random(N) + 0.5)),
    (ce.Laplace(loc=RNG.normal(size=N), scale=2.0), ce.Laplace(loc=0.0, scale=RNG.random(N) + 0.5)),
    (ce.Poisson(rate=RNG.random(N) * 9), ce.Poisson(rate=RNG.random(N) * 9 + 0.1)),
    (ce.Binomial(probs=SOFT[:N], total_count=5), ce.Binomial(probs=SOFT[1 : N + 1], total_count=5)),
    (
        ce.NegativeBinomial(mean=RNG.random(20) * 9 + 0.1, concentration=3.0),
        ce.NegativeBinomial(mean=RNG.random(20) * 9 + 0.1, concentration=2.0),
    ),
]


@pytest.mark.parametrize(("p", "q"), MEMBERS, ids=lambda p: p.family.name)
def test_cross_entropy_is_entropy_plus_divergence(p, q):
    cross, floor, gap = ce.cross_entropy(p, q), ce.entropy(p), ce.kl_divergence(p, q)
    np.testing.assert_allclose(cross, floor + gap, rtol=1e-12)
    assert gap > 0
    assert 0 <= ce.kl_divergence(p, p) < 1e-14


@pytest.mark.parametrize("p", [ce.Bernoulli(probs=SOFT), ce.Poisson(rate=SOFT * 9), ce.Normal(loc=SOFT, scale=2.0)])
def test_deviance_is_zero_where_each_mean_is_its_target(p):
    if p.family.name == "Poisson":
        p = ce.Poisson(rate=np.arange(9.0))
    assert ce.deviance(p.mean, p) == 0


def test_deviance_is_twice_the_loss_above_the_best():
    y, rate = RNG.integers(0, 9, N), RNG.random(N) * 9 + 0.1
    best = ce.cross_entropy(y, ce.Poisson(rate=y.astype(float)), reduction="sum")
    expected = 2 * (ce.cross_entropy(y, ce.Poisson(rate=rate), reduction="sum") - best)
    np.testing.assert_allclose(ce.deviance(y, ce.Poisson(rate=rate)), expected, rtol=1e-12)
