"""Sorted files, bad input, time columns, samples of long series, and states against the whole."""

import itertools
import math

import numpy as np
import pytest

from crossent import errors
from crossent.independence import order
from crossent.independence.order.sortedness import longest_rising
from crossent.independence.order.values import contiguous, spread_out

TESTS = {
    "runs": order.runs_test, "lag table": order.lag_table_test, "pairs": order.pairs_test,
    "rank autocorrelation": order.rank_autocorrelation_test, "von Neumann": order.von_neumann_test,
    "Ljung-Box": order.ljung_box_test, "turning points": order.turning_points_test, "sorted": order.sorted_test,
}  # fmt: skip


def test_sorted_files_are_named():
    rng = np.random.default_rng(0)
    y = np.sort(rng.integers(0, 2, 200))
    assert order.sorted_test(y).details["sorted"] == "ascending"
    assert order.sorted_test(y[::-1]).details["sorted"] == "descending"
    x = np.sort(rng.standard_normal(300))
    x[[10, 200]] = x[[200, 10]]
    nearly = order.sorted_test(x)
    assert (nearly.details["sorted"], nearly.statistic) == ("ascending", 2.0)
    assert "no evidence of dependence" in nearly.notes[0]
    grouped = np.repeat([2, 0, 3, 1], 25)
    assert order.sorted_test(grouped, levels=True).details["sorted"] == "by level"
    assert order.sorted_test(grouped).details["sorted"] is None


def test_dependent_series_are_not_called_sorted():
    rng = np.random.default_rng(1)
    sticky = np.cumsum(rng.random(2_000) < 0.01) % 2
    rare = np.zeros(1_000, int)
    rare[[100, 101, 102, 500, 501]] = 1
    walk = rng.standard_normal(500).cumsum()
    for series in (sticky, rare, walk, rng.standard_normal(500), rng.integers(0, 2, 8)):
        assert order.sorted_test(series).details["sorted"] is None


def test_the_probability_of_a_sorted_file_bounds_that_of_all_orders():
    for values in ([0, 0, 0, 1, 1, 1, 2], [0, 1, 2, 3, 4, 5], [0, 0, 1, 1, 1, 1, 1]):
        orders = list(itertools.permutations(values))
        away = [
            len(p) - max(longest_rising(list(p)), longest_rising([-v for v in p])) for p in orders
        ]  # fmt: skip
        for d in range(3):
            place = next((p for p, a in zip(orders, away, strict=True) if a == d), None)
            if place is not None:
                exact = sum(a <= d for a in away) / len(orders)
                bound = order.sorted_test(place).p_value
                assert bound >= exact * (1 - 1e-12)
                if d == 0:
                    assert bound == pytest.approx(exact, rel=1e-12)


def test_longest_rising_is_that_of_all_subsequences():
    rng = np.random.default_rng(0)
    for _ in range(50):
        series = rng.integers(0, 5, 8).tolist()
        best = max(
            size
            for size in range(1, 9)
            for chosen in itertools.combinations(series, size)
            if all(a <= b for a, b in itertools.pairwise(chosen))
        )
        assert longest_rising(series) == best


@pytest.mark.parametrize("name", TESTS)
def test_bad_input_is_named(name):
    test = TESTS[name]
    with pytest.raises(errors.DataError, match=r"y: .*at least"):
        test([1], column="y")
    with pytest.raises(errors.DataError, match=r"y: a series must vary .* every row is 1\.0"):
        test([1] * 10, column="y")
    with pytest.raises(errors.DataError, match=r"y: .*1 of 6 values is not, first row 3 = nan"):
        test([0, 1, 0, math.nan, 1, 1], column="y")
    with pytest.raises(errors.UsageError, match=r"its shape is \(2, 3\)"):
        test(np.zeros((2, 3)), column="y")
    with pytest.raises(errors.UsageError, match="its dtype is"):
        test(np.array(["a", "b", "c"]), column="y")


def test_what_only_some_tests_refuse():
    with pytest.raises(errors.UsageError, match="two levels; there are 3"):
        order.runs_test([0, 1, 2])
    with pytest.raises(errors.DataError, match=r"numbered 0, 1, 2, \.\.\.; 1 of 3 values is not, first row 1 = 0.5"):
        order.lag_table_test([0, 0.5, 1])
    with pytest.raises(errors.UsageError, match="lag"):
        order.rank_autocorrelation_test(np.arange(5.0), lag=4)
    with pytest.raises(errors.UsageError, match="at least one lag"):
        order.ljung_box_test(np.arange(8.0), lags=())


def test_time_is_ordered_and_ties_and_gaps_are_said():
    rows, notes = order.by_time([1, 2, 3, 4])
    assert rows is None
    assert notes == ()
    rows, notes = order.by_time([4, 2, 2, 1])
    assert rows.tolist() == [3, 1, 2, 0]
    assert "2 of 4 rows share their time" in notes[0]
    assert "is 2 times the median" not in notes[0]
    days = np.array(["2024-01-01", "2024-01-02", "2024-01-03", "2024-02-03"], "datetime64[D]")
    assert "31 times the median" in order.by_time(days)[1][0]
    with pytest.raises(errors.DataError, match=r"time: .*first row 1 = nan"):
        order.by_time([1.0, math.nan])
    with pytest.raises(errors.DataError, match="first row 2 = nan"):
        order.by_time(np.array(["2024-01-01", "2024-01-02", "NaT"], "datetime64[s]"))


def test_long_series_are_cut_to_a_stated_sample():
    x = np.arange(50_000.0)
    part, start, notes = contiguous(x, seed=1)
    assert len(part) == 20_000
    assert (np.diff(part) == 1).all()
    assert part[0] == start
    assert f"{start:,} to {start + 19_999:,} of 50,000" in notes[0]
    rows, notes = spread_out(50_000, seed=1)
    assert len(np.unique(rows)) == 20_000
    assert "20,000 of 50,000" in notes[0]
    found = order.von_neumann_test(np.random.default_rng(0).random(30_000))
    assert found.n == 20_000
    assert "20,000 rows in a row" in found.notes[0]


def split(x, sizes):
    return np.split(x, np.cumsum(sizes))


@pytest.mark.parametrize("sizes", [(3, 1, 0, 400), (1, 1, 1, 1, 1), (250,), ()])
def test_states_of_batches_and_of_parts_are_those_of_the_whole(sizes):
    rng = np.random.default_rng(len(sizes))
    x, y = rng.standard_normal(700).cumsum(), rng.integers(0, 3, 700)
    whole = order.LagSums((1, 2, 5), pivot=0.0)
    whole.update(x)
    direct = order.ljung_box_test(x, (1, 2, 5), ranks=False)
    batches, parts = order.LagSums((1, 2, 5), pivot=0.0), order.LagSums((1, 2, 5), pivot=0.0)
    counts, joined = order.LagCounts(3, lag=2), order.LagCounts(3, lag=2)
    for numbers, codes in zip(split(x, sizes), split(y, sizes), strict=True):
        batches.update(numbers)
        counts.update(codes)
        part, piece = order.LagSums((1, 2, 5), pivot=0.0), order.LagCounts(3, lag=2)
        part.update(numbers)
        piece.update(codes)
        parts, joined = parts + part, joined + piece
    for state in (whole, batches, parts):
        assert state.autocorrelations() == pytest.approx(direct.details["autocorrelations"], rel=1e-9)
        assert state.ljung_box().p_value == pytest.approx(direct.p_value, rel=1e-9)
    table = np.zeros((3, 3), int)
    np.add.at(table, (y[:-2], y[2:]), 1)
    assert (counts.table == table).all()
    assert (joined.table == table).all()
    assert (joined.counts == np.bincount(y)).all()


def test_runs_and_lag_tables_of_a_state():
    y = np.random.default_rng(2).integers(0, 2, 3_000)
    state = order.LagCounts(2)
    for batch in np.array_split(y, 7):
        state.update(batch)
    assert state.runs() == order.runs_test(y)
    assert state.lag_table().p_value == order.lag_table_test(y).p_value


def test_states_refuse_what_does_not_fit():
    with pytest.raises(errors.UsageError, match="agree on lags"):
        order.LagSums((1,)) + order.LagSums((2,))
    left, right = order.LagSums(), order.LagSums()
    left.update([1.0])
    right.update([2.0])
    with pytest.raises(errors.UsageError, match="agree on the pivot"):
        left + right
    with pytest.raises(errors.DataError, match="first row 2 = nan"):
        left.update([1.0, math.nan])
    with pytest.raises(errors.UsageError, match="agree on levels and lag"):
        order.LagCounts(2) + order.LagCounts(3)
    with pytest.raises(errors.DataError, match="first row 1 = 2"):
        order.LagCounts(2).update([0, 2])
    constant, three = order.LagSums((1,)), order.LagCounts(3)
    constant.update(np.ones(10))
    three.update([0, 1, 2])
    with pytest.raises(errors.DataError, match="must vary"):
        constant.ljung_box()
    with pytest.raises(errors.UsageError, match="two levels; there are 3"):
        three.runs()
