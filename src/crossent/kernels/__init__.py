"""How fast: loops over blocks, threads, exact sums, compiled code on disk. Knows no family and no statistics."""

from crossent.kernels.elementwise import evaluate_formula
from crossent.kernels.exact_sum import ExactSum
from crossent.kernels.rowwise import Evaluation, RowFormulas, evaluate_rows

__all__ = ["Evaluation", "ExactSum", "RowFormulas", "evaluate_formula", "evaluate_rows"]
