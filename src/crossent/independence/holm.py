"""p-values of many tests at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from crossent.independence.results import IidTest


def adjusted(tests: Sequence[IidTest]) -> tuple[IidTest, ...]:
    """The tests with Holm's adjusted p-values: with any dependence among them, the chance that one below alpha is a
    false alarm is at most alpha.

        adjusted p_(k) = max over j <= k of min(1, (m - j + 1) p_(j)),  p_(1) <= ... <= p_(m)

    Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6
    (1979).

    >>> tests = [IidTest("", (), "", None, p, math.log(p)) for p in (0.01, 0.04, 0.03)]
    >>> [round(test.adjusted_p_value, 6) for test in adjusted(tests)]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(tests)), key=lambda k: tests[k].log_p_value)
    found = list(tests)
    largest = -math.inf
    for place, k in enumerate(order):
        largest = max(largest, math.log(len(tests) - place) + tests[k].log_p_value)
        found[k] = replace(tests[k], adjusted_p_value=math.exp(min(largest, 0.0)))
    return tuple(found)
