"""Can a logistic regression tell two samples apart? In nats that it saves on rows it has not seen."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.independence.contingency.association import upper_tail
from crossent.independence.order.effects import Z95
from crossent.independence.order.lags import few_levels
from crossent.independence.order.values import Floats, codes, doubled_ranks, numbers, spread_out
from crossent.independence.permutation import simulated
from crossent.independence.results import Effect, IidTest

MANY = 1_000  # rows from which the likelihood ratio replaces permutation
PER_COLUMN = 20  # of those rows at least, for each coefficient
RIDGE = 1.0  # a standard normal prior on each coefficient: keeps them finite where samples are separated
DRAWS = 499
STOP_AFTER = 20


def classifier_test(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    levels: Collection[str] = (),
    folds: int = 5,
    draws: int = DRAWS,
    seed: int = 0,
) -> IidTest:
    """Do all columns together tell which sample a row is from? Held-out nats of a logistic regression.

        gain = cross-entropy of the mixture's base rate - cross-entropy of the regression, on rows it was not fitted to

    Columns of numbers enter as ranks and squared ranks of both samples together (location and spread), columns of
    levels as indicators. The effect is the gain in nats a row, by cross-validation, with the interval of its standard
    error over rows; it is at most the entropy of the base rate, and negative where there is nothing to learn.

    The p-value: below 1,000 rows (or with fewer than 20 rows for each coefficient) the gain's by permutation of the
    samples' names, the regression fitted anew each time; from then on that of the likelihood ratio of the regression
    on all rows, chi-squared with as many degrees of freedom as coefficients. At most 20,000 rows of each sample.

    Args:
        first, second: columns by name; arrays (n1,) and (n2,). Names in both are used.
        levels: names of the columns that are numbers of levels (numbered alike in both).

    Raises:
        UsageError: no common column. DataError: no column varies, a value that is not finite, fewer rows than folds.

    Source: Lopez-Paz and Oquab, "Revisiting classifier two-sample tests" (2017); the gain is in nats instead of the
    share of correct answers.

    >>> rng = np.random.default_rng(0)
    >>> found = classifier_test({"x": rng.normal(0, 1, 600)}, {"x": rng.normal(1, 1, 600)})
    >>> found.p_value < 1e-20, 0.08 < found.effect.estimate < 0.15
    (True, True)
    """
    names = [name for name in first if name in second]
    if not names:
        raise errors.samples_without_common_columns(first, second)
    design, sample, notes = _design(first, second, names, levels, seed)
    n, width = design.shape
    smaller = min(int(sample.sum()), n - int(sample.sum()))
    if smaller < folds:
        raise errors.fewer_rows_than_folds(folds, smaller)
    fold = _folds(sample, folds, np.random.default_rng(seed))
    gains = held_out_gains(design, sample, fold)
    gain, deviation = float(gains.mean()), float(gains.std(ddof=1)) / math.sqrt(n)
    error: float | None = None
    if n >= MANY and n >= PER_COLUMN * width:
        share = float(sample.mean())
        base = -(share * math.log(share) + (1 - share) * math.log1p(-share))
        ratio = 2 * n * (base - fit(design, sample, ridge=1e-6)[1])
        p, log_p = upper_tail(max(ratio, 0.0), width - 1)  # the optimiser may stop a rounding error short of 0
        method = f"likelihood ratio {ratio:.6g}, chi-squared with {width - 1} degrees of freedom"
    else:

        def draw(rng: np.random.Generator, count: int) -> list[float]:
            return [_shuffled_gain(design, sample, folds, rng) for _ in range(count)]

        found = simulated(draw, gain, draws, seed, STOP_AFTER, first=25, most=50)
        p, log_p, error = found.p_value, found.log_p_value, found.error
        method = f"permutation of the held-out gain: {found.words}"
    return IidTest(
        name="classifier of two samples", columns=tuple(names), method=method, statistic=gain, p_value=p,
        log_p_value=log_p, p_error=error, n=n, notes=notes,
        effect=Effect("held-out nats", gain, (gain - Z95 * deviation, gain + Z95 * deviation)),
        about=f"which of two samples of {n - int(sample.sum()):,} and {int(sample.sum()):,} rows a row is from",
        details={"folds": folds, "standard_error": deviation, "coefficients": width - 1},
    )  # fmt: skip


def held_out_gains(design: Floats, sample: Floats, fold: NDArray[np.int64]) -> Floats:
    """Nats that the regression saves on each row, fitted to the other folds, against those folds' base rate."""
    loss = _loss()
    gains = np.empty(len(sample))
    for k in range(int(fold.max()) + 1):
        held, rest = fold == k, fold != k
        coefficients, _ = fit(design[rest], sample[rest])
        share = float(sample[rest].mean())
        base = np.full(int(held.sum()), math.log(share) - math.log1p(-share))
        model = loss(sample[held], design[held] @ coefficients, reduction="none")
        gains[held] = loss(sample[held], base, reduction="none") - model
    return gains


def fit(design: Floats, sample: Floats, ridge: float = RIDGE) -> tuple[Floats, float]:
    """Coefficients that minimise mean nats + ridge |b|^2 / (2 n), the first (the intercept) without; and those nats."""
    from scipy.optimize import minimize

    loss, n = _loss(), len(sample)
    shrink = np.full(design.shape[1], ridge / n)
    shrink[0] = 0

    def objective(b: Floats) -> tuple[float, Floats]:
        value, gradient = loss.value_gradient(sample, design @ b)
        return float(value) + float(shrink @ (b * b)) / 2, gradient @ design + shrink * b

    start = np.zeros(design.shape[1])
    share = float(sample.mean())
    start[0] = math.log(share) - math.log1p(-share)
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"ftol": 1e-13, "gtol": 1e-7})
    return found.x, float(loss(sample, design @ found.x))


def _loss() -> Any:
    from crossent.loss.loss import Loss

    return Loss("bernoulli")


def _shuffled_gain(design: Floats, sample: Floats, folds: int, rng: np.random.Generator) -> float:
    names = rng.permutation(sample)
    return float(held_out_gains(design, names, _folds(names, folds, rng)).mean())


def _folds(sample: Floats, folds: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Folds drawn at random, with rows of both samples in each."""
    fold = np.empty(len(sample), np.int64)
    for name in (0.0, 1.0):
        rows = np.flatnonzero(sample == name)
        fold[rng.permutation(rows)] = np.arange(len(rows)) % folds
    return fold


def _design(
    first: Mapping[str, Any], second: Mapping[str, Any], names: list[str], levels: Collection[str], seed: int
) -> tuple[Floats, Floats, tuple[str, ...]]:
    counts = len(np.asarray(first[names[0]])), len(np.asarray(second[names[0]]))
    chosen = [spread_out(count, seed) for count in counts]
    said = zip(("data", "reference"), chosen, strict=True)
    notes = tuple(f"{who}: {note}" for who, (_, sentences) in said for note in sentences)
    parts: list[Floats] = []
    for name in names:
        halves = [np.asarray(part[name]) for part in (first, second)]
        for half, count in zip(halves, counts, strict=True):
            if len(half) != count:
                raise errors.series_lengths_differ(name, len(half), names[0], count)
        both = np.concatenate([h if rows is None else h[rows] for h, (rows, _) in zip(halves, chosen, strict=True)])
        parts += _columns(both, name, name in levels)
    if not parts:
        raise errors.columns_all_constant()
    sizes = [count if rows is None else len(rows) for count, (rows, _) in zip(counts, chosen, strict=True)]
    design = np.column_stack([np.ones(sum(sizes)), *parts])
    keep = [0, *(j for j in range(1, design.shape[1]) if not (design[:, j] == design[0, j]).all())]
    return np.ascontiguousarray(design[:, keep]), np.repeat([0.0, 1.0], sizes), notes


def _columns(both: NDArray[Any], name: str, levels: bool) -> list[Floats]:
    """A column as predictors of about unit variance: ranks and their squares, or indicators; none if constant."""
    if len(both) and (both == both[0]).all():
        return []
    if levels:
        y, kept, _ = few_levels(codes(both, name), ())
        return [(y == level).astype(np.float64) for level in range(1, len(kept))]
    u = doubled_ranks(numbers(both, name, needed=2)) / len(both)
    square = math.sqrt(5) * (3 * u * u - 1) / 2
    return [math.sqrt(3) * u] if len(np.unique(u)) < 3 else [math.sqrt(3) * u, square]
