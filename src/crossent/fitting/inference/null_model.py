"""The model without predictors that a regression is compared with: an intercept, and the offset if there is one.

Most of it needs the targets alone, as `UnconditionalState` keeps them: one pass, no predictors.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from crossent.families.catalogue import FAMILIES
from crossent.fitting.chunks import Chunk, Floats, Rows
from crossent.fitting.inference.sums import gather
from crossent.fitting.model import Model
from crossent.fitting.solver.maximise import maximise
from crossent.fitting.unconditional.accumulated import Shares, Table
from crossent.fitting.unconditional.least import least_total
from crossent.fitting.unconditional.state import UnconditionalState
from crossent.fitting.unconditional.table import total_deviance, total_loss

CANCELS = 1e-4  # of the sum of losses: a deviance below is summed row by row instead


@dataclass(frozen=True)
class Null:
    """Its sum of losses with its own scalars, and its deviance with those of the model that is compared with it."""

    total: float
    deviance: float | None
    counted: int


@dataclass(frozen=True)
class WithoutDesign:
    """Rows whose design is left out; `shifted`: their offset is taken off the target."""

    rows: Rows
    shifted: bool = False
    columns: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """That of the rows."""
        return self.rows.name

    def chunks(self) -> Iterator[Chunk]:
        """Chunk by chunk."""
        for chunk in self.rows.chunks():
            bare = replace(chunk, design=np.empty((chunk.rows, 0)), low=None)
            if self.shifted and chunk.offset is not None:
                bare = replace(bare, target=chunk.target - chunk.offset, offset=None)
            yield bare


@dataclass(frozen=True)
class Targets:
    """The targets of all rows, their best constant member, and whether any row has an offset.

    `saturated` is the sum of losses when every row has its own best mean, and `constant` the deviance of the best
    constant mean, both with the model's scalars; None where the targets alone do not tell.
    """

    state: UnconditionalState
    least: float
    values: tuple[float, ...]
    offset: bool
    saturated: float | None
    constant: float | None


def targets_of(model: Model, rows: Rows, scalars: list[float]) -> Targets:
    """One pass over the targets. `scalars` are the model's raw parameters beyond the first."""
    state, offset = UnconditionalState(model.family, dict(model.known), name=rows.name, least=True), False
    for chunk in rows.chunks():
        state.update(chunk)
        offset |= chunk.offset is not None
    least, values = least_total(state)
    return Targets(state, least, values, offset, *_saturated(model, state, values, scalars))


def _saturated(
    model: Model, state: UnconditionalState, values: tuple[float, ...], scalars: list[float]
) -> tuple[float | None, float | None]:
    kept, family = state.kept, model.family
    if isinstance(kept, Shares):
        return (None, None) if kept.soft else (0.0, None)
    counts = ("Poisson", "Binomial", "NegativeBinomial", "Multinomial")
    if not isinstance(kept, Table) or family.name not in counts or FAMILIES[family.name] is not family:
        return None, None
    given = (values[0], math.exp(scalars[0])) if family.name == "NegativeBinomial" else values
    at = (np.array(given),) if family.classes is not None else given
    observed = kept.observed()
    deviance = total_deviance(family, observed, at)
    return total_loss(family, observed, at) - deviance / 2, deviance


def deviance_of(
    model: Model, rows: Rows, found: Targets, total: float, weight: float, reference: Floats, finite: bool = True
) -> float | None:
    """That of the model whose sum of losses is `total`. `reference`: its coefficients, 0 where one is not `finite`."""
    scaled = _of_location(model, total, weight, reference)
    if scaled is not None:
        return scaled
    if found.saturated is not None:
        deviance = 2 * (total - found.saturated)
        if found.saturated == 0 or deviance > CANCELS * abs(total):
            return deviance
        if not finite:  # nothing is left but rounding
            return deviance if deviance > 0 else 0.0
    summed = gather(model, rows, reference, squares=False).deviance if finite else None
    return None if summed is None else summed.round()


def _of_location(model: Model, total: float, weight: float, reference: Floats) -> float | None:
    """RSS of a Normal, twice the sum of |residuals| of a Laplace, from the sum of losses and the scale."""
    if model.family is not FAMILIES["Normal"] and model.family is not FAMILIES["Laplace"]:
        return None
    log_scale = model.scalar_values(reference)[0]
    if model.family is FAMILIES["Normal"]:
        return 2 * math.exp(2 * log_scale) * (total - weight * (log_scale + math.log(2 * math.pi) / 2))
    return 2 * math.exp(log_scale) * (total - weight * (log_scale + math.log(2)))


def null_of(
    model: Model, rows: Rows, found: Targets, total: float, weight: float, reference: Floats, deviance: float | None
) -> Null:
    """The null model beside the model with this sum of losses and this deviance."""
    counted = model.predictors + len(model.scalars)
    if found.offset and not _at_the_boundary(model, found):
        return _with_offset(model, rows, found, weight, reference, counted)
    return Null(found.least, _constant(model, found, total, weight, reference, deviance), counted)


def _constant(
    model: Model, found: Targets, total: float, weight: float, reference: Floats, deviance: float | None
) -> float | None:
    if found.constant is not None or deviance is None:
        return found.constant
    if isinstance(found.state.kept, Shares):
        return deviance + 2 * (found.least - total)
    if model.scalars and (model.family is FAMILIES["Normal"] or model.family is FAMILIES["Laplace"]):
        scale = found.values[1]
        return scale * scale * weight if model.family is FAMILIES["Normal"] else 2 * scale * weight
    return _of_location(model, found.least, weight, reference)


def _at_the_boundary(model: Model, found: Targets) -> bool:
    """Whether every row is 0, or every trial a success: no offset changes what is certain."""
    if model.over_classes or not found.state.family.support.discrete:
        return False
    return found.least == 0


def _with_offset(model: Model, rows: Rows, found: Targets, weight: float, reference: Floats, counted: int) -> Null:
    if model.link.own and model.link.name == "identity":
        state = UnconditionalState(model.family, dict(model.known), name=rows.name, least=True)
        for chunk in WithoutDesign(rows, shifted=True).chunks():
            state.update(chunk)
        least, values = least_total(state)
        shifted = Targets(state, least, values, False, None, None)
        return Null(least, _constant(model, shifted, least, weight, reference, 0.0), counted)
    bare = WithoutDesign(rows)
    null = Model(model.family, model.link, (), True, model.classes, known=model.known)
    optimum = maximise(null, bare, suspect=False)
    total, coefficients, held = optimum.total, optimum.coefficients, null
    if model.family is FAMILIES["NegativeBinomial"] and model.scalars:
        names = (parameter.name for parameter in model.family.parameters[1:])
        held = replace(null, known=dict(zip(names, model.scalar_values(reference), strict=True)))
        again = maximise(held, bare, suspect=False)
        total, coefficients = again.total, again.coefficients
    alone = replace(found, offset=False)
    return Null(optimum.total, deviance_of(held, bare, alone, total, weight, coefficients), counted)
