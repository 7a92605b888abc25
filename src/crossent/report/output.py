"""Where an answer goes: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from crossent import errors


def write_whole(name: str, text: str) -> None:
    """The file is written beside its place, and moved there when it is complete."""
    path = Path(name).expanduser()
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    except (OSError, ValueError) as reason:
        raise errors.output_unwritable(name, getattr(reason, "strerror", None) or str(reason)) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException as reason:
        os.unlink(temporary)
        if isinstance(reason, OSError):
            raise errors.output_unwritable(name, reason.strerror or str(reason)) from None
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
