"""What kind of column it is, which decides what can be tested of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crossent.data.columns import label_text
from crossent.independence.columns import ColumnReader
from crossent.independence.streaming import ColumnState

CONSTANT, BINARY, LEVELS, WHOLE, CONTINUOUS = "constant", "binary", "levels", "whole numbers", "continuous"


@dataclass(frozen=True)
class Column:
    """A column as the battery sees it. `levels` name the values of a binary one and of one of levels."""

    name: str
    kind: str
    levels: tuple[str, ...] = ()

    @property
    def is_ordered(self) -> bool:
        """Whether larger and smaller mean something."""
        return self.kind in (BINARY, WHOLE, CONTINUOUS)


def column_of(reader: ColumnReader, state: ColumnState) -> Column:
    """By all values of the column: text and truth values are levels, numbers are numbers unless there are only two."""
    if state.is_text:
        names = reader.level_names
        present = int(np.count_nonzero(state.blocks.table().sum(axis=0))) if state.count else 0
        return Column(reader.name, _by_number(present, LEVELS), names)
    if state.distinct is not None and len(state.distinct) <= 2:
        names = reader.level_names or tuple(label_text(value) for value in state.distinct.tolist())
        return Column(reader.name, _by_number(len(state.distinct), BINARY), names)
    return Column(reader.name, WHOLE if state.is_whole else CONTINUOUS)


def codes_of(column: Column, state: ColumnState, values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The numbers of the levels of a column of levels."""
    if state.is_text or state.distinct is None:
        return values.astype(np.int64)
    return np.searchsorted(state.distinct, values)


def _by_number(levels: int, otherwise: str) -> str:
    return {0: CONSTANT, 1: CONSTANT, 2: BINARY}.get(levels, otherwise)
