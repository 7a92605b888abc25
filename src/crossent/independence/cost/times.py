"""Times as numbers that sort: numbers as they are, dates in nanoseconds of UTC (or of no zone), never a mixture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.data import columns
from crossent.data.typed import nothing

NUMBERS, WITHOUT_ZONE, WITH_ZONE = "numbers", "dates without a zone", "dates with a zone"
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017
NANOSECONDS = {"ns": 1, "us": 1000, "ms": 1_000_000}


@dataclass(frozen=True)
class Times:
    """`values` sort in order of time: float64 for numbers, int64 nanoseconds since 1970 for dates.

    `kind` of the rows that have a time; "" if none has. `bad` marks rows without one, and what stands there is not
    to be read; `odd` is the first row of another kind than those before it, with that kind.
    """

    values: NDArray[Any]
    kind: str
    bad: NDArray[np.bool_] | None = None
    odd: tuple[int, str] | None = None


def times_of(cells: Any, column: str) -> Times:
    """The times of a polars Series or anything that is an array: numbers, dates, datetimes, text as ISO 8601 writes it.

    A date is its first instant. Zones are compared in UTC.
    """
    if not hasattr(cells, "is_null"):
        cells = _cells(cells, column)
    if isinstance(cells, np.ndarray):
        if cells.dtype.kind == "M":
            values = cells.astype("datetime64[ns]").astype(np.int64)
            return Times(values, WITHOUT_ZONE, _some(np.isnat(cells)))
        return _numbers(cells.astype(np.float64))
    kind = str(cells.dtype)
    if kind.startswith(("Date", "Time")):
        return _of_dates(cells)
    if kind in ("String", "Categorical") or kind.startswith("Enum"):
        return _of_text(cells)
    read = columns.numbers(cells, column)
    return _numbers(np.where(read.bad, np.nan, read.values) if read.bad is not None else read.values)


def _numbers(values: Any) -> Times:
    values = np.ascontiguousarray(values, np.float64)
    return Times(values, NUMBERS, _some(~np.isfinite(values)))


def _some(mask: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    return mask if mask.any() else None


def _of_dates(series: Any) -> Times:
    import polars as pl

    kind = str(series.dtype)
    bad = _some(series.is_null().to_numpy())
    zone = WITH_ZONE if getattr(series.dtype, "time_zone", None) else WITHOUT_ZONE
    unit = NANOSECONDS.get(getattr(series.dtype, "time_unit", "ns"), 1)
    if kind == "Date":
        unit = 86_400 * 10**9
    values = series.cast(pl.Int64).fill_null(0).to_numpy() * np.int64(unit)
    return Times(values, zone, bad)


def _of_text(series: Any) -> Times:
    """Numbers if every text that is there is one; else dates, each distinct text read once."""
    import polars as pl

    series = series.cast(pl.String).str.strip_chars(" \t")
    missing = nothing(series)
    as_numbers = series.cast(pl.Float64, strict=False)
    if as_numbers.null_count() <= int(missing.sum()):
        return _numbers(as_numbers.fill_null(np.nan).to_numpy())
    unique = series.drop_nulls().unique(maintain_order=True)
    read = [_instant(text) for text in unique.to_list()]
    which = series.replace_strict(unique, np.arange(len(unique)), default=-1, return_dtype=pl.Int64).to_numpy()
    values = np.array([value for value, _ in read] + [0], np.int64)[which]
    kinds = [kind for _, kind in read]
    seen = dict.fromkeys(kind for kind in kinds if kind)
    bad = _some(np.array([not kind for kind in kinds] + [True])[which])
    first = next(iter(seen), "")
    if list(seen) == [NUMBERS]:
        return _numbers(as_numbers.fill_null(np.nan).to_numpy())
    odd = None
    if len(seen) > 1:
        others = np.array([bool(kind) and kind != first for kind in kinds] + [False])[which]
        row = int(np.argmax(others))
        odd = (row, kinds[which[row]])
    return Times(values, first, bad, odd)


def _instant(text: str) -> tuple[int, str]:
    """Nanoseconds and the kind; the kind is "" if the text is no time."""
    try:
        return _nanoseconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return 0, NUMBERS if columns.is_number(text) else ""


def _nanoseconds(moment: date) -> tuple[int, str]:
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    kind = WITHOUT_ZONE if moment.tzinfo is None else WITH_ZONE
    moment = moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment  # noqa: UP017
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000, kind


def _cells(values: Any, column: str) -> Any:
    """Lists of dates become text with their zones, and columns of data frames polars ones; other arrays as they are."""
    import polars as pl

    from crossent.data.typed import cells_of

    root = type(values).__module__.partition(".")[0]
    if isinstance(values, np.ndarray) and values.dtype.kind == "M":
        return values
    if root in ("pandas", "pyarrow", "modin"):
        import narwhals as nw

        series = nw.from_native(values, series_only=True)
        if series.dtype in (nw.Date, nw.Datetime):
            values = series.to_list()
    items = values.tolist() if isinstance(values, np.ndarray) and values.dtype == object else values
    if isinstance(items, list | tuple) and any(isinstance(item, date) for item in items):
        return pl.Series("", [item.isoformat() if isinstance(item, date) else None for item in items], dtype=pl.String)
    return cells_of(values, column)


def require(times: Times, column: str, cells: Any = None, counting: Any = None) -> NDArray[Any]:
    """The values; a row without a time that counts, or of another kind than the first, is a DataError that names it."""
    if times.odd is not None:
        row, kind = times.odd
        raise errors.times_of_two_kinds(column, times.kind, kind, row)
    bad = times.bad if times.bad is None or counting is None else times.bad & counting
    if bad is not None and bad.any():
        row = int(np.argmax(bad))
        value = None if cells is None else _item(cells, row)
        raise errors.time_cell_bad(column, row, "missing" if value is None else columns.shortened(value))
    return times.values


def _item(cells: Any, row: int) -> Any:
    value = cells.iloc[row] if hasattr(cells, "iloc") else cells[row]
    return value.item() if isinstance(value, np.generic) and value.dtype.kind != "M" else value
