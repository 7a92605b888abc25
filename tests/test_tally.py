"""Tally: exact, mergeable, the same bits for every partition and order."""

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest

import crossent as ce
from crossent import errors
from crossent.loss import rows

RNG = np.random.default_rng(5)
N = 3000
LOGITS = RNG.normal(0, 20, N)
TARGET = RNG.random(N) < 0.5
WEIGHT = RNG.random(N)


def whole(span=slice(None), weight=None):
    return ce.tally(
        TARGET[span], ce.Bernoulli(logits=LOGITS[span]), sample_weight=None if weight is None else weight[span]
    )


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_any_partition_added_in_any_order_has_the_same_bits(weight):
    expected = whole(weight=weight)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        order = rng.permutation(N)
        cuts = np.sort(rng.integers(0, N, 7))
        parts = [whole(part, weight) for part in np.split(order, cuts)]
        assert expected == sum(rng.permutation(np.array(parts, object)).tolist())
        assert (expected.mean, expected.standard_error) == (sum(parts).mean, sum(parts).standard_error)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_tally_and_cross_entropy_agree_to_the_bit(weight):
    p = ce.Bernoulli(logits=LOGITS)
    assert whole(weight=weight).mean == ce.cross_entropy(TARGET, p, sample_weight=weight)
    assert whole(weight=weight).sum == ce.cross_entropy(TARGET, p, sample_weight=weight, reduction="sum")


def test_the_mean_is_the_exact_mean_of_the_rows_rounded_once():
    losses = [Fraction(row) for row in rows(TARGET, ce.Bernoulli(logits=LOGITS)).tolist()]
    weights = [Fraction(weight) for weight in WEIGHT.tolist()]
    assert whole().mean == float(sum(losses) / N)
    weighted = sum(w * row for w, row in zip(weights, losses, strict=True))
    assert whole(weight=WEIGHT).mean == float(weighted / sum(weights))


def test_the_standard_error_is_that_of_the_rows():
    losses = rows(TARGET, ce.Bernoulli(logits=LOGITS))
    for weight, w in ((None, np.ones(N)), (WEIGHT, WEIGHT)):
        mean = np.sum(w * losses) / np.sum(w)
        expected = math.sqrt(np.sum(w**2 * (losses - mean) ** 2)) / np.sum(w)
        assert abs(whole(weight=weight).standard_error / expected - 1) < 1e-13
        assert abs(whole(weight=weight).effective_n / (np.sum(w) ** 2 / np.sum(w**2)) - 1) < 1e-13


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_equal_losses_have_no_standard_error(weight):
    tally = ce.tally(TARGET, ce.Bernoulli(logits=np.zeros(N)), sample_weight=weight)
    assert tally.standard_error == 0
    assert tally.bits == 1
    assert tally.perplexity == pytest.approx(2, rel=1e-15)


def test_a_standard_error_far_below_the_mean_keeps_its_digits():
    target = 1e6 + RNG.normal(size=1000)  # losses of 5e11, of which the spread is a millionth
    p = ce.Normal(loc=0.0, scale=1.0)
    losses = [Fraction(row) for row in rows(target, p).tolist()]
    mean = sum(losses) / len(losses)
    expected = math.sqrt(float(sum((row - mean) ** 2 for row in losses))) / len(losses)
    assert abs(ce.tally(target, p).standard_error / expected - 1) < 1e-15


def test_infinite_rows_are_counted_and_left_out():
    p = ce.Bernoulli(probs=[0.5, 0.0, 0.25, 1.0])
    tally = ce.tally([1, 1, 1, 0], p, sample_weight=[1, 2, 3, 4])
    assert (tally.count, tally.infinite) == (4, 2)
    assert (math.inf, 10.0, math.inf) == (tally.sum, tally.weight, tally.mean)
    finite = ce.tally([1, 1], ce.Bernoulli(probs=[0.5, 0.25]), sample_weight=[1, 3])
    assert (finite.sum, finite.weight, finite.mean) == (tally.finite_sum, tally.finite_weight, tally.finite_mean)
    assert (tally.bits, tally.perplexity) == (math.inf, math.inf)
    assert math.isnan(tally.standard_error)
    merged = tally + ce.tally([1], ce.Bernoulli(probs=[0.0]))
    assert merged.infinite == 3
    assert "infinite=3" in repr(merged)


def test_rows_that_do_not_count_are_not_inspected():
    p = ce.Bernoulli(probs=[0.5, np.nan, 0.25])
    expected = ce.tally([1, 1], ce.Bernoulli(probs=[0.5, 0.25]))
    assert expected == ce.tally([1, -100, 1], p, mask=[True, False, True])
    assert expected.sum == ce.tally([1, -100, 1], p, sample_weight=[1, 0, 1]).sum
    assert ce.tally([1, -100, 1], p, sample_weight=[1, 0, 1]).count == 2


def test_float32_predictions_are_tallied_in_float64():
    logits = LOGITS.astype(np.float32)
    assert ce.tally(TARGET, ce.Bernoulli(logits=logits)) == ce.tally(TARGET, ce.Bernoulli(logits=logits.astype(float)))


@pytest.mark.parametrize(
    ("target", "p"),
    [
        ([0, 2, 1], ce.Categorical(logits=RNG.normal(size=(3, 3)))),
        ([[0, 2, 1], [1, 1, 1]], ce.Multinomial(logits=RNG.normal(size=(2, 3)))),
        ([0, 2, 1], ce.Poisson(rate=[0.5, 1.0, 2.0])),
        ([0, 2, 1], ce.NegativeBinomial(mean=[0.5, 1.0, 2.0], concentration=3.0)),
        ([0.5, 2, 1], ce.Laplace(loc=[0.5, 1.0, 2.0], scale=1.5)),
        ([0, 2, 1], ce.Binomial(probs=[0.5, 0.25, 0.125], total_count=[3, 4, 5])),
    ],
)
def test_every_family_can_be_tallied(target, p):
    tally = ce.tally(target, p)
    assert tally.mean == ce.cross_entropy(target, p)
    assert len(target) == tally.count


def test_a_tally_of_nothing():
    nothing = ce.tally([], ce.Bernoulli(probs=[]))
    assert (ce.Tally(), "Tally(no rows)") == (nothing, repr(nothing))
    assert whole() == nothing + whole()
    with pytest.warns(errors.NoRowsWarning):
        assert math.isnan(nothing.mean)


def test_a_tally_can_be_pickled_and_adds_only_to_tallies():
    assert whole() == pickle.loads(pickle.dumps(whole()))
    with pytest.raises(TypeError):
        _ = whole() + 1


def test_a_bad_row_far_down_is_named_by_its_place_in_the_whole():
    target = np.broadcast_to(0, 600_000).copy()
    target[500_001] = -1
    with pytest.raises(errors.DataError, match=r"1 of 600,000 values is not, first target\[500001\] = -1"):
        ce.tally(target, ce.Poisson(rate=np.broadcast_to(1.0, 600_000)))
