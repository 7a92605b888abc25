"""Pearson's chi-squared test, the G-test, and which test of a table to believe."""

from __future__ import annotations

from typing import Any

from crossent import errors
from crossent.independence.contingency import association, fisher, simulation
from crossent.independence.contingency.tables import Table, read_table
from crossent.independence.results import IidTest

METHODS = ("auto", "asymptotic", "exact", "monte-carlo")
ABOUT = "independence of rows and columns"


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
    """Pearson's chi-squared test: are the rows and columns of a table of counts independent?

        X^2 = sum of (x - e)^2 / e,   e = row total * column total / n

    Args:
        table: counts (r, c), 2 x 2 or larger; empty rows and columns are left out, and that is noted
        correction: Yates' correction (2 x 2, asymptotic only)
        method: "asymptotic": the chi-squared distribution with (r - 1)(c - 1) degrees of freedom; "exact": the p-value
            of Fisher's exact test; "monte-carlo": X^2 of `draws` random tables with these margins, from `seed`;
            "auto": asymptotic where Cochran's rule allows it (no expected count below 1, at most a fifth below 5),
            else exact if that takes at most `limit` steps, else Monte Carlo. `method` of the result says which and why
    Returns:
        a test whose effect is Cramer's V; its interval is that of the noncentrality of a noncentral chi-squared;
        `details` hold the expected counts, Pearson's residuals and the adjusted ones (standard normal if independent)
    Accuracy: the statistic to 1e-14, asymptotic p-values to 1e-13 relative; log p never underflows.
    Source: Pearson (1900); Cochran (1954); Smithson (2003) for the interval.

    >>> chi_squared([[10, 20], [30, 5]])
    <Pearson's chi-squared test: p = 1.509e-05; statistic 18.7262; Cramer's V 0.5367 (95 %: 0.2936 to 0.7798); n = 65; asymptotic: all expected counts are large enough (Cochran's rule)>
    """  # noqa: E501
    read = read_table(table)
    statistic = association.pearson(read, _correction(read, correction, method))
    return _test("Pearson's chi-squared test", read, statistic, method, draws, seed, limit, columns)


def g_test(
    table: Any,
    *,
    method: str = "auto",
    draws: int = fisher.DRAWS,
    seed: int = 0,
    limit: float = fisher.LIMIT,
    columns: tuple[str, ...] = (),
) -> IidTest:
    """The G-test, or likelihood-ratio test, of independence of the rows and columns of a table of counts.

        G = 2 sum of x log(x / e) = 2 n KL(joint distribution seen || product of its margins)

    It is twice n times a Kullback-Leibler divergence in nats: `kl_divergence` of the two Categorical distributions.
    Arguments and result as those of `chi_squared`; in "monte-carlo" tables are ordered by G.

    >>> g_test([[10, 20], [30, 5]]).statistic
    19.717205136030483
    """
    read = read_table(table)
    return _test("G-test", read, association.g_statistic(read), method, draws, seed, limit, columns)


def _test(
    name: str,
    table: Table,
    statistic: float,
    method: str,
    draws: int,
    seed: int,
    limit: float,
    columns: tuple[str, ...],
) -> IidTest:
    if method not in METHODS:
        raise errors.unknown_method(method, METHODS)
    error, reason, exact = None, "", None
    if method == "auto":
        method, reason, exact = chosen(table, limit)
    if method == "asymptotic":
        how = "asymptotic"
        p, log_p = association.upper_tail(statistic, association.degrees_of_freedom(table))
    elif method == "exact":
        how = "exact (Fisher's p-value)"
        p, log_p = exact or fisher.exact_p(table, "two-sided", False, limit)
    else:
        how = f"Monte Carlo of {draws:,} tables, seed {seed}"
        simulation.check(draws, seed)
        count = simulation.as_unlikely if name == "G-test" else simulation.as_far
        p, log_p, error = simulation.simulated_p(count(table, draws, seed), draws)
    return IidTest(
        name=name, columns=columns, method=f"{how}: {reason}" if reason else how,
        statistic=statistic, p_value=p, log_p_value=log_p, effect=association.cramers_v(table), p_error=error,
        n=table.total, about=ABOUT, notes=table.notes, details=association.pictured(table),
    )  # fmt: skip


def chosen(table: Table, limit: float) -> tuple[str, str, tuple[float, float] | None]:
    """The method, why, and the exact p-value if finding out has computed it."""
    against = association.cochran(table.expected())
    if not against:
        return "asymptotic", "all expected counts are large enough (Cochran's rule)", None
    try:
        return "exact", against, fisher.exact_p(table, "two-sided", False, limit)
    except errors.NoAnswerError as refused:
        steps = f"the exact test would take at least {refused.steps:,.2g} steps"
        return "monte-carlo", f"{against}, and {steps}", None


def _correction(table: Table, correction: bool, method: str) -> bool:
    if correction and table.shape != (2, 2):
        raise errors.correction_of_larger_table(table.shape)
    if correction and method not in ("auto", "asymptotic"):
        raise errors.correction_without_distribution(method)
    return correction
