"""The exact reading: mpmath, the textbook definitions, at the precision the caller has set.

Nothing here is clever, with one exception: a definition that would lose digits at the caller's precision is evaluated
with as many more bits as it loses, so that the answer has all the digits that were asked for.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import mpmath
from mpmath import mp

exp, expm1, sqrt, floor = mp.exp, mp.expm1, mp.sqrt, mp.floor


def _until_stable(definition: Callable[..., Any]) -> Callable[..., Any]:
    """Evaluate with more and more bits until two answers agree to the caller's precision."""

    @functools.wraps(definition)
    def stable(*arguments: Any) -> Any:
        wanted = mp.prec
        extra = 40
        with mp.workprec(wanted + extra):
            previous = definition(*arguments)
        while True:
            extra *= 3
            with mp.workprec(wanted + extra):
                answer = definition(*arguments)
            settled = answer == previous or mp.fabs(answer - previous) <= mpmath.ldexp(mp.fabs(answer), -wanted - 8)
            # an answer of 0 may be all digits lost; 400,000 bits exceed every exponent of a float
            if (settled and answer != 0) or mpmath.isnan(answer) or extra > 400_000:
                return +answer
            previous = answer

    return stable


def _number(value: Any) -> Any:
    return mpmath.mpf(value)


def log(x: Any) -> Any:
    return -mp.inf if x == 0 else mp.log(x)


def log1p(x: Any) -> Any:
    return -mp.inf if x == -1 else mp.log1p(x)


def abs(x: Any) -> Any:
    return mp.fabs(x)


def softplus(x: Any) -> Any:
    x = _number(x)
    return mp.log1p(exp(-mp.fabs(x))) + (x if x > 0 else 0)


def log_sigmoid(x: Any) -> Any:
    return -softplus(-_number(x))


def sigmoid(x: Any) -> Any:
    x = _number(x)
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))


def log1mexp(x: Any) -> Any:
    x = _number(x)
    return log(-expm1(-x)) if x < 1 else mp.log1p(-exp(-x))


def logsumexp(values: Iterable[Any]) -> Any:
    numbers = [_number(value) for value in values]
    largest = max(numbers)
    if mpmath.isinf(largest):
        return largest
    rest = list(numbers)
    rest.remove(largest)
    return largest + mp.log1p(mp.fsum(exp(number - largest) for number in rest))


def lgamma(x: Any) -> Any:
    return mp.inf if x == 0 else mp.loggamma(x)


def digamma(x: Any) -> Any:
    return -mp.inf if x == 0 else mp.digamma(x)


def trigamma(x: Any) -> Any:
    return mp.inf if x == 0 else mp.psi(1, x)


@_until_stable
def lbeta(a: Any, b: Any) -> Any:
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(_number(a) + b)


def times(weight: Any, term: Any) -> Any:
    if mpmath.isnan(weight) or mpmath.isnan(term):
        return mp.nan
    return mp.mpf(0) if weight == 0 else _number(weight) * term


def xlogy(x: Any, y: Any) -> Any:
    return times(x, log(y))


def xlog1py(x: Any, y: Any) -> Any:
    return times(x, log1p(y))


def where(condition: Any, chosen: Any, otherwise: Any) -> Any:
    return chosen if condition else otherwise


def is_zero(x: Any) -> bool:
    return bool(x == 0)


def maximum(a: Any, b: Any) -> Any:
    return mp.nan if mpmath.isnan(a) or mpmath.isnan(b) else max(_number(a), _number(b))


def minimum(a: Any, b: Any) -> Any:
    return mp.nan if mpmath.isnan(a) or mpmath.isnan(b) else min(_number(a), _number(b))


def multiply_add(a: Any, b: Any, c: Any) -> Any:
    return _number(a) * b + c


@_until_stable
def _log1pmx(t: Any) -> Any:
    return mp.log1p(t) - t


def log1pmx(t: Any) -> Any:
    if t == 0:
        return mp.mpf(0)
    return -mp.inf if t == -1 or t == mp.inf else _log1pmx(_number(t))


def kl_div(x: Any, m: Any, d: Any) -> Any:
    """x log(x/m) - d. The difference d is taken as it was handed over, as every reading takes it."""
    if x == 0:
        return _number(m)
    if x == m:
        return -_number(d)
    return mp.inf if m == 0 or mpmath.isinf(m) else _kl_div(_number(x), _number(m), _number(d))


@_until_stable
def _kl_div(x: Any, m: Any, d: Any) -> Any:
    return x * mp.log(x / m) - d


@_until_stable
def _binet(x: Any) -> Any:
    return mp.loggamma(x) - (x - mp.mpf(1) / 2) * mp.log(x) + x - mp.log(2 * mp.pi) / 2


@_until_stable
def _digamma_rest(x: Any) -> Any:
    return mp.digamma(x) - mp.log(x) + 1 / (2 * x)


@_until_stable
def _trigamma_rest(x: Any) -> Any:
    return mp.psi(1, x) - 1 / x - 1 / (2 * x * x)


def _remainder(definition: Callable[..., Any], at_zero: Any, power: int, numerators: tuple[int, ...], x: Any) -> Any:
    """By its definition, or, so far out that four terms of its asymptotic series are exact, by those."""
    x = _number(x)
    if x == 0 or x == mp.inf:
        return at_zero if x == 0 else mp.mpf(0)
    if x < mpmath.ldexp(1, mp.prec // 8 + 3):
        return definition(x)
    return mp.fsum(mp.mpf(1) / n / x ** (power + 2 * i) for i, n in enumerate(numerators))


def binet(x: Any) -> Any:
    return _remainder(_binet, mp.inf, 1, (12, -360, 1260, -1680), x)


def digamma_rest(x: Any) -> Any:
    return _remainder(_digamma_rest, -mp.inf, 2, (-12, 120, -252, 240), x)


def trigamma_rest(x: Any) -> Any:
    return _remainder(_trigamma_rest, mp.inf, 3, (6, -30, 42, -30), x)


def exp_difference(a: Any, b: Any) -> Any:
    return exp(_number(a) - b)


def softplus_mixture(y: Any, x: Any) -> Any:
    y, x = _number(y), _number(x)
    return times(y, softplus(-x)) + times(1 - y, softplus(x))


def sigmoid_residual(y: Any, x: Any) -> Any:
    y, x = _number(y), _number(x)
    return (1 - y) - sigmoid(-x) if x >= 0 else sigmoid(x) - y


def sigmoid_slope(x: Any) -> Any:
    return sigmoid(x) * sigmoid(-_number(x))


def _is_far(x: Any) -> bool:
    """So far out that four terms of Mills' asymptotic series are exact."""
    return bool(x < -mpmath.ldexp(1, mp.prec // 8 + 3))


def _series(numbers: tuple[int, ...], x: Any) -> Any:
    return mp.fsum(n / x ** (2 * i) for i, n in enumerate(numbers))


def _normal_density(x: Any) -> Any:
    with mp.extraprec(2 * max(mpmath.mag(x), 0)):
        return exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def ndtr(x: Any) -> Any:
    x = _number(x)
    if _is_far(x) and mpmath.isfinite(x):
        return _normal_density(x) / -x * _series((1, -1, 3, -15), x)
    return mp.erfc(-x / mp.sqrt(2)) / 2


def log_ndtr(x: Any) -> Any:
    x = _number(x)
    if _is_far(x) and mpmath.isfinite(x):
        return mp.log(_series((1, -1, 3, -15), x)) - mp.log(2 * mp.pi) / 2 - mp.log(-x) - x * x / 2
    return log(ndtr(x)) if x < 0 else mp.log1p(-ndtr(-x))


def inverse_mills_ratio(x: Any) -> Any:
    x = _number(x)
    if _is_far(x):
        return -x * _series((1, 1, -2, 10), x)
    return mp.zero if x == mp.inf else _normal_density(x) / ndtr(x)


def inverse_mills_slope(x: Any) -> Any:
    x = _number(x)
    if _is_far(x):
        return _series((1, -1, 6, -50), x)
    if x == mp.inf:
        return mp.zero
    # what the sum loses on the left, and erfc, which squares a rounded argument
    with mp.extraprec(4 * max(mpmath.mag(x), 0) + 20 if x < 0 else 20):
        answer = inverse_mills_ratio(x) * (x + inverse_mills_ratio(x))
    return +answer
