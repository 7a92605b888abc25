"""The shipped predictions: small, whole, the same in both formats, and the demonstration runs."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from crossent.scoring import score_files

EXAMPLES = Path(__file__).parent.parent / "examples"
MODELS = {
    ("breast_cancer", "logistic"): ("diagnosis", {"probs": "logistic", "positive": "malignant"}, 569, 0),
    ("breast_cancer", "forest"): ("diagnosis", {"probs": "forest", "positive": "malignant"}, 569, 1),
    ("digits", "logistic"): ("digit", {"probs": "logistic_*"}, 1797, 0),
    ("digits", "neighbours"): ("digit", {"probs": "neighbours_*"}, 1797, 2),
}


def test_the_files_are_small_and_hold_the_same_rows():
    files = sorted(EXAMPLES.glob("*.csv")) + sorted(EXAMPLES.glob("*.parquet"))
    assert len(files) == 7
    assert all(path.stat().st_size < 300_000 for path in files)
    for name in ("breast_cancer", "digits"):
        exact, printed = pl.read_parquet(EXAMPLES / f"{name}.parquet"), pl.read_csv(EXAMPLES / f"{name}.csv")
        assert exact.columns == printed.columns
        for column in exact.columns:
            if exact[column].dtype == pl.Float64:
                assert ((exact[column] - printed[column]).abs() <= 5.01e-7 * exact[column].abs()).all()
            else:
                assert exact[column].to_list() == printed[column].to_list()


@pytest.mark.parametrize("model", MODELS, ids="-".join)
def test_both_formats_score_alike(model):
    target, options, rows, infinite = MODELS[model]
    scores = [score_files([EXAMPLES / f"{model[0]}.{kind}"], target, **options) for kind in ("parquet", "csv")]
    for found in scores:
        assert (found.n, found.infinite_count, found.skipped_count) == (rows, infinite, 0)
        assert found.entropy_of_base_rate > 5 * found.finite_nats
    assert scores[0].finite_nats == pytest.approx(scores[1].finite_nats, rel=1e-6)
    assert scores[0].base_nats == scores[1].base_nats


def test_the_demonstration_proves_first_and_then_scores_four_models():
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "demo.py")], capture_output=True, text=True, timeout=300, check=True
    )
    lines = done.stdout.splitlines()
    assert lines[2] == "$ crossent prove bce ce"
    assert lines[3].startswith("equal: bce = ce")
    binary, general = (float(line.split()[-4]) for line in lines if line.startswith("  as "))
    assert binary == pytest.approx(general, rel=1e-15)
    assert done.stdout.count("$ crossent score") == 4
    assert done.stdout.count("certain and wrong") == 4
    assert done.stderr == ""


def test_the_json_of_an_example_is_one_document(capsys):
    from crossent import cli

    assert (
        cli.main(["score", str(EXAMPLES / "digits.csv"), "--target", "digit", "--probs", "logistic_*", "--json"]) == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert list(found["columns"]["probs"]) == [str(k) for k in range(10)]
    assert 0 < found["sum_deviation"] < 1e-6
