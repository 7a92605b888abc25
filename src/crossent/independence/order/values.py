"""One column as a series: checked numbers or level numbers, integer ranks, and the rows that long series are cut to."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
SAMPLE = 20_000


def numbers(
    values: Any, column: str = "target", needed: int = 3, what: str = "a test of order", vary: bool = True
) -> Floats:
    """The column as float64: flat, finite, of at least `needed` rows, not constant (unless it need not vary).

    >>> numbers([1, 2, 2])
    array([1., 2., 2.])
    """
    array = _flat(values, column)
    array = np.ascontiguousarray(array, np.float64)
    bad = ~np.isfinite(array)
    if bad.any():
        row = int(np.argmax(bad))
        raise errors.series_value_not_finite(column, row, float(array[row]), int(bad.sum()), len(array))
    _vary(array, column, needed, what, vary)
    return array


def codes(values: Any, column: str = "target", needed: int = 2, what: str = "a test of order") -> Codes:
    """The column as numbers of levels without gaps: 0, 1, ... in the order of the numbers that came.

    >>> codes([3, 0, 3])
    array([1, 0, 1])
    """
    array = _flat(values, column)
    bad = ~np.isfinite(array) if array.dtype.kind == "f" else np.zeros(len(array), np.bool_)
    whole = np.where(bad, 0, array).astype(np.float64)
    bad |= (whole < 0) | (whole != np.floor(whole))
    if bad.any():
        row = int(np.argmax(bad))
        raise errors.series_level_invalid(column, row, float(array[row]), int(bad.sum()), len(array))
    _vary(array, column, needed, what)
    return np.unique(array, return_inverse=True)[1].astype(np.int64)


def lags_of(lags: Any, rows: int, column: str) -> tuple[int, ...]:
    """The lags as integers, each leaving at least two pairs of rows."""
    found = tuple(int(lag) for lag in np.atleast_1d(lags))
    if not found:
        raise errors.lags_missing(column)
    for lag in found:
        if lag < 1 or lag > rows - 2:
            raise errors.lag_out_of_range(column, lag, rows)
    return found


def doubled_ranks(values: NDArray[Any]) -> Floats:
    """2 rank - (n + 1) with mean ranks for ties: whole numbers of sum 0, so that their products are exact.

    >>> doubled_ranks(np.array([3.0, 1.0, 3.0]))
    array([ 1., -2.,  1.])
    """
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (2 * last - count - len(values))[place].astype(np.float64)


def contiguous(values: NDArray[Any], seed: int, most: int = SAMPLE) -> tuple[NDArray[Any], int, tuple[str, ...]]:
    """At most `most` rows that follow each other, from a place drawn by the seed: the rows, the first, and a note."""
    if len(values) <= most:
        return values, 0, ()
    start = int(np.random.default_rng(seed).integers(len(values) - most + 1))
    rows = f"{most:,} rows in a row, {start:,} to {start + most - 1:,} of {len(values):,} (drawn with seed {seed})"
    return values[start : start + most], start, (f"tested on {rows}",)


def spread_out(rows: int, seed: int, most: int = SAMPLE) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """At most `most` of all rows, drawn by the seed, in order; None where every row is taken."""
    if rows <= most:
        return None, ()
    chosen = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
    return chosen, (f"tested on {most:,} of {rows:,} rows, drawn at random (seed {seed})",)


def by_time(time: Any, column: str = "time") -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """The rows in order of time (None where they are already), and what must be said: ties, gaps.

    Rows of the same time keep the order of the file. `time` is numbers, or NumPy's datetimes (of one zone).

    >>> by_time([3, 1, 1])
    (array([1, 2, 0]), ('2 of 3 rows share their time with another: they keep the order of the file',))
    """
    array = np.asarray(time)
    if array.dtype.kind in "mM":
        missing = np.isnat(array)
        array = np.where(missing, 0, array.astype(np.int64)).astype(object) if missing.any() else array.astype(np.int64)
        if missing.any():
            row = int(np.argmax(missing))
            raise errors.series_value_not_finite(column, row, float("nan"), int(missing.sum()), len(array))
    array = _flat(array, column)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        bad = ~np.isfinite(array)
        row = int(np.argmax(bad))
        raise errors.series_value_not_finite(column, row, float(array[row]), int(bad.sum()), len(array))
    steps = np.diff(array)
    order = None if (steps >= 0).all() else np.argsort(array, kind="stable")
    steps = steps if order is None else np.diff(array[order])
    notes: tuple[str, ...] = ()
    tied = steps == 0
    if tied.any():
        sharing = int(np.count_nonzero(np.append(tied, False) | np.append(False, tied)))
        notes += (f"{sharing:,} of {len(array):,} rows share their time with another: they keep the order of the file",)
    moves = steps[~tied]
    if len(moves) and float(moves.max()) > 1.5 * float(np.median(moves)):
        times = float(moves.max()) / float(np.median(moves))
        notes += (f"steps of time differ (the largest is {times:,.3g} times the median): lags count rows, not time",)
    return order, notes


def _flat(values: Any, column: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise errors.series_not_flat(column, array.shape)
    if array.dtype.kind not in "biuf":
        raise errors.series_not_numbers(column, array.dtype)
    return array


def _vary(array: NDArray[Any], column: str, needed: int, what: str, vary: bool = True) -> None:
    if len(array) < needed:
        raise errors.order_needs_rows(column, what, needed, len(array))
    if vary and (array == array[0]).all():
        raise errors.series_constant(column, float(array[0]))
