"""The variance of a sum of score vectors whose rows depend on one another: the meat of a sandwich.

Each of these estimates Var(sum of rows), so that bread @ meat @ bread, with the inverse of the curvature of the sum as
bread, is a covariance of the coefficients. No factor for small samples is in them. Of a mean's losses minus the mean
they are the variance of the sum: one column of scores.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors

Floats = NDArray[np.float64]


def cluster_sums(scores: Any, codes: Any) -> tuple[NDArray[Any], Floats]:
    """The distinct codes, in order, and the sum of the scores (n, p) of each one's rows (G, p)."""
    scores = _matrix(scores)
    distinct, inverse = np.unique(np.asarray(codes), return_inverse=True)
    inverse = inverse.reshape(-1)
    columns = [np.bincount(inverse, weights=column, minlength=len(distinct)) for column in scores.T]
    return distinct, np.column_stack(columns) if len(distinct) else np.empty((0, scores.shape[1]))


def squared(sums: Any) -> Floats:
    """sum of S S' over the rows S of `sums`."""
    sums = _matrix(sums)
    return np.asarray(sums.T @ sums)


def cluster_factor(clusters: int) -> float:
    """G / (G - 1): makes the variance of a mean of equal independent clusters unbiased."""
    return clusters / (clusters - 1)


def clustered_meat(scores: Any, codes: Any) -> Floats:
    """sum over clusters of S S', S the sum of a cluster's scores (Liang and Zeger 1986); no factor.

    Args:
        scores: a row's gradient by each coefficient                                       (n, p)
        codes: which cluster it belongs to                                                 (n,)
    Returns:
        the meat                                                                           (p, p)

    >>> clustered_meat(np.array([[1.0], [2.0], [-3.0]]), [0, 0, 1])
    array([[18.]])
    """
    return squared(cluster_sums(scores, codes)[1])


def series_meat(scores: Any, basis: int | None = None) -> Floats:
    """n / B times the sum over j = 1..B of L_j L_j', L_j = sqrt(2/n) sum over t of s_t cos(pi j (t - 1/2) / n).

    The orthonormal-series variance with cosines; with it, t statistics have about B degrees of freedom (Lazarus,
    Lewis, Stock and Watson 2018). Exact for white noise on average, and never negative.

    Args:
        scores: rows in order of time                                                      (n, p)
        basis: B; floor(0.4 n^(2/3)) if None
    Returns:
        the meat                                                                           (p, p)
    Errors: DataError for fewer than 4 rows.

    >>> series_meat(np.array([[1.0], [-1.0], [1.0], [-1.0]])).round(6)
    array([[2.343146]])
    """
    from scipy.fft import dct

    scores = _matrix(scores)
    n = len(scores)
    basis = series_basis(n) if basis is None else basis
    if not 1 <= basis < max(n, 1):
        raise errors.times_too_few(n)
    waves = dct(scores, type=2, norm="ortho", axis=0)[1 : basis + 1]
    return squared(waves) * (n / basis)


def bartlett_meat(scores: Any, lags: int | None = None) -> Floats:
    """sum over |j| <= lags of (1 - |j| / (lags + 1)) sum over t of s_t s_(t+j)' (Newey and West 1987).

    Computed as the mean over all windows of lags + 1 rows, those that reach over the ends included, of the squared sum
    in the window, times their number over lags + 1: the same number, never negative, in time that does not grow with
    the lags.

    Args:
        scores: rows in order of time                                                      (n, p)
        lags: the last lag with a weight above 0; ceil(1.3 sqrt(n)) - 1 if None
    Returns:
        the meat                                                                           (p, p)
    Errors: UsageError for lags below 0 or not below n.

    >>> bartlett_meat(np.array([[1.0], [-1.0], [1.0], [-1.0]]), lags=1)
    array([[1.]])
    """
    scores = _matrix(scores)
    n = len(scores)
    lags = bartlett_lags(n) if lags is None else lags
    if not 0 <= lags < n:
        raise errors.lags_out_of_range(lags, n)
    width = lags + 1
    sums = np.zeros((n + 1, scores.shape[1]))
    np.cumsum(scores, axis=0, out=sums[1:])
    stops = np.arange(1, n + width)
    windows = sums[np.minimum(stops, n)] - sums[np.maximum(stops - width, 0)]
    return squared(windows) / width


def series_basis(n: int) -> int:
    """floor(0.4 n^(2/3)), exactly: the largest B with 125 B^3 <= 8 n^2.

    >>> series_basis(1000), series_basis(5000)
    (40, 116)
    """
    basis = max(round(0.4 * n ** (2 / 3)), 0)
    while 125 * basis**3 > 8 * n * n:
        basis -= 1
    return basis + (125 * (basis + 1) ** 3 <= 8 * n * n)


def bartlett_lags(n: int) -> int:
    """ceil(1.3 sqrt(n)) - 1: the bandwidth of Lazarus, Lewis, Stock and Watson (2018), which is lags + 1.

    >>> bartlett_lags(100)
    12
    """
    return min(math.ceil(1.3 * math.sqrt(n)), n) - 1


def _matrix(scores: Any) -> Floats:
    scores = np.asarray(scores, np.float64)
    return scores[:, None] if scores.ndim == 1 else scores
