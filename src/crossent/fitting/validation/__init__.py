"""The cross-entropy out of sample: folds, folds of whole clusters, forward chaining."""
