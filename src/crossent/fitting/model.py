"""A model: a family whose first parameter follows the predictors, and scalars that are the same for every row.

    eta = offset + intercept + design . coefficients,    raw parameter = link.raw(eta)

Over K classes there are K - 1 such predictors, one for each class but the first, whose logit is 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.families.contract import Family
from crossent.fitting.chunks import Chunk, Floats
from crossent.fitting.links import Link, linked_rows

INTERCEPT = "Intercept"


@dataclass(frozen=True)
class Model:
    """What is learned. `known` holds scalars that are not: raw name -> raw value (log_concentration = 0)."""

    family: Family
    link: Link
    columns: tuple[str, ...] = ()
    intercept: bool = True
    classes: tuple[str, ...] = ()
    known: Mapping[str, float] = field(default_factory=dict)

    # -- names and places ---------------------------------------------------------------------------------------------
    @property
    def over_classes(self) -> bool:
        """Whether the target is one of several classes."""
        return self.family.classes is not None

    @property
    def predictors(self) -> int:
        """How many linear predictors a row has."""
        return len(self.classes) - 1 if self.over_classes else 1

    @property
    def width(self) -> int:
        """The coefficients of one predictor."""
        return len(self.columns) + self.intercept

    @cached_property
    def scalars(self) -> tuple[str, ...]:
        """The raw parameters beyond the first that are learned."""
        return tuple(p.name for p in self.family.parameters[1:] if p.name not in self.known)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every coefficient: predictor by predictor (Intercept, columns), then the scalars."""
        one = ((INTERCEPT,) if self.intercept else ()) + self.columns
        if self.over_classes:
            one = tuple(f"{level}:{name}" for level in self.classes[1:] for name in one)
        return one + self.scalars

    @property
    def linear(self) -> int:
        """The coefficients of all predictors; the scalars follow."""
        return self.predictors * self.width

    def intercepts(self) -> list[int]:
        """The places of the intercepts."""
        return [k * self.width for k in range(self.predictors)] if self.intercept else []

    # -- predictions --------------------------------------------------------------------------------------------------
    def predict_raw(self, coefficients: Floats, design: Floats, offset: Any = None) -> Floats:
        """eta: (n,), or (n, q) for q > 1 predictors or classes."""
        by_predictor = coefficients[: self.linear].reshape(self.predictors, self.width)
        slopes = by_predictor[:, 1:] if self.intercept else by_predictor
        if not self.over_classes:
            eta = design @ slopes[0]
            if self.intercept:
                eta += by_predictor[0, 0]
        else:
            eta = design @ slopes.T
            if self.intercept:
                eta += by_predictor[:, 0]
        if offset is not None:
            eta += offset[:, 1:] if self.over_classes else offset
        return eta

    def first_logit(self, offset: Any) -> Any:
        """That of the class that has no predictor: 0, unless the offset says otherwise."""
        return offset[:, 0] if self.over_classes and offset is not None else None

    def raw(self, coefficients: Floats, design: Floats, offset: Any = None) -> tuple[Any, ...]:
        """The family's raw parameters: columns (n,) and numbers; over classes one array of logits (n, K)."""
        eta = self.predict_raw(coefficients, design, offset)
        if self.over_classes:
            return (_logits(eta, self.first_logit(offset)),)
        return (self.link.raw(eta), *self.scalar_values(coefficients))

    def scalar_values(self, coefficients: Floats) -> list[float]:
        """Every raw parameter beyond the first: learned or known."""
        learned = dict(zip(self.scalars, coefficients[self.linear :], strict=True))
        return [float(learned.get(p.name, self.known.get(p.name, 0.0))) for p in self.family.parameters[1:]]

    # -- rows ---------------------------------------------------------------------------------------------------------
    @cached_property
    def _formulas(self) -> Any:
        return linked_rows(self.family, self.link)

    @cached_property
    def channels(self) -> list[int]:
        """Which of a row's raw parameters are learned: the first, and the scalars."""
        return [0, *(i for i, p in enumerate(self.family.parameters) if p.name in self.scalars)]

    def rows(
        self,
        target: Floats,
        eta: Floats,
        scalars: list[float],
        fixed: tuple[Any, ...] = (),
        weight: Floats | None = None,
        quantity: str = "gradient",
        keep_rows: bool = False,
        first: Floats | None = None,
    ) -> Any:
        """The kernels' Evaluation over rows with these predictors; derivatives are by (eta, learned scalars)."""
        if self.over_classes:
            from crossent.kernels.classes import evaluate_classes

            return evaluate_classes(
                self.family.classes, target, _logits(eta, first), weight=weight, quantity=quantity, keep_rows=keep_rows,
                double=True, full=True,
            )  # fmt: skip
        from crossent.kernels.rowwise import evaluate_rows

        formulas, several = self._formulas, len(self.family.parameters) > 1
        made = evaluate_rows(
            formulas, target, (eta, *scalars) if several else eta, fixed=fixed, weight=weight, quantity=quantity,
            keep_rows=keep_rows, double=True, full=True,
        )  # fmt: skip
        if several and len(self.channels) < len(self.family.parameters):
            if made.gradient is not None:
                made.gradient = made.gradient[:, self.channels]
            if made.hessian is not None:
                made.hessian = made.hessian[:, self.channels][:, :, self.channels]
        return made

    def evaluate(self, chunk: Chunk, coefficients: Floats, quantity: str = "value", keep_rows: bool = False) -> Any:
        """The Evaluation of a chunk: sums of w * nll, and derivatives by (eta, scalars) with the weights in them."""
        eta = self.predict_raw(coefficients, chunk.design, chunk.offset)
        scalars = self.scalar_values(coefficients)
        weight, first = chunk.likelihood_weight, self.first_logit(chunk.offset)
        return self.rows(chunk.target, eta, scalars, chunk.fixed, weight, quantity, keep_rows, first)

    def scores(self, chunk: Chunk, coefficients: Floats) -> Floats:
        """The gradient of each row's w * nll by every coefficient: (n, P)."""
        gradient = self.evaluate(chunk, coefficients, "gradient").gradient
        if gradient.ndim == 1:
            gradient = gradient[:, None]
        if self.over_classes:
            gradient = gradient[:, 1:]
        made = np.empty((chunk.rows, len(self.names)))
        for k in range(self.predictors):
            place = k * self.width
            if self.intercept:
                made[:, place] = gradient[:, k]
                place += 1
            np.multiply(chunk.design, gradient[:, k : k + 1], out=made[:, place : place + len(self.columns)])
        made[:, self.linear :] = gradient[:, self.predictors :]
        return made


def _logits(eta: Floats, first: Floats | None) -> NDArray[np.float64]:
    made = np.zeros((len(eta), eta.shape[1] + 1))
    if first is not None:
        made[:, 0] = first
    made[:, 1:] = eta
    return made
