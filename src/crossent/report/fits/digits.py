"""How many digits a number is shown with: an estimate as many as its standard error makes meaningful."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crossent.report.text import number

if TYPE_CHECKING:
    from crossent.fitting.result import Coefficient

UNDETERMINED = "undetermined"
LARGE = 1e6  # from here on, powers of ten
SMALLEST_P = 1e-300


@dataclass(frozen=True)
class Precision:
    """Digits of a standard error, and how many decimals may be written before powers of ten are."""

    digits: int = 4
    decimals: int = 6


def shown_coefficient(c: Coefficient, precision: Precision) -> tuple[str, str, str, str, str, str]:
    """Estimate, standard error, z, p-value, and both ends of the interval; estimate, error and ends end alike."""
    low, high = c.ci95 if c.ci95 is not None else (None, None)
    numbers = (c.estimate, c.standard_error, low, high)
    estimate, error, low_shown, high_shown = _alike(numbers, c.standard_error, precision)
    if c.estimate is None:
        estimate = UNDETERMINED
    return estimate, error, _statistic(c.z), shown_p(c.p_value), low_shown, high_shown


def shown_p(value: float | None) -> str:
    """Four decimals, and from 0.001 downwards powers of ten.

    >>> shown_p(0.04321), shown_p(3.2e-12), shown_p(0.0)
    ('0.0432', '3.2e-12', '<1e-300')
    """
    if value is None or math.isnan(value):
        return "-"
    if value < SMALLEST_P:
        return "<1e-300"
    return f"{value:.4f}" if value >= 0.001 else f"{value:.1e}"


def _alike(numbers: tuple[float | None, ...], error: float | None, precision: Precision) -> tuple[str, ...]:
    """The numbers down to the same decimal place: that of the last digit of the error that is shown."""
    finite = [abs(x) for x in numbers if x is not None and math.isfinite(x)]
    scale = error if error else _width(numbers)
    if not scale or not finite:
        return tuple(number(x) for x in numbers)
    decimals = precision.digits - 1 - math.floor(math.log10(scale))
    if max(finite) < LARGE and decimals <= precision.decimals:
        return tuple(_fixed(x, max(decimals, 0)) for x in numbers)
    return tuple(_power(x, decimals) for x in numbers)


def _width(numbers: tuple[float | None, ...]) -> float | None:
    """Without an error, what the interval (or the estimate itself) says about the scale."""
    estimate, _, low, high = numbers
    ends = [x for x in (low, high) if x is not None and math.isfinite(x)]
    if len(ends) == 2 and ends[0] != ends[1]:
        return (ends[1] - ends[0]) / 4
    known = [abs(x) for x in (estimate, *ends) if x is not None and math.isfinite(x) and x != 0]
    return max(known) / 100 if known else None


def _fixed(value: float | None, decimals: int) -> str:
    return number(value) if value is None or not math.isfinite(value) else f"{value:.{decimals}f}"


def _power(value: float | None, decimals: int) -> str:
    if value is None or not math.isfinite(value):
        return number(value)
    if value == 0:
        return "0"
    digits = decimals + math.floor(math.log10(abs(value)))
    return f"{value:.{min(max(digits, 0), 16)}e}"


def _statistic(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return number(value)
    return f"{value:.2f}" if abs(value) < 10_000 else f"{value:.2e}"
