"""Predictions of files: a row for each row in order, readable by `score`, whole or not at all."""

import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from fit_models import learned, table

import crossent as ce
from crossent.fitting.chunks import CHUNK
from crossent.fitting.storage.files import predict_files
from crossent.scoring import score_files

TABLE = table()
SCORED = {
    "yes": ({"family": "bernoulli"}, {"probs": "probs"}),
    "word": ({"family": "bernoulli", "positive": "good"}, {"probs": "probs", "positive": "good"}),
    "kind": ({"family": "categorical"}, {"probs": "probs_*"}),
    "count": ({"family": "poisson"}, {"family": "poisson", "param": ("rate=rate",)}),
    "number": ({"family": "normal"}, {"family": "normal", "param": ("loc=loc", "scale=scale")}),
    "spread": (
        {"family": "negative_binomial"},
        {"family": "negative_binomial", "param": ("mean=mean", "concentration=concentration")},
    ),
    "successes": (
        {"family": "binomial", "trials": "trials"},
        {"family": "binomial", "param": ("probs=probs", "total_count=trials")},
    ),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = pl.DataFrame(TABLE)
    frame.write_csv("data.csv")
    frame.write_parquet("data.parquet")
    return tmp_path


def only_the_data(folder):
    return sorted(os.listdir(folder)) == ["data.csv", "data.parquet"]


@pytest.mark.parametrize("target", SCORED)
def test_what_is_written_is_what_score_reads(folder, target):
    options, words = SCORED[target]
    model = learned(TABLE, target, features=["x", "region"], **options)
    for source in ("data.csv", "data.parquet"):
        for output in ("out.csv", "out.parquet", "out.tsv"):
            written = predict_files(model, [source], output)
            assert (written.rows, written.missing) == (200, 0)
            assert score_files([output], target, **words).nats == pytest.approx(_nats(model, target), rel=1e-12)


def _nats(model, target):
    chosen = {name: TABLE[name] for name in ("x", "region")}
    parameters = model.predict(chosen, quantity="parameters")
    family = ce.FAMILIES[model.family]
    more = {"total_count": TABLE["trials"]} if model.family == "Binomial" else {}
    more |= {"classes": list(model.classes)} if model.classes else {}
    y = [word == "good" for word in TABLE["word"]] if target == "word" else TABLE[target]
    return float(ce.cross_entropy(np.array(y), family(**parameters, **more)))


def test_both_formats_hold_the_same_floats_and_the_order_is_kept(folder):
    model = learned(TABLE, "yes", family="bernoulli", features=["x", "region"])
    predict_files(model, ["data.csv"], "out.csv", keep=["x"])
    predict_files(model, ["data.parquet"], "out.parquet", keep=["x"])
    one, other = pl.read_csv("out.csv"), pl.read_parquet("out.parquet")
    assert one.columns == other.columns == ["yes", "x", "probs", "mean_low", "mean_high"]
    for name in ("x", "probs", "mean_low", "mean_high"):
        assert np.array_equal(one[name].to_numpy(), other[name].to_numpy())
    assert np.array_equal(other["x"].to_numpy(), TABLE["x"])
    assert np.array_equal(other["probs"].to_numpy(), model.predict(TABLE))


def test_many_batches_and_files_come_out_as_one_table(tmp_path):
    model = learned(TABLE, "count", family="poisson", features=["x"])
    x = np.random.default_rng(1).normal(size=2 * CHUNK + 17)
    pl.DataFrame({"x": x[: CHUNK + 5], "id": np.arange(CHUNK + 5)}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"x": x[CHUNK + 5 :], "id": np.arange(CHUNK + 5, len(x))}).write_parquet(tmp_path / "b.parquet")
    seen = []
    written = predict_files(model, [tmp_path / "a.parquet", tmp_path / "b.parquet"], tmp_path / "out.parquet",
                            keep=["id"], progress=seen.append)  # fmt: skip
    out = pl.read_parquet(tmp_path / "out.parquet")
    assert written.rows == len(out) == len(x) == seen[-1]
    assert np.array_equal(out["id"].to_numpy(), np.arange(len(x)))
    assert np.array_equal(out["rate"].to_numpy(), model.predict({"x": x}))


def test_missing_predictors_are_an_error_or_empty_predictions(folder):
    model = learned(TABLE, "yes", family="bernoulli", features=["x", "region"])
    pl.DataFrame({"x": [1.0, None, 2.0, 3.0], "region": ["north", "south", None, "east"]}).write_csv("holes.csv")
    with pytest.raises(ce.errors.DataError, match=r"holes.csv.*'x'.*row 1"):
        predict_files(model, ["holes.csv"], "out.parquet")
    assert not os.path.exists("out.parquet")
    written = predict_files(model, ["holes.csv"], "out.parquet", missing="null")
    assert (written.rows, written.missing) == (4, 2)
    out = pl.read_parquet("out.parquet")
    assert out["probs"].is_null().to_list() == [False, True, True, False]
    assert out["mean_low"].is_null().to_list() == [False, True, True, False]
    with pytest.raises(ce.errors.UsageError, match="--missing"):
        predict_files(model, ["holes.csv"], "out.parquet", missing="ignore")


@pytest.mark.parametrize(
    ("columns", "kind", "words"),
    [
        ({"x": ["1", "two"], "region": ["north", "south"]}, "DataError", r"'x'.*row 1.*two"),
        ({"x": ["1", "2"], "region": ["north", "west"]}, "DataError", r"(?s)'region'.*row 1.*'west'"),
        ({"x": ["1", "inf"], "region": ["north", "south"]}, "DataError", r"'x'.*row 1"),
        ({"x": ["1", "2"], "Region": ["north", "south"]}, "UsageError", r"(?s)'region'.*did you mean 'Region'"),
        ({"x": [], "region": []}, "DataError", "at least one row"),
    ],
)
def test_bad_files_are_refused_and_nothing_is_left(folder, columns, kind, words):
    model = learned(TABLE, "yes", family="bernoulli", features=["x", "region"])
    pl.DataFrame(columns).write_csv("bad.csv")
    for output in ("out.parquet", "out.csv"):
        with pytest.raises(getattr(ce.errors, kind), match=words):
            predict_files(model, ["bad.csv"], output)
    os.unlink("bad.csv")
    assert only_the_data(folder)


def test_an_old_file_stays_as_it_was_if_the_new_one_fails(folder):
    model = learned(TABLE, "yes", family="bernoulli", features=["x"])
    rows = 3 * CHUNK
    x = ["1"] * (rows - 1) + ["no number"]
    pl.DataFrame({"x": x}).write_csv("late.csv")
    for output in ("out.parquet", "out.csv"):
        with open(output, "w") as stream:
            stream.write("old")
        with pytest.raises(ce.errors.DataError, match=f"row {rows - 1:,}"):
            predict_files(model, ["late.csv"], output)
        assert Path(output).read_text() == "old"
    assert not [name for name in os.listdir(folder) if name.endswith(".part")]


@pytest.mark.parametrize("output", ["out.parquet", "out.csv"])
def test_an_interrupt_leaves_nothing(folder, output):
    model = learned(TABLE, "yes", family="bernoulli", features=["x"])

    def interrupt(rows):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict_files(model, ["data.csv"], output, progress=interrupt)
    assert only_the_data(folder)


def test_text_that_a_spreadsheet_would_run_is_made_harmless_in_csv(folder):
    model = learned(TABLE, "yes", family="bernoulli", features=["x"])
    cells = ["=1+1", "+cmd|' /C calc'!A0", "-2", "-2+3", "@SUM(A1)", "\tx", "plain", "+1.5e3", ""]
    pl.DataFrame({"x": [1.0] * len(cells), "=note": cells}).write_csv("cells.csv")
    predict_files(model, ["cells.csv"], "safe.csv", keep=["=note"])
    predict_files(model, ["cells.csv"], "raw.csv", keep=["=note"], raw_text=True)
    predict_files(model, ["cells.csv"], "exact.parquet", keep=["=note"])
    safe, raw = (pl.read_csv(name, infer_schema=False) for name in ("safe.csv", "raw.csv"))
    assert safe.columns[0] == "'=note"
    assert safe["'=note"].to_list() == [
        "'=1+1", "'+cmd|' /C calc'!A0", "-2", "'-2+3", "'@SUM(A1)", "'\tx", "plain", "+1.5e3", "",
    ]  # fmt: skip
    assert raw["=note"].to_list() == cells == pl.read_parquet("exact.parquet")["=note"].to_list()


def test_places_that_cannot_be_written_and_names_that_clash(folder):
    model = learned(TABLE, "yes", family="bernoulli", features=["x"])
    for output, words in (
        ("out.xlsx", r"\.parquet, \.pq, \.csv, \.tsv"), ("none/out.csv", "can be written"),
        ("data.csv", "of their own"),
    ):  # fmt: skip
        with pytest.raises(ce.errors.UsageError, match=words):
            predict_files(model, ["data.csv"], output)
    with pytest.raises(ce.errors.UsageError, match=r"--keep.*'id'"):
        predict_files(model, ["data.csv"], "out.csv", keep=["id"])
    pl.DataFrame({"x": [1.0], "probs": [0.5]}).write_csv("clash.csv")
    with pytest.raises(ce.errors.UsageError, match="'probs' is a prediction's"):
        predict_files(model, ["clash.csv"], "out.csv", keep=["probs"])
    assert not os.path.exists("out.csv")


def test_undetermined_predictions_are_empty(folder):
    model = learned(TABLE, "yes", family="bernoulli", features=["x", "z"])
    unknown = replace(model, coefficients=np.array([0.0, math.nan, 1.0]), covariance=None)
    pl.DataFrame({"x": [0.0, 1.0], "z": [0.0, 0.0]}).write_parquet("new.parquet")
    predict_files(unknown, ["new.parquet"], "out.parquet")
    assert pl.read_parquet("out.parquet").rows() == [(0.5, None, None), (None, None, None)]


def test_a_model_without_predictors_predicts_every_row(folder):
    from crossent.fitting.storage.learned import Constant, LearnedModel

    model = LearnedModel("Poisson", 3.0, {"target": "count"}, constants=(Constant("rate", 2.5, 1.0, 5.0),))
    predict_files(model, ["data.csv"], "out.parquet")
    assert pl.read_parquet("out.parquet").select("rate", "mean_low", "mean_high").unique().rows() == [(2.5, 1.0, 5.0)]
    pl.DataFrame({"other": [1, 2, 3]}).write_csv("other.csv")
    assert predict_files(model, ["other.csv"], "out.csv").rows == 3
