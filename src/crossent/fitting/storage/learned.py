"""A learned model by itself: what predicts, and what is kept in a file."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent import errors
from crossent.fitting.chunks import Floats
from crossent.fitting.storage.document import (
    Fields,
    read_document,
    stored_array,
    stored_number,
    write_document,
)

if TYPE_CHECKING:
    from crossent.fitting.design.design import Design
    from crossent.fitting.model import Model
    from crossent.fitting.result import Fit

ROLES = ("target", "positive", "trials", "offset", "exposure")


@dataclass(frozen=True)
class Constant:
    """A parameter that is the same for every row, of a fit without predictors, with its 95 % interval."""

    name: str
    estimate: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, repr=False)
class LearnedModel:
    """Predicts the distribution of new rows. Made by `fit.learned` and by `crossent.load_model`.

    Either `model` with `coefficients` (infinite where the maximum is at infinity, NaN where undetermined), their
    `covariance` (NaN where there is none) and the `design` that makes columns of a table; or, of a fit without
    predictors, `constants`. With a `direction`, the model is the limit of coefficients + t * direction, t without end.
    `roles` names the columns: target, positive, trials, offset, exposure.
    """

    family: str
    n: float
    roles: Mapping[str, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    constants: tuple[Constant, ...] = ()
    model: Model | None = None
    coefficients: Floats | None = None
    covariance: Floats | None = None
    direction: Floats | None = None
    degrees_of_freedom: float | None = None
    design: Design | None = None
    notes: tuple[str, ...] = ()
    version: str = ""

    @classmethod
    def of(cls, fit: Fit) -> LearnedModel:
        """The part of a fit that predicts."""
        roles = {role: str(fit.columns[role]) for role in ROLES if isinstance(fit.columns.get(role), str)}
        common: dict[str, Any] = {
            "family": fit.family, "n": float(fit.n), "roles": roles, "notes": fit.notes,
            "version": metadata.version("crossent"),
        }  # fmt: skip
        if fit.link is None:
            return cls(**common, classes=_classes_of(fit), constants=tuple(map(_constant, fit.parameters)))
        if fit.model is None or fit.coefficients is None:
            raise errors.nothing_to_save()
        common |= {"classes": fit.model.classes, "model": fit.model, "design": fit.design}
        if fit.ray is not None:
            ray = fit.ray
            return cls(**common, coefficients=ray.start, covariance=ray.covariance, direction=ray.direction)
        return cls(
            **common, coefficients=fit.coefficients, covariance=_covariance(fit),
            degrees_of_freedom=fit.degrees_of_freedom,
        )  # fmt: skip

    def __repr__(self) -> str:
        link = "" if self.model is None else f", {self.model.link.name} link"
        names = [c.name for c in self.constants] if self.model is None else self.model.names
        shown = ", ".join(names[:8]) + (f", and {len(names) - 8} more" if len(names) > 8 else "")
        return f"LearnedModel({self.family}{link}: {shown})"

    # -- on disk ------------------------------------------------------------------------------------------------------
    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model as versioned JSON, whole or not at all: nothing in it can run.

        Raises UsageError if there can be no such file, or if the family is one of your own.
        """
        from crossent.families.catalogue import FAMILIES

        if self.family not in FAMILIES or (self.model is not None and self.model.family is not FAMILIES[self.family]):
            raise errors.family_not_stored(self.family)
        if self.model is not None and self.design is None:
            raise errors.nothing_to_save()
        write_document(path, self.to_dict())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> LearnedModel:
        """The model in a file. Raises UsageError if it cannot be read, DataError if it is not what was written."""
        return cls.from_dict(Fields(os.fspath(path), read_document(path)))

    def to_dict(self) -> dict[str, Any]:
        """The model as plain data: numbers, text, lists and objects."""
        content: dict[str, Any] = {
            "crossent": self.version,
            "family": self.family,
            "n": stored_number(self.n),
            "columns": dict(self.roles),
            "classes": list(self.classes),
            "notes": list(self.notes),
        }
        if self.model is None:
            content["constants"] = [
                {"name": c.name} | {k: stored_number(getattr(c, k)) for k in ("estimate", "low", "high")}
                for c in self.constants
            ]
            return content
        assert self.design is not None
        return content | {
            "link": self.model.link.name,
            "design_columns": list(self.model.columns),
            "intercept": self.model.intercept,
            "known": {name: stored_number(float(value)) for name, value in self.model.known.items()},
            "names": list(self.model.names),
            "coefficients": stored_array(self.coefficients),
            "covariance": None if self.covariance is None else stored_array(self.covariance),
            "direction": None if self.direction is None else stored_array(self.direction),
            "degrees_of_freedom": self.degrees_of_freedom,
            "design": self.design.to_dict(),
        }

    @classmethod
    def from_dict(cls, fields: Fields) -> LearnedModel:
        """The model that `to_dict` described; a field that is not as it must be is named."""
        columns = fields.mapping("columns")
        for role, name in columns.items():
            if role not in ROLES or not isinstance(name, str):
                fields.refuse(f"columns.{role}", "the name of a column", name)
        common: dict[str, Any] = {
            "family": fields.text("family"), "n": fields.number("n"), "roles": columns,
            "classes": fields.texts("classes"), "notes": fields.texts("notes"), "version": fields.text("crossent"),
        }  # fmt: skip
        if "constants" in fields.content:
            return cls(**common, constants=_constants(fields))
        return cls(**common, **_regression(fields, common["classes"]))

    # -- predictions --------------------------------------------------------------------------------------------------
    def predict(self, X: Any = None, *, offset: Any = None, quantity: str = "mean") -> Any:
        """What the model says of new rows.

        Args:
            X: the table of predictors: a data frame (or a mapping of columns) with the names of the fit, or an array
               of its columns in their order; None or a number of rows for a model without predictors.
            offset: what is added to the linear predictor, (n,); log of the exposure for rates.
            quantity: "mean": (n,), or (n, K) of the classes' probabilities; "raw": the family's raw parameters;
               "parameters": a dictionary of its standard ones; "interval": the mean's 95 % interval, (2, n) or
               (2, n, K), of the mean's own uncertainty and not of a new observation.
        Errors: UsageError for a missing column or an unknown quantity; DataError for values that cannot be read and
            levels that were never seen.
        """
        from crossent.fitting.storage.arrays import predicted

        return predicted(self, X, offset, quantity)


def load_model(path: str | os.PathLike[str]) -> LearnedModel:
    """The model that `fit.save` or `crossent fit --save` wrote, ready to predict.

    Args:
        path: a JSON file of schema crossent/model/1. Nothing in it is run, and its checksum must hold.
    Errors: UsageError if the file cannot be read, DataError if it is another version's, changed or cut off.

    >>> import crossent as ce, tempfile, pathlib
    >>> fit = ce.fit("poisson", [2, 0, 1, 4, 3])
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "model.json"
    >>> fit.save(file)
    >>> ce.load_model(file).predict(2)
    array([2., 2.])
    """
    return LearnedModel.load(path)


def _constant(c: Any) -> Constant:
    low, high = c.ci95 if c.ci95 is not None else (math.nan, math.nan)
    return Constant(c.name, math.nan if c.estimate is None else float(c.estimate), float(low), float(high))


def _classes_of(fit: Fit) -> tuple[str, ...]:
    """The names of the classes of a fit without predictors: the ends of probs:LEVEL."""
    from crossent.families.catalogue import FAMILIES

    if fit.family not in FAMILIES or FAMILIES[fit.family].classes is None:
        return ()
    return tuple(c.name.partition(":")[2] for c in fit.parameters)


def _covariance(fit: Fit) -> Floats | None:
    """Of all coefficients; NaN where an estimate is not finite."""
    assert fit.coefficients is not None
    P = len(fit.coefficients)
    if fit.covariance is None:
        return None
    given = np.asarray(fit.covariance, np.float64)
    if given.shape == (P, P):
        return given
    made = np.full((P, P), math.nan)
    finite = np.flatnonzero(np.isfinite(fit.coefficients))
    if given.shape == (len(finite),) * 2:
        made[np.ix_(finite, finite)] = given
    return made


def _constants(fields: Fields) -> tuple[Constant, ...]:
    entries = fields.content["constants"]
    if not isinstance(entries, list):
        fields.refuse("constants", "a list", entries)
    made = []
    for k, entry in enumerate(entries):
        part = Fields(fields.name, entry, f"constants[{k}]")
        numbers = (part.number_or_none(key) for key in ("estimate", "low", "high"))
        made.append(Constant(part.text("name"), *(math.nan if value is None else value for value in numbers)))
    return tuple(made)


def _regression(fields: Fields, classes: tuple[str, ...]) -> dict[str, Any]:
    from crossent.families.catalogue import FAMILIES
    from crossent.fitting.design.design import Design
    from crossent.fitting.links import links_of
    from crossent.fitting.model import Model

    family = FAMILIES.get(fields.text("family"))
    if family is None:
        fields.refuse("family", f"one of {', '.join(FAMILIES)}", fields.content["family"])
    links = links_of(family)
    if fields.text("link") not in links:
        fields.refuse("link", f"one of {', '.join(links)}", fields.content["link"])
    if (family.classes is not None) != (len(classes) > 1):
        fields.refuse("classes", "the names of at least two classes, of a family over classes only", classes)
    model = Model(
        family, links[fields.text("link")], fields.texts("design_columns"), fields.truth("intercept"), classes,
        known=fields.numbers("known"),
    )  # fmt: skip
    P = len(model.names)
    if fields.texts("names") != model.names:
        fields.refuse("names", f"{', '.join(model.names)}", fields.content["names"])
    return {
        "model": model,
        "coefficients": fields.array("coefficients", (P,)),
        "covariance": fields.array_or_none("covariance", (P, P)),
        "direction": fields.array_or_none("direction", (model.linear,)),
        "degrees_of_freedom": fields.number_or_none("degrees_of_freedom"),
        "design": Design.from_dict(fields.mapping("design")),
    }
