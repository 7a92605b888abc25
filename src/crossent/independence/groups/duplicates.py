"""Rows that stand in a table more than once: how many, where, and whether chance can have done it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.independence.groups.resolution import Hashes, Resolution, learn, pairs
from crossent.independence.results import Effect, IidTest

MOST_ROWS = 1 << 21  # distinct rows that are kept: 40 bytes each, about 130 while they are sorted
COMPACT_ROWS = 1 << 18
ROWS_LISTED = 20
NONE = np.iinfo(np.int64).max


@dataclass
class _Table:
    """Distinct rows: their cell and their hash (in this order), how often each was seen, its first two places."""

    coarse: Hashes = field(default_factory=lambda: np.empty(0, np.uint64))
    exact: Hashes = field(default_factory=lambda: np.empty(0, np.uint64))
    count: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    first: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    second: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def taken(self, places: Any) -> _Table:
        return _Table(*(values[places] for values in vars(self).values()))


def _joined(tables: list[_Table]) -> _Table:
    """Equal rows as one."""
    whole = _Table(*(np.concatenate(parts) for parts in zip(*(vars(t).values() for t in tables), strict=True)))
    if not len(whole.exact):
        return whole
    whole = whole.taken(np.lexsort((whole.first, whole.exact, whole.coarse)))
    leads = np.ones(len(whole.exact), np.bool_)
    leads[1:] = (whole.exact[1:] != whole.exact[:-1]) | (whole.coarse[1:] != whole.coarse[:-1])
    starts = np.flatnonzero(leads)
    others = np.where(leads, whole.second, np.minimum(whole.first, whole.second))
    count, second = np.add.reduceat(whole.count, starts), np.minimum.reduceat(others, starts)
    return _Table(whole.coarse[starts], whole.exact[starts], count, whole.first[starts], second)


@dataclass
class RowHashes:
    """Which rows were seen, by a hash of 64 bits. ``update`` by batches, ``+`` over parts, in any order.

    Memory is 40 bytes for each distinct row (130 while sorting), up to `most` of them; beyond, only cells whose hash
    begins with `level` zero bits are kept, all rows of such a cell, so that the part kept is a sample of 1 in 2^level
    cells.
    """

    resolution: Resolution
    most: int = MOST_ROWS
    level: int = 0
    rows: int = 0
    left_out: int = 0
    table: _Table = field(default_factory=_Table)
    waiting: list[_Table] = field(default_factory=list)

    def update(self, columns: Mapping[str, Any], first_row: int = 0) -> None:
        """Add rows: a column for each name of the resolution; `first_row` is the number of the first of them."""
        exact, coarse, counted = self.resolution.read(columns)
        self.rows += len(exact)
        self.left_out += int((~counted).sum())
        places = np.flatnonzero(counted)
        ones = np.ones(len(places), np.int64)
        made = _Table(coarse[places], exact[places], ones, places + first_row, np.full(len(places), NONE))
        self.waiting.append(made.taken(_within(made.coarse, self.level)))
        if sum(len(part.exact) for part in self.waiting) > max(COMPACT_ROWS, len(self.table.exact)):
            self._compact()

    def __add__(self, other: RowHashes) -> RowHashes:
        merged = RowHashes(
            self.resolution, self.most, max(self.level, other.level), self.rows + other.rows,
            self.left_out + other.left_out,
        )  # fmt: skip
        for part in (self, other):
            for table in (part.table, *part.waiting):
                merged.waiting.append(table.taken(_within(table.coarse, merged.level)))
        merged._compact()
        return merged

    def _compact(self) -> None:
        self.table, self.waiting = _joined([self.table, *self.waiting]), []
        while len(self.table.exact) > self.most:
            self.level += 1
            self.table = self.table.taken(_within(self.table.coarse, self.level))

    def result(self) -> IidTest:
        """The test: see `duplicates_test`."""
        self._compact()
        table, share = self.table, self.resolution.share
        equal = pairs(table.count)
        starts = np.unique(table.coarse, return_index=True)[1]
        near = pairs(np.add.reduceat(table.count, starts)) if len(starts) else 0
        p_value, log_p = _tail(equal, near, share)
        seen = int(table.count.sum())
        repeated = seen - len(table.exact)
        again = np.flatnonzero(table.count > 1)
        again = again[np.argsort(table.second[again])][:ROWS_LISTED]
        places = [
            {"first": int(table.first[k]), "again": int(table.second[k]), "times": int(table.count[k])}
            for k in again.tolist()
        ]
        return IidTest(
            name="exact duplicates",
            columns=self.resolution.names,
            method=f"binomial: {equal:,} equal of {near:,} pairs of neighbours, by chance at most {share:.3g} of them",
            statistic=float(equal),
            p_value=p_value,
            log_p_value=log_p,
            effect=Effect("share of rows seen before", repeated / seen if seen else 0.0),
            n=self.rows,
            about="whether rows of measurements stand in the table more often than chance and their digits allow",
            notes=self._notes(),
            details={
                "repeated": repeated << self.level, "distinct": len(table.exact) << self.level, "rows": places,
                "equal_pairs": equal, "near_pairs": near, "measures": list(self.resolution.measures),
            },
        )  # fmt: skip

    def _notes(self) -> tuple[str, ...]:
        notes = []
        if self.left_out:
            notes.append(
                f"{self.left_out:,} rows left out: a measurement is missing, or each is a number that many rows have."
            )
        if self.level:
            notes.append(f"Counted in 1 of {1 << self.level:,} cells, chosen by their hash, and multiplied.")
        if self.resolution.share >= 1:
            notes.append("The columns have too few digits for a repetition to be any evidence.")
        return tuple(notes)


def duplicates_test(columns: Mapping[str, Any], seed: int = 0) -> IidTest:
    """Evidence that rows were copied: exact duplicates of rows with continuous columns.

    Two independent rows of a continuous distribution are never equal. Rounded ones may be, but then many more rows are
    neighbours: of pairs that share a cell (numbers with at least one decimal digit fewer) a small share is equal.

        p = P(Binomial(pairs of neighbours, share) >= equal pairs)

    Args:
        columns: name -> values, numbers or text; columns with more than 20 distinct numbers are measurements
        seed: of the sample of 20,000 rows that cells and `share` are learned from, if there are more
    Returns:
        the p-value; the effect is the share of rows that were seen before; `details["rows"]` lists the first 20 with
        their places (rows from 0). A single column is evidence only where its numbers have all their digits.
    Errors: UsageError if no column has measurements, or lengths differ.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(1000, 3))
    >>> x[990:] = x[:10]
    >>> found = duplicates_test({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2]})
    >>> found.p_value < 1e-6, found.details["repeated"], found.details["rows"][0]
    (True, 10, {'first': 0, 'again': 990, 'times': 2})
    """
    lengths = {name: len(values) for name, values in columns.items()}
    for name, length in lengths.items():
        if length != next(iter(lengths.values())):
            raise errors.lengths_of_rows_differ(name, length, next(iter(lengths.values())))
    resolution = learn(columns, seed)
    if not resolution.measures:
        raise errors.no_column_of_numbers()
    state = RowHashes(resolution)
    state.update(columns)
    return state.result()


def _within(coarse: Hashes, level: int) -> Any:
    return slice(None) if not level else np.flatnonzero(coarse >> np.uint64(64 - level) == 0)


def _tail(equal: int, near: int, share: float) -> tuple[float, float]:
    """P(Binomial(near, share) >= equal) and its logarithm."""
    if equal == 0 or share >= 1:
        return 1.0, 0.0
    from scipy.special import betainc, gammaln, logsumexp

    p = float(betainc(equal, near - equal + 1, share))
    if p > 1e-290:
        return p, math.log(p)
    ks = np.arange(equal, min(near, equal + 10_000) + 1)
    terms = gammaln(near + 1) - gammaln(ks + 1) - gammaln(near - ks + 1)
    terms = terms + ks * math.log(share) + (near - ks) * math.log1p(-share)
    return p, float(logsumexp(terms))
