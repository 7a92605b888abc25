"""Sums are exact: the oracle is Python's fractions, and math.fsum."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest

from crossent.kernels.exact_sum import CHUNKS, POSITIVE_SLOT, SLOTS, ExactSum

SMALLEST, LARGEST = 5e-324, 1.7976931348623157e308


def any_floats(rng: np.random.Generator, count: int) -> np.ndarray:
    bits = rng.integers(0, 2**64, count, dtype=np.uint64, endpoint=False)
    values = bits.view(np.float64)
    return values[np.isfinite(values)]


def exactly(values: np.ndarray, weight: np.ndarray | None = None) -> Fraction:
    weight = np.ones_like(values) if weight is None else weight
    return sum((Fraction(float(v)) * Fraction(float(w)) for v, w in zip(values, weight, strict=True)), Fraction(0))


def rounded(value: Fraction) -> float:
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def as_fraction(total: ExactSum) -> Fraction:
    return Fraction(total.units, 2**2148)


@pytest.mark.parametrize("seed", range(5))
def test_sum_over_all_bit_patterns_is_the_sum_of_fractions(seed: int) -> None:
    values = any_floats(np.random.default_rng(seed), 500)
    assert as_fraction(ExactSum.of(values)) == exactly(values)


@pytest.mark.parametrize("seed", range(5))
def test_sum_of_products_over_all_bit_patterns_is_the_sum_of_fractions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, weight = any_floats(rng, 400)[:300], any_floats(rng, 400)[:300]
    assert as_fraction(ExactSum.of(values, weight)) == exactly(values, weight)


def test_products_that_underflow_or_overflow_stay_exact() -> None:
    values = np.array([SMALLEST, LARGEST, -LARGEST, 3e-200, 1.0])
    weight = np.array([SMALLEST, LARGEST, LARGEST, 7e-200, SMALLEST])
    total = ExactSum.of(values, weight)
    assert as_fraction(total) == exactly(values, weight)
    assert total.positive_infinities == total.nans == 0
    assert ExactSum.of([LARGEST], [LARGEST]).round() == math.inf


def test_sum_agrees_with_fsum_and_does_not_depend_on_order_or_partition() -> None:
    rng = np.random.default_rng(7)
    values = rng.standard_normal(10_000) * 10.0 ** rng.integers(-30, 30, 10_000)
    whole = ExactSum.of(values)
    assert whole.round() == math.fsum(values)
    assert ExactSum.of(rng.permutation(values)) == whole
    parts = [ExactSum.of(part) for part in np.array_split(values, 13)]
    assert sum(reversed(parts), ExactSum()) == whole


def test_rounding_is_to_nearest_even_also_below_the_normal_range() -> None:
    assert ExactSum.of([1.0, 2.0**-53]).round() == 1.0
    assert ExactSum.of([1.0, 2.0**-53, SMALLEST]).round() == 1.0 + 2.0**-52
    assert ExactSum.of([SMALLEST], [0.5]).round() == 0.0
    assert ExactSum.of([SMALLEST, SMALLEST], [0.5, 1.0]).round() == 2 * SMALLEST
    assert ExactSum.of([LARGEST, LARGEST]).round() == math.inf
    assert ExactSum.of([-LARGEST, -LARGEST]).round() == -math.inf


def test_infinities_and_nan_are_counted() -> None:
    total = ExactSum.of([1.0, math.inf, math.nan, -math.inf, math.inf])
    assert (total.positive_infinities, total.negative_infinities, total.nans) == (2, 1, 1)
    assert math.isnan(total.round())
    assert total.finite.round() == 1.0
    assert ExactSum.of([1.0, math.inf]).round() == math.inf
    assert ExactSum.of([1.0, -math.inf]).round() == -math.inf
    assert math.isnan(ExactSum.of([math.inf, -math.inf]).round())
    assert ExactSum.of([math.inf, 2.0], [0.5, 2.0]) == ExactSum(4 << 2148, 1)
    assert ExactSum.of([math.inf], [0.0]).nans == 1


@pytest.mark.parametrize("seed", range(3))
def test_ratio_is_correctly_rounded(seed: int) -> None:
    rng = np.random.default_rng(seed)
    compared = 0
    for a, b in any_floats(rng, 400)[:300].reshape(-1, 2):
        expected = rounded(Fraction(float(a)) / Fraction(float(b)))
        assert ExactSum.ratio(ExactSum.of([a]), ExactSum.of([b])) == expected
        compared += 1
    assert compared == 150


def test_ratio_at_the_edges() -> None:
    one, zero, infinite = ExactSum.of([1.0]), ExactSum(), ExactSum.of([math.inf])
    assert math.isnan(ExactSum.ratio(zero, zero))
    assert ExactSum.ratio(one, zero) == math.inf
    assert ExactSum.ratio(-one, zero) == -math.inf
    assert ExactSum.ratio(infinite, one) == math.inf
    assert ExactSum.ratio(infinite, -one) == -math.inf
    assert ExactSum.ratio(one, infinite) == 0.0
    assert math.isnan(ExactSum.ratio(infinite, infinite))
    assert ExactSum.ratio(ExactSum.of([LARGEST]), ExactSum.of([SMALLEST])) == math.inf
    assert ExactSum.ratio(ExactSum.of([SMALLEST]), ExactSum.of([2.0])) == 0.0
    assert ExactSum.ratio(ExactSum.of([3 * SMALLEST]), ExactSum.of([2.0])) == 2 * SMALLEST


def test_sums_compare_pickle_and_add_up_from_integers() -> None:
    total = ExactSum.of([0.1, math.inf])
    assert pickle.loads(pickle.dumps(total)) == total
    assert total != ExactSum.of([0.1])
    assert ExactSum.of_integer(3) == ExactSum.of([1.0, 2.0])
    assert ExactSum.of([]) == ExactSum()
    assert ExactSum.of([0.25, 0.5]) + -ExactSum.of([0.5]) == ExactSum.of([0.25])
    assert ExactSum.of(np.float32([0.1])) == ExactSum.of([float(np.float32(0.1))])
    with pytest.raises(TypeError):
        total + 1.0


def test_an_accumulator_with_open_carries_is_read_exactly() -> None:
    rng = np.random.default_rng(1)
    accumulator = np.zeros(SLOTS, np.int64)
    accumulator[:CHUNKS] = rng.integers(-(2**62), 2**62, CHUNKS)
    accumulator[POSITIVE_SLOT:] = 1, 2, 3
    expected = sum(int(chunk) << (32 * j) for j, chunk in enumerate(accumulator[:CHUNKS]))
    assert ExactSum.from_accumulator(accumulator) == ExactSum(expected, 1, 2, 3)
