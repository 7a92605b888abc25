"""The SINGLE grade: float64 inside, at least 34 good bits, for answers that the caller rounds to float32 once.

What a float32 answer cannot show is left out: no pairs, no subnormal float64, and reciprocals by a short polynomial and
Newton's steps in place of a division. Functions that are not written here are those of DOUBLE.
"""

from __future__ import annotations

import numpy as np

from crossent.vocabulary.compiled.double import INFINITY, LOG2_E, log_limits, power_of_two, split, times
from crossent.vocabulary.compiled.grades import DOUBLE
from crossent.vocabulary.compiled.intrinsics import MAGIC, bits, compiled, fma, from_bits, horner, polynomial, select
from crossent.vocabulary.compiled.polynomials import EXP_SINGLE, LOG1P_SINGLE, LOG_SINGLE, RECIPROCAL, RECIPROCAL_LOG

LN2 = 0.6931471805599453
LOWEST, HIGHEST = -708.0, 709.0


@compiled
def exp_parts(x):
    """exp(x) = 2^k (1 + p)."""
    x = select(x < LOWEST, LOWEST, x)  # a NaN passes both
    x = select(x > HIGHEST, HIGHEST, x)
    shifted = fma(x, LOG2_E, MAGIC)
    r = fma(-(shifted - MAGIC), LN2, x)
    return bits(shifted) - bits(MAGIC), fma(r * r, polynomial(r, EXP_SINGLE), r)


@compiled
def exp(x):
    k, p = exp_parts(x)
    answer = from_bits(bits(1.0 + p) + (k << 52))
    return select(x > HIGHEST, INFINITY, select(x < LOWEST, 0.0, answer))


@compiled
def exp_of_negative(x):
    """exp(-|x|); not quite 0 for infinite x, but far below half the smallest float32."""
    k, p = exp_parts(-abs(x))
    return from_bits(bits(1.0 + p) + (k << 52))


@compiled
def exp_difference(a, b):
    """Between e^-708 and e^709, far beyond float32 on both sides: no infinity and no 0, which the caller rounds to."""
    k, p = exp_parts(a - b)
    return from_bits(bits(1.0 + p) + (k << 52))


@compiled
def expm1(x):
    k, p = exp_parts(x)
    power = power_of_two(k)
    return select(x > HIGHEST, INFINITY, fma(power, p, power - 1.0))


@compiled
def log1p_reduced(f, k):
    """log(1 + f) + k log 2 for 1 + f in [sqrt(1/2), sqrt(2)]."""
    r = horner(f, RECIPROCAL_LOG)  # about 1/(2 + f)
    d = 2.0 + f
    r = fma(r, fma(-d, r, 1.0), r)
    r = fma(r, fma(-d, r, 1.0), r)
    s = f * r
    z = s * s
    return fma(k, LN2, fma(s * z, horner(z, LOG_SINGLE), s + s))


@compiled
def log(x):
    m, k, _ = split(x)
    return log_limits(x, log1p_reduced(m - 1.0, k))


@compiled
def log1p(x):
    total = 1.0 + x
    m, k, whole = split(total)
    lost = select(k > 0.0, 1.0 - (total - x), x - (total - 1.0))
    f = (m - 1.0) + select(x > 1e300, 0.0, lost * from_bits((1023 - whole) << 52))
    answer = select(x == INFINITY, x, log1p_reduced(f, k))
    return select(x > -1.0, answer, select(x == -1.0, -INFINITY, np.nan))


@compiled
def xlogy(x, y):
    return times(x, log(y))


@compiled
def xlog1py(x, y):
    return times(x, log1p(y))


@compiled
def softplus(x):
    e = exp_of_negative(x)
    return fma(e, polynomial(e, LOG1P_SINGLE), select(x > 0.0, x, 0.0))


@compiled
def log_sigmoid(x):
    return -softplus(-x)


@compiled
def softplus_mixture(y, x):
    e = exp_of_negative(x)
    w = select(x < 0.0, y, 1.0 - y)
    size = abs(x)
    return fma(e, polynomial(e, LOG1P_SINGLE), select(w == 0.0, 0.0, size) * w)


@compiled
def sigmoid_parts(x):
    """sigmoid(-|x|) and sigmoid(|x|)."""
    e = exp_of_negative(x)
    r = horner(e, RECIPROCAL)  # about 1/(1 + e)
    d = 1.0 + e
    r = fma(r, fma(-d, r, 1.0), r)
    r = fma(r, fma(-d, r, 1.0), r)
    return e * r, r


@compiled
def sigmoid(x):
    q, r = sigmoid_parts(x)
    return select(x < 0.0, q, r)


@compiled
def sigmoid_slope(x):
    q, r = sigmoid_parts(x)
    return q * r


@compiled
def sigmoid_residual(y, x):
    q, _ = sigmoid_parts(x)
    return select(x < 0.0, q - y, (1.0 - y) - q)


SINGLE = DOUBLE | {
    "exp": exp,
    "exp_difference": exp_difference,
    "expm1": expm1,
    "log": log,
    "log1p": log1p,
    "log_sigmoid": log_sigmoid,
    "sigmoid": sigmoid,
    "sigmoid_residual": sigmoid_residual,
    "sigmoid_slope": sigmoid_slope,
    "softplus": softplus,
    "softplus_mixture": softplus_mixture,
    "xlog1py": xlog1py,
    "xlogy": xlogy,
}
