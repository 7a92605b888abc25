"""Powers and products in double-double: a value is high + low, about 32 digits, where one float64 has 16.

A matrix of rounded powers is another matrix: with Filip's ten powers it holds some 7 digits of the coefficients.
Dekker (1971), A floating-point technique for extending the available precision.
"""

from __future__ import annotations

import numpy as np

from crossent.fitting.chunks import Floats

SPLITTER = 134_217_729.0  # 2^27 + 1


def powers(x: Floats, degree: int) -> list[tuple[Floats, Floats | None]]:
    """x, x^2, ..., x^degree, each with its low part; x itself has none."""
    found: list[tuple[Floats, Floats | None]] = [(x, None)]
    high, low = x, np.zeros_like(x)
    for _ in range(degree - 1):
        high, low = multiplied(high, low, x, None)
        found.append((high, low))
    return found


def multiplied(high: Floats, low: Floats | None, factor: Floats, factor_low: Floats | None) -> tuple[Floats, Floats]:
    """(high + low) * (factor + factor_low); the low part is 0 where the product overflows."""
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        product = high * factor
        rest = _lost(high, factor, product)
        if low is not None:
            rest = rest + low * factor
        if factor_low is not None:
            rest = rest + high * factor_low
        total = product + rest
        rest = rest - (total - product)
    plain = ~np.isfinite(total) | ~np.isfinite(rest)
    if plain.any():
        total, rest = np.where(plain, product, total), np.where(plain, 0.0, rest)
    return total, rest


def _lost(a: Floats, b: Floats, product: Floats) -> Floats:
    """a * b - product, exactly, as long as nothing underflows."""
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _split(a: Floats) -> tuple[Floats, Floats]:
    scaled = SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high
