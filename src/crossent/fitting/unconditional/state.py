"""The mergeable state of an unconditional estimate: what is kept of the rows, chunk by chunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crossent import errors
from crossent.families.blame import first_bad, holds, snake_case
from crossent.families.catalogue import FAMILIES
from crossent.families.contract import Family
from crossent.fitting.chunks import Chunk, Floats
from crossent.fitting.unconditional.accumulated import Moments, RowWeight, Shares, Table, Totals, Values
from crossent.fitting.unconditional.sampled import RowSample

Kept = Shares | Moments | Table | Values


@dataclass
class UnconditionalState:
    """Rows seen so far, for one family. `a + b` is the state of all rows of both, whatever their order.

    A Bernoulli or Categorical keeps the exact weight of each class; a Normal without importance weights the exact sums
    of y and y^2; other discrete targets the exact weight of each distinct row; all else (a Laplace needs the median)
    the values themselves: 8 bytes a row, 24 more where they are weighted. `known` holds raw parameters that are not
    learned.

    >>> from crossent.families.catalogue import Poisson
    >>> state = UnconditionalState(Poisson)
    >>> state.update(Chunk(0, np.array([0.0, 2.0, 2.0]), np.empty((3, 0))))
    >>> state.kept.observed().likelihood
    array([1., 2.])
    """

    family: Family
    known: Mapping[str, float] = field(default_factory=dict)
    kept: Any = None
    totals: Totals = field(default_factory=Totals)
    sample: RowSample = field(default_factory=RowSample)
    weighted: bool = False  # importance weights
    repeated: bool = False  # frequencies
    name: str = "the data"
    least: bool = False  # only `least_total` is wanted, no errors, no test of fit; and the targets have been checked

    def update(self, chunk: Chunk) -> None:
        """Add the rows of a chunk; those of weight 0 are not looked at. A target outside the support is a DataError."""
        row_weight = RowWeight.of(chunk.frequency, chunk.weight)
        numbers = chunk.row + np.arange(chunk.rows)
        target, fixed = chunk.target, chunk.fixed
        if row_weight.likelihood is not None and not row_weight.likelihood.all():
            counted = row_weight.likelihood != 0
            numbers, target, row_weight = numbers[counted], target[counted], row_weight.at(counted)
            fixed = tuple(each[counted] if isinstance(each, np.ndarray) and each.ndim else each for each in fixed)
        self.weighted |= chunk.weight is not None
        self.repeated |= chunk.frequency is not None
        if not len(target):
            return
        if not self.least:
            self._check(target, fixed, numbers)
        if chunk.weight is not None and not _squares_are_numbers(row_weight.square):
            raise errors.weights_too_extreme(self.name)
        self.totals.update(len(target), row_weight)
        if self.kept is None:
            self.kept = self._empty()
        if isinstance(self.kept, Shares) and self.family.classes is None:
            target = target.reshape(-1, 1)
        self.kept.update(target, fixed, row_weight)
        if not self.family.support.discrete and not self.least:
            self.sample.update(numbers, target, row_weight.frequency)

    def __add__(self, other: UnconditionalState) -> UnconditionalState:
        kept = self.kept + other.kept if self.kept is not None and other.kept is not None else self.kept or other.kept
        return UnconditionalState(
            self.family,
            self.known,
            kept,
            self.totals + other.totals,
            self.sample + other.sample,
            self.weighted or other.weighted,
            self.repeated or other.repeated,
            self.name,
            self.least,
        )

    @property
    def own(self) -> bool:
        """Whether the family is the catalogue's and all of it is learned, so that its closed forms hold."""
        return FAMILIES.get(self.family.name) is self.family and not self.known

    def _empty(self) -> Kept:
        if self.own and self.family.name in ("Bernoulli", "Categorical"):
            return Shares()
        if self.family is FAMILIES["Normal"] and (self.least or (self.own and not self.weighted)):
            return Moments()
        return Table() if self.family.support.discrete else Values()

    def _check(self, target: Floats, fixed: tuple[Any, ...], numbers: Any) -> None:
        if self.family.classes is not None:
            share = np.isfinite(target) & (target >= 0)
            good: Any = share.all(axis=1) if target.ndim == 2 else share & (np.floor(target) == target)
        else:
            good = holds(self.family.support.contains, target, *fixed)
        if not good.all():
            _, place, bad, total = first_bad(~good, (len(target),))
            words, name = self.family.support.words, snake_case(self.family.name)
            raise errors.target_outside_support(
                name, words, (int(numbers[place]),), target[place], bad, total, "correct the rows, or leave them out."
            )


def _squares_are_numbers(square: Floats | None) -> bool:
    return square is None or bool((np.isfinite(square) & (square > 0)).all())
