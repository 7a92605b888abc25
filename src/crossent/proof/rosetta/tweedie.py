"""Tweedie losses, for a power p of the variance between 1 and 2, and their limits at 0, 1 and 2.

Several owners have them, in the mean m or in its logarithm e, with different constants left out.
"""

from __future__ import annotations

from typing import Any

from crossent.proof.language.named_loss import Setting
from crossent.vocabulary import exp, log, xlogy

POWER_DOMAIN = "one_to_two"


def variance_power(name: str, default: Any = None) -> Setting:
    return Setting(name, "p", POWER_DOMAIN, default=default)


def kernel(y: Any, m: Any, p: Any) -> Any:
    """What depends on the mean."""
    return m ** (2 - p) / (2 - p) - y * m ** (1 - p) / (1 - p)


def kernel_of_log(y: Any, e: Any, p: Any) -> Any:
    return exp((2 - p) * e) / (2 - p) - y * exp((1 - p) * e) / (1 - p)


def half_deviance(y: Any, m: Any, p: Any) -> Any:
    return y ** (2 - p) / ((1 - p) * (2 - p)) + kernel(y, m, p)


def half_deviance_poisson(y: Any, m: Any) -> Any:
    return xlogy(y, y) - xlogy(y, m) - y + m


def half_deviance_gamma(y: Any, m: Any) -> Any:
    return log(m) - log(y) + y / m - 1


def poisson_of_log(y: Any, e: Any) -> Any:
    return exp(e) - y * e


def gamma_of_log(y: Any, e: Any) -> Any:
    return e + y * exp(-e)
