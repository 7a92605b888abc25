"""Which cluster a row belongs to: numbers or text, the same key for 1, 1.0 and "1"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.data import columns
from crossent.data.typed import cells_of, nothing

WHOLE = re.compile(r"^(-?(?:0|[1-9]\d*))\.0+$")


@dataclass
class Keys:
    """Distinct keys, numbered as they turn up."""

    by_text: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.by_text)

    @property
    def texts(self) -> list[str]:
        """The keys in the order of their numbers."""
        return list(self.by_text)

    def numbers(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """The number of each key; new keys get the next ones."""
        known = self.by_text
        number = known.setdefault
        return np.fromiter((number(text, len(known)) for text in texts), np.int64, len(texts))


def keys_of(cells: Any, column: str) -> tuple[list[str], NDArray[np.int64]]:
    """The distinct keys of a column (a polars Series or anything that is an array), and which of them each row has.

    -1 where there is none: null, NaN, or empty text.
    """
    if not hasattr(cells, "is_null"):
        cells = cells_of(cells, column)
    if isinstance(cells, np.ndarray):
        return _of_numbers(cells)
    import polars as pl

    missing = nothing(cells)
    series = cells if str(cells.dtype).startswith(("Date", "Time", "Duration")) else columns.labels(cells, column)
    if missing.any():
        series = series.set(pl.Series(missing), None)
    unique = series.drop_nulls().unique(maintain_order=True)
    which = series.replace_strict(unique, np.arange(len(unique)), default=-1, return_dtype=pl.Int64).to_numpy()
    if unique.dtype.is_integer():
        return unique.cast(pl.String).to_list(), which
    if unique.dtype == pl.String and unique.str.contains(WHOLE.pattern).any():
        return _merged(unique.to_list(), which)
    return [columns.label_text(value) for value in unique.to_list()], which


def _of_numbers(cells: NDArray[Any]) -> tuple[list[str], NDArray[np.int64]]:
    missing = nothing(cells)
    distinct, inverse = np.unique(cells, return_inverse=True, equal_nan=True)
    which = np.where(missing, -1, inverse.reshape(-1))
    as_text = str if cells.dtype.kind in "iu" else columns.label_text
    return [as_text(value) for value in distinct.tolist()], which.astype(np.int64, copy=False)


def _merged(texts: list[str], which: NDArray[Any]) -> tuple[list[str], NDArray[np.int64]]:
    """Equal keys as one. The "1.0" of a CSV file is 1, as it is where it is stored as a number; "01" is another key."""
    keys = Keys()
    numbers = keys.numbers([WHOLE.sub(r"\1", text) for text in texts])
    return keys.texts, np.append(numbers, -1)[which].astype(np.int64, copy=False)
