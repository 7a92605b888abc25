"""Published fits of data sets that come with statsmodels: numbers that Stata and R printed, as its tests keep them.

Log-likelihoods, deviances and AIC are reproduced to the digits given. Coefficients were printed with more digits than
their authors' optimisers had reached: those are reproduced to the digits in which the published ones are right, which
the fits at 40 digits tell (`spector`: 6 of 12).
"""

from __future__ import annotations

import functools
import math

import polars as pl
import pytest
from mpmath import mpf
from references import references

import crossent as ce
from crossent.fitting.result import Fit

BY_NAME = {reference.name: reference for reference in references()}
ROUNDINGS = 1e-13  # of the sums of those who published: the last of 15 or more digits

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

# coefficients as printed; and to how many digits they agree with the fit at 40 digits
COEFFICIENTS: dict[str, tuple[int, dict[str, str]]] = {
    "spector": (
        6, {"Intercept": "-13.0213483201", "GPA": "2.82611297201", "TUCE": "0.0951576702557", "PSI": "2.37868772835"},
    ),
    "spector, probit": (
        6, {"Intercept": "-7.45232041607", "GPA": "1.62581025407", "TUCE": "0.0517289455379", "PSI": "1.42633236818"},
    ),
    "cpunish": (6, {"Intercept": "-6.801480", "INCOME": "2.611017e-04", "PERPOVERTY": "7.781801e-02"}),
    "star98": (8, {"Intercept": "2.9588779262", "LOWINC": "-0.0168150366", "PERASIAN": "0.0099254766"}),
    "low birth weight": (7, {"Intercept": "0.46122388", "lwt": "-0.01515082", "race_black": "1.26264728"}),
    "randhie": (10, {"Intercept": "0.700352877227", "lncoins": "-0.052535114675", "idp": "-0.247086797633"}),
    "randhie, negative binomial": (7, {"Intercept": "0.663556087183864", "lncoins": "-0.0579469537244314"}),
}  # fmt: skip


@functools.cache
def fitted(name: str) -> Fit:
    reference = BY_NAME[name]
    target, columns, options = reference.load()
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
        tolerance = half_a_unit(printed) * (1 + 1e-9) + ROUNDINGS * abs(right)
        assert abs(found - right) <= tolerance, (quantity, found, printed)


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_published_coefficients_are_reproduced_to_the_digits_that_are_right(name):
    found = {c.name: c.estimate for c in fitted(name).parameters}
    exact = dict(zip(BY_NAME[name].names, BY_NAME[name].coefficients, strict=True))
    right, printed = COEFFICIENTS[name]
    for parameter, value in printed.items():
        agreement = -math.log10(float(abs(mpf(value) / mpf(exact[parameter]) - 1)))
        assert agreement >= right - 1e-9, (parameter, agreement)  # the published number itself
        assert found[parameter] == pytest.approx(float(value), rel=10.0**-right)


def test_the_concentration_of_visits_is_the_published_one():
    found = {c.name: c.estimate for c in fitted("randhie, negative binomial").parameters}
    assert math.exp(-found["log_concentration"]) == pytest.approx(1.292953339909746, rel=1e-6)


def test_so_many_published_fits_are_reproduced():
    assert len(PUBLISHED) == 11
    assert sum(map(len, PUBLISHED.values())) == 33
