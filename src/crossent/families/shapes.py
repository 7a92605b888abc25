"""Batches: what the kernels take, and the one shape that everything in a batch has."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crossent import errors

Array = NDArray[Any]
Shape = tuple[int, ...]


class Batch(NamedTuple):
    """What the kernels take: flat rows, and the shape they came in."""

    shape: Shape
    target: Array
    raw: Any
    fixed: tuple[Any, ...]
    weight: Array | None
    mask: Array | None


def batch_shape(
    target: Array | None, shapes: dict[str, Shape], fixed: tuple[Array, ...], weight: Array | None, mask: Array | None
) -> Shape:
    """The one shape of all that are no scalars; fixed parameters count only if nothing else has one."""
    if target is not None:
        shapes = {"target": target.shape} | shapes
    if weight is not None:
        shapes["sample_weight"] = weight.shape
    if mask is not None:
        shapes["mask"] = mask.shape
    several = {shape for shape in shapes.values() if shape}
    if len(several) > 1:
        raise errors.shapes_differ({name: shape for name, shape in shapes.items() if shape})
    return several.pop() if several else np.broadcast_shapes(*(column.shape for column in fixed))


def flat(array: Array, rows: int) -> Array:
    if array.ndim == 1:
        return array
    return array.reshape(-1) if array.ndim else np.broadcast_to(array, (rows,))
