"""Tests of order against enumeration of all orders, exact integers, statsmodels and known series."""

import itertools
import math
from collections import Counter
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from crossent.independence import order
from crossent.independence.order import ranks, runs, turning


def count_runs(sequence):
    return 1 + sum(a != b for a, b in itertools.pairwise(sequence))


@pytest.mark.parametrize(("zeros", "ones"), [(1, 1), (1, 5), (3, 3), (4, 6), (2, 9), (7, 5)])
def test_runs_distribution_is_that_of_all_orders(zeros, ones):
    n = zeros + ones
    orders = Counter()
    for places in itertools.combinations(range(n), ones):
        orders[count_runs([int(i in places) for i in range(n)])] += 1
    ways, total = runs.distribution(zeros, ones)
    assert total == math.comb(n, ones)
    assert dict(enumerate(ways, 2)) == dict(orders)


def test_runs_p_values_are_exact_fractions():
    for zeros, ones in [(3, 4), (5, 5), (8, 3)]:
        ways, total = runs.distribution(zeros, ones)
        for i, seen in enumerate(ways):
            found = order.runs_from_counts(zeros, ones, i + 2)
            assert found.p_value == float(Fraction(sum(w for w in ways if w <= seen), total))
            assert found.log_p_value == pytest.approx(math.log(found.p_value), abs=1e-14)
            assert found.details["p_too_few"] == float(Fraction(sum(ways[: i + 1]), total))
            assert found.details["p_too_many"] == float(Fraction(sum(ways[i:]), total))


def test_runs_beyond_floats_keep_their_logarithm():
    found = order.runs_from_counts(2_500, 2_500, 2)
    assert found.p_value == 0.0
    # two orders have 2 runs and two have 5,000: both are as improbable
    with mpmath.workdps(30):
        # two orders have 2 runs, two have 5,000: as improbable
        assert found.log_p_value == pytest.approx(float(mpmath.log(4) - mpmath.log(mpmath.binomial(5000, 2500))), 1e-13)


def test_runs_exact_and_normal_meet():
    exact = order.runs_from_counts(2_500, 2_500, 2_400)
    normal = order.runs_from_counts(2_501, 2_501, 2_401)
    assert "exact" in exact.method
    assert "normal" in normal.method
    assert normal.p_value == pytest.approx(exact.p_value, rel=0.05)


def test_too_few_and_too_many_runs():
    rng = np.random.default_rng(0)
    few = order.runs_test(np.repeat(rng.integers(0, 2, 40), 5))
    many = order.runs_test(np.arange(60) % 2)
    assert few.details["p_too_few"] < 1e-6
    assert many.details["p_too_many"] < 1e-6
    assert few.effect.estimate > 0 > many.effect.estimate
    assert few.effect.ci95[0] > 0 > many.effect.ci95[1]


def test_turning_points_distribution_is_that_of_all_orders():
    for n in range(3, 8):
        counts = Counter(
            sum((a < b) != (b < c) for a, b, c in zip(p, p[1:], p[2:], strict=False))
            for p in itertools.permutations(range(n))
        )
        assert turning.distribution(n) == tuple(counts[k] for k in range(n - 1))
    for n in (10, 60, 200):
        ways = [Fraction(w, math.factorial(n)) for w in turning.distribution(n)]
        mean = sum(k * w for k, w in enumerate(ways))
        assert (sum(ways), mean) == (1, Fraction(2 * (n - 2), 3))
        assert sum((k - mean) ** 2 * w for k, w in enumerate(ways)) == Fraction(16 * n - 29, 90)


def test_moments_of_rank_statistics_are_those_of_all_orders():
    cases = 0
    for a in ([-5.0, -3, -1, 1, 3, 5], [-3.0, -3, 0, 2, 4, 0], [-1.0, -1, -1, 3], [-4.0, -2, 0, 2, 4]):
        values = np.array(a)
        orders = np.array(list(itertools.permutations(values)))
        for lag in range(1, len(a) - 1):
            made = ranks.lag_products(orders, lag)
            assert ranks.lag_moments(values, lag) == pytest.approx((made.mean(), made.var()), rel=1e-12)
            cases += 1
        made = np.square(np.diff(orders, axis=1)).sum(axis=1)
        assert ranks.difference_moments(values) == pytest.approx((made.mean(), made.var()), rel=1e-12)
    assert cases == 13


def test_variance_of_the_von_neumann_ratio_is_bartels():
    n = 50
    a = 2.0 * np.arange(n) - (n - 1)
    mean, variance = ranks.difference_moments(a)
    assert mean / (a @ a) == pytest.approx(2)
    expected = 4 * (n - 2) * (5 * n * n - 2 * n - 9) / (5 * n * (n + 1) * (n - 1) ** 2)
    assert variance / (a @ a) ** 2 == pytest.approx(expected, rel=1e-12)


def test_autocorrelation_and_ljung_box_are_those_of_statsmodels():
    from statsmodels.stats.diagnostic import acorr_ljungbox
    from statsmodels.tsa.stattools import acf

    x = np.random.default_rng(0).standard_normal(700).cumsum()
    ours = order.ljung_box_test(x, lags=range(1, 11), ranks=False)
    theirs = acorr_ljungbox(x, lags=[10])
    assert ours.statistic == pytest.approx(float(theirs["lb_stat"].iloc[0]), rel=1e-12)
    assert ours.details["autocorrelations"] == pytest.approx(acf(x, nlags=10, fft=False)[1:], rel=1e-10)
    noise = np.random.default_rng(1).standard_normal(700)
    assert order.ljung_box_test(noise, lags=range(1, 11), ranks=False).p_value == pytest.approx(
        float(acorr_ljungbox(noise, lags=[10])["lb_pvalue"].iloc[0]), rel=1e-10
    )


@pytest.mark.parametrize("name", ["sunspots", "nile"])
def test_real_series_are_found_and_their_shuffles_pass(name):
    import statsmodels.datasets

    data = getattr(statsmodels.datasets, name).load_pandas().data
    series = data["SUNACTIVITY" if name == "sunspots" else "volume"].to_numpy()
    tests = (order.rank_autocorrelation_test, order.von_neumann_test, order.ljung_box_test)
    for test in tests:
        assert test(series).p_value < 0.001
        shuffled = [test(np.random.default_rng(seed).permutation(series)).p_value for seed in range(10)]
        assert sum(p < 0.05 for p in shuffled) <= 3  # P(Bin(10, 0.05) > 3) = 0.001
        assert min(shuffled) > 0.001
    above = (series > np.median(series)).astype(int)
    assert order.runs_test(above).p_value < 0.001
    assert order.lag_table_test(above).p_value < 0.001


def test_a_lag_table_of_a_cycle_and_of_noise():
    cycle = np.tile([0, 1, 2], 20)
    found = order.lag_table_test(cycle)
    assert found.p_value < 0.001
    assert found.details["table"] == [[0, 20, 0], [0, 0, 20], [19, 0, 0]]
    assert found.effect.name == "Cramer's V"
    assert order.lag_table_test(np.random.default_rng(3).integers(0, 3, 300)).p_value > 0.01


def test_lag_table_p_agrees_with_all_orders():
    y = np.array([0, 0, 1, 1, 2, 0, 1])
    from crossent.independence.order.lags import transitions
    from crossent.independence.order.tables import squares_of

    orders = np.array(list(itertools.permutations(y)))
    made = squares_of(transitions(orders, 1, 3))
    seen = squares_of(transitions(y[None], 1, 3))[0]
    exact = float((made >= seen * (1 - 1e-12)).mean())
    found = order.lag_table_test(y)
    assert abs(found.p_value - exact) < 4.5 * found.p_error


def test_many_levels_are_taken_together():
    y = np.random.default_rng(0).zipf(1.4, 3_000) % 5_000
    found = order.lag_table_test(y, draws=99)
    assert len(found.details["table"]) == 20
    assert found.details["levels"][-1] == "others"
    assert any("taken together" in note for note in found.notes)


def test_pairs_use_each_row_once():
    found = order.pairs_test([0, 0, 1, 1, 0, 1, 1, 0, 1])
    assert (found.n, found.details["table"]) == (8, [[1, 1], [1, 1]])
    assert found.p_value == 1.0
