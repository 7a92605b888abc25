"""What Categorical and Multinomial know besides their loss: expectations, divergences, draws and estimates.

NumPy arrays in and out; the classes are the last axis of logits z, shape (*batch, k). Sums over classes run in the
kernels, through the same formulas as the loss.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.families.contract import Numerical
from crossent.families.domains import is_nonnegative
from crossent.kernels.classes import ClassFormulas, evaluate_classes

Array = NDArray[Any]


# -- probabilities -----------------------------------------------------------------------------------------------------


def to_logits(probs):
    return (np.log(probs),)


def from_logits(z):
    return (probabilities(z),)


def share(q_j, total, odds_j, s, p):
    return odds_j * p


def share_most(q_j, total, s, p):
    return 1 * p


@cache
def _formulas(kind: str) -> ClassFormulas:
    """Variations on the two families: one piece of the row's formulas replaced."""
    from crossent.families import categorical, multinomial

    if kind == "shares":
        return replace(categorical.classes, name="Shares", residual=share, residual_most=share_most)
    if kind == "divergence":
        part, given = multinomial.divergence, multinomial.divergence_given
        return replace(
            categorical.classes, name="Divergence", contains=is_nonnegative, part=part, part_most=part,
            part_given=given, part_given_most=given, rest_given=multinomial.rest_given, exact_inside=True,
        )  # fmt: skip
    return {"categorical": categorical.classes, "multinomial": multinomial.classes}[kind]


def _rows(z: Any) -> Array:
    z = np.asarray(z, np.float64)
    return z.reshape(-1, z.shape[-1])


def _evaluate(kind: str, target: Array, z: Any, **wanted: Any) -> Any:
    return evaluate_classes(_formulas(kind), target, _rows(z), **wanted)


def probabilities(z: Any) -> Array:
    """exp(z_j) / sum of exp(z), each to 3 ulp."""
    rows = _rows(z)
    return _evaluate(
        "shares", np.zeros(len(rows), np.int64), rows, quantity="gradient", smoothing=1.0
    ).gradient.reshape(np.shape(z))


def _nll(kind: str, target: Any, z: Any) -> Array:
    return _evaluate(kind, _rows(target), z, keep_rows=True).rows.reshape(np.shape(z)[:-1])


def spread_of(z: Any) -> Array:
    """p (1 - p), without losing the tail of a saturated row."""
    rows = _rows(z)
    return _evaluate(
        "categorical", np.zeros(len(rows), np.int64), rows, quantity="hessian", smoothing=1.0
    ).hessian.reshape(np.shape(z))


def covariance(z: Any) -> Array:
    """diag(p) - p p^T, shape (*batch, k, k)."""
    rows = _rows(z)
    made = _evaluate(
        "categorical", np.zeros(len(rows), np.int64), rows, quantity="hessian", smoothing=1.0, full=True
    ).hessian
    return made.reshape(*np.shape(z), np.shape(z)[-1])


# -- Categorical -------------------------------------------------------------------------------------------------------


def _categorical_divergence(z_p: Any, z_q: Any) -> Array:
    return _nll("divergence", probabilities(z_p), z_q)


categorical_entropy = Numerical(lambda z: _nll("categorical", probabilities(z), z))
categorical_divergence = Numerical(_categorical_divergence)
categorical_mean = Numerical(probabilities)
categorical_variance = Numerical(spread_of)
categorical_information = Numerical(covariance)


def categorical_deviance(y: Any, z: Any) -> Array:
    """2 (nll - the least nll of this target): a class index's least is 0, a row's its entropy."""
    y = np.asarray(y)
    if y.ndim < np.ndim(z):
        return 2 * _evaluate("categorical", y.reshape(-1), z, keep_rows=True).rows.reshape(y.shape)
    return 2 * _nll("divergence", y, z)


# -- Multinomial: n draws ----------------------------------------------------------------------------------------------


def _count(total_count: Any, z: Any) -> Array:
    """One number a row, whether it came as such or repeated for every class."""
    n = np.asarray(total_count, np.float64)
    return n[..., 0] if n.ndim and n.ndim == np.ndim(z) and n.shape[-1] == np.shape(z)[-1] else n


def _times_count(values: Array, total_count: Any, z: Any, axes: int) -> Array:
    n = _count(total_count, z)
    return values * n.reshape(n.shape + (1,) * axes if n.ndim else ())


def _multinomial_entropy(z: Any, total_count: Any) -> Array:
    """n H(p) - log n! + sum over classes of E[log y_j!], y_j binomial."""
    from scipy.special import gammaln
    from scipy.stats import binom

    p, n = probabilities(z), np.broadcast_to(_count(total_count, z), np.shape(z)[:-1])
    entropy = np.empty(n.shape)
    for index in np.ndindex(n.shape):
        counts = np.arange(int(n[index]) + 1)
        expected = sum(float(binom.pmf(counts, counts[-1], p_j) @ gammaln(counts + 1.0)) for p_j in p[index])
        entropy[index] = expected - gammaln(n[index] + 1)
    return entropy + _times_count(categorical_entropy(z), total_count, z, 0)


def _multinomial_divergence(z_p: Any, z_q: Any, n_p: Any, n_q: Any) -> Array:
    same = np.broadcast_to(_count(n_p, z_p) == _count(n_q, z_q), np.shape(z_p)[:-1])
    return np.where(same, _times_count(_categorical_divergence(z_p, z_q), n_p, z_p, 0), np.inf)


def multinomial_deviance(y: Any, z: Any, total_count: Any = None) -> Array:
    """2 (nll - the least nll that any probabilities give these counts)."""
    return 2 * _nll("divergence", y, z)


multinomial_entropy = Numerical(_multinomial_entropy)
multinomial_divergence = Numerical(_multinomial_divergence)
multinomial_mean = Numerical(lambda z, n: _times_count(probabilities(z), n, z, 1))
multinomial_variance = Numerical(lambda z, n: _times_count(spread_of(z), n, z, 1))
multinomial_information = Numerical(lambda z, n: _times_count(covariance(z), n, z, 2))


# -- draws and estimates -----------------------------------------------------------------------------------------------


def sample_class(rng: np.random.Generator, shape: tuple[int, ...], z: Any) -> Array:
    """Class indices: the first class whose cumulative probability exceeds a uniform number."""
    p = probabilities(z)
    edges = np.cumsum(p, axis=-1)
    u = rng.random(shape)[..., None] * edges[..., -1:]
    return (edges <= u).sum(axis=-1)


def sample_counts(rng: np.random.Generator, shape: tuple[int, ...], z: Any, total_count: Any) -> Array:
    """Rows of counts, shape (*shape, k)."""
    p = probabilities(z)
    n = np.broadcast_to(_count(total_count, z), shape).astype(np.int64)
    return rng.multinomial(n, np.broadcast_to(p / p.sum(-1, keepdims=True), (*shape, p.shape[-1])))


def class_shares(y: Any, weight: Any = None, classes: int | None = None) -> tuple[Array]:
    """probs = the weighted share of each class, from indices or rows of probabilities."""
    y = np.asarray(y)
    w = np.ones(len(y)) if weight is None else np.asarray(weight, np.float64)
    if y.ndim == 2:
        sums = w @ y
    else:
        sums = np.bincount(y.astype(np.int64), weights=w, minlength=classes or 0)
    return (sums / sums.sum(),)


def count_shares(y: Any, weight: Any = None, total_count: Any = None) -> tuple[Array]:
    """probs = the weighted share of each class among all counts."""
    y = np.asarray(y, np.float64)
    sums = y.sum(0) if weight is None else np.asarray(weight, np.float64) @ y
    return (sums / sums.sum(),)
