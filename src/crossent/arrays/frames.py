"""Data-frame columns and frames (pandas, polars, pyarrow, ...) through narwhals, which is imported when one comes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.arrays.registry import Arrays, register_arrays

PACKAGES = ("pandas", "polars", "pyarrow", "modin")


def register() -> None:
    for root in PACKAGES:
        register_arrays(root, Arrays(to_numpy, like))


def to_numpy(value: Any) -> NDArray[Any]:
    """The values; nulls become NaN (numbers) or None (text and booleans)."""
    import narwhals as nw

    native = nw.from_native(value, pass_through=True, allow_series=True)
    if isinstance(native, nw.LazyFrame):
        native = native.collect()
    return np.asarray(native.to_numpy() if native is not value else value)


def like(result: NDArray[Any], prediction: Any) -> Any:
    """A column for one number a row, a frame with the prediction's columns for several; more axes stay NumPy."""
    import narwhals as nw

    native = nw.from_native(prediction, pass_through=True, allow_series=True)
    if not isinstance(native, nw.Series | nw.DataFrame) or len(native) != len(result):
        return result
    back_end = nw.get_native_namespace(native)
    if result.ndim == 1:
        made: Any = nw.new_series("nll", result, backend=back_end)
    elif result.ndim == 2 and isinstance(native, nw.DataFrame) and result.shape[1] == len(native.columns):
        columns = {name: result[:, i] for i, name in enumerate(native.columns)}
        made = nw.from_dict(columns, backend=back_end)
    else:
        return result
    answer, index = made.to_native(), nw.maybe_get_index(native)
    if index is not None:
        answer.index = index
    return answer
