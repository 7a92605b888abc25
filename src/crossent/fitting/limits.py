"""Estimates at infinity: what the rows say where predictors separate the outcomes, and the limits of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crossent.fitting.chunks import Chunk, Floats, Rows
from crossent.fitting.inference.describe import describe
from crossent.fitting.model import Model
from crossent.fitting.result import Fit, Ray, Separation
from crossent.fitting.separation.collinear import refuse_collinear
from crossent.fitting.separation.constraints import demands_of
from crossent.fitting.separation.recession import Recession, find_separation
from crossent.fitting.solver import passes
from crossent.fitting.solver.maximise import maximise
from crossent.fitting.solver.optimum import Certificate, Optimum


def at_the_limit(question: Any, model: Model) -> Fit:
    """The fit of a question whose search seemed to have no end: an exact verdict first, then what is finite.

    Raises DataError for collinear columns; NoAnswerError if there is a maximum, and it was not reached.
    """
    rows = question.rows
    if not question.ridge:
        refuse_collinear(rows, question.intercept)
    demands = demands_of(model.family, model.link)
    found = None
    if demands is not None and not question.ridge:
        classes = len(model.classes)
        names = model.names[: model.linear]
        found = find_separation(demands, rows, intercept=model.intercept, classes=classes, names=names)
    if found is None or found.kind == "none":
        optimum = maximise(model, rows, ridge=question.ridge, progress=question.progress, suspect=False)
        return describe(
            model, rows, optimum, errors=question.errors or "model", cluster=question.cluster, **question.told
        )
    return _described(question, model, found)


def _described(question: Any, model: Model, found: Recession) -> Fit:
    held = np.array([*found.dropped], np.int64)
    zero = np.zeros(len(model.names))
    everyone = passes.whole(model, question.rows, zero, "value")
    inside: Optimum | None = None
    if found.kind == "quasi":
        inside = maximise(model, LimitRows(question.rows, found), held=held, progress=question.progress, suspect=False)
    signs = found.signs
    finite = np.array([k for k in range(len(model.names)) if k >= model.linear or signs[k] == 0], np.int64)
    undetermined = [k for k in range(model.linear) if signs[k] is None]
    infinite = {k: float("inf") * sign for k, sign in enumerate(signs) if sign}
    coefficients = zero if inside is None else inside.coefficients.copy()
    coefficients[undetermined] = np.nan
    if inside is None and model.scalars:
        coefficients[model.linear :] = np.nan
        undetermined += range(model.linear, len(model.names))
        finite = finite[finite < model.linear]
    covariance = np.zeros((len(finite),) * 2) if inside is None else inside.covariance[np.ix_(finite, finite)]
    optimum = Optimum(
        coefficients=coefficients,
        total=0.0 if inside is None else inside.total,
        weight=everyone.weight.round(),
        rows=everyone.rows,
        frequency=everyone.frequency.round(),
        curvature=covariance,
        covariance=covariance,
        certificate=Certificate(0.0, 0.0, 0.0, 1.0) if inside is None else inside.certificate,
        iterations=0 if inside is None else inside.iterations,
        fixed_at=infinite,
    )
    made = describe(
        model, question.rows, optimum, errors=question.errors or "model",
        cluster=None if inside is None else question.cluster,
        covariance=covariance, finite_rows=None if inside is None else LimitRows(question.rows, found),
        undetermined=undetermined, separation=separation_of(found, optimum.total), **question.told,
    )  # fmt: skip
    # chi-squared does not hold where the maximum is at infinity
    return replace(made, tests=(), ray=_ray(found, inside))


def _ray(found: Recession, inside: Optimum | None) -> Ray | None:
    """The one direction in which estimates go to infinity; None where there are several."""
    if inside is None or found.direction is None or len(found.dropped) != 1:
        return None
    exact = found.whole_direction
    direction = found.direction if exact is None or max(map(abs, exact)) > 2**53 else np.array(exact, np.float64)
    covariance = inside.covariance.copy()
    covariance[list(found.dropped)] = covariance[:, list(found.dropped)] = 0.0  # held where they are
    return Ray(inside.coefficients, np.asarray(direction, np.float64), covariance)


def separation_of(found: Recession, infimum: float) -> Separation:
    """The verdict as the result tells it."""
    names = found.names
    infinite = tuple((name, sign) for name, sign in zip(names, found.signs, strict=True) if sign)
    return Separation(
        kind=found.kind,
        infinite=infinite,
        undetermined=tuple(name for name, sign in zip(names, found.signs, strict=True) if sign is None),
        finite_combinations=found.finite_combinations,
        infimum=infimum,
        ways_out=_ways_out([name for name, _ in infinite if not name.endswith("Intercept")]),
    )


def _ways_out(names: list[str]) -> tuple[str, ...]:
    columns = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return (
        "a penalty makes every estimate finite: --ridge 1 (ridge=1)",
        *((f"a model without {columns}, or with rare levels joined, if that is what is meant",) if names else ()),
        "more rows, if these are too few for so many predictors",
    )


@dataclass(frozen=True)
class LimitRows:
    """The rows that the limit leaves undecided; classes that it rules out have an offset of -inf."""

    rows: Rows
    found: Recession

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the rows."""
        return self.rows.columns

    @property
    def name(self) -> str:
        """That of the rows."""
        return self.rows.name

    def chunks(self) -> Iterator[Chunk]:
        """Chunk by chunk; those of which no row is left are left out."""
        start = 0
        for chunk in self.rows.chunks():
            kept = np.flatnonzero(self.found.stays(chunk))
            if len(kept):
                yield self._taken(chunk, kept, start)
                start += len(kept)

    def _taken(self, chunk: Chunk, kept: Any, start: int) -> Chunk:
        def of(values: Any) -> Any:
            return values[kept] if isinstance(values, np.ndarray) and values.ndim else values

        offset: Floats | None = of(chunk.offset)
        if self.found.demands == "classes":
            left = self.found.left(chunk)[kept]
            if not left.all():
                offset = np.where(left, 0.0, -np.inf)
        return Chunk(
            start, of(chunk.target), np.ascontiguousarray(of(chunk.design)), of(chunk.low), offset,
            tuple(map(of, chunk.fixed)), of(chunk.frequency), of(chunk.weight), of(chunk.cluster),
        )  # fmt: skip
