"""The command: what it prints, where, and with which exit code. Mostly in this process, the main paths as a process."""

import io
import json
import os
import subprocess
import sys
import time

import polars as pl
import pytest

from crossent import cli

NO_TRACEBACK = "Traceback"


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = pl.DataFrame(
        {"y": [1, 0, 1, 1], "t": ["a", "b", "a", "a"], "p": [0.9, 0.2, 0.8, 0.5], "m": [1.0, 2.0, 1.5, 0.5]}
    )
    table = table.with_columns(c_a=pl.col("p"), c_b=1 - pl.col("p"))
    table.write_parquet("data.parquet")
    table.write_csv("data.csv")
    return tmp_path


def run(capsys, *arguments):
    code = cli.main(list(arguments))
    printed = capsys.readouterr()
    assert NO_TRACEBACK not in printed.err
    return code, printed.out, printed.err


def process(*arguments, **options):
    command = [sys.executable, "-m", "crossent", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)


TABLE = """\
data.csv
Bernoulli: target y, probs p
rows               4
cross-entropy      0.311199 nats         0.448965 bits
  standard error   0.11285 nats
  95 % interval    0.0900171 to 0.53238  normal quantile
  perplexity       1.36506
best constant      0.562335 nats         entropy of the base rate
gain               0.251136 nats         best constant - cross-entropy
skill              44.6596 %             gain / best constant
certain and wrong  none
"""


def test_the_table(files, capsys):
    code, out, err = run(capsys, "score", "data.csv", "--target", "y", "--probs", "p")
    assert (code, err) == (0, "")
    assert out == TABLE


def test_the_json_has_the_keys_that_others_rely_on(files, capsys):
    code, out, err = run(capsys, "score", "data.parquet", "--target", "y", "--probs", "p", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    expected = {
        "schema",
        "n",
        "weight",
        "cross_entropy",
        "entropy_of_base_rate",
        "skill",
        "gain_nats",
        "infinite",
        "columns",
    }
    assert expected <= found.keys()
    assert {"nats", "bits", "standard_error", "ci95", "effective_n"} <= found["cross_entropy"].keys()
    assert found["infinite"] == {"count": 0, "rows": []}
    assert found["columns"] == {"target": "y", "probs": "p"}
    assert not {"decomposition", "recalibration", "comparison"} & found.keys()
    assert isinstance(found["iid"], list)


@pytest.mark.parametrize(
    ("options", "family"),
    [
        (["--target", "t", "--positive", "a", "--probs", "p"], "Bernoulli"),
        (["--target", "t", "--probs", "c_*"], "Categorical"),
        (["--target=t", "--probs=c_*", "--weight", "m", "--sum-tolerance", "0"], "Categorical"),
        (["--target", "y", "--family", "poisson", "--param", "rate=m"], "Poisson"),
        (["--target", "y", "--family", "NegativeBinomial", "--param", "mean=m", "--param", "concentration=3"],
         "NegativeBinomial"),
        (["--target", "y", "--family", "normal", "--param", "loc=m", "--param", "scale=1"], "Normal"),
    ],
)  # fmt: skip
def test_every_kind_of_prediction(files, capsys, options, family):
    code, out, _ = run(capsys, "score", "data.csv", *options, "--json")
    assert code == 0
    assert json.loads(out)["family"] == family
    code, out, _ = run(capsys, "score", "data.csv", *options)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80


def test_fail_above_exits_with_1_and_still_answers(files, capsys):
    given = ("score", "data.csv", "--target", "y", "--probs", "p", "--json", "--fail-above")
    assert run(capsys, *given, "0.4")[0] == 0
    code, out, err = run(capsys, *given, "0.3")
    assert (code, json.loads(out)["n"]) == (1, 4)
    assert "--fail-above" in err
    assert run(capsys, *given, "-0.5")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["score"], 2, "--target"),
        (["score", "data.csv"], 2, "--target"),
        (["score", "--target", "y"], 2, "at least one file"),
        (["score", "data.csv", "--target", "y"], 2, "The columns are 'y', 't', 'p'"),
        (["score", "data.csv", "--target", "Y", "--probs", "p"], 2, "the columns are 'y', 't', 'p', 'm'"),
        (["score", "data.csv", "--target", "y", "--probs", "prob"], 2, "none called 'prob'"),
        (["score", "data.csv", "--target", "t", "--probs", "p"], 2, "--positive 'a'"),
        (["score", "data.csv", "--target", "y", "--probs", "p", "--bogus", "1"], 2, "--bogus"),
        (["score", "data.csv", "--target", "y", "--probs", "p", "--fail-above", "x"], 2, "--fail-above"),
        (["score", "none.csv", "--target", "y", "--probs", "p"], 2, "must exist"),
        (["score", ".", "--target", "y", "--probs", "p"], 2, "named twice|none called"),
        (["scor"], 2, "Did you mean"),
        (["score", "data.csv", "--target", "y", "--probs", "m"], 3, "row 1 (counted from 0) is 2.0"),
        (["score", "data.csv", "--target", "t", "--probs", "c_*", "--on-bad", "never"], 2, "'error', 'skip'"),
    ],
)  # fmt: skip
def test_errors_say_what_is_wrong_on_stderr(files, capsys, arguments, code, words):
    if arguments[1:2] == ["."]:
        (files / "more").mkdir()
        (files / "more" / "x.csv").write_text("a\n1\n")
    found, out, err = run(capsys, *arguments)
    assert (found, out) == (code, "")
    assert any(word in err for word in words.split("|"))


def test_folders_globs_and_many_files(files, capsys):
    (files / "parts").mkdir()
    for k in range(3):
        pl.read_csv("data.csv").write_csv(f"parts/{k}.csv")
    for named in (["parts"], ["parts/*.csv"], ["parts/0.csv", "parts/1.csv", "parts/2.csv"]):
        code, out, _ = run(capsys, "score", *named, "--target", "y", "--probs", "p", "--json")
        assert (code, json.loads(out)["n"]) == (0, 12)


@pytest.mark.parametrize("name", ["data.csv", "data.parquet"])
def test_standard_input(files, capsys, monkeypatch, name):
    stdin = io.TextIOWrapper(io.BytesIO((files / name).read_bytes()))
    monkeypatch.setattr(sys, "stdin", stdin)
    options = ("--family", "laplace", "--param", "loc=m", "--param", "scale=1", "--json")
    code, out, _ = run(capsys, "score", "-", "--target", "y", *options)
    assert (code, json.loads(out)["n"]) == (0, 4)


def test_empty_standard_input_is_bad_data(files, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    code, _, err = run(capsys, "score", "-", "--target", "y", "--probs", "p")
    assert code == 3
    assert "standard input" in err


def test_warnings_go_to_stderr_in_one_line(files, capsys):
    code, out, err = run(capsys, "score", "data.csv", "--target", "y", "--probs", "p", "--positive", "7")
    assert code == 3  # 0 and 1 are two labels beside it
    pl.DataFrame({"y": ["n"], "p": [0.5]}).write_csv("one.csv")
    code, out, err = run(capsys, "score", "one.csv", "--target", "y", "--probs", "p", "--positive", "z", "--json")
    assert code == 0
    assert json.loads(out)["n"] == 1
    assert err == "crossent: warning: no row of column 'y' is 'z'; its labels are 'n'.\n"


def test_families_and_doctor(capsys):
    code, out, _ = run(capsys, "families")
    assert code == 0
    assert "negative_binomial" in out
    assert max(map(len, out.splitlines())) <= 80
    found = json.loads(run(capsys, "families", "--json")[1])["families"]
    assert {"bernoulli", "poisson", "categorical"} <= {entry["name"] for entry in found}
    assert len(found) >= 8
    code, out, _ = run(capsys, "doctor", "--json")
    doctor = json.loads(out)
    assert code == 0
    assert doctor["versions"]["numpy"]
    assert doctor["threads"] >= 1
    assert doctor["cache"].keys() == {"folder", "kernels", "refused"}
    assert "kernels' cache" in run(capsys, "doctor")[1]


def test_bare_command_and_version(capsys):
    code, out, _ = run(capsys)
    assert code == 0
    assert sum(line.startswith("  crossent ") for line in out.splitlines()) == 5
    assert run(capsys, "--version")[1].startswith("crossent 0.")
    for help_flag in (["--help"], ["score", "--help"]):
        code, out, _ = run(capsys, *help_flag)
        assert code == 0
        assert "score" in out


# --- as a process -----------------------------------------------------------------------------------------------------


def test_a_process_prints_plain_text_when_piped(files):
    done = process("score", "data.csv", "--target", "y", "--probs", "p", env=os.environ | {"FORCE_COLOR": ""})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == TABLE


def test_a_process_reads_standard_input(files):
    with open("data.csv") as stdin:
        done = process("score", "-", "--target", "y", "--probs", "p", "--json", stdin=stdin)
    assert done.returncode == 0
    assert json.loads(done.stdout)["n"] == 4


def test_names_that_the_terminal_cannot_show_do_not_stop_the_answer(files):
    pl.DataFrame({"日本[red]": [1, 0], "p": [0.5, 0.5]}).write_csv("wide.csv")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = process("score", "wide.csv", "--target", "日本[red]", "--probs", "p", env=environment | {"PYTHONUTF8": "1"})
    assert done.returncode == 0
    assert "[red]" in done.stdout


def test_the_start_is_quick_and_imports_nothing_heavy():
    code = (
        "import sys; from crossent import cli; cli.main([]); cli.main(['--version']);"
        "print([m for m in ('numpy', 'numba', 'polars', 'scipy', 'sympy', 'rich', 'cyclopts') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.skipif(os.name == "nt", reason="a pipe that is closed early and SIGINT are POSIX here")
def test_a_reader_that_leaves_early_and_an_interruption_are_quiet(files):
    command = f"{sys.executable} -m crossent families | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    code = (
        "import os, signal, sys; from crossent import cli, scoring\n"
        "scoring.score_files = lambda *a, **k: os.kill(os.getpid(), signal.SIGINT) or __import__('time').sleep(5)\n"
        "sys.exit(cli.main(['score', 'data.csv', '--target', 'y', '--probs', 'p']))"
    )
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert time.monotonic() - started < 30
