"""What is shipped: a wheel and a source distribution; the wheel alone, in a new environment, runs the command."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command, **options):
    found = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    return folder


def test_wheel_holds_the_package_and_nothing_else(distributions):
    (wheel,) = distributions.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "crossent/py.typed" in names
    assert "crossent/families/bernoulli.py" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"crossent"}


def test_source_distribution_is_made(distributions):
    assert len(list(distributions.glob("*.tar.gz"))) == 1


def test_wheel_alone_runs_the_command(distributions, tmp_path):
    (wheel,) = distributions.glob("*.whl")
    venv.create(tmp_path / "environment", with_pip=True)
    scripts = tmp_path / "environment" / ("Scripts" if os.name == "nt" else "bin")
    constraints = ROOT / "requirements" / "runtime.txt"
    run(scripts / "python", "-m", "pip", "install", "--quiet", "--constraint", constraints, wheel)
    data = tmp_path / "predictions.csv"
    data.write_text("y,p\n1,0.9\n0,0.2\n1,0.6\n")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    printed = run(
        scripts / "crossent", "score", data, "--target", "y", "--probs", "p", "--json", cwd=tmp_path, env=clean
    )
    result = json.loads(printed)
    assert result["n"] == 3
    assert abs(result["cross_entropy"]["nats"] - 0.27977656) < 1e-8
