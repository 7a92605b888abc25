"""How fast: loops over blocks, threads, exact sums, compiled code on disk. Knows no family and no statistics."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossent.kernels.elementwise import evaluate_formula
    from crossent.kernels.exact_sum import ExactSum
    from crossent.kernels.rowwise import Evaluation, RowFormulas, evaluate_rows

__all__ = ["Evaluation", "ExactSum", "RowFormulas", "evaluate_formula", "evaluate_rows"]

_HOMES = {
    "elementwise": ("evaluate_formula",),
    "exact_sum": ("ExactSum",),
    "rowwise": ("Evaluation", "RowFormulas", "evaluate_rows"),
}


def __getattr__(name: str) -> Any:
    """A name is imported from its home when it is asked for: a sum needs no kernel, a row no elementwise one."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
