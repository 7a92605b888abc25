"""A member of a family: parameters kept as given, rows of its quantities, draws, repr."""

import pickle

import mpmath
import numpy as np
import pytest

import crossent as ce
from crossent import errors

RNG = np.random.default_rng(9)
MEMBERS = {
    "Bernoulli": ({"probs": RNG.random(5)}, [0, 1, 1, 0, 0.5]),
    "Binomial": ({"probs": RNG.random(5), "total_count": 7}, [0, 1, 7, 3, 2]),
    "Categorical": ({"logits": RNG.normal(size=(5, 3))}, [0, 1, 2, 2, 0]),
    "Laplace": ({"loc": RNG.normal(size=5), "scale": 2.0}, RNG.normal(size=5)),
    "Multinomial": ({"logits": RNG.normal(size=(5, 3)), "total_count": 4}, RNG.multinomial(4, [0.2, 0.3, 0.5], 5)),
    "NegativeBinomial": ({"mean": RNG.random(5) * 9, "concentration": 3.0}, [0, 1, 7, 3, 2]),
    "Normal": ({"loc": RNG.normal(size=5), "scale": 2.0}, RNG.normal(size=5)),
    "Poisson": ({"rate": RNG.random(5) * 9}, [0, 1, 7, 3, 2]),
}  # fmt: skip


def member(name):
    return ce.FAMILIES[name](**MEMBERS[name][0])


def test_every_family_is_a_case():
    assert set(MEMBERS) == set(ce.FAMILIES)


@pytest.mark.parametrize("name", MEMBERS)
def test_rows(name):
    p, target = member(name), MEMBERS[name][1]
    rows = p.nll(target)
    assert rows.shape == (5,)
    np.testing.assert_array_equal(p.log_prob(target), -rows)
    np.testing.assert_array_equal(ce.cross_entropy(target, p, reduction="none"), rows)
    tail = (3,) if name in ("Categorical", "Multinomial") else ()
    assert p.entropy().shape == (5,)
    assert p.mean.shape == p.variance.shape == (5, *tail)
    np.testing.assert_allclose(ce.entropy(p, reduction="none"), p.entropy(), rtol=1e-13)


@pytest.mark.parametrize("name", MEMBERS)
def test_draws_have_the_mean_and_the_entropy_of_their_family(name):
    """False alarm: less than one in a million for each family (5 standard errors, 10 numbers), for this seed once."""
    p, draws = member(name), 4000
    sample = p.sample(0, draws)
    indices = name == "Categorical"
    drawn = np.eye(3)[sample.astype(int)] if indices else sample
    deviation = np.sqrt(p.variance / draws)
    assert np.all(np.abs(drawn.mean(axis=0) - p.mean) < 5 * deviation + 1e-12)
    again = p.sample(np.random.default_rng(0), (draws,))
    np.testing.assert_array_equal(sample, again)
    assert p.sample(1).shape == sample.shape[1:]


def test_parameters_are_kept_as_given():
    probs = [0.1, 1e-300]
    p = ce.Bernoulli(probs=probs)
    assert p.parameters["probs"] is probs
    np.testing.assert_array_equal(p.mean, probs)
    np.testing.assert_array_equal(ce.Poisson(rate=[0.1, 0.3]).mean, [0.1, 0.3])
    np.testing.assert_array_equal(ce.Normal(loc=[0.1, 0.3], scale=2.0).mean, [0.1, 0.3])
    np.testing.assert_array_equal(ce.NegativeBinomial(mean=[0.1, 0.3], concentration=2.0).mean, [0.1, 0.3])


@pytest.mark.parametrize(
    ("given", "came"), [({}, "nothing came"), ({"logits": 0, "probs": 0.5}, "logits, probs"), ({"rate": 1}, "rate")]
)
def test_exactly_one_parameterisation(given, came):
    with pytest.raises(errors.UsageTypeError, match=f"exactly one parameterisation.*{came}"):
        ce.Bernoulli(**given)


def test_repr():
    assert repr(ce.Bernoulli(probs=0.25)) == "Bernoulli(probs=0.25)"
    assert repr(ce.Normal(loc=np.zeros(9, np.float32), scale=1.0)) == "Normal(loc=<9 float32>, scale=1.0)"
    assert repr(ce.Binomial(probs=[0.5], total_count=3)) == "Binomial(probs=[0.5], total_count=3)"
    assert repr(ce.Poisson(rate=list(range(100)))) == "Poisson(rate=<list of 100>)"


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_can_be_pickled(name):
    p, target = member(name), MEMBERS[name][1]
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(p)).nll(target), p.nll(target))


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: ce.entropy(ce.Bernoulli(probs=[0.5, 1.5])), r"probs must be in \[0, 1\].*probs\[1\] = 1.5"),
        (
            lambda: ce.kl_divergence(ce.Normal(loc=0.0, scale=1.0), ce.Normal(loc=0.0, scale=-1.0)),
            "scale must be above 0",
        ),
        (
            lambda: ce.cross_entropy([1, 2], ce.Binomial(probs=0.5, total_count=1)),
            r"up to total_count.*target\[1\] = 2",
        ),
        (lambda: ce.cross_entropy([2.0**54], ce.Poisson(rate=1.0)), r"up to 2\^53; 1 of 1 value is not"),
        (lambda: ce.cross_entropy([0.5], ce.Poisson(rate=1.0)), r"must be a count.*target\[0\] = 0.5"),
        (lambda: ce.cross_entropy([np.inf], ce.Normal(loc=0.0, scale=1.0)), "target must be a finite number"),
        (
            lambda: ce.cross_entropy([0], ce.Categorical(probs=[[0.5, 0.4]])),
            r"sum to 1 within .*probs\[0\] sums to 0.9",
        ),
        (lambda: ce.cross_entropy([[0.5, 0.4]], ce.Categorical(probs=[[0.5, 0.5]])), r"target\[0\] sums to 0.9"),
        (lambda: ce.entropy(ce.Categorical(logits=[[0.0, np.nan]])), r"first logits\[0, 1\] = nan"),
        (lambda: ce.cross_entropy([[1, 0]], ce.Multinomial(probs=[[0.5, 0.5]], total_count=2)), "sum to total_count"),
    ],
)
def test_bad_values_are_named(call, match):
    with pytest.raises(errors.DataError, match=match):
        call()


@pytest.mark.parametrize(
    ("n", "m", "p", "q"), [(3, 4, 0.5, 0.4), (30, 31, 0.9, 0.88), (7, 9, 0.2, 0.15), (5, 50, 0.9, 0.1)]
)
def test_binomials_of_different_totals(n, m, p, q):
    with mpmath.workdps(40):

        def mass(k, total, probs):
            return mpmath.binomial(total, k) * mpmath.mpf(probs) ** k * (1 - mpmath.mpf(probs)) ** (total - k)

        exact = sum(mass(k, n, p) * mpmath.log(mass(k, n, p) / mass(k, m, q)) for k in range(n + 1))
    got = ce.kl_divergence(ce.Binomial(probs=p, total_count=n), ce.Binomial(probs=q, total_count=m))
    assert float(got) == pytest.approx(float(exact), rel=1e-12)


MISSING = [
    lambda: ce.Binomial(probs=0.5),
    lambda: ce.tally([1, 2], ce.Binomial(probs=0.5)),
    lambda: ce.cross_entropy([1, 2], ce.Binomial(logits=[0.5, 0.5])),
    lambda: ce.Loss("binomial")([1], [0.0]),
    lambda: ce.Loss("binomial").value_gradient([1], [0.0]),
    lambda: ce.entropy(ce.Multinomial(probs=[0.5, 0.5])),
    lambda: ce.Multinomial(probs=[0.5, 0.5]).mean,
    lambda: ce.Multinomial(probs=[0.5, 0.5]).sample(0, 3),
    lambda: ce.kl_divergence(ce.Multinomial(probs=[0.5, 0.5]), ce.Multinomial(probs=[0.4, 0.6])),
    lambda: ce.cross_entropy(ce.Multinomial(probs=[0.5, 0.5]), ce.Multinomial(probs=[0.4, 0.6])),
    lambda: ce.derive("binomial", [1, 2]),
]


@pytest.mark.parametrize("call", MISSING)
def test_a_fixed_parameter_that_nothing_tells_is_asked_for(call):
    with pytest.raises(errors.UsageTypeError, match="total_count must be given"):
        call()


def test_the_total_of_a_row_of_counts_is_told_by_the_target():
    assert float(ce.Multinomial(probs=[0.5, 0.5]).nll([1, 1])) == pytest.approx(np.log(2))


def test_printed_probabilities_may_miss_one_by_a_tolerance():
    printed = [[0.333, 0.333, 0.333]]
    got = ce.cross_entropy([0], ce.Categorical(probs=printed, sum_tolerance=2e-3))
    assert got == ce.Bernoulli(probs=0.333).nll(1)
    with pytest.raises(errors.DataError, match=r"0\.999"):
        ce.cross_entropy([0], ce.Categorical(probs=printed, sum_tolerance=1e-4))


def test_truth_and_model_are_of_one_family():
    with pytest.raises(errors.UsageError, match="of one family; they are poisson and bernoulli"):
        ce.kl_divergence(ce.Poisson(rate=1.0), ce.Bernoulli(probs=0.5))
    with pytest.raises(errors.UsageTypeError, match="must be a family with its parameters"):
        ce.cross_entropy(ce.Bernoulli(probs=0.5), [1, 0])
    with pytest.raises(errors.UsageTypeError, match="target must be data"):
        ce.tally(ce.Bernoulli(probs=0.5), ce.Bernoulli(probs=0.5))


def test_smoothing_mixes_a_truth_that_is_a_family():
    p, q = ce.Categorical(probs=[[0.5, 0.3, 0.2]]), ce.Categorical(logits=[[1.0, 0.0, -1.0]])
    mixed = ce.Categorical(probs=0.7 * np.array([[0.5, 0.3, 0.2]]) + 0.1)
    for verb in (ce.cross_entropy, ce.kl_divergence):
        np.testing.assert_allclose(verb(p, q, label_smoothing=0.3), verb(mixed, q), rtol=1e-14)
    np.testing.assert_allclose(ce.entropy(p, label_smoothing=0.3), ce.entropy(mixed), rtol=1e-14)
    smooth = ce.deviance([0], q, label_smoothing=0.3)
    np.testing.assert_allclose(smooth, ce.deviance([[0.8, 0.1, 0.1]], q), rtol=1e-13)
