"""Fits written by hand for the tests of reports: what they say is made up, what they must show is not."""

from __future__ import annotations

import math

import numpy as np

import crossent as ce
from crossent.fitting.design.design import Design, Factor, Target
from crossent.fitting.links import link_of
from crossent.fitting.model import Model
from crossent.fitting.result import Coefficient, Fit, Separation, Test, Validation
from crossent.fitting.solver.optimum import Certificate

LONG_NAME = "worst fractal dimension with a rather long name of a column"


def coefficient(name: str, estimate: float, error: float, freedom: float | None = None) -> Coefficient:
    reach = 1.959963984540054 * error
    return Coefficient(name, estimate, error, estimate / error, 0.0123, (estimate - reach, estimate + reach))


def logistic(**changes) -> Fit:
    """A logistic regression with coefficients of very different size, and everything that a fit can have."""
    parameters = (
        coefficient("Intercept", -27.5347, 3.4512),
        coefficient("mean radius", 0.8341, 0.2113),
        coefficient(LONG_NAME, 1.2341e-5, 3.1e-6),
        coefficient("site[T.left]", -1.2, 0.5123),
        coefficient("income", 123456.7, 1034.2),
    )
    fields = {
        "family": "Bernoulli", "link": "logit", "n": 569, "weight": 569, "log_likelihood": -45.123,
        "null_log_likelihood": -375.72, "deviance": 90.246, "null_deviance": 751.44, "counted": 5, "aic": 100.246,
        "bic": 121.96, "converged": True, "iterations": 7, "parameters": parameters,
        "certificate": Certificate(2.1e-17, 3.4e-17, 1.2e-9, 312.0),
        "columns": {"target": "diagnosis", "positive": "malignant"},
        "tests": (Test("likelihood ratio", 661.2, 4, 1e-140, "against the intercept alone"),),
        "validation": (
            Validation("10 folds", 0.0831, 0.01, (0.063, 0.103), 10, 569, "the average risk of the folds' models."),
        ),
        "notes": ("12 rows were left out: a value is missing.",),
        "missing": 12,
    }  # fmt: skip
    return Fit(**(fields | changes))


def separated() -> Fit:
    """Estimates at infinity, and one that is undetermined."""
    reason = "the predictors separate the outcomes"
    return logistic(
        parameters=(
            Coefficient("Intercept", -math.inf, reason=reason),
            Coefficient("dose", math.inf, reason=reason),
            Coefficient("age", None, reason=reason),
            coefficient("bmi", 0.412, 0.1),
        ),
        separation=Separation(
            "quasi", (("Intercept", -1), ("dose", 1)), ("age",), ("Intercept + 2*dose",), 3.2,
            ("--ridge 1 shrinks the coefficients", "leave dose out"),
        ),
        validation=(), tests=(), notes=(), missing=0,
    )  # fmt: skip


def regression(family: str, coefficients, covariance, *, link=None, classes=(), column="dose", **target) -> Fit:
    """A fit with one predictor that can predict."""
    chosen = ce.FAMILIES[family]
    model = Model(chosen, link_of(chosen, link), (column,), True, classes)
    covariance = np.asarray(covariance, float)
    errors = np.sqrt(np.diag(covariance))
    parameters = tuple(map(coefficient, model.names, map(float, coefficients), map(float, errors)))
    design = Design((Factor(column, column),), (((0, "value"),),), target=Target("y", family, **target))
    columns = {"target": "y"} | ({"positive": target["positive"]} if "positive" in target else {})
    return logistic(
        family=family, link=model.link.name, parameters=parameters, model=model, design=design, columns=columns,
        coefficients=np.asarray(coefficients, float), covariance=covariance, validation=(), tests=(), notes=(),
    )  # fmt: skip
