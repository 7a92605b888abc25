"""The sets that targets and parameters live in: a test written as a formula, and the words for it.

A comparison with NaN is false, so every test refuses NaN.
"""

from __future__ import annotations

from crossent.vocabulary import floor

LARGEST_COUNT = 2**53  # beyond, float64 no longer holds every whole number
LARGEST_FINITE = 1.7976931348623157e308


def is_extended(value):
    return value >= value  # false for NaN alone


def is_real(value):
    return (value >= -LARGEST_FINITE) & (value <= LARGEST_FINITE)


def is_above_minus_infinity(value):
    return value >= -LARGEST_FINITE


def is_unit(value):
    return (value >= 0) & (value <= 1)


def is_nonnegative(value):
    return value >= 0


def is_positive(value):
    return value > 0


def is_count(value):
    return (value >= 0) & (value <= LARGEST_COUNT) & (floor(value) >= value)


def is_count_to(value, total_count):
    return is_count(value) & (value <= total_count)


# kind: (words, contains, discrete); the kinds with no test of their own belong to families over a row of classes
SUPPORTS = {
    "unit": ("in [0, 1]: 0, 1, or a probability between them", is_unit, True),
    "count": ("a count: 0, 1, 2, ... up to 2^53", is_count, True),
    "count_to": ("a count: 0, 1, 2, ... up to total_count", is_count_to, True),
    "real": ("a finite number", is_real, False),
    "positive": ("a number above 0", is_positive, False),
    "nonnegative": ("a number of at least 0", is_nonnegative, False),
    "classes": ("a class: 0, 1, ... k - 1, or a row of k probabilities", None, True),
    "count_classes": ("a row of k counts: 0, 1, 2, ... up to 2^53", None, True),
}

# domain of a parameter: (words, test)
DOMAINS = {
    "extended": ("any number, infinities included", is_extended),
    "real": ("a finite number", is_real),
    "above_minus_infinity": ("a number above -inf", is_above_minus_infinity),
    "unit": ("in [0, 1]", is_unit),
    "nonnegative": ("at least 0", is_nonnegative),
    "positive": ("above 0", is_positive),
    "count": ("a whole number: 0, 1, 2, ... up to 2^53", is_count),
}
