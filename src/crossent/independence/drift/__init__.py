"""Are rows identically distributed? Blocks, one change, a reference sample, a residual beside the columns."""

from crossent.independence.drift.association import levels_association, numbers_association, numbers_by_levels
from crossent.independence.drift.blocks import (
    block_cells_test,
    block_counts_test,
    block_ks_test,
    block_levels_test,
    block_ranks_test,
)
from crossent.independence.drift.change import change_of_sums, change_point_test
from crossent.independence.drift.classifier import classifier_test
from crossent.independence.drift.reference import compare_levels, compare_numbers
from crossent.independence.drift.states import BinCounts, BinMoments

__all__ = [
    "BinCounts",
    "BinMoments",
    "block_cells_test",
    "block_counts_test",
    "block_ks_test",
    "block_levels_test",
    "block_ranks_test",
    "change_of_sums",
    "change_point_test",
    "classifier_test",
    "compare_levels",
    "compare_numbers",
    "levels_association",
    "numbers_association",
    "numbers_by_levels",
]
