"""A column of a file, an array or a data frame, as float64 numbers or as the numbers of its levels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.data import columns

Mask = NDArray[np.bool_]
MISSING, UNSEEN = -1, -2
_NEW = -3


@dataclass(frozen=True)
class Floats:
    """Numbers, and where there are none: `missing` (nothing stands there, or NaN) and `bad` (no number of float64).

    `infinite` marks infinities. A mask is None where no row is marked.
    """

    values: NDArray[np.float64]
    missing: Mask | None = None
    bad: Mask | None = None
    infinite: Mask | None = None


def floats(cells: Any, column: str) -> Floats:
    """The numbers of a polars Series or a NumPy array; text is read as decimal numbers, true and false are 1 and 0."""
    bad: Mask | None = None
    if isinstance(cells, np.ndarray):
        if cells.dtype.kind in "iu" and cells.dtype.itemsize == 8:
            bad = _some((cells > columns.LARGEST_EXACT) | (cells < -columns.LARGEST_EXACT))
        values = cells
    else:
        read = columns.numbers(cells, column, truth_words=True)
        values, bad = read.values, read.bad
    values = np.ascontiguousarray(values, np.float64)
    if bad is None and all_finite(values):
        return Floats(values)
    missing = np.isnan(values)
    if bad is not None:
        missing |= bad & nothing(cells)
        bad = _some(bad & ~missing)
    return Floats(values, _some(missing), bad, _some(np.isinf(values) & ~missing))


def all_finite(values: NDArray[np.float64]) -> bool:
    """True if every number is finite, in one pass; where their sum overflows, or is not finite, in another."""
    with np.errstate(over="ignore", invalid="ignore"):
        return math.isfinite(float(np.add.reduce(values.reshape(-1)))) or bool(np.isfinite(values).all())


def nothing(cells: Any) -> Mask:
    """True where a cell is empty: null, NaN, or text of blanks."""
    if isinstance(cells, np.ndarray):
        return np.isnan(cells) if cells.dtype.kind == "f" else np.zeros(len(cells), np.bool_)
    empty = cells.is_null()
    if cells.dtype.is_float():
        empty = empty | cells.is_nan().fill_null(True)
    if str(cells.dtype) in ("String", "Categorical") or str(cells.dtype).startswith("Enum"):
        import polars as pl

        empty = empty | (cells.cast(pl.String).str.strip_chars(" \t") == "").fill_null(True)
    return np.asarray(empty.to_numpy())


def _some(mask: Mask) -> Mask | None:
    return mask if mask.any() else None


class Levels:
    """Numbers the values of a column of labels by `code`, which is asked once for each value.

    MISSING stands for nothing (null, NaN, empty text).
    """

    def __init__(self, code: Callable[[Any], int]) -> None:
        self._code = code
        self._known: dict[str, tuple[Any, Any]] = {}  # for each type of column: values, and their numbers

    def codes(self, cells: Any, column: str) -> NDArray[np.int32]:
        """The number of every row's level."""
        import polars as pl

        series = pl.Series("", cells) if isinstance(cells, np.ndarray) else columns.labels(cells, column)
        if series.dtype.is_float():
            series = series.fill_nan(None)
        kind = str(series.dtype)
        if kind not in self._known:
            self._known[kind] = (series.clear(), pl.Series("", [], dtype=pl.Int32))
        found = series.replace_strict(*self._known[kind], default=_NEW, return_dtype=pl.Int32)
        new = series.filter(found == _NEW).drop_nulls().unique(maintain_order=True)
        if len(new):
            values, numbers = self._known[kind]
            numbered = pl.Series("", [self.number(value) for value in new.to_list()], dtype=pl.Int32)
            self._known[kind] = (values.append(new), numbers.append(numbered))
            found = series.replace_strict(*self._known[kind], default=_NEW, return_dtype=pl.Int32)
        codes = np.asarray(found.to_numpy())
        return np.where(codes == _NEW, np.int32(MISSING), codes) if series.null_count() else codes

    def number(self, value: Any) -> int:
        """The number of one value's level."""
        return MISSING if value == "" else self._code(value)


class NewLevels(Levels):
    """Levels that are learned: numbered as they turn up, 1 and 1.0 and "1" being the same."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}
        super().__init__(self._next)

    def _next(self, value: Any) -> int:
        return self.texts.setdefault(columns.label_text(value), len(self.texts))

    def ordered(self) -> tuple[list[str], NDArray[np.int64]]:
        """The levels, numbers by value, else text by code point; and the place of each number that was given out."""
        numbers = [as_number(text) for text in self.texts]
        names = list(self.texts)
        if names and all(number is not None for number in numbers):  # "1" and "1.0" of a CSV file are one level
            names = [_plain_number(number) for number in numbers if number is not None]
            ordered = sorted(set(names), key=Decimal)
        else:
            ordered = sorted(names)
        place = {name: k for k, name in enumerate(ordered)}
        return ordered, np.array([place[name] for name in names], np.int64)


class KnownLevels(Levels):
    """Levels that are known: matched as text, else as a number, else as true or false; UNSEEN if they are none."""

    def __init__(self, levels: Sequence[str]) -> None:
        by_text = {level: k for k, level in enumerate(levels)}
        by_number = {number: k for k, level in enumerate(levels) if (number := as_number(level)) is not None}
        by_word = {level.lower(): k for k, level in enumerate(levels) if level.lower() in columns.TRUTH_WORDS}

        def code(value: Any) -> int:
            text = columns.label_text(value)
            if text in by_text:
                return by_text[text]
            number = as_number(text)
            if number is not None:
                return by_number.get(number, UNSEEN)
            return by_word.get(text.lower(), UNSEEN)

        super().__init__(code)


def as_number(text: str) -> Decimal | None:
    """The finite decimal number that the text is, exactly; None if it is none."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and "_" not in text else None


def _plain_number(number: Decimal) -> str:
    if number == number.to_integral_value() and abs(number) < columns.LARGEST_EXACT:
        return str(int(number))
    return str(number.normalize())


def show(cells: Any, row: int) -> str:
    """What a cell that is no number holds: the end of the sentence "it is ..."."""
    value = cells[row]
    value = value.item() if isinstance(value, np.generic) else value
    infinite = isinstance(value, str) and value.strip(" \t+-").lower() in ("inf", "infinity")
    return repr(value) if infinite or isinstance(value, float) else columns.why_bad(value)


def cells_of(values: Any, column: str) -> Any:
    """A column that was handed in: a NumPy array of numbers, or a polars Series of text."""
    if type(values) is np.ndarray and values.ndim == 1 and values.dtype.kind in "biuf" and values.dtype.itemsize <= 8:
        return values if values.dtype.isnative else values.astype(values.dtype.newbyteorder("="))
    root = type(values).__module__.partition(".")[0]
    if root == "polars":
        return values.alias("")
    if root in ("pandas", "pyarrow", "modin"):
        return _frame_column(values, column)
    return _text_or_numbers(values, column)


def _frame_column(values: Any, column: str) -> Any:
    import narwhals as nw

    series = nw.from_native(values, series_only=True)
    if series.dtype in (nw.Categorical, nw.Enum):
        import polars as pl

        return pl.Series("", [None if _gone(v) else columns.label_text(v) for v in series.to_list()], dtype=pl.String)
    return _text_or_numbers(values, column)


def _text_or_numbers(values: Any, column: str) -> Any:
    from crossent.arrays import is_text, to_numpy
    from crossent.arrays.convert import is_missing

    array = to_numpy(values, column, text=True)
    if array.ndim != 1:
        raise errors.design_not_a_column(column, array.shape)
    if not is_text(array):
        return array
    import polars as pl

    texts = [None if is_missing(item) else str(item) for item in array.tolist()]
    return pl.Series("", texts, dtype=pl.String)


def _gone(value: Any) -> bool:
    from crossent.arrays.convert import is_missing

    return is_missing(value)
