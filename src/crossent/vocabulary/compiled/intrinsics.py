"""The few instructions that Python has no words for: fused multiply-add, bit casts, selection without a branch.

Every function comes for float64 and, with the suffix 32, for float32. Arguments are cast to the type in the name.
"""

from __future__ import annotations

import struct
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

# forceinline: a call inside a loop would keep LLVM from vectorising it
OPTIONS: dict[str, Any] = {"forceinline": True, "error_model": "numpy", "boundscheck": False}
compiled = njit(**OPTIONS)

MAGIC = 1.5 * 2.0**52  # adding it rounds to a whole number and leaves that number in the low bits
MAGIC_32 = 1.5 * 2.0**23


def _fma(real):
    @intrinsic
    def fma(typing_context, a, b, c):
        """a b + c, rounded once."""
        return real(real, real, real), lambda context, builder, signature, args: builder.fma(*args)

    return fma


def _bits(real, integer, width):
    @intrinsic
    def bits(typing_context, x):
        """The bit pattern as a signed integer."""
        return integer(real), lambda context, builder, signature, args: builder.bitcast(args[0], ir.IntType(width))

    return bits


def _from_bits(real, integer, llvm_real):
    @intrinsic
    def from_bits(typing_context, pattern):
        """The number with this bit pattern."""
        return real(integer), lambda context, builder, signature, args: builder.bitcast(args[0], llvm_real)

    return from_bits


def _select(real):
    @intrinsic
    def select(typing_context, condition, chosen, otherwise):
        """One of two numbers, both computed: never a branch."""
        return real(types.boolean, real, real), lambda context, builder, signature, args: builder.select(*args)

    return select


def _entry(aggregate, place):
    """The value that a chain of insertions has put at a place; None if that cannot be seen."""
    while isinstance(aggregate, ir.instructions.InsertValue):
        if list(aggregate.indices) == [place]:
            return aggregate.operands[1]
        aggregate = aggregate.operands[0]
    return None


def _coefficients(builder, values, count, real):
    """The coefficients, each read from a variable of its own.

    LLVM rebuilds constants in every round of a loop that has many; what lies in memory is an operand of the
    multiply-add instead. Nobody writes these variables, but their linkage keeps LLVM from knowing that.
    """
    terms = []
    for place in range(count):
        value = _entry(values, place)
        if not isinstance(value, ir.Constant):
            value = builder.extract_value(values, place)
            terms.append(value if value.type == real else builder.fptrunc(value, real))
            continue
        name = f"crossent.{real}.{struct.pack('>d', value.constant).hex()}"
        variable = builder.module.globals.get(name)
        if variable is None:
            variable = ir.GlobalVariable(builder.module, real, name)
            variable.initializer = ir.Constant(real, value.constant)
            variable.linkage = "linkonce_odr"
        terms.append(builder.load(variable))
    return terms


def _chain(builder, x, terms):
    total = terms[-1]
    for term in reversed(terms[:-1]):
        total = builder.fma(total, x, term)
    return total


def _polynomial(real):
    @intrinsic
    def polynomial(typing_context, x, coefficients):
        """c[0] + x (c[1] + c[2] x + ...), the bracket as two or four Horner chains in a power of x.

        A single chain waits at every step, and Estrin's order needs nearly twice the instructions. The last step rounds
        c[0] in, so that hardly anything else counts.
        """

        def generate(context, builder, signature, args):
            x, values = args
            constant, *terms = _coefficients(builder, values, signature.args[1].count, context.get_value_type(real))
            halvings = 0 if len(terms) < 4 else 1 if len(terms) < 10 else 2
            powers = [x]
            for _ in range(halvings):
                powers.append(builder.fmul(powers[-1], powers[-1]))
            chains = [_chain(builder, powers[-1], terms[i :: 2**halvings]) for i in range(2**halvings)]
            for power in powers[-2::-1]:
                half = len(chains) // 2
                chains = [builder.fma(chains[i + half], power, chains[i]) for i in range(half)]
            return builder.fma(chains[0], x, constant)

        return real(real, coefficients), generate

    return polynomial


def _horner(real):
    @intrinsic
    def horner(typing_context, x, coefficients):
        """c[0] + c[1] x + ... in Horner's order, which forms no power of x that could be subnormal (and slow)."""

        def generate(context, builder, signature, args):
            terms = _coefficients(builder, args[1], signature.args[1].count, context.get_value_type(real))
            return _chain(builder, args[0], terms)

        return real(real, coefficients), generate

    return horner


fma, fma32 = _fma(types.float64), _fma(types.float32)
select, select32 = _select(types.float64), _select(types.float32)
bits, bits32 = _bits(types.float64, types.int64, 64), _bits(types.float32, types.int32, 32)
from_bits = _from_bits(types.float64, types.int64, ir.DoubleType())
from_bits32 = _from_bits(types.float32, types.int32, ir.FloatType())
polynomial, horner, horner32 = _polynomial(types.float64), _horner(types.float64), _horner(types.float32)


@intrinsic
def shift_left32(typing_context, pattern, count):
    """An int32 shifted: Numba's own << widens to 64 bits."""
    integer = types.int32
    return integer(integer, integer), lambda context, builder, signature, args: builder.shl(*args)


@intrinsic
def add32(typing_context, a, b):
    """The sum of two int32 that may wrap around: Numba's own + widens to 64 bits."""
    integer = types.int32
    return integer(integer, integer), lambda context, builder, signature, args: builder.add(*args)


@intrinsic
def wide_vectors(typing_context):
    """Ask for 512-bit vectors in the function that calls this, where the processor has them (LLVM prefers 256)."""

    def generate(context, builder, signature, args):
        attributes = builder.function.attributes
        set.add(attributes, '"prefer-vector-width"="512"')  # llvmlite's own add() refuses attributes it does not know
        return context.get_dummy_value()

    return types.void(), generate


@compiled
def two_sum(a, b):
    """a + b exactly, as a rounded sum and what the rounding lost."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


@compiled
def fast_two_sum(a, b):
    """The same, where |a| >= |b| or a is 0."""
    total = a + b
    return total, b - (total - a)


@compiled
def two_product(a, b):
    """a b exactly, as a rounded product and what the rounding lost."""
    product = a * b
    return product, fma(a, b, -product)
