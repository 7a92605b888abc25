"""Expectations over counts that have no closed form: entropies, divergences, the Fisher information of a concentration.

E[f(y)] is a sum over the support where a member's mass is. Up to DIRECT terms it is that sum. Beyond, a smooth bell is
summed at every h-th count, h a quarter of its standard deviation: what that misses is the characteristic function at
2 pi/h, below 1e-15. A negative binomial of small concentration is no bell but a power with a long tail: its first terms
are summed, the rest integrated over panels that grow with y, with the Euler-Maclaurin correction where they meet.
Members so large that the Normal is right to 1e-12 use its closed form. The window is left where mass times y has fallen
by exp(-60) from its peak; a window beyond the floats is an error, never a wrong number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from crossent import errors

Array = Any
DIRECT = 4096  # terms summed one by one
HEAD = 1024  # of them, where panels follow
FALL = 60.0  # nats
BELL = 20.0  # concentrations from here on are summed as a bell
NORMAL = 1e-12  # 1/mean + 1/concentration below which the Normal is exact enough
FARTHEST = 1e300
NODES = 20
CHUNK = 1 << 20


def poisson_entropy(log_rate: Array) -> Array:
    """E[nll] of Poissons, in nats; relative error below 1e-12."""
    from crossent.families import poisson

    def rows(log_rate: Array) -> list[Array]:
        rate = np.exp(log_rate)
        return _expected("Poisson entropy", poisson.nll, _own, [log_rate], rate, np.sqrt(rate))

    return _by_member(rows, lambda z: _normal_entropy(np.exp(z)), lambda z: np.exp(-z) < NORMAL, [log_rate])


def binomial_entropy(logits: Array, total_count: Array) -> Array:
    """E[nll] of binomials, in nats; relative error below 1e-12."""
    from crossent.families import binomial

    def variance(z: Array, n: Array) -> Array:
        return n * _sigmoid(z) * _sigmoid(-z)

    def rows(z: Array, n: Array) -> list[Array]:
        return _expected("Binomial entropy", binomial.nll, _own, [z, n], n * _sigmoid(z), np.sqrt(variance(z, n)), n)

    # the rarer outcome is counted: the entropy is the same
    columns = [-np.abs(logits), total_count]
    return _by_member(
        rows, lambda z, n: _normal_entropy(variance(z, n)), lambda z, n: variance(z, n) > 1 / NORMAL, columns
    )


def binomial_kl_divergence(logits_p: Array, logits_q: Array, total_p: Array, total_q: Array) -> Array:
    """E_p[nll_q - nll_p], in nats: total_count times the Bernoullis' if it is the same; inf where only p reaches."""
    from scipy.special import betainc

    from crossent.families import bernoulli, binomial

    def rows(z_p: Array, z_q: Array, n_p: Array, n_q: Array) -> list[Array]:
        def gain(y: Array, nll: Array, z: Array, n: Array, z_q: Array, n_q: Array) -> list[Array]:
            return _gains(_evaluate(binomial.nll, y, z_q, n_q) - nll)

        mean, sd = n_p * _sigmoid(z_p), np.sqrt(n_p * _sigmoid(z_p) * _sigmoid(-z_p))
        plain, rest = _expected("Binomial kl_divergence", binomial.nll, gain, [z_p, n_p], mean, sd, n_p, [z_q, n_q])
        return [plain, rest + betainc(n_p + 1, n_q - n_p, _sigmoid(z_q))]  # what q has beyond the reach of p

    def known(z_p: Array, z_q: Array, n_p: Array, n_q: Array) -> Array:
        same = np.where(n_p > 0, n_p * _evaluate(bernoulli.kl_divergence, z_p, np.where(n_p > 0, z_q, z_p)), 0)
        zero = (n_p == 0) | (z_p == -np.inf)  # p is certain to be 0
        other = np.where(zero, _evaluate(binomial.nll, 0 * n_q, z_q, n_q), np.inf)
        return np.where(n_p == n_q, same, other)

    def is_known(z_p: Array, z_q: Array, n_p: Array, n_q: Array) -> Array:
        return (n_p >= n_q) | (n_p == 0) | (z_p == -np.inf)

    return _by_member(rows, known, is_known, [logits_p, logits_q, total_p, total_q])


def negative_binomial_entropy(log_mean: Array, log_concentration: Array) -> Array:
    """E[nll] of negative binomials, in nats; relative error below 1e-12."""

    def rows(*member: Array) -> list[Array]:
        return _over_negative_binomial("NegativeBinomial entropy", _own, *member)

    def normal(log_mean: Array, log_concentration: Array) -> Array:
        return _normal_entropy(np.exp(log_mean) * (1 + np.exp(log_mean - log_concentration)))

    return _by_member(rows, normal, _huge, [log_mean, log_concentration])


def negative_binomial_kl_divergence(log_mean_p: Array, log_r_p: Array, log_mean_q: Array, log_r_q: Array) -> Array:
    """E_p[nll_q - nll_p], in nats: a closed form for equal concentrations, else a sum.

    Relative error below 1e-12; where p and q nearly agree, absolute below 1e-14 or the effect of half an ulp of the raw
    parameters, which is the larger of the two for large means.
    """
    from crossent.families import negative_binomial

    def gain(y: Array, nll: Array, log_mean: Array, log_r: Array, *q: Array) -> list[Array]:
        return _gains(_evaluate(negative_binomial.nll, y, *q) - nll)

    def rows(*members: Array) -> list[Array]:
        return _over_negative_binomial("NegativeBinomial kl_divergence", gain, *members)

    def closed(log_mean_p: Array, log_r_p: Array, log_mean_q: Array, log_r_q: Array) -> Array:
        return _evaluate(negative_binomial.divergence_of_means, log_mean_p, log_mean_q, log_r_p)

    def is_closed(log_mean_p: Array, log_r_p: Array, log_mean_q: Array, log_r_q: Array) -> Array:
        return (log_r_p == log_r_q) | (log_mean_p == -np.inf)

    return _by_member(rows, closed, is_closed, [log_mean_p, log_r_p, log_mean_q, log_r_q])


def negative_binomial_fisher(log_mean: Array, log_concentration: Array) -> tuple[Array, Array, Array]:
    """E[gradient gradient'], the upper triangle: m r/(r + m), 0, and a sum; relative error below 1e-12."""
    from crossent.families import negative_binomial

    def square(y: Array, nll: Array, *member: Array) -> list[Array]:
        return [_evaluate(negative_binomial.gradient, y, *member)[1] ** 2]

    def rows(*member: Array) -> list[Array]:
        return _over_negative_binomial("NegativeBinomial fisher_information", square, *member)

    def normal(log_mean: Array, log_concentration: Array) -> Array:
        return _sigmoid(log_mean - log_concentration) ** 2 / 2

    member = np.broadcast_arrays(np.asarray(log_mean, float), log_concentration)
    by_mean = np.exp(member[0]) * _sigmoid(member[1] - member[0])
    return by_mean, 0 * by_mean, _by_member(rows, normal, _huge, member)


# --- the sum ----------------------------------------------------------------------------------------------------------


def _over_negative_binomial(what: str, integrand: Any, log_mean: Array, log_r: Array, *more: Array) -> list[Array]:
    from crossent.families import negative_binomial

    mean, concentration = np.exp(log_mean), np.exp(log_r)
    scale = np.exp(log_mean - log_r)  # of the tail: the odds m/r of one more
    sd = np.sqrt(mean * (1 + scale))
    tail = np.where(concentration < BELL, np.maximum(sd, 1 + scale), np.nan)
    return _expected(what, negative_binomial.nll, integrand, [log_mean, log_r], mean, sd, None, more, tail)


def _expected(
    what: str,
    nll: Callable[..., Array],
    integrand: Callable[..., list[Array]],
    member: list[Array],
    mean: Array,
    sd: Array,
    top: Array | None = None,
    more: Any = (),
    tail: Array | None = None,
) -> list[Array]:
    """The sums of exp(-nll) * integrand(y, nll, *member, *more) over the support of every member.

    `top` ends the support; `tail` is the length over which a long tail falls, NaN for a bell.
    """
    low, high = _window(what, nll, member, mean, sd, np.full_like(mean, np.inf) if top is None else top)
    tail = np.full_like(mean, np.nan) if tail is None else tail
    nodes = [_nodes(*row) for row in zip(low, high, sd, tail, strict=True)]
    sums: list[list[Array]] = []
    start = 0
    while start < len(nodes):
        stop, size = start, 0
        while stop < len(nodes) and (size == 0 or size + nodes[stop][0].size <= CHUNK):
            size += nodes[stop][0].size
            stop += 1
        y, weight = (np.concatenate([node[i] for node in nodes[start:stop]]) for i in (0, 1))
        sizes = [node[0].size for node in nodes[start:stop]]
        columns = [np.repeat(c[start:stop], sizes) for c in (*member, *more)]
        value = _evaluate(nll, y, *columns[: len(member)])
        first = np.cumsum([0, *sizes[:-1]])
        terms = [np.where(value < np.inf, t, 0) for t in integrand(y, np.where(value < np.inf, value, 0), *columns)]
        sums.append([np.add.reduceat(weight * np.exp(-value) * term, first) for term in terms])
        start = stop
    return [np.concatenate(parts) for parts in zip(*sums, strict=True)]


def _window(what: str, nll: Any, member: list[Array], mean: Array, sd: Array, top: Array) -> tuple[Array, Array]:
    """First and last count at which mass times count has not yet fallen by FALL from where it is largest."""

    def height(y: Array) -> Array:
        return np.log1p(y) - _evaluate(nll, y, *member)

    far = np.flatnonzero(~(mean + sd < FARTHEST))
    if far.size:
        raise errors.out_of_reach(what, tuple(far[:1].tolist()), float("inf"), FARTHEST)
    center = np.minimum(np.floor(mean), top)
    peak = np.maximum(height(center), height(np.minimum(center + 1, top)))
    low, high, step = center.copy(), np.minimum(center + 2, top), np.ceil(sd)
    for _ in range(2200):
        rising = (low > 0) & (height(low) > peak - FALL)
        falling = (high < top) & (height(high) > peak - FALL)
        if not rising.any() and not falling.any():
            return low, high
        low = np.where(rising, np.maximum(low - step, 0), low)
        high = np.where(falling, np.minimum(high + step, top), high)
        beyond = np.flatnonzero(high > FARTHEST)
        if beyond.size:
            raise errors.out_of_reach(what, tuple(beyond[:1].tolist()), float(high[beyond[0]]), FARTHEST)
        step = np.maximum(step, np.where(falling | rising, np.ceil(step * 5 / 4), step))
    raise errors.out_of_reach(what, (), float(high.max()), FARTHEST)


def _nodes(low: float, high: float, sd: float, tail: float) -> tuple[Array, Array]:
    """Counts and their weights: the sum of weight * f stands for the sum of f over low ... high."""
    if high - low < DIRECT:
        y = np.arange(low, high + 1)
        return y, np.ones_like(y)
    if np.isnan(tail):
        stride = max(1.0, np.floor(sd / 4))
        y = low + stride * np.arange(np.ceil((high - low) / stride) + 1)
        return y, np.full_like(y, stride)
    edges = [low + HEAD]
    while edges[-1] < high:
        edges.append(edges[-1] + min(edges[-1] / 2, tail))
    left, half = np.array(edges[:-1]), np.diff(edges) / 2
    x, w, slope, third = _gauss_legendre()
    weights = half[:, None] * w
    weights[0] += third / half[0] ** 3 / 720 - slope / half[0] / 12  # Euler-Maclaurin at the first edge
    y = np.concatenate([low + np.arange(HEAD + 1), (left[:, None] + half[:, None] * (1 + x)).reshape(-1)])
    return y, np.concatenate([np.ones(HEAD), [0.5], weights.reshape(-1)])


@cache
def _gauss_legendre() -> tuple[Array, Array, Array, Array]:
    """Nodes and weights on [-1, 1], and the weights that give the first and third derivative at -1."""
    from numpy.polynomial import legendre

    x, w = legendre.leggauss(NODES)
    to_series = (np.arange(NODES)[:, None] + 0.5) * legendre.legvander(x, NODES - 1).T * w
    derivatives = [legendre.legval(-1.0, legendre.legder(np.eye(NODES), order)) for order in (1, 3)]
    return x, w, derivatives[0] @ to_series, derivatives[1] @ to_series


def _by_member(rows: Any, known: Any, is_known: Any, columns: Any) -> Array:
    """`known` where there is a closed form, else `rows`, once for each distinct member."""
    columns = np.broadcast_arrays(*(np.asarray(c, np.float64) for c in columns))
    members, inverse = np.unique(np.stack([c.reshape(-1) for c in columns], axis=1), axis=0, return_inverse=True)
    parameters = [np.ascontiguousarray(c) for c in members.T]
    with np.errstate(all="ignore"):
        closed = is_known(*parameters)
        value = np.where(closed, known(*parameters), np.nan)
        if not closed.all():
            value[~closed] = _chosen(rows(*(c[~closed] for c in parameters)))
    return value[inverse.reshape(-1)].reshape(columns[0].shape)


def _chosen(sums: list[Array]) -> Array:
    """One sum as it is; of two (see `_gains`) the plain one, or where its terms cancel the other."""
    return sums[0] if len(sums) == 1 else np.where(sums[0] > 0.05, sums[0], sums[1])


def _gains(gain: Array) -> list[Array]:
    """nll_q - nll_p, and gain - 1 + exp(-gain), never negative: the same sum if p and q share their mass."""
    from crossent.families.normal import exp_rest

    finite = np.where(np.abs(gain) < np.inf, gain, 0)
    return [gain, _evaluate(exp_rest, -finite)]


def _own(y: Array, nll: Array, *member: Array) -> list[Array]:
    return [nll]


def _huge(log_mean: Array, log_concentration: Array) -> Array:
    return np.exp(-log_mean) + np.exp(-log_concentration) < NORMAL


def _normal_entropy(variance: Array) -> Array:
    return (np.log(2 * np.pi) + 1 + np.log(variance)) / 2


def _sigmoid(x: Array) -> Array:
    from crossent.vocabulary import sigmoid

    return _evaluate(sigmoid, x)


def _evaluate(formula: Any, *columns: Array) -> Any:
    from crossent.kernels.elementwise import evaluate_formula

    columns = np.broadcast_arrays(*(np.asarray(c, np.float64) for c in columns))
    made = evaluate_formula(formula, [np.ascontiguousarray(c).reshape(-1) for c in columns], columns[0].size)
    return (
        tuple(m.reshape(columns[0].shape) for m in made) if isinstance(made, tuple) else made.reshape(columns[0].shape)
    )
