"""The DOUBLE grade, gamma functions.

From 1 on, Stirling's remainders are polynomials in v = (x - 2)/(x + 2), which takes [1, infinity) to [-1/3, 1): one
polynomial for the whole ray. Below 1 (or 2, 3) the recurrence leads to one polynomial on [1, 2] per function.
"""

from __future__ import annotations

import numpy as np

from crossent.vocabulary.compiled.double import INFINITY, log_high, log_pair, log_ratio_pair
from crossent.vocabulary.compiled.double_logistic import log1p_unit
from crossent.vocabulary.compiled.intrinsics import (
    compiled,
    fast_two_sum,
    fma,
    polynomial,
    select,
    two_product,
    two_sum,
)
from crossent.vocabulary.compiled.polynomials import (
    BINET,
    DIGAMMA_ONE,
    DIGAMMA_REST,
    DIGAMMA_ROOT_HIGH,
    DIGAMMA_ROOT_LOW,
    LGAMMA_ONE,
    TRIGAMMA_ONE,
    TRIGAMMA_REST,
    TRIGAMMA_REST_ONE,
)

HALF_LOG_TWO_PI_HIGH, HALF_LOG_TWO_PI_LOW = 0.9189385332046728, -3.878294158067242e-17


@compiled
def turned(x):
    """v = (x - 2)/(x + 2), also at infinity."""
    return select(x > 1e17, 1.0, (x - 2.0) / (x + 2.0))


@compiled
def lgamma_unit(t):
    """lgamma(1 + t) for t in [0, 1]."""
    return t * (t - 1.0) * polynomial(t - 0.5, LGAMMA_ONE)


@compiled
def stirling(x, x_log, x_log_low):
    """(x - 1/2) log x - x + log(2 pi)/2 as a pair, given log x as a pair."""
    factor, factor_low = fast_two_sum(x, -0.5)
    lowered, lowered_low = two_sum(x_log, -1.0)
    high, low = two_product(factor, lowered)
    low = low + fma(factor, lowered_low + x_log_low, factor_low * lowered)
    total, lost = two_sum(high, HALF_LOG_TWO_PI_HIGH - 0.5)
    return total, low + (lost + HALF_LOG_TWO_PI_LOW)


@compiled
def lgamma(x):
    low_range = x < 3.0
    t = select(low_range, x - select(x < 1.0, 0.0, select(x < 2.0, 1.0, 2.0)), 0.5)
    x_large = select(low_range, 3.0, select(x > 1e306, 1e306, x))
    # below 3: lgamma(1 + t), less log t or plus log(1 + t)
    argument = select(low_range, select(x < 1.0, x, select(x < 2.0, 1.0, x - 1.0)), x_large)
    high, low = log_high(argument)
    sign = select(x < 1.0, -1.0, 1.0)
    unit = lgamma_unit(t)
    near, near_low = two_sum(sign * high, unit)
    near = near + (near_low + sign * low)
    main, main_low = stirling(x_large, high, low)
    far = main + (main_low + polynomial(turned(x_large), BINET) / x_large)
    answer = select(low_range, select((x >= 1.0) & (x < 2.0), unit, near), far)
    answer = select(x > 1e306, x * (high - 1.0), answer)
    return select(x == 0.0, INFINITY, select(x < 0.0, np.nan, answer))


@compiled
def binet(x):
    below = x < 1.0
    t = select(below, x, 0.5)
    high, low = log_high(t)
    # lgamma(1 + t) - (t + 1/2) log t + t - log(2 pi)/2
    product, product_low = two_product(t + 0.5, high)
    total, lost = two_sum(t - HALF_LOG_TWO_PI_HIGH, -product)
    base_lost = (t - HALF_LOG_TWO_PI_HIGH) + HALF_LOG_TWO_PI_HIGH
    lost = lost + ((t - base_lost) - HALF_LOG_TWO_PI_LOW) - fma(t + 0.5, low, product_low)
    total, more = two_sum(total, lgamma_unit(t))
    near = total + (lost + more)
    x_large = select(below, 1.0, x)
    far = polynomial(turned(x_large), BINET) / x_large
    answer = select(below, near, far)
    return select(x == 0.0, INFINITY, select(x < 0.0, np.nan, answer))


@compiled
def digamma_unit(t):
    """digamma(1 + t) for t in [0, 1], by its root."""
    return ((t - DIGAMMA_ROOT_HIGH) - DIGAMMA_ROOT_LOW) * polynomial(t - 0.5, DIGAMMA_ONE)


@compiled
def reciprocal_pair(x):
    r = 1.0 / x
    return r, r * fma(-r, x, 1.0)


@compiled
def digamma_rest(x):
    below = x < 1.0
    t = select(below, x, 0.5)
    high, low = log_high(t)
    r, r_low = reciprocal_pair(t)
    r_low = select(t < 1e-290, 0.0, r_low)
    # digamma(1 + t) - log t - 1/(2 t)
    total, lost = two_sum(-0.5 * r, -high)
    total, more = two_sum(total, digamma_unit(t))
    near = total + (more + (lost - fma(0.5, r_low, low)))
    near = select(t < 1e-290, -0.5 * r, near)
    x_large = select(below, 1.0, x)
    far = polynomial(turned(x_large), DIGAMMA_REST) / x_large / x_large
    answer = select(below, near, far)
    return select(x < 0.0, np.nan, answer)


@compiled
def digamma(x):
    low_range = x < 2.0
    t = select(low_range, select(x < 1.0, x, x - 1.0), 0.5)
    unit = digamma_unit(t)
    near = select(x < 1.0, unit - 1.0 / x, unit)
    x_large = select(low_range, 2.0, select(x > 1e307, 1e307, x))
    high, low = log_pair(x_large, 0.0)
    r = 1.0 / x_large
    rest = fma(polynomial(turned(x_large), DIGAMMA_REST) * r, r, -0.5 * r)
    total, lost = fast_two_sum(high, rest)
    far = select(x > 1e307, log_high(x)[0], total + (lost + low))
    answer = select(low_range, near, far)
    return select(x < 0.0, np.nan, answer)


@compiled
def trigamma(x):
    below = x < 1.0
    t = select(below, x, 0.5)
    near = fma(t * t, polynomial(t - 0.5, TRIGAMMA_ONE), 1.0) / t / t
    x_large = select(below, 1.0, x)
    r, r_low = reciprocal_pair(x_large)
    square = r * r
    far = r + fma(
        square * r, polynomial(turned(x_large), TRIGAMMA_REST), fma(0.5, square, select(r > 1e-290, r_low, 0.0))
    )
    answer = select(below, near, far)
    return select(x < 0.0, np.nan, answer)


@compiled
def trigamma_rest(x):
    below = x < 1.0
    t = select(below, x, 0.5)
    near = polynomial(t - 0.5, TRIGAMMA_REST_ONE) * 0.5 / t / t
    x_large = select(below, 1.0, x)
    far = polynomial(turned(x_large), TRIGAMMA_REST) / x_large / x_large / x_large
    answer = select(below, near, far)
    return select(x < 0.0, np.nan, answer)


@compiled
def lbeta(a, b):
    """Of p <= q: (p - 1/2) log(p/(p + q)) + q log(q/(p + q)) - log(q)/2 + log(2 pi)/2, and three remainders."""
    p, q = select(a < b, a, b), select(a < b, b, a)
    total, total_low = fast_two_sum(q, p)
    part, part_low = log_ratio_pair(p, total)
    whole, whole_low = log_pair(q, 0.0)
    odds = p / q
    odds_low = fma(-odds, q, p) / q
    # log(q/(p + q)) = -log(1 + p/q)
    other, other_low = log1p_unit(odds, select(p > 1e-290, odds_low, 0.0))
    other, other_low = select(odds < 1e-300, odds, other), select(odds < 1e-300, 0.0, other_low)
    share, share_low = fast_two_sum(part, part_low - total_low / total)
    first, first_low = two_product(p - 0.5, share)
    first_low = first_low + (p - 0.5) * share_low
    second, second_low = two_product(-q, other)
    second_low = second_low - q * other_low
    sum1, lost1 = two_sum(first, second)
    sum2, lost2 = two_sum(sum1, fma(-0.5, whole, HALF_LOG_TWO_PI_HIGH))
    sum3, lost3 = two_sum(sum2, binet(p))
    sum4, lost4 = two_sum(sum3, binet(q) - binet(total))
    answer = sum4 + ((lost1 + lost2) + (lost3 + lost4) + (first_low + second_low) - 0.5 * whole_low)
    return select((p > 0.0) & (q < INFINITY), answer, select(p == 0.0, INFINITY, select(p > 0.0, -INFINITY, np.nan)))
