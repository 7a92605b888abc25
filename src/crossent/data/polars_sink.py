"""The other place that knows polars: a table written batch by batch, in flat memory.

`register_io_source` is marked unstable by polars; if it changes, this module changes and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

FORMULA_STARTS = r"^[=+\-@\t\r]"  # what a spreadsheet takes for the start of a formula


def write_parquet(path: Path, frames: Iterator[pl.DataFrame]) -> None:
    """All frames as one Parquet file, in their order; what the iterator raises is raised."""
    from polars.io.plugins import register_io_source

    first = next(frames)
    raised: list[BaseException] = []

    def source(with_columns: Any, predicate: Any, n_rows: Any, batch_size: Any) -> Iterator[pl.DataFrame]:
        yield first
        try:
            yield from frames
        except BaseException as error:  # polars would make another one of it
            raised.append(error)
            raise

    try:
        register_io_source(source, schema=first.schema).sink_parquet(path, maintain_order=True)
    except BaseException:
        if raised:
            raise raised[0] from None
        raise


def write_csv(path: Path, frames: Iterator[pl.DataFrame], separator: str = ",", raw_text: bool = False) -> None:
    """All frames as one CSV file. A text cell that a spreadsheet would run is written after a ', unless `raw_text`."""
    header = True
    with path.open("wb") as stream:
        for frame in frames:
            safe = frame if raw_text else _harmless(frame, header)
            safe.write_csv(stream, include_header=header, separator=separator)
            header = False


def _harmless(frame: pl.DataFrame, header: bool) -> pl.DataFrame:
    import polars as pl

    made = []
    for column in frame.get_columns():
        if column.dtype == pl.String:
            plain = column.alias("")
            runs = plain.str.contains(FORMULA_STARTS) & plain.cast(pl.Float64, strict=False).is_null()
            column = pl.select(pl.when(runs).then("'" + plain).otherwise(plain)).to_series().alias(column.name)
        made.append(column)
    table = pl.DataFrame(made)
    if header:
        table.columns = ["'" + name if name[:1] in "=+-@\t\r" and name else name for name in table.columns]
    return table
