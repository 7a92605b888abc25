"""One pass over the rows at the maximum: squared scores, scores by cluster, deviance. A plain object that merges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.families.catalogue import FAMILIES
from crossent.fitting.chunks import Chunk, Floats, Rows
from crossent.fitting.model import Model
from crossent.fitting.solver.blas import one_blas_thread
from crossent.fitting.solver.passes import part, spans_of
from crossent.independence.cost.meat import cluster_sums
from crossent.kernels import threads
from crossent.kernels.exact_sum import ExactSum
from crossent.scoring.sums import exact_sum


@dataclass
class RowSums:
    """Sums over rows at some coefficients. `update` takes in a chunk, `+` merges two states.

    `meat` is the sum of f w^2 s s' with s the gradient of a row's nll by every coefficient, w its weight, f its
    frequency; `by_cluster[code]` the sum of f w s of a cluster's rows. The deviance's sum is exact.
    """

    parameters: int
    meat: Floats | None = None
    by_cluster: Floats = field(default_factory=lambda: np.empty((0, 1)))
    seen: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))  # clusters with a row that counts
    deviance: ExactSum | None = None

    def __add__(self, other: RowSums) -> RowSums:
        meat = self.meat if other.meat is None else other.meat if self.meat is None else self.meat + other.meat
        both = self.deviance is not None and other.deviance is not None
        made = RowSums(
            self.parameters,
            meat,
            *_merged(self, other),
            self.deviance + other.deviance if both else self.deviance or other.deviance,  # type: ignore[operator]
        )
        return made

    def update(self, model: Model, chunk: Chunk, coefficients: Floats, squares: bool = True) -> RowSums:
        """This state and a chunk's."""
        for span in spans_of(model, chunk):
            self = self + span_sums(model, coefficients, squares, span)
        return self

    @property
    def clusters(self) -> int:
        """How many have a row that counts."""
        return int(self.seen.sum())


def _merged(one: RowSums, other: RowSums) -> tuple[Floats, NDArray[np.bool_]]:
    size = max(len(one.seen), len(other.seen))
    scores, seen = np.zeros((size, one.parameters)), np.zeros(size, np.bool_)
    for state in (one, other):
        if len(state.seen):
            scores[: len(state.seen)] += state.by_cluster
            seen[: len(state.seen)] |= state.seen
    return scores, seen


def gather(model: Model, rows: Rows, coefficients: Floats, squares: bool) -> RowSums:
    """The sums of all rows, in their order whatever the threads."""

    def spans() -> Iterator[Any]:
        for chunk in rows.chunks():
            yield from spans_of(model, chunk)

    whole = RowSums(len(model.names))
    with one_blas_thread():
        for made in threads.in_order(partial(_span_parts, model, coefficients, squares), spans()):
            whole = _add(whole, *made)
    return whole


def span_sums(model: Model, coefficients: Floats, squares: bool, span: tuple[Chunk, int, int]) -> RowSums:
    """The state of the rows [start, stop) of a chunk."""
    return _add(RowSums(len(model.names)), *_span_parts(model, coefficients, squares, span))


def _add(whole: RowSums, made: RowSums, codes: Any, scores: Any) -> RowSums:
    """`whole` + what a span has found; its clusters come as (codes, sums), so that many of them cost nothing."""
    clusters = whole.by_cluster, whole.seen
    whole.by_cluster, whole.seen = np.empty((0, whole.parameters)), np.empty(0, np.bool_)
    whole = whole + made
    whole.by_cluster, whole.seen = clusters
    if codes is not None and len(codes):
        size = int(codes[-1]) + 1
        if size > len(whole.seen):  # doubled, so that growing is cheap
            larger = max(size, 2 * len(whole.seen))
            grown, seen = np.zeros((larger, whole.parameters)), np.zeros(larger, np.bool_)
            grown[: len(whole.seen)], seen[: len(whole.seen)] = whole.by_cluster, whole.seen
            whole.by_cluster, whole.seen = grown, seen
        whole.by_cluster[codes] += scores
        whole.seen[codes] = True
    return whole


def _span_parts(
    model: Model, coefficients: Floats, squares: bool, span: tuple[Chunk, int, int]
) -> tuple[RowSums, Any, Any]:
    chunk, start, stop = span
    few = Chunk(
        chunk.row + start, chunk.target[start:stop], chunk.design[start:stop], None, part(chunk.offset, start, stop),
        tuple(part(each, start, stop) for each in chunk.fixed), part(chunk.frequency, start, stop),
        part(chunk.weight, start, stop), part(chunk.cluster, start, stop),
    )  # fmt: skip
    made = RowSums(len(model.names))
    made.deviance = deviance_of(model, few, coefficients)
    codes = sums = None
    if squares or few.cluster is not None:
        scores = model.scores(few, coefficients)
        if few.cluster is not None:
            codes, sums = _by_cluster(few, scores)
        else:
            if few.frequency is not None:  # f w s was squared: one f too many
                scores = scores / np.sqrt(np.where(few.frequency > 0, few.frequency, 1.0))[:, None]
            made.meat = scores.T @ scores
    return made, codes, sums


def _by_cluster(few: Chunk, scores: Floats) -> tuple[Any, Floats]:
    assert few.cluster is not None
    weight = few.likelihood_weight
    codes, scores = few.cluster, scores
    if weight is not None:
        codes, scores = codes[weight > 0], scores[weight > 0]
    return cluster_sums(scores, codes)


def deviance_of(model: Model, chunk: Chunk, coefficients: Floats) -> ExactSum | None:
    """The sum of w * unit deviance * dispersion; None for a family in which it is not free of the dispersion."""
    rows = unit_deviances(model, chunk, coefficients)
    return None if rows is None else exact_sum(np.ascontiguousarray(rows), chunk.likelihood_weight)


def unit_deviances(model: Model, chunk: Chunk, coefficients: Floats) -> Floats | None:
    """Free of the dispersion: squared residuals (Normal), twice their size (Laplace), else 2 (nll - least nll).

    The least is over the mean alone; a NegativeBinomial keeps its concentration.
    """
    family, y = model.family, chunk.target
    eta = model.predict_raw(coefficients, chunk.design, chunk.offset)
    if family is FAMILIES["Normal"] or family is FAMILIES["Laplace"]:
        residual = y - np.asarray(model.link.mean(eta))
        return residual * residual if family is FAMILIES["Normal"] else 2 * np.abs(residual)
    free = len(family.parameters) == 1 or family is FAMILIES["NegativeBinomial"]
    if family.formula("unit_deviance") is None or not free:
        return None
    raw = model.raw(coefficients, chunk.design, chunk.offset)
    weight = chunk.likelihood_weight
    with np.errstate(all="ignore"):
        made = np.asarray(family.evaluate("unit_deviance", y, *raw, *(() if model.over_classes else chunk.fixed)))
    return made if weight is None else np.where(weight > 0, made, 0.0)  # a row of weight 0 may hold anything
