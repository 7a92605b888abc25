"""The error of a mean of losses in arrays, under what is known of how rows depend on one another."""

from __future__ import annotations

from typing import Any

from crossent import errors
from crossent.independence.cost.clustered import ClusteredSums
from crossent.independence.cost.moments import IndependentSums, Moments, as_floats
from crossent.independence.cost.quantiles import NORMAL_975
from crossent.independence.cost.result import MeanError, assemble
from crossent.independence.cost.serial import SerialRows, check_serial


def mean_error(
    losses: Any, weight: Any = None, *, cluster: Any = None, time: Any = None, serial: str = "series",
    lags: int | None = None,
) -> MeanError:  # fmt: skip
    """The error of sum w loss / sum w: of independent rows, of clusters, or of a series in order of time.

    Args:
        losses: finite numbers, such as the nll of each row                                   (n,)
        weight: above 0; 1 if None                                                            (n,)
        cluster: which cluster each row belongs to; clusters are independent of one another   (n,)
        time: numbers or dates that order the rows; rows of one time count as one point       (n,)
        serial: "series" (cosines, t_B), or "bartlett" (Newey and West, fixed-b quantile)
        lags: of "bartlett"; ceil(1.3 sqrt(n)) - 1 if None
    Returns:
        a `MeanError`: standard error, 95 % interval, effective n, and by what factor the naive error is too small
    Errors: UsageError for cluster and time together, lengths that differ, an unknown `serial`; DataError for one
        cluster, fewer than 4 times, a missing cluster or time.
    Sources: Liang and Zeger 1986 (clusters); Lazarus, Lewis, Stock and Watson 2018 (series); Newey and West 1987,
        Kiefer and Vogelsang 2005 (Bartlett and its quantile).

    >>> rows = [1.0, 1.0, 2.0, 2.0, 6.0, 6.0]
    >>> found = mean_error(rows, cluster=["a", "a", "b", "b", "c", "c"])
    >>> round(found.effective_n, 6), found.degrees_of_freedom
    (2.0, 2.0)
    """
    values = as_floats(losses)
    weights = None if weight is None else as_floats(weight)
    for name, given in (("weight", weights), ("cluster", cluster), ("time", time)):
        if given is not None and len(given) != len(values):
            raise errors.lengths_of_rows_differ(name, len(given), len(values))
    if cluster is not None and time is not None:
        raise errors.dependence_named_twice()
    check_serial(serial, lags)
    if not len(values):
        name = "losses"
        raise errors.no_rows(name)
    sums = IndependentSums()
    sums.update(values, weights)
    moments = sums.moments()
    if cluster is not None:
        clusters = ClusteredSums()
        clusters.update(values, cluster, weights)
        return clusters.error(moments)
    if time is not None:
        rows = SerialRows()
        rows.update(values, time, weights)
        return rows.error(moments, serial, lags)
    return independent_error(moments)


def independent_error(moments: Moments) -> MeanError:
    """sqrt(sum of (w (loss - mean))^2) / sum of w, with the normal quantile."""
    return assemble(moments, moments.squares, "independent", "normal quantile", NORMAL_975)
