"""Tails of a 2 x 2 table whose weights are too large to be written out as whole numbers.

A tail is P(seen) times the sum of P(k) / P(seen) from there outward. Near the end of the support, and where terms fall
fast, ratios are multiplied up; where neighbours hardly differ (spreads of thousands and more), a block of terms is
summed from 16 of them, by the rule on whole numbers that is exact for polynomials of degree 15.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from crossent.independence.contingency.hypergeometric import Hypergeometric

DIRECT = 4096  # terms multiplied up before the next one is computed afresh
NODES = 16
NEGLIGIBLE = 1e-20
TIE = 1e-25  # of a difference of log-probabilities at 50 digits, which is good to 1e-30
TIE_DIGITS = 1000


def probability(law: Hypergeometric, seen: int, alternative: str, mid_p: bool) -> Any:
    """The p-value as a number of mpmath."""
    from mpmath import mp

    own = mp.exp(law.log_probability(seen))
    half = own / 2 if mid_p else mp.zero
    if alternative == "two-sided":
        return _both(law, seen, own, half)
    less, greater = one_sided(law, seen, own)
    if alternative == "less":
        return less - half
    if alternative == "greater":
        return greater - half
    return min(2 * (min(less, greater) - half), mp.one)


def one_sided(law: Hypergeometric, seen: int, own: Any) -> tuple[Any, Any]:
    """P(k <= seen) and P(k >= seen); the one on the far side of the mode is the other's complement."""
    if seen == law.mode:
        return own * outward(law, seen, -1), own * outward(law, seen, 1)
    step = -1 if seen < law.mode else 1
    near = own * outward(law, seen, step)
    far = 1 - near + own
    return (near, far) if step < 0 else (far, near)


def _both(law: Hypergeometric, seen: int, own: Any, half: Any) -> Any:
    from mpmath import mp

    if compare(law, law.mode, seen) <= 0:  # nothing is more probable; ties with the mode are its neighbours
        modes = [k for k in (law.mode - 1, law.mode, law.mode + 1) if law.low <= k <= law.high]
        return 1 - half * sum(compare(law, k, seen) == 0 for k in modes)
    step = -1 if seen < law.mode else 1
    value = own * outward(law, seen, step) - half
    other = _other_side(law, seen, -step)
    if other is not None:
        value += mp.exp(law.log_probability(other)) * outward(law, other, -step)
        if compare(law, other, seen) == 0:
            value -= half
    return value


def _other_side(law: Hypergeometric, seen: int, step: int) -> int | None:
    """The first cell beyond the mode that is no more probable than the one seen."""
    end = law.high if step > 0 else law.low
    if compare(law, end, seen) > 0:
        return None
    inside, outside = law.mode, end
    while abs(outside - inside) > 1:
        middle = (inside + outside) // 2
        if compare(law, middle, seen) > 0:
            inside = middle
        else:
            outside = middle
    return outside


def compare(law: Hypergeometric, k: int, seen: int) -> int:
    """Is P(k) above (1), equal to (0) or below (-1) P(seen)?

    The same four cells in another order are equal. What agrees to 25 digits beside that is compared in whole numbers,
    as ratios of factorials; beyond a million factors, at 1,000 digits.
    """
    import mpmath

    if sorted(law.cells(k)) == sorted(law.cells(seen)):
        return 0
    difference = law.log_probability(k) - law.log_probability(seen)
    if abs(difference) < TIE:
        if abs(k - seen) <= 1_000_000:
            return _compare_whole(law, k, seen)
        with mpmath.workdps(TIE_DIGITS):
            difference = law.log_probability(k) - law.log_probability(seen)
            if abs(difference) < mpmath.mpf(10) ** (30 - TIE_DIGITS):
                return 0
    return 1 if difference > 0 else -1


def _compare_whole(law: Hypergeometric, k: int, seen: int) -> int:
    sides = [1, 1]  # products of factorials of the cells seen, of the cells at k, without what they share
    for ours, theirs in zip(law.cells(seen), law.cells(k), strict=True):
        side, low, high = (0, theirs, ours) if ours > theirs else (1, ours, theirs)
        sides[side] *= math.perm(high, high - low)
    return (sides[0] > sides[1]) - (sides[0] < sides[1])


def outward(law: Hypergeometric, start: int, step: int) -> Any:
    """Sum of P(k) / P(start) over k from start outward, where every term is at most the one before."""
    from mpmath import mp

    end = law.high if step > 0 else law.low
    origin, k, total = law.log_probability(start), start, mp.zero
    while (end - k) * step >= 0:
        term = mp.exp(law.log_probability(k) - origin)
        fall = -math.log(_ratio(law, k, step)) if k != end else math.inf
        if fall > 0 and term < NEGLIGIBLE * total * -math.expm1(-fall):
            break
        length = min(_block(law, k, fall), 1 << ((end - k) * step + 1).bit_length() - 1)
        if length <= DIRECT:
            length = min(DIRECT, (end - k) * step + 1)
            total += term * _multiplied_up(law, k, step, length)
        else:
            places, weights = summing_rule(length)
            total += mp.fsum(
                weight * mp.exp(law.log_probability(k + step * place) - origin)
                for place, weight in zip(places, weights, strict=True)
            )
        k += step * length
    return total


def _ratio(law: Hypergeometric, k: int, step: int) -> float:
    """P(k + step) / P(k)."""
    if step < 0:
        return k * (law.second_row - law.first_column + k) / ((law.first_row - k + 1) * (law.first_column - k + 1))
    return (law.first_row - k) * (law.first_column - k) / ((k + 1) * (law.second_row - law.first_column + k + 1))


def _multiplied_up(law: Hypergeometric, k: int, step: int, length: int) -> float:
    """1 + P(k + step) / P(k) + ..., so many terms."""
    a, b, c, d = (float(cell) for cell in law.cells(k))
    j = np.arange(1.0, length)
    if step > 0:
        ratios = ((b - j + 1) * (c - j + 1)) / ((a + j) * (d + j))
    else:
        ratios = ((a - j + 1) * (d - j + 1)) / ((b + j) * (c + j))
    return 1.0 + math.fsum(np.cumprod(ratios))


def _block(law: Hypergeometric, k: int, fall: float) -> int:
    """A length, a power of two, over which the log-probability bends by less than about 1 and falls by less than 2."""
    spread = 1 / math.sqrt(sum(1 / (cell + 1) for cell in law.cells(k)))
    length = int(min(spread / 2, 2 / fall if fall > 0 else spread))
    return 1 << max(length.bit_length() - 1, 0)


@lru_cache(maxsize=64)
def summing_rule(length: int) -> tuple[list[int], list[Any]]:
    """Places p_i and weights w_i: sum of w_i f(p_i) = f(0) + ... + f(length - 1) for polynomials of degree 15."""
    from mpmath import mp

    places = [round((1 - math.cos(math.pi * (i + 0.5) / NODES)) / 2 * (length - 1)) for i in range(NODES)]
    powers = _sums_of_powers(length)
    weights = []
    for i, place in enumerate(places):
        polynomial, scale = [1], 1
        for other in places[:i] + places[i + 1 :]:  # times (x - other)
            polynomial = [a - other * b for a, b in zip([0, *polynomial], [*polynomial, 0], strict=True)]
            scale *= place - other
        total = sum((c * s for c, s in zip(polynomial, powers, strict=True)), Fraction(0)) / scale
        weights.append(mp.mpf(total.numerator) / total.denominator)
    return places, weights


def _sums_of_powers(length: int) -> list[Fraction]:
    """0^m + 1^m + ... + (length - 1)^m for m = 0 .. 15."""
    sums: list[Fraction] = []
    for m in range(NODES):
        below = sum((math.comb(m + 1, j) * s for j, s in enumerate(sums)), Fraction(0))
        sums.append((Fraction(length) ** (m + 1) - below) / (m + 1))
    return sums
