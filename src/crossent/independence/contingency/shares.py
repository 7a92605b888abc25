"""Simple random sampling from a population whose shares are known: chi-squared, or the exact multinomial test."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from crossent import errors
from crossent.arrays import to_numpy
from crossent.independence.contingency import association, simulation
from crossent.independence.contingency.fisher import DRAWS, LIMIT
from crossent.independence.contingency.tables import Counts, read_counts
from crossent.independence.contingency.whole_numbers import p_and_log
from crossent.independence.results import Effect, IidTest

METHODS = ("auto", "asymptotic", "exact", "monte-carlo")
STEP = 5  # of the exact test here is whole numbers of Python: so many steps of `limit`
SUM = 1e-9  # by which shares may miss 1
Shares = list[Fraction]


def expected_shares(
    counts: Any,
    shares: Any,
    *,
    method: str = "auto",
    draws: int = DRAWS,
    seed: int = 0,
    limit: float = LIMIT,
    columns: tuple[str, ...] = (),
) -> IidTest:
    """Are these the counts of a simple random sample from a population with these shares?

        X^2 = sum of (x - e)^2 / e,   e = n * share;   exact: all outcomes no more probable than the one seen

    Args:
        counts: how often each level was seen                                       shape (k)
        shares: of the population, adding up to 1; or the population's counts       shape (k)
        method: "asymptotic" (chi-squared with k - 1 degrees of freedom), "exact" (multinomial), "monte-carlo"
            (multinomial samples ordered by probability), or "auto": as for `chi_squared`
    Returns:
        a test whose effect is Cohen's w = sqrt(X^2 / n), with the interval of a noncentral chi-squared
    Accuracy: exact p-values are correctly rounded, with the shares taken as the fractions nearest to them of
        denominators up to 10^12; ties are decided in whole numbers.

    >>> expected_shares([3, 0, 7], [0.25, 0.25, 0.5])
    <Multinomial test: p = 0.1788; statistic 3.4; Cohen's w 0.5831 (95 %: 0 to 1.141); n = 10; exact: 2 of 3 expected counts are below 5>
    """  # noqa: E501
    if method not in METHODS:
        raise errors.unknown_method(method, METHODS)
    seen, fractions, notes = _read(counts, shares)
    n, expected = int(seen.sum()), np.array([float(share) for share in fractions]) * int(seen.sum())
    statistic = math.fsum((seen - expected) ** 2 / expected)
    reason, error, work = "", None, math.comb(min(n, 10**6) + len(seen) - 1, len(seen) - 1) * STEP
    if method == "auto":
        method, reason = _chosen(expected, work, limit)
    if method == "asymptotic":
        how, (p, log_p) = "asymptotic", association.upper_tail(statistic, len(seen) - 1)
    elif method == "exact":
        if work > limit:
            raise errors.exact_out_of_reach(work, limit)
        how, (p, log_p) = "exact", exact_p([int(x) for x in seen], fractions)
    else:
        simulation.check(draws, seed)
        how = f"Monte Carlo of {draws:,} samples, seed {seed}"
        p, log_p, error = simulation.simulated_p(_simulated(seen, fractions, draws, seed), draws)
    return IidTest(
        name="Multinomial test", columns=columns, method=f"{how}: {reason}" if reason else how, statistic=statistic,
        p_value=p, log_p_value=log_p, effect=_cohens_w(statistic, len(seen), n), p_error=error, n=n,
        about="a simple random sample from the population", notes=notes,
        details={"table": seen.tolist(), "expected": expected.tolist()},
    )  # fmt: skip


def _read(counts: Any, shares: Any) -> tuple[Counts, Shares, tuple[str, ...]]:
    values, given = to_numpy(counts, "counts"), to_numpy(shares, "shares")
    for argument, array in (("counts", values), ("shares", given)):
        if array.ndim != 1:
            raise errors.counts_not_a_line(argument, array.shape)
    seen = read_counts(values, "counts")
    if len(given) != len(seen):
        raise errors.shares_do_not_fit(len(seen), len(given))
    for i, share in enumerate(given):
        if not (math.isfinite(share) and share >= 0):
            raise errors.share_invalid(i, share)
    fractions = [Fraction(float(share)).limit_denominator(10**12) for share in given]
    total = sum(fractions, Fraction(0))
    if abs(total - 1) > SUM and not all(share.denominator == 1 for share in fractions):
        raise errors.shares_do_not_sum(float(total))
    if total == 0 or sum(share > 0 for share in fractions) < 2:
        raise errors.one_share()
    if not seen.any():
        raise errors.nothing_counted()
    impossible = [i for i, share in enumerate(fractions) if share == 0 and seen[i]]
    if impossible:
        raise errors.share_of_nothing(impossible[0], int(seen[impossible[0]]))
    kept = [i for i, share in enumerate(fractions) if share > 0]
    out = [str(i) for i, share in enumerate(fractions) if share == 0]
    notes = (f"levels of share 0 are left out: {', '.join(out)}",) if out else ()
    return seen[kept], [fractions[i] / total for i in kept], notes


def _chosen(expected: Any, work: float, limit: float) -> tuple[str, str]:
    against = association.cochran(expected)
    if not against:
        return "asymptotic", "all expected counts are large enough (Cochran's rule)"
    if work <= limit:
        return "exact", against
    return "monte-carlo", f"{against}, and the exact test would take {work:,.2g} steps"


def exact_p(seen: list[int], shares: Shares) -> tuple[float, float]:
    """Sum of n! / prod x_i! prod share_i^x_i over all x no more probable than the one seen, in whole numbers.

    With shares a_i / d, the probability of x is prod (a_i^x_i / x_i!) n! / d^n: levels are added one by one, outcomes
    with the same product kept as one.
    """
    n = sum(seen)
    denominator = math.lcm(*(share.denominator for share in shares))
    parts = [int(share * denominator) for share in shares]
    common = math.factorial(n)
    nodes: dict[int, dict[int, int]] = {n: {1: 1}}  # what is left -> weight so far, as a whole number -> outcomes
    for i, part in enumerate(parts):
        following: dict[int, dict[int, int]] = {}
        powers = [part**x for x in range(n + 1)]
        for left, weights in nodes.items():
            for x in [left] if i == len(parts) - 1 else range(left + 1):
                factor, into = math.comb(left, x) * powers[x], following.setdefault(left - x, {})
                for weight, outcomes in weights.items():
                    reached = weight * factor
                    into[reached] = into.get(reached, 0) + outcomes
        nodes = following
    own = common
    for x, part in zip(seen, parts, strict=True):
        own *= part**x
    own //= math.prod(math.factorial(x) for x in seen)
    at_most = sum(weight * outcomes for weight, outcomes in nodes[0].items() if weight <= own)
    return p_and_log(at_most, denominator**n)


def _simulated(seen: Counts, shares: Shares, draws: int, seed: int) -> float:
    """How many samples are no more probable than the one seen; near ties are compared in whole numbers."""
    from scipy.special import gammaln

    rng, n = np.random.default_rng(seed), int(seen.sum())
    probabilities = np.array([float(share) for share in shares])
    logs = np.log(probabilities)

    def log_probability(drawn: Any) -> Any:
        return drawn @ logs - gammaln(drawn + 1.0).sum(axis=-1)

    own, extreme, left = float(log_probability(seen)), 0, draws
    while left:
        drawn = rng.multinomial(n, probabilities / probabilities.sum(), min(left, 100_000))
        values = log_probability(drawn)
        near = np.abs(values - own) <= simulation.NEAR * (abs(own) + 1)
        extreme += int((values[~near] < own).sum())
        close, times = np.unique(drawn[near], axis=0, return_counts=True)
        extreme += sum(
            int(number) for one, number in zip(close, times, strict=True) if _no_more_probable(one, seen, shares)
        )
        left -= len(drawn)
    return float(extreme)


def _no_more_probable(drawn: Counts, seen: Counts, shares: Shares) -> bool:
    ratio = Fraction(1)  # P(drawn) / P(seen)
    for x, y, share in zip(drawn.tolist(), seen.tolist(), shares, strict=True):
        ratio *= share ** (x - y) * (Fraction(math.perm(y, y - x)) if y > x else Fraction(1, math.perm(x, x - y)))
    return ratio <= 1


def _cohens_w(statistic: float, levels: int, n: int) -> Effect:
    return Effect("Cohen's w", math.sqrt(statistic / n), association.noncentral_ends(statistic, levels - 1, n))
