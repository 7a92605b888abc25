"""Order of many rows: states that take the rows batch by batch in their order, and are added where parts meet."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.independence.contingency.association import upper_tail
from crossent.independence.order.effects import autocorrelation, two_sided_normal
from crossent.independence.order.lags import lag_counts_test
from crossent.independence.order.portmanteau import LAGS
from crossent.independence.order.runs import runs_from_counts
from crossent.independence.order.values import Codes, Floats
from crossent.independence.results import IidTest

LARGEST = 1e150  # its square is a number
CHUNK = 1 << 16  # rows whose products are added at once


class LagSums:
    """Sums of x_t, x_t^2 and x_t x_(t + k) over all rows of a series: its autocorrelations, in flat memory.

    `update(batch)` takes the rows in their order; `a + b` joins the rows of `a` with those of `b`, which follow them.
    `pivot`, a value near the mean (the first row's by default), is subtracted first so that nothing cancels: give one
    to states that will be added.

    >>> state = LagSums((1, 2))
    >>> for batch in ([1.0, 2.0], [3.0, 4.0, 5.0]):
    ...     state.update(np.array(batch))
    >>> [round(r, 12) for r in state.autocorrelations()]
    [0.4, -0.1]
    """

    def __init__(self, lags: tuple[int, ...] = LAGS, pivot: float | None = None, column: str = "target") -> None:
        self.lags, self.pivot, self.column = tuple(lags), pivot, column
        self.n, self.total, self.squares = 0, 0.0, 0.0
        self.products = np.zeros(len(self.lags))
        self.first, self.last = np.empty(0), np.empty(0)  # as many rows as the longest lag

    def update(self, batch: Any) -> None:
        """Rows that follow those seen so far, finite numbers.

        Raises:
            DataError: a value that is not finite; its row is counted from the first batch on.
        """
        x = np.asarray(batch, np.float64)
        bad = ~np.isfinite(x)
        if bad.any():
            row = int(np.argmax(bad))
            raise errors.series_value_not_finite(self.column, self.n + row, float(x[row]), int(bad.sum()), len(x))
        large = np.abs(x) > LARGEST
        if large.any():
            row = int(np.argmax(large))
            raise errors.series_value_too_large(self.column, self.n + row, float(x[row]))
        if not len(x):
            return
        pivot = self.pivot = float(x[0]) if self.pivot is None else self.pivot
        for start in range(0, len(x), CHUNK):
            self._add(x[start : start + CHUNK] - pivot)

    def _add(self, x: Floats) -> None:
        longest = max(self.lags)
        joined = np.concatenate((self.last, x))
        old = len(self.last)
        for i, lag in enumerate(self.lags):
            start = max(old, lag)  # of the later row of each pair
            if start < len(joined):
                self.products[i] += float(joined[start:] @ joined[start - lag : len(joined) - lag])
        self.n, self.total, self.squares = self.n + len(x), self.total + float(x.sum()), self.squares + float(x @ x)
        self.last = joined[-longest:]
        self.first = np.concatenate((self.first, x[: longest - len(self.first)]))

    def __add__(self, other: LagSums) -> LagSums:
        if self.lags != other.lags:
            raise errors.states_differ(self.lags, other.lags, "lags")
        if self.n and other.n and self.pivot != other.pivot:
            raise errors.states_differ(self.pivot, other.pivot, "the pivot")
        both = LagSums(self.lags, self.pivot if self.n else other.pivot, self.column)
        both.n, both.total = self.n + other.n, self.total + other.total
        both.squares, both.products = self.squares + other.squares, self.products + other.products
        joined = np.concatenate((self.last, other.first))
        for i, lag in enumerate(self.lags):
            for later in range(len(self.last), len(joined)):
                if 0 <= later - lag < len(self.last):  # pairs across the seam
                    both.products[i] += joined[later] * joined[later - lag]
        longest = max(self.lags)
        both.first = np.concatenate((self.first, other.first))[:longest]
        both.last = np.concatenate((self.last, other.last))[-longest:]
        return both

    def autocorrelations(self) -> list[float]:
        """r_k = sum (x_t - m)(x_(t + k) - m) / sum (x_t - m)^2 of each lag.

        Raises:
            DataError: fewer than 2 rows more than the longest lag, or a constant.
        """
        longest = max(self.lags)
        if self.n < longest + 2:
            raise errors.order_needs_rows(self.column, f"lags up to {longest}", longest + 2, self.n)
        mean = self.total / self.n
        spread = self.squares - self.n * mean * mean
        if not spread > 0:
            raise errors.series_constant(self.column, float(self.pivot or 0.0))
        found = []
        for lag, product in zip(self.lags, self.products, strict=True):
            head = self.total - float(self.last[len(self.last) - lag :].sum())  # all but the last `lag` rows
            tail = self.total - float(self.first[:lag].sum())
            found.append(float(product - mean * (head + tail) + (self.n - lag) * mean * mean) / spread)
        return found

    def ljung_box(self) -> IidTest:
        """Ljung and Box's test of all rows and all lags; needs a variance (not for heavy tails)."""
        r, n = self.autocorrelations(), self.n
        q = n * (n + 2) * sum(each * each / (n - lag) for each, lag in zip(r, self.lags, strict=True))
        p, log_p = upper_tail(q, len(r))
        largest = int(np.argmax(np.abs(r)))
        return IidTest(
            name="Ljung-Box", columns=(self.column,), statistic=q, p_value=p, log_p_value=log_p, n=n,
            method=f"chi-squared with {len(r)} degrees of freedom, of values, every row",
            effect=autocorrelation(r[largest], n, self.lags[largest], "largest autocorrelation"),
            about=f"lags {', '.join(map(str, self.lags))} together",
            details={"lags": list(self.lags), "autocorrelations": r, "bound95": 1.959963984540054 / math.sqrt(n)},
        )  # fmt: skip

    def autocorrelation(self, lag: int = 1) -> IidTest:
        """The autocorrelation at one of the lags, of all rows: normal with variance 1 / n."""
        if lag not in self.lags:
            raise errors.lag_out_of_range(self.column, lag, self.n)
        r = self.autocorrelations()[self.lags.index(lag)]
        p, log_p = two_sided_normal((r + 1 / self.n) * math.sqrt(self.n))
        return IidTest(
            name="autocorrelation", columns=(self.column,), statistic=r, p_value=p, log_p_value=log_p, n=self.n,
            method="normal approximation, of values, every row", effect=autocorrelation(r, self.n, lag),
            about=f"rows and the rows {lag:,} before them", details={"lag": lag},
        )  # fmt: skip


class LagCounts:
    """How often level i is followed by level j, `lag` rows later, over all rows: k x k counts, in flat memory.

    `update(codes)` takes the rows in their order, numbers of levels below `levels`; `a + b` joins `a` with `b`, which
    follows it.

    >>> state = LagCounts(2)
    >>> state.update(np.array([0, 0, 1])); state.update(np.array([1, 0]))
    >>> state.table.tolist()
    [[1, 1], [1, 1]]
    """

    def __init__(self, levels: int, lag: int = 1, column: str = "target") -> None:
        self.levels, self.lag, self.column = levels, lag, column
        self.n = 0
        self.counts = np.zeros(levels, np.int64)
        self.table = np.zeros((levels, levels), np.int64)
        self.first: Codes = np.empty(0, np.int64)
        self.last: Codes = np.empty(0, np.int64)

    def update(self, codes: Any) -> None:
        """Rows that follow those seen so far.

        Raises:
            DataError: a number that is none of a level; its row is counted from the first batch on.
        """
        y = np.asarray(codes).astype(np.int64)
        bad = (y < 0) | (y >= self.levels)
        if bad.any():
            row = int(np.argmax(bad))
            raise errors.series_level_invalid(self.column, self.n + row, float(y[row]), int(bad.sum()), len(y))
        self.counts += np.bincount(y, minlength=self.levels)
        joined = np.concatenate((self.last, y))
        self.table += self._pairs(joined)
        self.n += len(y)
        self.first = np.concatenate((self.first, y[: self.lag - len(self.first)]))
        self.last = joined[-self.lag :]

    def _pairs(self, joined: Codes) -> NDArray[np.int64]:
        k = self.levels
        places = joined[: -self.lag] * k + joined[self.lag :]
        return np.bincount(places, minlength=k * k).reshape(k, k)

    def __add__(self, other: LagCounts) -> LagCounts:
        if (self.levels, self.lag) != (other.levels, other.lag):
            raise errors.states_differ((self.levels, self.lag), (other.levels, other.lag), "levels and lag")
        both = LagCounts(self.levels, self.lag, self.column)
        both.n, both.counts = self.n + other.n, self.counts + other.counts
        # neither side alone has a pair in `lag` rows, so that these are the pairs across the seam
        both.table = self.table + other.table + self._pairs(np.concatenate((self.last, other.first)))
        both.first = np.concatenate((self.first, other.first))[: self.lag]
        both.last = np.concatenate((self.last, other.last))[-self.lag :]
        return both

    def lag_table(self) -> IidTest:
        """Chi-squared of the transitions of all rows; see `lag_counts_test`."""
        self._vary()
        return lag_counts_test(self.table, self.lag, self.column)

    def runs(self) -> IidTest:
        """The runs test of all rows, for two levels at lag 1.

        Raises:
            UsageError: another number of levels, or another lag.
        """
        self._vary()
        present = np.flatnonzero(self.counts)
        if len(present) != 2:
            raise errors.series_not_binary(self.column, len(present))
        if self.lag != 1:
            raise errors.states_differ(self.lag, 1, "the lag that runs need")
        zeros, ones = (int(self.counts[level]) for level in present)
        runs = 1 + int(self.table.sum() - np.trace(self.table))
        return runs_from_counts(zeros, ones, runs, self.column)

    def _vary(self) -> None:
        if self.n < self.lag + 2:
            raise errors.order_needs_rows(self.column, "a lag table", self.lag + 2, self.n)
        if np.count_nonzero(self.counts) < 2:
            raise errors.series_constant(self.column, float(np.argmax(self.counts)))
