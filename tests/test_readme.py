"""The README does what it says: its Python blocks run, its commands print what stands below them."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = [(line[2:], block) for block in CONSOLE for line in block.splitlines() if line.startswith("$ crossent")]


@pytest.mark.parametrize(("command", "block"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_command_prints_what_the_readme_shows(command, block):
    scripts = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80"}
    found = subprocess.run(
        command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert found.returncode == 0, found.stderr
    expected = block.split(f"$ {command}\n", 1)[1].split("\n$ ", 1)[0]
    assert [line.rstrip() for line in found.stdout.strip().splitlines()] == [
        line.rstrip() for line in expected.strip().splitlines()
    ]


@pytest.mark.parametrize("block", PYTHON)
def test_python_block_runs(block):
    test = doctest.DocTestParser().get_doctest(block, {}, "README.md", "README.md", 0)
    assert test.examples
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test).failed == 0


def test_blocks_are_found():
    assert len(COMMANDS) >= 1
    assert len(PYTHON) >= 1


def test_first_screen_names_the_two_commands():
    first_screen = "\n".join(TEXT.splitlines()[:60])
    for words in ("pip install .", "make demo", "make test"):
        assert words in first_screen
