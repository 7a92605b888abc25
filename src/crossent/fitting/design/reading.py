"""A batch of a table becomes rows that the solver takes: which rows are kept, what is wrong with one, its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.data import Batch
from crossent.data.typed import MISSING, UNSEEN, Floats, KnownLevels, Levels, NewLevels, all_finite, floats, show
from crossent.families.blame import holds, snake_case
from crossent.families.catalogue import find_family
from crossent.families.domains import is_count
from crossent.fitting.chunks import Chunk
from crossent.fitting.chunks import Floats as Array
from crossent.fitting.design.design import Design
from crossent.fitting.design.tables import Table

Mask = NDArray[np.bool_]

ERROR, DROP, KEEP = "error", "drop", "keep"
WEIGHTS = "hold weights, finite and at least 0"


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
    missing: Mask | None = None  # rows without a value, where they are kept

    def row_in_file(self, row: int) -> int:
        """Where a kept row stands."""
        return self.batch.row_in_file + (row if self.kept is None else int(self.kept[row]))


class Reader:
    """Reads batches by a design; counts what it leaves out. Clusters are numbered as they turn up.

    `missing` is "error", "drop" or "keep" (their design is NaN: for predictions). With `learning`, levels of categories
    and classes are numbered as they turn up, too, and the target is not compared with the family's support.
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
        wanted = [*design.sources]
        if self.target is not None:
            others = (design.trials, design.offset, design.exposure, design.frequency, design.weight, design.cluster)
            wanted = [self.target.column, *wanted, *(name for name in others if isinstance(name, str))]
        else:
            wanted += [name for name in (design.offset, design.exposure) if name is not None]
            wanted += [design.trials] if isinstance(design.trials, str) else []
        self.columns = tuple(dict.fromkeys(wanted))

    def _target_levels(self) -> Levels | None:
        if self.target is None or self.target.kind == "number":
            return None
        if self.learning:
            return NewLevels()
        if self.target.kind == "label":
            known = KnownLevels([str(self.target.positive)])
            return Levels(lambda value: int(known._number(value) == 0))
        return KnownLevels(self.target.levels)

    def predictors(self, table: Table) -> tuple[Array, Array | None]:
        """The design of all rows of a table at once."""
        (batch,) = table.batches(self.columns or table.columns[:1])
        chunk = self.read(batch)
        return chunk.design, chunk.low

    def read(self, batch: Batch) -> Chunk:
        """The kept rows of a batch."""
        return self.chunk(self.cells(batch))

    def chunk(self, cells: Cells, row: int = 0) -> Chunk:
        """These rows with their design."""
        design, low = self.design.encode(cells.sources, cells.rows)
        if cells.missing is not None:
            design[cells.missing] = np.nan
        if any(factor.call is not None for factor in self.design.factors) or not self.design.plain:
            self._check_finite(design, cells)
        target = np.full(cells.rows, np.nan) if cells.target is None else cells.target
        fixed = () if cells.trials is None else (cells.trials,)
        return Chunk(row, target, design, low, cells.offset, fixed, cells.frequency, cells.weight, cells.cluster)

    # -- columns ------------------------------------------------------------------------------------------------------
    def cells(self, batch: Batch) -> Cells:
        """The kept rows, each value checked."""
        plan = self.design
        rows = batch.height
        keep = np.ones(rows, np.bool_)
        weights: dict[str, Array] = {}
        if self.target is not None:
            for name in (plan.frequency, plan.weight):
                if name is not None:
                    weights[name] = self._weights(batch, name, keep)
        for values in weights.values():
            self.weightless += int(np.count_nonzero(keep & (values == 0)))
            keep &= values != 0
        read: dict[Any, Any] = {}
        sources = [self._source(batch, k, read) for k in range(len(plan.factors))]
        target, missing_target = self._target(batch)
        numeric = [n for n in (plan.offset, plan.exposure, plan.trials) if isinstance(n, str)]
        others = {name: self._floats(batch, name, read) for name in numeric}
        cluster = None
        if plan.cluster is not None and self.target is not None:
            cluster = self.clusters.codes(batch.columns[plan.cluster], plan.cluster)
        gaps = [(f.column, _gaps(s)) for f, s in zip(plan.factors, sources, strict=True)]
        gaps += [(name, cells.missing) for name, cells in others.items()]
        if self.target is not None and missing_target is not None:
            gaps.append((self.target.column, missing_target))
        if cluster is not None and (cluster == MISSING).any():
            gaps.append((str(plan.cluster), cluster == MISSING))
        missing = self._leave_out(batch, [(name, mask) for name, mask in gaps if mask is not None], keep)
        self._check(batch, sources, others, keep)
        kept = None if keep.all() else np.flatnonzero(keep)

        def of(values: Any) -> Any:
            return values if kept is None or not isinstance(values, np.ndarray) else values[kept]

        cells = Cells(
            batch, rows if kept is None else len(kept), [of(_values(s)) for s in sources],
            frequency=of(weights.get(str(plan.frequency))), weight=of(weights.get(str(plan.weight))), kept=kept,
            cluster=None if cluster is None else of(cluster).astype(np.int64), missing=of(missing),
        )  # fmt: skip
        cells.offset = self._offset(cells, {name: of(each.values) for name, each in others.items()})
        cells.trials = self._trials(cells, {name: of(each.values) for name, each in others.items()})
        cells.target = None if target is None else self._checked_target(of(_values(target)), of(_bad(target)), cells)
        return cells

    def _source(self, batch: Batch, k: int, read: dict[Any, Any]) -> Any:
        factor, levels = self.design.factors[k], self.levels[k]
        if levels is not None:
            return levels.codes(batch.columns[factor.column], factor.column)
        return self._floats(batch, factor.column, read)

    def _floats(self, batch: Batch, name: str, read: dict[Any, Any]) -> Floats:
        if name not in read:
            read[name] = floats(batch.columns[name], name)
        return read[name]

    def _weights(self, batch: Batch, name: str, keep: Mask) -> Array:
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
            raise self._bad(batch, int(np.argmax(wrong)), name, WEIGHTS)
        return found.values

    def _leave_out(self, batch: Batch, gaps: Sequence[tuple[str, Mask]], keep: Mask) -> Mask | None:
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

    def _check(self, batch: Batch, sources: Sequence[Any], others: dict[str, Floats], keep: Mask) -> None:
        factors = self.design.factors
        for factor, source in zip(factors, sources, strict=True):
            if isinstance(source, Floats):
                self._check_numbers(batch, factor.column, source, keep)
            elif (source == UNSEEN).any() and (unseen := (source == UNSEEN) & keep).any():
                row = int(np.argmax(unseen))
                raise errors.design_level_unseen(
                    batch.file, batch.row_in_file + row, factor.column, str(batch.columns[factor.column][row]),
                    factor.levels or (),
                )  # fmt: skip
        for name, source in others.items():
            self._check_numbers(batch, name, source, keep)

    def _check_numbers(self, batch: Batch, name: str, found: Floats, keep: Mask) -> None:
        for mask in (found.bad, found.infinite):
            if mask is not None and (mask & keep).any():
                raise self._bad(batch, int(np.argmax(mask & keep)), name, "hold finite numbers")

    def _bad(self, batch: Batch, row: int, name: str, must: str) -> Exception:
        came = show(batch.columns[name], row)
        return errors.design_value_bad(batch.file, batch.row_in_file + row, name, must, came)

    # -- target and what goes with it ---------------------------------------------------------------------------------
    def _target(self, batch: Batch) -> tuple[Any, Mask | None]:
        if self.target is None:
            return None, None
        cells = batch.columns[self.target.column]
        if self.classes is None:
            found = floats(cells, self.target.column)
            return found, found.missing
        codes = self.classes.codes(cells, self.target.column)
        return codes, (codes == MISSING) if (codes == MISSING).any() else None

    def _checked_target(self, values: Any, bad: Any, cells: Cells) -> Array:
        target = self.target
        assert target is not None
        if self.classes is not None:
            if not self.learning and (values == UNSEEN).any():
                row = int(np.argmax(values == UNSEEN))
                raise self._outside(cells, row, f"one of the classes {', '.join(map(repr, target.levels[:20]))}")
            return np.asarray(values, np.float64)
        family = find_family(target.family) if target.family else None
        words = "a number" if family is None else family.support.words
        if bad is not None and bad.any():
            raise self._outside(cells, int(np.argmax(bad)), words)
        if family is not None and family.support.contains is not None:
            outside = ~holds(family.support.contains, values, *(() if cells.trials is None else (cells.trials,)))
            if outside.any():
                row = int(np.argmax(outside))
                if cells.trials is not None:
                    trials = cells.trials[row] if np.ndim(cells.trials) else cells.trials
                    words = words.replace("total_count", f"the number of trials, {trials:g}")
                raise self._outside(cells, row, words)
        return np.asarray(values, np.float64)

    def _outside(self, cells: Cells, row: int, words: str) -> Exception:
        target = self.target
        assert target is not None
        values = cells.batch.columns[target.column]
        at = row if cells.kept is None else int(cells.kept[row])
        came = values[at]
        shown = repr(came.item() if isinstance(came, np.generic) else came)
        family = snake_case(target.family or "the model")
        return errors.design_target_outside(
            cells.batch.file, cells.row_in_file(row), target.column, family, words, shown
        )

    def _offset(self, cells: Cells, others: dict[str, Array]) -> Array | None:
        plan = self.design
        offset = others[plan.offset] if plan.offset is not None else None
        if plan.exposure is None:
            return offset
        exposure = others[plan.exposure]
        if (exposure <= 0).any():
            row = int(np.argmax(exposure <= 0))
            raise errors.design_value_bad(
                cells.batch.file,
                cells.row_in_file(row),
                plan.exposure,
                "hold exposures, above 0",
                repr(float(exposure[row])),
            )
        return np.log(exposure) if offset is None else offset + np.log(exposure)

    def _trials(self, cells: Cells, others: dict[str, Array]) -> Any:
        trials = self.design.trials
        if not isinstance(trials, str):
            return None if trials is None else np.float64(trials)
        values = others[trials]
        counts = holds(is_count, values) | (np.isnan(values) if cells.missing is not None else False)
        if not counts.all():
            row = int(np.argmin(counts))
            raise errors.design_value_bad(
                cells.batch.file,
                cells.row_in_file(row),
                trials,
                "hold numbers of trials, 0, 1, 2, ...",
                repr(float(values[row])),
            )
        return values

    def _check_finite(self, design: Array, cells: Cells) -> None:
        """A transform of a finite number need not be one: log(0)."""
        if all_finite(design):
            return
        bad = ~np.isfinite(design)
        if cells.missing is not None:
            bad[cells.missing] = False
        if not bad.any():
            return
        row, place = (int(i) for i in np.argwhere(bad)[0])
        for k, factor in enumerate(self.design.factors):
            if factor.levels is None and not all(
                np.isfinite(v[0]) for v, _ in factor.values(cells.sources[k][row : row + 1])
            ):
                raise errors.design_transform_undefined(
                    cells.batch.file, cells.row_in_file(row), factor.name, factor.column, float(cells.sources[k][row])
                )
        name = self.design.columns[place]
        raise errors.design_value_bad(
            cells.batch.file, cells.row_in_file(row), name, "be finite", repr(float(design[row, place]))
        )


def _values(found: Any) -> Any:
    return found.values if isinstance(found, Floats) else found


def _bad(found: Any) -> Any:
    return found.bad if isinstance(found, Floats) else None


def _gaps(source: Any) -> Mask | None:
    if isinstance(source, Floats):
        return source.missing
    return (source == MISSING) if (source == MISSING).any() else None
