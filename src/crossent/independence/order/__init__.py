"""Are rows exchangeable in order? Runs, lag tables, rank autocorrelation, turning points; sorted files are named."""

from crossent.independence.order.lags import lag_counts_test, lag_table_test, pairs_test
from crossent.independence.order.portmanteau import ljung_box_test
from crossent.independence.order.ranks import rank_autocorrelation_test, von_neumann_test
from crossent.independence.order.runs import runs_from_counts, runs_test
from crossent.independence.order.sortedness import sorted_test
from crossent.independence.order.states import LagCounts, LagSums
from crossent.independence.order.turning import turning_points_test
from crossent.independence.order.values import by_time

__all__ = [
    "LagCounts",
    "LagSums",
    "by_time",
    "lag_counts_test",
    "lag_table_test",
    "ljung_box_test",
    "pairs_test",
    "rank_autocorrelation_test",
    "runs_from_counts",
    "runs_test",
    "sorted_test",
    "turning_points_test",
    "von_neumann_test",
]
