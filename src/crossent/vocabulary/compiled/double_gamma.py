"""The DOUBLE grade, gamma functions.

From 1 on, Stirling's remainders are polynomials in v = (x - 2)/(x + 2), which takes [1, infinity) to [-1/3, 1): one
polynomial for the whole ray. Below 1 (or 2, 3) the recurrence leads to one polynomial on [1, 2] per function; binet and
the rests leave it to the formula, which mostly knows more.
"""

from __future__ import annotations

import numpy as np

from crossent.vocabulary.compiled.double import INFINITY, log_exact, log_high, log_ratio_pair
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
)

HALF_LOG_TWO_PI_HIGH, HALF_LOG_TWO_PI_LOW = 0.9189385332046728, -3.878294158067242e-17


@compiled
def reciprocal_and_turned(x):
    """1/x and v = (x - 2)/(x + 2), for x >= 1 up to infinity, by one division."""
    far = x > 1e150  # x (x + 2) would overflow
    x = select(far, x * 2.0**-600, x)
    both = 1.0 / (x * (x + 2.0))
    reciprocal = select(far, select(x < INFINITY, (x + 2.0) * both, 0.0) * 2.0**-600, (x + 2.0) * both)
    return reciprocal, select(far, 1.0, fma(-4.0, x * both, 1.0))


@compiled
def turned(x):
    """v = (x - 2)/(x + 2), also at infinity."""
    return select(x > 1e17, 1.0, (x - 2.0) / (x + 2.0))


@compiled
def lgamma_unit(t):
    """lgamma(1 + t) for t in [0, 1]."""
    return fma(t, t, -t) * polynomial(t - 0.5, LGAMMA_ONE)


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
    reciprocal, v = reciprocal_and_turned(x)
    return select(x >= 1.0, polynomial(v, BINET) * reciprocal, np.nan)


@compiled
def binet_of_positive(x):
    """binet(x), also below 1."""
    below = x < 1.0
    t = select(below, x, 0.5)
    high, low = log_high(t)
    # lgamma(1 + t) - (t + 1/2) log t + t - log(2 pi)/2
    factor, factor_low = fast_two_sum(0.5, t)
    product, product_low = two_product(factor, high)
    product_low = fma(factor, low, product_low) + factor_low * high
    base, base_low = two_sum(t, -HALF_LOG_TWO_PI_HIGH)
    total, lost = two_sum(base, -product)
    total, more = two_sum(total, lgamma_unit(t))
    near = total + ((lost + more) + ((base_low - HALF_LOG_TWO_PI_LOW) - product_low))
    x_large = select(below, 1.0, x)
    far = polynomial(turned(x_large), BINET) / x_large
    answer = select(below, near, far)
    return select(x == 0.0, INFINITY, answer)


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
    reciprocal, v = reciprocal_and_turned(x)
    return select(x >= 1.0, polynomial(v, DIGAMMA_REST) * reciprocal * reciprocal, np.nan)


@compiled
def digamma(x):
    low_range = x < 2.0
    t = select(low_range, select(x < 1.0, x, x - 1.0), 0.5)
    unit = digamma_unit(t)
    near = select(x < 1.0, unit - 1.0 / x, unit)
    x_large = select(low_range, 2.0, select(x > 1e307, 1e307, x))
    high, low = log_exact(x_large)
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
    reciprocal, v = reciprocal_and_turned(x)
    return select(x >= 1.0, polynomial(v, TRIGAMMA_REST) * reciprocal * reciprocal * reciprocal, np.nan)


@compiled
def lbeta_small(p, q, total, odds_log, odds_log_low):
    """lgamma(p) - (q - 1/2) log(1 + p/q) - p log(p + q) + p + binet(q) - binet(p + q), for the smaller p below 8."""
    whole, whole_low = log_exact(total)
    first, first_low = two_product(0.5 - q, odds_log)
    first_low = first_low + (0.5 - q) * odds_log_low
    lowered, lowered_low = two_sum(1.0, -whole)
    second, second_low = two_product(p, lowered)
    second_low = second_low + p * (lowered_low - whole_low)
    sum1, lost1 = two_sum(first, second)
    sum2, lost2 = two_sum(sum1, lgamma(p))
    sum3, lost3 = two_sum(sum2, binet_of_positive(q) - binet_of_positive(total))
    return sum3 + (((lost1 + lost2) + lost3) + (first_low + second_low))


@compiled
def lbeta_large(p, q, total, total_low, odds_log, odds_log_low):
    """(p - 1/2) log(p/(p + q)) - q log(1 + p/q) - log(q)/2 + log(2 pi)/2 + binet(p) + binet(q) - binet(p + q)."""
    part, part_low = log_ratio_pair(p, total)
    part_low = part_low - total_low / total
    first, first_low = two_product(p - 0.5, part)
    first_low = first_low + (p - 0.5) * part_low
    second, second_low = two_product(-q, odds_log)
    second_low = second_low - q * odds_log_low
    whole, whole_low = log_exact(q)
    sum1, lost1 = two_sum(first, second)
    sum2, lost2 = two_sum(sum1, fma(-0.5, whole, HALF_LOG_TWO_PI_HIGH))
    remainders = binet_of_positive(p) + (binet_of_positive(q) - binet_of_positive(total))
    return sum2 + ((lost1 + lost2) + (first_low + second_low) + fma(-0.5, whole_low, remainders))


@compiled
def lbeta(a, b):
    p, q = select(a < b, a, b), select(a < b, b, a)
    total, total_low = fast_two_sum(q, p)
    odds = p / q
    odds_low = select(p > 1e-290, fma(-odds, q, p) / q, 0.0)
    odds_log, odds_log_low = log1p_unit(odds, odds_low)
    tiny = odds < 1e-300
    odds_log, odds_log_low = select(tiny, odds, odds_log), select(tiny, 0.0, odds_log_low)
    small = p < 8.0
    near = lbeta_small(select(small, p, 1.0), q, total, odds_log, odds_log_low)
    far = lbeta_large(select(small, 8.0, p), q, total, total_low, odds_log, odds_log_low)
    usual = (p > 0.0) & (q < INFINITY)
    limit = select(p == 0.0, INFINITY, select(p > 0.0, -INFINITY, np.nan))
    return select((a == a) & (b == b), select(usual, select(small, near, far), limit), a + b)
