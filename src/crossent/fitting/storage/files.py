"""Predictions of files: read batch by batch, written batch by batch, and the file appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent import errors
from crossent.data import Batch, Source, open_source
from crossent.data.files import PARQUET_ENDINGS
from crossent.data.polars_sink import write_csv, write_parquet
from crossent.data.whole_file import whole_file
from crossent.fitting.chunks import CHUNK
from crossent.fitting.storage.predictions import Predictions, constant_predictions, predictions

if TYPE_CHECKING:
    import polars as pl

    from crossent.fitting.design.reading import Reader
    from crossent.fitting.storage.learned import LearnedModel

CSV_SEPARATORS = {".csv": ",", ".tsv": "\t"}
MISSING = ("error", "null")


@dataclass
class Written:
    """What was written: how many rows, how many of them without a prediction, and the columns."""

    rows: int = 0
    missing: int = 0
    columns: tuple[str, ...] = ()


def predict_files(
    learned: LearnedModel,
    paths: Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    *,
    keep: Iterable[str] = (),
    missing: str = "error",
    raw_text: bool = False,
    separator: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Written:
    """A row of predictions for each row of the files, in their order, as `crossent predict` does.

    Written are the target and the trials where the files have them, the columns of `keep`, the parameters by the names
    that `score` takes (probs, rate, loc and scale, mean and concentration; probs_LEVEL for each class), and the mean's
    95 % interval as mean_low and mean_high. With missing="null" a row without a predictor has no prediction.

    Errors: UsageError for a column that is not there; DataError, with row and column, for a value that is no number, is
        missing, or a level that was never seen. Nothing is written then.
    """
    if missing not in MISSING:
        option = "--missing"
        raise errors.unknown_option(option, missing, MISSING)
    ending = Path(output).suffix.lower()
    if ending not in PARQUET_ENDINGS and ending not in CSV_SEPARATORS:
        raise errors.output_kind_unknown(os.fspath(output), (*PARQUET_ENDINGS, *CSV_SEPARATORS))
    with open_source(paths, separator) as source:
        if any(file.path.resolve() == Path(output).expanduser().resolve() for file in source.files):
            raise errors.output_is_input(os.fspath(output))
        written = Written()
        frames = _frames(learned, source, _kept(learned, source, keep), missing == "null", written, progress)
        with whole_file(output) as temporary:
            if ending in PARQUET_ENDINGS:
                write_parquet(temporary, frames)
            else:
                write_csv(temporary, frames, CSV_SEPARATORS[ending], raw_text)
    return written


def _kept(learned: LearnedModel, source: Source, keep: Iterable[str]) -> list[str]:
    """The target and the trials if they are there, and what was asked for."""
    asked = list(keep)
    for name in asked:
        source.require(name, "--keep")
    own = [learned.roles[role] for role in ("target", "trials") if role in learned.roles]
    return list(dict.fromkeys([*(name for name in own if name in source.columns), *asked]))


def _frames(
    learned: LearnedModel, source: Source, keep: list[str], nulls: bool, written: Written,
    progress: Callable[[int], None] | None,
) -> Iterator[pl.DataFrame]:  # fmt: skip
    reader = _reader(learned, nulls)
    wanted = [] if reader is None else list(reader.columns)
    for name in wanted:
        source.require(name, "a column that the model was learned with")
    schema: dict[str, Any] = {}
    for batch in source.batches([*wanted, *keep] or source.columns[:1], CHUNK):
        frame = _frame(learned, batch, reader, keep)
        schema = schema or dict(frame.schema)
        for name, kind in schema.items():
            if frame.schema[name] != kind:
                raise errors.column_type(name, str(frame.schema[name]), f"{kind}, as in the first file")
        written.rows += batch.height
        written.columns = tuple(frame.columns)
        written.missing += frame[frame.columns[len(keep)]].null_count()
        if progress is not None:
            progress(written.rows)
        yield frame
    if not written.rows:
        raise errors.no_rows(source.name)


def _reader(learned: LearnedModel, nulls: bool) -> Reader | None:
    if learned.model is None:
        return None
    if learned.design is None:
        raise errors.nothing_to_save()
    from crossent.fitting.design import reading

    design = replace(learned.design, trials=None)  # a share is predicted, whatever the number of trials
    return reading.Reader(design, missing=reading.KEEP if nulls else reading.ERROR, with_target=False)


def _frame(learned: LearnedModel, batch: Batch, reader: Reader | None, keep: list[str]) -> pl.DataFrame:
    import polars as pl

    if reader is None:
        found = constant_predictions(learned, batch.height)
    else:
        chunk = reader.read(batch)
        found = predictions(learned, chunk.design, chunk.offset, chunk.low)
    made = []
    for name in keep:
        column = batch.columns[name]
        made.append((column.cast(pl.String) if column.dtype == pl.Categorical else column).alias(name))
    for name, values in columns_of(found, learned.classes).items():
        if name in keep:
            raise errors.column_written_twice(name)
        made.append(pl.Series(name, np.ascontiguousarray(values), dtype=pl.Float64).fill_nan(None))
    return pl.DataFrame(made)


def columns_of(found: Predictions, classes: Sequence[str]) -> dict[str, Any]:
    """The columns that are written: parameters by the names that `score` takes, and the interval of the mean."""
    if not classes:
        return {**found.parameters, "mean_low": found.low, "mean_high": found.high}
    tables = {"probs": found.mean, "mean_low": found.low, "mean_high": found.high}
    return {f"{name}_{level}": table[:, k] for name, table in tables.items() for k, level in enumerate(classes)}
