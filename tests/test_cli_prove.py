"""crossent prove, derive and identify: what is printed, where, and with which exit code."""

import json
import os
import subprocess
import sys

import polars as pl
import pytest

from crossent import cli, errors
from crossent.proof import results
from crossent.proof.comparison import prove as prove_module

KEYS = {
    "schema", "left", "right", "verdict", "cases", "domain", "scale", "offset", "conditions", "carries_over",
    "counterexample", "steps",
}  # fmt: skip
HOSTILE = [
    "<script>alert(1)</script>",
    "\x1b[31mred",
    "a\x00b",
    "../../etc/passwd",
    "$(id)",
    "x" * 3000,
    "‮bce",
    "'; --",
]


def run(capsys, *arguments):
    code = cli.main(list(arguments))
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return code, printed.out, printed.err


def process(*arguments, **options):
    command = [sys.executable, "-m", "crossent", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)


# -- prove -------------------------------------------------------------------------------------------------------------


def test_the_question_of_the_project(capsys):
    code, out, err = run(capsys, "prove", "bce", "ce")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].startswith("equal: bce = ce")
    assert len(lines) <= 10
    assert max(map(len, lines)) <= 80
    code, whole, _ = run(capsys, "prove", "bce", "ce", "--steps")
    assert code == 0
    assert len(whole.splitlines()) > len(lines)
    assert "\nSteps\n" in whole


def test_json_has_the_keys_that_others_rely_on(capsys):
    code, out, err = run(capsys, "prove", "kl", "ce", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found.keys() >= KEYS
    assert found["verdict"] == "affine"
    assert {"targets", "boundary", "verdict"} <= found["cases"][0].keys()
    assert {"text", "latex"} <= found["steps"][0].keys()
    assert found["carries_over"]["values"] == "no"
    assert found["offset"]


@pytest.mark.parametrize(("expected", "code"), [("equal", 0), ("different", 1), ("unknown", 1)])
def test_expect(capsys, expected, code):
    found, out, err = run(capsys, "prove", "bce", "ce", "--expect", expected)
    assert found == code
    assert out.startswith("equal")
    assert ("--expect" in err) == bool(code)


def test_an_unknown_verdict_exits_with_4(capsys, monkeypatch):
    unknown = results.Proof("a", "b", results.UNKNOWN, "unknown: no rule applies")
    monkeypatch.setattr(prove_module, "prove", lambda *_: unknown)
    assert run(capsys, "prove", "bce", "ce")[0] == 4
    assert run(capsys, "prove", "bce", "ce", "--expect", "unknown")[0] == 0
    assert run(capsys, "prove", "bce", "ce", "--expect", "equal")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "verdict"),
    [
        (["log(1+exp(-y*z))", "bce", "--domain", "y=sign"], "equal"),
        (["-(y*log(p) + (1-y)*log(1-p))", "bce"], "equal"),
        (["-y*log(p)", "wrong_sign_bce"], "different"),
        (["bce", "2*(y*softplus(-z) + (1-y)*softplus(z))", "--domain=y=unit"], "affine"),
    ],
)
def test_formulas(capsys, arguments, verdict):
    code, out, err = run(capsys, "prove", *arguments, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["verdict"] == verdict


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bcee", "ce"], "did you mean bce"),
        (["bce", "torch.nn.BCELos"], "torch.nn.BCELoss"),
        (["bce"], "RIGHT must be given"),
        ([], "LEFT must be given"),
        (["bce", "ce", "--expect", "same"], "--expect takes a verdict"),
        (["bce", "ce", "--json", "--html"], "one form"),
        (["bce", "ce", "--bogus"], "--bogus"),
        (["log(1+exp(-y*z))", "bce"], "--domain y="),
        (["bce", "ce", "--domain", "y=sign"], "no variables"),
        (["y*log(p", "bce"], "column 6"),
        (["y*log(p).real", "bce"], "an attribute"),
        (["y^2*p", "bce"], "written with **"),
        (["9**9**9", "bce"], "in an exponent"),
        (["bce", "ce", "-o", "/nowhere/at/all.html"], "there is no such folder"),
        (["focal(gamma=...)", "bce"], "neither a number"),
    ],
)
def test_bad_calls_exit_with_2(capsys, arguments, words):
    code, out, err = run(capsys, "prove", *arguments)
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(capsys, name):
    code, out, err = run(capsys, "prove", name, "bce")
    assert (code, out) == (2, "")
    assert not set(err) & {"\x1b", "\x00", "\u202e"}
    assert len(err) < 1500


# -- where the answer goes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.html", "<!DOCTYPE html>"),
        ("a.json", "{"),
        ("a.tex", "% needs"),
        ("a.txt", "equal: bce = ce"),
        ("a", "equal"),
    ],
)
def test_a_file_has_the_form_of_its_name(capsys, tmp_path, name, start):
    code, out, err = run(capsys, "prove", "bce", "ce", "-o", str(tmp_path / name))
    assert (code, out, err) == (0, "", "")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_appears_whole_or_not_at_all(capsys, tmp_path, monkeypatch):
    target = tmp_path / "a.json"
    target.write_text("what was there before")

    def fails(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fails)
    code, _, err = run(capsys, "prove", "bce", "ce", "--output", str(target))
    assert code == 2
    assert "No space left" in err
    assert target.read_text() == "what was there before"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_is_no_file(capsys, tmp_path):
    code, _, err = run(capsys, "prove", "bce", "ce", "-o", str(tmp_path))
    assert (code, "folder" in err) == (2, True)


@pytest.mark.parametrize("form", ["--latex", "--html", "--json"])
def test_every_form_goes_to_standard_output(capsys, form):
    code, out, err = run(capsys, "prove", "normal", "mse", form)
    assert (code, err) == (0, "")
    assert "normal" in out
    assert "\\frac" in out if form == "--latex" else True


# -- derive ------------------------------------------------------------------------------------------------------------


def test_derive_answers_first(capsys):
    code, out, err = run(capsys, "derive", "poisson")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].startswith("the Poisson negative log-likelihood is")
    assert "density" in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("name", ["y", "label"])
def test_derive_shows_numbers_on_data(capsys, tmp_path, name):
    table = pl.DataFrame({"y": [1, 0, 1, 1], "label": ["yes", "no", "yes", "yes"], "w": [1.0, 1.0, 1.0, 1.0]})
    table.write_csv(tmp_path / "data.csv")
    given = ["derive", "bernoulli", "--data", str(tmp_path / "data.csv"), "--target", name, "--weight", "w", "--json"]
    given += ["--positive", "yes"] if name == "label" else []
    code, out, err = run(capsys, *given)
    assert (code, err) == (0, "")
    steps = json.loads(out)["steps"]
    assert any("0.75" in (step["number"] or "") for step in steps)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["poison"], 2, "Did you mean Poisson"),
        (["poisson", "--data", "data.csv"], 2, "without --target"),
        (["poisson", "--target", "y"], 2, "without --data"),
        (["poisson", "--data", "none.csv", "--target", "y"], 2, "must exist"),
        (["poisson", "--data", "data.csv", "--target", "z"], 2, "none called 'z'"),
        (["poisson", "--data", "data.csv", "--target", "y", "--weight", "w"], 3, "row 1"),
        (["binomial", "--param", "total_count=many"], 2, "NAME=NUMBER"),
        (["binomial", "--data", "data.csv", "--target", "y"], 2, "--param total_count=NUMBER"),
        (["poisson", "--param", "total_count=3"], 2, "must be a fixed parameter"),
        (["poisson", "--data", "data.csv", "--target", "kind"], 3, "hold a number in every row; row 0"),
        (["bernoulli", "--data", "data.csv", "--target", "kind"], 2, "--positive 'cat'"),
        (["bernoulli", "--data", "data.csv", "--target", "kind", "--positive", "cow"], 3, "'cow' and one other label"),
        (["bernoulli", "--data", "data.csv", "--target", "hole"], 3, "row 1 (counted from 0) is missing"),
        (["categorical", "--data", "data.csv", "--target", "kind", "--positive", "cat"], 2, "of two outcomes"),
        (["bernoulli", "--positive", "cat"], 2, "without --data"),
        (["multinomial", "--data", "data.csv", "--target", "y"], 2, "a row of counts"),
        (["bernoulli", "--link", "cubic"], 2, "cubic"),
        ([], 2, "NAME must be given"),
    ],
)
def test_bad_calls_of_derive(capsys, tmp_path, monkeypatch, arguments, code, words):
    monkeypatch.chdir(tmp_path)
    table = {"y": [1, 2], "w": ["1", "x"], "kind": ["cat", "dog"], "hole": [1, None]}
    pl.DataFrame(table).write_csv("data.csv")
    found, out, err = run(capsys, "derive", *arguments)
    assert (found, out) == (code, "")
    assert words in err


def test_a_fixed_parameter_may_be_a_column(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text("y,n,w\n1,3,1\n2,4,1\n9,,0\n3,5,1\n")
    given = ["derive", "binomial", "--data", "data.csv", "--target", "y", "--weight", "w", "--param"]
    code, out, err = run(capsys, *given, "total_count=n")
    assert (code, err) == (0, "")
    assert "p̂ = 0.5\n" in out  # 6 of 12
    code, _, err = run(capsys, *given, "total_count=m")
    assert (code, "none called 'm'" in err) == (2, True)


def test_a_row_of_weight_0_is_not_looked_at(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text("y,kind,w\n1,cat,1\n,,0\nx,cow,0\n3,dog,1\n")
    for given, estimate in ((["poisson", "--target", "y"], "λ̂ = 2"), (["categorical", "--target", "kind"], "cat: 0.5")):
        code, out, err = run(capsys, "derive", *given, "--data", "data.csv", "--weight", "w")
        assert (code, err) == (0, "")
        assert estimate in out
    code, _, err = run(capsys, "derive", "poisson", "--target", "y", "--data", "data.csv")
    assert (code, "row 1 (counted from 0)" in err) == (3, True)


# -- identify ----------------------------------------------------------------------------------------------------------

MODULE = """
import numpy as np
print("imported")
def own(y, p):
    print("my own words")
    return -(y * np.log2(p) + (1 - y) * np.log2(1 - p))
def odd(y, p):
    return (y - p) ** 4 + abs(y - p)
def raises(y, p):
    raise RuntimeError("on purpose")
number = 3
class Squared:
    def __call__(self, y, m):
        return (y - m) ** 2
class Picky:
    def __init__(self, needed):
        pass
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "my_losses.py").write_text(MODULE)
    (tmp_path / "broken_losses.py").write_text("raise RuntimeError('not today')")
    (tmp_path / "exiting_losses.py").write_text("raise SystemExit(7)")
    yield
    for name in ("my_losses", "broken_losses", "exiting_losses"):
        sys.modules.pop(name, None)


def test_identify(capsys, module):
    code, out, err = run(capsys, "identify", "my_losses:own")
    assert code == 0
    assert out.startswith("indistinguishable on 2,000 inputs")
    assert "1/log 2 times bce" in out.replace("\n", " ")
    assert "my own words" in err  # what the function prints is not the answer
    assert "my own words" not in out
    code, out, _ = run(capsys, "identify", "my_losses:Squared", "--json")
    assert json.loads(out)["name"] == "mse"


def test_a_function_that_is_no_named_loss_exits_with_4(capsys, module):
    code, out, _ = run(capsys, "identify", "my_losses:odd")
    assert code == 4
    assert out.startswith("none of the catalogue's")
    assert "they part at" in out


@pytest.mark.parametrize(
    ("place", "code", "words"),
    [
        ("my_losses:raises", 4, "RuntimeError: on purpose"),
        ("my_losses:own_", 2, "Did you mean own"),
        ("my_losses:number", 2, "is a int"),
        ("my_losses:Picky", 2, "called without arguments"),
        ("my_losses", 2, "MODULE:FUNCTION"),
        ("my_losses:own()", 2, "MODULE:FUNCTION"),
        ("my losses:own", 2, "MODULE:FUNCTION"),
        ("no_such_module:own", 2, "ModuleNotFoundError"),
        ("broken_losses:own", 2, "RuntimeError: not today"),
        ("exiting_losses:own", 2, "SystemExit: 7"),
        ("os:system; id", 2, "MODULE:FUNCTION"),
        ("__import__('os'):system", 2, "MODULE:FUNCTION"),
    ],
)
def test_bad_calls_of_identify(capsys, module, place, code, words):
    found, out, err = run(capsys, "identify", place)
    assert (found, out) == (code, "")
    assert words in err


# -- as a process ------------------------------------------------------------------------------------------------------


def test_proving_loads_no_framework():
    code = "import sys; from crossent import cli; cli.main(['prove', 'bce', 'ce']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1].split()
    assert "sympy" in loaded
    assert [
        name
        for name in ("torch", "jax", "optax", "sklearn", "xgboost", "lightgbm", "pandas", "numba", "polars", "scipy")
        if name in loaded
    ] == []


def test_help_and_examples_load_no_sympy():
    code = "import sys; from crossent import cli; cli.main([]); cli.main(['prove', '--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "crossent prove bce ce" in done.stdout
    assert "--expect" in done.stdout
    assert "sympy" not in done.stdout.splitlines()[-1].split()


def test_a_reader_that_has_seen_enough():
    command = f"{sys.executable} -m crossent prove bce ce --html | head -c 20"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "<!DOCTYPE html>\n<htm"
    assert done.stderr == ""


def test_a_terminal_that_knows_ascii_only():
    done = process("prove", "kl", "ce", env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.isascii()


def test_errors_of_output_say_where(tmp_path):
    from crossent.data.whole_file import write_whole

    with pytest.raises(errors.UsageError, match="folder"):
        write_whole(str(tmp_path), "text")
    with pytest.raises(errors.UsageError, match="must go to a file"):
        write_whole("a\0b", "text")
