"""The NATIVE grade: float32 in, float32 arithmetic, float32 out: sixteen lanes of AVX-512, no division, no float64.

Everything is built of e = exp(-|x|), held as a pair (high, low) with some six bits more than a float32; LLVM shares it
between value and gradient. Polynomials are in Horner's order: Estrin's powers would be subnormal, and those are slow.
"""

from __future__ import annotations

import numpy as np

from crossent.vocabulary.compiled.intrinsics import (
    MAGIC_32,
    add32,
    bits32,
    compiled,
    fma32,
    from_bits32,
    horner32,
    select32,
    shift_left32,
)
from crossent.vocabulary.compiled.polynomials import EXP_NATIVE, LOG1P_NATIVE, RECIPROCAL_NATIVE

ZERO, HALF, ONE, INFINITY = np.float32(0), np.float32(0.5), np.float32(1), np.float32(np.inf)
LOWEST = np.float32(-104.5)  # exp of it is below half the smallest subnormal
LOG2_E = np.float32(1.4426950408889634)
LN2_HIGH = np.float32(0.6931471805599453)
LN2_LOW = np.float32(0.6931471805599453 - float(LN2_HIGH))
# exp(x) = (p 2^(n + 64)) 2^-64: the first factor is normal, so that a subnormal answer is rounded once
LIFT = 64
LIFTED_MAGIC = np.float32(MAGIC_32 + LIFT)
UNLIFT = np.float32(2.0**-LIFT)
EXPONENT_OF_ONE = np.int32(127 << 23)


@compiled
def exp_pair(x):
    """exp(-|x|) as a pair."""
    a = -abs(x)
    a = select32(a < LOWEST, LOWEST, a)
    shifted = fma32(a, LOG2_E, LIFTED_MAGIC)
    n = shifted - LIFTED_MAGIC
    rough = fma32(-n, LN2_HIGH, a)  # exact
    r = fma32(-n, LN2_LOW, rough)
    r_low = fma32(-n, LN2_LOW, rough - r)
    one = ONE + r
    rest = fma32(r * r, horner32(r, EXP_NATIVE), (r - (one - ONE)) + r_low)
    p = one + rest
    p_low = rest - (p - one)
    power = from_bits32(add32(shift_left32(bits32(shifted), np.int32(23)), EXPONENT_OF_ONE))
    return p * power * UNLIFT, p_low * power * UNLIFT


@compiled
def softplus_tail(x):
    """log(1 + exp(-|x|)) as a pair."""
    e, e_low = exp_pair(x)
    large = e > HALF  # then it is log 2 + log(1 + (e - 1)/2)
    f = select32(large, (e - ONE) * HALF, e)
    f_low = select32(large, e_low * HALF, e_low)
    g = f * horner32(f, LOG1P_NATIVE)  # log(1 + f) = f + f g
    main = fma32(f, g, f)
    main_low = fma32(f, g, f - main) + fma32(-f, f_low, f_low)
    base = select32(large, LN2_HIGH, ZERO)
    high = base + main
    return high, (main - (high - base)) + (main_low + select32(large, LN2_LOW, ZERO))


@compiled
def sum_of_positive(a, b):
    """a + b as a pair, for a, b >= 0."""
    larger, smaller = select32(a > b, a, b), select32(a > b, b, a)
    total = larger + smaller
    return total, smaller - (total - larger)


@compiled
def softplus(x):
    tail, tail_low = softplus_tail(x)
    positive = select32(x > ZERO, x, ZERO)
    total, lost = sum_of_positive(positive, tail)
    return select32(total < INFINITY, total + (lost + tail_low), total)


@compiled
def log_sigmoid(x):
    return -softplus(-x)


@compiled
def label_weight(y, x):
    """The weight of |x| in the loss, y or 1 - y, with what its rounding lost."""
    other = ONE - y
    return select32(x < ZERO, y, other), select32(x < ZERO, ZERO, (ONE - other) - y)


@compiled
def softplus_mixture(y, x):
    size = abs(x)
    tail, tail_low = softplus_tail(x)
    w, w_low = label_weight(y, x)
    product = size * w
    product_low = fma32(size, w, -product) + size * w_low
    total, lost = sum_of_positive(product, tail)
    answer = total + (lost + (product_low + tail_low))
    return select32(size < INFINITY, answer, select32(w == ZERO, ZERO, total))


@compiled
def sigmoid_parts(x):
    """d = 1 + exp(-|x|) as a pair, r about 1/d, and sigmoid(-|x|) as a pair."""
    e, e_low = exp_pair(x)
    d = ONE + e
    d_low = (e - (d - ONE)) + e_low
    start = horner32(e, RECIPROCAL_NATIVE)
    r = fma32(start, fma32(-d, start, ONE), start)
    q = e * r
    left = fma32(-q, d_low, fma32(-q, d, e)) + e_low
    return d, d_low, r, q, left * r


@compiled
def sigmoid(x):
    d, d_low, r, q, q_low = sigmoid_parts(x)
    left = fma32(-r, d_low, fma32(-r, d, ONE))
    return select32(x < ZERO, q + q_low, fma32(r, left, r))


@compiled
def sigmoid_slope(x):
    _, _, _, q, q_low = sigmoid_parts(x)
    slope = fma32(-q, q, q)
    left = fma32(-q, q, q - slope)
    return slope + fma32(fma32(-q, ONE + ONE, ONE), q_low, left)


@compiled
def sigmoid_residual(y, x):
    _, _, _, q, q_low = sigmoid_parts(x)
    w, w_low = label_weight(y, x)
    total = w - q
    part = total - w
    lost = (w - (total - part)) - (q + part)
    answer = total + (lost + (w_low - q_low))
    return select32(x < ZERO, -answer, answer)


NATIVE = {
    "log_sigmoid": log_sigmoid,
    "sigmoid": sigmoid,
    "sigmoid_residual": sigmoid_residual,
    "sigmoid_slope": sigmoid_slope,
    "softplus": softplus,
    "softplus_mixture": softplus_mixture,
}
