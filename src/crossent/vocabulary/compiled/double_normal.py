"""The DOUBLE grade, functions of the normal distribution, from two polynomials in v = (t - 4)/(t + 4), t = |x|.

1 - Phi(t) = exp(-t^2/2) TAIL(v)/(1 + t), and t m - 1 of Mills' ratio m from EXCESS(v)/(1 + t)^2: v takes [0, infinity)
to [-1, 1), so that one polynomial does for all of it.
"""

from __future__ import annotations

from crossent.vocabulary.compiled.double import (
    INFINITY,
    exp_unscaled,
    log1p,
    log_ratio_pair,
    scaled,
)
from crossent.vocabulary.compiled.intrinsics import compiled, fma, polynomial, select, two_sum
from crossent.vocabulary.compiled.polynomials import NORMAL_EXCESS, NORMAL_TAIL

ONE_BY_SQRT_TWO_PI, ONE_BY_TWO_PI = 0.3989422804014327, 0.15915494309189535
GONE = 40.0  # exp(-t^2/2) of it is 0
FAR = 1e17  # 1/t^2 is nothing beside 1


@compiled
def turned(t):
    """v = (t - 4)/(t + 4), also at infinity."""
    return select(t > FAR, 1.0, (t - 4.0) / (t + 4.0))


@compiled
def gauss(t):
    """exp(-t^2/2) = 2^k (p + p_low)."""
    t = select(t > GONE, GONE, t)
    square = t * t
    return exp_unscaled(-0.5 * square, -0.5 * fma(t, t, -square))


@compiled
def ndtr_tail(t):
    """1 - Phi(t) for t >= 0."""
    k, p, p_low = gauss(t)
    return scaled(fma(p, polynomial(turned(t), NORMAL_TAIL), p_low * 0.5) / (1.0 + t), k)


@compiled
def ndtr(x):
    tail = ndtr_tail(abs(x))
    return select(x > 0.0, 1.0 - tail, tail)


@compiled
def log_ndtr(x):
    t = abs(x)
    high, low = log_ratio_pair(polynomial(turned(t), NORMAL_TAIL), 1.0 + t)
    square = 0.5 * t * t
    total, total_low = two_sum(high, -square)
    below = select(square < INFINITY, total + (total_low + (low - fma(0.5 * t, t, -square))), -square)
    return select(x > 0.0, log1p(-ndtr_tail(t)), below)


@compiled
def ratio_right(t):
    """phi(t)/Phi(t) = 2^k q for t >= 0."""
    k, p, _ = gauss(t)
    return k, p * ONE_BY_SQRT_TWO_PI / (1.0 - ndtr_tail(t))


@compiled
def inverse_mills_ratio(x):
    t = abs(x)
    k, q = ratio_right(t)
    below = (1.0 + t) * ONE_BY_SQRT_TWO_PI / polynomial(turned(t), NORMAL_TAIL)
    return select(x > 0.0, scaled(q, k), select(t > FAR, t, below))


@compiled
def inverse_mills_slope(x):
    t = abs(x)
    v = turned(t)
    tail = polynomial(v, NORMAL_TAIL)
    below = polynomial(v, NORMAL_EXCESS) * ONE_BY_TWO_PI / (tail * tail)
    k, q = ratio_right(t)
    above = scaled(q * (scaled(q, k) + select(t > GONE, GONE, t)), k)
    return select(x > 0.0, above, select(t > FAR, 1.0, below))
