"""Whole numbers of any size: their logarithms, and p-values as fractions of them."""

from __future__ import annotations

import math

LOG_2, LOG_2_REST = 0.6931471805599453, 2.3190468138462996e-17


def log_of_fraction(numerator: int, denominator: int) -> float:
    """log(numerator / denominator) to float64's accuracy, also near 1 and far beyond float64's range."""
    if numerator == 0:
        return -math.inf
    difference = numerator - denominator
    if 4 * abs(difference) < denominator:
        return math.log1p(difference / denominator)
    return _log(numerator, denominator)


def _log(numerator: int, denominator: int) -> float:
    """Through a quotient of 64 bits times a power of two, so that neither logarithm is a difference of large ones."""
    shift = numerator.bit_length() - denominator.bit_length()
    near_one = numerator / (denominator << shift) if shift >= 0 else (numerator << -shift) / denominator
    return math.fsum((math.log(near_one), shift * LOG_2, shift * LOG_2_REST))


def p_and_log(numerator: int, denominator: int) -> tuple[float, float]:
    """A probability given as a fraction: itself, correctly rounded, and its logarithm."""
    return numerator / denominator, log_of_fraction(numerator, denominator)
