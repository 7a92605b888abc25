"""The DOUBLE grade, elementary functions: float64, branch-free, explicit FMA, no fastmath.

Inner functions hand on pairs (high, low) whose sum carries some 6 bits more than a float64, so that what is built of
them is rounded once.
"""

from __future__ import annotations

import numpy as np

from crossent.vocabulary.compiled.intrinsics import (
    MAGIC,
    bits,
    compiled,
    fast_two_sum,
    fma,
    from_bits,
    horner,
    polynomial,
    select,
    two_sum,
)
from crossent.vocabulary.compiled.polynomials import EXP, LOG

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10  # HIGH has 21 trailing zeros: k * HIGH is exact
INFINITY, NAN = np.inf, np.nan
ZERO_BELOW = -745.2  # exp of it is less than half the smallest subnormal
SMALLEST_NORMAL = 2.2250738585072014e-308
SQRT_HALF_BITS = 0x3FE6A09E667F3BCD


@compiled
def power_of_two(k):
    """2^k for -1022 <= k <= 1023."""
    return from_bits((k + 1023) << 52)


@compiled
def reduced(x, x_low):
    """k, r, r_low with exp(x + x_low) = 2^k exp(r + r_low), |r| < 0.35; x is clamped where exp is 0 or inf anyway."""
    x = select(x < -750.0, -750.0, select(x > 710.0, 710.0, x))  # a NaN passes both
    shifted = fma(x, LOG2_E, MAGIC)
    n = shifted - MAGIC
    rough = fma(-n, LN2_HIGH, x)
    r = fma(-n, LN2_LOW, rough)
    r_low = fma(-n, LN2_LOW, rough - r) + x_low  # x_low may be many last places of the answer
    return bits(shifted) - bits(MAGIC), r, r_low


@compiled
def exp_parts(x, x_low):
    """exp(x + x_low) = 2^k (1 + high + low), |high| < 0.42."""
    k, r, r_low = reduced(x, x_low)
    square = 0.5 * r * r
    square_low = fma(0.5 * r, r, -square)
    high, low = fast_two_sum(r, square)
    low = low + fma(r * r * r, polynomial(r, EXP), square_low)
    return k, high, low + fma(high + low, r_low, r_low)


@compiled
def scaled(value, k):
    """value 2^k, rounded once, down to subnormals and up to infinity."""
    half = k >> 1
    return value * power_of_two(half) * power_of_two(k - half)


@compiled
def exp_unscaled(x, x_low):
    """exp(x + x_low) = 2^k (high + low)."""
    k, r, r_low = reduced(x, x_low)
    one, one_low = fast_two_sum(1.0, r)
    rest = fma(r * r, fma(r, polynomial(r, EXP), 0.5), one_low)
    high, low = fast_two_sum(one, fma(one + rest, r_low, rest))
    gone = x < ZERO_BELOW  # 0 at once: a product that vanishes is slow
    return k, select(gone, 0.0, high), select(gone, 0.0, low)


@compiled
def exp_pair(x, x_low):
    """exp(x + x_low) as a pair. Where the answer is subnormal, the low part is lost with the digits it stands for."""
    k, high, low = exp_unscaled(x, x_low)
    return scaled(high, k), scaled(low, k)


@compiled
def exp(x):
    k, high, _ = exp_unscaled(x, 0.0)
    return scaled(high, k)


@compiled
def exp_difference(a, b):
    d, d_low = two_sum(a, -b)
    k, high, _ = exp_unscaled(d, select(abs(d) < 800.0, d_low, 0.0))
    return scaled(high, k)


@compiled
def expm1_pair(x):
    k, p, p_low = exp_parts(x, 0.0)
    # above 2^60 the 1 is less than the low part: leave it out, and 2^k cannot overflow
    k = select_int(k > 60, 60, k)
    power = power_of_two(k)  # k >= -1022 fails below x = -708: there exp(x) is nothing beside 1 anyway
    base, base_low = two_sum(power, -1.0)
    high, low = two_sum(base, power * p)
    return high, low + (base_low + power * p_low)


@compiled
def select_int(condition, chosen, otherwise):
    return otherwise ^ ((chosen ^ otherwise) & -np.int64(condition))


@compiled
def expm1(x):
    clamped = select(x < -60.0, -60.0, x)
    high, low = expm1_pair(clamped)
    answer = select(x > 40.0, exp(x), high + low)
    return select(abs(x) < 1e-300, x, answer)


@compiled
def split(x):
    """x = m 2^k with m in [sqrt(1/2), sqrt(2)), for normal x > 0; k as a float."""
    pattern = bits(x)
    k = (pattern - SQRT_HALF_BITS) >> 52
    return from_bits(pattern - (k << 52)), from_bits(k + bits(MAGIC)) - MAGIC, k


@compiled
def log1p_parts(f, k):
    """log(1 + f) + k LN2_LOW as a pair that is not normalised."""
    s = f / (2.0 + f)
    z = s * s
    square = 0.5 * f * f
    square_low = fma(0.5 * f, f, -square)
    # log(1 + f) = f - square + s (square + z LOG(z))
    high, low = fast_two_sum(f, -square)
    return high, low + fma(s, fma(z, horner(z, LOG), square), fma(k, LN2_LOW, -square_low))


@compiled
def log1p_exact(f, k):
    """log(1 + f) + k log 2 as a pair, for 1 + f in [sqrt(1/2), sqrt(2)]."""
    high, low = log1p_parts(f, k)
    return with_powers(high, low, k)


@compiled
def log1p_small(f, f_low, k):
    """log(1 + f + f_low) + k log 2 as a pair, for 1 + f in [sqrt(1/2), sqrt(2)] or [3/4, 3/2]."""
    high, low = log1p_parts(f, k)
    low = low + f_low * fma(-f, fma(-f, 1.0 - f, 1.0), 1.0)
    return with_powers(high, low, k)


@compiled
def with_powers(high, low, k):
    """high + low + k log 2 as a pair, but for k LN2_LOW, which low holds already."""
    whole, whole_low = fast_two_sum(k * LN2_HIGH, high)
    return fast_two_sum(whole, whole_low + low)


@compiled
def log_exact(x):
    """log(x) as a pair, for x > 0: log_pair without a low part."""
    subnormal = x < SMALLEST_NORMAL
    m, k, _ = split(select(subnormal, x * 2.0**54, x))
    return log1p_exact(m - 1.0, k - select(subnormal, 54.0, 0.0))


@compiled
def log_pair(x, x_low):
    """log(x + x_low) as a pair, for x > 0 and |x_low| well below x."""
    subnormal = x < SMALLEST_NORMAL
    m, k, whole = split(select(subnormal, x * 2.0**54, x))
    low = select(x > 1e300, 0.0, x_low * from_bits((1023 - whole) << 52))  # 2^-k could be subnormal there
    f, f_low = two_sum(m - 1.0, low)
    return log1p_small(f, f_low, k - select(subnormal, 54.0, 0.0))


@compiled
def log_limits(x, answer):
    """`answer`, but the limits of log at 0, inf and below 0."""
    answer = select(x == INFINITY, x, answer)
    return select(x > 0.0, answer, select(x == 0.0, -INFINITY, NAN))


@compiled
def log_high(x):
    """The pair of log(x) for every x, with the limits in the high part and a finite low part."""
    high, low = log_exact(x)
    return log_limits(x, high), select((x > 0.0) & (x < INFINITY), low, 0.0)


@compiled
def log(x):
    high, _ = log_exact(x)
    return log_limits(x, high)


@compiled
def log1p_pair(x):
    total, low = two_sum(1.0, x)
    return log_pair(total, low)


@compiled
def log1p(x):
    high, _ = log1p_pair(x)
    answer = select(x == INFINITY, x, high)
    answer = select(abs(x) < 1e-300, x, answer)
    return select(x > -1.0, answer, select(x == -1.0, -INFINITY, NAN))


@compiled
def log_ratio_pair(x, m):
    """log(x/m) as a pair for x, m > 0: no overflow of the quotient, and its rounding made good."""
    tiny_x, tiny_m = x < SMALLEST_NORMAL, m < SMALLEST_NORMAL
    top, top_k, _ = split(select(tiny_x, x * 2.0**54, x))
    bottom, bottom_k, _ = split(select(tiny_m, m * 2.0**54, m))
    ratio = top / bottom
    lost = fma(-ratio, bottom, top) / bottom
    part, part_k, whole = split(ratio)
    k = (top_k - bottom_k) + part_k + (select(tiny_m, 54.0, 0.0) - select(tiny_x, 54.0, 0.0))
    f, f_low = two_sum(part - 1.0, lost * power_of_two(-whole))
    return log1p_small(f, f_low, k)


@compiled
def times(weight, term):
    return select((weight == 0.0) & (term == term), 0.0, weight * term)


@compiled
def xlogy(x, y):
    high, low = log_high(y)
    answer = select(abs(high) < INFINITY, fma(x, high, x * low), x * high)
    return select((x == 0.0) & (y == y), 0.0, answer)


@compiled
def xlog1py(x, y):
    total, total_low = two_sum(1.0, y)
    high, low = log_pair(total, total_low)
    usual = (y > -1.0) & (y < INFINITY) & (abs(y) >= 1e-300)
    answer = select(usual, fma(x, high, x * low), x * log1p(y))
    return select((x == 0.0) & (y >= -1.0), 0.0, answer)


@compiled
def where(condition, chosen, otherwise):
    return select(condition, chosen, otherwise)


@compiled
def is_zero(x):
    return x == 0


@compiled
def sqrt(x):
    return np.sqrt(x)


@compiled
def floor(x):
    return np.floor(x)


@compiled
def absolute(x):
    return abs(x)


@compiled
def maximum(a, b):
    return select((a > b) | (a != a), a, b)


@compiled
def minimum(a, b):
    return select((a < b) | (a != a), a, b)


@compiled
def multiply_add(a, b, c):
    return fma(a, b, c)
