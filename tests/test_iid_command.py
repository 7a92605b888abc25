"""`crossent iid`: what it prints, writes and refuses, and with which exit code; and the line of `score` and `fit`."""

import json
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from crossent import cli

RNG = np.random.default_rng(5)
ROWS = 300


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("iid")
    walk = np.cumsum(RNG.normal(size=ROWS)) * 0.2 + RNG.normal(size=ROWS)
    frame = pl.DataFrame(
        {"y": walk, "yes": RNG.choice(["no", "yes"], ROWS), "x": RNG.normal(size=ROWS),
         "day": [f"2024-01-{1 + k // 24:02d}T{k % 24:02d}:00:00+01:00" for k in range(ROWS)],
         "g": np.arange(ROWS) // 10, "p": RNG.uniform(0.2, 0.8, ROWS)}
    )  # fmt: skip
    frame.write_csv(folder / "d.csv")
    frame.write_parquet(folder / "d.parquet")
    frame.with_columns(x=pl.col("x") + 1).write_csv(folder / "other.csv")
    frame.with_columns(y=pl.col("y").abs()).write_csv(folder / "semicolons.csv", separator=";")
    (folder / "empty.csv").write_text("y,x\n")
    (folder / "one.csv").write_text("y,x\n1,2\n")
    (folder / "hole.csv").write_text("y,x\n1,2\n,3\n4,5\n")
    (folder / "words.csv").write_text("y,x\n1,2\nmany,3\n4,5\n")
    (folder / "zones.csv").write_text("y,t\n1,2024-01-01T00:00:00\n2,2024-01-01T00:00:00+01:00\n3,2024-01-02\n")
    (folder / "clusters.csv").write_text("y,g\n1,a\n2,\n4,b\n")
    return folder


def run(folder, *arguments, stdin=None):
    command = [sys.executable, "-m", "crossent", *arguments]
    done = subprocess.run(command, cwd=folder, input=stdin, capture_output=True, text=True, timeout=300, check=False)
    assert "Traceback" not in done.stderr
    return done


def here(capsys, folder, monkeypatch, *arguments):
    monkeypatch.chdir(folder)
    code = cli.main(list(arguments))
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return code, printed.out, printed.err


def test_the_command_says_what_was_tested_first_and_writes_a_page(folder):
    done = run(folder, "iid", "d.csv", "--target", "y", "--time", "day", "--cluster", "g", "--report", "out.html")
    assert done.returncode == 0
    assert done.stdout.startswith("Tested: the target, y (continuous; 300 rows in the order of day)")
    assert "Evidence against" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "crossent iid d.csv --target y" in (folder / "out.html").read_text()


def test_json_has_the_keys_that_others_rely_on(capsys, folder, monkeypatch):
    code, out, _ = here(capsys, folder, monkeypatch, "iid", "d.parquet", "--target", "y", "--json")
    found = json.loads(out)
    assert code == 0
    assert {"schema", "n", "tests", "effective_n"} <= set(found)
    for test in found["tests"]:
        assert {
            "name",
            "columns",
            "method",
            "statistic",
            "p_value",
            "log_p_value",
            "effect",
            "adjusted_p_value",
        } <= set(test)


def test_standard_input_is_read_once(folder):
    text = (folder / "d.csv").read_text()
    found = [run(folder, "iid", "-", "--target", "y", "--time", "day", "--json", stdin=text).stdout,
             run(folder, "iid", "d.csv", "--target", "y", "--time", "day", "--json").stdout]  # fmt: skip
    assert json.loads(found[0])["tests"] == json.loads(found[1])["tests"]


def test_reference_expected_features_and_separator(capsys, folder, monkeypatch):
    given = ("iid", "d.csv", "--target", "yes", "--features", "x", "--reference", "other.csv",
             "--expected", "yes=0.5,no=0.5", "--json")  # fmt: skip
    code, out, _ = here(capsys, folder, monkeypatch, *given)
    tests = json.loads(out)["tests"]
    assert code == 0
    shifted = [test for test in tests if test["name"] == "two samples" and test["columns"] == ["x"]]
    assert shifted[0]["adjusted_p_value"] < 0.01
    assert sum(test["columns"] == ["yes"] for test in tests) >= 4
    assert not any("p" in test["columns"] for test in tests)
    code, _, _ = here(capsys, folder, monkeypatch, "iid", "semicolons.csv", "--target", "y", "--separator", ";")
    assert code == 0


FAILURES = {
    "no such file": (("iid", "none.csv", "--target", "y"), 2, "there is no 'none.csv'"),
    "no target": (("iid", "d.csv"), 2, "--target"),
    "unknown target": (("iid", "d.csv", "--target", "yess"), 2, "did you mean 'yes'"),
    "unknown time": (("iid", "d.csv", "--target", "y", "--time", "when"), 2, "--time must be a column"),
    "two roles": (("iid", "d.csv", "--target", "y", "--cluster", "y"), 2, "one role"),
    "no share": (("iid", "d.csv", "--target", "yes", "--expected", "yes"), 2, "level=share"),
    "level twice": (("iid", "d.csv", "--target", "yes", "--expected", "yes=.5,yes=.5"), 2, "named twice"),
    "level without": (("iid", "d.csv", "--target", "yes", "--expected", "yes=1"), 2, "no share is given for 'no'"),
    "shares of numbers": (("iid", "d.csv", "--target", "y", "--expected", "1=1"), 2, "continuous"),
    "no rows": (("iid", "empty.csv", "--target", "y"), 3, "at least one row"),
    "one row": (("iid", "one.csv", "--target", "y"), 3, "at least 2 rows"),
    "missing target": (("iid", "hole.csv", "--target", "y"), 3, "row 1"),
    "mixed target": (("iid", "words.csv", "--target", "y"), 3, "in row 1 it is 'many'"),
    "mixed zones": (("iid", "zones.csv", "--target", "y", "--time", "t"), 3, "zone"),
    "missing cluster": (("iid", "clusters.csv", "--target", "y", "--cluster", "g"), 3, "row 1"),
    "no cluster twice": (("iid", "d.csv", "--target", "y", "--cluster", "x"), 4, "two rows"),
    "unwritable page": (("iid", "d.csv", "--target", "y", "--report", "no/where.html"), 2, "no/where.html"),
    "no such reference": (("iid", "d.csv", "--target", "y", "--reference", "nowhere.csv"), 2, "nowhere.csv"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_failures_say_what_is_wrong_and_exit_with_their_code(capsys, folder, monkeypatch, case):
    arguments, code, words = FAILURES[case]
    found, out, told = here(capsys, folder, monkeypatch, *arguments)
    assert (found, out) == (code, "")
    assert words in told


def test_number_of_failures():
    assert len(FAILURES) == 18


# --- the line of score and fit ----------------------------------------------------------------------------------------


def predictions(folder, order):
    """Losses of one autoregression, in the order of its rows or shuffled."""
    rng = np.random.default_rng(9)
    state = np.zeros(2000)
    for k in range(1, 2000):
        state[k] = 0.9 * state[k - 1] + rng.normal()
    y = (rng.random(2000) < 1 / (1 + np.exp(-state))).astype(int)
    frame = pl.DataFrame({"y": y, "p": np.full(2000, y.mean()), "state": state})[order]
    frame.write_csv(folder / "p.csv")


def test_score_and_fit_say_it_only_where_there_is_a_consequence(capsys, folder, monkeypatch):
    told = {}
    for name, order in (("ordered", np.arange(2000)), ("shuffled", np.random.default_rng(1).permutation(2000))):
        predictions(folder, order)
        for command in (("score", "p.csv", "--target", "y", "--probs", "p"),
                        ("fit", "p.csv", "--target", "y", "--family", "bernoulli")):  # fmt: skip
            _, out, _ = here(capsys, folder, monkeypatch, *command)
            _, document, _ = here(capsys, folder, monkeypatch, *command, "--json")
            assert len(json.loads(document)["iid"]) == 3
            told[command[0], name] = " ".join(out.split())
    assert "Evidence against independent rows (the target in their order)" in told["fit", "ordered"]
    assert "times as large" in told["fit", "ordered"]
    assert "Evidence" not in told["fit", "shuffled"] + told["score", "shuffled"]
    assert "Evidence against independent rows (the losses in their order)" in told["score", "ordered"]


def test_of_sorted_files_and_of_clusters_score_says_nothing(capsys, folder, monkeypatch):
    predictions(folder, np.arange(2000))
    pl.read_csv(folder / "p.csv").sort("y").with_columns(g=pl.int_range(2000) // 20).write_csv(folder / "s.csv")
    for more in ((), ("--cluster", "g")):
        _, out, _ = here(capsys, folder, monkeypatch, "score", "s.csv", "--target", "y", "--probs", "p", *more)
        assert "Evidence" not in out
