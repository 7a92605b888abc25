"""Every example in a docstring runs and prints what it says."""

import doctest
import importlib
import pkgutil

import pytest

import crossent

SKIPPED = {"crossent.__main__"}  # running it is starting the command
MODULES = sorted(m.name for m in pkgutil.walk_packages(crossent.__path__, "crossent.") if m.name not in SKIPPED)


@pytest.mark.parametrize("name", ["crossent", *MODULES])
def test_examples_of_a_module(name):
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.failed == 0


def test_examples_are_found():
    finder = doctest.DocTestFinder()
    modules = [importlib.import_module(name) for name in ["crossent", *MODULES]]
    assert sum(len(test.examples) for module in modules for test in finder.find(module)) >= 20
