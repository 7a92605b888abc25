"""Rows that stand in the stream more than once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crossent.independence.columns import ColumnReader
from crossent.independence.drifting import is_index
from crossent.independence.groups import RowHashes, learn
from crossent.independence.results import IidTest
from crossent.independence.streaming import ColumnState

MOST_ROWS = 1 << 18  # distinct rows kept, 40 bytes each; beyond, a sample of all rows by their hash
UNTESTED = "Repeated rows are not tested: {why}."


@dataclass
class Repeated:
    """Learns from the first rows what a repetition is, and counts them from there on."""

    seed: int
    why_not: str = ""
    hashes: RowHashes | None = field(default=None)

    def update(
        self, columns: Mapping[str, NDArray[np.float64]], first_row: int, readers: Mapping[str, ColumnReader],
        states: Mapping[str, ColumnState],
    ) -> None:  # fmt: skip
        """Add rows that the states have seen already."""
        if first_row == 0:
            self._learn(columns, readers, states)
        if self.hashes is not None:
            names = self.hashes.resolution.names
            self.hashes.update({name: columns[name] for name in names}, first_row)

    def _learn(
        self, columns: Mapping[str, NDArray[np.float64]], readers: Mapping[str, ColumnReader],
        states: Mapping[str, ColumnState],
    ) -> None:  # fmt: skip
        names = [
            name for name in columns
            if not readers[name].refused and states[name].count and not is_index(states[name])
        ]  # fmt: skip
        resolution = learn({name: columns[name] for name in names}, self.seed)
        if not resolution.measures:
            self.why_not = "no column has more than 20 distinct numbers"
        elif resolution.share >= 1:
            self.why_not = "the columns have too few digits for a repetition to be any evidence"
        else:
            self.hashes = RowHashes(resolution, MOST_ROWS)

    def tests(self) -> list[IidTest]:
        """The test, where it can say anything."""
        return [] if self.hashes is None else [self.hashes.result()]
