"""Links, predictors that are not independent, and outcomes that the predictors separate."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import DataError, NoAnswerError, UsageError
from crossent.errors.words import listed


def link_not_applicable(family: str, name: str, known: Iterable[str]) -> UsageError:
    known = list(known)
    return UsageError(
        f"link of {family} must be one of {listed(known)}; got {name!r}.",
        f"leave it out for {known[0]}.",
        family=family, link=name, known=known,
    )  # fmt: skip


def columns_collinear(data: str, vanishes: str, columns: Iterable[str]) -> DataError:
    columns = list(columns)
    return DataError(
        f"columns of the design must be linearly independent; in {data}, {vanishes} = 0 in every row.",
        f"leave one of {listed(columns)} out, or add a ridge penalty.",
        columns=columns, combination=vanishes,
    )  # fmt: skip


def no_coefficients(data: str) -> UsageError:
    return UsageError(
        f"a fit needs something to estimate; {data} has no columns and there is no intercept.",
        "add a column, or let the intercept in.",
        data=data,
    )  # fmt: skip


def program_unsolved(message: str) -> NoAnswerError:
    return NoAnswerError(
        f"a linear program of the fit must have a solution; HiGHS found none: {message}",
        "bring the columns to sizes near 1: their ranges may be too far apart.",
        program=message,
    )  # fmt: skip


def more_columns_than_rows(data: str, columns: int, rows: int) -> DataError:
    return DataError(
        f"a fit needs at least as many rows as coefficients; {data} has {rows:,} rows for {columns:,}.",
        "leave columns out, or add a ridge penalty.",
        columns=columns, rows=rows,
    )  # fmt: skip
