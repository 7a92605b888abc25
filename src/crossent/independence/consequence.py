"""What the dependence that was found costs: how many independent rows the rows are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossent.independence.cost import mean_error
from crossent.independence.groups_seen import Grouped
from crossent.independence.kinds import LEVELS, Column, codes_of
from crossent.independence.results import IidTest
from crossent.independence.streaming import Streamed

FEWEST = 20


@dataclass(frozen=True)
class Consequence:
    """`understated` is the factor by which a standard error that takes the rows as independent is too small."""

    effective_n: float
    understated: float
    how: str  # what it was worked out from
    notes: tuple[str, ...] = ()


def consequence_of(
    found: Streamed, target: Column, grouped: Grouped | None, tests: Sequence[IidTest]
) -> Consequence | None:
    """For the mean of the target, by its clusters if there are any, else by the order of its rows.

    None for levels that have no mean, for a sorted file (its order is not that of anything that happened), and for
    fewer than 20 rows.
    """
    if target.kind == LEVELS or found.rows < FEWEST:
        return None
    if grouped is not None:
        error = grouped.error()
        how = f"the {error.clusters:,} clusters of {grouped.column}"
        return _made(error.effective_n, error.understated, how, error.notes, 1.0)
    if any(test.name == "sorted" for test in tests):
        return None
    values = found.window.kept()[target.name]
    values = codes_of(target, found.states[target.name], values).astype(np.float64) if target.levels else values
    if (values == values[0]).all():
        return None
    error = mean_error(values, time=np.arange(len(values)))
    share = found.rows / len(values)
    notes = () if share == 1 else (f"effective n: from {len(values):,} rows in a row, times {share:.6g}.",)
    return _made(error.effective_n, error.understated, "the order of the rows", notes, share)


def _made(
    effective_n: float | None, understated: float | None, how: str, notes: tuple[str, ...], share: float
) -> Consequence | None:
    if effective_n is None or understated is None:
        return None
    return Consequence(effective_n * share, understated, how, notes)
