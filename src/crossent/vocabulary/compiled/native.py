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
LOW_PART_ENDS = np.float32(-87)  # below, e itself is subnormal
SQUARE_ENDS = np.float32(-28)  # below, e is less than 2^-40
ABOVE_ONE = np.float32(1 + 2.0**-22)  # makes r a little too large: then q >= e/2, and e - q is exact
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
    """e = exp(-|x|) as a pair, and e again where its square counts beside 1, else 0: tiny squares would be slow."""
    wanted = -abs(x)
    gone = wanted < LOWEST
    a = select32(gone, LOWEST, wanted)
    shifted = fma32(a, LOG2_E, LIFTED_MAGIC)
    n = shifted - LIFTED_MAGIC
    rough = fma32(-n, LN2_HIGH, a)  # exact
    r = fma32(-n, LN2_LOW, rough)
    r_low = fma32(-n, LN2_LOW, rough - r)
    one = ONE + r
    rest = fma32(r * r, horner32(r, EXP_NATIVE), (r - (one - ONE)) + r_low)
    p = one + rest
    p_low = select32(a < LOW_PART_ENDS, ZERO, rest - (p - one))
    p = select32(gone, ZERO, p)  # 0 at once: a product that vanishes is slow
    power = from_bits32(add32(shift_left32(bits32(shifted), np.int32(23)), EXPONENT_OF_ONE))
    e = p * power * UNLIFT
    return e, p_low * power * UNLIFT, select32(a < SQUARE_ENDS, ZERO, e)


@compiled
def softplus_tail(x):
    """log(1 + exp(-|x|)) as a pair."""
    e, e_low, counting = exp_pair(x)
    # log(1 + e) = e + e g with g = e h and h = -1/2 + e LOG1P(e - 1/2), each product and sum with what it lost
    inner = horner32(counting - HALF, LOG1P_NATIVE)
    h = fma32(counting, inner, -HALF)
    h_low = fma32(counting, inner, -HALF - h)
    g = counting * h
    g_low = fma32(counting, h_low, fma32(counting, h, -g))
    high = fma32(e, g, e)
    low = fma32(e, g_low, fma32(e, g, e - high))
    return high, low + fma32(e_low * -HALF, counting, e_low)  # 1 - e/2 is near enough to 1/(1 + e) here


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
    size, positive = abs(x), select32(x > ZERO, x, ZERO)
    tail, tail_low = softplus_tail(x)
    # |x| times y or 1 - y is max(x, 0) - x y
    part = x * y
    product = positive - part
    product_low = ((positive - product) - part) - fma32(x, y, -part)
    total, lost = sum_of_positive(product, tail)
    answer = total + (lost + (product_low + tail_low))
    w, _ = label_weight(y, x)
    return select32(size == INFINITY, select32(w == ZERO, ZERO, size * w), answer)


@compiled
def sigmoid_parts(x):
    """e = exp(-|x|), r about 1/(1 + e), and sigmoid(-|x|) as a pair."""
    e, e_low, counting = exp_pair(x)
    start = horner32(counting, RECIPROCAL_NATIVE)
    r = fma32(start, fma32(-counting, start, ABOVE_ONE - start), start)
    q = e * r
    left = fma32(-q, counting, e - q) + fma32(-q, e_low, e_low)
    return e, e_low, r, q, left * r


@compiled
def sigmoid(x):
    e, e_low, r, q, q_low = sigmoid_parts(x)
    left = fma32(-r, e_low, fma32(-r, e, ONE - r))
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
