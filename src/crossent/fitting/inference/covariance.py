"""Covariances of the coefficients: by the model's curvature, by the sandwich, by clusters."""

from __future__ import annotations

import numpy as np

from crossent import errors
from crossent.fitting.chunks import Floats
from crossent.fitting.inference.sums import RowSums
from crossent.independence.cost.meat import cluster_factor, squared
from crossent.independence.cost.result import few_clusters

__all__ = ["clustered", "few_clusters", "normal_by_model", "sandwich", "standard_errors"]


def sandwich(bread: Floats, meat: Floats) -> Floats:
    """bread * meat * bread, without a factor for small samples (HC0: White 1980, Huber 1967).

    Args:
        bread: inverse of the curvature of the sum of w * nll                   (P, P)
        meat: the sum of f w^2 s s' over rows                                   (P, P)
    Returns:
        the covariance (P, P), which does not change if all weights are multiplied by one number.

    >>> import numpy as np
    >>> sandwich(np.array([[0.5]]), np.array([[2.0]]))
    array([[0.5]])
    """
    made = bread @ meat @ bread
    return np.asarray((made + made.T) / 2)


def clustered(bread: Floats, sums: RowSums, rows: float, parameters: int, column: str) -> Floats:
    """bread * (sum over clusters of S S') * bread * G / (G - 1) * (n - 1) / (n - k), S the sum of a cluster's scores.

    The factor is the default of Stata's `regress` and of statsmodels. One cluster is a DataError.
    """
    clusters = sums.clusters
    if clusters < 2:
        raise errors.one_cluster(column)
    if rows <= parameters:
        raise errors.degrees_of_freedom_exhausted(rows, parameters)
    factor = cluster_factor(clusters) * ((rows - 1) / (rows - parameters))
    return factor * sandwich(bread, squared(sums.by_cluster[sums.seen]))


def normal_by_model(covariance: Floats, linear: int, rows: float) -> Floats:
    """A Normal's covariance with the coefficients' part at RSS / (n - p) instead of RSS / n."""
    if rows <= linear:
        raise errors.degrees_of_freedom_exhausted(rows, linear)
    made = covariance.copy()
    made[:linear, :linear] *= rows / (rows - linear)
    return made


def standard_errors(covariance: Floats) -> Floats:
    """The square roots of the diagonal."""
    return np.sqrt(np.diag(covariance))
