"""Inside a kernel: the arrays and numbers that its caller handed over as words of 64 bits."""

from __future__ import annotations

from llvmlite import ir
from numba import carray, njit, types
from numba.extending import intrinsic

from crossent.vocabulary.compiled.intrinsics import OPTIONS

# where NumPy's array object holds its data and its shape: behind the head of every Python object. This is part of
# NumPy's stable binary interface (PyArrayObject_fields).
DATA = object.__basicsize__
SHAPE = DATA + 16


@intrinsic
def _peek(typing_context, address):
    """The word at an address."""

    def generate(context, builder, signature, arguments):
        return builder.load(builder.inttoptr(arguments[0], ir.IntType(64).as_pointer()))

    return types.int64(types.int64), generate


@intrinsic
def _pointer(typing_context, address):
    return types.voidptr(types.int64), lambda context, builder, signature, arguments: builder.inttoptr(
        arguments[0], ir.IntType(8).as_pointer()
    )


@njit(**OPTIONS)
def length(array):
    """The first number of an array's shape."""
    return _peek(_peek(array + SHAPE))


@njit(**OPTIONS)
def data(array):
    """Where the array's data begins."""
    return _pointer(_peek(array + DATA))


__all__ = ["carray", "data", "length"]
