"""Groups and duplicates: against exact fractions, enumeration and simulation; no false alarm of rounded numbers."""

import itertools
import math
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from scipy import stats

from crossent import errors
from crossent.independence.groups import GroupSums, RowHashes, duplicates_test, intraclass_of, intraclass_test, learn
from crossent.independence.groups.intraclass import whole_groups

BAND = 3.2905267314919255  # of the normal, 99.9 %


def grouped(rng, groups, size, rho):
    common = rng.normal(size=groups)[:, None]
    return (math.sqrt(rho) * common + math.sqrt(1 - rho) * rng.normal(size=(groups, size))).ravel()


# --- intraclass correlation -------------------------------------------------------------------------------------------


def anova_in_fractions(values, groups):
    by = {}
    for value, group in zip(values, groups, strict=True):
        by.setdefault(group, []).append(Fraction(float(value)))
    n, k = len(values), len(by)
    mean = sum(map(sum, by.values())) / n
    between = sum(len(v) * (sum(v) / len(v) - mean) ** 2 for v in by.values()) / (k - 1)
    within = sum((x - sum(v) / len(v)) ** 2 for v in by.values() for x in v) / (n - k)
    size = (n - Fraction(sum(len(v) ** 2 for v in by.values()), n)) / (k - 1)
    return (between - within) / (between + (size - 1) * within), between / within, size


@pytest.mark.parametrize("seed", range(6))
def test_the_estimate_is_exact(seed):
    rng = np.random.default_rng(seed)
    n = 200
    groups = rng.integers(0, 12 + 3 * seed, n) ** 2
    values = 1e6 * (seed % 2) + rng.normal(size=n) + 0.3 * rng.normal(size=groups.max() + 1)[groups]
    state = GroupSums()
    state.update(values, groups)
    found, (rho, f, size) = state.anova(), anova_in_fractions(values, groups)
    assert found.rho == pytest.approx(float(rho), rel=1e-15)
    assert found.f == pytest.approx(float(f), rel=1e-15)
    assert found.size == pytest.approx(float(size), rel=1e-15)
    peer = stats.f_oneway(*(values[groups == g] for g in np.unique(groups)))
    assert found.f == pytest.approx(peer.statistic, rel=1e-6)
    weighted = (np.unique(groups, return_counts=True)[1] ** 2).sum() / n
    assert found.design_effect == pytest.approx(1 + (weighted - 1) * float(rho))


def test_states_merge_to_the_same_bits():
    rng = np.random.default_rng(0)
    values, groups = rng.normal(size=300), rng.integers(0, 20, 300).astype(str)
    whole = GroupSums()
    whole.update(values, groups)
    for cuts in ([100, 200], [1, 299], [150, 151]):
        parts = []
        for rows in np.split(rng.permutation(300), cuts):
            parts.append(GroupSums())
            parts[-1].update(values[rows], groups[rows])
        assert (parts[2] + parts[0] + parts[1]).anova() == whole.anova()


def test_the_p_value_is_that_of_all_permutations():
    values, groups = np.array([1.0, 2.5, 2.0, 4.5, 3.0, 7.0]), np.array([0, 0, 0, 1, 1, 2])

    def explained(order):
        return sum(order[groups == g].sum() ** 2 / (groups == g).sum() for g in range(3))

    seen = explained(values)
    orders = [explained(np.array(order)) for order in itertools.permutations(values)]
    exact = np.mean([value >= seen - 1e-9 for value in orders])
    assert len(orders) == 720
    found = intraclass_test(values, groups, draws=9_999)
    assert abs(found.p_value - exact) <= 4 * found.p_error + 1e-4
    assert found.log_p_value == pytest.approx(math.log(found.p_value))


def test_interval_holds_the_truth():
    held, runs = 0, 300
    for k in range(runs):
        state = GroupSums()
        state.update(grouped(np.random.default_rng(k), 30, 6, 0.3), np.repeat(np.arange(30), 6))
        low, high = state.anova().ci95
        held += low <= 0.3 <= high
    assert abs(held / runs - 0.95) <= BAND * math.sqrt(0.95 * 0.05 / runs)


def test_power_and_false_alarms():
    groups, runs = np.repeat(np.arange(100), 20), 20
    p_values = {
        rho: [
            intraclass_test(grouped(np.random.default_rng(k), 100, 20, rho), groups, draws=199).p_value
            for k in range(runs)
        ]
        for rho in (0.0, 0.05)
    }
    assert np.mean(np.array(p_values[0.05]) <= 0.05) >= 0.9
    assert np.mean(np.array(p_values[0.0]) <= 0.05) <= 0.05 + BAND * math.sqrt(0.05 * 0.95 / runs)


def test_large_files_permute_whole_groups():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 900, 30_000)
    kept = whole_groups(groups, seed=1)
    assert 18_000 < kept.sum() <= 20_000
    assert not set(groups[kept].tolist()) & set(groups[~kept].tolist())
    found = intraclass_test(rng.normal(size=30_000) + 0.5 * rng.normal(size=900)[groups], groups, draws=199)
    assert found.p_value == 1 / 200
    assert "whole groups" in found.notes[0]
    assert found.n == 30_000
    sample = GroupSums()
    sample.update([1.0, 2.0, 5.0, 6.0], [1, 1, 2, 2])
    assert intraclass_of(sample, [1.0, 2.0, 5.0, 6.0], [1, 1, 2, 2], draws=99).notes == ()


@pytest.mark.parametrize(
    ("values", "groups", "kind", "words"),
    [
        ([1.0, 2.0, 3.0], [1, 1, 1], errors.DataError, "at least 2 clusters"),
        ([1.0, 2.0, 3.0], [1, 2, 3], errors.NoAnswerError, "two rows"),
        ([2.0, 2.0, 2.0], [1, 1, 3], errors.NoAnswerError, "must differ"),
        ([2.0, 3.0, 2.0], [1, 1], errors.UsageError, "3 rows"),
        ([2.0, 3.0, 2.0], ["a", None, "b"], errors.DataError, "row 1"),
    ],
)
def test_no_answer(values, groups, kind, words):
    with pytest.raises(kind, match=words):
        intraclass_test(values, groups)


def test_groups_without_variation_inside():
    state = GroupSums()
    state.update([1.0, 1.0, 2.0, 2.0], [1, 1, 2, 2])
    assert (state.anova().rho, state.anova().ci95) == (1.0, None)


# --- duplicates -------------------------------------------------------------------------------------------------------


def named(matrix):
    return {f"x{k}": matrix[:, k].copy() for k in range(matrix.shape[1])}


def copied(columns, rng, rows=10):
    places = rng.choice(1000, 2 * rows, replace=False)
    for values in columns.values():
        values[places[:rows]] = values[places[rows:]]
    return columns, places


def rounded(rng, columns, digits):
    return named(np.round(rng.normal(size=(1000, columns)), digits))


def celsius_and_fahrenheit(rng):
    celsius = np.round(rng.normal(15, 8, 1000), 1)
    return {"c": celsius, "f": np.round(1.8 * celsius + 32, 1)}


def rain(rng):
    dry = rng.random(1000) < 0.5
    return {"mm": np.where(dry, 0, rng.exponential(size=1000)), "hours": np.where(dry, 0, rng.exponential(size=1000))}


def heaped(rng):
    height = rng.normal(170, 10, (1000, 2))
    return named(np.where(rng.random((1000, 1)) < 0.4, np.round(height / 5) * 5, np.round(height, 1)))


def along_a_line(rng):
    x = rng.normal(size=1000)
    return {"a": np.round(x, 1), "b": np.round(x + 0.02 * rng.normal(size=1000), 1)}


CHANCE = {
    "5 columns, 0 digits": lambda rng: rounded(rng, 5, 0) | named(np.round(5 * rng.normal(size=(1000, 1)))),
    "5 columns, 1 digit": lambda rng: rounded(rng, 5, 1),
    "2 columns, 1 digit": lambda rng: rounded(rng, 2, 1),
    "2 columns, 2 digits": lambda rng: rounded(rng, 2, 2),
    "1 column, 1 digit": lambda rng: rounded(rng, 1, 1),
    "1 column, 2 digits": lambda rng: rounded(rng, 1, 2),
    "Celsius and Fahrenheit": celsius_and_fahrenheit,
    "no rain": rain,
    "heaped": heaped,
    "along a line": along_a_line,
    "counts": lambda rng: named(rng.poisson(100, (1000, 2)).astype(float)),
    "with levels": lambda rng: {"g": rng.choice(list("ab"), 1000)} | rounded(rng, 2, 1),
    "continuous": lambda rng: named(rng.normal(size=(1000, 5))),
}


@pytest.mark.parametrize("case", CHANCE)
def test_chance_raises_no_alarm(case):
    found = [duplicates_test(CHANCE[case](np.random.default_rng(k))) for k in range(25)]
    assert min(test.p_value for test in found) > 0.05
    if case in ("5 columns, 1 digit", "continuous", "no rain"):  # rows without rain are left out
        assert sum(test.details["repeated"] for test in found) <= 1
    elif case != "5 columns, 0 digits":
        assert sum(test.details["repeated"] for test in found) > 0


@pytest.mark.parametrize("digits", [15, 6, 2])
def test_one_per_cent_of_copies_is_found(digits):
    for k in range(25):
        rng = np.random.default_rng(k)
        columns, places = copied(rounded(rng, 5, digits), rng)
        found = duplicates_test(columns)
        assert found.p_value < 1e-4
        assert found.details["repeated"] == 10
        assert found.effect.estimate == 0.01
        pairs = {tuple(sorted(pair)) for pair in zip(places[:10].tolist(), places[10:].tolist(), strict=True)}
        assert {(row["first"], row["again"]) for row in found.details["rows"]} == pairs


def test_many_copies_and_small_p_values():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 3))
    found = duplicates_test(named(np.vstack([x, x, x])))
    assert found.details["repeated"] == 1000
    assert [row["times"] for row in found.details["rows"]] == [3] * 20
    assert -1e6 < found.log_p_value < -100


def test_states_merge_and_sample():
    rng = np.random.default_rng(1)
    columns, _ = copied(rounded(rng, 5, 15) | {"g": rng.choice(list("abc"), 1000)}, rng)
    frame = pl.DataFrame(columns)
    resolution = learn(columns)
    assert set(resolution.measures) == {"x0", "x1", "x2", "x3", "x4"}
    whole = duplicates_test(columns)
    parts = []
    for start, stop in ((0, 1), (1, 700), (700, 1000)):
        parts.append(RowHashes(resolution))
        parts[-1].update({name: frame[name][start:stop] for name in columns}, first_row=start)
    for order in itertools.permutations(parts):
        assert (order[0] + order[1] + order[2]).result() == whole
    small = RowHashes(resolution, most=300)
    small.update(columns)
    found = small.result()
    assert small.level >= 2
    assert len(small.table.exact) <= 300
    assert found.details["distinct"] == pytest.approx(990, rel=0.25)
    assert "1 of 4 cells" in found.notes[0]


def test_missing_numbers_and_zeros():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(100, 2))
    x[5:40, 0] = np.nan
    x[5:40, 1] = 7.0
    x[50], x[51] = [0.0, 3.0], [-0.0, 3.0]
    found = duplicates_test(named(x))
    assert found.details["repeated"] == 1
    assert found.details["rows"] == [{"first": 50, "again": 51, "times": 2}]
    assert "35 rows left out" in found.notes[0]


def test_no_measurements():
    with pytest.raises(errors.UsageError, match="hold numbers"):
        duplicates_test({"g": ["a", "b", "a"], "k": [1, 2, 1]})
    with pytest.raises(errors.UsageError, match="3 rows"):
        duplicates_test({"g": ["a", "b", "a"], "k": [1, 2]})
