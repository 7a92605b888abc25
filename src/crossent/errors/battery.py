"""The battery of tests of the rows: `iid`."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import DataError, UsageError
from crossent.errors.words import listed


def target_missing(file: str, row: int, name: str) -> DataError:
    return DataError(
        f"{file}: the target must hold a value in every row; column {name!r} has none in row {row:,}.",
        "leave such rows out first, and remember that rows become neighbours that were not.",
        file=file, row=row, column=name,
    )  # fmt: skip


def target_mixed(file: str, row: int, name: str, came: str) -> DataError:
    return DataError(
        f"{file}: the target must be all numbers or all text; column {name!r} holds numbers, and in row {row:,} it is "
        f"{came}.",
        "mend the row, or give every level a name.",
        file=file, row=row, column=name,
    )  # fmt: skip


def target_infinite(file: str, row: int, name: str) -> DataError:
    return DataError(
        f"{file}: the target must be finite; column {name!r} is infinite in row {row:,}.",
        "leave such rows out first; a certain and wrong prediction is counted by `crossent score`.",
        file=file, row=row, column=name,
    )  # fmt: skip


def target_has_too_many_levels(name: str, levels: int, rows: int, limit: int) -> DataError:
    return DataError(
        f"the target must be numbers, or text of at most {limit:,} levels; column {name!r} has more than {levels:,} in "
        f"{rows:,} rows.",
        "is it an identifier? name another column as --target.",
        column=name, levels=levels, rows=rows,
    )  # fmt: skip


def rows_too_few(name: str, rows: int) -> DataError:
    return DataError(
        f"{name}: there must be at least 2 rows to compare; there {'is' if rows == 1 else 'are'} {rows}.",
        "bring more rows.",
        file=name, rows=rows,
    )  # fmt: skip


def target_constant(name: str, value: str) -> DataError:
    return DataError(
        f"the target must vary to be tested; column {name!r} is {value} in every row.",
        "a constant says nothing about the rows.",
        column=name, value=value,
    )  # fmt: skip


def column_named_twice(name: str, first: str, second: str) -> UsageError:
    return UsageError(
        f"a column must have one role; {name!r} is named as {first} and as {second}.",
        "name another column, or leave one out.",
        column=name,
    )  # fmt: skip


def expected_not_a_share(pair: str) -> UsageError:
    return UsageError(
        f"--expected must be level=share,level=share; {pair!r} is not.",
        "write --expected yes=0.3,no=0.7; shares are at least 0 and add up to 1.",
        pair=pair,
    )  # fmt: skip


def expected_repeated(level: str) -> UsageError:
    return UsageError(f"--expected must name a level once; {level!r} is named twice.", "", level=level)


def expected_needs_levels(name: str, kind: str) -> UsageError:
    return UsageError(
        f"expected shares must go with a target of levels; column {name!r} is {kind}.",
        "name a column of text, of 0 and 1, or of few whole numbers.",
        column=name, kind=kind,
    )  # fmt: skip


def expected_levels_differ(name: str, missing: Iterable[str], unknown: Iterable[str]) -> UsageError:
    missing, unknown = list(missing), list(unknown)
    parts = [f"no share is given for {listed(map(repr, missing[:8]))}"] if missing else []
    parts += [f"no row holds {listed(map(repr, unknown[:8]))}"] if unknown else []
    return UsageError(
        f"expected shares must name every level of {name!r}; {' and '.join(parts)}.",
        "give every level a share; one that may not occur is written with its share all the same."
        if missing
        else "is a level misspelt?",
        column=name, missing=missing, unknown=unknown,
    )  # fmt: skip


def lengths_of_columns_differ(lengths: Iterable[tuple[str, int]]) -> UsageError:
    told = listed(f"{name} has {rows:,}" for name, rows in lengths)
    return UsageError(f"all columns must have as many rows as y: {told}.", "pass the same rows of each.")


def target_not_a_column(shape: tuple[int, ...]) -> UsageError:
    return UsageError(
        f"y must be one column, shape (n,); its shape is {shape}.", "pass one column at a time.", shape=shape
    )


def reference_has_no_target(name: str) -> UsageError:
    return UsageError(
        f"the reference must hold the target or one of the columns that are tested; it has none of them but {name}.",
        "pass a table with columns of the same names.",
    )  # fmt: skip
