"""Tests of drift against enumeration, SciPy where it is exact, and data whose drift is known."""

import itertools
import math

import numpy as np
import pytest

from crossent import errors
from crossent.independence import drift
from crossent.independence.drift import several
from crossent.independence.drift.change import scan
from crossent.independence.drift.effects import difference_in_deviations


def rng(seed=0):
    return np.random.default_rng(seed)


def test_block_levels_finds_a_change_and_passes_noise():
    y = np.repeat([0, 1], 50)
    y[[3, 70]] = [1, 0]
    assert drift.block_levels_test(y).p_value < 1e-6
    assert drift.block_levels_test(rng().permutation(y)).p_value > 0.01
    table = drift.block_levels_test(y, blocks=3).details["table"]
    assert [sum(row) for row in table] == [34, 33, 33]


def test_rank_sums_are_kruskal_and_wallis():
    from scipy.stats import kruskal

    x = np.round(rng(1).standard_normal(900), 1)
    labels = rng(2).integers(0, 4, 900)
    h, p, log_p, error, method = several.rank_sums(labels, x)
    theirs = kruskal(*(x[labels == level] for level in range(4)))
    assert h == pytest.approx(float(theirs.statistic), rel=1e-12)
    assert p == pytest.approx(float(theirs.pvalue), rel=1e-10)
    assert log_p == pytest.approx(math.log(p))
    assert error is None
    assert "chi-squared" in method


def test_small_rank_sums_agree_with_all_orders():
    x, labels = np.array([1.0, 5.0, 2.0, 2.0, 7.0, 3.0]), np.array([0, 0, 0, 1, 1, 1])
    h, p, _, error, _ = several.rank_sums(labels, x)
    from crossent.independence.order.values import doubled_ranks

    a = doubled_ranks(x)
    made = [sum(a[list(chosen)]) ** 2 for chosen in itertools.combinations(range(6), 3)]
    exact = np.mean([m >= sum(a[:3]) ** 2 for m in made])
    assert h == pytest.approx(5 * 2 * sum(a[:3]) ** 2 / 3 / float(a @ a))
    assert abs(p - exact) < 4.5 * error


def test_distances_are_those_of_distribution_functions():
    table = rng().integers(0, 6, (5, 3, 7)) + 1
    for one, found in zip(table, several.distances(table), strict=True):
        sizes = one.sum(axis=1)
        n = sizes.sum()
        best = 0.0
        for b in range(3):
            own = np.cumsum(one[b]) / sizes[b]
            rest = np.cumsum(one.sum(axis=0) - one[b]) / (n - sizes[b])
            best = max(best, float(np.abs(own - rest).max()) * math.sqrt(sizes[b] * (n - sizes[b]) / n))
        assert found == pytest.approx(best, rel=1e-12)


def test_two_samples_agree_with_scipy_exactly_and_in_the_limit():
    from scipy.stats import ks_2samp

    x, y = rng(1).standard_normal(20), rng(2).standard_normal(15) + 0.5
    found, theirs = drift.compare_numbers(x, y), ks_2samp(x, y, method="exact")
    assert found.details["distance"] == pytest.approx(float(theirs.statistic))
    assert abs(found.p_value - float(theirs.pvalue)) < 4.5 * found.p_error
    x, y = rng(1).standard_normal(3_000), rng(2).standard_normal(2_000) + 0.04
    assert drift.compare_numbers(x, y).p_value == pytest.approx(ks_2samp(x, y, method="exact").pvalue, rel=0.05)


def test_kolmogorov_beyond_floats():
    import mpmath

    for z in (0.5, 1.2, 3.9, 4.1, 30.0):
        terms = [(-1) ** (k - 1) * mpmath.exp(-2 * k * k * mpmath.mpf(z) ** 2) for k in range(1, 60)]
        exact = mpmath.log(2 * mpmath.fsum(terms))
        assert several.log_kolmogorov(z) == pytest.approx(float(exact), rel=1e-12)


def test_drift_of_spread_is_seen_by_the_distribution_alone():
    x = rng(3).standard_normal(6_000) * np.repeat([1.0, 2.0], 3_000)
    assert drift.block_ks_test(x).p_value < 0.001
    assert drift.block_ranks_test(x).p_value > 0.01


def test_the_scan_is_that_of_all_orders():
    x = np.array([1.0, 2.0, 1.5, 4.0, 3.0, 5.0])
    place, largest, _, p, _, error, _ = scan(x, True, 9_999, 0)

    def highest(order):
        n, c = len(order), np.array(order) - np.mean(order)
        s = math.sqrt(float(c @ c) / (n - 1))
        return max(abs(c[:j].sum()) / (s * math.sqrt(j * (n - j) / n)) for j in range(1, n))

    made = [highest(order) for order in itertools.permutations(x)]
    assert (place, largest) == (3, pytest.approx(highest(x)))
    exact = np.mean([m >= largest * (1 - 1e-12) for m in made])
    assert abs(p - exact) < 4.5 * error


def test_a_step_is_placed_and_measured():
    covered = steps = 0
    for seed in range(40):
        x = rng(seed).standard_normal(300) + np.repeat([0.0, 1.0], [100, 200])
        found = drift.change_point_test(x)
        low, high = found.details["position95"]
        assert low <= found.details["position"] <= high
        assert found.p_value < 1e-3
        covered += low <= 100 <= high
        steps += found.effect.ci95[0] <= 1.0 <= found.effect.ci95[1]
    assert covered >= 33  # P(Bin(40, 0.95) < 33) = 0.0003
    assert steps >= 32


def test_the_nile_changes_in_1898():
    import statsmodels.datasets

    data = statsmodels.datasets.nile.load_pandas().data
    found = drift.change_point_test(data["volume"].to_numpy())
    year = int(data["year"].iloc[found.details["position"]])
    assert year == 1899  # the first year of the lower level
    assert found.p_value < 0.001
    assert found.details["before"] > found.details["after"] + 200
    assert drift.change_point_test(rng(1).permutation(data["volume"].to_numpy())).p_value > 0.01


def test_long_series_are_scanned_by_bins():
    y = (rng(5).random(50_001) < np.repeat([0.3, 0.5], [20_000, 30_001])).astype(int)
    found = drift.change_point_test(y)
    assert abs(found.details["position"] - 20_000) < 500
    assert "places every 25 rows" in found.notes[0]
    assert found.p_value < 1e-6


def test_difference_in_deviations_covers_the_truth():
    inside = 0
    for seed in range(400):
        made = [rng(1_000 * k + seed).standard_normal(40) + k * 0.5 for k in (0, 1)]
        first, second = ((40.0, m.mean(), float(((m - m.mean()) ** 2).sum())) for m in made)
        low, high = difference_in_deviations(first, second, "d").ci95
        inside += low <= 0.5 <= high
    assert 363 <= inside <= 395  # 95 %, one in 1,000


def test_the_classifier_finds_what_no_column_alone_shows():
    x, y = rng(1).standard_normal((800, 2)), rng(2).standard_normal((800, 2))
    found = drift.classifier_test({"a": x[:, 0], "b": x[:, 1]}, {"a": y[:, 0] + 0.4, "b": 1.5 * y[:, 1]})
    assert found.p_value < 1e-6
    assert found.effect.ci95[0] > 0
    assert found.effect.estimate < math.log(2)
    assert "chi-squared with 4 degrees" in found.method


def test_a_small_classifier_permutes_and_separated_samples_stay_finite():
    x, c = rng(1).standard_normal(30), np.tile([0, 1, 2], 10)
    apart = drift.classifier_test({"x": x, "c": c}, {"x": x + 100, "c": c}, levels=["c"], folds=3, draws=39)
    assert apart.p_value == 1 / 40
    assert math.log(2) > apart.effect.estimate > 0.5
    same = drift.classifier_test({"x": x[:15]}, {"x": x[15:]}, folds=3, draws=39)
    assert same.p_value > 1 / 40
    assert "permutation" in same.method


def test_nats_of_a_classifier_are_the_loss_of_a_formula():
    design = np.column_stack((np.ones(6), [0.0, 1, 2, 3, 4, 5]))
    sample = np.array([0.0, 0, 1, 0, 1, 1])
    from crossent.independence.drift.classifier import fit

    b, nats = fit(design, sample, ridge=0.0)
    probability = 1 / (1 + np.exp(-design @ b))
    assert design.T @ (sample - probability) == pytest.approx([0, 0], abs=1e-5)
    assert nats == pytest.approx(-np.mean(sample * np.log(probability) + (1 - sample) * np.log1p(-probability)))


def test_association_agrees_with_scipy():
    from scipy.stats import spearmanr

    x = np.round(rng(1).standard_normal(600), 1)
    y = np.round(0.1 * x + rng(2).standard_normal(600), 1)
    found = drift.numbers_association(x, y)
    assert found.statistic == pytest.approx(float(spearmanr(x, y).statistic), rel=1e-12)
    assert found.p_value == pytest.approx(float(spearmanr(x, y).pvalue), rel=0.05)
    levels = (y > 0).astype(int)
    assert drift.numbers_by_levels(y, levels).p_value < 1e-20
    assert drift.levels_association(levels, levels).effect.estimate == pytest.approx(1)
    with pytest.raises(errors.UsageError, match="must have the same rows; they have 600 and 599"):
        drift.numbers_association(x, y[:-1])
