"""Columns as numbers and as levels: whatever holds them, the same values; what is none is marked."""

import datetime
import decimal

import numpy as np
import pandas
import polars as pl
import pytest

from crossent import errors
from crossent.data.typed import MISSING, UNSEEN, KnownLevels, NewLevels, all_finite, cells_of, floats, nothing

NUMBERS = [
    pl.Series([1.0, -2.5, 3.0]),
    pl.Series([1.0, -2.5, 3.0], dtype=pl.Float32),
    pl.Series(["1", " -2.5", "3e0"]),
    pl.Series(["1", "-2.5", "+3"], dtype=pl.Categorical),
    pl.Series([decimal.Decimal("1"), decimal.Decimal("-2.5"), decimal.Decimal("3.0")]),
    np.array([1.0, -2.5, 3.0]),
    np.array([1.0, -2.5, 3.0], ">f8"),
    np.array([1.0, -2.5, 3.0], np.float32),
    np.array([1, 0, -2.5, 0, 3.0])[::2],
    pandas.Series([1.0, -2.5, 3.0]),
    pandas.Series([1.0, -2.5, 3.0], dtype="Float64"),
    pandas.Series([1, -2.5, 3], dtype=object),
    [1.0, -2.5, 3],
]


@pytest.mark.parametrize("values", NUMBERS, ids=range(len(NUMBERS)))
def test_numbers(values):
    found = floats(cells_of(values, "x"), "x")
    np.testing.assert_array_equal(found.values, [1, -2.5, 3])
    assert found.values.dtype == np.float64
    assert found.values.flags.c_contiguous
    assert found.missing is found.bad is found.infinite is None


def test_truth_and_integers():
    for values in (pl.Series([True, False]), pl.Series(["true", "False"]), np.array([True, False]), [True, False]):
        np.testing.assert_array_equal(floats(cells_of(values, "x"), "x").values, [1, 0])
    for kind in ("i1", "u2", "i4", "i8", "u8"):
        np.testing.assert_array_equal(floats(np.array([3, 0], kind), "x").values, [3, 0])
        np.testing.assert_array_equal(floats(pl.Series(np.array([3, 0], kind)), "x").values, [3, 0])
    for values in (np.array([1, 2**53 + 1]), pl.Series([1, 2**53 + 1]), pl.Series(["1", str(2**53 + 1)])):
        np.testing.assert_array_equal(floats(values, "x").bad, [False, True])


def test_what_is_no_number_is_marked():
    found = floats(pl.Series(["1", None, " ", "NaN", "two", "inf", "1e999"]), "x")
    np.testing.assert_array_equal(found.missing, [0, 1, 1, 1, 0, 0, 0])
    np.testing.assert_array_equal(found.bad, [0, 0, 0, 0, 1, 0, 1])
    np.testing.assert_array_equal(found.infinite, [0, 0, 0, 0, 0, 1, 1])
    for values in (pl.Series([1.0, None, np.nan, -np.inf]), [1.0, None, np.nan, -np.inf]):
        found = floats(cells_of(values, "x"), "x")
        np.testing.assert_array_equal(found.missing, [0, 1, 1, 0])
        np.testing.assert_array_equal(found.infinite, [0, 0, 0, 1])
        assert found.bad is None


def test_a_sum_that_overflows_is_no_infinity():
    assert all_finite(np.full(9, 1.7e308))
    assert all_finite(np.array([1.7e308, 1.7e308, -1.7e308, -1.7e308]))
    assert all_finite(np.empty((0, 3)))
    assert not all_finite(np.array([[1.0, np.nan]]))
    assert not all_finite(np.array([np.inf, -np.inf]))


def test_empty_cells():
    np.testing.assert_array_equal(nothing(pl.Series(["a", "", " \t", None])), [0, 1, 1, 1])
    np.testing.assert_array_equal(nothing(pl.Series([1.0, np.nan, None])), [0, 1, 1])
    np.testing.assert_array_equal(nothing(np.array([1.0, np.nan])), [0, 1])
    np.testing.assert_array_equal(nothing(np.array([1, 2])), [0, 0])


LABELS = [
    ["b", "a", None, "b"], pl.Series(["b", "a", None, "b"]), pl.Series(["b", "a", "", "b"], dtype=pl.Categorical),
    np.array(["b", "a", "", "b"]), np.array(["b", "a", None, "b"], object), pandas.Series(["b", "a", None, "b"]),
    pandas.Series(["b", "a", None, "b"], dtype="category"), pandas.Series(["b", "a", None, "b"], dtype="string"),
]  # fmt: skip


@pytest.mark.parametrize("values", LABELS, ids=range(len(LABELS)))
def test_levels_are_learned_and_known_again(values):
    new = NewLevels()
    np.testing.assert_array_equal(new.codes(cells_of(values, "g"), "g"), [0, 1, MISSING, 0])
    names, place = new.ordered()
    assert names == ["a", "b"]
    np.testing.assert_array_equal(place, [1, 0])
    known = KnownLevels(["b", "c"])
    np.testing.assert_array_equal(known.codes(cells_of(values, "g"), "g"), [0, UNSEEN, MISSING, 0])


def test_numbers_as_levels_are_the_same_however_they_are_stored():
    for values in (
        pl.Series(["1", "2.0", "10", "1.0"]), pl.Series([1, 2, 10, 1]), pl.Series([1.0, 2.0, 10.0, 1.0]),
        np.array([1, 2, 10, 1]), [1, 2, 10, 1],
    ):  # fmt: skip
        new = NewLevels()
        codes = new.codes(cells_of(values, "k"), "k")
        names, place = new.ordered()
        assert names == ["1", "2", "10"]
        np.testing.assert_array_equal(place[codes], [0, 1, 2, 0])
        np.testing.assert_array_equal(KnownLevels(names).codes(cells_of(values, "k"), "k"), [0, 1, 2, 0])


def test_truth_as_levels():
    known = KnownLevels(["false", "true"])
    for values in (pl.Series([True, False]), ["True", "FALSE"], np.array([True, False])):
        np.testing.assert_array_equal(known.codes(cells_of(values, "t"), "t"), [1, 0])


@pytest.mark.parametrize("text", ["1_0", "１", "0x10", "1e1000", "--1", "", " "])
def test_texts_that_look_like_numbers(text):
    new = NewLevels()
    new.codes(pl.Series([text or "x", "1"]), "g")
    assert "1" in new.ordered()[0]


@pytest.mark.parametrize(
    "values",
    [
        [datetime.date(2020, 1, 1)], pl.Series([datetime.date(2020, 1, 1)]), pl.Series([[1.0]]),
        pandas.Series([pandas.Timestamp(0)]), np.array([1j]), np.zeros((2, 2)), 3.0,
    ],
    ids=range(7),
)  # fmt: skip
def test_columns_that_cannot_be_taken(values):
    with pytest.raises(errors.CrossentError):
        floats(cells_of(values, "x"), "x")
