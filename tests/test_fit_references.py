"""`fit` against fits at 40 digits: correct digits of every coefficient and standard error, for every data set."""

from __future__ import annotations

import functools
import math

import polars as pl
import pytest
from mpmath import mp, mpf
from references import Reference, references

import crossent as ce
from crossent.fitting.result import Fit

REFERENCES = references()
WELL_CONDITIONED = 1e6


def digits(got: float, right: str) -> float:
    """The log relative error: how many digits agree."""
    with mp.workdps(40):
        error = abs(mpf(got) - mpf(right)) / abs(mpf(right))
        return float(-mp.log10(error)) if error else math.inf


def promised(condition: float) -> tuple[float, float]:
    """Digits of coefficients and of standard errors."""
    if condition < WELL_CONDITIONED:
        return 12, 11
    coefficients = 15 - math.log10(condition) / 2
    return coefficients, coefficients - 1


@functools.cache
def fitted(name: str) -> Fit:
    reference = next(r for r in REFERENCES if r.name == name)
    target, columns, options = reference.load()
    return ce.fit(reference.family, target, pl.DataFrame(columns), link=reference.link, **options)


each = pytest.mark.parametrize("reference", REFERENCES, ids=lambda r: r.name)


@each
def test_coefficients_and_errors_have_the_promised_digits(reference: Reference):
    result = fitted(reference.name)
    found = result.parameters[: len(reference.names)]
    assert [c.name for c in found] == reference.names
    least, least_of_errors = promised(reference.condition)
    of_coefficients = [digits(c.estimate, right) for c, right in zip(found, reference.coefficients, strict=True)]
    errors = reference.robust_errors or reference.standard_errors  # the sandwich where there are sampling weights
    assert result.errors == ("sandwich" if reference.robust_errors else "model")
    of_errors = [digits(c.standard_error, right) for c, right in zip(found, errors, strict=True)]
    assert min(of_coefficients) >= least, dict(zip(reference.names, of_coefficients, strict=True))
    assert min(of_errors) >= least_of_errors, dict(zip(reference.names, of_errors, strict=True))


@each
def test_log_likelihood_and_condition_are_those_of_the_reference(reference: Reference):
    result = fitted(reference.name)
    assert digits(result.log_likelihood, reference.log_likelihood) >= 12
    assert result.certificate is not None
    assert result.certificate.condition == pytest.approx(reference.condition, rel=0.5)
    assert result.converged


def test_so_many_data_sets_were_compared():
    assert len(REFERENCES) == 54
    assert sum(reference.condition < WELL_CONDITIONED for reference in REFERENCES) == 45
    assert sum(reference.robust_errors is not None for reference in REFERENCES) == 1
    assert max(reference.condition for reference in REFERENCES) < 1e12
    assert {(r.family, r.link) for r in REFERENCES} >= {
        *(("Bernoulli", link) for link in ("logit", "probit", "cloglog", "log", "identity")),
        *(("Binomial", link) for link in ("logit", "probit", "cloglog")),
        ("Poisson", "log"), ("Poisson", "identity"), ("NegativeBinomial", "log"), ("Normal", "identity"),
        ("Categorical", "logit"),
    }  # fmt: skip
