"""Sums over one row of classes, in an order that depends on the number of classes alone.

`terms[start:start + count]` is summed, into the rounded sum and what that rounds off: up to 64 classes one after the
other, more in 32 fixed lanes. The rounding of every addition is kept, but in the functions called plain, which serve
float64 sums for float32 answers. Indices are unsigned because signed ones may mean "from the end", and that check
prevents vectors.
"""

from __future__ import annotations

import numpy as np

from crossent.vocabulary.compiled.intrinsics import compiled, fma, wide_vectors

LANES = 32
SHORT = 64
index = np.uintp


@compiled
def add(total, low, term):
    """total + term, its rounding added to low."""
    new = total + term
    part = new - total
    return new, low + ((total - (new - part)) + (term - part))


@compiled
def rounded(total, low):
    """total + low, and what that rounds off."""
    if not total < np.inf:  # beside inf, low is NaN
        return total, 0.0
    whole = total + low
    return whole, (total - whole) + low


@compiled
def refined(p, s, low):
    """1 / (1 + s + low), from p = 1 / (1 + s) with its two roundings: a Newton step."""
    return p + p * fma(-p, s, (1.0 - p) - p * low)


@compiled
def sum_short(terms, start, count):
    total = low = 0.0
    for j in range(count):
        total, low = add(total, low, terms[start + index(j)])
    return rounded(total, low)


@compiled
def sum_short_plain(terms, start, count):
    total = 0.0
    for j in range(count):
        total += terms[start + index(j)]
    return total, 0.0


@compiled
def join_lanes(lanes, lows):
    total = low = 0.0
    for j in range(LANES):
        total, low = add(total, low, lanes[j])
    for j in range(LANES):
        low += lows[j]
    return rounded(total, low)


@compiled
def join_lanes_plain(lanes, lows):
    total = 0.0
    for j in range(LANES):
        total += lanes[j]
    return total, 0.0


@compiled
def sum_row(terms, start, count, lanes, lows):
    if count <= index(SHORT):
        return sum_short(terms, start, count)
    wide_vectors()
    for j in range(LANES):
        lanes[j] = lows[j] = 0.0
    whole = count // index(LANES) * index(LANES)
    for block in range(start, start + whole, index(LANES)):
        for j in range(LANES):
            lanes[j], lows[j] = add(lanes[j], lows[j], terms[block + index(j)])
    for j in range(count - whole):
        lanes[j], lows[j] = add(lanes[j], lows[j], terms[start + whole + index(j)])
    return join_lanes(lanes, lows)


@compiled
def largest(terms, start, count):
    """The place of the largest, the first of them."""
    at = start
    for j in range(count):
        if terms[start + index(j)] > terms[at]:
            at = start + index(j)
    return at
