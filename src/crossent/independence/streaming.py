"""What the battery keeps of every row it has seen: moments, bins by block of rows, lags of the target, two samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.independence.blocks import Blocks, BlockSums
from crossent.independence.columns import ColumnReader, Floats
from crossent.independence.lags import LagCounts, LagProducts
from crossent.independence.samples import Spread, Window
from crossent.independence.table import Table

FEW_VALUES = 20
BINS = 20
MOST_LAGGED = 50
CHUNK = 65_536


@dataclass
class ColumnState:
    """One column: `distinct` are its values while they are few; then bins by quantiles of the first rows."""

    name: str
    is_text: bool = False
    count: int = 0
    total: float = 0.0
    least: float = np.inf
    most: float = -np.inf
    is_whole: bool = True
    rises: bool = True
    last: float = -np.inf
    distinct: Floats | None = field(default_factory=lambda: np.empty(0))
    edges: Floats = field(default_factory=lambda: np.empty(0))
    blocks: Blocks = field(default_factory=Blocks)
    products: LagProducts | None = None
    lags: LagCounts | None = None
    sums: BlockSums | None = None

    def update(self, values: Floats, first_row: int) -> None:
        """Add the values of rows that follow those before them; NaN where there is none."""
        gone = np.isnan(values)
        kept = ~gone if gone.any() else None
        present = values if kept is None else values[kept]
        if not len(present):
            return
        if not self.is_text:
            self._describe(present)
        bins = self._bins(np.where(gone, present[0], values) if kept is not None else values, present)
        self.blocks.update(bins, first_row, kept)
        if self.lags is not None and (self.is_text or self.distinct is not None):
            self.lags.update(np.minimum(bins, MOST_LAGGED - 1))  # the levels that turned up last go together
        elif self.distinct is None:
            self.lags = None
        if self.products is not None and self.sums is not None and not self.is_text:
            self.products.update(present)
            self.sums.update(present)
        self.count += len(present)

    def _describe(self, present: Floats) -> None:
        self.total += float(present.sum())
        self.least, self.most = min(self.least, float(present.min())), max(self.most, float(present.max()))
        self.is_whole = self.is_whole and bool((present == np.floor(present)).all())
        if self.rises:
            self.rises = bool(present[0] > self.last and (present[1:] > present[:-1]).all())
            self.last = float(present[-1])

    def _bins(self, values: Floats, present: Floats) -> NDArray[np.int64]:
        if self.is_text:
            return values.astype(np.int64)
        if not self.count:
            self.edges = np.unique(np.quantile(present, np.arange(1, BINS) / BINS))
        if self.distinct is not None:
            self._learn(present)
        if self.distinct is None:
            return np.searchsorted(self.edges, values, side="right")
        return np.searchsorted(self.distinct, values)

    def _learn(self, present: Floats) -> None:
        """New distinct values; beyond a few the bins of the quantiles take over."""
        assert self.distinct is not None
        before = self.distinct
        if len(before):
            place = np.minimum(np.searchsorted(before, present), len(before) - 1)
            new = present[before[place] != present]
        else:
            new = present
        if not len(new):
            return
        together = np.union1d(before, new)
        if len(together) > FEW_VALUES:
            self.blocks.merge_bins(np.searchsorted(self.edges, before, side="right"), len(self.edges) + 1)
            self.distinct = None
        else:
            place = np.searchsorted(together, before)
            if len(before):
                self.blocks.merge_bins(place, len(together))
                if self.lags is not None:
                    self.lags.rename(place, len(together))
            self.distinct = together


@dataclass
class Streamed:
    """All of it, after the last row."""

    rows: int
    readers: dict[str, ColumnReader]
    states: dict[str, ColumnState]
    window: Window
    spread: Spread


def stream(
    table: Table, target: str, others: Sequence[str], seed: int = 0,
    progress: Callable[[int], None] | None = None, each: Callable[[Any, Floats], None] | None = None,
    also: Sequence[str] = (), after: Callable[..., None] | None = None,
) -> Streamed:  # fmt: skip
    """Read the rows once. `each(batch, target values)` sees the batches too, with the columns `also`; `after` every
    piece of rows, when the states have seen it.
    """
    names = [target, *others]
    readers = {name: ColumnReader(name, is_target=name == target) for name in names}
    states = {name: ColumnState(name) for name in names}
    states[target].products, states[target].lags, states[target].sums = LagProducts(), LagCounts(0), BlockSums()
    window, spread, rows = Window(seed), Spread(seed), 0
    for chunk in _chunks(table, readers, each, also):
        height = len(chunk[target])
        for name, values in chunk.items():
            states[name].is_text = readers[name].levels is not None
            if not readers[name].refused:
                states[name].update(values, rows)
        window.update(chunk, rows)
        spread.update(chunk, rows)
        if after is not None:
            after(chunk, rows, readers, states)
        rows += height
        if progress is not None:
            progress(rows)
    return Streamed(rows, readers, states, window, spread)


def _chunks(
    table: Table, readers: dict[str, ColumnReader], each: Callable[[Any, Floats], None] | None, also: Sequence[str]
) -> Iterator[dict[str, Floats]]:
    """Rows in pieces of the same size, wherever the batches of a file end: the same bits from every source."""
    held: list[dict[str, Floats]] = []
    rows = 0
    target = next(iter(readers))
    for batch in table.batches([*readers, *also]):
        columns = {name: reader.read(batch) for name, reader in readers.items()}
        if each is not None:
            each(batch, columns[target])
        held.append(columns)
        rows += batch.height
        while rows >= CHUNK:
            joined = {name: np.concatenate([part[name] for part in held]) for name in readers}
            yield {name: values[:CHUNK] for name, values in joined.items()}
            held, rows = [{name: values[CHUNK:] for name, values in joined.items()}], rows - CHUNK
    if rows:
        yield {name: np.concatenate([part[name] for part in held]) for name in readers}
