"""The exact reading of a row of classes, and errors in units of the last place, for the tests of both families."""

from __future__ import annotations

import mpmath
import numpy as np

from crossent.families.class_readings import read_given, read_index, read_row

DIGITS = 60


def digits_for(logits):
    """1 - p has lost 0.44 digits for every unit between the logits."""
    return DIGITS + int(0.44 * (float(np.max(logits)) - float(np.min(logits))))


def numbers(row):
    return [mpmath.mpf(float(value)) for value in row]


def exact(formulas, target, logits):
    """The `Row` of one target (a class index, or a row) in mpmath numbers."""
    with mpmath.workdps(digits_for(logits)):
        z = numbers(logits)
        if np.ndim(target) == 0:
            return read_index(formulas, int(target), z)
        q = numbers(target)
        return read_row(formulas, q, z, reference=z.index(max(z)), most=q.index(max(q)))


def exact_given(formulas, target, probs):
    with mpmath.workdps(DIGITS):
        q = numbers(target)
        return read_given(formulas, q, numbers(probs), most=q.index(max(q)))


def textbook(density, target, logits):
    """-log of the textbook density, with enough digits that its cancellation does not show."""
    with mpmath.workdps(digits_for(logits)):
        q = target if np.ndim(target) == 0 else numbers(target)
        return -mpmath.log(density(q, numbers(logits)))


def ulps(found, right, dtype, of=None):
    """The error of `found`, in ulp of `right`, or of the largest term `of`."""
    scale = abs(right) if of is None else max(abs(right), abs(of))
    with mpmath.workdps(DIGITS):
        error = abs(mpmath.mpf(float(found)) - right)
        if error == 0:
            return 0.0
        return float(error / mpmath.mpf(float(np.spacing(dtype(float(scale))))))


def worst(found, right, dtype, of=None):
    of = [None] * len(right) if of is None else of
    return max(ulps(f, r, dtype, o) for f, r, o in zip(found, right, of, strict=True))
