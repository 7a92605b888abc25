"""Where the search begins: the best constant, the centre of the columns, and the fit of a sample of the rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossent.fitting.chunks import ArrayRows, Chunk, Floats, Rows
from crossent.fitting.model import Model

LOOKED_AT = 16_384  # rows of the first chunk that tell where columns lie
FAR = 30.0  # standard deviations between a column and 0 from which on it is centred
SAMPLED_FROM = 60_000  # rows; below, a sample saves nothing
SAMPLE_SHARE, LEAST_PER_COEFFICIENT, MOST_SAMPLED = 16, 60, 200_000
FEWEST_PER_COEFFICIENT = 12


def first_chunk(rows: Rows) -> Chunk | None:
    """The first rows; None if there are none."""
    return next(iter(rows.chunks()), None)


def center_of(model: Model, chunk: Chunk) -> Floats | None:
    """What to take off the columns while the search lasts, where they lie far from 0; None if none does."""
    if not model.intercept or not model.columns or (chunk.offset is not None and chunk.offset.ndim > 1):
        return None
    looked_at = chunk.design[:LOOKED_AT]
    mean, deviation = looked_at.mean(axis=0), looked_at.std(axis=0)
    far = np.abs(mean) > FAR * deviation
    return np.where(far, mean, 0.0) if far.any() else None


def constant(model: Model, chunk: Chunk) -> Floats:
    """The maximum without predictors of the rows of one chunk, as coefficients; offsets at their mean."""
    made = np.zeros(len(model.names))
    weight = chunk.likelihood_weight
    if model.over_classes:
        _class_shares(model, chunk, weight, made)
        return made
    values = _estimate(model, chunk, weight)
    with np.errstate(divide="ignore"):  # the best constant may be at the edge: log(0)
        raw = [float(value) for value in model.family.standard.to_raw(*map(np.float64, values))]
        of_mean = float(model.link.start(np.float64(values[0])))
    if model.intercept:
        offset = 0.0 if chunk.offset is None else float(np.average(chunk.offset, weights=weight))
        eta = of_mean - offset
        made[0] = eta if np.isfinite(eta) else 0.0
    by_name = dict(zip((p.name for p in model.family.parameters), raw, strict=True))
    for place, name in enumerate(model.scalars, start=model.linear):
        made[place] = by_name[name] if np.isfinite(by_name[name]) else 0.0
    if name_of_concentration(model) and not np.isfinite(by_name["log_concentration"]):
        made[model.linear] = np.log(max(values[0], 1.0)) + 3.0  # not more dispersed than a Poisson: begin near it
    return made


def name_of_concentration(model: Model) -> bool:
    """Whether a concentration is learned."""
    return "log_concentration" in model.scalars


def _estimate(model: Model, chunk: Chunk, weight: Floats | None) -> tuple[float, ...]:
    family = model.family
    if family.fit_mle is None:
        return tuple(float(v) for v in family.standard.from_raw(*np.zeros(len(family.parameters))))
    fixed = tuple(np.broadcast_to(values, chunk.target.shape) for values in chunk.fixed)
    with np.errstate(divide="ignore"):
        return tuple(float(v) for v in family.fit_mle(chunk.target, weight, *fixed))


def _class_shares(model: Model, chunk: Chunk, weight: Floats | None, made: Floats) -> None:
    if not model.intercept:
        return
    if chunk.target.ndim == 1:
        counts = np.bincount(chunk.target.astype(np.int64), weights=weight, minlength=len(model.classes))
    else:
        counts = (chunk.target if weight is None else chunk.target * weight[:, None]).sum(axis=0)
    if (counts > 0).all():  # else the search begins at equal shares; a class that never occurs recedes
        made[model.intercepts()] = np.log(counts[1:] / counts[0])


def sample(model: Model, rows: Rows) -> tuple[ArrayRows, float] | None:
    """Some rows from all over the table, and their share of it, if that is worth a fit of its own."""
    if isinstance(rows, ArrayRows):
        many = len(rows.target)
        step = many // min(_wanted(model, many), MOST_SAMPLED) if many >= SAMPLED_FROM else 0
        return (taken(rows, step), 1 / step) if step >= 4 else None
    return _of_stream(model, rows)


def sample_of_sample(model: Model, rows: ArrayRows) -> tuple[ArrayRows, float] | None:
    """A smaller one, where the curvature of the first is dear."""
    step = len(rows.target) // (FEWEST_PER_COEFFICIENT * len(model.names))
    return (taken(rows, step), 1 / step) if step >= 2 else None


def _wanted(model: Model, many: int) -> int:
    return max(many // SAMPLE_SHARE, LEAST_PER_COEFFICIENT * len(model.names))


def taken(rows: ArrayRows, step: int) -> ArrayRows:
    """Every `step`-th row, copied."""

    def of(values: Any) -> Any:
        return np.ascontiguousarray(values[::step]) if isinstance(values, np.ndarray) and values.ndim else values

    return ArrayRows(
        rows.columns, of(rows.target), of(rows.design), None, of(rows.offset), tuple(map(of, rows.fixed)),
        of(rows.frequency), of(rows.weight), None, rows.name,
    )  # fmt: skip


def _of_stream(model: Model, rows: Rows) -> tuple[ArrayRows, float] | None:
    """One pass that keeps every k-th row; k doubles, and half of what is kept goes, when that would be too much."""
    kept: list[ArrayRows] = []
    step, held, many = 1, 0, 0
    for chunk in rows.chunks():
        many += chunk.rows
        whole = ArrayRows(
            rows.columns, chunk.target, chunk.design, None, chunk.offset, chunk.fixed, chunk.frequency, chunk.weight
        )
        kept.append(taken(whole, step))
        held += len(kept[-1].target)
        while held > MOST_SAMPLED:
            step *= 2
            kept = [taken(part, 2) for part in kept]
            held = sum(len(part.target) for part in kept)
    if many < SAMPLED_FROM or held < _wanted(model, min(many, MOST_SAMPLED)) or step < 4:
        return None
    return _joined(kept), held / many


def _joined(parts: list[ArrayRows]) -> ArrayRows:
    def of(values: list[Any]) -> Any:
        first = values[0]
        return np.concatenate(values) if isinstance(first, np.ndarray) and first.ndim else first

    fixed = tuple(of(list(each)) for each in zip(*(part.fixed for part in parts), strict=True))
    return ArrayRows(
        parts[0].columns, of([p.target for p in parts]), of([p.design for p in parts]), None,
        of([p.offset for p in parts]), fixed, of([p.frequency for p in parts]), of([p.weight for p in parts]),
    )  # fmt: skip
