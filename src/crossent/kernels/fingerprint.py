"""What a formula means to the compiler, as a hash: its bytecode, its constants, and whatever it calls, down to the end.

Source text would miss a function made by exec or in a notebook, and a changed helper or constant in another module.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from crossent.vocabulary import FUNCTIONS, Constant


def of_definition(formula: Callable[..., Any]) -> str:
    """The hash of a formula and of everything it refers to."""
    return hashlib.sha256("\n".join(_describe(formula, set())).encode()).hexdigest()


# of Numba, which is not imported for them
FLAGS = tuple(
    f"NUMBA_{name}" for name in ("CPU_NAME", "CPU_FEATURES", "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "ENABLE_AVX")
)


def of_text(*texts: str) -> str:
    """The hash of some texts, short enough for a file's name."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:24]


@cache
def of_build() -> str:
    """The hash of whatever else compiled code depends on: our sources, the compiler's version, Python and processor."""
    from importlib.metadata import version

    import llvmlite.binding

    package = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for path in sorted([*(package / "vocabulary").rglob("*.py"), *(package / "kernels").glob("*.py")]):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    processor = (llvmlite.binding.get_host_cpu_name(), *(os.environ.get(name) for name in FLAGS))
    versions = [version(name) for name in ("numba", "llvmlite", "numpy")]
    digest.update(repr((versions, sys.implementation.cache_tag, sys.platform, processor)).encode())
    return digest.hexdigest()


def _describe(value: Any, seen: set[int]) -> Iterator[str]:
    if isinstance(value, FunctionType):
        if id(value) in seen:
            return
        seen.add(id(value))
        yield from _describe_function(value, seen)
    elif isinstance(value, Constant):
        yield f"constant {value.value!r}"
    elif isinstance(getattr(value, "py_func", None), FunctionType):  # a function that Numba has compiled
        yield from _describe(value.py_func, seen)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _describe(item, seen)
    else:
        yield f"{type(value).__qualname__} {value!r}"


def _describe_function(function: FunctionType, seen: set[int]) -> Iterator[str]:
    entry = FUNCTIONS.get(function.__name__)
    if entry is not None and entry.call is function:
        yield f"vocabulary {entry.name}"  # its compiled selves are part of the build
        return
    yield from _describe_code(function.__code__)
    yield f"defaults {function.__defaults__!r} {function.__kwdefaults__!r}"
    for cell in function.__closure__ or ():
        yield from _describe(cell.cell_contents, seen)
    for name in sorted(set(_names(function.__code__))):
        yield f"name {name}"
        used = function.__globals__.get(name)
        if isinstance(used, ModuleType):
            for attribute in function.__code__.co_names:
                yield from _describe(getattr(used, attribute, None), seen)
        elif name in function.__globals__:
            yield from _describe(used, seen)


def _describe_code(code: CodeType) -> Iterator[str]:
    yield f"code {code.co_code.hex()} {code.co_names} {code.co_varnames} {code.co_freevars} {code.co_argcount}"
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _describe_code(value)
        else:
            yield f"{type(value).__qualname__} {value!r}"


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for value in code.co_consts:
        if isinstance(value, CodeType):
            yield from _names(value)
