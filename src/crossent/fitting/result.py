"""The result of a fit: numbers, each with its name, as an object and as JSON."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent.fitting.chunks import Floats
from crossent.fitting.solver.optimum import Certificate

if TYPE_CHECKING:
    from crossent.fitting.model import Model
    from crossent.fitting.storage.learned import LearnedModel
    from crossent.independence.aside import Checked

SCHEMA = "crossent/fit/1"


@dataclass(frozen=True)
class Coefficient:
    """An estimate and what is known of it. None where a number is undefined; `reason` then says why.

    `estimate` may be inf or -inf (separation, a boundary), or None: undetermined.
    """

    name: str
    estimate: float | None
    standard_error: float | None = None
    z: float | None = None  # estimate / standard_error; t where `degrees_of_freedom` is not None
    p_value: float | None = None
    ci95: tuple[float, float] | None = None
    ci95_method: str = "Wald"
    reason: str = ""


@dataclass(frozen=True)
class Separation:
    """Whether the predictors separate the outcomes, and what that makes infinite: `kind` none, quasi or complete."""

    kind: str = "none"
    infinite: tuple[tuple[str, int], ...] = ()  # (name, sign)
    undetermined: tuple[str, ...] = ()
    finite_combinations: tuple[str, ...] = ()  # of coefficients that are not finite by themselves
    infimum: float | None = None  # of the sum of losses, in nats
    ways_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ray:
    """Where estimates go that are infinite: `start` + t * `direction` as t grows without end.

    There is one only where the predictors separate the outcomes in a single direction, up to its length; then new rows
    have predictions all the same. `covariance` is that of `start`, of all its coefficients.
    """

    start: Floats
    direction: Floats
    covariance: Floats


@dataclass(frozen=True)
class Validation:
    """The cross-entropy out of sample: the average risk of the models of the folds, which `about` says in words."""

    method: str  # "10 folds", "10 folds of whole clusters of patient", "forward chaining in order of date, gap 1"
    nats: float
    standard_error: float | None
    ci95: tuple[float, float] | None
    folds: int
    n: int
    about: str
    effective_n: float | None = None


@dataclass(frozen=True)
class Test:
    """A test: its statistic, degrees of freedom and p-value, and in words what was compared."""

    __test__ = False  # not one of pytest's

    name: str
    statistic: float
    degrees_of_freedom: float | None
    p_value: float
    about: str = ""


@dataclass(frozen=True, repr=False)
class Fit:
    """A model learned by maximum likelihood: estimates, errors, and how well it describes the rows. Nats.

    `n` counts rows (with `frequency`, their sum), `weight` sums the weights of the likelihood; `log_likelihood` =
    -sum of w * nll; `cross_entropy` = -log_likelihood / weight. `counted` parameters enter `aic` and `bic`; a scale
    counts. `deviance` profiles the mean only and is free of the dispersion; `d2` = 1 - deviance / null_deviance.
    """

    family: str
    link: str | None  # None without predictors
    n: float
    weight: float
    log_likelihood: float
    null_log_likelihood: float | None
    deviance: float | None
    null_deviance: float | None
    counted: int
    aic: float
    bic: float
    converged: bool
    iterations: int
    parameters: tuple[Coefficient, ...]
    errors: str = "model"  # "model", "sandwich" or "cluster"
    dispersion: float | None = None
    degrees_of_freedom: float | None = None  # of the t distribution of the tests; None: the normal
    clusters: int | None = None
    separation: Separation = Separation()
    certificate: Certificate | None = None
    entropy: float | None = None  # of the empirical distribution, biased low; discrete targets without predictors
    tests: tuple[Test, ...] = ()
    validation: tuple[Validation, ...] = ()
    notes: tuple[str, ...] = ()  # what the reader must know: guesses, rows left out, limits
    columns: Mapping[str, Any] = field(default_factory=dict)  # which column was taken for what
    covariance: Floats | None = None  # of the finite estimates, in the order of `parameters`
    model: Model | None = None
    coefficients: Floats | None = None  # of the model, in the order of model.names
    design: Any = None  # fitting.design's Design: what `predict` needs
    missing: int = 0  # rows dropped because a value was missing
    ray: Ray | None = None  # of estimates at infinity: what `predict` needs
    rows: Checked | None = None  # tests of residuals in the order of the rows, where they were asked for

    @property
    def nats(self) -> float:
        """The cross-entropy in the sample."""
        return 0.0 - self.log_likelihood / self.weight  # 0, not -0

    @property
    def bits(self) -> float:
        """The same in bits."""
        return self.nats / math.log(2)

    @property
    def kl_divergence(self) -> float | None:
        """What is left between the empirical distribution and the model: cross-entropy - entropy."""
        return None if self.entropy is None else self.nats - self.entropy

    @property
    def d2(self) -> float | None:
        """The share of the null deviance that is explained."""
        if self.deviance is None or not self.null_deviance:
            return None
        return 1 - self.deviance / self.null_deviance

    def to_dict(self) -> dict[str, Any]:
        """The document of `crossent fit --json`."""
        document = {
            "schema": SCHEMA,
            "family": self.family,
            "link": self.link,
            "n": int(self.n) if float(self.n).is_integer() else self.n,
            "weight": self.weight,
            "log_likelihood": self.log_likelihood,
            "cross_entropy": {"nats": self.nats, "bits": self.bits},
            "null_log_likelihood": self.null_log_likelihood,
            "deviance": self.deviance,
            "null_deviance": self.null_deviance,
            "d2": self.d2,
            "counted_parameters": self.counted,
            "aic": self.aic,
            "bic": self.bic,
            "converged": self.converged,
            "iterations": self.iterations,
            "parameters": [_coefficient(c) for c in self.parameters],
            "errors": self.errors,
            "degrees_of_freedom": self.degrees_of_freedom,
            "clusters": self.clusters,
            "dispersion": self.dispersion,
            "entropy": self.entropy,
            "kl_divergence": self.kl_divergence,
            "separation": {
                "kind": self.separation.kind,
                "infinite": [{"name": name, "sign": sign} for name, sign in self.separation.infinite],
                "undetermined": list(self.separation.undetermined),
                "finite_combinations": list(self.separation.finite_combinations),
                "infimum_nats": self.separation.infimum,
            },
            "certificate": None if self.certificate is None else vars(self.certificate),
            "tests": [vars(test) for test in self.tests],
            "validation": [vars(each) for each in self.validation],
            "notes": list(self.notes),
            "missing": self.missing,
            "columns": dict(self.columns),
        }
        if self.rows is not None:
            document["iid"] = self.rows.documents
        return plain(document)

    # -- what people read, and what predicts --------------------------------------------------------------------------
    def summary(self, width: int = 80) -> str:
        """The table of coefficients, how well the model describes the rows, and what the reader must know, as text."""
        return str(_report().text_of(self, width))

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return str(_report().html_of(self))

    def plot(self, x: Any = None, y: Any = None) -> Any:
        """A picture, which a notebook shows and `save` writes as SVG.

        Without arguments the coefficients with their 95 % intervals. With the values `x` of the only numeric
        predictor and the targets `y`, the fitted curve over them, with the band of the mean's 95 % interval.
        """
        return _report().picture_of(self, None if x is None else (x, y))

    @property
    def learned(self) -> LearnedModel:
        """The part of the fit that predicts and can be saved."""
        from crossent.fitting.storage import LearnedModel

        return LearnedModel.of(self)

    def predict(self, X: Any = None, *, offset: Any = None, quantity: str = "mean") -> Any:
        """What the model says of new rows: see `LearnedModel.predict`."""
        return self.learned.predict(X, offset=offset, quantity=quantity)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model as versioned JSON that `crossent predict` and `crossent.load_model` read."""
        self.learned.save(path)

    def to_json(self) -> str:
        """`to_dict` as text: floats in full precision, infinities as the strings "inf" and "-inf"."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1, allow_nan=False)


def _report() -> Any:
    # knowledge flows downwards: what a fit looks like is known above
    return import_module("crossent.report.fits")


def _coefficient(c: Coefficient) -> dict[str, Any]:
    shown = {
        "name": c.name, "estimate": c.estimate, "standard_error": c.standard_error, "z": c.z, "p_value": c.p_value,
        "ci95": c.ci95, "ci95_method": c.ci95_method,
    }  # fmt: skip
    return shown | ({"reason": c.reason} if c.reason else {})


def plain(value: Any) -> Any:
    """What JSON can hold: infinities as strings, what is not a number as null, NumPy's numbers as Python's."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value
