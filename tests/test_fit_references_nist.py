"""The linear sets of NIST StRD: certified values checked by least squares at 80 digits, then asked of `fit`.

Data as float64 differ from NIST's decimals in the 17th digit, which alone leaves 13.2 to 14.1 digits of Wampler2,
Pontius and Norris. Wampler1 and 2 are exact polynomials: their certified errors are 0, their likelihood has no maximum
unless the scale is known. A matrix of powers rounded to float64 holds 7.6 digits of Filip.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from mpmath import matrix, mp, mpf
from references import nist
from test_fit_references import digits

import crossent as ce
from crossent import errors

SETS = nist()
POWERS = [name for name, given in SETS.items() if given["degree"] > 1]
REPRODUCED = [name for name, given in SETS.items() if not float(given["residual_standard_deviation"])]
names = pytest.mark.parametrize("name", SETS)


def exact_design(given: dict[str, Any]) -> list[list[Any]]:
    """Rows of exact decimals."""
    rows = [row if isinstance(row, list) else [row] for row in given["x"]]
    powers = range(1, given["degree"] + 1)
    made = [[mpf(v) ** k for v in row for k in powers] for row in rows]
    return [[mpf(1), *row] for row in made] if given["intercept"] else made


def columns_of(given: dict[str, Any]) -> pl.DataFrame:
    x = np.array(given["x"], np.float64)
    x = x.reshape(len(x), -1)
    return pl.DataFrame({f"x{i + 1}" if x.shape[1] > 1 else "x": x[:, i] for i in range(x.shape[1])})


def target_of(given: dict[str, Any]) -> np.ndarray:
    return np.array(given["y"], np.float64)


def formula_of(given: dict[str, Any]) -> str:
    frame = columns_of(given)
    terms = f"poly(x, {given['degree']})" if given["degree"] > 1 else " + ".join(frame.columns)
    return terms if given["intercept"] else f"0 + {terms}"


def check(result: Any, given: dict[str, Any], least: float) -> None:
    found = result.parameters[: len(given["estimates"])]
    for parameter, estimate, error in zip(found, given["estimates"], given["standard_deviations"], strict=True):
        assert digits(parameter.estimate, estimate) >= least, parameter
        if float(error):
            assert digits(parameter.standard_error, error) >= least, parameter


@names
def test_certified_values_are_those_of_least_squares_at_80_digits(name):
    given = SETS[name]
    with mp.workdps(80):
        design, y = matrix(exact_design(given)), matrix([mpf(v) for v in given["y"]])
        inverse = (design.T * design) ** -1
        found = inverse * (design.T * y)
        rest = y - design * found
        scale = mp.sqrt(mp.fdot(rest, rest) / (design.rows - design.cols))
        errors = [scale * mp.sqrt(inverse[i, i]) for i in range(design.cols)]
        certified = [*given["estimates"], *given["standard_deviations"], given["residual_standard_deviation"]]
        for value, right in zip([*found, *errors, scale], certified, strict=True):
            assert abs(value - mpf(right)) <= mpf(10) ** -14 * abs(mpf(right)) + mpf(10) ** -60


@names
def test_fit_has_the_certified_digits(name):
    given = SETS[name]
    known = {"fixed": {"scale": 1.0}} if name in REPRODUCED else {}
    result = ce.fit("normal", target_of(given), columns_of(given), formula=formula_of(given), **known)
    check(result, given, 13)


@pytest.mark.parametrize("name", REPRODUCED)
def test_a_target_that_is_reproduced_exactly_has_no_scale(name):
    given = SETS[name]
    with pytest.raises(errors.DataError, match="exactly"):
        ce.fit("normal", target_of(given), columns_of(given), formula=formula_of(given))


def test_filip_from_a_rounded_matrix_of_powers_has_seven_digits():
    given = SETS["Filip"]
    x = columns_of(given)["x"].to_numpy()
    result = ce.fit("normal", target_of(given), np.column_stack([x**k for k in range(1, 11)]))
    check(result, given, 7)


def test_there_are_eleven_sets_of_which_seven_are_polynomials():
    assert len(SETS) == 11
    assert len(POWERS) == 7
    assert REPRODUCED == ["Wampler1", "Wampler2"]
