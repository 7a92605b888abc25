"""The error of a mean whose rows stand in an order of time, and depend on those that are near."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.independence.cost import meat
from crossent.independence.cost.exact_bins import ExactBins
from crossent.independence.cost.moments import Moments, as_floats
from crossent.independence.cost.quantiles import fixed_b_975, quantile_975
from crossent.independence.cost.result import MeanError, assemble
from crossent.independence.cost.times import NUMBERS, Times, require, times_of

SERIAL = ("series", "bartlett")


@dataclass
class SerialRows:
    """The losses of rows and their times: 16 bytes a row, 24 with weights; about 75 when they are sorted at the end.

    Rows of one time are added up and count as one point of the series (Driscoll and Kraay 1998), so that their order is
    of no account. Of times only the order counts: every step is one, however long (equal spacing: Datta and Du 2012).

    >>> from crossent.independence.cost.moments import IndependentSums
    >>> state, sums = SerialRows(), IndependentSums()
    >>> state.update(np.array([1.0, 2.0, 6.0, 3.0]), np.array([0, 1, 2, 3]))
    >>> sums.update(np.array([1.0, 2.0, 6.0, 3.0]))
    >>> found = state.error(sums.moments())
    >>> found.basis, round(found.standard_error, 6)
    (1, 1.194478)
    """

    column: str = "time"
    kind: str = ""
    parts: list[tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64] | None]] = field(default_factory=list)

    def update(self, losses: Any, times: Any, weight: Any = None, first_row: int = 0) -> None:
        """Add rows: finite losses, their times (as `times_of` reads them), weights above 0."""
        read = times if isinstance(times, Times) else times_of(times, self.column)
        values = require(read, self.column, None if isinstance(times, Times) else times)
        given, weights = as_floats(losses), None if weight is None else as_floats(weight)
        self.add(given if weights is None else given * weights, values, read.kind, weights, first_row)

    def add(
        self, weighted: NDArray[np.float64], times: NDArray[Any], kind: str,
        weight: NDArray[np.float64] | None = None, first_row: int = 0,
    ) -> None:  # fmt: skip
        """The same, from w * loss, with times that are numbers already, of the kind that `Times` says."""
        if not len(weighted):
            return
        if self.kind and kind != self.kind:
            raise errors.times_of_two_kinds(self.column, self.kind, kind, first_row)
        self.kind = kind
        self.parts.append((times, weighted, weight))

    def __add__(self, other: SerialRows) -> SerialRows:
        if self.kind and other.kind and self.kind != other.kind:
            raise errors.times_of_two_kinds(self.column, self.kind, other.kind, 0)
        return SerialRows(self.column, self.kind or other.kind, self.parts + other.parts)

    def points(self, mean: Fraction) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """The distinct times in order, and the sum of w (loss - mean) of the rows of each."""
        times = np.concatenate([part[0] for part in self.parts])
        loss = np.concatenate([part[1] for part in self.parts])
        weighted = any(part[2] is not None for part in self.parts)
        weight = np.concatenate([_weights(part) for part in self.parts]) if weighted else np.ones(1)
        if len(times) > 1 and not (times[1:] > times[:-1]).all():
            order = np.argsort(times, kind="stable")
            times, loss = times[order], loss[order]
            weight = weight[order] if weighted else weight
            starts = np.concatenate([[True], times[1:] != times[:-1]])
            if not starts.all():
                codes = np.cumsum(starts) - 1
                times = times[starts]
                loss = _by_code(codes, loss)
                weight = _by_code(codes, weight) if weighted else np.bincount(codes).astype(np.float64)
        high = mean.numerator / mean.denominator
        low = float(mean - Fraction(high))
        return times, (loss - high * weight) - low * weight

    def error(self, moments: Moments, serial: str = "series", lags: int | None = None) -> MeanError:
        """The mean's error: by "series", B cosines and t_B, or by "bartlett", lags and the fixed-b quantile.

        Errors: DataError for fewer than 4 distinct times; UsageError for another name, or lags that are none.
        """
        check_serial(serial, lags)
        times, points = self.points(moments.mean) if self.parts else (np.empty(0), np.empty(0))
        many = len(points)
        if many < 4:
            raise errors.times_too_few(many)
        notes = self._notes(times, moments.n)
        exponent = int(np.frexp(np.abs(points).max())[1])  # a power of 2, so that no square leaves float64
        points, unit = np.ldexp(points, -exponent), Fraction(2) ** exponent
        if serial == "series":
            basis = meat.series_basis(many)
            squares = unit**2 * Fraction(float(meat.series_meat(points, basis)[0, 0]))
            method = f"t quantile, {basis:,} degrees of freedom ({basis:,} cosines over {many:,} times)"
            return assemble(
                moments, squares, "series", method, quantile_975(float(basis)), float(basis), times=many, basis=basis,
                notes=notes,
            )  # fmt: skip
        lags = meat.bartlett_lags(many) if lags is None else lags
        squares = unit**2 * Fraction(float(meat.bartlett_meat(points, lags)[0, 0]))
        method = f"fixed-b quantile, Bartlett weights over {lags:,} lags of {many:,} times"
        quantile = fixed_b_975((lags + 1) / many)
        return assemble(moments, squares, "bartlett", method, quantile, times=many, lags=lags, notes=notes)

    def _notes(self, times: NDArray[Any], rows: int) -> tuple[str, ...]:
        notes = []
        if len(times) < rows:
            notes.append(f"{rows:,} rows at {len(times):,} distinct times: rows of one time count as one point.")
        steps = np.diff(times)
        middle, longest = float(np.median(steps)), float(steps.max())
        if longest > 1.5 * middle:
            shown = f"median {_step(middle, self.kind)}, longest {_step(longest, self.kind)}"
            notes.append(f"Steps of time differ ({shown}): only the order counts, every step as one.")
        return tuple(notes)


def check_serial(serial: str, lags: int | None) -> None:
    """Raises unless the estimator is known and has the lags that were given."""
    if serial not in SERIAL:
        raise errors.serial_unknown(serial, SERIAL)
    if lags is not None and serial != "bartlett":
        raise errors.lags_without_bartlett()


def _weights(part: tuple[Any, NDArray[np.float64], NDArray[np.float64] | None]) -> NDArray[np.float64]:
    return np.ones(len(part[1])) if part[2] is None else part[2]


def _by_code(codes: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    bins = ExactBins()
    bins.add(codes, values)
    return bins.rounded(int(codes[-1]) + 1)


def _step(step: float, kind: str) -> str:
    return f"{step:.6g}" if kind == NUMBERS else str(timedelta(microseconds=step / 1000))
