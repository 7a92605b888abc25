"""`crossent fit` and `crossent predict`: what they print, write and refuse, and with which exit code."""

import json
import os
import subprocess
import sys

import polars as pl
import pytest
from fit_models import table

from crossent import cli
from crossent.scoring import score_files

TABLE = table()
EVERY_FAMILY = {
    "yes": (["--family", "bernoulli"], ["--probs", "probs"]),
    "word": (["--family", "bernoulli", "--positive", "good"], ["--probs", "probs", "--positive", "good"]),
    "kind": ([], ["--probs", "probs_*"]),
    "count": ([], ["--family", "poisson", "--param", "rate=rate"]),
    "number ": (
        ["--family", "laplace"], ["--family", "laplace", "--param", "loc=loc", "--param", "scale=scale"],
    ),
    "number": ([], ["--family", "normal", "--param", "loc=loc", "--param", "scale=scale"]),
    "spread": (
        ["--family", "negative_binomial"],
        ["--family", "negative_binomial", "--param", "mean=mean", "--param", "concentration=concentration"],
    ),
    "successes": (
        ["--family", "binomial", "--trials", "trials"],
        ["--family", "binomial", "--param", "probs=probs", "--param", "total_count=trials"],
    ),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = pl.DataFrame(TABLE)
    frame.write_csv("data.csv")
    frame.write_parquet("data.parquet")
    return tmp_path


def run(capsys, *arguments):
    code = cli.main(list(arguments))
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return code, printed.out, printed.err


def process(*arguments, **options):
    command = [sys.executable, "-m", "crossent", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)


@pytest.mark.parametrize("target", EVERY_FAMILY)
def test_from_file_to_model_to_score(folder, capsys, target):
    options, words = EVERY_FAMILY[target]
    target = target.strip()
    learning = ["fit", "data.csv", "--target", target, "--features", "x,region", *options]
    code, out, _ = run(capsys, *learning, "--save", "model.json", "--json")
    assert code == 0
    found = json.loads(out)
    assert {"schema", "family", "n", "weight", "log_likelihood", "cross_entropy", "deviance", "aic", "bic", "converged",
            "iterations", "parameters", "dispersion", "separation"} <= found.keys()  # fmt: skip
    code, out, err = run(capsys, "predict", "model.json", "data.parquet", "-o", "predicted.parquet")
    assert (code, err) == (0, "")
    assert out.startswith("predicted.parquet: 200 rows; columns ")
    code, out, _ = run(capsys, "score", "predicted.parquet", "--target", target, *words, "--json")
    assert code == 0
    assert json.loads(out)["cross_entropy"]["nats"] == pytest.approx(found["cross_entropy"]["nats"], rel=1e-12)


def test_a_distribution_without_predictors(folder, capsys):
    code, out, _ = run(capsys, "fit", "data.csv", "--target", "yes", "--save", "model.json")
    assert code == 0
    assert "probs" in out
    assert "z" not in out.splitlines()[2].split()
    assert run(capsys, "predict", "model.json", "data.csv", "-o", "p.csv")[0] == 0
    assert pl.read_csv("p.csv")["probs"].unique().to_list() == [pytest.approx(TABLE["yes"].mean())]


def test_the_same_result_from_both_formats_and_from_standard_input(folder, capsys):
    arguments = ("--target", "yes", "--features", "x,region", "--json")
    first = run(capsys, "fit", "data.csv", *arguments)[1]
    assert run(capsys, "fit", "data.parquet", *arguments)[1] == first
    with open("data.csv", encoding="utf-8") as stream:
        assert process("fit", "-", *arguments, stdin=stream).stdout == first


def test_features_may_be_repeated_and_a_formula_may_begin_with_a_minus(folder, capsys):
    one = run(capsys, "fit", "data.csv", "--target", "yes", "--features", "x,z", "--json")
    other = run(capsys, "fit", "data.csv", "--target", "yes", "--features", "x", "--features", "z", "--json")
    assert one[0] == 0
    assert one == other
    code, out, err = run(capsys, "fit", "data.csv", "--target", "yes", "--formula", "x + z", "--json")
    assert (code, json.loads(out)["parameters"]) == (0, json.loads(one[1])["parameters"]), err
    code, out, err = run(capsys, "fit", "data.csv", "--target", "number", "--formula", "-1 + x", "--json")
    assert code == 0, err
    assert [p["name"] for p in json.loads(out)["parameters"]] == ["x", "scale"]


def test_the_formula_stands_in_the_title(folder, capsys):
    _, out, _ = run(capsys, "fit", "data.csv", "--target", "yes", "--formula", "x * region")
    assert out.splitlines()[0] == "Bernoulli, logit link: target yes, formula x * region"
    assert "x:region[T.south]" in out


def test_the_report_is_one_page_with_the_command_and_the_curve(folder, capsys):
    code, _, err = run(
        capsys, "fit", "data.csv", "--target", "word", "--positive", "good", "--features", "x", "--report", "out.html"
    )
    assert code == 0, err
    page = (folder / "out.html").read_text(encoding="utf-8")
    assert "crossent fit data.csv --target word --positive good --features x --report out.html" in page
    assert page.count("<svg") == 2
    code, _, _ = run(capsys, "fit", "data.csv", "--target", "kind", "--features", "x,region", "--report", "two.html")
    assert (folder / "two.html").read_text(encoding="utf-8").count("<svg") == 1
    assert code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--target", "nope"], 2, "'nope'"),
        (["--target", "yes", "--features", "X"], 2, "'X'"),
        (["--target", "yes", "--features", "x", "--family", "cauchy"], 2, "cauchy"),
        (["--target", "yes", "--features", "x", "--link", "tan"], 2, "tan"),
        (["--target", "yes", "--features", "x", "--fixed", "a"], 2, "--fixed must be NAME=NUMBER; it is 'a'"),
        (["--target", "yes", "--features", "x", "--fixed", "=1"], 2, "--fixed"),
        (["--target", "yes", "--features", "x", "--errors", "magic"], 2, "magic"),
        (["--target", "yes", "--features", "x", "--missing", "magic"], 2, "magic"),
        (["--target", "yes", "--features", "x", "--ridge", "-1"], 2, "-1"),
        (["--target", "yes", "--features", "x", "--formula", "z"], 2, "--formula"),
        (["--target", "yes", "--formula", "__import__('os').system('touch hacked')"], 2, "formula"),
        (["--target", "yes", "--formula", "x.__class__"], 2, "formula"),
        (["--target", "yes", "--formula", "open('hacked', 'w')"], 2, "formula"),
        (["--target", "word", "--features", "x"], 2, "--positive"),
        (["--target", "number", "--features", "x", "--family", "bernoulli"], 3, "number"),
        (["--target", "yes", "--features", "x", "--weight", "number"], 3, "'number'"),
        (["--target", "yes", "--features", "x", "--report", "none/out.html"], 2, "written"),
        (["--target", "yes", "--features", "x", "--save", "none/model.json"], 2, "written"),
        ([], 2, "--target"),
    ],
)
def test_what_cannot_be_is_refused_in_words(folder, capsys, arguments, code, words):
    found, out, err = run(capsys, "fit", "data.csv", *arguments)
    assert (found, out) == (code, ""), err
    assert words in err
    assert err.startswith("crossent: ")
    assert sorted(os.listdir(folder)) == ["data.csv", "data.parquet"]


@pytest.mark.parametrize(
    ("columns", "arguments", "code", "words"),
    [
        (None, [], 3, "empty"),
        ({"y": [], "x": []}, [], 3, "at least one row"),
        ({"y": [2.5] * 5, "x": [1.0, 2, 3, 4, 5]}, ["--family", "normal"], 3, "y"),
        ({"y": [0, 1, 0, 1, 1], "x": [1.0] * 5}, [], 3, "'x'"),
        (
            {"y": [0, 1, 0, 1, 1, 0], "x": [1.0, 2, 3, 4, 5, 6], "z": [2.0, 4, 6, 8, 10, 12]},
            ["--features", "z"],
            3,
            "z",
        ),
        ({"y": [0, 1, None, 1, 1], "x": [1.0, 2, 3, 4, 5]}, [], 3, "row 2"),
        ({"y": [0, 1, 0, 1, 1], "x": ["1", "2", "?", "4", "5"]}, [], 3, "row 2"),
        ({"y": [0, 1, 0, 1, 1], "x": ["1", "2", "inf", "4", "5"]}, [], 3, "row 2"),
    ],
)
def test_bad_data_is_refused_with_column_and_row(tmp_path, monkeypatch, capsys, columns, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    if columns is None:
        (tmp_path / "bad.csv").write_text("")
    else:
        pl.DataFrame(columns).write_csv("bad.csv")
    found, out, err = run(
        capsys,
        "fit",
        "bad.csv",
        "--target",
        "y",
        "--features",
        "x",
        *arguments,
        "--save",
        "m.json",
        "--report",
        "r.html",
    )
    assert (found, out) == (code, ""), err
    assert words in err
    assert os.listdir(tmp_path) == ["bad.csv"]


def test_predicting_is_refused_in_words_too(folder, capsys):
    assert run(capsys, "fit", "data.csv", "--target", "yes", "--features", "x,region", "--save", "model.json")[0] == 0
    pl.DataFrame({"x": [1.0, 2.0], "region": ["north", "west"]}).write_csv("new.csv")
    pl.DataFrame({"x": [1.0]}).write_csv("narrow.csv")
    text = (folder / "model.json").read_text()
    (folder / "changed.json").write_text(text.replace('"n": 200.0', '"n": 201.0'))
    (folder / "cut.json").write_text(text[:500])
    (folder / "newer.json").write_text(text.replace("crossent/model/1", "crossent/model/9"))
    before = sorted(os.listdir(folder))
    for arguments, code, words in (
        (["model.json", "new.csv", "-o", "p.csv"], 3, "'west'"),
        (["model.json", "narrow.csv", "-o", "p.csv"], 2, "'region'"),
        (["model.json", "none.csv", "-o", "p.csv"], 2, "none.csv"),
        (["model.json", "data.csv"], 2, "--output"),
        (["model.json", "data.csv", "-o", "p.xlsx"], 2, ".parquet"),
        (["model.json", "-o", "p.csv"], 2, "file"),
        (["none.json", "data.csv", "-o", "p.csv"], 2, "none.json"),
        (["data.csv", "data.csv", "-o", "p.csv"], 3, "JSON"),
        (["changed.json", "data.csv", "-o", "p.csv"], 3, "changed"),
        (["cut.json", "data.csv", "-o", "p.csv"], 3, "whole"),
        (["newer.json", "data.csv", "-o", "p.csv"], 3, "'crossent/model/1'; its schema is 'crossent/model/9'"),
    ):
        found, out, err = run(capsys, "predict", *arguments)
        assert (found, out) == (code, ""), (arguments, err)
        assert words in err
    assert sorted(os.listdir(folder)) == before


def test_missing_values_may_be_dropped_and_predicted_as_nothing(folder, capsys):
    frame = pl.DataFrame(TABLE).with_columns(pl.when(pl.int_range(200) % 50 == 3).then(None).otherwise("x").alias("x"))
    frame.write_csv("holes.csv")
    assert run(capsys, "fit", "holes.csv", "--target", "yes", "--features", "x")[0] == 3
    code, out, _ = run(
        capsys, "fit", "holes.csv", "--target", "yes", "--features", "x", "--missing", "drop", "--save", "model.json"
    )
    assert code == 0
    assert "196" in out
    assert "4 left out" in out
    assert run(capsys, "predict", "model.json", "holes.csv", "-o", "p.csv")[0] == 3
    code, out, _ = run(
        capsys, "predict", "model.json", "holes.csv", "-o", "p.csv", "--missing", "null", "--keep", "x,z"
    )
    assert code == 0
    assert "200 rows, 4 of them without a prediction" in out
    assert pl.read_csv("p.csv").columns[:3] == ["yes", "x", "z"]
    assert pl.read_csv("p.csv")["probs"].null_count() == 4


def test_hostile_names_reach_neither_terminal_nor_page(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    name, levels = "\x1b[31m<script>", ["=cmd|x", "<img src=x>", "\u202eabc"]
    rows = [levels[k % 3] for k in range(60)]
    pl.DataFrame({name: rows, "x": [(k * 7919) % 101 / 10 for k in range(60)]}).write_csv("data.csv")
    code, out, err = run(
        capsys, "fit", "data.csv", "--target", name, "--features", "x", "--save", "m.json", "--report", "r.html"
    )
    assert code == 0, err
    code, more, err_more = run(capsys, "predict", "m.json", "data.csv", "-o", "p.csv")
    assert code == 0, err_more
    assert not set("\x1b\u202e") & set(out + err + more + err_more)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<img" not in page
    assert (
        run(capsys, "score", "p.csv", "--target", name, "--probs", "probs_*")[0] == 3
    )  # '=cmd|x is no label of =cmd|x
    assert run(capsys, "predict", "m.json", "data.csv", "-o", "p.csv", "--raw-text")[0] == 0
    assert run(capsys, "score", "p.csv", "--target", name, "--probs", "probs_*")[0] == 0


INTERRUPTED = """
import contextlib, os, signal, sys
import crossent.report.progress as progress
signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a terminal, whatever the tests were started by

@contextlib.contextmanager
def interrupting():
    yield lambda *counts, **more: os.kill(os.getpid(), signal.SIGINT)

progress.fit_progress = progress.row_counter = interrupting
from crossent.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["fit", "data.csv", "--target", "yes", "--features", "x", "--save", "m.json", "--report", "r.html"],
        ["predict", "model.json", "data.csv", "-o", "p.parquet"],
        ["predict", "model.json", "data.csv", "-o", "p.csv"],
    ],
    ids=["fit", "parquet", "csv"],
)
def test_ctrl_c_exits_130_and_leaves_nothing(folder, capsys, arguments):
    assert run(capsys, "fit", "data.csv", "--target", "yes", "--features", "x", "--save", "model.json")[0] == 0
    before = sorted(os.listdir(folder))
    command = [sys.executable, "-c", INTERRUPTED, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout) == (130, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(os.listdir(folder)) == before


def test_examples_and_help_name_the_commands(capsys):
    assert "crossent fit data.csv" in run(capsys)[1]
    for command in ("fit", "predict"):
        code, out, _ = run(capsys, command, "--help")
        assert code == 0
        assert "--missing" in out


def test_the_model_of_one_process_is_the_model_of_another(folder):
    done = process("fit", "data.csv", "--target", "yes", "--features", "x,region", "--save", "model.json")
    assert (done.returncode, done.stderr) == (0, "")
    done = process("predict", "model.json", "data.csv", "-o", "p.parquet")
    assert (done.returncode, done.stderr) == (0, "")
    assert score_files(["p.parquet"], "yes", probs="probs").n == 200
