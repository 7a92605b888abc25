"""A look at the rows beside another question: cheap tests of losses or residuals, and whether they change an error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.independence.results import IidTest, documents
from crossent.independence.samples import SAMPLE, Window

FEWEST = 20
DRAWS = 999  # a p-value of 0.001 is enough here, and costs a few milliseconds
ALPHA = 0.01
OFF = 1.1  # a standard error off by 10 %


@dataclass(frozen=True)
class Checked:
    """The tests, and one sentence where there is a consequence: adjusted P below 0.01, an error off by 10 % or more."""

    tests: tuple[IidTest, ...] = ()
    sentence: str = ""
    understated: float | None = None

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The tests for JSON."""
        return documents(self.tests)


@dataclass
class Aside:
    """Keeps at most 20,000 rows in a row of what it is shown, every full window of them as likely as any other.

    Of a file sorted by its target nothing is said: its order is that of the sorting.

    >>> aside = Aside("the losses")
    >>> aside.update(np.sin(np.arange(300.0) / 20))
    >>> checked = aside.checked()
    >>> len(checked.tests), checked.understated > 3
    (3, True)
    """

    what: str
    seed: int = 0
    rows: int = 0
    remedy: str = "--time or --cluster; crossent iid"
    rises: bool = True  # the target, where it is shown too: a sorted file has no order of its own
    falls: bool = True
    last: float | None = None
    window: Window = field(init=False)

    def __post_init__(self) -> None:
        self.window = Window(self.seed)

    def update(self, values: NDArray[np.float64], target: NDArray[Any] | None = None) -> None:
        """Add finite values of rows that follow those before them, and perhaps what happened in these rows."""
        if len(values):
            self._look_at(target)
            self.window.update({self.what: values}, self.rows)
            self.rows += len(values)

    def _look_at(self, target: NDArray[Any] | None) -> None:
        if target is None or target.ndim != 1:
            self.rises = self.falls = False
            return
        before = target[0] if self.last is None else self.last
        self.rises = self.rises and bool(target[0] >= before and (target[1:] >= target[:-1]).all())
        self.falls = self.falls and bool(target[0] <= before and (target[1:] <= target[:-1]).all())
        self.last = target[-1]

    def checked(self) -> Checked:
        """Rank autocorrelation, Ljung and Box's test and drift of ranks, adjusted by Holm's method."""
        from crossent.independence.holm import adjusted

        if self.rows < FEWEST:
            return Checked()
        values = self.window.kept()[self.what]
        if (values == values[0]).all():
            return Checked()
        tests = adjusted(self._tests(values))
        first = min(tests, key=lambda test: test.log_p_value)
        if (first.adjusted_p_value or 0.0) >= ALPHA or self.rises or self.falls:
            return Checked(tests)
        return self._consequence(tests, first, values)

    def _tests(self, values: NDArray[np.float64]) -> list[IidTest]:
        from crossent.independence.drift.blocks import block_ranks_test
        from crossent.independence.order.portmanteau import ljung_box_test
        from crossent.independence.order.ranks import rank_autocorrelation_test

        column, seed = self.what.removeprefix("the "), self.seed
        return [
            rank_autocorrelation_test(values, 1, column, DRAWS, seed),
            ljung_box_test(values, None, True, column, DRAWS, seed),
            block_ranks_test(values, None, column, DRAWS, seed),
        ]

    def _consequence(self, tests: tuple[IidTest, ...], first: IidTest, values: NDArray[np.float64]) -> Checked:
        from crossent.independence.cost import mean_error

        understated = mean_error(values, time=np.arange(len(values))).understated
        if understated is None or 1 / OFF < understated < OFF:
            return Checked(tests, "", understated)
        effect = "" if first.effect is None else f"{first.effect.name} {first.effect.estimate:.2g}, "
        seen = "" if self.rows <= SAMPLE else f" of {SAMPLE:,} rows"
        sentence = (
            f"Evidence against independent rows ({self.what}{seen} in their order): {effect}adjusted "
            f"P = {first.adjusted_p_value:.1g}. The standard error of a series is {understated:.2g} times as large "
            f"({self.remedy})."
        )
        return Checked(tests, sentence, understated)
