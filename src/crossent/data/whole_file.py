"""A file that appears whole or not at all: written beside its place, and moved there when it is complete."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crossent import errors


def write_whole(name: str | os.PathLike[str], text: str) -> None:
    """The text as a file of this name."""
    with (
        whole_file(name) as temporary,
        temporary.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream,
    ):
        stream.write(text)


def require_place(name: str | os.PathLike[str]) -> None:
    """Raises where no such file can be written: before hours of work, not after."""
    path = Path(name).expanduser()
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        if not path.parent.is_dir():
            raise FileNotFoundError(0, "there is no such folder")
        if not os.access(path.parent, os.W_OK):
            raise PermissionError(0, "its folder is not yours to write to")
    except (OSError, ValueError) as reason:
        raise errors.output_unwritable(os.fspath(name), getattr(reason, "strerror", None) or str(reason)) from None


@contextmanager
def whole_file(name: str | os.PathLike[str]) -> Iterator[Path]:
    """Yields the path to write to. An error inside, or Ctrl-C, leaves neither that file nor a changed old one."""
    require_place(name)
    path = Path(name).expanduser()
    try:
        handle, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    except (OSError, ValueError) as reason:
        raise errors.output_unwritable(os.fspath(name), getattr(reason, "strerror", None) or str(reason)) from None
    os.close(handle)
    temporary = Path(made)
    try:
        yield temporary
        _flush(temporary)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException as reason:
        temporary.unlink(missing_ok=True)
        if isinstance(reason, OSError):
            raise errors.output_unwritable(os.fspath(name), reason.strerror or str(reason)) from None
        raise


def _flush(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
