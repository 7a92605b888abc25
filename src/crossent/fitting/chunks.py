"""What the solver reads: rows, chunk by chunk, as often as it asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CHUNK = 65_536  # rows; counted by number, so that no result depends on how they were read


@dataclass(frozen=True)
class Chunk:
    """Some rows. A row's part in the likelihood is frequency * weight (1 where there is none).

    `target` is (n,), or (n, K) for rows of probabilities or counts; class indices are whole floats. `design` is (n, p)
    without a column for the intercept; design + low is the design where columns were formed in double-double.
    """

    row: int  # the number of its first row, among the rows that are kept
    target: Floats
    design: Floats
    low: Floats | None = None
    offset: Floats | None = None  # (n,), or (n, K) over classes: 0, or -inf for a class that is ruled out
    fixed: tuple[Any, ...] = ()  # (n,) or a number for each fixed parameter (total_count)
    frequency: Floats | None = None  # how often the row was seen
    weight: Floats | None = None  # importance, or one over the probability of being sampled
    cluster: NDArray[np.int64] | None = None

    @property
    def rows(self) -> int:
        """How many."""
        return len(self.target)

    @property
    def likelihood_weight(self) -> Floats | None:
        """What multiplies each row's nll."""
        if self.frequency is None or self.weight is None:
            return self.weight if self.frequency is None else self.frequency
        return self.frequency * self.weight


class Rows(Protocol):
    """A table that may be passed over many times. All chunks but the last have CHUNK rows."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the design's columns, without the intercept."""
        ...

    @property
    def name(self) -> str:
        """What to call the data in messages."""
        ...

    def chunks(self) -> Iterator[Chunk]:
        """The rows, from the first on."""
        ...


@dataclass(frozen=True)
class ArrayRows:
    """Rows in memory: the fields of a Chunk for all rows at once."""

    columns: tuple[str, ...]
    target: Floats
    design: Floats
    low: Floats | None = None
    offset: Floats | None = None
    fixed: tuple[Any, ...] = ()
    frequency: Floats | None = None
    weight: Floats | None = None
    cluster: NDArray[np.int64] | None = None
    name: str = field(default="the data")

    def chunks(self) -> Iterator[Chunk]:
        """Views of the arrays: nothing is copied."""
        for start in range(0, len(self.target), CHUNK):
            yield self.part(slice(start, start + CHUNK), start)

    def part(self, rows: slice | NDArray[Any], start: int = 0) -> Chunk:
        """The chunk of these rows."""

        def of(values: Any) -> Any:
            return values[rows] if isinstance(values, np.ndarray) and values.ndim else values

        return Chunk(
            start, of(self.target), of(self.design), of(self.low), of(self.offset), tuple(map(of, self.fixed)),
            of(self.frequency), of(self.weight), of(self.cluster),
        )  # fmt: skip
