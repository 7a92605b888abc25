"""The DOUBLE grade, logistic functions: all of them from one exp(-|x|) = 2^k (p + p_low), which LLVM shares."""

from __future__ import annotations

from crossent.vocabulary.compiled.double import (
    INFINITY,
    NAN,
    exp_pair,
    exp_unscaled,
    expm1_pair,
    log1p_small,
    log_exact,
    log_pair,
    scaled,
)
from crossent.vocabulary.compiled.intrinsics import compiled, fast_two_sum, fma, select, two_sum


@compiled
def log1p_unit(e, e_low):
    """log(1 + e + e_low) as a pair, for e in [0, 1]."""
    large = e > 0.5
    return log1p_small(select(large, (e - 1.0) * 0.5, e), select(large, e_low * 0.5, e_low), select(large, 1.0, 0.0))


@compiled
def softplus_tail(x):
    """log(1 + exp(-|x|)) as a pair."""
    e, e_low = exp_pair(-abs(x), 0.0)
    high, low = log1p_unit(e, e_low)
    tiny = e < 2.0**-60
    return select(tiny, e, high), select(tiny, 0.0, low)


@compiled
def softplus(x):
    tail, tail_low = softplus_tail(x)
    positive = select(x > 0.0, x, 0.0)
    total, low = two_sum(positive, tail)
    return select(total < INFINITY, total + (low + tail_low), total)


@compiled
def log_sigmoid(x):
    return -softplus(-x)


@compiled
def label_weight(y, x):
    """The weight of |x| in the loss, y or 1 - y, with what its rounding lost."""
    other, lost = fast_two_sum(1.0, -y)
    return select(x < 0.0, y, other), select(x < 0.0, 0.0, lost)


@compiled
def softplus_mixture(y, x):
    size = abs(x)
    tail, tail_low = softplus_tail(x)
    w, w_low = label_weight(y, x)
    product = size * w
    product_low = fma(size, w, -product) + size * w_low
    total, low = two_sum(product, tail)
    answer = total + (low + (product_low + tail_low))
    # at infinite x the correction is NaN and the product may be
    return select(size < INFINITY, answer, select(w == 0.0, 0.0, total))


@compiled
def sigmoid_parts(x):
    """sigmoid(-|x|) = 2^k (q + q_low) and 1/(1 + exp(-|x|)) = r + r_low."""
    k, p, p_low = exp_unscaled(-abs(x), 0.0)
    e, e_low = scaled(p, k), scaled(p_low, k)
    d, d_low = fast_two_sum(1.0, e)
    d_low = d_low + e_low
    r = 1.0 / d
    r_low = r * fma(-r, d_low, fma(-r, d, 1.0))
    q = p * r
    q_low = fma(p, r, -q) + fma(p, r_low, p_low * r)
    return k, q, q_low, r, r_low


@compiled
def sigmoid(x):
    k, q, q_low, r, r_low = sigmoid_parts(x)
    return select(x < 0.0, scaled(q + q_low, k), r + r_low)


@compiled
def sigmoid_slope(x):
    k, q, q_low, r, r_low = sigmoid_parts(x)
    high = q * r
    low = fma(q, r, -high) + fma(q, r_low, q_low * r)
    return scaled(high + low, k)


@compiled
def sigmoid_residual(y, x):
    k, q, q_low, _, _ = sigmoid_parts(x)
    q, q_low = fast_two_sum(q, q_low)
    w, w_low = label_weight(y, x)
    total, low = two_sum(w, -scaled(q, k))
    answer = total + (low + (w_low - scaled(q_low, k)))
    return select(x < 0.0, -answer, answer)


@compiled
def log1mexp(x):
    e, e_low = exp_pair(-x, 0.0)
    one, one_low = fast_two_sum(1.0, -e)
    m, m_low = expm1_pair(select(x < 1.0, -x, -1.0))
    near = x < 0.6931471805599453
    base, base_low = two_sum(select(near, -m, one), select(near, -m_low, one_low - e_low))
    high, _ = log_pair(base, base_low)
    answer = select(e < 2.0**-60, -e, select(x < 1e-300, log_exact(x)[0], high))
    return select(x > 0.0, answer, select(x == 0.0, -INFINITY, NAN))


@compiled
def log_add(a, b):
    """log(exp(a) + exp(b))."""
    larger, smaller = select(a > b, a, b), select(a > b, b, a)
    d, d_low = two_sum(smaller, -larger)
    equal = larger == smaller  # infinities too: their difference is NaN
    e, e_low = exp_pair(select(equal, 0.0, d), select(abs(d) < 800.0, d_low, 0.0))
    tail, tail_low = log1p_unit(e, e_low)
    total, low = two_sum(larger, tail)
    answer = select(abs(total) < INFINITY, total + (low + tail_low), total)
    return select((a == a) & (b == b), answer, a + b)


@compiled
def logsumexp(values):
    total = values[0]
    for i in range(1, len(values)):
        total = log_add(total, values[i])
    return total
