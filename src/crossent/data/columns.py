"""One column of a batch as an array: numbers, or the text of labels. Values that are none are marked, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent import errors

if TYPE_CHECKING:
    import polars as pl

LARGEST_EXACT = 2**53
TRUTH_WORDS = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True)
class Numbers:
    """`values` as stored (integers stay integers), and `bad`: True where the file holds no such number."""

    values: np.ndarray
    bad: np.ndarray | None = None


def numbers(series: pl.Series, column: str, *, truth_words: bool = False) -> Numbers:
    """The column's numbers. Text is read as a decimal number; with `truth_words`, also as true or false."""
    import polars as pl

    kind = series.dtype
    if kind == pl.Float64 or kind == pl.Float32 or kind == pl.Boolean:
        return _plain(series)
    if kind.is_integer():
        return _integers(series)
    if kind.is_decimal() or kind == pl.Null:
        return _plain(series.cast(pl.Float64))
    if kind == pl.String or kind == pl.Categorical or kind == pl.Enum:
        return _text(series.cast(pl.String), truth_words)
    raise errors.column_type(column, str(kind), "numbers or text")


def labels(series: pl.Series, column: str) -> pl.Series:
    """The column as something that can be compared with the text of a label."""
    import polars as pl

    kind = series.dtype
    if kind.is_integer() or kind == pl.Boolean or kind.is_float() or kind == pl.String or kind.is_decimal():
        return series
    if kind == pl.Categorical or kind == pl.Enum or kind == pl.Null:
        return series.cast(pl.String)
    raise errors.column_type(column, str(kind), "text, numbers, true or false")


def why_bad(value: Any) -> str:
    """What is wrong with a value that `numbers` marked: the end of the sentence "it is ..."."""
    if value is None:
        return "missing"
    if isinstance(value, str):
        text = value.strip(" \t")
        if not text:
            return "missing"
        if text.lstrip("+-").isascii() and text.lstrip("+-").isdigit():
            return f"{shortened(value)}: an integer beyond 2^53, which float64 cannot hold"
        if "," in text and text.replace(",", ".", 1).lstrip("+-").replace(".", "", 1).isdigit():
            return f"{shortened(value)}: no number (a decimal comma? write a point)"
        if is_number(text):
            return f"{shortened(value)}: beyond the range of float64"
        return f"{shortened(value)}: no number"
    if isinstance(value, int):
        return f"{value}: an integer beyond 2^53, which float64 cannot hold"
    return f"{value!r}: no number"


def shortened(value: Any, width: int = 60) -> str:
    """A value as a message shows it: on one line, and not longer than it helps."""
    text = repr(value)
    return text if len(text) <= width else text[: width - 3] + "..."


def is_number(text: str) -> bool:
    """True if the text is a number to Python, infinities and NaN included."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def label_text(value: Any) -> str:
    """The text of a label: 3.0 is "3", True is "true"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _plain(series: pl.Series) -> Numbers:
    bad = series.is_null().to_numpy() if series.null_count() else None
    values = series.fill_null(0).to_numpy() if bad is not None else series.to_numpy()
    return Numbers(values, bad)


def _integers(series: pl.Series) -> Numbers:
    import polars as pl

    if series.dtype in (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32):
        return _plain(series)
    # An integer above 2^53 has no float64 of its own, so it would be scored as another number.
    beyond = series > LARGEST_EXACT
    if series.dtype.is_signed_integer():
        beyond |= series < -LARGEST_EXACT
    beyond = beyond.fill_null(False)
    read = _plain(series.cast(pl.Float64))
    return Numbers(read.values, _either(read.bad, beyond.to_numpy() if beyond.any() else None))


def _text(series: pl.Series, truth_words: bool) -> Numbers:
    import polars as pl

    read = series.cast(pl.Float64, strict=False)
    if read.null_count() > series.null_count():
        trimmed = series.str.strip_chars(" \t")
        again = trimmed.cast(pl.Float64, strict=False)
        if truth_words:
            lower = trimmed.str.to_lowercase()
            words = lower.replace_strict(TRUTH_WORDS, default=None, return_dtype=pl.Float64)
            again = again.fill_null(words)
        read = again
    values = _plain(read)
    return Numbers(values.values, _either(values.bad, _changed_by_reading(series, read)))


def _changed_by_reading(text: pl.Series, read: pl.Series) -> np.ndarray | None:
    # "1e400" is read as infinity and "9007199254740993" as 2^53: not the numbers that are written there.
    import polars as pl

    large = (read.abs() >= LARGEST_EXACT).fill_null(False)
    if not large.any():
        return None
    whole = text.str.strip_chars(" \t").cast(pl.Int128, strict=False)
    beyond = ((whole > LARGEST_EXACT) | (whole < -LARGEST_EXACT)).fill_null(False)
    overflown = read.is_infinite() & ~text.str.to_lowercase().str.contains("inf", literal=True)
    return (beyond | overflown).fill_null(False).to_numpy()


def _either(one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    if one is None or other is None:
        return other if one is None else one
    return one | other
