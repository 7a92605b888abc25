"""What `import crossent` offers is exactly `__all__`, and each name has a home, a docstring and an example."""

import doctest
import importlib
import inspect
import subprocess
import sys

import pytest

import crossent as ce

FUNCTIONS = ("cross_entropy", "deviance", "entropy", "kl_divergence", "tally")
FAMILIES = ("Bernoulli", "Binomial", "Categorical", "Laplace", "Multinomial", "NegativeBinomial", "Normal", "Poisson")
MODULES = (
    "crossent",
    "crossent.arrays.registry",
    "crossent.families.distribution",
    "crossent.loss.functions",
    "crossent.loss.loss",
    "crossent.loss.tally",
    "crossent.loss.tallying",
    "crossent.proof.verbs",
)


@pytest.mark.parametrize("name", ce.__all__)
def test_every_public_name_is_there(name):
    assert getattr(ce, name) is not None
    assert name in dir(ce)


def test_type_checkers_see_every_public_name(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import crossent as ce\n" + "".join(f"ce.{name}\n" for name in ce.__all__))
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--ignore-missing-imports"]
    found = subprocess.run([*command, str(program)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
    assert len(ce.__all__) >= 27


def test_families_are_those_of_the_catalogue():
    assert len(FAMILIES) == 8
    assert all(getattr(ce, name) is ce.FAMILIES[name] for name in FAMILIES)


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(AttributeError, match="Did you mean Bernoulli"):
        _ = ce.Bernouli


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_keywords_are_the_same_everywhere(name):
    signature = inspect.signature(getattr(ce, name))
    keywords = [p.name for p in signature.parameters.values() if p.kind is p.KEYWORD_ONLY]
    expected = ["sample_weight", "mask", "label_smoothing", "reduction", "base"]
    assert (expected[:2] if name == "tally" else expected) == keywords


def test_deviance_sums_and_the_others_average_by_default():
    default = {name: inspect.signature(getattr(ce, name)).parameters["reduction"].default for name in FUNCTIONS[:4]}
    assert default == {"cross_entropy": "mean", "deviance": "sum", "entropy": "mean", "kl_divergence": "mean"}


@pytest.mark.parametrize(
    "name", [*FUNCTIONS, "prove", "derive", "identify", "Loss", "Tally", "Distribution", "register_arrays"]
)
def test_every_docstring_has_an_example(name):
    assert ">>>" in inspect.getdoc(getattr(ce, name))


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_run(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted > 0
    assert result.failed == 0
