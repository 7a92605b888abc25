"""What LLVM must be told so that it makes vectors of our loops, and integers of 32 bits that stay so."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_INT32 = ir.IntType(32)


@intrinsic
def apart(typing_context):
    """Promise that this function's array arguments do not overlap: checking each pair would end vectorisation."""

    def generate(context, builder, signature, arguments):
        for argument in builder.function.args:
            if isinstance(argument.type, ir.PointerType):
                argument.add_attribute("noalias")
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
def two_at_a_time(typing_context):
    """Said in a loop's body: let LLVM take two vectors in each round, so that one goes on while the other waits.

    A formula is one long chain, and the next round lies further ahead than a processor looks. LLVM is told by a note on
    the branch back to the loop's head: the next branch to a block that has been written already.
    """

    def generate(context, builder, signature, arguments):
        plain_branch = builder.branch

        def branch(target):
            written = plain_branch(target)
            if target.instructions:
                del builder.branch
                _note(builder.module, written)
            return written

        builder.branch = branch
        return context.get_dummy_value()

    return types.void(), generate


def _note(module, branch):
    count = module.add_metadata([ir.MetaDataString(module, "llvm.loop.interleave.count"), ir.Constant(_INT32, 2)])
    own = ir.values.MDValue(module, [], name=str(len(module.metadata)))  # a loop's note begins with itself
    own.operands = (own, count)
    branch.set_metadata("llvm.loop", own)


@intrinsic
def size_bits32(typing_context, value):
    """The bits of |value|, a float32: they are ordered as the sizes are. Numba's own & would widen them to 64 bits."""

    def generate(context, builder, signature, arguments):
        return builder.and_(builder.bitcast(arguments[0], _INT32), ir.Constant(_INT32, 0x7FFFFFFF))

    return types.int32(types.float32), generate


@intrinsic
def larger32(typing_context, a, b):
    """The larger of two int32."""

    def generate(context, builder, signature, arguments):
        return builder.select(builder.icmp_signed(">", *arguments), *arguments)

    return types.int32(types.int32, types.int32), generate


@intrinsic
def smaller_but_zero32(typing_context, a, b):
    """The smaller of a and b - 1 as unsigned numbers, so that b = 0 is the largest of all."""

    def generate(context, builder, signature, arguments):
        less_one = builder.sub(arguments[1], ir.Constant(_INT32, 1))
        return builder.select(builder.icmp_unsigned("<", arguments[0], less_one), arguments[0], less_one)

    return types.int32(types.int32, types.int32), generate
