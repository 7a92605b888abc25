"""The columns of a data frame, whichever library it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from crossent import errors

THE_DATA = "the data"


def frame_columns(X: Any) -> dict[str, Any] | None:
    """The columns of a data frame or a mapping; None if it is neither."""
    if X is None or type(X) is np.ndarray or isinstance(X, list | tuple):
        return None
    if isinstance(X, Mapping):
        return {str(name): column for name, column in X.items()}
    root = type(X).__module__.partition(".")[0]
    if root not in ("pandas", "polars", "pyarrow", "modin"):
        return None
    import narwhals as nw

    own = getattr(X, "column_names", ()) if root == "pyarrow" else X.columns if root == "pandas" else ()
    names = [str(name) for name in own]  # narwhals takes no frame with a name twice
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise errors.column_repeated(THE_DATA, "a predictor", repeated[0], names.count(repeated[0]))
    native = nw.from_native(X, pass_through=True, allow_series=False)
    if isinstance(native, nw.LazyFrame):
        native = native.collect()
    if not isinstance(native, nw.DataFrame):
        return None
    names = [str(name) for name in native.columns]
    return {name: native[:, j].to_native() for j, name in enumerate(names)}
