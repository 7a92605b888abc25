"""The kernels over rows of classes, each loaded when it is first needed."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from crossent.kernels.cache import load_kernel
from crossent.kernels.classes import ClassFormulas
from crossent.kernels.classes_source import HEAD, INDEX_CURVATURE, INDEX_LARGE, INDEX_SMALL
from crossent.kernels.classes_source_rows import GIVEN, ROWS, TOTALS

BODIES = {
    "small": INDEX_CURVATURE + INDEX_SMALL,
    "large": INDEX_CURVATURE + INDEX_LARGE,
    "rows": ROWS,
    "given": GIVEN,
}
FAR = 1e300  # odds; the single grade's exp ends at e^709


def load(
    formulas: ClassFormulas, kind: str, dtype: np.dtype[Any], quantity: str, *, weighted: bool, full: bool,
    indexed: bool, smoothed: bool,
) -> ModuleType:  # fmt: skip
    """The kernel of one kind ("small", "large", "rows", "given"), without what is not asked for."""
    return _load(
        formulas, kind, dtype.name, quantity != "value", quantity == "hessian", weighted,
        full and quantity == "hessian",
        kind in ("rows", "given") and indexed, kind in ("rows", "given") and smoothed,
    )  # fmt: skip


@cache
def _load(
    formulas: ClassFormulas, kind: str, dtype: str, gradient: bool, hessian: bool, weighted: bool, full: bool,
    indexed: bool, smoothed: bool,
) -> ModuleType:  # fmt: skip
    grade = "single" if dtype == "float32" and not formulas.exact_inside else "double"
    constants = {
        "GRADIENT": gradient, "HESSIAN": hessian, "WEIGHTED": weighted, "FULL": full, "INDEXED": indexed,
        "SMOOTHED": smoothed, "COMPENSATED": grade == "double", "PAIRED": formulas.part_most is not formulas.part,
        "FAR": FAR,
    }  # fmt: skip
    body = BODIES[kind]
    lines = "\n".join(f"{name} = {value!r}" for name, value in constants.items())
    title = f"{formulas.name}, {kind} kernel over classes, {dtype}"
    definitions = {
        f.name: getattr(formulas, f.name)
        for f in fields(formulas)
        if callable(getattr(formulas, f.name)) and f"{f.name}(" in body
    }
    return load_kernel(
        f"{formulas.name} {kind} {dtype}",
        HEAD.format(title=title, dtype=dtype, constants=lines) + body,
        definitions,
        grade,
    )


@cache
def totals(dtype: np.dtype[Any], weighted: bool) -> ModuleType:
    """The kernel that adds up values, or values times weights, exactly."""
    constants = f"WEIGHTED = {weighted}\nSINGLE = {dtype == np.float32}\nCOMPENSATED = True"
    text = HEAD.format(title="exact sums of rows", dtype=dtype.name, constants=constants) + TOTALS
    return load_kernel(f"totals {dtype.name}", text, {})
