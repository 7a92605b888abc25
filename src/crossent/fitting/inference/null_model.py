"""The model without predictors that a regression is compared with: an intercept, and the offset if there is one."""

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
from crossent.fitting.unconditional.least import least_total
from crossent.fitting.unconditional.state import UnconditionalState
from crossent.fitting.unconditional.table import total_loss


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


def has_offset(rows: Rows) -> bool:
    """Whether the rows come with offsets."""
    return next((chunk.offset is not None for chunk in rows.chunks()), False)


def empty_state(model: Model, rows: Rows) -> UnconditionalState:
    """For the target alone; a concentration or scale that the model knows is known here too."""
    return UnconditionalState(model.family, dict(model.known), name=rows.name)


def null_of(
    model: Model, rows: Rows, state: UnconditionalState, total: float, deviance: float | None, scalars: list[float]
) -> Null:
    """From a state that has seen the rows. `total` and `deviance` are those of the model, `scalars` its raw scalars."""
    counted = model.predictors + len(model.scalars)
    least, values = least_total(state)
    if has_offset(rows) and not _at_the_boundary(model, state, values):
        return _with_offset(model, rows, scalars, counted)
    return Null(least, _deviance(model, state, least, values, total, deviance, scalars), counted)


def _at_the_boundary(model: Model, state: UnconditionalState, values: tuple[float, ...]) -> bool:
    """Whether every row is 0, or every trial a success: no offset changes what is certain."""
    counts = model.family.name in ("Poisson", "NegativeBinomial")
    return state.own and not model.over_classes and (values[0] == 0 or (values[0] == 1 and not counts))


def _deviance(
    model: Model,
    state: UnconditionalState,
    least: float,
    values: tuple[float, ...],
    total: float,
    deviance: float | None,
    scalars: list[float],
) -> float | None:
    if deviance is None:
        return None
    weight = state.totals.likelihood.round()
    if state.own and state.family.name == "Normal":
        return values[1] * values[1] * weight
    if state.own and state.family.name == "Laplace":
        return 2 * values[1] * weight
    if model.family is FAMILIES["Normal"] or model.family is FAMILIES["Laplace"]:
        return None
    if model.family is FAMILIES["NegativeBinomial"] and state.own:
        least = total_loss(state.family, state.kept.observed(), (values[0], math.exp(scalars[0])))
    return deviance + 2 * (least - total)


def _with_offset(model: Model, rows: Rows, scalars: list[float], counted: int) -> Null:
    bare = WithoutDesign(rows)
    if model.link.own and model.link.name == "identity":
        shifted = WithoutDesign(rows, shifted=True)
        state = empty_state(model, rows)
        for chunk in shifted.chunks():
            state.update(chunk, checked=True)
        least, values = least_total(state)
        return Null(least, _deviance(model, state, least, values, least, 0.0, scalars), counted)
    null = Model(model.family, model.link, (), True, model.classes, known=model.known)
    optimum = maximise(null, bare, suspect=False)
    coefficients: Floats = optimum.coefficients
    held = null
    if model.family is FAMILIES["NegativeBinomial"] and model.scalars:
        held = replace(null, known=dict(zip((p.name for p in model.family.parameters[1:]), scalars, strict=True)))
        coefficients = maximise(held, bare, suspect=False).coefficients
    deviance = gather(held, bare, coefficients, squares=False).deviance
    return Null(optimum.total, None if deviance is None else deviance.round(), counted)
