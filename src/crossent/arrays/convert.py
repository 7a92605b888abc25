"""Into NumPy and back: no copy where none is needed, no value changed, nothing detached silently."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.arrays import frames
from crossent.arrays.registry import CONVERSIONS, arrays_of

NUMBERS = frozenset("biuf")
TEXT = frozenset("UST")
_TAKEN = frozenset(np.dtype(name) for name in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"))


def to_numpy(value: Any, argument: str, *, text: bool = False) -> NDArray[Any]:
    """The values as a NumPy array of booleans, integers or floats; missing values are NaN. No copy of a NumPy array.

    Text is taken where `text` says so, as an array of `object` or of a text dtype.
    """
    if type(value) is np.ndarray and value.dtype in _TAKEN:
        return value
    array = _as_array(value, argument)
    if array.dtype.kind in TEXT and text:
        return array
    if array.dtype == object:
        array = _from_objects(array, argument, text)
        if array.dtype == object:
            return array
    if array.dtype.kind not in NUMBERS or array.dtype.itemsize > 8:
        raise errors.not_numbers(argument, f"of dtype {array.dtype}")
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _as_array(value: Any, argument: str) -> NDArray[Any]:
    root, arrays = arrays_of(type(value))
    if arrays is None:
        raise errors.no_adapter(argument, root, f"{root} {type(value).__name__}", CONVERSIONS[root])
    if arrays.to_numpy is not None:
        return arrays.to_numpy(value)
    if isinstance(value, np.ma.MaskedArray):
        raise errors.not_numbers(argument, "a masked array, whose mask would be lost; pass .data, and mask=~array.mask")
    if isinstance(value, list | tuple):
        for item in value[:1]:  # a list of tensors would be detached one by one
            _as_array(item, argument) if not isinstance(item, list | tuple) else None
    try:
        return np.asarray(value)
    except ValueError:
        raise errors.ragged(argument) from None


def _from_objects(array: NDArray[Any], argument: str, text: bool) -> NDArray[Any]:
    """Numbers with gaps become float64 with NaN, text stays as it is; a mixture is an error that shows one of them."""
    items = array.ravel().tolist()
    if all(isinstance(item, Real | Decimal | np.bool_) or is_missing(item) for item in items):
        numbers = [np.nan if is_missing(item) else float(item) for item in items]
        return np.array(numbers, np.float64).reshape(array.shape)
    if text and all(isinstance(item, str) or is_missing(item) for item in items):
        return array
    odd = next(item for item in items if not isinstance(item, Real | Decimal | np.bool_) and not is_missing(item))
    raise errors.not_numbers(argument, f"of {type(odd).__name__}", odd)


def is_missing(item: object) -> bool:
    """None, NaN, and what data frames write for a null (pandas.NA is recognised by its name: nothing is imported)."""
    return item is None or type(item).__name__ in ("NAType", "NaTType") or (isinstance(item, float) and item != item)


def is_text(array: NDArray[Any]) -> bool:
    return array.dtype == object or array.dtype.kind in TEXT


def float_dtype(*arrays: NDArray[Any] | float) -> np.dtype[Any]:
    """The float dtype of a prediction: the widest of its float arrays. Numbers and integers count as float64 only if
    there is no float array, so that ``Normal(loc=float32_array, scale=1.0)`` stays float32.
    """
    floats = [a.dtype for a in arrays if isinstance(a, np.ndarray) and a.ndim and a.dtype.kind == "f"]
    floats = floats or [a.dtype for a in arrays if isinstance(a, np.ndarray | np.generic) and a.dtype.kind == "f"]
    return np.result_type(*floats) if floats else np.dtype(np.float64)


def like(result: NDArray[Any], prediction: Any) -> Any:
    """The result as the caller's kind of array: a pandas Series keeps its index, lists and numbers give NumPy."""
    if result.ndim == 0:
        return result[()]
    if type(prediction) is np.ndarray:
        return result
    arrays = arrays_of(type(prediction))[1]
    if arrays is None or arrays.like is None:
        return result
    return arrays.like(result, prediction)


frames.register()
