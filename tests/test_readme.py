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
COMMAND = re.compile(r"^\$ (crossent(?:[^\n]*\\\n)*[^\n]*)\n", re.MULTILINE)
BLOCKS = [block for block in CONSOLE if COMMAND.search(block)]


@pytest.mark.parametrize("block", BLOCKS, ids=[COMMAND.findall(block)[0] for block in BLOCKS])
def test_commands_print_what_the_readme_shows(block, tmp_path):
    scripts = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80"}
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    before, *pieces = COMMAND.split(block)
    assert before == ""
    for command, expected in zip(pieces[::2], pieces[1::2], strict=True):  # the later ones read what the first wrote
        found = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8",
            check=False,
        )  # fmt: skip
        assert found.returncode == 0, found.stderr
        assert [line.rstrip() for line in found.stdout.strip().splitlines()] == [
            line.rstrip() for line in expected.strip().splitlines()
        ]


@pytest.mark.parametrize("block", PYTHON)
def test_python_block_runs(block):
    test = doctest.DocTestParser().get_doctest(block, {}, "README.md", "README.md", 0)
    assert test.examples
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test).failed == 0


def test_blocks_are_found():
    assert sum(len(COMMAND.findall(block)) for block in BLOCKS) >= 7
    assert len(PYTHON) >= 1


def test_first_screen_names_the_two_commands():
    first_screen = "\n".join(TEXT.splitlines()[:60])
    for words in ("pip install .", "make demo", "make test"):
        assert words in first_screen
