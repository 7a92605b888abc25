"""Files and columns."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from crossent.errors.kinds import DataError, UsageError
from crossent.errors.words import listed, shown


def no_file_named() -> UsageError:
    return UsageError(
        "at least one file must be named; none was.", "name files, folders or globs; - is standard input."
    )


def file_missing(name: str) -> UsageError:
    return UsageError(f"the file must exist; there is no {shown(name)}.", "check the path.", file=name)


def pattern_finds_no_file(pattern: str) -> UsageError:
    return UsageError(
        f"the pattern must match a file; {shown(pattern)} matches none.", "check the pattern.", file=pattern
    )


def folder_has_no_table(name: str, endings: Iterable[str]) -> UsageError:
    return UsageError(
        f"a folder must hold files that end in {listed(endings)}; {shown(name)} holds none.",
        "name the files themselves, or a glob.",
        file=name,
    )


def file_named_twice(name: str) -> UsageError:
    return UsageError(
        f"every file must be named once; {shown(name)} is named twice.", "its rows would count double.", file=name
    )


def file_unreadable(name: str, reason: str) -> UsageError:
    return UsageError(f"the file must be readable; {shown(name)} is not: {reason}.", file=name)


def file_empty(name: str) -> DataError:
    return DataError(f"{name}: a file must hold rows; it is empty.", "was it written to its end?", file=name)


def not_parquet(name: str, start: bytes) -> DataError:
    return DataError(
        f"{name}: a Parquet file must begin with PAR1; it begins with {start!r}.",
        "give it the ending of what it is (.csv).",
        file=name,
    )


def not_a_table(name: str, what: str, hint: str) -> DataError:
    return DataError(f"{name}: the file must be CSV or Parquet; {what}.", f"{hint}.", file=name)


def file_damaged(name: str, kind: str, reason: str) -> DataError:
    return DataError(
        f"{name}: the file must be whole and well-formed; as {kind.upper() if kind == 'csv' else 'Parquet'} it cannot "
        f"be read: {reason.rstrip('.')}.",
        "was it copied or written to its end?",
        file=name,
    )


def column_unknown(
    file: str, purpose: str, name: str, columns: Iterable[str], separator: str | None = None
) -> UsageError:
    columns = list(columns)
    near = difflib.get_close_matches(name, columns, n=3)
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    other = [mark for mark in (";", "\t", "|", ",") if separator and mark != separator and mark in "".join(columns)]
    if len(columns) == 1 and other:
        hint += f"the fields seem to be separated by {other[0]!r}: --separator {other[0]!r}. "
    names = ", ".join(map(repr, columns[:40])) + (f", ... ({len(columns)} in all)" if len(columns) > 40 else "")
    return UsageError(
        f"{file}: {purpose} must be a column; there is none called {name!r}.",
        f"{hint}the columns are {names}." if columns else "it has no columns.",
        file=file, column=name, columns=columns,
    )  # fmt: skip


def column_repeated(file: str, purpose: str, name: str, count: int) -> DataError:
    return DataError(
        f"{file}: {purpose} must be one column; {count} are called {name!r}.",
        "rename them.",
        file=file, column=name,
    )  # fmt: skip


def column_type(column: str, kind: str, must: str) -> DataError:
    return DataError(f"column {column!r} must hold {must}; its type is {kind}.", "convert it.", column=column)


def no_rows(name: str) -> DataError:
    return DataError(f"{name}: there must be at least one row; there is none.", "was it written to its end?", file=name)
