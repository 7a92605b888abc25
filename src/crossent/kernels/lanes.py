"""Single instructions for compiled loops, and what LLVM must be told so that it makes vectors of the loops."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_INTEGER_OF = {types.float32: types.int32, types.float64: types.int64}
_FLOAT_OF = {types.float32: ir.FloatType(), types.float64: ir.DoubleType()}


@intrinsic
def bits(typing_context, x):
    """The bits of a float as a signed integer of its size."""
    integer = _INTEGER_OF[x]
    return integer(x), lambda context, builder, signature, a: builder.bitcast(a[0], ir.IntType(integer.bitwidth))


@intrinsic
def fused(typing_context, a, b, c):
    """a * b + c, rounded once."""
    return a(a, a, a), lambda context, builder, signature, arguments: builder.fma(*arguments)


@intrinsic
def pick(typing_context, condition, a, b):
    """Never a branch: both sides are there already."""
    return a(types.boolean, a, a), lambda context, builder, signature, arguments: builder.select(*arguments)


@intrinsic
def apart(typing_context):
    """Promise that this function's array arguments do not overlap; checking each pair at run time ends vectorisation."""

    def generate(context, builder, signature, arguments):
        for argument in builder.function.args:
            if isinstance(argument.type, ir.PointerType):
                argument.add_attribute("noalias")
        return context.get_dummy_value()

    return types.none(), generate


@intrinsic
def wide(typing_context):
    """Prefer 512-bit registers where there are some (LLVM's own choice is 256: 30 % slower here)."""

    def generate(context, builder, signature, arguments):
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.none(), generate
