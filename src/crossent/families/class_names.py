"""The names of classes: targets are matched by name, never by order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.arrays import is_text
from crossent.families.blame import counted, first_bad, snake_case

UNKNOWN = -1


def class_names(family: Any, classes: Any) -> list[Any] | None:
    """The names in the order of the prediction's last axis."""
    if classes is None:
        return None
    if family.classes is None:
        raise errors.classes_refused(snake_case(family.name))
    names = list(classes)
    if len(set(names)) != len(names):
        raise errors.class_named_twice(next(name for name in names if names.count(name) > 1))
    return names


def class_indices(
    target: NDArray[Any], classes: list[Any], weight: NDArray[Any] | None, mask: NDArray[Any] | None
) -> NDArray[Any]:
    """The column of each row's class, which must be known where the row counts; rows of probabilities as they are."""
    if target.ndim > 1 and target.shape[-1] == len(classes) and not is_text(target):
        return target
    column = {name: i for i, name in enumerate(classes)}
    found = (column.get(name, UNKNOWN) for name in target.reshape(-1).tolist())
    indices = np.fromiter(found, np.int64, target.size)
    bad = indices == UNKNOWN
    if bad.any():
        same = all(a is None or a.shape == target.shape for a in (weight, mask))  # else the shapes will be the error
        flat = [None if a is None or not same else a.reshape(-1) for a in (weight, mask)]
        bad &= counted(flat[0], flat[1], target.size, target.shape)
    if bad.any():
        index, row, many, total = first_bad(bad, target.shape)
        raise errors.class_unknown(index, target.reshape(-1).tolist()[row], classes, many, total)
    return indices.reshape(target.shape)
