"""The compiled reading: grades (tables of compiled functions) and `bind`, which compiles a formula over a grade.

DOUBLE gives float64 answers. SINGLE computes in float64 with as many good bits as an answer needs that is rounded to
float32 once. NATIVE takes and gives float32 and computes in it throughout.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossent.vocabulary.compiled.grades import DOUBLE
    from crossent.vocabulary.compiled.native import NATIVE
    from crossent.vocabulary.compiled.single import SINGLE

__all__ = ["DOUBLE", "NATIVE", "SINGLE"]

_TABLES = {"DOUBLE": "grades", "NATIVE": "native", "SINGLE": "single"}


def __getattr__(name: str) -> Any:
    """A table is imported when it is asked for: a kernel that is found on disk needs none."""
    if name in _TABLES:
        return getattr(import_module(f"{__name__}.{_TABLES[name]}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
