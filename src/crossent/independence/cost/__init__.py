"""What dependence costs: the error of a mean of losses, or of a fit, of rows in clusters or in order of time."""

from crossent.independence.cost.clustered import ClusteredSums
from crossent.independence.cost.mean_error import independent_error, mean_error
from crossent.independence.cost.meat import bartlett_meat, clustered_meat, series_meat
from crossent.independence.cost.moments import IndependentSums, Moments
from crossent.independence.cost.result import MeanError
from crossent.independence.cost.serial import SerialRows

__all__ = [
    "ClusteredSums", "IndependentSums", "MeanError", "Moments", "SerialRows", "bartlett_meat", "clustered_meat",
    "independent_error", "mean_error", "series_meat",
]  # fmt: skip
