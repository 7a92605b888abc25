"""The plain reading: NumPy, written as a reader would write it. For calling a formula by hand, not for speed.

Where NumPy and SciPy lose the digits that a function exists for, the compiled one is called element by element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

exp, log, log1p, expm1, sqrt, floor = np.exp, np.log, np.log1p, np.expm1, np.sqrt, np.floor
abs, maximum, minimum = np.abs, np.maximum, np.minimum


def where(condition: Any, chosen: Any, otherwise: Any) -> Any:
    if isinstance(condition, bool):  # a comparison of mpmath numbers: keep Python's numbers beside them
        return chosen if condition else otherwise
    return np.where(condition, chosen, otherwise)[()]


def is_zero(x: Any) -> Any:
    return np.equal(x, 0)


def times(weight: Any, term: Any) -> Any:
    with np.errstate(invalid="ignore"):
        product = np.multiply(weight, term)
    return where(np.equal(weight, 0) & ~np.isnan(term), 0.0, product)


def softplus(x: Any) -> Any:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def log_sigmoid(x: Any) -> Any:
    return -softplus(np.negative(x))


def sigmoid(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return where(np.greater_equal(x, 0), 1.0, e) / (1 + e)


def log1mexp(x: Any) -> Any:
    small = np.less(x, np.log(2))
    with np.errstate(divide="ignore"):
        return where(small, np.log(-np.expm1(-np.asarray(x))), np.log1p(-np.exp(-np.asarray(x))))


def logsumexp(values: Iterable[Any]) -> Any:
    total, *rest = values
    for value in rest:
        total = np.logaddexp(total, value)
    return total


def lgamma(x: Any) -> Any:
    from scipy.special import gammaln

    return gammaln(x)


def digamma(x: Any) -> Any:
    from scipy.special import psi

    return psi(x)


def trigamma(x: Any) -> Any:
    from scipy.special import zeta

    return zeta(2, x)


def xlogy(x: Any, y: Any) -> Any:
    from scipy.special import xlogy as scipy_xlogy

    return scipy_xlogy(x, y)


def xlog1py(x: Any, y: Any) -> Any:
    from scipy.special import xlog1py as scipy_xlog1py

    return scipy_xlog1py(x, y)


def _element_by_element(name: str) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        from crossent.vocabulary.compiled import DOUBLE

        columns = [np.asarray(argument, dtype=np.float64) for argument in arguments]
        with np.errstate(all="ignore"):  # the sides of a select that are not chosen raise flags
            return np.vectorize(DOUBLE[name], otypes=[np.float64])(*columns)[()]

    call.__name__ = name
    return call


lbeta = _element_by_element("lbeta")
multiply_add = _element_by_element("multiply_add")
log1pmx = _element_by_element("log1pmx")
kl_div = _element_by_element("kl_div")
binet = _element_by_element("binet")
digamma_rest = _element_by_element("digamma_rest")
trigamma_rest = _element_by_element("trigamma_rest")
ndtr = _element_by_element("ndtr")
log_ndtr = _element_by_element("log_ndtr")
inverse_mills_ratio = _element_by_element("inverse_mills_ratio")
inverse_mills_slope = _element_by_element("inverse_mills_slope")
exp_difference = _element_by_element("exp_difference")


def softplus_mixture(y: Any, x: Any) -> Any:
    return times(where(np.less(x, 0), y, 1 - np.asarray(y)), np.abs(x)) + np.log1p(np.exp(-np.abs(x)))


def sigmoid_residual(y: Any, x: Any) -> Any:
    tail = sigmoid(-np.abs(x))
    return where(np.less(x, 0), tail - y, (1 - np.asarray(y)) - tail)


def sigmoid_slope(x: Any) -> Any:
    tail = sigmoid(-np.abs(x))
    return tail * (1 - tail)
