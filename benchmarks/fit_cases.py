"""What is fitted in benchmarks/fit.py: made data, the same arrays for everybody, and our own check of a solution."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import digamma, expit, softmax

PIECE = 1 << 18  # rows looked at together


@dataclass(frozen=True)
class Case:
    """A family and a table of made rows."""

    name: str
    family: str
    rows: int
    columns: int
    goal: str
    classes: int = 2
    concentration: float | None = None  # of a negative binomial: given to everybody
    learned: bool = False  # or learned by everybody
    rounds: int = 5
    limit: float = 20.0  # seconds that one run of a peer may take
    seed: int = 1
    skip: dict[str, str] = field(default_factory=dict)  # peer: reason

    def make(self, share: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
        """(target, design): columns that share a common part, on scales from 0.2 to 5."""
        rng = np.random.default_rng(self.seed)
        rows = max(int(self.rows * share), 1000)
        scales = 10 ** np.linspace(-0.7, 0.7, self.columns)
        design = rng.standard_normal((rows, self.columns))
        design += 0.7 * rng.standard_normal((rows, 1))
        design *= scales
        slopes = rng.normal(0, 0.8 / np.sqrt(self.columns), self.columns) / scales
        if self.family == "categorical":
            slopes = rng.normal(0, 0.8 / np.sqrt(self.columns), (self.columns, self.classes)) / scales[:, None]
            eta = design @ slopes + rng.normal(0, 0.3, self.classes)
            return np.argmax(eta + rng.gumbel(size=eta.shape), axis=1).astype(np.float64), design
        eta = design @ slopes
        if self.family == "bernoulli":
            return (rng.random(rows) < expit(eta - 0.5)).astype(np.float64), design
        mean = np.exp(0.7 * eta + 1.0)
        if self.family == "negative_binomial":
            mean = mean * rng.gamma(2.0, 0.5, rows)
        return rng.poisson(mean).astype(np.float64), design


def gradient(case: Case, target: np.ndarray, design: np.ndarray, solution: np.ndarray) -> float:
    """The largest |derivative| of the mean loss: by the intercept, by every slope, by the log of the concentration.

    `solution`: intercept, slopes and, if learned, the logarithm of the concentration; over classes a matrix of one such
    row for each class, of which only the differences count.
    """
    total: Any = 0.0
    for start in range(0, len(target), PIECE):
        y, x = target[start : start + PIECE], design[start : start + PIECE]
        total = total + piece(case, y, x, solution)
    return float(np.abs(total).max() / len(target))


def piece(case: Case, y: np.ndarray, x: np.ndarray, solution: np.ndarray) -> np.ndarray:
    """The sum of the rows' gradients."""
    if case.family == "categorical":
        rest = softmax(solution[:, 0] + x @ solution[:, 1:].T, axis=1)
        rest[np.arange(len(y)), y.astype(np.int64)] -= 1
        return np.column_stack([rest.sum(axis=0), rest.T @ x])
    slopes = solution[1 : x.shape[1] + 1]
    eta = solution[0] + x @ slopes
    if case.family == "bernoulli":
        rest = expit(eta) - y
        return np.concatenate([[rest.sum()], rest @ x])
    mean = np.exp(eta)
    if case.family == "poisson":
        rest = mean - y
        return np.concatenate([[rest.sum()], rest @ x])
    r = np.exp(solution[-1]) if case.learned else case.concentration
    rest = r * (mean - y) / (r + mean)
    by_slopes = [[rest.sum()], rest @ x]
    if not case.learned:
        return np.concatenate(by_slopes)
    by_r = digamma(r) - digamma(y + r) + np.log1p(mean / r) + (y - mean) / (r + mean)
    return np.concatenate([*by_slopes, [r * by_r.sum()]])


THREE = "at least 3x the best of scikit-learn, glum and statsmodels"
COUNTS = "at least 2x glum and 5x statsmodels"
CASES: tuple[Case, ...] = (
    Case("logistic, 500,000 x 50", "bernoulli", 500_000, 50, THREE),
    Case("logistic, 5,000,000 x 20", "bernoulli", 5_000_000, 20, THREE, rounds=3, limit=60),
    Case("multinomial, 10 classes, 200,000 x 50", "categorical", 200_000, 50, THREE, classes=10, rounds=3, limit=60),
    Case("Poisson, 500,000 x 20", "poisson", 500_000, 20, COUNTS),
    Case("negative binomial, given r, 500,000 x 20", "negative_binomial", 500_000, 20, COUNTS, concentration=2.0),
    Case("negative binomial, learned r, 500,000 x 20", "negative_binomial", 500_000, 20, COUNTS, learned=True),
    Case("logistic, 1,000 x 10", "bernoulli", 1_000, 10, "under 10 ms", rounds=31, limit=2),
)  # fmt: skip
