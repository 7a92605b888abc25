"""The DOUBLE grade, divergences: x log(x/m) - (x - m), the difference handed over, and log(1 + t) - t."""

from __future__ import annotations

from crossent.vocabulary.compiled.double import INFINITY, NAN, log_pair, log_ratio_pair
from crossent.vocabulary.compiled.intrinsics import compiled, fma, polynomial, select, two_product, two_sum
from crossent.vocabulary.compiled.polynomials import ATANH

NEAR = 0.35  # beyond it x and m differ by a factor of 2 or more; within, x - m is exact for floats


@compiled
def kl_div(x, m, d):
    v = (0.5 * d) / (0.5 * x + 0.5 * m)
    near = abs(v) < NEAR
    u = select(near, v, 0.125)
    z = u * u
    # x log(x/m) = 2 x atanh(v), and 2 x v - d = v d
    close = fma(2.0 * x * u * z, polynomial(z, ATANH), u * d)
    high, low = log_ratio_pair(x, m)
    product, product_low = two_product(x, high)
    total, lost = two_sum(product, -d)
    far = total + (lost + fma(x, low, product_low))
    far = select(abs(product) < INFINITY, select(abs(product_low) < INFINITY, far, total), product)
    answer = select(near, close, select(m == 0.0, INFINITY, far))
    answer = select((m == INFINITY) | (x == INFINITY), INFINITY, answer)
    return select(x == 0.0, m, select((x == x) & (m == m) & (d == d), answer, x + m + d))


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
