"""The one place that knows how polars streams: scan a file, hand over its columns batch by batch.

`LazyFrame.collect_batches` is marked unstable by polars; if it changes, this module changes and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from crossent import errors
from crossent.data.files import DataFile, csv_header

if TYPE_CHECKING:
    import polars as pl

NO_VALUE, ANOTHER_VALUE = -1, -2


def scan(file: DataFile) -> pl.LazyFrame:
    """A lazy frame over the whole file. CSV columns are all text: their type is not guessed from the first rows."""
    import polars as pl

    if file.kind == "parquet":
        return pl.scan_parquet(file.path, glob=False, hive_partitioning=False)
    return pl.scan_csv(file.path, glob=False, infer_schema=False, separator=file.separator)


def schema(file: DataFile) -> list[tuple[str, pl.DataType]]:
    """Names (as they stand in the file, repetitions included) and types of the columns, in order."""
    names = csv_header(file) if file.kind == "csv" else None
    with _translated(file):
        types = scan(file).collect_schema()
    if names is None:
        return list(types.items())
    if len(names) != len(types):
        raise errors.not_a_table(
            file.name, f"its first line has {len(names)} names for {len(types)} columns", "is a quote left open?"
        )
    return list(zip(names, types.values(), strict=True))


def stream(
    file: DataFile, positions: Sequence[int], rows: int, start: int = 0, labels: tuple[int, Sequence[str]] | None = None
) -> Iterator[list[pl.Series]]:
    """The columns at these positions from row `start` on, about `rows` rows at a time, in order, in flat memory.

    With `labels`, the position of a column of text and some values, one more column follows: the number of the value
    that the column holds (counted from 0), NO_VALUE or ANOTHER_VALUE.
    """
    import polars as pl

    # By position: a name such as "*" or "^x$" would be a pattern to polars. Under their own names: to rename them
    # costs a step of its own, which buffers more than all the rest.
    wanted = [pl.nth(position) for position in positions]
    if labels is not None:
        wanted.append(_number_of_value(*labels).alias(_unused(file, "which")))
    with _translated(file):
        whole = scan(file).slice(start) if start else scan(file)
        for frame in whole.select(wanted).collect_batches(chunk_size=rows, maintain_order=True):
            if frame.height:
                # Methods of a Series look themselves up by name, where "^x$" would be a pattern again.
                yield [column.alias("") for column in frame.get_columns()]


def piece(file: DataFile, position: int, start: int, rows: int) -> pl.Series:
    """Some rows of one column; fewer than `rows` at the end of the file."""
    import polars as pl

    with _translated(file):
        return scan(file).slice(start, rows).select(pl.nth(position)).collect().to_series().alias("")


def numbers_below(count: int) -> pl.Series:
    """0, 1, ..., count - 1."""
    import polars as pl

    return pl.int_range(count, dtype=pl.Int32, eager=True)


def _number_of_value(position: int, values: Sequence[str]) -> pl.Expr:
    import polars as pl

    column = pl.nth(position)
    number: Any = pl.when(column.is_null()).then(pl.lit(NO_VALUE, pl.Int8))
    for k, value in enumerate(values):
        number = number.when(column == pl.lit(value)).then(pl.lit(k, pl.Int8))
    return number.otherwise(pl.lit(ANOTHER_VALUE, pl.Int8))


def _unused(file: DataFile, name: str) -> str:
    """A name that no column of the file has."""
    names = scan(file).collect_schema().names()
    while name in names:
        name += "_"
    return name


class _translated:
    """What polars says about a file it cannot read, said as a DataError that names the file."""

    def __init__(self, file: DataFile) -> None:
        self.file = file

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        import polars as pl

        if error is None or isinstance(error, errors.CrossentError):
            return
        if isinstance(error, OSError):
            raise errors.file_unreadable(self.file.name, error.strerror or str(error)) from None
        # A panic of polars is no Exception, but here it says no more than that the bytes make no sense.
        if isinstance(error, pl.exceptions.PolarsError | pl.exceptions.PanicException):
            raise errors.file_damaged(self.file.name, self.file.kind, str(error).strip().split("\n")[0]) from None
