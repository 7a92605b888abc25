"""Tests of the order of rows, and of drift."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import DataError, UsageError
from crossent.errors.words import listed, of_many, shown


def series_not_flat(column: str, shape: tuple[int, ...]) -> UsageError:
    return UsageError(
        f"{column}: a series must have one value for each row, shape (n,); its shape is {shape}.",
        "test one column at a time.",
        column=column, shape=shape,
    )  # fmt: skip


def series_not_numbers(column: str, dtype: object) -> UsageError:
    return UsageError(
        f"{column}: a series must be numbers, or levels numbered 0, 1, 2, ...; its dtype is {dtype}.",
        "number the levels first.",
        column=column, dtype=str(dtype),
    )  # fmt: skip


def series_value_not_finite(column: str, row: int, value: float, bad: int, total: int) -> DataError:
    return DataError(
        f"{column}: every value must be a finite number; {of_many(bad, total)}, first row {row} = {shown(value)}.",
        "leave such rows out first, and remember that order tests then see rows as neighbours that were not.",
        column=column, row=row, value=value, bad=bad, total=total,
    )  # fmt: skip


def series_level_invalid(column: str, row: int, value: float, bad: int, total: int) -> DataError:
    return DataError(
        f"{column}: levels must be numbered 0, 1, 2, ...; {of_many(bad, total)}, first row {row} = {shown(value)}.",
        "leave rows without a level out, and number the others.",
        column=column, row=row, value=value, bad=bad, total=total,
    )  # fmt: skip


def series_value_too_large(column: str, row: int, value: float) -> DataError:
    return DataError(
        f"{column}: values whose squares are added must be below 1e150; row {row} = {shown(value)}.",
        "divide the column by a constant: no test changes.",
        column=column, row=row, value=value,
    )  # fmt: skip


def order_needs_rows(column: str, what: str, needed: int, rows: int) -> DataError:
    return DataError(
        f"{column}: {what} must have at least {needed:,} rows; there {'is' if rows == 1 else 'are'} {rows:,}.",
        "bring more rows.",
        column=column, needed=needed, rows=rows,
    )  # fmt: skip


def series_constant(column: str, value: float) -> DataError:
    return DataError(
        f"{column}: a series must vary to be tested; every row is {shown(value)}.",
        "look at the column; a constant says nothing about order.",
        column=column, value=value,
    )  # fmt: skip


def series_not_binary(column: str, levels: int) -> UsageError:
    return UsageError(
        f"{column}: the runs test must have two levels; there are {levels:,}.",
        "test a lag table for more levels, rank autocorrelation for numbers.",
        column=column, levels=levels,
    )  # fmt: skip


def lag_out_of_range(column: str, lag: int, rows: int) -> UsageError:
    return UsageError(
        f"{column}: a lag must be at least 1 and leave at least 2 pairs; it is {lag:,} with {rows:,} rows.",
        "choose a smaller lag.",
        column=column, lag=lag, rows=rows,
    )  # fmt: skip


def lags_missing(column: str) -> UsageError:
    return UsageError(f"{column}: at least one lag must be named; none is.", "lags=(1, 2, 3) for example.")


def series_lengths_differ(first: str, rows: int, second: str, others: int) -> UsageError:
    return UsageError(
        f"{first} and {second} must have the same rows; they have {rows:,} and {others:,}.",
        "hand over columns of one table.",
        first=first, second=second, rows=rows, others=others,
    )  # fmt: skip


def simulation_too_small(draws: int) -> UsageError:
    return UsageError(
        f"a simulated p-value must have at least 19 draws, to reach 5 %; there are {draws:,}.",
        "999 or more are usual.",
        draws=draws,
    )


def blocks_invalid(column: str, blocks: int, rows: int) -> UsageError:
    return UsageError(
        f"{column}: blocks must be at least 2, of at least 2 rows each; {blocks:,} came for {rows:,} rows.",
        "fewer blocks, or leave the number out.",
        column=column, blocks=blocks, rows=rows,
    )  # fmt: skip


def states_differ(left: object, right: object, what: str) -> UsageError:
    return UsageError(
        f"states are added only if they agree on {what}; it is {shown(left)} in one and {shown(right)} in the other.",
        "make both with the same arguments.",
        what=what, left=left, right=right,
    )  # fmt: skip


def states_overlap(row: int) -> UsageError:
    return UsageError(
        f"states of one series are added in order of their rows; row {row:,} is in both, or out of its turn.",
        "state the first row of each part with start=.",
        row=row,
    )


def samples_without_common_columns(left: Iterable[str], right: Iterable[str]) -> UsageError:
    return UsageError(
        f"two samples must have the same columns; they have {listed(left)} and {listed(right)}.",
        "hand over the columns that both have.",
    )


def columns_all_constant() -> DataError:
    return DataError("two samples must have a column that varies; none does.", "name other columns.")


def fewer_rows_than_folds(folds: int, rows: int) -> DataError:
    return DataError(
        f"each sample must have a row for each of {folds} folds; one has {rows:,}.",
        "bring more rows, or fewer folds.",
        folds=folds, rows=rows,
    )  # fmt: skip
