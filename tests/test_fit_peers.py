"""Published fits of data sets that come with statsmodels: numbers that Stata and R printed, as its tests keep them.

They are reproduced to the digits given, but for those in LOOSE, whose authors' optimisers had stopped before: the
certified residual sum of squares of NIST and a fit at 40 digits tell which digits are right. Where Stata had read the
columns as float32, so do we: spector's log-likelihood differs in the 8th digit with GPA as float64.
"""

from __future__ import annotations

import functools

import numpy as np
import polars as pl
import pytest
from references import references

import crossent as ce
from crossent.fitting.result import Fit

BY_NAME = {reference.name: reference for reference in references()}
ROUNDINGS = 1e-13  # of the sums of those who published: the last of 15 or more digits
SINGLE = ("spector", "spector, probit", "anes96", "randhie")  # columns were float32
LOOSE = {  # the relative error of what was printed
    ("committee", "log_likelihood"): 3e-10, ("committee", "deviance"): 1e-8, ("longley", "deviance"): 2e-13,
    ("randhie, geometric", "log_likelihood"): 7e-9, ("randhie, geometric", "aic"): 6e-13,
}  # fmt: skip

# what is published, as printed
PUBLISHED: dict[str, dict[str, str]] = {
    "spector": {
        "log_likelihood": "-12.8896334653335", "null_log_likelihood": "-20.5917296966173", "aic": "33.779266930667",
    },
    "spector, probit": {
        "log_likelihood": "-12.8188033249334", "null_log_likelihood": "-20.5917296966173", "aic": "33.637606649867",
    },
    "anes96": {
        "log_likelihood": "-1461.922747312", "null_log_likelihood": "-1750.34670999", "aic": "2995.84549462",
    },
    "star98": {
        "log_likelihood": "-2998.61255899391", "aic": "6039.22511799", "deviance": "4078.76541772",
        "null_deviance": "34345.3688931",
    },
    "cpunish": {
        "log_likelihood": "-31.92732869482515", "aic": "77.8546573896503", "deviance": "18.591641759528944",
        "null_deviance": "136.57281747225",
    },
    "randhie": {
        "log_likelihood": "-62419.588535018", "null_log_likelihood": "-66647.181687959", "aic": "124859.17707",
    },
    "randhie, negative binomial": {
        "log_likelihood": "-43383.66207653563", "null_log_likelihood": "-44199.27443563430279",
        "aic": "86789.32415307125484",
    },
    "randhie, geometric": {"log_likelihood": "-43540.58000589021", "aic": "87101.159433012392"},
    "committee": {"log_likelihood": "-101.33286676188968", "deviance": "5.615520158267981"},
    "longley": {"log_likelihood": "-109.61743480847952", "deviance": "836424.0555058046"},
    "low birth weight": {
        "log_likelihood": "-100.7239955662511", "aic": "219.447991133", "deviance": "201.4479911325021",
        "null_deviance": "234.671996193219",
    },
}  # fmt: skip

# coefficients as printed, and how many digits of them are right if these are fewer than are printed
COEFFICIENTS: dict[str, tuple[int, dict[str, str]]] = {
    "spector": (
        11, {"Intercept": "-13.0213483201", "GPA": "2.82611297201", "TUCE": "0.0951576702557", "PSI": "2.37868772835"},
    ),
    "spector, probit": (
        7, {"Intercept": "-7.45232041607", "GPA": "1.62581025407", "TUCE": "0.0517289455379", "PSI": "1.42633236818"},
    ),
    "cpunish": (9, {"Intercept": "-6.801480", "INCOME": "2.611017e-04", "PERPOVERTY": "7.781801e-02"}),
    "star98": (12, {"Intercept": "2.9588779262", "LOWINC": "-0.0168150366", "PERASIAN": "0.0099254766"}),
    "low birth weight": (7, {"Intercept": "0.46122388", "lwt": "-0.01515082", "race_black": "1.26264728"}),
    "randhie": (11, {"Intercept": "0.700352877227", "lncoins": "-0.052535114675", "idp": "-0.247086797633"}),
    "randhie, negative binomial": (7, {"Intercept": "0.663556087183864", "lncoins": "-0.0579469537244314"}),
}  # fmt: skip


@functools.cache
def fitted(name: str) -> Fit:
    reference = BY_NAME[name]
    target, columns, options = reference.load()
    if name in SINGLE:
        columns = {key: values.astype(np.float32).astype(np.float64) for key, values in columns.items()}
    return ce.fit(reference.family, target, pl.DataFrame(columns), link=reference.link, **options)


def half_a_unit(printed: str) -> float:
    """Half of what the last printed digit stands for."""
    mantissa, _, exponent = printed.partition("e")
    return 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_summaries_are_reproduced_to_the_digits_given(name):
    result = fitted(name)
    for quantity, printed in PUBLISHED[name].items():
        found, right = getattr(result, quantity), float(printed)
        loose = LOOSE.get((name, quantity), ROUNDINGS)
        tolerance = half_a_unit(printed) * (1 + 1e-9) + loose * abs(right)
        assert abs(found - right) <= tolerance, (quantity, found, printed)


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_published_coefficients_are_reproduced_to_the_digits_that_are_right(name):
    found = {c.name: c.estimate for c in fitted(name).parameters}
    right, printed = COEFFICIENTS[name]
    for parameter, value in printed.items():
        tolerance = half_a_unit(value) * (1 + 1e-9) + 10.0**-right * abs(float(value))
        assert abs(found[parameter] - float(value)) <= tolerance, (parameter, found[parameter], value)


def test_the_concentration_of_visits_is_the_published_one():
    found = {c.name: c.estimate for c in fitted("randhie, negative binomial").parameters}
    assert 1 / found["concentration"] == pytest.approx(1.292953339909746, rel=1e-6)


def test_so_many_published_fits_are_reproduced():
    assert len(PUBLISHED) == 11
    assert sum(map(len, PUBLISHED.values())) == 33
