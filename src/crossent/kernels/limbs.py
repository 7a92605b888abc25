"""The compiled side of `ExactSum`: blocks of rows in the first-level cache are added into an accumulator of integers.

A block is cut into limbs of 51 bits from its largest exponent downwards: adding 1.5 * 2^52 rounds a float to a whole
number and leaves that number in its last bits, where integers are added, as many at once as registers hold. What is
left is exact, and gives the next limb. One, two or four limbs, as the smallest row of the block wants it, take one
round; where that is not enough, what is left goes round again. The result is exact in every case, hence the same for
every order and partition: a choice that is made for a block cannot be seen in it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from crossent.kernels.exact_sum import CHUNK_BITS, CHUNKS, NAN_SLOT, NEGATIVE_SLOT, POSITIVE_SLOT, UNIT_BITS
from crossent.kernels.lanes import larger32, size_bits32, smaller_but_zero32
from crossent.vocabulary.compiled.intrinsics import bits, fma, from_bits, wide_vectors

BLOCK = 2048  # rows; at most 2^12, or a limb could overflow
LIMB = 51
MAGIC = 1.5 * 2.0**52
MAGIC_BITS = int(np.float64(MAGIC).view(np.int64))
SIZE64, INFINITE64 = 0x7FFFFFFFFFFFFFFF, 0x7FF0000000000000
INFINITE32 = 0x7F800000
NEXT_LIMB = 2.0**LIMB
TINY_EXPONENT, LIFT, LIFT_BITS = 64, 2.0**600, 600
PRODUCT_LOW, PRODUCT_HIGH = 2.0**-900, 2.0**1023  # between these, a product's rounding error is a float64

JIT: dict[str, Any] = {"error_model": "numpy", "boundscheck": False}


@njit(**JIT)
def power_of_two(k):
    """2^k for -1022 <= k <= 1023."""
    return from_bits((k + 1023) << 52)


@njit(**JIT)
def add_integer(accumulator, integer, exponent):
    """Add integer * 2^exponent. Chunks are signed, so that carries can wait."""
    if integer == 0:
        return
    place = exponent + UNIT_BITS
    if place < 0:  # only zeros lie below one unit
        integer, place = integer >> -place, 0
    chunk, shift = place >> 5, place & 31
    low, high = (integer & 0xFFFFFFFF) << shift, (integer >> CHUNK_BITS) << shift
    accumulator[chunk] += low & 0xFFFFFFFF
    accumulator[chunk + 1] += (low >> CHUNK_BITS) + (high & 0xFFFFFFFF)
    accumulator[chunk + 2] += high >> CHUNK_BITS


@njit(**JIT)
def pass_carries(accumulator):
    """Needed once in 2^28 additions."""
    carry = np.int64(0)
    for j in range(CHUNKS - 1):
        chunk = accumulator[j] + carry
        accumulator[j] = chunk & 0xFFFFFFFF
        carry = chunk >> CHUNK_BITS
    accumulator[CHUNKS - 1] += carry


@njit(**JIT)
def largest(values):
    """The bits of the largest size; beyond INFINITE64 if there is a NaN."""
    wide_vectors()
    top = np.int64(0)
    for i in range(values.shape[0]):
        top = max(top, bits(values[i]) & SIZE64)
    return top


@njit(**JIT)
def set_aside(values, accumulator):
    """Count what is not finite and put 0 in its place."""
    for i in range(values.shape[0]):
        value = values[i]
        if not np.isfinite(value):
            accumulator[NAN_SLOT if value != value else POSITIVE_SLOT if value > 0 else NEGATIVE_SLOT] += 1
            values[i] = 0


@njit(**JIT)
def _cut(values, scale):
    """Two limbs off every value; what is left, in units of the second limb, stays in values."""
    wide_vectors()
    first, second, top = np.int64(0), np.int64(0), np.int64(0)
    for i in range(values.shape[0]):
        value = values[i]
        rounded = fma(value, scale, MAGIC)
        rest = fma(value, scale, MAGIC - rounded)
        rounded_rest = fma(rest, NEXT_LIMB, MAGIC)
        left = fma(rest, NEXT_LIMB, MAGIC - rounded_rest)
        first += bits(rounded)
        second += bits(rounded_rest)
        top = max(top, bits(left) & SIZE64)
        values[i] = left
    count = np.int64(values.shape[0]) * MAGIC_BITS  # wraps round, and so did the sums
    return first - count, second - count, top


@njit(**JIT)
def _cut_large(values, scale, unit):
    """One limb off every value. What is left keeps its unit: scaling it down could lose its last bits."""
    wide_vectors()
    limb, top = np.int64(0), np.int64(0)
    for i in range(values.shape[0]):
        rounded = fma(values[i], scale, MAGIC)
        left = fma(MAGIC - rounded, unit, values[i])
        limb += bits(rounded)
        top = max(top, bits(left) & SIZE64)
        values[i] = left
    return limb - np.int64(values.shape[0]) * MAGIC_BITS, top


@njit(**JIT)
def add_finite(values, top, accumulator):
    """Add finite float64 values, whose largest size has the bits `top`. Uses values up."""
    exponent = 0  # of the unit that values are in
    while top != 0:
        size = top >> 52
        if size < TINY_EXPONENT:  # otherwise 2^-exponent could overflow
            for i in range(values.shape[0]):
                values[i] *= LIFT
            exponent -= LIFT_BITS
            top = largest(values)
            continue
        shift = LIMB - (size - 1022)
        scale = power_of_two(shift)
        if shift < 0:
            first, top = _cut_large(values, scale, power_of_two(-shift))
            add_integer(accumulator, first, exponent - shift)
            continue
        first, second, top = _cut(values, scale)
        add_integer(accumulator, first, exponent - shift)
        exponent -= shift + LIMB
        add_integer(accumulator, second, exponent)


@njit(**JIT)
def _extent_doubles(values):
    """The bits of the largest size, and of the smallest but 0."""
    wide_vectors()
    top, low = np.int64(0), np.int64(SIZE64)
    for i in range(values.shape[0]):
        size = bits(values[i]) & SIZE64
        top = max(top, size)
        low = min(low, (size - 1) & SIZE64)  # 0 becomes the largest of all
    return top, low + 1


@njit(**JIT)
def _two_limbs(values, scale):
    """The sums of the two limbs that every value has, none of them more."""
    wide_vectors()
    first, second = np.int64(0), np.int64(0)
    for i in range(values.shape[0]):
        value = np.float64(values[i])
        rounded = fma(value, scale, MAGIC)
        rest = fma(value, scale, MAGIC - rounded)
        first += bits(rounded)
        second += bits(fma(rest, NEXT_LIMB, MAGIC))
    count = np.int64(values.shape[0]) * MAGIC_BITS
    return first - count, second - count


@njit(**JIT)
def _four_limbs(values, scale):
    """The same for four."""
    wide_vectors()
    first, second, third, fourth = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    for i in range(values.shape[0]):
        value = np.float64(values[i])
        rounded = fma(value, scale, MAGIC)
        rest = fma(value, scale, MAGIC - rounded)
        rounded_rest = fma(rest, NEXT_LIMB, MAGIC)
        next_rest = fma(rest, NEXT_LIMB, MAGIC - rounded_rest)
        rounded_next = fma(next_rest, NEXT_LIMB, MAGIC)
        last = fma(next_rest, NEXT_LIMB, MAGIC - rounded_next)
        first += bits(rounded)
        second += bits(rounded_rest)
        third += bits(rounded_next)
        fourth += bits(fma(last, NEXT_LIMB, MAGIC))
    count = np.int64(values.shape[0]) * MAGIC_BITS
    return first - count, second - count, third - count, fourth - count


@njit(**JIT)
def add_doubles(values, accumulator):
    """Add float64 values, at most BLOCK of them. May use values up."""
    top, low = _extent_doubles(values)
    if top >= INFINITE64:
        set_aside(values, accumulator)
        top, low = _extent_doubles(values)
    if top == 0:
        return
    above = (top >> 52) - 1022  # every size is below 2^above
    shift = LIMB - above
    needed = above - (max(low >> 52, 1) - 1075)
    if shift < 0 or shift > 1000 or needed > 4 * LIMB:
        add_finite(values, top, accumulator)
    elif needed <= 2 * LIMB:
        first, second = _two_limbs(values, power_of_two(shift))
        add_integer(accumulator, first, -shift)
        add_integer(accumulator, second, -shift - LIMB)
    else:
        first, second, third, fourth = _four_limbs(values, power_of_two(shift))
        add_integer(accumulator, first, -shift)
        add_integer(accumulator, second, -shift - LIMB)
        add_integer(accumulator, third, -shift - 2 * LIMB)
        add_integer(accumulator, fourth, -shift - 3 * LIMB)


@njit(**JIT)
def _extent_singles(values):
    """The same for float32."""
    wide_vectors()
    top, low = np.int32(0), np.int32(-1)
    for i in range(values.shape[0]):
        size = size_bits32(values[i])
        top = larger32(top, size)
        low = smaller_but_zero32(low, size)
    return np.int64(top), (np.int64(low) & 0xFFFFFFFF) + 1


@njit(**JIT)
def _one_limb(values, scale):
    wide_vectors()
    total = np.int64(0)
    for i in range(values.shape[0]):
        total += bits(fma(np.float64(values[i]), scale, MAGIC))
    return total - np.int64(values.shape[0]) * MAGIC_BITS


@njit(**JIT)
def _widen(values, spare):
    wide_vectors()
    for i in range(values.shape[0]):
        spare[i] = np.float64(values[i])


@njit(**JIT)
def add_singles(values, spare, accumulator):
    """Add float32 values, at most BLOCK of them; spare is as many float64. Not finite ones become 0 in values."""
    top, low = _extent_singles(values)
    if top >= INFINITE32:
        set_aside(values, accumulator)
        top, low = _extent_singles(values)
    if top == 0:
        return
    low_exponent = max(low >> 23, 1) - 150  # of the last bit of the smallest value
    if (top >> 23) - 126 - low_exponent <= LIMB:
        add_integer(accumulator, _one_limb(values, power_of_two(-low_exponent)), low_exponent)
        return
    shift = LIMB - ((top >> 23) - 126)
    if (top >> 23) - 126 - low_exponent <= 4 * LIMB:
        first, second, third, fourth = _four_limbs(values, power_of_two(shift))
        add_integer(accumulator, first, -shift)
        add_integer(accumulator, second, -shift - LIMB)
        add_integer(accumulator, third, -shift - 2 * LIMB)
        add_integer(accumulator, fourth, -shift - 3 * LIMB)
        return
    wider = spare[: values.shape[0]]
    _widen(values, wider)
    add_finite(wider, largest(wider), accumulator)


@njit(**JIT)
def _multiply(values, weights, products, errors):
    """products + errors = values * weights, exactly, if every product is inside the range; returns whether."""
    wide_vectors()
    inside = True
    for i in range(values.shape[0]):
        value = np.float64(values[i])
        product = value * weights[i]
        products[i] = product
        errors[i] = fma(value, weights[i], -product)
        size = abs(product)
        zero = (product == 0.0) & ((value == 0.0) | (weights[i] == 0.0))  # 0 times NaN or infinity is not
        inside &= ((size >= PRODUCT_LOW) & (size <= PRODUCT_HIGH)) | zero
    return inside


@njit(**JIT)
def _parts(value):
    """value = integer * 2^exponent, value finite."""
    pattern = bits(value)
    biased = (pattern >> 52) & 0x7FF
    integer = pattern & 0xFFFFFFFFFFFFF
    if biased > 0:
        integer |= 1 << 52
    return integer if pattern >= 0 else -integer, max(biased, 1) - 1075


@njit(**JIT)
def _multiply_integers(values, weights, products, errors, accumulator):
    """The terms that _multiply could not: their products as integers of 106 bits, straight into the accumulator."""
    for i in range(values.shape[0]):
        value = np.float64(values[i])
        size = abs(products[i])
        if not ((size >= PRODUCT_LOW) & (size <= PRODUCT_HIGH)):
            a, a_exponent = _parts(value)
            b, b_exponent = _parts(weights[i])
            exponent = a_exponent + b_exponent
            a_high, a_low, b_high, b_low = a >> 27, a & 0x7FFFFFF, b >> 27, b & 0x7FFFFFF
            add_integer(accumulator, a_high * b_high, exponent + 54)
            add_integer(accumulator, a_high * b_low + a_low * b_high, exponent + 27)
            add_integer(accumulator, a_low * b_low, exponent)
            products[i] = errors[i] = 0.0
    pass_carries(accumulator)


@njit(**JIT)
def _set_aside_weighted(values, weights, accumulator, lost):
    """As set_aside; the weights of those rows are added into `lost`."""
    for i in range(values.shape[0]):
        if not np.isfinite(values[i]):
            integer, exponent = _parts(weights[i])
            add_integer(lost, integer, exponent)
    pass_carries(lost)
    set_aside(values, accumulator)


@njit(**JIT)
def set_aside_doubles(values, weights, accumulator, lost):
    if largest(values) >= INFINITE64:
        _set_aside_weighted(values, weights, accumulator, lost)


@njit(**JIT)
def set_aside_singles(values, weights, accumulator, lost):
    if _extent_singles(values)[0] >= INFINITE32:
        _set_aside_weighted(values, weights, accumulator, lost)


@njit(**JIT)
def add_products(values, weights, products, errors, accumulator):
    """Add finite values (either float) times finite float64 weights; products and errors are room for as many."""
    products, errors = products[: values.shape[0]], errors[: values.shape[0]]
    if not _multiply(values, weights, products, errors):
        _multiply_integers(values, weights, products, errors, accumulator)
    add_finite(products, largest(products), accumulator)
    add_finite(errors, largest(errors), accumulator)
