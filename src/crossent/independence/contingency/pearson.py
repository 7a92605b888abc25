"""Pearson's chi-squared test, the G-test, and which test of a table to believe."""

from __future__ import annotations

from typing import Any

from crossent.independence.contingency import association, fisher
from crossent.independence.contingency.tables import read_table
from crossent.independence.results import IidTest

METHODS = ("auto", "asymptotic", "exact", "monte-carlo")


def chi_squared(
    table: Any,
    *,
    correction: bool = False,
    method: str = "auto",
    draws: int = fisher.DRAWS,
    seed: int = 0,
    limit: float = fisher.LIMIT,
    columns: tuple[str, ...] = (),
) -> IidTest:
    """Pearson's chi-squared test.

    >>> chi_squared([[10, 20], [30, 5]]).statistic
    18.726190476190474
    """
    read = read_table(table)
    p, log_p = association.upper_tail(association.pearson(read, correction), association.degrees_of_freedom(read))
    return IidTest(
        "Pearson's chi-squared test",
        columns,
        "asymptotic",
        association.pearson(read, correction),
        p,
        log_p,
        effect=association.cramers_v(read),
        n=read.total,
        notes=read.notes,
        details=association.pictured(read),
    )
