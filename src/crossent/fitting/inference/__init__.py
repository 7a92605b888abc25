"""What is known of the estimates: covariances, tests, deviance, information criteria."""

from crossent.fitting.inference.covariance import clustered, sandwich
from crossent.fitting.inference.describe import describe
from crossent.fitting.inference.hypotheses import likelihood_ratio, wald_test
from crossent.fitting.inference.sums import RowSums

__all__ = ["RowSums", "clustered", "describe", "likelihood_ratio", "sandwich", "wald_test"]
