"""Kernels on disk: compiled once, found by the next process.

A kernel over rows is kept as machine code, which `machine_code` loads without Numba. The others are written out as
Python modules of their own, because Numba's disk cache finds a module's functions again, but no closures. Each name
carries a hash of everything that the machine code depends on. What lies in the folder will be run, so a folder is used
only if this user owns it, it is no link, and nobody else may write to it; otherwise kernels go to a fresh private
folder that is removed at exit.

The folder is CROSSENT_CACHE_DIR, or `crossent` in the system's folder for caches. In it, `kernels/<build>` belongs to
one build: one version of crossent, Numba, NumPy, Python, and one kind of processor. Whoever makes a new build's folder
removes all but the three others used last. The whole folder may be deleted at any time.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from crossent.kernels import fingerprint, machine_code

VARIABLE = "CROSSENT_CACHE_DIR"
Graded = tuple[Callable[..., Any], str]
Definition = Callable[..., Any] | Graded
BUILDS_KEPT = 3
OTHERS_MAY_WRITE = 0o022
WRITTEN_AT = 1_000_000_000  # every module file's time: older Numba versions take a new time for a new file


@dataclass(frozen=True)
class Folder:
    """Where kernels are kept. `refused` says why the usual folder was not taken; then `path` is a private one."""

    path: Path
    refused: str = ""


def load_kernel(name: str, source: str, definitions: Mapping[str, Definition], grade: str = "double") -> ModuleType:
    """The module made of ``source``, in which the names of ``definitions`` are the formulas, compiled in a grade.

    ``grade`` is "double", "single" or "native"; a definition given as a pair (formula, grade) has its own. The source
    decorates its functions with ``njit(..., cache=True)``.
    """
    pairs = {key: value if isinstance(value, tuple) else (value, grade) for key, value in definitions.items()}
    stem = _stem(name, source, pairs)
    with _state.lock:
        if stem not in _state.modules:
            _state.modules[stem] = _load(stem, source, pairs)
        return _state.modules[stem]


def _load(stem: str, source: str, definitions: Mapping[str, Graded]) -> ModuleType:
    try:
        return _load_from(folder(), stem, source, definitions)
    except OSError as error:  # a full or read-only disk must not stop a computation
        if folder().refused:
            raise
        _state.folders[_wanted()] = _private(f"it cannot be written: {error}")
        return _load_from(folder(), stem, source, definitions)


def _load_from(where: Folder, stem: str, source: str, definitions: Mapping[str, Graded]) -> ModuleType:
    _start_numba()
    path = where.path / f"{stem}.py"
    _write_once(path, source)
    spec = importlib.util.spec_from_file_location(stem, path)
    module = importlib.util.module_from_spec(spec)
    module.__dict__.update({name: Unbound(formula, own) for name, (formula, own) in definitions.items()})
    sys.modules[stem] = module  # Numba imports it by name when it reads its cache
    with _numba_caches_beside_the_module():
        spec.loader.exec_module(module)
    return module


class Unbound:
    """A formula that is compiled over its grade only if Numba asks for its type: not where the kernel is on disk."""

    def __init__(self, formula: Callable[..., Any], grade: str) -> None:
        self.formula, self.grade = formula, grade

    @property
    def _numba_type_(self) -> Any:  # the attribute that Numba reads of a value whose class it does not know
        from numba.core.registry import cpu_target

        from crossent.vocabulary.compiled.bind import bind

        return cpu_target.typing_context.resolve_value_type(bind(self.formula, grade_table(self.grade)))


def grade_table(grade: str) -> Mapping[str, Any]:
    """The compiled functions of a grade, by the vocabulary's names."""
    if grade == "double":
        from crossent.vocabulary.compiled.grades import DOUBLE as table
    elif grade == "single":
        from crossent.vocabulary.compiled.single import SINGLE as table
    else:
        from crossent.vocabulary.compiled.native import NATIVE as table
    return table


def load_code(
    name: str, source: str, kinds: str, definitions: Mapping[str, Definition], grade: str = "double"
) -> machine_code.Kernel:
    """As load_kernel, for a source that has an `entry(words)`: found on disk, it is loaded without Numba."""
    pairs = {key: value if isinstance(value, tuple) else (value, grade) for key, value in definitions.items()}
    stem = _stem(name, source, pairs)
    with _state.lock:
        if stem not in _state.codes:
            _state.codes[stem] = machine_code.Kernel(name, _code(stem, source, pairs), kinds)
        return _state.codes[stem]


def _code(stem: str, source: str, definitions: Mapping[str, Graded]) -> bytes:
    path = folder().path / f"{stem}.code"
    code = machine_code.restored(path.read_bytes()) if path.is_file() else None
    if code is None:
        code = machine_code.compiled(entry_of(stem, source, definitions))
        _state.compiled += 1
        try:
            _write_whole(path, machine_code.kept(code))
        except OSError as error:  # a full or read-only disk must not stop a computation
            if not folder().refused:
                _state.folders[_wanted()] = _private(f"it cannot be written: {error}")
    return code


def entry_of(stem: str, source: str, definitions: Mapping[str, Graded]) -> Any:
    """The function `entry` of a source, compiled by Numba."""
    _start_numba()
    namespace: dict[str, Any] = {"__name__": stem}
    namespace |= {name: Unbound(formula, own) for name, (formula, own) in definitions.items()}
    exec(compile(source, f"<{stem}>", "exec"), namespace)
    return namespace["entry"]


def _stem(name: str, source: str, definitions: Mapping[str, Graded]) -> str:
    described = [
        f"{key} {own} {fingerprint.of_definition(formula)}" for key, (formula, own) in sorted(definitions.items())
    ]
    return f"crossent_{_word(name)}_{fingerprint.of_text(source, *described)}"


def _word(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower())[:60].strip("_")


def _write_once(path: Path, source: str) -> None:
    """The file appears whole or not at all; two processes that write it at once write the same."""
    content = source.encode()
    if not (path.is_file() and path.read_bytes() == content):
        _write_whole(path, content)


def _write_whole(path: Path, content: bytes) -> None:
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.utime(temporary, (WRITTEN_AT, WRITTEN_AT))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _start_numba() -> None:
    """Start Numba without scipy.linalg: a third of a second, for a product that no kernel here forms.

    Numba asks once, when this module is imported, whether BLAS can be had, and imports scipy.linalg to find out. Here
    the answer is whether scipy is installed. Whoever compiles linear algebra is asked again by Numba's own function,
    which is back in its place then; another thread that asks just now gets our answer.
    """
    if "numba.np.arraymath" in sys.modules or "scipy.linalg" in sys.modules:
        return
    import numba.np.linalg as linalg

    ensure_blas = linalg.ensure_blas
    linalg.ensure_blas = _ensure_scipy
    try:
        import numba.np.arraymath as arraymath
    finally:
        linalg.ensure_blas = ensure_blas
    arraymath.ensure_blas = ensure_blas


def _ensure_scipy() -> None:
    if importlib.util.find_spec("scipy") is None:
        raise ModuleNotFoundError(name="scipy")


@contextmanager
def _numba_caches_beside_the_module() -> Iterator[None]:
    """NUMBA_CACHE_DIR may point anywhere; the rules of this module hold for our own folder."""
    from numba import config

    elsewhere, config.CACHE_DIR = config.CACHE_DIR, ""
    try:
        yield
    finally:
        config.CACHE_DIR = elsewhere


# --- the folder -------------------------------------------------------------------------------------------------------


def folder() -> Folder:
    """The folder of this build's kernels, made if need be; `crossent doctor` shows it."""
    wanted = _wanted()
    with _state.lock:
        if wanted not in _state.folders:
            _state.folders[wanted] = _make(wanted)
        return _state.folders[wanted]


def _wanted() -> Path:
    asked = os.environ.get(VARIABLE)
    return Path(os.path.abspath(os.path.expanduser(asked))) if asked else _system_caches() / "crossent"


def _system_caches() -> Path:
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    asked = os.environ.get("XDG_CACHE_HOME", "")
    return Path(asked) if os.path.isabs(asked) else home / ".cache"  # a relative one is invalid, says the standard


def _make(wanted: Path) -> Folder:
    build = wanted / "kernels" / fingerprint.of_build()[:16]
    new = not build.exists()
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        for path in (wanted, build.parent, build, build / "__pycache__"):
            path.mkdir(mode=0o700, exist_ok=True)
            reason = why_not_ours(path)
            if reason:
                return _private(f"{path} {reason}")
        os.utime(build)  # used now
        if new:
            _forget_old_builds(build)
    except OSError as error:
        return _private(f"it cannot be made: {error}")
    return Folder(build)


def why_not_ours(path: Path) -> str:
    """Empty if only this user decides what is in the folder; else the reason why not."""
    if path.is_symlink() or getattr(os.path, "isjunction", lambda _: False)(path):
        return "is a link"
    if not hasattr(os, "getuid"):  # Windows: access lists, not owners; the user's own profile is closed to others
        return "" if path.resolve().is_relative_to(Path.home().resolve()) else "is outside this user's profile"
    status = path.stat(follow_symlinks=False)
    if status.st_uid != os.getuid():
        return f"belongs to user {status.st_uid}, not to {os.getuid()}"
    if status.st_mode & OTHERS_MAY_WRITE:
        return f"may be written by others (mode {status.st_mode & 0o777:o}; chmod go-w makes it usable)"
    return ""


def _private(refused: str) -> Folder:
    import tempfile

    path = Path(tempfile.mkdtemp(prefix="crossent-kernels-"))
    (path / "__pycache__").mkdir(mode=0o700)
    atexit.register(_remove, path, os.getpid())
    return Folder(path, refused)


def _remove(path: Path, process: int) -> None:
    if os.getpid() == process:  # a forked child leaves its parent's folder alone
        import shutil

        shutil.rmtree(path, ignore_errors=True)


def _forget_old_builds(build: Path) -> None:
    import shutil

    others = sorted((p for p in build.parent.iterdir() if p != build), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in others[BUILDS_KEPT:]:
        shutil.rmtree(path, ignore_errors=True)  # another process may be doing the same


class _State:
    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}
        self.codes: dict[str, machine_code.Kernel] = {}
        self.compiled = 0  # in this process
        self.folders: dict[Path, Folder] = {}
        self.renew_lock()

    def renew_lock(self) -> None:
        self.lock = threading.RLock()


_state = _State()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_state.renew_lock)  # another thread of the parent may have held it
