"""The last step: exact sums become decimal numbers of 60 digits, and those become float64, rounded once."""

from __future__ import annotations

import math
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossent.kernels.exact_sum import ExactSum

UNIT_BITS = 2148
CONTEXT = Context(prec=60, Emax=10**9, Emin=-(10**9))
NORMAL_QUANTILE_975 = Decimal("1.9599639845400542355245944305205515279555502778")
LOG_TWO = CONTEXT.ln(Decimal(2))
TWO_PI = CONTEXT.multiply(Decimal(2), Decimal("3.14159265358979323846264338327950288419716939937510582097494459"))


def exact(total: ExactSum) -> Fraction:
    """The sum's finite terms as a fraction."""
    return Fraction(total.units, 1 << UNIT_BITS)


def decimal(value: Fraction | int) -> Decimal:
    """A fraction to 60 digits."""
    value = Fraction(value)
    return CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def log(value: Fraction | Decimal) -> Decimal:
    """The natural logarithm to 60 digits."""
    return CONTEXT.ln(value if isinstance(value, Decimal) else decimal(value))


def number(value: Decimal | None) -> float | None:
    """To float64; beyond its range infinite."""
    return None if value is None else float(value)


def square_root(value: Fraction) -> Decimal:
    """The square root to 60 digits."""
    return CONTEXT.sqrt(decimal(value))


def exponential(value: Decimal) -> float:
    """exp as a float64; infinite beyond its range."""
    if value > 710:
        return math.inf
    return float(CONTEXT.exp(value))


def plus(*terms: Decimal) -> Decimal:
    """The sum to 60 digits."""
    total = Decimal(0)
    for term in terms:
        total = CONTEXT.add(total, term)
    return total


def times(*factors: Decimal) -> Decimal:
    """The product to 60 digits."""
    total = Decimal(1)
    for factor in factors:
        total = CONTEXT.multiply(total, factor)
    return total


def over(value: Decimal, divisor: Decimal) -> Decimal:
    """The quotient to 60 digits."""
    return CONTEXT.divide(value, divisor)


def minus(value: Decimal, other: Decimal) -> Decimal:
    """The difference to 60 digits."""
    return CONTEXT.subtract(value, other)


def entropy_term(share: Fraction) -> Decimal:
    """-s log s, 0 for a share of 0 or 1."""
    return Decimal(0) if share in (0, 1) else times(decimal(-share), log(share))
