"""Rows that depend on one another: clusters, times, groups."""

from __future__ import annotations

from crossent.errors.kinds import DataError, NoAnswerError, UsageError

TIMES = "numbers or dates as ISO 8601 writes them (2026-01-31, 2026-01-31T12:00+01:00)"


def cluster_missing(column: str, row: int) -> DataError:
    return DataError(
        f"column {column!r} must say of every row which cluster it belongs to; row {row:,} (counted from 0) does not.",
        "fill it in, or give the row weight 0.",
        column=column, row=row,
    )  # fmt: skip


def dependence_named_twice() -> UsageError:
    return UsageError(
        "rows must depend by clusters or in order of time, not both; cluster and time came together.",
        "choose the one by which dependence is stronger; rows of one time count as one point with --time.",
    )


def serial_unknown(given: str, known: tuple[str, ...]) -> UsageError:
    return UsageError(f"serial must be {' or '.join(known)}; it is {given!r}.", f"as in --serial {known[0]}.")


def serial_without_time(option: str) -> UsageError:
    return UsageError(
        f"{option} must go with the column that orders the rows; it came without.", "add --time COLUMN.", option=option
    )


def lags_without_bartlett() -> UsageError:
    return UsageError(
        "lags must go with Bartlett weights, the only ones that have lags; they came without.", "add --serial bartlett."
    )


def lags_out_of_range(lags: int, points: int) -> UsageError:
    return UsageError(
        f"lags must be at least 0 and less than the number of points in time, {points:,}; they are {lags:,}.",
        "leave them out for ceil(1.3 sqrt(n)) - 1.",
        lags=lags,
    )


def times_too_few(points: int) -> DataError:
    return DataError(
        "a series must have at least 4 points in time, or its error cannot be known at all; there "
        + (f"are {points:,}." if points != 1 else "is 1."),
        "rows of one time count as one point: name a finer column, or leave --time out.",
        points=points,
    )


def time_cell_bad(column: str, row: int, came: str) -> DataError:
    return DataError(
        f"column {column!r} must hold {TIMES}; row {row:,} (counted from 0) is {came}.",
        "correct it, or give the row weight 0.",
        column=column, row=row,
    )  # fmt: skip


def times_of_two_kinds(column: str, one: str, other: str, row: int, file: str = "") -> DataError:
    return DataError(
        f"{file}{': ' if file else ''}column {column!r} must hold times of one kind, for kinds have no common order; "
        f"there are {one}, "
        f"and row {row:,} (counted from 0) has {other}.",
        "write every time with its zone, or every one without, or number the rows.",
        column=column, row=row,
    )  # fmt: skip


def lengths_of_rows_differ(name: str, came: int, rows: int) -> UsageError:
    return UsageError(
        f"{name} must have one value for each of the {rows:,} rows; it has {came:,}.", "", name=name, came=came
    )


def groups_all_single(column: str) -> NoAnswerError:
    return NoAnswerError(
        f"{column}: at least one group must have two rows, or rows within groups cannot be compared; each has 1.",
        "name a column that repeats.",
        column=column,
    )


def values_do_not_vary(column: str) -> NoAnswerError:
    return NoAnswerError(
        f"{column}: the values must differ, or there is nothing to compare; they are all the same.", "", column=column
    )


def no_column_of_numbers() -> UsageError:
    return UsageError(
        "at least one column must hold numbers, or no row can be told from a chance repetition; none does.",
        "name columns of measurements.",
    )
