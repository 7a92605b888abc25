"""Do rows come in groups? How alike rows of one group are, and what that does to the error of a mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.independence.cost.clustered import ClusteredSums
from crossent.independence.cost.keys import keys_of
from crossent.independence.cost.moments import IndependentSums, as_floats
from crossent.independence.permutation import DRAWS, permuted
from crossent.independence.results import Effect, IidTest

SAMPLE = 20_000


@dataclass(frozen=True)
class Anova:
    """Mean squares between and within groups, and what follows from them.

    `rho` = (between - within) / (between + (size - 1) within) is the intraclass correlation, with `size` =
    (n - sum n_g^2 / n) / (G - 1) for unequal groups; `ci95` its interval from F, exact for normal values and equal
    sizes; `design_effect` = 1 + (sum n_g^2 / n - 1) rho, by which grouping multiplies the variance of the mean.
    """

    n: int
    groups: int
    size: float
    weighted_size: float  # sum n_g^2 / n
    between: float
    within: float
    f: float
    rho: float
    ci95: tuple[float, float] | None
    design_effect: float


@dataclass
class GroupSums:
    """For each group its count and exact sum, and the sum of squares. Memory in proportion to the distinct groups.

    >>> state = GroupSums()
    >>> state.update([1.0, 2.0, 5.0, 6.0], ["a", "a", "b", "b"])
    >>> round(state.anova().rho, 6)
    0.939394
    """

    column: str = "target"
    by: str = "cluster"
    sums: ClusteredSums = field(default_factory=ClusteredSums)
    squares: IndependentSums = field(default_factory=IndependentSums)

    def update(self, values: Any, groups: Any) -> None:
        """Add rows: finite values and the group of each."""
        values = as_floats(values)
        self.sums.column = self.by
        self.sums.update(values, groups)
        self.squares.update(values)

    def __add__(self, other: GroupSums) -> GroupSums:
        return GroupSums(self.column, self.by, self.sums + other.sums, self.squares + other.squares)

    def anova(self) -> Anova:
        """The analysis of variance of the rows so far.

        Errors: DataError for one group; NoAnswerError if every group has one row, or the values are all the same.
        """
        groups = self.sums.clusters
        if groups < 2:
            raise errors.one_cluster(self.by)
        moments = self.squares.moments()
        n = moments.n
        if groups == n:
            raise errors.groups_all_single(self.by)
        if moments.squares == 0:
            raise errors.values_do_not_vary(self.column)
        explained, of_sizes = self._by_size()
        between = explained - n * moments.mean**2
        within = moments.squares - between
        size = (n - Fraction(of_sizes, n)) / (groups - 1)
        above, below = between / (groups - 1), within / (n - groups)
        rho = float((above - below) / (above + (size - 1) * below))
        f = float(above / below) if below else float("inf")
        interval = _interval(f, groups - 1, n - groups, float(size))
        weighted = of_sizes / n
        effect = 1 + (weighted - 1) * rho
        return Anova(n, groups, float(size), weighted, float(above), float(below), f, rho, interval, effect)

    def _by_size(self) -> tuple[Fraction, int]:
        """The sum over groups of (sum of values)^2 / n_g, and that of n_g^2; exact."""
        explained, of_sizes = Fraction(0), 0
        unit = Fraction(2) ** (2 * self.sums.loss.unit_bits)
        many = self.sums.clusters
        for total, counts in zip(self.sums.loss.integers(many), self.sums.weight.integers(many), strict=True):
            sizes = counts.astype(np.int64)
            order = np.argsort(sizes, kind="stable")
            distinct, starts = np.unique(sizes[order], return_index=True)
            squares = np.add.reduceat((total * total)[order], starts)
            explained += sum((Fraction(s, c) for s, c in zip(squares, distinct.tolist(), strict=True)), Fraction(0))
            of_sizes += int((counts * counts).sum())
        return explained * unit, of_sizes


def intraclass_test(
    values: Any, groups: Any, column: str = "target", by: str = "cluster", draws: int = DRAWS, seed: int = 0
) -> IidTest:
    """Evidence that rows of one group are alike: the intraclass correlation and its permutation test.

        rho = (MSB - MSW) / (MSB + (m - 1) MSW),  m = (n - sum n_g^2 / n) / (G - 1)

    Args:
        values: a target, losses or residuals, finite                                     (n,)
        groups: the group of each row, numbers or text                                    (n,)
        column, by: their names
        draws, seed: of the permutations; above 20,000 rows, whole groups up to that many are permuted
    Returns:
        one-sided p-value of the sum of (group sum)^2 / n_g, large values being evidence against; the effect is rho of
        all rows with its interval from F (exact for normal values in equal groups); the design effect in `details`.
    Errors: DataError for one group; NoAnswerError if no group has two rows, or the values are all the same.
    Source: Donner 1986 (the estimator and its interval); Fisher 1925.

    >>> found = intraclass_test([1.0, 1.1, 5.0, 5.2, 9.0, 9.3, 3.0, 3.1], list("aabbccdd"), draws=999)
    >>> found.p_value < 0.05, round(found.effect.estimate, 2)
    (True, 1.0)
    """
    values = as_floats(values)
    if len(values) != len(groups):
        raise errors.lengths_of_rows_differ(by, len(groups), len(values))
    state = GroupSums(column, by)
    state.update(values, groups)
    _, which = keys_of(groups, by)
    return intraclass_of(state, values, which, draws, seed)


def intraclass_of(state: GroupSums, values: Any, which: Any, draws: int = DRAWS, seed: int = 0) -> IidTest:
    """The same, from the sums over all rows and the values and groups of rows to permute, whole groups if not all."""
    anova = state.anova()
    values, which = as_floats(values), np.asarray(which)
    notes: tuple[str, ...] = ()
    kept = whole_groups(which, seed)
    if kept is not None:
        values, which = values[kept], which[kept]
    if len(values) < anova.n:
        notes = (f"Permuted: {len(values):,} of {anova.n:,} rows, whole groups, seed {seed}; rho is that of all rows.",)
    order = np.argsort(which, kind="stable")
    ordered, sizes = values[order] - values.mean(), np.unique(which, return_counts=True)[1]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])

    def explained(orders: NDArray[Any]) -> Any:
        return (np.add.reduceat(orders, starts, axis=1) ** 2 / sizes).sum(axis=1)

    seen, found = permuted(ordered, explained, draws, seed)
    return IidTest(
        name="intraclass correlation",
        columns=(state.column, state.by),
        method=f"permutation: {found.words}; interval from F",
        statistic=seen,
        p_value=found.p_value,
        log_p_value=found.log_p_value,
        effect=Effect("intraclass correlation", anova.rho, anova.ci95),
        p_error=found.error,
        n=anova.n,
        about=f"whether rows of one {state.by} have values of {state.column} that are alike",
        notes=notes,
        details={
            "groups": anova.groups, "size": anova.size, "f": anova.f, "design_effect": anova.design_effect,
            "weighted_size": anova.weighted_size, "between": anova.between, "within": anova.within,
        },
    )  # fmt: skip


def whole_groups(which: NDArray[Any], seed: int, most: int = SAMPLE) -> NDArray[np.bool_] | None:
    """Which rows to keep so that whole groups, in a random order, have about `most` rows; None if all may stay."""
    if len(which) <= most:
        return None
    distinct, inverse, sizes = np.unique(which, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(distinct))
    chosen = np.zeros(len(distinct), np.bool_)
    fits = np.cumsum(sizes[order]) <= most
    fits[:2] = True  # two groups at least
    chosen[order[fits]] = True
    return np.asarray(chosen[inverse.reshape(-1)])


def _interval(f: float, above: int, below: int, size: float) -> tuple[float, float] | None:
    """(F / F_q - 1) / (F / F_q + m - 1) for the quantiles q = 0.975 and 0.025 of F."""
    from scipy.special import fdtri

    if not np.isfinite(f):
        return None
    ratios = [f / float(fdtri(above, below, level)) for level in (0.975, 0.025)]
    low, high = ((ratio - 1) / (ratio + size - 1) for ratio in ratios)
    return low, high
