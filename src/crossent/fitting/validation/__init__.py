"""The cross-entropy out of sample: folds, whole clusters, forward chaining."""

from crossent.fitting.validation.cross_validate import cross_validate
from crossent.fitting.validation.folds import cluster_folds, forward_chaining, random_folds
from crossent.fitting.validation.subsets import SubsetRows, subset

__all__ = ["SubsetRows", "cluster_folds", "cross_validate", "forward_chaining", "random_folds", "subset"]
