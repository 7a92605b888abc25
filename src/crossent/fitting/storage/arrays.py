"""Predictions of arrays and frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent import errors
from crossent.arrays import to_numpy
from crossent.fitting.storage.predictions import Predictions, constant_predictions, predictions

if TYPE_CHECKING:
    from crossent.fitting.storage.learned import LearnedModel

QUANTITIES = ("mean", "raw", "parameters", "interval")


def predicted(learned: LearnedModel, X: Any, offset: Any, quantity: str) -> Any:
    """See LearnedModel.predict."""
    if quantity not in QUANTITIES:
        raise errors.unknown_quantity(quantity, QUANTITIES)
    found = _predictions(learned, X, offset)
    if quantity == "mean":
        return found.mean
    if quantity == "parameters":
        return found.parameters
    if quantity == "interval":
        return np.stack([found.low, found.high])
    return found.raw[0] if len(found.raw) == 1 else np.stack(found.raw, axis=-1)


def _predictions(learned: LearnedModel, X: Any, offset: Any) -> Predictions:
    if learned.model is None:
        return constant_predictions(learned, _rows(X))
    shift = None if offset is None else np.asarray(to_numpy(offset, "offset"), np.float64)
    if learned.design is None:
        raise errors.nothing_to_save()
    from crossent.fitting.design.reading import Reader
    from crossent.fitting.design.tables import ColumnTable

    design = replace(learned.design, trials=None)
    if shift is not None:
        design = replace(design, offset=None, exposure=None)
    reader = Reader(design, with_target=False)
    if not reader.columns:
        return predictions(learned, np.empty((_rows(X) if shift is None else len(shift), 0)), shift)
    if X is None or isinstance(X, int):
        raise errors.prediction_has_no_columns(len(reader.columns))
    (batch,) = ColumnTable(columns_of(X, reader.columns), "X", reader.columns).batches(reader.columns)
    chunk = reader.read(batch)
    return predictions(learned, chunk.design, chunk.offset if shift is None else shift, chunk.low)


def columns_of(X: Any, names: tuple[str, ...]) -> Mapping[str, Any]:
    """The table as columns by name: a frame's own, a mapping's, or those of an array in the order of the fit."""
    if isinstance(X, Mapping):
        return X
    import narwhals as nw

    frame = nw.from_native(X, pass_through=True, eager_only=True)
    if isinstance(frame, nw.DataFrame):
        return {name: frame.get_column(name).to_native() for name in frame.columns}
    array = to_numpy(X, "X", text=True)
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or array.shape[1] != len(names):
        raise errors.columns_do_not_match(array.shape[1] if array.ndim == 2 else array.ndim, names)
    return {name: array[:, k] for k, name in enumerate(names)}


def _rows(X: Any) -> int:
    if X is None:
        return 1
    return X if isinstance(X, int) else len(X)
