"""A batch of a table becomes rows that the solver takes: which rows are kept, and their columns as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.data import Batch
from crossent.data.typed import MISSING, Floats, KnownLevels, Levels, NewLevels, floats, nothing
from crossent.fitting.chunks import Chunk
from crossent.fitting.chunks import Floats as Array
from crossent.fitting.design.checks import (
    WEIGHTS,
    Cells,
    Mask,
    bad_cell,
    check_classes,
    check_finite,
    check_levels,
    check_numbers,
    check_target,
    offset_of,
    trials_of,
)
from crossent.fitting.design.design import Design
from crossent.fitting.design.tables import Table

ERROR, DROP, KEEP = "error", "drop", "keep"


class Reader:
    """Reads batches by a design; counts what it leaves out. Clusters are numbered as they turn up.

    `missing` is "error", "drop" or "keep" (their design is NaN: for predictions). With `learning`, levels of categories
    and classes are numbered as they turn up, too.
    """

    def __init__(
        self, design: Design, *, missing: str = ERROR, with_target: bool = True, learning: bool = False
    ) -> None:
        if missing not in (ERROR, DROP, KEEP):
            option = "--missing"
            raise errors.unknown_option(option, missing, (ERROR, DROP))
        self.design, self.missing, self.learning = design, missing, learning
        self.target = design.target if with_target else None
        self.levels = [
            None if f.levels is None else NewLevels() if learning else KnownLevels(f.levels) for f in design.factors
        ]
        self.classes = self._target_levels()
        self.clusters = NewLevels()
        self.dropped = self.weightless = 0
        roles: tuple[Any, ...] = (design.offset, design.exposure, design.trials)
        if self.target is not None:
            roles = (self.target.column, *roles, design.frequency, design.weight, design.cluster)
        self.columns = tuple(dict.fromkeys((*design.sources, *(name for name in roles if isinstance(name, str)))))

    def _target_levels(self) -> Levels | None:
        if self.target is None or self.target.kind == "number":
            return None
        if self.learning:
            return NewLevels()
        if self.target.kind == "label":
            positive = KnownLevels([str(self.target.positive)])
            return Levels(lambda value: int(positive.number(value) == 0))
        return KnownLevels(self.target.levels)

    def predictors(self, table: Table) -> tuple[Array, Array | None]:
        """The design of all rows of a table that is one batch."""
        (batch,) = table.batches(self.columns or table.columns[:1])
        chunk = self.read(batch)
        return chunk.design, chunk.low

    def read(self, batch: Batch) -> Chunk:
        """The kept rows of a batch."""
        return self.chunk(self.cells(batch))

    def chunk(self, cells: Cells) -> Chunk:
        """These rows with their design."""
        design, low = self.design.encode(cells.sources, cells.rows)
        if cells.missing is not None:
            design[cells.missing] = np.nan
        if not self.design.plain:
            check_finite(self.design, design, cells)
        target = np.full(cells.rows, np.nan) if cells.target is None else cells.target
        fixed = () if cells.trials is None else (cells.trials,)
        return Chunk(0, target, design, low, cells.offset, fixed, cells.frequency, cells.weight, cells.cluster)

    def cells(self, batch: Batch) -> Cells:
        """The kept rows, each value checked."""
        plan = self.design
        keep = np.ones(batch.height, np.bool_)
        weights = self._weights(batch, keep)
        read: dict[str, Floats] = {}

        def numbers(name: str) -> Floats:
            if name not in read:
                read[name] = floats(batch.columns[name], name)
            return read[name]

        sources = [
            numbers(factor.column) if levels is None else levels.codes(batch.columns[factor.column], factor.column)
            for factor, levels in zip(plan.factors, self.levels, strict=True)
        ]
        others = {name: numbers(name) for name in (plan.offset, plan.exposure, plan.trials) if isinstance(name, str)}
        target = self._target(batch)
        grouped = None if self.target is None or plan.cluster is None else batch.columns[plan.cluster]
        gaps = [(factor.column, _gaps(source)) for factor, source in zip(plan.factors, sources, strict=True)]
        gaps += [(name, found.missing) for name, found in others.items()]
        gaps += [] if self.target is None else [(self.target.column, _gaps(target))]
        gaps += [] if grouped is None else [(str(plan.cluster), nothing(grouped))]
        missing = self._leave_out(batch, [(name, mask) for name, mask in gaps if mask is not None], keep)
        for factor, source in zip(plan.factors, sources, strict=True):
            if isinstance(source, Floats):
                check_numbers(batch, factor.column, source, keep)
            else:
                check_levels(batch, factor, source, keep)
        for name, found in others.items():
            check_numbers(batch, name, found, keep)
        kept = None if keep.all() else np.flatnonzero(keep)

        def of(values: Any) -> Any:
            return values if kept is None or not isinstance(values, np.ndarray) else values[kept]

        cells = Cells(batch, batch.height if kept is None else len(kept), [of(_values(source)) for source in sources])
        cells.kept, cells.missing = kept, of(missing)
        cells.frequency, cells.weight = of(weights.get("frequency")), of(weights.get("weight"))
        if grouped is not None:
            cells.cluster = self._clusters(grouped if kept is None else grouped[kept])
        columns = {name: of(found.values) for name, found in others.items()}
        cells.offset, cells.trials = offset_of(plan, cells, columns), trials_of(plan, cells, columns)
        if self.target is not None and self.classes is not None:
            cells.target = check_classes(self.target, of(target), cells)
        elif self.target is not None:
            cells.target = check_target(self.target, of(target.values), of(target.bad), cells)
        return cells

    def _target(self, batch: Batch) -> Any:
        if self.target is None:
            return None
        cells = batch.columns[self.target.column]
        if self.classes is None:
            return floats(cells, self.target.column)
        return self.classes.codes(cells, self.target.column)

    def _clusters(self, grouped: Any) -> NDArray[np.int64]:
        return self.clusters.codes(grouped, str(self.design.cluster)).astype(np.int64)

    def _weights(self, batch: Batch, keep: Mask) -> dict[str, Array]:
        """The weights by their role; rows of weight 0 are no longer kept, and nothing else in them is looked at."""
        found: dict[str, Array] = {}
        if self.target is None:
            return found
        for role in ("frequency", "weight"):
            name = getattr(self.design, role)
            if name is not None:
                found[role] = self._weight(batch, name, keep)
        for values in found.values():
            self.weightless += int(np.count_nonzero(keep & (values == 0)))
            keep &= values != 0
        return found

    def _weight(self, batch: Batch, name: str, keep: Mask) -> Array:
        found = floats(batch.columns[name], name)
        wrong = ~((found.values >= 0) & (found.values < np.inf))
        if found.bad is not None:
            wrong |= found.bad
        if found.missing is not None:
            if self.missing == ERROR:
                raise errors.design_value_missing(batch.file, batch.row_in_file + int(np.argmax(found.missing)), name)
            self.dropped += int(np.count_nonzero(found.missing & keep))
            keep &= ~found.missing
            wrong &= ~found.missing
        if wrong.any():
            raise bad_cell(batch, int(np.argmax(wrong)), name, WEIGHTS)
        return found.values

    def _leave_out(self, batch: Batch, gaps: Sequence[tuple[str, Mask]], keep: Mask) -> Mask | None:
        """Rows without a value are an error, or no longer kept, or marked."""
        if not gaps:
            return None
        missing = np.logical_or.reduce([mask for _, mask in gaps]) & keep
        if not missing.any():
            return None
        if self.missing == ERROR:
            row = int(np.argmax(missing))
            column = next(name for name, mask in gaps if mask[row])
            raise errors.design_value_missing(batch.file, batch.row_in_file + row, column)
        if self.missing == KEEP:
            return missing
        self.dropped += int(np.count_nonzero(missing))
        keep &= ~missing
        return None


def _values(found: Any) -> Any:
    return found.values if isinstance(found, Floats) else found


def _gaps(found: Any) -> Mask | None:
    if isinstance(found, Floats):
        return found.missing
    missing = found == MISSING
    return missing if missing.any() else None
