"""The DOUBLE grade, divergences: x log(x/m) - (x - m), the difference handed over, and log(1 + t) - t."""

from __future__ import annotations

from crossent.vocabulary.compiled.double import INFINITY, LN2_HIGH, LN2_LOW, NAN, SMALLEST_NORMAL, log_pair, split
from crossent.vocabulary.compiled.intrinsics import (
    compiled,
    fast_two_sum,
    fma,
    polynomial,
    select,
    two_product,
    two_sum,
)
from crossent.vocabulary.compiled.polynomials import ATANH, RECIPROCAL_ROUGH

NEAR = 0.35  # beyond it x and m differ by a factor of 2 or more; within, x - m is exact for floats


@compiled
def kl_div(x, m, d):
    # one division and one series for both: of d by x + m where x and m are near, of their mantissas where they are far
    half, half_d = 0.5 * x + 0.5 * m, 0.5 * d
    near = abs(half_d) < NEAR * half
    tiny_x, tiny_m = x < SMALLEST_NORMAL, m < SMALLEST_NORMAL
    top, top_k, _ = split(select(tiny_x, x * 2.0**54, x))
    bottom, bottom_k, _ = split(select(tiny_m, m * 2.0**54, m))
    k = (top_k - bottom_k) + (select(tiny_m, 54.0, 0.0) - select(tiny_x, 54.0, 0.0))
    difference, both = top - bottom, top + bottom
    over, under = select(near, half_d, difference), select(near, half, both)
    u = over / under
    z = u * u
    cubic = u * z * polynomial(z, ATANH)
    # x log(x/m) = 2 x atanh(u), and 2 x u - d = u d
    close = fma(2.0 * x, cubic, u * d)
    # log(x/m) = k log 2 + 2 atanh(u), with what u's division and its divisor lost
    lost = fma(-u, (top - both) + bottom, fma(-u, both, difference)) * polynomial(both, RECIPROCAL_ROUGH)
    whole, whole_low = fast_two_sum(k * LN2_HIGH, 2.0 * u)
    high, low = fast_two_sum(whole, fma(2.0, cubic + lost, fma(k, LN2_LOW, whole_low)))
    product, product_low = two_product(x, high)
    total, total_low = two_sum(product, -d)
    rest = total_low + fma(x, low, product_low)
    far = select(abs(rest) < INFINITY, total + rest, total)  # the product may overflow
    answer = select(near, close, select(m == 0.0, INFINITY, far))
    answer = select(x < INFINITY, select(m < INFINITY, answer, m), x)  # infinity and NaN pass
    return select(x == 0.0, m, answer)


@compiled
def log1pmx(t):
    s = t / (2.0 + t)
    near = abs(s) < NEAR
    u = select(near, s, 0.125)
    z = u * u
    close = fma(2.0 * u * z, polynomial(z, ATANH), -t * u)
    total, total_low = two_sum(1.0, t)
    high, low = log_pair(total, total_low)
    difference, lost = two_sum(high, -t)
    far = select(t < 1e300, difference + (lost + low), -t)
    answer = select(near, close, far)
    return select(t > -1.0, answer, select(t == -1.0, -INFINITY, NAN))
