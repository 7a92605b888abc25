"""What maximum likelihood needs of the rows, as states that merge: shares, moments, counts by value, or the values.

Every state has `update(target, fixed, row_weight)` and `+`. Sums are exact: nothing depends on order or on batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from crossent.fitting.chunks import Floats
from crossent.kernels.exact_sum import ExactSum
from crossent.scoring.sums import BinSums, exact_sum, exact_sum_of_squares

Number = int | Fraction


class RowWeight(NamedTuple):
    """What each row counts for: None stands for 1.

    `likelihood` = frequency * weight multiplies nll; `square` = frequency * weight^2 multiplies squared scores.
    """

    likelihood: Floats | None
    square: Floats | None
    frequency: Floats | None

    @classmethod
    def of(cls, frequency: Floats | None, weight: Floats | None) -> RowWeight:
        """From the two kinds of weight."""
        if weight is None:
            return cls(frequency, frequency, frequency)
        repeated = 1.0 if frequency is None else frequency
        with np.errstate(over="ignore", under="ignore"):  # refused where it is used
            return cls(repeated * weight, repeated * weight * weight, frequency)

    def at(self, rows: Any) -> RowWeight:
        """Of these rows."""
        return RowWeight(*(None if each is None else each[rows] for each in self))

    def expanded(self, rows: int) -> tuple[Floats, Floats, Floats]:
        """As three columns."""
        likelihood, square, frequency = (np.ones(rows) if each is None else each for each in self)
        return likelihood, square, frequency


def fraction(total: ExactSum) -> Fraction:
    """The exact value."""
    return Fraction(total.units, 1 << 2148)


@dataclass
class Totals:
    """The sums of the weights alone."""

    likelihood: ExactSum = field(default_factory=ExactSum)
    square: ExactSum = field(default_factory=ExactSum)
    frequency: ExactSum = field(default_factory=ExactSum)
    rows: int = 0

    def update(self, rows: int, row_weight: RowWeight) -> None:
        """Add the weights of some rows."""
        sums = [ExactSum.of_integer(rows) if each is None else exact_sum(each) for each in row_weight]
        self.likelihood += sums[0]
        self.square += sums[1]
        self.frequency += sums[2]
        self.rows += rows

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.likelihood + other.likelihood,
            self.square + other.square,
            self.frequency + other.frequency,
            self.rows + other.rows,
        )


@dataclass
class Shares:
    """The weight of each class; for rows of shares q also sums of w^2 q^2. A Bernoulli's y is a row of one share."""

    likelihood: list[Number] = field(default_factory=list)  # sum of w q
    square: list[Number] = field(default_factory=list)  # sum of the squares' weight times q
    square_square: list[Number] = field(default_factory=list)  # times q^2
    soft: bool = False

    def update(self, target: Floats, fixed: Sequence[Any], row_weight: RowWeight) -> None:
        """Class indices (n,), or shares (n, K)."""
        if target.ndim == 1:
            self._add(
                *([_by_bin(target.astype(np.int64), each)] for each in (row_weight.likelihood, row_weight.square))
            )
            return
        soft = bool(((target != 0) & (target != 1)).any())
        columns = [np.ascontiguousarray(column) for column in target.T]
        sums = [[fraction(exact_sum(column, each)) for column in columns] for each in row_weight[:2]]
        squares = [fraction(exact_sum_of_squares(column, row_weight.square)) for column in columns] if soft else None
        self._add([sums[0]], [sums[1]], squares)
        self.soft |= soft

    def _add(self, likelihood: list[Any], square: list[Any], squares: list[Any] | None = None) -> None:
        self.likelihood = _added(self.likelihood, likelihood[0])
        self.square = _added(self.square, square[0])
        self.square_square = _added(self.square_square, square[0] if squares is None else squares)

    def __add__(self, other: Shares) -> Shares:
        return Shares(
            _added(self.likelihood, other.likelihood),
            _added(self.square, other.square),
            _added(self.square_square, other.square_square),
            self.soft or other.soft,
        )


def _by_bin(bins: Any, weight: Floats | None) -> list[Number]:
    if weight is None:
        return list(np.bincount(bins).tolist())
    sums = BinSums()
    sums.add(bins, weight)
    return list(sums.totals())


def _added(one: list[Number], other: list[Number]) -> list[Number]:
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    return [a + b for a, b in zip(longer, [*shorter, *[0] * (len(longer) - len(shorter))], strict=True)]


@dataclass
class Moments:
    """The sums of w y and w y^2."""

    target: ExactSum = field(default_factory=ExactSum)
    squares: ExactSum = field(default_factory=ExactSum)

    def update(self, target: Floats, fixed: Sequence[Any], row_weight: RowWeight) -> None:
        """Add some rows."""
        self.target += exact_sum(target, row_weight.likelihood)
        self.squares += exact_sum_of_squares(target, row_weight.likelihood)

    def __add__(self, other: Moments) -> Moments:
        return Moments(self.target + other.target, self.squares + other.squares)


class Observed(NamedTuple):
    """Rows of the sample, equal ones together or one by one, with what each counts for."""

    target: Floats  # (m,) or (m, K)
    fixed: tuple[Any, ...]
    likelihood: Floats
    square: Floats
    frequency: Floats


@dataclass
class Table:
    """Equal rows together: for each the sums of its weights, exact."""

    sums: dict[tuple[float, ...], list[Number]] = field(default_factory=dict)
    width: int = 1  # columns of the target

    def update(self, target: Floats, fixed: Sequence[Any], row_weight: RowWeight) -> None:
        """Add some rows."""
        self.width = 1 if target.ndim == 1 else target.shape[1]
        columns = [target] if target.ndim == 1 else list(target.T)
        columns += [np.broadcast_to(np.asarray(each, np.float64), len(target)) for each in fixed]
        rows = np.column_stack(columns) + 0.0  # -0 is 0
        first, inverse = _distinct(rows)
        likelihood = _by_bin(inverse, row_weight.likelihood)
        alike = row_weight.square is row_weight.likelihood
        square = likelihood if alike else _by_bin(inverse, row_weight.square)
        frequency = likelihood if alike else _by_bin(inverse, row_weight.frequency)
        keys = map(tuple, rows[first].tolist())
        self._add(dict(zip(keys, map(list, zip(likelihood, square, frequency, strict=True)), strict=True)))

    def _add(self, sums: dict[tuple[float, ...], list[Number]]) -> None:
        for key, added in sums.items():
            held = self.sums.get(key)
            self.sums[key] = added if held is None else [a + b for a, b in zip(held, added, strict=True)]

    def __add__(self, other: Table) -> Table:
        merged = Table(dict(self.sums), self.width if self.sums else other.width)
        merged._add(other.sums)
        return merged

    def observed(self) -> Observed:
        """The distinct rows in order, each sum rounded once."""
        keys = sorted(self.sums)
        rows = np.array(keys, np.float64)
        likelihood, square, frequency = (np.array([float(self.sums[key][i]) for key in keys]) for i in range(3))
        target = np.ascontiguousarray(rows[:, 0] if self.width == 1 else rows[:, : self.width])
        fixed = tuple(np.ascontiguousarray(column) for column in rows[:, self.width :].T)
        return Observed(target, fixed, likelihood, square, frequency)


FEW = 1 << 17  # kinds of rows that are counted without sorting


def _distinct(rows: Floats) -> tuple[Any, Any]:
    """The place of the first of each kind of row, and of which kind each row is."""
    low, high = rows.min(axis=0), rows.max(axis=0)
    if (low >= 0).all() and np.prod(high + 1) <= FEW and (np.floor(rows) == rows).all():
        code = rows[:, 0].astype(np.int64)
        for column, top in zip(rows.T[1:], high[1:], strict=True):
            code = code * int(top + 1) + column.astype(np.int64)
        places = np.full(int(code.max()) + 1, -1)
        places[code[::-1]] = np.arange(len(code))[::-1]  # the first of each kind is written last
        return places[places >= 0], (np.cumsum(places >= 0) - 1)[code]
    columns = rows[:, 0] if rows.shape[1] == 1 else rows
    _, first, inverse = np.unique(columns, axis=0, return_index=True, return_inverse=True)
    return first, inverse.reshape(-1)


@dataclass
class Values:
    """The rows themselves: 8 bytes a row, 24 more where they are weighted."""

    parts: list[tuple[Floats, tuple[Any, ...], RowWeight]] = field(default_factory=list)

    def update(self, target: Floats, fixed: Sequence[Any], row_weight: RowWeight) -> None:
        """Keep a copy of some rows."""
        kept = tuple(each.copy() if isinstance(each, np.ndarray) and each.ndim else each for each in fixed)
        self.parts.append((target.copy(), kept, row_weight))

    def __add__(self, other: Values) -> Values:
        return Values(self.parts + other.parts)

    def observed(self) -> Observed:
        """All rows as columns."""
        target = np.concatenate([part[0] for part in self.parts])
        sizes = [len(part[0]) for part in self.parts]
        fixed = tuple(
            np.concatenate([np.broadcast_to(part[1][i], size) for part, size in zip(self.parts, sizes, strict=True)])
            for i in range(len(self.parts[0][1]))
        )
        if all(weight is None for part in self.parts for weight in part[2]):
            one = np.broadcast_to(np.ones(1), len(target))  # takes no room
            return Observed(target, fixed, one, one, one)
        expanded = [part[2].expanded(size) for part, size in zip(self.parts, sizes, strict=True)]
        return Observed(target, fixed, *(np.concatenate([each[i] for each in expanded]) for i in range(3)))
