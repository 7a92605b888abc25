"""Infinities, zeros and NaN: what every compiled grade answers there."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crossent.vocabulary import FUNCTIONS
from crossent.vocabulary.compiled import DOUBLE, NATIVE, SINGLE

INF, NAN = math.inf, math.nan
BELOW_ONE = 1 - 2.0**-24
LIMITS = {
    "exp": [((INF,), INF), ((-INF,), 0.0), ((0.0,), 1.0), ((-0.0,), 1.0), ((1e308,), INF), ((-1e308,), 0.0)],
    "log": [((0.0,), -INF), ((-0.0,), -INF), ((INF,), INF), ((-1.0,), NAN), ((1.0,), 0.0), ((-INF,), NAN)],
    "log1p": [((-1.0,), -INF), ((INF,), INF), ((-2.0,), NAN), ((0.0,), 0.0)],
    "expm1": [((INF,), INF), ((-INF,), -1.0), ((0.0,), 0.0), ((-800.0,), -1.0), ((800.0,), INF)],
    "softplus": [((INF,), INF), ((-INF,), 0.0), ((3e38,), 3e38), ((-3e38,), 0.0)],
    "log_sigmoid": [((INF,), 0.0), ((-INF,), -INF)],
    "sigmoid": [((INF,), 1.0), ((-INF,), 0.0), ((0.0,), 0.5)],
    "sigmoid_slope": [((INF,), 0.0), ((-INF,), 0.0), ((0.0,), 0.25)],
    "softplus_mixture": [
        *[((0.0, -INF), 0.0), ((1.0, -INF), INF), ((0.75, -INF), INF), ((1.0, INF), 0.0), ((0.0, INF), INF)],
        *[((0.75, INF), INF), ((0.0, 3e38), 3e38), ((1.0, 3e38), 0.0), ((1.0, -3e38), 3e38)],
    ],
    "sigmoid_residual": [((0.0, -INF), 0.0), ((1.0, -INF), -1.0), ((1.0, INF), 0.0), ((0.0, INF), 1.0)],
    "ndtr": [((INF,), 1.0), ((-INF,), 0.0), ((0.0,), 0.5), ((1e308,), 1.0), ((-1e308,), 0.0), ((-39.0,), 0.0)],
    "log_ndtr": [((INF,), 0.0), ((-INF,), -INF), ((1e308,), 0.0), ((-1e17,), -5e33), ((-1e308,), -INF)],
    "inverse_mills_ratio": [((INF,), 0.0), ((-INF,), INF), ((1e308,), 0.0), ((-1e18,), 1e18), ((-3e38,), 3e38)],
    "inverse_mills_slope": [((INF,), 0.0), ((-INF,), 1.0), ((1e308,), 0.0), ((-1e308,), 1.0)],
    "log1mexp": [((0.0,), -INF), ((INF,), 0.0), ((-1.0,), NAN)],
    "log1pmx": [((0.0,), 0.0), ((-1.0,), -INF), ((INF,), -INF), ((-2.0,), NAN)],
    "kl_div": [
        *[((0.0, 3.0, -3.0), 3.0), ((0.0, 0.0, 0.0), 0.0), ((2.0, 0.0, 2.0), INF), ((2.0, INF, -INF), INF)],
        *[((2.0, 2.0, 0.0), 0.0), ((0.0, INF, -INF), INF)],
    ],
    "lgamma": [((0.0,), INF), ((1.0,), 0.0), ((2.0,), 0.0), ((INF,), INF), ((-0.5,), NAN)],
    "digamma": [((0.0,), -INF), ((INF,), INF), ((-0.5,), NAN)],
    "trigamma": [((0.0,), INF), ((INF,), 0.0), ((-0.5,), NAN)],
    "binet": [((INF,), 0.0), ((BELOW_ONE,), NAN), ((0.0,), NAN), ((-0.5,), NAN)],
    "digamma_rest": [((INF,), 0.0), ((BELOW_ONE,), NAN), ((0.0,), NAN), ((-0.5,), NAN)],
    "trigamma_rest": [((INF,), 0.0), ((BELOW_ONE,), NAN), ((0.0,), NAN), ((-0.5,), NAN)],
    "lbeta": [((0.0, 1.0), INF), ((2.0, INF), -INF), ((-1.0, 1.0), NAN)],
    "exp_difference": [
        ((-INF, 0.0), 0.0),
        ((INF, 0.0), INF),
        ((0.0, INF), 0.0),
        ((0.0, -INF), INF),
        ((1e308, -1e308), INF),
    ],
    "times": [((0.0, INF), 0.0), ((0.0, -INF), 0.0), ((2.0, INF), INF), ((2.0, 3.0), 6.0)],
    "xlogy": [((0.0, 0.0), 0.0), ((2.0, 0.0), -INF), ((0.0, INF), 0.0), ((2.0, INF), INF)],
    "xlog1py": [((0.0, -1.0), 0.0), ((2.0, -1.0), -INF), ((0.0, INF), 0.0), ((2.0, INF), INF)],
    "maximum": [((1.0, 2.0), 2.0), ((INF, 2.0), INF)],
    "minimum": [((1.0, 2.0), 1.0), ((-INF, 2.0), -INF)],
    "multiply_add": [((-3.0, 0.1, 0.3), -2.7755575615628914e-17)],
    "sqrt": [((INF,), INF), ((0.0,), 0.0), ((-1.0,), NAN)],
    "abs": [((-INF,), INF), ((-2.0,), 2.0)],
    "floor": [((-0.5,), -1.0), ((2.5,), 2.0), ((INF,), INF)],
}
CASES = [(name, arguments, answer) for name, rows in LIMITS.items() for arguments, answer in rows]
GRADES = {"double": (DOUBLE, float), "single": (SINGLE, float), "native": (NATIVE, np.float32)}


def same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))


def test_all_functions_have_limits() -> None:
    assert set(LIMITS) == set(FUNCTIONS) - {"where", "is_zero", "logsumexp"}
    assert len(CASES) >= 100


@pytest.mark.parametrize("grade", GRADES)
@pytest.mark.parametrize(("name", "arguments", "answer"), CASES)
def test_limit(grade: str, name: str, arguments: tuple[float, ...], answer: float) -> None:
    table, kind = GRADES[grade]
    if name not in table:
        assert grade == "native"
        return
    found = float(table[name](*map(kind, arguments)))
    expected = float(kind(answer))
    # a float32 answer may still be a float64 beyond the range of float32: the caller rounds it to 0 or to infinity
    with np.errstate(over="ignore"):
        rounded = np.float32(found)
    assert same(found, expected) or (grade == "single" and same(rounded, np.float32(answer))), found


@pytest.mark.parametrize("grade", GRADES)
def test_nan_in_nan_out(grade: str) -> None:
    table, kind = GRADES[grade]
    tried = 0
    for name in set(LIMITS) & set(table):
        count = len(LIMITS[name][0][0])
        for place in range(count):
            arguments = [kind(0.5)] * count
            arguments[place] = kind(NAN)
            assert math.isnan(table[name](*arguments)), (name, place)
            tried += 1
    assert tried >= (8 if grade == "native" else 40)


def test_logsumexp_of_infinities() -> None:
    for values, answer in [((-INF, -INF), -INF), ((INF, INF), INF), ((-INF, 2.0), 2.0), ((INF, -INF), INF)]:
        assert DOUBLE["logsumexp"](values) == answer
    assert math.isnan(DOUBLE["logsumexp"]((NAN, 1.0)))
