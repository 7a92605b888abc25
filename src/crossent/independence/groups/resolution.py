"""How fine the numbers of a table are: what two rows must share to be the same, and what to be neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.data import typed

FEW_VALUES = 20  # a column with no more distinct numbers counts as levels
CELLS = 1000  # neighbours are at most so many to the middle 90 % of a column
LEAST_ROWS, LEAST_SHARE = 10, 0.01  # a number that so many rows have is a level too, such as the 0 of no rain
ALL_DIGITS = 12
SAME_ORDER = 0.8
MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15))

Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Measure:
    """A column of measurements: where its cells start and how wide they are, and numbers that many rows have."""

    start: float
    width: float
    frequent: NDArray[np.float64]


@dataclass(frozen=True)
class Resolution:
    """What was learned of a table's columns: the measurements among them; all others are levels.

    `share` bounds the probability that two independent rows that are neighbours are equal; 1 where it is not known.
    """

    names: tuple[str, ...]
    measures: Mapping[str, Measure]
    share: float = 1.0

    def read(self, columns: Mapping[str, Any]) -> tuple[Hashes, Hashes, NDArray[np.bool_]]:
        """Of each row: a hash of all its bytes, one of its cell, and whether it is to be counted.

        Rows with a missing measurement are not, nor rows whose every measurement is a number that many rows have.
        """
        cells = {name: _cells(columns[name], name) for name in self.names}
        rows = len(next(iter(cells.values())))
        exact, coarse = np.zeros(rows, np.uint64), np.zeros(rows, np.uint64)
        missing, frequent = np.zeros(rows, np.bool_), np.ones(rows, np.bool_)
        for k, (name, values) in enumerate(cells.items()):
            bits = _bits(values)
            exact = _mixed(exact, bits, k)
            measure = self.measures.get(name)
            if measure is None:
                coarse = _mixed(coarse, bits, k)
                continue
            missing |= ~np.isfinite(values)
            frequent &= np.isin(values, measure.frequent)
            with np.errstate(invalid="ignore"):
                cell = np.floor((values - measure.start) / measure.width)
            coarse = _mixed(coarse, _bits(cell), k)
        return exact, coarse, ~missing & ~frequent


def learn(columns: Mapping[str, Any], seed: int = 0, most: int = 20_000) -> Resolution:
    """What columns are: from all rows, or a seeded sample of `most`.

    A cell is 10^r steps wide, a step being the least distance of two numbers of the column, at least one decimal digit
    fewer and at most a thousandth of its middle 90 %. Of rows that share a cell few are equal if numbers are smooth at
    this scale. How few is estimated by each column alone, copies included, so that a column of heaped or rounded
    numbers vouches for nothing; columns that follow from one another (rank correlation above 0.8) vouch as the weakest
    of them. `share` is the least of these, f, with room for cells that overlap: min(3 f, (1 + 2 f) / 3).
    """
    names = tuple(columns)
    cells = {name: _cells(columns[name], name) for name in names}
    rows = len(next(iter(cells.values()))) if cells else 0
    if rows > most:
        kept = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
        cells = {name: values[kept] for name, values in cells.items()}
    measures = {name: made for name, values in cells.items() if (made := _measure(values)) is not None}
    if not measures:
        return Resolution(names, {})
    found = Resolution(names, measures)
    counted = found.read(cells)[2]
    shares = [_share(cells[name][counted], measure) for name, measure in measures.items()]
    share = min(map(max, _alike(shares, [cells[name][counted] for name in measures])))
    if len(measures) == 1:  # what is to be judged is then itself all that there is to judge by, but for the digits
        (values,) = (cells[name] for name in measures)
        return Resolution(names, measures, 0.5 if _digits(values) >= ALL_DIGITS else 1.0)
    return Resolution(names, measures, min(3 * share, (1 + 2 * share) / 3))


def _measure(values: NDArray[Any]) -> Measure | None:
    if values.dtype.kind != "f":
        return None
    finite = np.sort(values[np.isfinite(values)])
    distinct, counts = np.unique(finite, return_counts=True)
    if len(distinct) <= FEW_VALUES:
        return None
    gaps = np.diff(distinct)
    real = gaps[gaps > 1e-12 * np.abs(distinct).max()]  # 0.1 + 0.2 and 0.3 are one number
    if not len(real):
        return None
    step = float(real.min())
    spread = float(np.quantile(finite, 0.95) - np.quantile(finite, 0.05))
    digits = max(int(np.floor(np.log10(max(spread / step, 1.0)))) - int(np.log10(CELLS)), 1)
    frequent = distinct[counts >= max(LEAST_ROWS, LEAST_SHARE * len(finite))]
    return Measure(float(distinct[0]) - step / 2, step * 10.0**digits, frequent)


def _share(values: NDArray[np.float64], measure: Measure) -> float:
    """Of the pairs of rows that share a cell of the column, the share that has the same number, never quite 0."""
    cells = np.floor((values - measure.start) / measure.width)
    same = pairs(np.unique(values, return_counts=True)[1])
    near = pairs(np.unique(cells, return_counts=True)[1])
    return (same + 1) / (near + 1)


def _alike(shares: list[float], columns: list[NDArray[Any]]) -> list[list[float]]:
    """For each column the shares of those that its ranks follow, its own among them."""
    if len(shares) < 2 or len(columns[0]) < 3:
        return [shares]
    from scipy.stats import rankdata

    ranks = np.array([rankdata(values) for values in columns])
    follow = (np.abs(np.corrcoef(ranks)) > SAME_ORDER) | np.eye(len(shares), dtype=np.bool_)
    return [[share for share, same in zip(shares, row, strict=True) if same] for row in follow]


def pairs(counts: NDArray[Any]) -> int:
    """How many pairs there are within groups of these sizes."""
    counts = counts.astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())


def _digits(values: NDArray[np.float64]) -> float:
    """The median number of significant decimal digits."""
    some = values[np.isfinite(values)][:1000].tolist()
    return float(np.median([len(repr(abs(v)).split("e")[0].replace(".", "").strip("0")) for v in some]))


def _cells(values: Any, column: str) -> NDArray[Any]:
    """Numbers as float64, with NaN where there is none; the hashes of anything else."""
    if isinstance(values, np.ndarray) and values.dtype in (np.float64, np.uint64):
        return values
    cells = values if hasattr(values, "is_null") else typed.cells_of(values, column)
    if isinstance(cells, np.ndarray) or cells.dtype.is_numeric() or str(cells.dtype) == "Boolean":
        return typed.floats(cells, column).values
    if str(cells.dtype) == "String":
        read = typed.floats(cells, column)
        if read.bad is None:
            return read.values
    return np.asarray(cells.hash(seed=0).to_numpy())


def _bits(values: NDArray[Any]) -> Hashes:
    if values.dtype == np.uint64:
        return values
    values = np.where(np.isnan(values), np.nan, values + 0.0)  # one NaN, and no -0
    return np.ascontiguousarray(values).view(np.uint64)


def _mixed(hashes: Hashes, bits: Hashes, column: int) -> Hashes:
    """The finisher of SplitMix64 (Steele, Lea and Flood 2014) of what is there, the bits and the column's number."""
    with np.errstate(over="ignore"):
        made = hashes * MIX[2] + (bits ^ (np.uint64(column + 1) * MIX[2]))
        made = (made ^ (made >> np.uint64(30))) * MIX[0]
        made = (made ^ (made >> np.uint64(27))) * MIX[1]
        return np.asarray(made ^ (made >> np.uint64(31)))
