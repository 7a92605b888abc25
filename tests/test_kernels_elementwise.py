"""Any formula over columns: the same numbers as NumPy's, whatever the layout, and one rounding at the end."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from crossent.kernels import evaluate_formula, threads
from crossent.vocabulary import exp, log1p, where

ROWS = 100_003


def pair(a, b):
    return exp(a) * b, a - b


def single(a, b):
    return log1p(a * a) + b


def test_a_formula_is_evaluated_row_by_row() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal(50), rng.standard_normal(50)
    made = evaluate_formula(single, [a, b], 50)
    with mpmath.workdps(40):
        right = [single(mpmath.mpf(float(x)), mpmath.mpf(float(z))) for x, z in zip(a, b, strict=True)]
        assert max(abs(got - want) for got, want in zip(made, right, strict=True)) < 1e-15
    assert made.dtype == np.float64


def test_a_tuple_gives_a_tuple_of_arrays_and_numbers_broadcast() -> None:
    a = np.random.default_rng(1).standard_normal(ROWS)
    product, difference = evaluate_formula(pair, [a, 2.0], ROWS)
    filled = evaluate_formula(pair, [a, np.full(ROWS, 2)], ROWS)
    assert np.array_equal(difference, a - 2)
    assert np.array_equal(product, filled[0])
    assert product.tobytes() == evaluate_formula(pair, (a, np.float32(2)), ROWS)[0].tobytes()


@pytest.mark.parametrize("number", [1, 2, 7])
def test_layout_threads_and_place_change_nothing(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setenv(threads.VARIABLE, str(number))
    rng = np.random.default_rng(2)
    wide = rng.standard_normal((ROWS, 2))
    right = evaluate_formula(single, [wide[:, 0].copy(), wide[:, 1].copy()], ROWS)
    assert np.array_equal(evaluate_formula(single, [wide[:, 0], wide[:, 1]], ROWS), right)
    assert np.array_equal(evaluate_formula(single, [wide[5:, 0], wide[5:, 1]], ROWS - 5), right[5:])


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_results_are_rounded_once(dtype) -> None:
    a = np.random.default_rng(3).standard_normal(1000)
    found = evaluate_formula(single, [a, 1.0], 1000, dtype)
    assert found.dtype == dtype
    assert np.array_equal(found, evaluate_formula(single, [a, 1.0], 1000).astype(dtype))
    close = evaluate_formula(single, [a, 1.0], 1000, dtype, "single")
    assert np.abs(close.astype(float) / found - 1).max() <= np.finfo(dtype).eps


def truth(a):
    return a > 0


def test_truth_values_become_numbers_and_no_rows_no_numbers() -> None:
    assert evaluate_formula(truth, [np.array([-1.0, 2.0])], 2).tolist() == [0.0, 1.0]
    assert evaluate_formula(truth, [np.empty(0)], 0).shape == (0,)
    chosen = evaluate_formula(lambda a: where(a > 0, a, 0 * a), [np.array([-1.0, 2.0])], 2)
    assert chosen.tolist() == [0.0, 2.0]
