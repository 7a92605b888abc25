"""Families over a row of classes: the formulas they are made of, and `evaluate_classes`, which runs them over rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Formula = Callable[..., Any]
Array = NDArray[Any]


@dataclass(frozen=True)
class ClassFormulas:
    """A family over rows of k logits z, written for one class at a time: the kernels do the sums over classes.

    One class is the reference, r. The odds of class j against it are `odds(z_j, z_r)`; s is the sum of the others'
    odds, so `probability(s)` = 1 / (1 + s) is the reference's probability p, and odds * p that of another class.

    For a class index y, r = y. `gradient_own` and `gradient_other` are linear in p: weights are multiplied into it.
    For a row of targets, r is the likeliest class, total the row's sum, behind = z_r - z_j and spread = nll(s). The
    loss is the sum of `part`, with `part_most` for the largest target (the first of them); derivatives are
    `residual`, with `residual_most` for r, and total times `hessian_own` and `hessian_other`.
    `part_given` and `part_given_most` take the probabilities themselves; missing = 1 - their sum.
    """

    name: str
    contains: Formula  # (q_j): may this stand in a row of targets?
    odds: Formula  # (z_j, z_r)
    nll: Formula  # (s)
    probability: Formula  # (s)
    gradient_own: Formula  # (s, p)
    gradient_other: Formula  # (odds_j, p)
    hessian_own: Formula  # (s, p)
    hessian_other: Formula  # (odds_j, p)
    part: Formula  # (q_j, total, behind, spread, odds_j, s, p)
    part_most: Formula
    residual: Formula  # (q_j, total, odds_j, s, p)
    residual_most: Formula  # (q_j, total, s, p)
    part_given: Formula  # (q_j, total, p_j)
    part_given_most: Formula
    rest_given: Formula  # (total, missing)
    indexed: bool = True  # whether a target may be a class index
    exact_inside: bool = False  # the double grade even for float32: terms that cancel more than float32 leaves room for


def evaluate_classes(
    formulas: ClassFormulas, target: Array, raw: Array, *, weight: Array | None = None, mask: Array | None = None,
    smoothing: float = 0.0, quantity: str = "value", keep_rows: bool = False, mean: bool = False,
    out: Array | None = None, double: bool = False, full: bool = False, curvature: str = "exact", given: bool = False,
) -> Any:  # fmt: skip
    """The loss of all rows, and its derivatives by the logits, in one pass.

    Args:
        target: class indices (n,), integers or whole floats; or rows (n, k) of probabilities or counts.
        raw: logits (n, k), float16, float32 or float64 in any layout; with `given`, probabilities.
        weight, mask: (n,). Rows of weight 0 or masked out are not inspected: they add nothing, their gradient is 0.
        smoothing: s in [0, 1]; the target becomes (1 - s) target + s / k.
        quantity: "value", "gradient" or "hessian", each with those before it.
        keep_rows: also weight * nll of each row. mean: derivatives are of the mean, else of the sum.
        out: where the gradient goes, of raw's shape and the result's dtype.
        double: the double grade and float64 results, whatever raw's dtype.
        full: the Hessian as (n, k, k), else its diagonal (n, k). curvature: "exact", "fisher" (the same) or
            "upper_bound" (a diagonal: 2 total p (1 - p)).
        given: raw holds probabilities, taken as they are (values only).
    Returns:
        An `Evaluation`. `invalid` counts bad rows (index out of range or not whole, target outside the support, NaN
        logit, probability outside [0, 1], weight negative or not finite); if it is not 0, nothing else holds.
    Infinite logits: -inf is an impossible class, which costs +inf if it happens; several at +inf share everything
        equally; a row of -inf only costs +inf, with gradient 0.
    Accuracy: float64 within 3 ulp for up to 2^20 classes, float32 within 1 ulp; the same bits for every split of the
        rows, number of threads, width of vectors and quantity.
    """
    from crossent.kernels.classes_run import Run

    run = Run(
        formulas, np.asarray(target), np.asarray(raw), weight, mask, float(smoothing), quantity, keep_rows, mean, out,
        double, full, curvature, given,
    )  # fmt: skip
    return run.evaluate()
