"""What scoring keeps of the rows it has seen: exact sums, a few row numbers, and the baseline. Merges with ``+``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent.independence.aside import Aside
from crossent.independence.cost import ClusteredSums, SerialRows
from crossent.scoring.baselines import Baseline
from crossent.scoring.sums import exact_sum

if TYPE_CHECKING:
    from crossent.kernels.exact_sum import ExactSum

ROWS_LISTED = 20


@dataclass(frozen=True)
class Place:
    """Where each row stands among those that it may depend on: `keys[which]`, its cluster, or its time."""

    which: np.ndarray
    keys: Sequence[str] | None = None  # of clusters
    kind: str = ""  # of times: see `crossent.independence.cost.times`


@dataclass(frozen=True)
class Rows:
    """Rows as the kernels take them: flat columns (or numbers), weights, which rows count, the number of the first."""

    target: np.ndarray
    raw: Any
    fixed: tuple[Any, ...] = ()
    weight: np.ndarray | None = None
    keep: np.ndarray | None = None
    first_row: int = 0
    place: Place | None = None

    @cached_property
    def counting(self) -> np.ndarray | None:
        """True where a row counts; None if all do."""
        if self.weight is None:
            return self.keep
        positive = self.weight > 0
        if self.keep is not None:
            positive &= self.keep
        return None if positive.all() else positive


def _nothing() -> ExactSum:
    from crossent.kernels import ExactSum

    return ExactSum()


@dataclass
class RowList:
    """How many rows there are of a kind, and the first of them."""

    count: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, marked: np.ndarray, first_row: int) -> None:
        found = np.flatnonzero(marked)
        self.count += len(found)
        self.rows = sorted(self.rows + (found[:ROWS_LISTED] + first_row).tolist())[:ROWS_LISTED]

    def __add__(self, other: RowList) -> RowList:
        return RowList(self.count + other.count, sorted(self.rows + other.rows)[:ROWS_LISTED])


@dataclass
class LossSums:
    """Exact sums over the rows that count: w, w^2, and of u = w * nll (rounded, where finite) u, u^2 and u w.

    Then the sum of (u - w m)^2 for any m is exact too: its root over the sum of w is the standard error of the mean m.
    """

    count: int = 0
    weight: ExactSum = field(default_factory=_nothing)
    weight_squares: ExactSum = field(default_factory=_nothing)
    loss: ExactSum = field(default_factory=_nothing)
    finite_loss: ExactSum = field(default_factory=_nothing)
    finite_weight: ExactSum = field(default_factory=_nothing)
    squares: ExactSum = field(default_factory=_nothing)
    cross: ExactSum = field(default_factory=_nothing)
    infinite: RowList = field(default_factory=RowList)

    def update(self, evaluation: Any, rows: Rows) -> tuple[np.ndarray, np.ndarray | None]:
        """Add the kernels' answer (total, count, and the rows w * nll) for these rows.

        Returns w * nll, 0 where it is infinite, and w, of the rows that count.
        """
        from crossent.kernels import ExactSum

        losses, weight, counting = evaluation.rows, rows.weight, rows.counting
        if evaluation.infinite:
            infinite = np.isinf(losses)
            self.infinite.add(infinite, rows.first_row)
            losses = np.where(infinite, 0.0, losses)
        if counting is not None:
            losses = losses[counting]
            weight = None if weight is None else weight[counting]
        self.count += len(losses)
        self.loss += evaluation.total
        self.finite_loss += evaluation.finite_total
        size = np.abs(losses)
        self.squares += exact_sum(size, size)
        if weight is None:
            rows_that_count = ExactSum.of_integer(len(losses))
            self.weight += rows_that_count
            self.weight_squares += rows_that_count
            self.finite_weight += ExactSum.of_integer(len(losses) - evaluation.infinite)
            self.cross += evaluation.finite_total
        else:
            weight = np.ascontiguousarray(weight, np.float64)
            self.weight += evaluation.weight
            self.weight_squares += exact_sum(weight, weight)
            self.finite_weight += evaluation.finite_weight
            self.cross += exact_sum(losses, weight)
        return losses, weight

    def __add__(self, other: LossSums) -> LossSums:
        return LossSums(**{name: value + getattr(other, name) for name, value in vars(self).items()})


@dataclass
class ScoreState:
    """All of it: ``update`` by batches, ``a + b`` over parts, then `result.summarise`."""

    losses: LossSums = field(default_factory=LossSums)
    baseline: Baseline | None = None
    skipped: RowList = field(default_factory=RowList)
    zero_weight: int = 0
    largest_deviation: float | None = None
    levels: frozenset[str] = frozenset()
    dependence: ClusteredSums | SerialRows | None = None
    aside: Aside | None = None  # sees the rows in their order, which sums do not: parts that are added have none

    def update(self, evaluation: Any, rows: Rows) -> None:
        """Add evaluated rows."""
        losses, weight = self.losses.update(evaluation, rows)
        if self.aside is not None:
            self.aside.update(losses, rows.target if rows.counting is None else rows.target[rows.counting])
        if self.dependence is not None and rows.place is not None:
            update_dependence(self.dependence, losses, weight, rows)
        if self.baseline is not None:
            update_baseline(self.baseline, rows)

    def note_deviation(self, deviations: np.ndarray, counting: np.ndarray | None) -> None:
        """Keep the largest distance of a row's sum from 1, of the rows that count."""
        seen = deviations if counting is None else deviations[counting]
        if seen.size:
            self.largest_deviation = max(self.largest_deviation or 0.0, float(seen.max()))

    def __add__(self, other: ScoreState) -> ScoreState:
        deviations = [d for d in (self.largest_deviation, other.largest_deviation) if d is not None]
        return ScoreState(
            self.losses + other.losses,
            None if self.baseline is None else self.baseline + other.baseline,
            self.skipped + other.skipped,
            self.zero_weight + other.zero_weight,
            max(deviations, default=None),
            self.levels | other.levels,
            None if self.dependence is None else self.dependence + other.dependence,  # type: ignore[operator]
        )


def empty_dependence(cluster: str | None, time: str | None) -> ClusteredSums | SerialRows | None:
    """Sums by cluster, or a series, that has seen no rows; None without the name of a column."""
    if cluster is not None:
        return ClusteredSums(column=cluster)
    return None if time is None else SerialRows(column=time)


def update_dependence(
    dependence: ClusteredSums | SerialRows, losses: np.ndarray, weight: np.ndarray | None, rows: Rows
) -> None:
    """Give w * nll of the rows that count to the sums by cluster, or to the series."""
    place, counting = rows.place, rows.counting
    assert place is not None
    which = place.which if counting is None else place.which[counting]
    if isinstance(dependence, ClusteredSums):
        dependence.add(losses, place.keys or (), which, weight)
    else:
        dependence.add(np.array(losses), which, place.kind, weight, rows.first_row)


def update_baseline(baseline: Any, rows: Rows) -> None:
    """Give the rows that count to a baseline, or to a pass that it asked for."""
    target, weight, fixed, counting = rows.target, rows.weight, rows.fixed, rows.counting
    if counting is not None:
        target = target[counting]
        weight = None if weight is None else weight[counting]
        fixed = tuple(column[counting] if np.ndim(column) else column for column in fixed)
    baseline.update(target, None if weight is None else np.ascontiguousarray(weight, np.float64), fixed)


def weight_total(state: ScoreState) -> Fraction:
    """The exact sum of the weights."""
    from crossent.scoring.finish import exact

    return exact(state.losses.weight)
