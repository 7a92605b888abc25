"""Which files are meant, and of which kind: paths, folders, globs, `-` for standard input."""

from __future__ import annotations

import codecs
import csv
import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from crossent import errors

PARQUET_ENDINGS = (".parquet", ".pq")
CSV_ENDINGS = (".csv", ".tsv", ".txt")
PARQUET_MAGIC = b"PAR1"
OTHER_MAGICS = {
    b"ARROW1": "an Arrow IPC (Feather) file",
    b"\x1f\x8b": "compressed with gzip",
    b"PK\x03\x04": "a zip archive (or a spreadsheet)",
    b"\x28\xb5\x2f\xfd": "compressed with zstandard",
    b"\x89HDF": "an HDF5 file",
    b"SQLite": "an SQLite database",
}
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SEPARATORS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " ", "pipe": "|"}


@dataclass(frozen=True)
class DataFile:
    """One file: where it is, what to call it, `csv` or `parquet`, and what separates a CSV file's fields."""

    path: Path
    name: str
    kind: str
    separator: str = ","


@contextmanager
def found_files(paths: Iterable[str | os.PathLike[str]], separator: str | None = None) -> Iterator[list[DataFile]]:
    """The files that are meant, in order; a copy of standard input lives until the context ends."""
    with ExitStack() as stack:
        named: list[tuple[Path, str]] = []
        for path in (os.fspath(path) for path in paths):
            if path == "-":
                named.append((stack.enter_context(_standard_input()), "standard input"))
            else:
                named += [(found, str(found)) for found in _expanded(path)]
        if not named:
            raise errors.no_file_named()
        _refuse_repeated(named)
        yield [data_file(path, name, separator) for path, name in named]


def data_file(path: Path, name: str, separator: str | None = None) -> DataFile:
    """The file's kind, by its first bytes; a name that promises something else is an error."""
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
    except OSError as reason:
        raise errors.file_unreadable(name, reason.strerror or str(reason)) from None
    if start.startswith(PARQUET_MAGIC):
        return DataFile(path, name, "parquet")
    if not start:
        raise errors.file_empty(name)
    if path.suffix.lower() in PARQUET_ENDINGS:
        raise errors.not_parquet(name, start[:8])
    if start.startswith(UTF16_MARKS):
        raise errors.not_a_table(name, "it is UTF-16 text", "save it as UTF-8")
    for magic, kind in OTHER_MAGICS.items():
        if start.startswith(magic):
            raise errors.not_a_table(name, f"it is {kind}", "unpack it, or write it as CSV or Parquet")
    if b"\0" in start.partition(b"\n")[0]:
        raise errors.not_a_table(name, "it has NUL bytes in its first line", "write it as UTF-8 CSV or as Parquet")
    default = "\t" if path.suffix.lower() == ".tsv" else ","
    return DataFile(path, name, "csv", SEPARATORS.get(separator, separator) if separator else default)


def csv_header(file: DataFile) -> list[str]:
    """The column names as they stand in the first line that is not blank, repetitions included."""
    try:
        with file.path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.reader(stream, delimiter=file.separator):
                if row:
                    return row
    except UnicodeDecodeError as reason:
        raise errors.not_a_table(
            file.name, f"it is not UTF-8 (byte {reason.start})", "save it as UTF-8, or write Parquet"
        ) from None
    except csv.Error as reason:
        raise errors.not_a_table(
            file.name, f"its first line cannot be read ({reason})", "is a quote left open?"
        ) from None
    raise errors.file_empty(file.name)


def _expanded(path: str) -> list[Path]:
    # A file whose name has brackets or stars is that file; only then is the name a pattern.
    whole = Path(path).expanduser()
    try:
        if whole.is_dir():
            return _folder(whole)
        if whole.exists():
            return [whole]
    except (OSError, ValueError) as reason:
        raise errors.file_unreadable(path, str(reason)) from None
    if not glob.has_magic(path):
        raise errors.file_missing(path)
    found = [Path(name) for name in sorted(glob.glob(str(whole), recursive=True)) if not Path(name).is_dir()]
    if not found:
        raise errors.pattern_finds_no_file(path)
    return found


def _folder(folder: Path) -> list[Path]:
    endings = PARQUET_ENDINGS + CSV_ENDINGS
    try:
        found = sorted(
            path for path in folder.rglob("*")
            if path.suffix.lower() in endings and path.is_file()
            and not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
        )  # fmt: skip
    except OSError as reason:
        raise errors.file_unreadable(str(folder), reason.strerror or str(reason)) from None
    if not found:
        raise errors.folder_has_no_table(str(folder), endings)
    return found


def _refuse_repeated(named: list[tuple[Path, str]]) -> None:
    seen: set[Path] = set()
    for path, name in named:
        real = path.resolve()
        if real in seen:
            raise errors.file_named_twice(name)
        seen.add(real)


@contextmanager
def _standard_input() -> Iterator[Path]:
    # Copied to a file, because Parquet is read from its end and some answers need a second pass.
    handle, name = tempfile.mkstemp(prefix="crossent-stdin-")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy, 1 << 20)
        yield path
    finally:
        path.unlink(missing_ok=True)
