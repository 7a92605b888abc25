"""The error of a mean of losses, as one of several assumptions about the rows gives it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from crossent.independence.cost.moments import Moments, square_root

FEW_CLUSTERS = 20


@dataclass(frozen=True)
class MeanError:
    """The mean, how uncertain it is, and what that was worked out from.

    `effective_n` = variance of a loss / standard_error^2: so many independent rows would leave the mean as uncertain
    (with weights, (sum w)^2 / sum w^2 times (naive_standard_error / standard_error)^2). `understated` is the factor
    standard_error / naive_standard_error by which the error of independent rows is too small (below 1: too large).
    None where a number is undefined: all losses equal. `quantile` standard errors to each side make the interval.
    """

    kind: str  # "independent", "clustered", "series" or "bartlett"
    method: str  # in words: the quantile, and what it came from
    mean: float
    standard_error: float
    ci95: tuple[float, float]
    quantile: float
    degrees_of_freedom: float | None
    n: int
    effective_n: float | None
    naive_standard_error: float
    understated: float | None
    clusters: int | None = None
    times: int | None = None  # distinct times: the points of the series
    basis: int | None = None  # B, how many cosines
    lags: int | None = None  # of the Bartlett weights 1 - j / (lags + 1)
    notes: tuple[str, ...] = ()


def assemble(
    moments: Moments, squares: Fraction, kind: str, method: str, quantile: float, degrees: float | None = None,
    *, clusters: int | None = None, times: int | None = None, basis: int | None = None, lags: int | None = None,
    notes: tuple[str, ...] = (),
) -> MeanError:  # fmt: skip
    """The result where `squares` is the estimated variance of sum w (loss - mean)."""
    error = square_root(squares / moments.weight**2)
    naive = square_root(moments.squares / moments.weight**2)
    mean, half = _rounded(moments.mean), quantile * error
    known = squares > 0 and moments.squares > 0
    effective = float(moments.effective_n * moments.squares / squares) if known else None
    if kind == "independent":
        effective = float(moments.effective_n)
    understated = square_root(squares / moments.squares) if moments.squares > 0 else None
    return MeanError(
        kind, method, mean, error, (mean - half, mean + half), quantile, degrees, moments.n, effective, naive,
        understated, clusters, times, basis, lags, notes,
    )  # fmt: skip


def _rounded(value: Fraction) -> float:
    return value.numerator / value.denominator


def few_clusters(clusters: int) -> str:
    """The note on errors from few clusters; "" if they are enough."""
    if clusters >= FEW_CLUSTERS:
        return ""
    return (
        f"Only {clusters} clusters: errors from fewer than {FEW_CLUSTERS} tend to be too small, also with the "
        f"t distribution of {clusters - 1} degrees of freedom."
    )
