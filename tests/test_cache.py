"""Kernels on disk: found by the next process, safe between two, never taken from a folder that others may write to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from kernel_formulas import bell_nll, coin_nll, tally_nll

from crossent.kernels import cache, evaluate_formula, fingerprint
from crossent.vocabulary import Constant, exp

HERE = Path(__file__).parent

FIRST_LOSS = """
import sys, time
start = time.perf_counter()
import numpy as np
from kernel_formulas import COIN
from crossent.kernels import cache, evaluate_rows
found = evaluate_rows(COIN, np.array([0.0, 1.0], np.float32), np.array([0.5, 0.25], np.float32))
kernels = len(cache._state.codes)
print(kernels, cache._state.compiled, found.total.round().hex(), cache.folder().path, "numba" in sys.modules, sep="|")
"""


def run(code: str, folder: Path, **variables: str) -> list[str]:
    environment = os.environ | {"CROSSENT_CACHE_DIR": str(folder), "PYTHONPATH": str(HERE)} | variables
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().split("|")


def test_the_second_process_compiles_nothing(tmp_path: Path) -> None:
    kernels, compiled, value, folder, numba = run(FIRST_LOSS, tmp_path)
    assert (kernels, compiled, numba) == ("2", "2", "True")  # the rows, and their exact sum
    assert Path(folder).is_relative_to(tmp_path)
    assert run(FIRST_LOSS, tmp_path) == ["2", "0", value, folder, "False"]
    assert run(FIRST_LOSS, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "elsewhere"))[:2] == ["2", "0"]
    assert not (tmp_path / "elsewhere").exists()
    assert not list(tmp_path.rglob("*.tmp"))


def test_two_processes_that_compile_at_once_agree(tmp_path: Path) -> None:
    environment = os.environ | {"CROSSENT_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(HERE)}
    both = [
        subprocess.Popen([sys.executable, "-c", FIRST_LOSS], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    values = [process.communicate(timeout=300)[0].split("|")[2] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert values[0] == values[1]
    assert run(FIRST_LOSS, tmp_path)[:2] == ["2", "0"]


def test_damaged_code_is_compiled_again(tmp_path: Path) -> None:
    *_, value, _, _ = run(FIRST_LOSS, tmp_path)
    codes = sorted(tmp_path.rglob("*.code"))
    assert len(codes) == 2
    codes[0].write_bytes(codes[0].read_bytes()[:-100])
    codes[1].write_bytes(b"")
    assert run(FIRST_LOSS, tmp_path)[1:3] == ["2", value]
    assert run(FIRST_LOSS, tmp_path)[1:3] == ["0", value]


OWN_FUNCTION = """
import sys
import numpy as np
from kernel_formulas import COIN
from crossent.kernels import cache, evaluate_rows
from crossent.kernels.rowwise import RowFormulas

def valid(y, x):
    return y >= 0

def nll(y, x):
    return np.ldexp(y, 2) + np.sin(x)

found = evaluate_rows(RowFormulas("Own", 1, 0, valid, nll), np.array([1.0, 3.0]), np.array([0.5, 0.25]))
print(cache._state.compiled, found.total.round() == np.sum(np.ldexp([1.0, 3.0], 2) + np.sin([0.5, 0.25])))
"""


def test_a_formula_that_needs_numba_gets_it(tmp_path: Path) -> None:
    assert run(OWN_FUNCTION, tmp_path) == ["2 True"]
    assert run(OWN_FUNCTION, tmp_path) == ["0 True"]


RAISING = """
import numpy as np
from crossent.kernels import cache, evaluate_rows
from crossent.kernels.rowwise import RowFormulas

def valid(y, x):
    return y >= 0

def nll(y, x):
    if x > 1:
        raise ValueError("no such x")
    return y * x

found = []
for last in (0.25, 2.0):
    try:
        own = RowFormulas("Own", 1, 0, valid, nll)
        found.append(evaluate_rows(own, np.ones(2), np.array([0.5, last])).total.round())
    except ValueError as error:
        found.append(str(error).partition(";")[2].strip().split(".")[0])
print(cache._state.compiled, *found, sep="|")
"""


def test_an_exception_in_a_formula_is_not_lost(tmp_path: Path) -> None:
    for compiled in ("2", "0"):
        assert run(RAISING, tmp_path) == [compiled, "0.75", "one of Own_value raised an exception"]


def test_arrays_are_laid_out_as_kernels_read_them() -> None:
    import ctypes

    from crossent.kernels.words import DATA, SHAPE

    for array in (np.zeros(7), np.zeros((3, 5), np.float32)[1:], np.empty(0, np.int64), np.ones(4, np.uint8)):
        data = ctypes.c_ssize_t.from_address(id(array) + DATA).value
        shape = ctypes.c_ssize_t.from_address(id(array) + SHAPE).value
        assert data == array.__array_interface__["data"][0]
        assert ctypes.c_ssize_t.from_address(shape).value == len(array)


# --- the folder -------------------------------------------------------------------------------------------------------


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cache, "_state", cache._State())
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "chosen"))
    return tmp_path / "chosen"


def test_a_new_folder_is_ours_alone(chosen: Path) -> None:
    folder = cache.folder()
    assert folder.refused == ""
    assert folder.path.is_relative_to(chosen)
    if os.name != "nt":
        assert all(path.stat().st_mode & 0o077 == 0 for path in (chosen, *folder.path.parents[:2], folder.path))


def refused(expected: str) -> None:
    folder = cache.folder()
    assert expected in folder.refused
    assert folder.path.is_dir()
    assert (folder.path.stat().st_mode & 0o077 == 0) or os.name == "nt"
    assert not folder.path.is_relative_to(Path(os.environ[cache.VARIABLE]))


def test_a_private_folder_serves(chosen: Path) -> None:
    chosen.write_text("")
    assert evaluate_formula(made("def f(x): return x + 1"), [np.zeros(2)], 2)[0] == 1
    assert list(cache.folder().path.glob("crossent_each_f_*.py"))


def test_a_link_is_refused(chosen: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    chosen.symlink_to(tmp_path / "real", target_is_directory=True)
    refused("is a link")


def test_a_link_further_down_is_refused(chosen: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    chosen.mkdir(mode=0o700)
    (chosen / "kernels").symlink_to(tmp_path / "real", target_is_directory=True)
    refused("is a link")


@pytest.mark.skipif(os.name == "nt", reason="Windows has access lists instead of modes")
@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
@pytest.mark.parametrize("depth", ["", "kernels"])
def test_a_folder_that_others_may_write_to_is_refused(chosen: Path, mode: int, depth: str) -> None:
    chosen.mkdir(mode=0o700)
    (chosen / depth).mkdir(exist_ok=True)
    (chosen / depth).chmod(mode)
    refused("may be written by others")


def test_a_folder_of_another_user_is_refused(chosen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen.mkdir(mode=0o700)
    if hasattr(os, "getuid") and os.getuid() == 0:
        os.chown(chosen, 65534, -1)
    else:
        monkeypatch.setattr(os, "getuid", lambda: 4_000_000, raising=False)
    refused("belongs to user")


def test_a_file_in_its_place_is_no_folder(chosen: Path) -> None:
    chosen.write_text("")
    refused("cannot be made")


def test_without_file_owners_the_users_profile_is_trusted(
    chosen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "getuid", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert cache.folder().refused == ""
    monkeypatch.setattr(cache, "_state", cache._State())
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "somebody else")
    refused("outside this user's profile")


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/xdg"}, "/xdg/crossent"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/me/.cache/crossent"),
        ("linux", {"XDG_CACHE_HOME": ""}, "/home/me/.cache/crossent"),
        ("darwin", {}, "/home/me/Library/Caches/crossent"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/crossent"),
        ("win32", {"LOCALAPPDATA": ""}, "/home/me/AppData/Local/crossent"),
        ("linux", {"CROSSENT_CACHE_DIR": "/own"}, "/own"),
    ],
)
def test_the_usual_folder_of_each_system(monkeypatch: pytest.MonkeyPatch, platform, variables, expected) -> None:
    monkeypatch.delenv(cache.VARIABLE, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache._wanted() == Path(expected)


def test_builds_not_used_lately_are_removed(chosen: Path) -> None:
    kernels = chosen / "kernels"
    for age in range(6):
        (kernels / f"old{age}").mkdir(parents=True)
        os.utime(kernels / f"old{age}", (2e9 - age, 2e9 - age))
    chosen.chmod(0o700), kernels.chmod(0o700)
    folder = cache.folder()
    assert sorted(path.name for path in kernels.iterdir()) == sorted([folder.path.name, "old0", "old1", "old2"])


def test_a_private_folder_is_removed_at_exit_but_not_by_a_forked_child(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code = """
import os
from crossent.kernels import cache
path = cache.folder().path
if hasattr(os, "fork"):
    child = os.fork()
    if child == 0:
        raise SystemExit
    os.waitpid(child, 0)
print(path, path.is_dir(), sep="|")
"""
    path, there = run(code, tmp_path / "file")[-2:]
    assert there == "True"
    assert not Path(path).exists()


# --- the name ---------------------------------------------------------------------------------------------------------


def made(text: str, **names):
    namespace = {"exp": exp, **names}
    exec(text, namespace)
    return namespace["f"]


def test_the_hash_is_that_of_the_meaning() -> None:
    def of(text: str, **names) -> str:
        return fingerprint.of_definition(made(text, **names))

    first = of("def f(x): return exp(x) + 1")
    assert of("\n\n# a comment\ndef f(x):\n    return exp(x) + 1") == first
    others = [
        of("def f(x): return exp(x) + 2"),
        of("def f(x): return exp(x) - 1"),
        of("def f(x): return exp(x) + 1", exp=abs),
        of("def f(x): return exp(x) + C", C=1),
        of("def f(x): return exp(x) + C", C=2),
        of("def f(x): return exp(x) + C", C=Constant(2.0, lambda m: m.mpf(2))),
        of("def f(x): return g(x) + 1", g=made("def f(x): return exp(x)")),
        of("def f(x): return g(x) + 1", g=made("def f(x): return -exp(x)")),
        of("def f(x): return (lambda t: exp(t) + C)(x)", C=1),
        of("def f(x): return (lambda t: exp(t) + C)(x)", C=3),
        of("def f(x, c=1): return exp(x) + c"),
        of("def f(x, c=2): return exp(x) + c"),
    ]
    assert len({first, *others}) == 1 + len(others)
    assert len({fingerprint.of_definition(f) for f in (coin_nll, bell_nll, tally_nll)}) == 3


def test_closures_and_recursion_are_described() -> None:
    def scaled(by: int):
        def f(x):
            return exp(x) * by

        return f

    assert fingerprint.of_definition(scaled(2)) == fingerprint.of_definition(scaled(2))
    assert fingerprint.of_definition(scaled(2)) != fingerprint.of_definition(scaled(3))
    assert fingerprint.of_definition(made("def f(x): return f(x - 1)"))


def test_a_changed_formula_of_the_same_name_is_another_kernel() -> None:
    results = [evaluate_formula(made(f"def f(x): return x + {c}"), [np.zeros(2)], 2)[0] for c in (1, 2, 3)]
    assert results == [1.0, 2.0, 3.0]
