"""What a pass over a table has seen: ranges, sums, levels, and what the target looks like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crossent.fitting.design.calls import CALLS
from crossent.fitting.design.checks import Cells
from crossent.fitting.design.design import Design
from crossent.kernels.exact_sum import ExactSum


def learns(call: str | None) -> int:
    """How many numbers a transform learns."""
    return len(CALLS[call].learned) if call is not None else 0


@dataclass
class Seen:
    """What a pass has seen of the rows that are kept."""

    draft: Design
    rows: int = 0
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    counts: list[dict[int, int]] = field(default_factory=list)
    sums: dict[int, tuple[ExactSum, ExactSum]] = field(default_factory=dict)
    classes: set[int] = field(default_factory=set)
    binary: bool = True  # the target is 0 or 1
    whole: bool = True  # the target is a whole number of at least 0
    inside: bool = False  # the target is strictly between 0 and 1 somewhere

    def __post_init__(self) -> None:
        self.least = [np.inf] * len(self.draft.factors)
        self.most = [-np.inf] * len(self.draft.factors)
        self.counts = [{} for _ in self.draft.factors]

    def update(self, cells: Cells) -> None:
        """Add the kept rows of a batch."""
        self.rows += cells.rows
        if not cells.rows:
            return
        for k, (factor, values) in enumerate(zip(self.draft.factors, cells.sources, strict=True)):
            if factor.levels is not None:
                for level, count in enumerate(np.bincount(values).tolist()):
                    if count:
                        self.counts[k][level] = self.counts[k].get(level, 0) + count
                continue
            if not self.least[k] < self.most[k]:
                self.least[k] = min(self.least[k], float(values.min()))
                self.most[k] = max(self.most[k], float(values.max()))
            if learns(factor.call):
                one, two = self.sums.get(k, (ExactSum(), ExactSum()))
                self.sums[k] = one + ExactSum.of(values), two + ExactSum.of(values, values)
        self._update_target(cells.target)

    def _update_target(self, target: Any) -> None:
        kind = self.draft.target.kind if self.draft.target is not None else "number"
        if kind != "number":
            self.classes |= set(np.unique(target).astype(int).tolist())
            return
        self.binary = self.binary and bool(((target == 0) | (target == 1)).all())
        if not self.binary:
            self.whole = self.whole and bool(((target >= 0) & (np.floor(target) == target)).all())
            self.inside = self.inside or bool(((target > 0) & (target < 1)).any())
