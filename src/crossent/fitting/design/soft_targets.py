"""Targets of several columns: a row of class probabilities, or of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from crossent import errors
from crossent.data.columns import label_text
from crossent.families.catalogue import find_family
from crossent.fitting.chunks import ArrayRows, Floats
from crossent.fitting.design.design import Target
from crossent.fitting.design.learn import Learned

SUM_TOLERANCE = 1e-9
NAME = "the data"


def soft_target(
    rows: ArrayRows, learned: Learned, values: Floats | None, classes: Sequence[Any] | None, name: str | None
) -> tuple[ArrayRows, Learned]:
    """The rows with (n, K) values in the place of their target, if there are any; K classes, named 0, 1, ... or so."""
    if values is None:
        return rows, learned
    target = learned.design.target
    assert target is not None
    family = find_family(name or "categorical")
    target = replace(target, family=family.name)
    if family.classes is None:
        raise errors.design_target_shape(target.family, values.shape)
    _check(values, target, family)
    names = tuple(label_text(name) for name in classes) if classes is not None else _numbered(values)
    if len(names) != values.shape[1]:
        raise errors.design_target_shape(target.family, values.shape)
    design = replace(learned.design, target=replace(target, kind="classes", levels=names))
    return replace(rows, target=values), replace(learned, design=design)


def _numbered(values: Floats) -> tuple[str, ...]:
    return tuple(str(k) for k in range(values.shape[1]))


def _check(values: Floats, target: Target, family: Any) -> None:
    bad = ~(np.isfinite(values) & (values >= 0)).all(axis=1)
    if family.name == "Categorical":
        bad |= np.abs(values.sum(axis=1) - 1) > SUM_TOLERANCE
    else:
        bad |= (values != np.floor(values)).any(axis=1)
    if bad.any():
        row = int(np.argmax(bad))
        raise errors.design_target_outside(
            NAME, row, target.column, target.family, family.support.words, repr(values[row].tolist())
        )
