"""Rules that kept rows must follow, and the errors that name the row which breaks one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.data import Batch
from crossent.data.typed import UNSEEN, Floats, all_finite, show
from crossent.families.blame import holds, snake_case
from crossent.families.catalogue import find_family
from crossent.families.domains import is_count
from crossent.fitting.chunks import Floats as Array
from crossent.fitting.design.design import Design, Factor, Target

Mask = NDArray[np.bool_]

FINITE = "hold finite numbers"
WEIGHTS = "hold weights, finite and at least 0"
EXPOSURES = "hold exposures, above 0"
TRIALS = "hold numbers of trials, 0, 1, 2, ..."
CLASSES_SHOWN = 20


@dataclass
class Cells:
    """The columns of the rows that are kept. `sources` has an array for each of the design's factors."""

    batch: Batch
    rows: int
    sources: list[Any]
    target: Array | None = None
    offset: Array | None = None
    trials: Any = None
    frequency: Array | None = None
    weight: Array | None = None
    cluster: NDArray[np.int64] | None = None
    kept: NDArray[np.int64] | None = None  # their numbers in the batch, if not all are
    missing: Mask | None = None  # rows without a value, where such rows are kept

    def row_in_batch(self, row: int) -> int:
        """Where a kept row stands."""
        return row if self.kept is None else int(self.kept[row])

    def row_in_file(self, row: int) -> int:
        """Where a kept row stands, as messages count it."""
        return self.batch.row_in_file + self.row_in_batch(row)


def bad_cell(batch: Batch, row: int, name: str, must: str) -> Exception:
    """The error of a cell that is no such number."""
    return errors.design_value_bad(batch.file, batch.row_in_file + row, name, must, show(batch.columns[name], row))


def check_numbers(batch: Batch, name: str, found: Floats, keep: Mask) -> None:
    """Every number that counts is one, and finite."""
    for mask in (found.bad, found.infinite):
        if mask is not None and (mask & keep).any():
            raise bad_cell(batch, int(np.argmax(mask & keep)), name, FINITE)


def check_levels(batch: Batch, factor: Factor, codes: Any, keep: Mask) -> None:
    """Every level that counts was seen when the model was fitted."""
    unseen = codes == UNSEEN
    if unseen.any() and (unseen & keep).any():
        row = int(np.argmax(unseen & keep))
        raise errors.design_level_unseen(
            batch.file, batch.row_in_file + row, factor.column, str(batch.columns[factor.column][row]),
            factor.levels or (),
        )  # fmt: skip


def check_classes(target: Target, codes: Any, cells: Cells) -> Array:
    """The numbers of classes, each of them known."""
    if (codes == UNSEEN).any():
        known = ", ".join(map(repr, target.levels[:CLASSES_SHOWN]))
        raise outside(target, cells, int(np.argmax(codes == UNSEEN)), f"one of the classes {known}")
    return np.asarray(codes, np.float64)


def check_target(target: Target, values: Array, bad: Mask | None, cells: Cells) -> Array:
    """Numbers inside the family's support."""
    family = find_family(target.family) if target.family else None
    words = "a number" if family is None else family.support.words
    if bad is not None and bad.any():
        raise outside(target, cells, int(np.argmax(bad)), words)
    if family is None or family.support.contains is None:
        return values
    fixed = () if cells.trials is None else (cells.trials,)
    wrong = ~holds(family.support.contains, values, *fixed)
    if wrong.any():
        row = int(np.argmax(wrong))
        if cells.trials is not None:
            trials = cells.trials[row] if np.ndim(cells.trials) else cells.trials
            words = words.replace("total_count", f"the number of trials, {trials:g}")
        raise outside(target, cells, row, words)
    return values


def outside(target: Target, cells: Cells, row: int, words: str) -> Exception:
    """The error of a target that the family does not take."""
    came = cells.batch.columns[target.column][cells.row_in_batch(row)]
    shown = repr(came.item() if isinstance(came, np.generic) else came)
    family = snake_case(target.family or "the model")
    return errors.design_target_outside(cells.batch.file, cells.row_in_file(row), target.column, family, words, shown)


def offset_of(design: Design, cells: Cells, others: dict[str, Array]) -> Array | None:
    """The offset and the logarithm of the exposure, added."""
    offset = None if design.offset is None else others[design.offset]
    if design.exposure is None:
        return offset
    exposure = others[design.exposure]
    if (exposure <= 0).any():
        raise _bad_value(cells, int(np.argmax(exposure <= 0)), design.exposure, EXPOSURES, exposure)
    return np.log(exposure) if offset is None else offset + np.log(exposure)


def trials_of(design: Design, cells: Cells, others: dict[str, Array]) -> Any:
    """The number of trials of every row, or of all."""
    if not isinstance(design.trials, str):
        return None if design.trials is None else np.float64(design.trials)
    values = others[design.trials]
    wrong = ~holds(is_count, values)
    if cells.missing is not None:
        wrong &= ~cells.missing
    if wrong.any():
        raise _bad_value(cells, int(np.argmax(wrong)), design.trials, TRIALS, values)
    return values


def check_finite(design: Design, values: Array, cells: Cells) -> None:
    """A transform, or a product, of finite numbers need not be finite: log(0)."""
    if all_finite(values):
        return
    bad = ~np.isfinite(values)
    if cells.missing is not None:
        bad[cells.missing] = False
    if not bad.any():
        return
    row, place = (int(i) for i in np.argwhere(bad)[0])
    for factor, source in zip(design.factors, cells.sources, strict=True):
        if factor.levels is None and not all(np.isfinite(high[0]) for high, _ in factor.values(source[row : row + 1])):
            raise errors.design_transform_undefined(
                cells.batch.file, cells.row_in_file(row), factor.name, factor.column, float(source[row])
            )
    raise _bad_value(cells, row, design.columns[place], "be finite", values[:, place])


def _bad_value(cells: Cells, row: int, name: str, must: str, values: Array) -> Exception:
    return errors.design_value_bad(cells.batch.file, cells.row_in_file(row), name, must, repr(float(values[row])))
