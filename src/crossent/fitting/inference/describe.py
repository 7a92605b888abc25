"""From the maximum to the result: errors, tests, information criteria, deviance."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from crossent.families.catalogue import FAMILIES
from crossent.fitting.chunks import Floats, Rows
from crossent.fitting.inference import covariance as covariances
from crossent.fitting.inference.coefficients import coefficient_table
from crossent.fitting.inference.hypotheses import ratio_test
from crossent.fitting.inference.null_model import Null, Targets, deviance_of, null_of, targets_of
from crossent.fitting.inference.sums import RowSums, gather
from crossent.fitting.model import Model
from crossent.fitting.result import Fit, Separation, Test
from crossent.fitting.solver.optimum import Optimum
from crossent.fitting.unconditional.estimate import QUASI

WEIGHTED = "Importance weights: errors are the sandwich's (HC0), and no likelihood-ratio test applies."
BY_MODEL = "Errors are the model's: robust ones are not known here."
PENALISED = (
    "With a ridge penalty of {ridge:.12g} estimates are shrunken: errors are of the penalised curvature and leave that "
    "bias out; information criteria count every parameter."
)


def describe(
    model: Model,
    rows: Rows,
    optimum: Optimum,
    *,
    errors: str = "model",
    cluster: str | None = None,
    covariance: Floats | None = None,
    finite_rows: Rows | None = None,
    undetermined: Collection[int] = (),
    separation: Separation | None = None,
    columns: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
    missing: int = 0,
    design: Any = None,
) -> Fit:
    """The `Fit` of a maximum: one pass over the targets, and one over the rows where errors are robust.

    Args:
        model, rows, optimum: what was fitted, to what, and what was found
        errors: "model", or "sandwich" (HC0); with importance weights or fractional labels it is always the sandwich
        cluster: the name of the column whose codes the chunks carry as `cluster`: clustered errors, t with G - 1
        covariance: by the model, of the finite coefficients, where the caller knows it better (separation, medians)
        finite_rows: the rows that the finite coefficients were learned from, where these are not all: with them,
            robust errors of these coefficients too; without, errors are the model's wherever `covariance` is given
        undetermined: places of coefficients without an estimate; those at infinity are in `optimum.fixed_at`
    Returns:
        estimates with errors; a Normal's at RSS / (n - p) with t on n - p, its likelihood at RSS / n; AIC and BIC
        with every learned parameter counted; deviance and null deviance, free of the dispersion; the test against
        the null model where there is a likelihood.
    Errors: DataError for one cluster, or no more rows than coefficients.
    """
    coefficients = optimum.coefficients.copy()
    for place, value in optimum.fixed_at.items():
        coefficients[place] = value
    unknown = ~np.isfinite(coefficients)
    unknown[list(undetermined)] = True
    reference = np.where(unknown, 0.0, coefficients)
    found = targets_of(model, rows, model.scalar_values(reference))
    soft = bool(getattr(found.state.kept, "soft", False))
    robust = found.state.weighted or soft or errors == "sandwich"
    sums = RowSums(len(model.names))
    by_rows = finite_rows if covariance is not None else rows
    if by_rows is not None and (robust or cluster is not None):
        sums = gather(model, by_rows, reference, squares=True)
    n, linear, total = optimum.frequency, model.linear, optimum.total
    deviance: float | None
    normal = model.family is FAMILIES["Normal"] and bool(model.scalars)
    if normal:  # from the scale, which holds more digits than residuals of rounded predictors
        total, deviance = _of_scale(optimum)
    elif sums.deviance is not None and covariance is None:
        deviance = sums.deviance.round()
    else:
        deviance = deviance_of(model, rows, found, total, optimum.weight, reference, not unknown.any())
    bread = optimum.covariance if covariance is None else covariance
    places = np.flatnonzero(~unknown) if len(bread) < len(unknown) else np.arange(len(unknown))
    kind, matrix = "model", bread
    if by_rows is not None:
        kind, matrix = _covariance(model, optimum, sums, robust, cluster, bread, places, normal)
    degrees = float(sums.clusters - 1) if kind == "cluster" else n - linear if normal else None
    null = null_of(model, rows, found, total, optimum.weight, reference, deviance)
    infinite = {i: float(v) for i, v in enumerate(coefficients) if math.isinf(v)}
    counted = len(model.names)
    return Fit(
        family=model.family.name,
        link=model.link.name,
        n=n,
        weight=optimum.weight,
        log_likelihood=-total,
        null_log_likelihood=-null.total,
        deviance=deviance,
        null_deviance=null.deviance,
        counted=counted,
        aic=2 * total + 2 * counted,
        bic=2 * total + math.log(n) * counted,
        converged=True,
        iterations=optimum.iterations,
        parameters=coefficient_table(model, coefficients, matrix, degrees, infinite, undetermined),
        errors=kind,
        dispersion=_dispersion(deviance, optimum, n, linear) if normal else None,
        degrees_of_freedom=degrees,
        clusters=sums.clusters if kind == "cluster" else None,
        separation=separation or Separation(),
        certificate=optimum.certificate,
        tests=_against_null(optimum, total, null, counted, kind) if model.intercept else (),
        notes=(*notes, *_notes(optimum, found, soft, kind, robust or cluster is not None, sums.clusters)),
        columns=dict(columns or {}),
        covariance=_of_shown(model, matrix, coefficients, unknown),
        model=model,
        coefficients=coefficients,
        design=design,
        missing=missing,
    )


def _notes(optimum: Optimum, found: Targets, soft: bool, kind: str, wanted: bool, clusters: int) -> list[str]:
    """What the reader must know of the errors. `wanted`: robust ones were."""
    said = [QUASI] if soft else []
    said += [WEIGHTED] if kind == "sandwich" and found.state.weighted else []
    said += [BY_MODEL] if kind == "model" and wanted else []
    said += [PENALISED.format(ridge=optimum.ridge)] if optimum.ridge else []
    few = covariances.few_clusters(clusters) if kind == "cluster" else ""
    return said + ([few] if few else [])


def _covariance(
    model: Model,
    optimum: Optimum,
    sums: RowSums,
    robust: bool,
    cluster: str | None,
    bread: Floats,
    places: Any,
    normal: bool,
) -> tuple[str, Floats]:
    """Which errors, and the covariance behind them: of the coefficients at `places`, like the bread."""
    n = optimum.frequency
    if cluster is not None:
        scored = model.linear if normal else len(places)
        few = replace(sums, parameters=len(places), by_cluster=sums.by_cluster[:, places])
        return "cluster", covariances.clustered(bread, few, n, scored, cluster)
    if robust:
        assert sums.meat is not None
        return "sandwich", covariances.sandwich(bread, sums.meat[np.ix_(places, places)])
    return "model", covariances.normal_by_model(bread, model.linear, n) if normal else bread


def _of_scale(optimum: Optimum) -> tuple[float, float]:
    """A Normal's sum of losses, weight (log scale + (log 2 pi + 1) / 2), and its RSS, weight scale^2."""
    log_scale, rest = optimum.coefficients[-1], 0.0 if optimum.low is None else optimum.low[-1]
    total = optimum.weight * float(log_scale + (math.log(2 * math.pi) + 1) / 2)
    return total, optimum.weight * math.exp(2 * log_scale) * (1 + 2 * rest)


def _dispersion(deviance: float | None, optimum: Optimum, n: float, linear: int) -> float | None:
    """RSS / (n - p); weighted, the weighted mean of squares times n / (n - p)."""
    return None if deviance is None or n <= linear else deviance / optimum.weight * (n / (n - linear))


def _against_null(optimum: Optimum, total: float, null: Null, counted: int, kind: str) -> tuple[Test, ...]:
    free = counted - null.counted
    if kind != "model" or optimum.ridge or free < 1 or not math.isfinite(null.total):
        return ()
    statistic = 2 * (null.total - total)
    return (ratio_test("likelihood ratio", statistic, free, False, "the null model, an intercept alone"),)


def _of_shown(model: Model, matrix: Floats, coefficients: Floats, unknown: Any) -> Floats:
    """The covariance of what the table shows: scalars by their standard names (delta method)."""
    shown = [i for i in range(len(model.names)) if not unknown[i]]
    if len(matrix) != len(shown):
        matrix = matrix[np.ix_(shown, shown)]
    by_log = [i >= model.linear and model.names[i].startswith("log_") for i in shown]
    scale = np.array([math.exp(coefficients[i]) if log else 1.0 for i, log in zip(shown, by_log, strict=True)])
    return matrix * np.outer(scale, scale)
