"""The battery: which tests run on which rows, what they say, and that it does not matter where the rows come from."""

import itertools
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest

import crossent as ce
from crossent import errors
from crossent.independence.blocks import Blocks, BlockSums
from crossent.independence.files import iid_files
from crossent.independence.holm import adjusted
from crossent.independence.lags import LagCounts, LagProducts
from crossent.independence.results import IidTest
from crossent.independence.samples import SAMPLE, Spread, Window

RNG = np.random.default_rng(20)
NILE = "examples/nile.csv"


def names(found, question=None):
    return [test.name for test in found.tests if question in (None, test.details["question"])]


def series(rows, correlation, rng):
    values = rng.normal(size=rows)
    for k in range(1, rows):
        values[k] += correlation * values[k - 1]
    return values


# --- the states of a stream ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_lag_products_are_those_of_the_whole(piece):
    x = RNG.normal(size=3000) + 5
    lags = LagProducts()
    for start in range(0, len(x), piece):
        lags.update(x[start : start + piece])
    z = x - x.mean()
    expected = [(z[lag:] @ z[:-lag]) / (z @ z) for lag in range(1, 21)]
    np.testing.assert_allclose(lags.autocorrelations(), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("piece", [1, 3, 500])
def test_lag_counts_are_those_of_the_whole(piece):
    y = RNG.integers(0, 3, 1000)
    lags = LagCounts(0)
    for start in range(0, len(y), piece):
        lags.update(y[start : start + piece])
    for lag in range(1, 6):
        expected = np.zeros((3, 3), int)
        np.add.at(expected, (y[:-lag], y[lag:]), 1)
        assert (lags.counts[lag - 1] == expected).all()
    assert lags.runs == 1 + int((y[1:] != y[:-1]).sum())


def test_blocks_hold_every_row_wherever_pieces_end():
    bins = RNG.integers(0, 4, 300_000)
    tables = []
    for piece in (999, 65_536, 300_000):
        blocks, sums = Blocks(), BlockSums()
        for start in range(0, len(bins), piece):
            blocks.update(bins[start : start + piece], start)
            sums.update(bins[start : start + piece].astype(float))
        tables.append((blocks.table().tolist(), blocks.width, sums.full()[0].tolist(), sums.width))
        assert blocks.table().sum() == 300_000
    assert tables[0] == tables[1] == tables[2]
    width = tables[0][1]
    assert tables[0][0][1] == np.bincount(bins[width : 2 * width], minlength=4).tolist()
    centre = float(bins[0])
    assert tables[0][2][0] == bins[: tables[0][3]].sum() - centre * tables[0][3]


def test_samples_do_not_depend_on_pieces_and_are_what_they_say():
    x = np.arange(100_000.0)
    kept = []
    for piece in (1234, 65_536):
        window, spread = Window(3), Spread(3)
        for start in range(0, len(x), piece):
            window.update({"x": x[start : start + piece]}, start)
            spread.update({"x": x[start : start + piece]}, start)
        kept.append((window.kept()["x"], spread.kept()["x"]))
        assert window.kept()["x"].tolist() == x[window.first : window.first + SAMPLE].tolist()
        assert spread.kept()["x"].tolist() == spread.row_numbers.tolist()
    assert all((one == other).all() for one, other in zip(*kept, strict=True))
    assert abs(kept[0][1].mean() - 49_999.5) < 4 * 28_868 / math.sqrt(SAMPLE)


def test_every_window_is_as_likely():
    firsts = []
    for seed in range(600):
        window = Window(seed, rows=5)
        window.update({"x": np.zeros(30)}, 0)
        firsts.append(window.first // 5)
    counts = np.bincount(firsts, minlength=6)
    assert len(counts) == 6
    assert ((counts - 100) ** 2 / 100).sum() < 20.5  # chi-squared with 5 degrees of freedom at 0.001


# --- Holm -----------------------------------------------------------------------------------------------------------


def test_holm_is_the_closed_test_of_bonferroni():
    """Adjusted p of a hypothesis: the largest Bonferroni p of all intersections that hold it (Marcus et al. 1976)."""
    cases = 0
    for size in (1, 2, 3, 4, 5):
        for _ in range(20):
            p = RNG.choice([0.001, 0.01, 0.02, 0.2, 0.7], size).tolist()
            tests = [IidTest("", (), "", None, each, math.log(each)) for each in p]
            found = [test.adjusted_p_value for test in adjusted(tests)]
            sets = [s for k in range(1, size + 1) for s in itertools.combinations(range(size), k)]
            for k in range(size):
                expected = max(min(1.0, len(s) * min(p[j] for j in s)) for s in sets if k in s)
                assert found[k] == pytest.approx(expected, rel=1e-12)
                cases += 1
    assert cases == 300
    assert adjusted([]) == ()


def test_a_p_value_below_float64_is_adjusted_by_its_logarithm():
    tests = [IidTest("a", (), "", None, 0.0, -800.0), IidTest("b", (), "", None, 0.0, -900.0)]
    assert [test.adjusted_p_value for test in adjusted(tests)] == [0.0, 0.0]


# --- which tests ------------------------------------------------------------------------------------------------------


KINDS = {
    "two numbers": (lambda n: RNG.integers(0, 2, n), "binary", ["runs", "Ljung-Box"]),
    "truth": (lambda n: RNG.integers(0, 2, n) == 1, "binary", ["runs", "Ljung-Box"]),
    "two words": (lambda n: RNG.choice(["no", "yes"], n), "binary", ["runs"]),
    "levels": (lambda n: RNG.choice(list("abc"), n), "levels", ["lag table"]),
    "few counts": (lambda n: RNG.poisson(2, n), "whole numbers", ["rank autocorrelation", "Ljung-Box"]),
    "numbers": (
        lambda n: RNG.normal(size=n), "continuous", ["rank autocorrelation", "Ljung-Box", "turning points"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rows", [40, 400, 21_000])
@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_decides_which_tests_of_order_run(kind, rows):
    make, word, expected = KINDS[kind]
    found = ce.iid(make(rows))
    assert names(found, "order") == expected
    assert found.columns["kinds"]["y"] == word
    assert "drift" in {test.details["question"] for test in found.tests}
    assert all(test.method and test.adjusted_p_value >= test.p_value for test in found.tests)
    assert all(math.isfinite(test.log_p_value) for test in found.tests)


def test_long_tests_see_every_row_or_say_which():
    found = ce.iid(RNG.normal(size=50_000), {"x": RNG.normal(size=50_000)})
    seen = {test.name: test for test in found.tests if test.columns == ("y",)}
    assert seen["Ljung-Box"].n == seen["change point"].n == seen["drift of distribution"].n == 50_000 or (
        seen["change point"].n > 49_900
    )
    assert "tested on rows" in seen["rank autocorrelation"].notes[0]
    assert seen["rank autocorrelation"].n == SAMPLE


# --- what they find ---------------------------------------------------------------------------------------------------


def test_a_real_dependent_series_is_found_out_and_shuffled_copies_pass():
    flow = pl.read_csv(NILE)["volume"].to_numpy()
    found = ce.iid(flow)
    assert {test.name for test in found.tests if test.adjusted_p_value < 0.01} >= {
        "rank autocorrelation",
        "change point",
    }
    assert any("Evidence against the rows being in random order" in told for told in found.sentences)
    assert found.effective_n < 50
    passed = 0
    for seed in range(20):
        shuffled = ce.iid(np.random.default_rng(seed).permutation(flow))
        passed += all(test.adjusted_p_value > 0.05 for test in shuffled.tests)
    assert passed >= 17  # 20 of 20 at a family-wise 5 %: 1 in 1,000 chance of fewer


def test_a_step_in_many_rows_is_found():
    y = RNG.random(60_000) < np.where(np.arange(60_000) < 30_000, 0.50, 0.55)
    found = {test.name: test for test in ce.iid(y).tests}
    assert found["drift of levels"].adjusted_p_value < 1e-6
    assert abs(found["change point"].details["position"] - 30_000) < 3_000


def test_clusters_are_found_and_what_they_cost():
    group = np.repeat(np.arange(200), 10)
    y = np.random.default_rng(2).normal(size=200)[group] + RNG.normal(size=2000)
    order = RNG.permutation(2000)
    found = ce.iid(y[order], cluster=group[order])
    test = next(test for test in found.tests if test.name == "intraclass correlation")
    assert test.adjusted_p_value < 0.01
    assert 0.35 < test.effect.estimate < 0.65
    assert found.effective_n < 600
    assert any("200 clusters of cluster" in told for told in found.sentences)


def test_groups_duplicates_and_shares_do_not_depend_on_the_order_of_rows():
    group = np.repeat(np.arange(50), 8)
    y, x = RNG.normal(size=400), RNG.normal(size=(400, 2))
    order = RNG.permutation(400)
    one, other = (ce.iid(y[k], x[k], cluster=group[k]) for k in (slice(None), order))
    compared = 0
    for name in ("intraclass correlation", "exact duplicates"):
        first, second = (next(test for test in found.tests if test.name == name) for found in (one, other))
        assert first.effect == second.effect
        compared += 1
    assert one.effective_n == other.effective_n
    assert compared == 2


def test_copied_rows_are_found():
    x = RNG.normal(size=(1000, 5))
    x[990:] = x[:10]
    found = next(test for test in ce.iid(x[:, 0], x[:, 1:]).tests if test.name == "exact duplicates")
    assert found.adjusted_p_value < 1e-6
    assert found.details["repeated"] == 10


def test_a_sorted_file_is_named_as_sorted_and_not_as_dependent():
    found = ce.iid(np.sort(RNG.integers(0, 2, 300)))
    assert any("sorted by y" in told for told in found.sentences)
    assert not any("Evidence against" in told for told in found.sentences)
    assert found.effective_n is None


def test_a_reference_that_differs_is_told_apart():
    data = {"a": RNG.normal(size=800), "b": RNG.choice(["u", "v"], 800)}
    other = {"a": RNG.normal(0.5, 1, 900), "b": RNG.choice(["v", "u", "w"], 900)}
    found = ce.iid(RNG.normal(size=800), data, reference=other)
    assert names(found, "reference") == ["two samples", "two samples", "classifier of two samples"]
    assert all(test.adjusted_p_value < 1e-3 for test in found.tests if test.details["question"] == "reference")
    same = ce.iid(RNG.normal(size=800), data, reference={name: values[:700] for name, values in data.items()})
    assert all(test.p_value > 0.01 for test in same.tests if test.details["question"] == "reference")


def test_losses_are_said_to_be_losses_and_are_compared_with_columns():
    x = RNG.normal(size=500)
    found = ce.iid(np.abs(x) + RNG.normal(size=500) ** 2, {"x": np.abs(x), "c": RNG.choice(list("ab"), 500)},
                   tested="the losses")  # fmt: skip
    assert found.sentences[0].startswith("Tested: the losses")
    association = [test for test in found.tests if test.details["question"] == "association"]
    assert [test.columns[1] for test in association] == ["x", "c"]
    assert association[0].adjusted_p_value < 0.01 < association[1].p_value


def test_nothing_found_is_no_proof():
    told = " ".join(ce.iid(np.random.default_rng(4).normal(size=200)).sentences)
    for words in ("Tested: the target", "proves nothing", "de Finetti"):
        assert words in told
    assert "are i.i.d." not in told


# --- wherever the rows come from --------------------------------------------------------------------------------------


def test_files_and_arrays_give_the_same(tmp_path):
    rows = 70_000
    frame = pl.DataFrame(
        {"y": RNG.normal(size=rows), "x": RNG.poisson(3, rows), "c": RNG.choice(["a", "b", "long level"], rows),
         "g": RNG.integers(0, 500, rows)}
    )  # fmt: skip
    frame.write_csv(tmp_path / "d.csv")
    frame.write_parquet(tmp_path / "d.parquet", row_group_size=1000)
    by_file = [iid_files([tmp_path / f"d.{end}"], "y", cluster="g").to_dict() for end in ("csv", "parquet")]
    frames = (frame, pd.DataFrame(frame.to_dict(as_series=False)))
    by_frame = [ce.iid(f["y"], f[["x", "c"]], cluster=f["g"]).to_dict() for f in frames]
    assert by_file[0] == by_file[1] == by_frame[0] == by_frame[1]
    assert len(by_file[0]["tests"]) >= 8


def test_time_orders_the_rows():
    values = series(300, 0.6, RNG)
    order = RNG.permutation(300)
    hours = np.datetime64("2024-01-01T00:00:00") + np.arange(300) * np.timedelta64(1, "h")
    found = [ce.iid(values[order], time=times[order]) for times in (np.arange(300), hours)]
    straight = ce.iid(values)
    for each in found:
        assert [test.p_value for test in each.tests] == [test.p_value for test in straight.tests]
        assert "in the order of time" in each.sentences[0]
    gaps = ce.iid(values, time=np.sort(np.concatenate([np.arange(150), np.arange(150) * 7])))
    assert any("share their time" in note for note in gaps.notes)


# --- bad input --------------------------------------------------------------------------------------------------------


REFUSED = {
    "one row": (lambda: ce.iid([1.0]), errors.DataError, "at least 2 rows"),
    "no row": (lambda: ce.iid(np.empty(0)), errors.DataError, "at least one row"),
    "one level": (lambda: ce.iid([3, 3, 3]), errors.DataError, "must vary"),
    "missing": (lambda: ce.iid([1.0, np.nan, 2.0]), errors.DataError, "row 1"),
    "infinite": (lambda: ce.iid([1.0, 2.0, np.inf]), errors.DataError, "row 2"),
    "lengths": (lambda: ce.iid([1, 2, 3], time=[1, 2]), errors.UsageError, "as many rows"),
    "two columns": (lambda: ce.iid(np.eye(3)), errors.UsageError, "one column"),
    "identifiers": (lambda: ce.iid([f"id{k}" for k in range(2000)]), errors.DataError, "identifier"),
    "zones": (
        lambda: ce.iid([1, 2], time=["2024-01-01T00:00:00", "2024-01-01T00:00:00+01:00"]), errors.DataError, "zone",
    ),
    "one cluster": (lambda: ce.iid(RNG.normal(size=9), cluster=["a"] * 9), errors.DataError, "cluster"),
    "shares of numbers": (lambda: ce.iid(RNG.normal(size=99), expected={"a": 1}), errors.UsageError, "continuous"),
    "a level without": (lambda: ce.iid(list("abca"), expected={"a": 0.5, "b": 0.5}), errors.UsageError, "'c'"),
    "other columns": (lambda: ce.iid([1, 2, 1], reference=pl.DataFrame({"z": [1]})), errors.UsageError, "reference"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused(case):
    call, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words):
        call()


def test_few_rows_and_odd_columns_are_no_error():
    assert ce.iid([1, 0]).tests == ()
    assert "too few rows" in ce.iid([1, 0, 1]).sentences[1]
    odd = {
        "same": np.ones(60), "ids": [f"id{k}" for k in range(60)], "index": np.arange(60.0),
        "gaps": [np.nan, *RNG.normal(size=59)], "empty": np.full(60, np.nan),
    }  # fmt: skip
    found = ce.iid(RNG.normal(size=60), odd)
    told = " ".join(found.notes)
    assert "gaps: 1 rows hold nothing" in told
    assert "index rises from row to row" in told
    many = ce.iid(RNG.normal(size=3000), {"ids": [f"id{k}" for k in range(3000)]})
    assert "more than 1,000 levels" in " ".join(many.notes)
