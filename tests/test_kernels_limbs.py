"""The compiled sums of a block, against the same sums in Python's integers, over every bit pattern there is."""

from __future__ import annotations

import numpy as np
import pytest

from crossent.kernels import limbs
from crossent.kernels.exact_sum import SLOTS, ExactSum

SEEDS = range(12)


def patterns(rng: np.random.Generator, dtype, rows: int, finite: bool = False) -> np.ndarray:
    kind = np.dtype(dtype)
    values = rng.integers(0, 2 ** (8 * kind.itemsize) - 1, rows, dtype=np.uint64, endpoint=True)
    values = values.astype(f"u{kind.itemsize}").view(kind)
    if finite:
        values[~np.isfinite(values)] = 0
    return values


def added(add, *arguments) -> ExactSum:
    accumulator = np.zeros(SLOTS, np.int64)
    add(*arguments, accumulator)
    return ExactSum.from_accumulator(accumulator)


def right(values: np.ndarray, weights: np.ndarray | None = None) -> ExactSum:
    with np.errstate(invalid="ignore"):  # a signalling NaN becomes a quiet one
        return ExactSum.of(values, weights)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rows", [1, 7, limbs.BLOCK])
def test_any_bit_patterns_are_added_exactly(seed: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    double, single = patterns(rng, np.float64, rows), patterns(rng, np.float32, rows)
    assert added(limbs.add_doubles, double.copy()) == right(double)
    assert added(limbs.add_singles, single.copy(), np.empty(rows)) == right(single)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("exponents", [(-3, 3), (-20, 3), (-60, 5), (-120, 7), (-148, 120), (-40, -30), (60, 127)])
def test_blocks_of_every_width_are_added_exactly(dtype, exponents: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    for _ in range(8):
        values = np.ldexp(rng.standard_normal(limbs.BLOCK), rng.integers(*exponents, limbs.BLOCK)).astype(dtype)
        values[rng.random(limbs.BLOCK) < 0.1] = 0
        add = (limbs.add_doubles,) if dtype == np.float64 else (limbs.add_singles,)
        room = () if dtype == np.float64 else (np.empty(limbs.BLOCK),)
        assert added(*add, values.copy(), *room) == right(values)


@pytest.mark.parametrize("value", [1.7976931348623157e308, -1.7976931348623157e308, 5e-324, 2.0**-1022, 0.0, -1.0])
def test_a_block_of_one_extreme_value_does_not_overflow(value: float) -> None:
    values = np.full(limbs.BLOCK, value)
    assert added(limbs.add_doubles, values.copy()) == right(values)
    mixed = values.copy()
    mixed[0] = 1e-300
    assert added(limbs.add_doubles, mixed.copy()) == right(mixed)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_of_any_bit_patterns_are_added_exactly(seed: int, dtype) -> None:
    rng = np.random.default_rng(seed)
    values = patterns(rng, dtype, limbs.BLOCK, finite=True)
    weights = patterns(rng, np.float64, limbs.BLOCK, finite=True)
    values[:5], weights[3:9] = 0, 0
    found = added(limbs.add_products, values, weights, np.empty(limbs.BLOCK), np.empty(limbs.BLOCK))
    assert found == right(values, weights)


def test_carries_may_be_passed_on_at_any_time() -> None:
    rng = np.random.default_rng(1)
    accumulator, total = np.zeros(SLOTS, np.int64), ExactSum()
    for _ in range(20):
        values = patterns(rng, np.float64, 100, finite=True)
        total += right(values)
        limbs.add_doubles(values, accumulator)
        limbs.pass_carries(accumulator)
        assert ExactSum.from_accumulator(accumulator) == total
