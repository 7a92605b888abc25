"""The errors that the vocabulary states are the errors it has, measured against mpmath."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from vocabulary_samples import SAMPLES, labels_and_logits, last_place

from crossent.vocabulary import FUNCTIONS, exact
from crossent.vocabulary.compiled import DOUBLE, NATIVE, SINGLE

BY_HAND = {"where", "is_zero", "logsumexp"}
LARGEST_FLOAT32 = 3.4028234663852886e38


def test_every_function_is_measured() -> None:
    assert set(SAMPLES) | BY_HAND == set(FUNCTIONS)
    assert len(SAMPLES) == 34


def yardstick(name: str, arguments: list[mpmath.mpf], answer: mpmath.mpf) -> mpmath.mpf:
    """What the error is relative to: the answer, unless the function says otherwise."""
    if name == "lbeta":
        return max(abs(answer), mpmath.mpf(1))
    if name == "sigmoid_residual" and arguments[0] not in (0, 1):
        y, x = arguments
        return max(exact.sigmoid(-abs(x)), y if x < 0 else 1 - y)
    return answer


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_double(name: str) -> None:
    worst, measured = (mpmath.mpf(0), ()), 0
    with mpmath.workdps(40):
        for row in zip(*SAMPLES[name](np.random.default_rng(20)), strict=True):
            arguments = [mpmath.mpf(float(value)) for value in row]
            truth = getattr(exact, name)(*arguments)
            answer = DOUBLE[name](*map(float, row))
            if abs(truth) >= mpmath.ldexp(1, 1024):
                assert answer == math.copysign(math.inf, truth), (row, answer)
                continue
            error = abs(mpmath.mpf(answer) - truth) / last_place(yardstick(name, arguments, truth))
            worst, measured = max(worst, (error, row)), measured + 1
    assert measured >= 200
    assert worst[0] <= FUNCTIONS[name].double, worst


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"kl_div", "lbeta"}))
def test_single(name: str) -> None:
    """float32 arguments, and the float64 answer rounded to float32."""
    worst, measured = (mpmath.mpf(0), ()), 0
    with mpmath.workdps(40), np.errstate(over="ignore"):
        columns = [np.float32(column).astype(np.float64) for column in SAMPLES[name](np.random.default_rng(21))]
        rows = np.array(columns).T[::3]
        for row in rows[np.isfinite(rows).all(axis=1)]:
            arguments = [mpmath.mpf(value) for value in row]
            truth = getattr(exact, name)(*arguments)
            answer = np.float32(SINGLE[name](*row))
            if not abs(truth) < LARGEST_FLOAT32:
                assert abs(answer) >= LARGEST_FLOAT32, (row, answer)
                continue
            place = last_place(yardstick(name, arguments, truth), 24, -149)
            worst, measured = max(worst, (abs(mpmath.mpf(float(answer)) - truth) / place, tuple(row))), measured + 1
    assert measured >= 60
    assert worst[0] <= FUNCTIONS[name].single, worst


@pytest.mark.parametrize("name", sorted(NATIVE))
def test_native(name: str) -> None:
    worst, measured = (mpmath.mpf(0), ()), 0
    two = FUNCTIONS[name].call.__code__.co_argcount == 2
    with mpmath.workdps(40), np.errstate(over="ignore", under="ignore"):
        y, x = (np.float32(column) for column in labels_and_logits(np.random.default_rng(22)))
        x = np.concatenate([x, np.float32(np.linspace(-106, 106, x.size))])
        for row in zip(np.tile(y, 2), x, strict=True) if two else zip(x):
            if not np.isfinite(row[-1]):
                continue
            arguments = [mpmath.mpf(float(value)) for value in row]
            truth = getattr(exact, name)(*arguments)
            answer = NATIVE[name](*row)
            assert isinstance(answer, float | np.float32)
            place = last_place(yardstick(name, arguments, truth), 24, -149)
            worst, measured = max(worst, (abs(mpmath.mpf(float(answer)) - truth) / place, row)), measured + 1
    assert measured >= 600
    assert worst[0] <= FUNCTIONS[name].native, worst


def test_native_table_is_what_the_functions_state() -> None:
    assert set(NATIVE) == {name for name, entry in FUNCTIONS.items() if entry.native is not None}
    assert max(FUNCTIONS[name].native for name in NATIVE) <= 1
    assert all(set(grade) == set(FUNCTIONS) for grade in (DOUBLE, SINGLE))


@pytest.mark.parametrize(
    ("a", "b", "answer"), [(1e20, 3.0, -137.461958399082796), (3e15, 12895.0, -350396.988955562107)]
)
def test_lbeta_does_not_cancel(a: float, b: float, answer: float) -> None:
    assert DOUBLE["lbeta"](a, b) == DOUBLE["lbeta"](b, a) == answer


@pytest.mark.parametrize("values", [(1.0, 2.0), (-700.0, 3.0), (1000.0, 1000.0), (-1e3, -1e3 - 1e-9, -1e3 + 20.0)])
def test_logsumexp(values: tuple[float, ...]) -> None:
    truth = exact.logsumexp(values)
    assert abs(DOUBLE["logsumexp"](values) - truth) <= FUNCTIONS["logsumexp"].double * (len(values) - 1) * last_place(
        truth
    )
