"""The law of weights and reductions: a loss is the pair (sum of w * nll, sum of w); all else is read off it."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.arrays import like
from crossent.families.blame import snake_case

REDUCTIONS = ("mean", "sum", "none")
SMOOTHABLE = ("unit", "classes")  # supports that are classes: only these can be mixed with the uniform over them


def checked(reduction: Any) -> str:
    if reduction not in REDUCTIONS:
        raise errors.unknown_option(argument="reduction", value=reduction, known=REDUCTIONS)
    return str(reduction)


def unit_of(base: Any) -> float:
    """Nats in one unit of the answer: 1 for nats, log 2 for bits."""
    if base is None:
        return 1.0
    if isinstance(base, bool) or not isinstance(base, int | float | np.number) or not 1 < float(base) < math.inf:
        raise errors.base_invalid(base)
    return math.log(base)


def smoothing_of(family: Any, label_smoothing: Any) -> float:
    if label_smoothing is None or isinstance(label_smoothing, str) or not 0 <= label_smoothing <= 1:
        raise errors.smoothing_out_of_range(label_smoothing)
    if label_smoothing and family.support.kind not in SMOOTHABLE:
        raise errors.smoothing_refused(snake_case(family.name))
    return float(label_smoothing)


def reduce(
    evaluation: Any, reduction: str, shape: tuple[int, ...], dtype: np.dtype[Any], prediction: Any, unit: float = 1.0
) -> Any:
    """What the caller gets of an Evaluation: the rows, their sum, or sum / weight, rounded once."""
    if reduction == "none":
        rows: NDArray[Any] = evaluation.rows.reshape(shape)
        rows = rows if unit == 1 else rows / np.float64(unit)
        return like(rows.astype(dtype, copy=False), prediction)
    if reduction == "sum":
        return dtype.type(evaluation.total.round() / unit)
    return dtype.type(mean_of(evaluation.total, evaluation.weight) / unit)


def mean_of(total: Any, weight: Any, stacklevel: int = 4) -> float:
    """The correctly rounded total / weight; NaN, with a warning, where no row counts."""
    if weight.units == 0:
        warnings.warn(errors.weights_add_up_to_nothing("mean"), errors.NoRowsWarning, stacklevel=stacklevel)
        return math.nan
    return type(total).ratio(total, weight)


def of_rows(rows: NDArray[Any], weight: NDArray[Any] | None, mask: NDArray[Any] | None, shape: tuple[int, ...]) -> Any:
    """The Evaluation of values that are known already (entropies, divergences, deviances) under the same law."""
    from crossent.families.blame import counted
    from crossent.kernels.exact_sum import ExactSum
    from crossent.kernels.rowwise import Evaluation

    values = np.broadcast_to(np.asarray(rows, np.float64), shape).reshape(-1)
    counts = counted(weight, mask, values.size, shape)
    factors = np.ones(values.size) if weight is None else weight.astype(np.float64)
    factors, kept = np.where(counts, factors, 0.0), np.where(counts, values, 0.0)
    finite = np.isfinite(kept)
    total, weights = ExactSum.of(kept, factors), ExactSum.of(factors)
    infinite = int(np.count_nonzero(~finite))
    return Evaluation(
        total=total,
        weight=weights,
        count=int(np.count_nonzero(counts)),
        infinite=infinite,
        finite_total=total.finite,
        finite_weight=weights if not infinite else ExactSum.of(factors[finite]),
        invalid=0,
        rows=kept * factors,
        gradient=None,
        hessian=None,
    )
