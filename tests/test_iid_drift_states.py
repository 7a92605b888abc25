"""States of drift against the whole, whatever the batches and parts; bad input; false alarms and power, in short."""

import math

import numpy as np
import pytest

from benchmarks import false_alarms, power
from crossent import errors
from crossent.independence import drift, order


def parts_of(values, sizes):
    cuts = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    return list(zip(cuts, np.split(values, cuts[1:]), strict=True))


@pytest.mark.parametrize("sizes", [(), (1,), (5_000, 3), (17, 4_096, 1, 9_000), (0, 100)])
def test_states_of_batches_and_of_parts_in_any_order_are_those_of_the_whole(sizes):
    rng = np.random.default_rng(len(sizes))
    y, x = rng.integers(0, 3, 20_001), rng.standard_normal(20_001)
    whole, batches, joined = drift.BinCounts(3), drift.BinCounts(3), drift.BinCounts(3)
    sums, pieces = drift.BinMoments(pivot=0.0), drift.BinMoments(pivot=0.0)
    whole.update(y)
    sums.update(x)
    for start, codes in reversed(parts_of(y, sizes)):
        part = drift.BinCounts(3, start=start)
        part.update(codes)
        joined = joined + part
    for start, numbers in parts_of(x, sizes):
        part = drift.BinMoments(start=start, pivot=0.0)
        part.update(numbers)
        pieces = part + pieces
    for _, codes in parts_of(y, sizes):
        batches.update(codes)
    assert whole.width == 8  # 20,001 rows in at most 4,096 bins
    for state in (batches, joined):
        assert (state.width, state.rows) == (whole.width, 20_001)
        assert (state.sums == whole.sums).all()
        assert (state.sizes == whole.sizes).all()
    assert pieces.sums == pytest.approx(sums.sums, rel=1e-12, abs=1e-12)
    direct = np.add.reduceat(x, np.arange(0, 20_001, 8))
    assert sums.sums[:, 0] == pytest.approx(direct, rel=1e-9, abs=1e-12)


def test_blocks_of_a_state_hold_every_row_once():
    y = np.random.default_rng(0).integers(0, 2, 12_345)
    state = drift.BinCounts(2)
    state.update(y)
    table = state.table(10)
    assert (table.sum(axis=0) == np.bincount(y)).all()
    assert abs(table.sum(axis=1) - 1_234.5).max() <= 2 * state.width
    assert state.drift().p_value == pytest.approx(drift.block_levels_test(y).p_value, abs=0.1)


def test_a_state_finds_a_change_a_drift_of_cells_and_a_difference_from_a_reference():
    rng = np.random.default_rng(1)
    x = rng.standard_normal(60_000) + np.repeat([1_000.0, 1_000.1], [40_000, 20_000])
    moments, cells = drift.BinMoments(), drift.BinCounts(16)
    edges = np.quantile(x, np.arange(1, 16) / 16)
    for batch in np.array_split(x, 11):
        moments.update(batch)
        cells.update(np.searchsorted(edges, batch))
    found = moments.change_point()
    assert abs(found.details["position"] - 40_000) < 3_000
    assert found.effect.estimate == pytest.approx(0.1, abs=0.03)
    assert found.details["before"] == pytest.approx(1_000, abs=0.02)
    assert found.p_value < 1e-6
    assert cells.drift_of_cells().p_value < 1e-5
    reference = drift.BinCounts(16)
    reference.update(np.searchsorted(edges, rng.standard_normal(10_000) + 1_000.2))
    assert cells.against(reference).p_value < 1e-6


def test_a_state_of_noise_is_no_evidence():
    rng = np.random.default_rng(2)
    moments = drift.BinMoments()
    for _ in range(5):
        moments.update(rng.standard_normal(4_000))
    assert moments.change_point().p_value > 0.01


def test_states_refuse_what_does_not_fit():
    left, right = drift.BinCounts(2), drift.BinCounts(2)
    left.update([0, 1])
    right.update([1, 0])
    with pytest.raises(errors.UsageError, match="row 0 is in both"):
        left + right
    with pytest.raises(errors.UsageError, match="agree on levels"):
        left + drift.BinCounts(3)
    with pytest.raises(errors.DataError, match="first row 3 = 2"):
        left.update([1, 2])
    with pytest.raises(errors.UsageError, match="blocks must be at least 2"):
        left.drift()
    constant = drift.BinCounts(2)
    constant.update(np.zeros(100, int))
    with pytest.raises(errors.DataError, match="must vary"):
        constant.drift()
    one, other = drift.BinMoments(), drift.BinMoments(start=1)
    one.update([1.0])
    other.update([2.0])
    with pytest.raises(errors.UsageError, match="agree on the pivot"):
        one + other
    with pytest.raises(errors.DataError, match="first row 1 = nan"):
        one.update([math.nan])
    with pytest.raises(errors.DataError, match="at least 4 rows"):
        one.change_point()


BAD = {
    "levels": drift.block_levels_test, "ranks": drift.block_ranks_test, "distribution": drift.block_ks_test,
    "change": drift.change_point_test,
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    test = BAD[name]
    with pytest.raises(errors.DataError, match="y: .* at least 4 rows; there is 1"):  # noqa: RUF043
        test([1], column="y")
    with pytest.raises(errors.DataError, match="must vary"):
        test(np.ones(20), column="y")
    with pytest.raises(errors.DataError, match="first row 2 = nan"):
        test([0, 1, math.nan, 1, 0], column="y")
    if name != "change":
        with pytest.raises(errors.UsageError, match="9 came for 12 rows"):
            test(np.arange(12) % 2, blocks=9)


def test_bad_samples_are_named():
    with pytest.raises(errors.DataError, match="of the reference: a sample must have at least 1 rows; there are 0"):
        drift.compare_numbers([1.0], [])
    with pytest.raises(errors.DataError, match="must vary"):
        drift.compare_numbers([1.0, 1.0], [1.0])
    with pytest.raises(errors.UsageError, match="same columns; they have a and b"):
        drift.classifier_test({"a": [1]}, {"b": [1]})
    with pytest.raises(errors.DataError, match="a column that varies"):
        drift.classifier_test({"a": [1, 1]}, {"a": [1, 1]})
    with pytest.raises(errors.DataError, match="each of 5 folds; one has 2"):
        drift.classifier_test({"a": [1, 2]}, {"a": [3, 4]})
    with pytest.raises(errors.UsageError, match="b and a must have the same rows; they have 1 and 2"):
        drift.classifier_test({"a": [1, 2], "b": [1]}, {"a": [3, 4], "b": [1, 2]})


def test_very_large_values_overflow_nowhere():
    x = np.random.default_rng(0).standard_normal(60) * 1e307
    small = x / 1e307
    for test in (
        drift.block_ranks_test, drift.block_ks_test, drift.change_point_test, order.rank_autocorrelation_test,
        order.von_neumann_test, order.turning_points_test, lambda v: order.ljung_box_test(v, ranks=False),
    ):  # fmt: skip
        found, expected = test(x), test(small)
        assert found.p_value == expected.p_value
        assert found.effect.estimate == pytest.approx(expected.effect.estimate)
    assert drift.change_point_test(x).details["after"] == pytest.approx(
        drift.change_point_test(small).details["after"] * 1e307
    )
    for state in (drift.BinMoments(), order.LagSums()):
        with pytest.raises(errors.DataError, match="below 1e150; row 1 = 1e"):
            state.update([1.0, 1e200])


def test_two_to_seven_rows_are_tested_or_refused_with_reasons():
    tests = (
        order.runs_test, order.lag_table_test, order.pairs_test, order.rank_autocorrelation_test,
        order.von_neumann_test, order.ljung_box_test, order.turning_points_test, order.sorted_test,
        drift.block_levels_test, drift.block_ranks_test, drift.block_ks_test, drift.change_point_test,
        lambda v: drift.compare_numbers(v, v[:2]), lambda v: drift.compare_levels(v, v[:2]),
        lambda v: drift.numbers_association(v, v), lambda v: drift.numbers_by_levels(v, v),
    )  # fmt: skip
    tested = refused = 0
    for n in range(2, 8):
        for series in (([0, 1] * 4)[:n], list(range(n)), [0] * (n - 1) + [1]):
            for test in tests:
                try:
                    found = test(np.array(series))
                except (errors.DataError, errors.UsageError):
                    refused += 1
                else:
                    tested += 1
                    assert 0 < found.p_value <= 1
                    assert found.log_p_value <= 0
    assert tested + refused == 6 * 3 * 16
    assert tested > 180


QUICK = [name for name in false_alarms.CASES if name != "classifier"]


@pytest.mark.parametrize("name", QUICK)
def test_independent_rows_raise_no_more_alarms_than_the_band_allows(name):
    """60 data sets of two kinds, of 12 rows and of 60; the whole table is benchmarks/FALSE_ALARMS.md."""
    low, high = false_alarms.band(60)
    assert (low, high) == (0, 10)
    for kind in false_alarms.CASES[name].kinds[:1] + false_alarms.CASES[name].kinds[-1:]:
        for n in (12, 60):
            rejected, tested = false_alarms.rejections(name, kind, n, 60)
            assert tested >= 20
            assert rejected <= high


def test_every_case_of_false_alarms_is_known():
    assert len(QUICK) == 19
    assert {kind for case in false_alarms.CASES.values() for kind in case.kinds} == set(false_alarms.KINDS)


@pytest.mark.parametrize("name", [name for name, (_, _, promised) in power.CASES.items() if promised])
def test_dependent_rows_are_found(name):
    """8 of 10 data sets at least; 500 of each are in benchmarks/POWER.md."""
    assert power.found(name, 10) >= 8
