"""From rows of a design to distributions: the linear predictor with its error, and the parameters it means.

eta = offset + x . b,    var(eta) = x V x,    interval of the mean: the link's inverse of eta -+ quantile * error
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent import errors
from crossent.fitting.chunks import Floats

if TYPE_CHECKING:
    from crossent.fitting.storage.learned import LearnedModel

LEVEL = 0.95


@dataclass(frozen=True)
class Predictions:
    """For n rows: raw parameters, the standard ones by name, the mean and both ends of its 95 % interval.

    Of a family over K classes all but `raw` are (n, K). NaN where an estimate is undetermined.
    """

    raw: tuple[Any, ...]
    parameters: dict[str, Floats]
    mean: Floats
    low: Floats
    high: Floats


def constant_predictions(learned: LearnedModel, n: int) -> Predictions:
    """Without predictors every row is alike."""
    from crossent.families.catalogue import FAMILIES

    if learned.family not in FAMILIES:
        raise errors.family_not_stored(learned.family)
    family, constants = FAMILIES[learned.family], learned.constants
    if family.classes is not None:
        rows = [np.tile([getattr(c, end) for c in constants], (n, 1)) for end in ("estimate", "low", "high")]
        with np.errstate(divide="ignore"):
            raw = np.log(rows[0])
        return Predictions((raw,), {"probs": rows[0]}, *rows)
    parameters = {c.name: np.full(n, c.estimate) for c in constants}
    ends = (np.full(n, constants[0].low), np.full(n, constants[0].high))
    with np.errstate(divide="ignore"):
        raw = family.match(parameters).to_raw(*parameters.values())
    return Predictions(tuple(raw), parameters, parameters[constants[0].name], *ends)


def predictions(learned: LearnedModel, design: Floats, offset: Any = None, low: Floats | None = None) -> Predictions:
    """Of the rows of a design matrix (n, p) without a column for the intercept; `low` is what it was rounded by."""
    model, coefficients = learned.model, learned.coefficients
    assert model is not None
    assert coefficients is not None
    x = np.column_stack([np.ones(len(design)), design]) if model.intercept else design
    by_predictor = coefficients[: model.linear].reshape(model.predictors, model.width)
    eta = np.stack([_product(x, b) for b in by_predictor], axis=1)
    if low is not None:
        eta += np.stack([_product(low, b[model.intercept :]) for b in by_predictor], axis=1)
    if offset is not None:
        eta += offset if np.ndim(offset) == 2 else np.asarray(offset, np.float64)[:, None]
    speed = None if learned.direction is None else _speed(learned, x)
    if model.over_classes:
        return _over_classes(learned, x, eta, speed)
    return _of_one(learned, x, eta[:, 0] if speed is None else _at_infinity(eta, speed)[:, 0])


def quantile(degrees_of_freedom: float | None) -> float:
    """How many standard errors the 95 % interval reaches to each side."""
    if degrees_of_freedom is None:
        return 1.959963984540054
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, (1 + LEVEL) / 2))


def _product(x: Floats, coefficients: Floats) -> Floats:
    """x . b, where an infinite coefficient counts only in rows that have that column, and two of them may disagree."""
    finite = np.isfinite(coefficients)
    total: Floats = x[:, finite] @ coefficients[finite]
    for k in np.flatnonzero(~finite):
        with np.errstate(invalid="ignore"):  # inf - inf: undetermined
            total += np.where(x[:, k] == 0, 0.0, x[:, k] * coefficients[k])
    return total


def _speed(learned: LearnedModel, x: Floats) -> Floats:
    """How quickly eta grows in the direction of the estimates; 0 where it is nothing but rounding."""
    assert learned.model is not None
    assert learned.direction is not None
    by_predictor = learned.direction.reshape(learned.model.predictors, learned.model.width)
    speed = x @ by_predictor.T
    rounding = x.shape[1] * np.finfo(np.float64).eps * (np.abs(x) @ np.abs(by_predictor.T))
    return np.where(np.abs(speed) <= rounding, 0.0, speed)


def _at_infinity(eta: Floats, speed: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.where(speed == 0, eta, np.sign(speed) * math.inf)


def _of_one(learned: LearnedModel, x: Floats, eta: Floats) -> Predictions:
    model, coefficients = learned.model, learned.coefficients
    assert model is not None
    assert coefficients is not None
    family, link = model.family, model.link
    raw = (
        np.where(np.isnan(eta), math.nan, _formula(link.raw, eta)),
        *(np.full(len(eta), s) for s in model.scalar_values(coefficients)),
    )
    with np.errstate(over="ignore"):  # a rate beyond the largest float is inf
        values = family.standard.from_raw(*raw)
    parameters = dict(zip(family.standard.names, (np.asarray(v, np.float64) for v in values), strict=True))
    inside = _formula(link.holds, eta) != 0  # the identity link can lead to a rate below 0, which is no prediction
    mean = np.where(inside, _formula(link.mean, eta), math.nan)
    parameters[family.standard.names[0]] = mean
    reach = np.where(np.isfinite(eta), quantile(learned.degrees_of_freedom) * _error(learned, x), math.nan)
    return Predictions(raw, parameters, mean, *(_formula(link.mean, eta + sign * reach) for sign in (-1, 1)))


def _error(learned: LearnedModel, x: Floats) -> Floats:
    """The standard error of eta; NaN where a coefficient that counts in the row has none."""
    assert learned.model is not None
    width = learned.model.width
    if learned.covariance is None:
        return np.full(len(x), math.nan)
    V = learned.covariance[:width, :width]
    uncertain = (x[:, ~np.isfinite(np.diagonal(V))] != 0).any(axis=1)
    varies = np.diagonal(V) > 0
    return np.where(uncertain, math.nan, np.linalg.norm(x[:, varies] @ root(V[np.ix_(varies, varies)]), axis=1))


def root(covariance: Floats) -> Floats:
    """L with L L' = covariance, by Cholesky of the correlations; NaN if it is no covariance.

    The variance of x . b is then a sum of squares: rounding cannot make it negative.
    """
    variances = np.diagonal(covariance)
    if not (variances > 0).all():
        return np.full(covariance.shape, math.nan)
    scale = np.sqrt(variances)
    try:
        return np.asarray(scale[:, None] * np.linalg.cholesky(covariance / np.outer(scale, scale)))
    except np.linalg.LinAlgError:
        return np.full(covariance.shape, math.nan)


def _over_classes(learned: LearnedModel, x: Floats, eta: Floats, speed: Floats | None) -> Predictions:
    """The interval of p_k is that of its logit, whose gradient by eta_j is [j = k] - [j != k] p_j / (1 - p_k).

    In the limit, classes whose logit grows more slowly than another's have probability 0, and no interval is given.
    """
    model = learned.model
    assert model is not None
    logits = np.column_stack([np.zeros(len(eta)), eta])
    if speed is not None:
        speeds = np.column_stack([np.zeros(len(eta)), speed])
        logits[speeds < speeds.max(axis=1, keepdims=True)] = -math.inf
    probs = np.asarray(model.family.standard.from_raw(logits)[0], np.float64)
    ends = [np.full(probs.shape, math.nan), np.full(probs.shape, math.nan)]
    if (
        speed is None
        and learned.covariance is not None
        and np.isfinite(learned.covariance[: model.linear, : model.linear]).all()
    ):
        reach = quantile(learned.degrees_of_freedom) * _errors_of_logits(learned, x, logits)
        own = _logit_of_share(logits)
        ends = [_formula_2d(own + sign * reach) for sign in (-1, 1)]
    return Predictions((logits,), {"probs": probs}, probs, *ends)


def _logit_of_share(logits: Floats) -> Floats:
    """log p_k - log(1 - p_k) = z_k - log of the sum of exp z_j over the others."""
    own = np.empty_like(logits)
    for k in range(logits.shape[1]):
        own[:, k] = logits[:, k] - _log_sum_exp(np.delete(logits, k, axis=1))
    return own


def _errors_of_logits(learned: LearnedModel, x: Floats, logits: Floats) -> Floats:
    model = learned.model
    assert model is not None
    assert learned.covariance is not None
    q, width = model.predictors, model.width
    L = root(learned.covariance[: model.linear, : model.linear]).reshape(q, width, -1)
    eta_root = np.einsum("ni,aim->nam", x, L, optimize=True)
    errors = np.empty_like(logits)
    for k in range(q + 1):
        others = np.delete(np.arange(q + 1), k)
        slope = np.zeros_like(logits)
        slope[:, others] = -np.exp(logits[:, others] - _log_sum_exp(logits[:, others])[:, None])
        slope[:, k] = 1
        errors[:, k] = np.linalg.norm(np.einsum("na,nam->nm", slope[:, 1:], eta_root), axis=1)
    return errors


def _log_sum_exp(z: Floats) -> Floats:
    highest = z.max(axis=1)
    shift = np.where(np.isfinite(highest), highest, 0)
    with np.errstate(divide="ignore"):
        summed: Floats = shift + np.log(np.exp(z - shift[:, None]).sum(axis=1))
    return summed


def _formula(formula: Any, column: Floats) -> Floats:
    """A formula over one column, compiled: the same bits on every processor."""
    from crossent.kernels.elementwise import evaluate_formula

    return np.asarray(evaluate_formula(formula, [np.ascontiguousarray(column)], len(column)))


def _formula_2d(logit: Floats) -> Floats:
    from crossent.vocabulary import sigmoid

    return _formula(sigmoid, logit.reshape(-1)).reshape(logit.shape)
