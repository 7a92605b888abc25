"""A value in an interval that is sure to hold it; where it is a rational number, that number too.

Sums, differences, products and ratios of rational values stay exact, so that 0.08 is shown as 0.08 and not as an
interval around it. The arithmetic is rounded outwards with the precision of `mpmath.iv` at the time.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
from mpmath import iv

DIGITS = 12


@dataclass(frozen=True)
class Enclosed:
    """An interval, and the number in it if that is known."""

    interval: Any
    exact: Fraction | None = None

    @classmethod
    def of(cls, exact: Fraction) -> Enclosed:
        return cls(iv.mpf(exact.numerator) / exact.denominator, exact)

    def _with(self, other: Any, act: Callable[[Any, Any], Any]) -> Enclosed:
        other = other if isinstance(other, Enclosed) else Enclosed.of(Fraction(other))
        if self.exact is not None and other.exact is not None:
            return Enclosed.of(act(self.exact, other.exact))
        return Enclosed(act(self.interval, other.interval))

    def __add__(self, other: Any) -> Enclosed:
        return self._with(other, operator.add)

    def __sub__(self, other: Any) -> Enclosed:
        return self._with(other, operator.sub)

    def __mul__(self, other: Any) -> Enclosed:
        return self._with(other, operator.mul)

    def __truediv__(self, other: Any) -> Enclosed:
        return self._with(other, operator.truediv)

    def __contains__(self, number: int) -> bool:
        return self.exact == number if self.exact is not None else number in self.interval

    def is_apart_from(self, other: Enclosed) -> bool:
        """Whether the two are sure to be different numbers."""
        return bool(self.interval.b < other.interval.a or other.interval.b < self.interval.a)

    def ends(self) -> tuple[str, str]:
        """Two decimal numbers around the value; both the value itself if that has few digits."""
        if self.exact is not None:
            return _decimal(self.exact, "floor"), _decimal(self.exact, "ceiling")
        low, high = (mpmath.mp.make_mpf(end) for end in self.interval._mpi_)
        return _end(low, "floor"), _end(high, "ceiling")


def _end(value: Any, rounding: str) -> str:
    """The end of an interval: a binary floating-point number is a fraction, unless it is infinite."""
    if not mpmath.isfinite(value):
        return str(mpmath.nstr(value))
    sign, mantissa, exponent, _ = value._mpf_
    return _decimal((-1) ** sign * int(mantissa) * Fraction(2) ** exponent, rounding)


def _decimal(value: Fraction, rounding: str) -> str:
    """A decimal number of few digits not above (floor) or not below (ceiling) the value."""
    if value == 0:
        return "0"
    power = _order(abs(value)) - DIGITS + 1
    scaled = value / Fraction(10) ** power
    whole = (
        scaled.numerator // scaled.denominator if rounding == "floor" else -(-scaled.numerator // scaled.denominator)
    )
    return _plain(whole, power)


def _order(value: Fraction) -> int:
    """The power of ten of the first digit."""
    order = len(str(value.numerator)) - len(str(value.denominator))
    return order if value >= Fraction(10) ** order else order - 1


def _plain(whole: int, power: int) -> str:
    digits, sign = str(abs(whole)), "-" if whole < 0 else ""
    if -20 < power <= 0:
        digits = digits.rjust(1 - power, "0")
        return sign + ((digits[:power] + "." + digits[power:]).rstrip("0").rstrip(".") if power else digits)
    short = digits.rstrip("0")
    return f"{sign}{short}e{power + len(digits) - len(short)}"
