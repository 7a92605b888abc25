"""Tests of fit for counts: G over the values where there are few, a distance of distributions, or Pearson's X^2."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossent.families import binomial, negative_binomial, poisson
from crossent.fitting.chunks import Floats
from crossent.fitting.result import Test
from crossent.fitting.unconditional.accumulated import Observed, Table
from crossent.fitting.unconditional.sampled import SAMPLE

CELLS = 5000  # of values that G is summed over
NLL = {"Poisson": poisson.nll, "NegativeBinomial": negative_binomial.nll, "Binomial": binomial.nll}
BISECTIONS = 20
EQUAL = "No test of fit: equal rows leave no degrees of freedom."


def goodness_of_fit(
    name: str, kept: Table, values: tuple[float, ...], draws: int, seed: int, rng: Any
) -> tuple[Test | None, str]:
    """The test and a note, as `adequacy.goodness_of_fit`."""
    observed = kept.observed()
    counts = observed.frequency
    if (counts != np.floor(counts)).any():
        return None, "No test of fit: it needs whole frequencies."
    n = int(counts.sum())
    if n < 2 or not np.ptp(observed.target) or (values[0] in (0, 1) and name == "Binomial"):
        return None, EQUAL
    if name in ("Binomial", "Multinomial"):
        totals = observed.fixed[0] if name == "Binomial" else observed.target.sum(axis=1)
        if totals.max() <= 1:
            return None, "No test of fit: single trials leave no degrees of freedom."
        if name == "Multinomial" or np.ptp(totals) or totals[0] > CELLS:
            return _pearson(observed, totals, np.array(values), n, draws, seed, rng)
        cells: Floats | None = np.arange(totals[0] + 1)
    else:
        cells = _cells(name, values, observed.target.max(), n)
        totals = np.zeros(1)
    if cells is None:
        return _distance(name, observed, values, n, draws, seed, rng)
    expected = np.exp(-_rows(NLL[name], cells, _raw(name, values), totals[:1]))
    at = np.zeros(len(cells))
    at[observed.target.astype(np.int64)] = counts
    draws = min(draws, max(99, int((3e5 if name == "NegativeBinomial" else 3e6) / len(cells))))
    drawn = rng.multinomial(n, expected / expected.sum(), size=draws).astype(np.float64)
    used = drawn.any(axis=0) | (at > 0)
    cells, at, drawn = cells[used], at[used], drawn[:, used]
    statistics = g_statistic(name, cells, np.vstack([at, drawn]), totals[:1])
    about = f"G = 2 n KL from the sample to {name}, over its values"
    return _test(about, float(statistics[0]), statistics[1:], seed), ""


def _test(about: str, statistic: float, drawn: Floats, seed: int) -> Test:
    from crossent.fitting.unconditional.adequacy import SEEDED, share_beyond

    about = f"{about}; {SEEDED.format(draws=len(drawn), seed=seed)}."
    return Test("goodness of fit", statistic, None, share_beyond(statistic, drawn), about)


def g_statistic(name: str, cells: Floats, counts: Floats, total_count: Floats) -> Floats:
    """2 sum of n_k log(n_k / (n p_k)) for each row of counts, with p from that row's own estimates."""
    n = counts.sum(axis=1, keepdims=True)
    raw = [column[:, None] + np.zeros_like(counts) for column in estimate_rows(name, cells, counts, total_count)]
    wide = np.broadcast_to(cells, counts.shape)
    nll = _rows(NLL[name], wide.reshape(-1), [each.reshape(-1) for each in raw], total_count).reshape(counts.shape)
    shares = np.where(counts > 0, counts, 1) / n
    return np.asarray(2 * (counts * (np.log(shares) + np.where(counts > 0, nll, 0))).sum(axis=1))


def estimate_rows(name: str, cells: Floats, counts: Floats, total_count: Floats) -> list[Floats]:
    """The raw parameters of each row; cells are (m,), or (rows, m) like the counts."""
    mean = (counts * cells).sum(axis=1) / counts.sum(axis=1)
    with np.errstate(divide="ignore"):  # a draw of zeros alone has the rate 0
        if name == "Binomial":
            return [np.log(mean) - np.log(total_count[0] - mean)]
        if name == "Poisson":
            return [np.log(mean)]
        return [np.log(mean), _log_concentrations(np.broadcast_to(cells, counts.shape), counts, np.log(mean))]


def _log_concentrations(cells: Floats, counts: Floats, log_mean: Floats) -> Floats:
    """By bisection, to 1e-4: the statistic is least there, so that its error is of second order."""
    low, high = np.full(len(counts), -12.0), np.full(len(counts), 25.0)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        columns = [np.broadcast_to(each[:, None], counts.shape).reshape(-1) for each in (log_mean, middle)]
        slope = _rows(negative_binomial.gradient, cells.reshape(-1), columns, None)[1].reshape(counts.shape)
        rising = (counts * np.where(counts > 0, slope, 0)).sum(axis=1) >= 0
        low, high = np.where(rising, low, middle), np.where(rising, middle, high)
    return np.asarray((low + high) / 2)


def _raw(name: str, values: tuple[float, ...]) -> list[Floats]:
    first = np.log(values[0]) - (np.log1p(-values[0]) if name == "Binomial" else 0.0)
    return [np.array(first), *(np.log(np.array(each)) for each in values[1:])]


def _rows(formula: Any, y: Floats, raw: list[Floats], total_count: Floats | None) -> Any:
    from crossent.kernels.elementwise import evaluate_formula

    columns = [np.ascontiguousarray(y), *(np.ascontiguousarray(each) if each.ndim else float(each) for each in raw)]
    if formula is binomial.nll and total_count is not None:
        columns.append(float(total_count[0]))
    return evaluate_formula(formula, columns, len(y))


def _cells(name: str, values: tuple[float, ...], largest: float, n: int) -> Floats | None:
    """0, 1, ... to where a draw of n hardly ever reaches; None if they are too many."""
    size = max(int(largest) + 1, 16)
    while size <= CELLS:
        cells = np.arange(float(size))
        if np.exp(-_rows(NLL[name], cells, _raw(name, values), None)).sum() > 1 - 1e-6 / n:
            return cells
        size *= 2
    return None


def _distance(
    name: str, observed: Observed, values: tuple[float, ...], n: int, draws: int, seed: int, rng: Any
) -> tuple[Test | None, str]:
    """Cramer and von Mises: of the middle of each count's step in the distribution function."""
    y, note = _few(observed.target, observed.frequency, n, rng)
    draws = min(draws, 99 if name == "NegativeBinomial" else 999)
    if name == "Poisson" or np.isinf(values[1]):
        drawn = rng.poisson(values[0], (draws, len(y))).astype(np.float64)
    else:
        drawn = rng.poisson(rng.gamma(values[1], values[0] / values[1], (draws, len(y)))).astype(np.float64)
    rows = np.sort(np.vstack([y, drawn]), axis=1)
    raw = estimate_rows(name, rows, np.ones_like(rows), np.zeros(1))
    below, upto = _cdf(rows - 1, raw), _cdf(rows, raw)
    m = rows.shape[1]
    steps = (2 * np.arange(1, m + 1) - 1) / (2 * m)
    statistics = 1 / (12 * m) + (((below + upto) / 2 - steps) ** 2).sum(axis=1)
    about = f"Cramer-von Mises distance of the sample from {name}"
    return _test(about, float(statistics[0]), statistics[1:], seed), note


def _cdf(y: Floats, raw: list[Floats]) -> Floats:
    from scipy.special import betainc, gammaincc

    mean = np.exp(raw[0])[:, None]
    count = np.maximum(y, 0) + 1
    poissons = gammaincc(count, mean)
    if len(raw) == 1:
        return np.where(y < 0, 0.0, poissons)
    r = np.exp(raw[1])[:, None]
    return np.where(y < 0, 0.0, np.where(r > 1e10, poissons, betainc(r, count, r / (r + mean))))


def _few(target: Floats, frequency: Floats, n: int, rng: Any) -> tuple[Floats, str]:
    """All rows, or SAMPLE of them, drawn without replacement."""
    if n <= SAMPLE:
        return np.repeat(target, frequency.astype(np.int64), axis=0), ""
    places = np.sort(rng.choice(n, SAMPLE, replace=False))
    rows = np.searchsorted(np.cumsum(frequency), places, side="right")
    return target[rows], f"The test of fit looks at {SAMPLE:,} of the {n:,} rows, drawn at random."


def _pearson(
    observed: Observed, totals: Floats, values: Floats, n: int, draws: int, seed: int, rng: Any
) -> tuple[Test | None, str]:
    """X^2 = sum of (y - n p)^2 / (n p) over rows and classes, for rows of different numbers of trials."""
    counts = (
        observed.target if observed.target.ndim == 2 else np.column_stack([totals - observed.target, observed.target])
    )
    p = values if observed.target.ndim == 2 else np.array([1 - values[0], values[0]])
    rows, note = _few(counts, observed.frequency, n, rng)
    rows = rows[rows.sum(axis=1) > 0]
    trials = rows.sum(axis=1)
    if len(rows) < 2 or np.count_nonzero(p) < 2:
        return None, EQUAL
    draws = min(draws, max(99, 4_000_000 // max(rows.size, 1)))
    drawn = np.array([_x_squared(rng.multinomial(trials.astype(np.int64), p / p.sum()), trials) for _ in range(draws)])
    about = "Pearson's X^2 of equal probabilities in all rows"
    return _test(about, float(_x_squared(rows, trials)), drawn, seed), note


def _x_squared(rows: Floats, trials: Floats) -> float:
    p = rows.sum(axis=0) / trials.sum()
    expected = trials[:, None] * p[p > 0]
    return float((((rows[:, p > 0] - expected) ** 2) / expected).sum())
