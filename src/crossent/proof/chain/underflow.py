"""Why a logarithm: how soon a product of densities leaves the numbers that float64 holds."""

from __future__ import annotations

import math
import sys
from typing import Any

import mpmath
import numpy as np
import sympy

from crossent.proof.chain.algebra import elementary
from crossent.proof.chain.compose import join, number, side, step, words
from crossent.proof.chain.names import INSIDE
from crossent.proof.chain.sample import Sample, on_data
from crossent.proof.chain.subject import Subject
from crossent.proof.results import Step

SMALLEST_NORMAL = sys.float_info.min  # 2^-1022: below, digits are lost


def first_below(factors: Any) -> int | None:
    """The first n at which the product of n factors, multiplied one after the other in float64, is under 2^-1022.

    >>> first_below([0.5] * 2000)
    1023
    """
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        below = np.multiply.accumulate(np.asarray(factors, np.float64)) < SMALLEST_NORMAL
    return int(below.argmax()) + 1 if below.any() else None


def first_above(factors: Any) -> int | None:
    """The first n at which the product is no longer finite: densities may exceed 1."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        above = np.isinf(np.multiply.accumulate(np.asarray(factors, np.float64)))
    return int(above.argmax()) + 1 if above.any() else None


def repeated(factor: float) -> int | None:
    """`first_below` of one factor, again and again; None if the product never gets there.

    >>> repeated(0.5), repeated(0.9)
    (1023, 6724)
    """
    if not 0 < factor < 1:
        return 1 if factor == 0 else None
    return first_below(np.full(math.ceil(1024 * math.log(2) / -math.log(factor)) + 2, factor))


def typical(subject: Subject) -> tuple[dict[Any, Any], Any]:
    """Standard parameters whose raw ones are 0 (or the middle of their typical range), and a usual value of a row."""
    family = subject.family
    ranges = [p.typical for p in family.parameters]
    raw = [0 if low <= 0 <= high else sympy.Rational(low + high) / 2 for low, high in ranges]
    at = dict(zip(subject.raw, raw, strict=True))
    values = {s: elementary(made).subs(at) for s, made in zip(subject.standard, subject.from_raw, strict=True)}
    values |= dict.fromkeys(subject.fixed, INSIDE["count"])
    one = next(v for v in (sympy.S.One, sympy.Rational(1, 2), sympy.S.Zero, -sympy.S.One) if _contains(subject, v))
    return values, sympy.S(4) if family.support.kind == "count_to" else one


def _contains(subject: Subject, value: Any) -> bool:
    contains = subject.family.support.contains
    return contains is None or bool(
        contains(mpmath.mpf(value.p) / value.q, *(int(INSIDE["count"]) for _ in subject.fixed))
    )


def underflow(subject: Subject, sample: Sample | None) -> list[Step]:
    """At a typical parameter, with 0.9 in every row, and on the data at the estimate."""
    values, y = typical(subject)
    exact = subject.density.subs({**values, subject.y: y})
    factor = float(sympy.N(exact, 25))
    n = repeated(factor)
    where = join(*(join(", " if k else "", side(s), " = ", side(v)) for k, (s, v) in enumerate(values.items())))
    when = f"L < 2^−1022 first at n = {n}" if n is not None else "L does not fall"
    row = join(words("at "), where, words(", y = "), side(y), words(f": factor {number(factor)} a row; {when}"))
    of_rows = on_data(sample, lambda _, best: of_product(best.factors))
    return [step("why a logarithm", row, of_rows, exact), *rest_of_underflow()]


def rest_of_underflow() -> list[Step]:
    """What no family changes: rounding hides an underflow, and the logarithm keeps the place of the maximum."""
    stuck = f"0.9·0.9·…: < 2^−1022 at n = {repeated(0.9)}, then sticks at 5·2^−1074, never 0"
    return [
        step("why a logarithm", words(stuck), expression=sympy.Rational(9, 10)),
        step("why a logarithm", words("log turns ∏ into Σ, rises with L and so keeps the place of the maximum")),
    ]


def of_product(factors: Any) -> str:
    """What becomes of the product of the data's rows in float64."""
    below, above = first_below(factors), first_above(factors)
    if above is not None and (below is None or above < below):
        return f"the product exceeds 2^1024 at row {above}"
    if below is None:
        return f"the product of these {len(factors)} rows stays above 2^−1022"
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        end = float(np.multiply.accumulate(np.asarray(factors, np.float64))[-1])
    return f"the product is under 2^−1022 at row {below}, and ends as {number(end)}"
