"""The cross-entropy out of sample: fit on some rows, look at the losses of the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.fitting.chunks import Floats, Rows
from crossent.fitting.inference.distributions import quantile_975
from crossent.fitting.result import Validation
from crossent.fitting.validation.folds import Folds, cluster_folds, forward_chaining, random_folds
from crossent.fitting.validation.subsets import subset
from crossent.independence.cost.meat import cluster_factor, cluster_sums

FitAndPredict = Callable[[Rows, Rows], Floats]

RISK = (
    "The interval is about the average risk of the {folds} fold models, each fitted to a part of the rows, not about "
    "that of the model fitted to all of them (Bates, Hastie and Tibshirani 2023)."
)
SHORT = (
    " It tends to be too short: the fold models share most of their rows, so that their losses depend on one another "
    "more than the interval allows for."
)
BLOCKS = " Errors are clustered by block, because losses near in time depend on one another."
CLUSTERS = " Errors are clustered by {column}, t with {df} degrees of freedom."


def cross_validate(
    fit_and_predict: FitAndPredict,
    rows: Rows,
    *,
    folds: int = 10,
    seed: int = 0,
    cluster: str | None = None,
    time: Any = None,
    time_column: str = "time",
    gap: float = 0.0,
) -> Validation:
    """The mean loss of rows that were held out, with an interval.

        nats = sum of w * nll(y, the model learned without this row) / sum of w

    Args:
        fit_and_predict: called with (rows to learn from, rows to predict); returns the nll of each of the latter
        rows: the table; in memory, or a stream that may be passed over many times
        folds: how many parts are held out in turn; with `time`, how many blocks are predicted
        seed: of the hash of the row numbers that deals rows or clusters to folds
        cluster: the column that the chunks carry as `cluster`: clusters stay whole, errors are clustered by them
        time: the order of the rows (numbers, equal ones stay together): forward chaining, the past predicts     (n,)
        gap: rows less than this before a block, in units of `time`, are not learned from
    Returns:
        a `Validation` in nats; its `about` says what the interval is about. An infinite loss has no interval.
    Errors: UsageError for fewer than 2 folds, a gap without time, or clusters and time together; DataError for fewer
        clusters or times than folds.

    >>> from crossent.fitting.chunks import ArrayRows
    >>> rows = ArrayRows((), np.array([0.0, 1.0, 2.0, 3.0]), np.empty((4, 0)))
    >>> def squares(learn, predict):
    ...     mean = np.concatenate([chunk.target for chunk in learn.chunks()]).mean()
    ...     return np.concatenate([(chunk.target - mean) ** 2 for chunk in predict.chunks()])
    >>> cross_validate(squares, rows, folds=4).nats
    2.2222222222222223
    """
    if time is not None and cluster is not None:
        raise errors.cluster_and_time()
    if gap and time is None:
        raise errors.gap_without_time()
    weight, square, codes = _row_columns(rows, cluster is not None)
    plan = _plan(len(weight), folds, seed, cluster, codes, time, time_column, gap)
    groups = codes if cluster is not None else np.full(len(weight), -1) if time is not None else None
    losses = np.full(len(weight), np.nan)
    for k, (learn, predict) in enumerate(plan.splits()):
        made = fit_and_predict(subset(rows, _mask(learn)), subset(rows, _mask(predict)))
        losses[predict] = made
        if time is not None and groups is not None:
            groups[predict] = k
    held = ~np.isnan(losses) & (weight > 0) if time is not None else weight > 0
    return _summary(plan.method, losses, weight, square, held, groups, folds, cluster)


def _mask(chosen: NDArray[np.bool_]) -> Callable[[slice], NDArray[np.bool_]]:
    return chosen.__getitem__


def _row_columns(rows: Rows, clustered: bool) -> tuple[Floats, Floats, NDArray[np.int64] | None]:
    """Of every row: its weight in the likelihood, that of its square (frequency * weight^2), its cluster."""

    def columns() -> Iterator[tuple[Floats, Floats, Any]]:
        for chunk in rows.chunks():
            one = np.ones(chunk.rows)
            weight = one if chunk.likelihood_weight is None else chunk.likelihood_weight
            yield weight, weight if chunk.weight is None else weight * chunk.weight, chunk.cluster

    parts = list(columns())
    if not parts:
        raise errors.no_rows_to_learn_from(rows.name)
    weight, square = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    return weight, square, np.concatenate([part[2] for part in parts]) if clustered else None


def _plan(
    many: int, folds: int, seed: int, cluster: str | None, codes: Any, time: Any, time_column: str, gap: float
) -> Folds:
    if time is not None:
        return forward_chaining(time, folds, gap, time_column)
    return random_folds(many, folds, seed) if cluster is None else cluster_folds(codes, folds, seed, cluster)


def _summary(
    method: str, losses: Floats, weight: Floats, square: Floats, held: Any, groups: Any, folds: int, cluster: str | None
) -> Validation:
    from crossent.kernels.exact_sum import ExactSum

    losses, weight, square = losses[held], weight[held], square[held]
    n, total = len(losses), math.fsum(weight)
    nats = ExactSum.ratio(ExactSum.of(losses, weight), ExactSum.of(weight))
    about = RISK.format(folds=folds)
    if not math.isfinite(nats):
        about += " A row that was held out has an infinite loss: it happened although its model said that it cannot."
        return Validation(method, nats, None, None, folds, n, about)
    residual = losses - nats
    naive = math.fsum(square * residual * residual) / total**2
    if groups is None:
        error, half = math.sqrt(naive), quantile_975()
        return Validation(method, nats, error, (nats - half * error, nats + half * error), folds, n, about + SHORT)
    _, by_group = cluster_sums(weight * residual, groups[held])
    sums, count = by_group[:, 0], len(by_group)
    if count < 2:
        return Validation(method, nats, None, None, folds, n, about + " One group of rows has no error.")
    variance = math.fsum(sums * sums) / total**2 * cluster_factor(count)
    error, half = math.sqrt(variance), quantile_975(count - 1)
    about += BLOCKS if cluster is None else CLUSTERS.format(column=cluster, df=count - 1) + SHORT
    effective = n * naive / variance if variance > 0 else None
    return Validation(method, nats, error, (nats - half * error, nats + half * error), folds, n, about, effective)
