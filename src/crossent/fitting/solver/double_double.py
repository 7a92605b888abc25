"""Sums of products with twice the digits, over columns of NumPy: a number is a pair high + low.

Dekker 1971; Ogita, Rump and Oishi 2005. Exact products need |x| below 2^996 and results above 2^-968, which columns
scaled by powers of two have.
"""

from __future__ import annotations

import numpy as np

from crossent.fitting.chunks import Floats

SPLIT = 134217729.0  # 2^27 + 1
Pair = tuple[Floats, Floats]


def two_sum(a: Floats, b: Floats) -> Pair:
    """a + b, rounded, and what rounding took: exactly."""
    total = a + b
    rest = total - a
    return total, (a - (total - rest)) + (b - rest)


def two_product(a: Floats, b: Floats) -> Pair:
    """a * b, rounded, and what rounding took: exactly."""
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _split(a: Floats) -> Pair:
    scaled = SPLIT * a
    high = scaled - (scaled - a)
    return high, a - high


def add(a: Pair, b: Pair) -> Pair:
    """The sum of two pairs."""
    high, low = two_sum(a[0], b[0])
    return two_sum(high, low + (a[1] + b[1]))


def total(pair: Pair) -> Pair:
    """The sum over the first axis, by halves: always in the same order."""
    high, low = pair
    while len(high) > 1:
        half = len(high) // 2
        joined, rest = two_sum(high[:half], high[half : 2 * half])
        rest += low[:half] + low[half : 2 * half]
        if len(high) % 2:
            joined = np.concatenate([joined, high[-1:]])
            rest = np.concatenate([rest, low[-1:]])
        high, low = joined, rest
    if not len(high):
        return np.zeros(high.shape[1:]), np.zeros(low.shape[1:])
    return two_sum(high[0], low[0])


def product(a: Pair, b: Pair) -> Pair:
    """The product of two pairs."""
    high, low = two_product(a[0], b[0])
    return two_sum(high, low + (a[0] * b[1] + a[1] * b[0]))


def times_vector(matrix: Pair, vector: Pair) -> Pair:
    """matrix (n, p) times vector (p,): (n,)."""
    columns = (np.ascontiguousarray(matrix[0].T), np.ascontiguousarray(matrix[1].T))
    return total(product(columns, (vector[0][:, None], vector[1][:, None])))


def transposed_times(matrix: Pair, vector: Pair) -> Pair:
    """matrix' (p, n) times vector (n,), or each column of (n, m): (p,) or (p, m)."""
    if vector[0].ndim == 1:
        return total(product(matrix, (vector[0][:, None], vector[1][:, None])))
    parts = [transposed_times(matrix, (vector[0][:, k], vector[1][:, k])) for k in range(vector[0].shape[1])]
    return np.stack([p[0] for p in parts], axis=1), np.stack([p[1] for p in parts], axis=1)


def matrix_product(a: Pair, b: Pair) -> Pair:
    """a (m, k) times b (k, n)."""
    left = (np.ascontiguousarray(a[0].T)[:, :, None], np.ascontiguousarray(a[1].T)[:, :, None])
    right = (b[0][:, None, :], b[1][:, None, :])
    return total(product(left, right))


def quotient(a: Pair, b: Pair) -> Pair:
    """a / b."""
    first = a[0] / b[0]
    rest = add(a, _negative(product(b, (first, np.zeros_like(first)))))
    return two_sum(first, (rest[0] + rest[1]) / b[0])


def root(a: Pair) -> Pair:
    """The square root of a > 0."""
    first = np.sqrt(a[0])
    square, rest = two_product(first, first)
    return two_sum(first, ((a[0] - square) - rest + a[1]) / (2 * first))


def _negative(a: Pair) -> Pair:
    return -a[0], -a[1]


def cholesky(a: Pair) -> Pair | None:
    """The lower factor of a symmetric positive definite matrix; None if a pivot is not positive."""
    high, low = a[0].copy(), a[1].copy()
    size = len(high)
    for k in range(size):
        if not high[k, k] > 0:
            return None
        pivot = root((high[k, k], low[k, k]))
        column = quotient((high[k:, k], low[k:, k]), (np.full(size - k, pivot[0]), np.full(size - k, pivot[1])))
        high[k:, k], low[k:, k] = column
        rest = (column[0][1:], column[1][1:])
        outer = product((rest[0][:, None], rest[1][:, None]), (rest[0][None, :], rest[1][None, :]))
        inner = slice(k + 1, size)
        high[inner, inner], low[inner, inner] = add((high[inner, inner], low[inner, inner]), _negative(outer))
    return np.tril(high), np.tril(low)
