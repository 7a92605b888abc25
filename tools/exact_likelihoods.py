"""The textbook's likelihoods at as many digits as mpmath is told to use: no formula here comes from crossent.

A row's log-likelihood is a function of its linear predictors and of the scalars that all rows share. Each function
gives (value, first derivatives, second derivatives: lower triangle row by row) by those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from mpmath import mp, mpf

Number = Any
Row = tuple[Number, list[Number], list[Number]]


# -- means: eta -> mean, 1 - mean, first and second derivative ---------------------------------------------------------
def logit(eta: Number) -> tuple[Number, ...]:
    p, q = 1 / (1 + mp.exp(-eta)), 1 / (1 + mp.exp(eta))
    return p, q, p * q, p * q * (q - p)


def probit(eta: Number) -> tuple[Number, ...]:
    p, q = mp.erfc(-eta / mp.sqrt(2)) / 2, mp.erfc(eta / mp.sqrt(2)) / 2
    density = mp.exp(-eta * eta / 2) / mp.sqrt(2 * mp.pi)
    return p, q, density, -eta * density


def cloglog(eta: Number) -> tuple[Number, ...]:
    rate = mp.exp(eta)
    q = mp.exp(-rate)
    return -mp.expm1(-rate), q, rate * q, rate * q * (1 - rate)


def log(eta: Number) -> tuple[Number, ...]:
    mean = mp.exp(eta)
    return mean, 1 - mean, mean, mean


def identity(eta: Number) -> tuple[Number, ...]:
    return eta, 1 - eta, mpf(1), mpf(0)


MEANS: dict[str, Callable[[Number], tuple[Number, ...]]] = {
    "logit": logit, "probit": probit, "cloglog": cloglog, "log": log, "identity": identity,
}  # fmt: skip


def by_predictor(value: Number, first: Number, second: Number, slope: Number, bend: Number) -> Row:
    """The chain rule, from derivatives by the mean."""
    return value, [first * slope], [second * slope * slope + first * bend]


# -- families ----------------------------------------------------------------------------------------------------------
def binomial(y: Number, total: Number, link: str, eta: Sequence[Number], scalars: Sequence[Number]) -> Row | None:
    p, q, slope, bend = MEANS[link](eta[0])
    if p <= 0 or q <= 0:
        return None
    no = total - y
    value = y * mp.log(p) + no * mp.log(q) + log_choose(total, y)
    return by_predictor(value, y / p - no / q, -y / p**2 - no / q**2, slope, bend)


def poisson(y: Number, total: Number, link: str, eta: Sequence[Number], scalars: Sequence[Number]) -> Row | None:
    m, _, slope, bend = MEANS[link](eta[0])
    if m <= 0:
        return None
    return by_predictor(y * mp.log(m) - m - log_factorial(y), y / m - 1, -y / m**2, slope, bend)


def negative_binomial(y: Number, r: Number, link: str, eta: Sequence[Number], scalars: Sequence[Number]) -> Row | None:
    """With r = `total` fixed, or exp of the only scalar."""
    m, _, slope, bend = MEANS[link](eta[0])
    if m <= 0:
        return None
    r = mp.exp(scalars[0]) if scalars else r
    gamma, digamma, trigamma = gammas(y, r)
    s = r + m
    value = gamma - log_factorial(y) + r * mp.log(r / s) + y * mp.log(m / s)
    row = by_predictor(value, y / m - (y + r) / s, -y / m**2 + (y + r) / s**2, slope, bend)
    if not scalars:
        return row
    by_r = digamma + mp.log(r / s) + 1 - (r + y) / s
    across = (y - m) / s**2
    by_r_twice = trigamma + 1 / r - 1 / s + across
    return row[0], [*row[1], r * by_r], [*row[2], r * across * slope, r * by_r + r * r * by_r_twice]


def multinomial(y: Number, total: Number, link: str, eta: Sequence[Number], scalars: Sequence[Number]) -> Row:
    odds = [mp.exp(e) for e in eta]
    whole = 1 + sum(odds)
    p = [o / whole for o in odds]
    value = (eta[int(y) - 1] if y else 0) - mp.log(whole)
    first = [(1 if y == j + 1 else 0) - p[j] for j in range(len(p))]
    return value, first, [p[i] * p[j] - (p[i] if i == j else 0) for i in range(len(p)) for j in range(i + 1)]


ROWS: dict[str, Callable[..., Row | None]] = {
    "Bernoulli": binomial, "Binomial": binomial, "Poisson": poisson, "NegativeBinomial": negative_binomial,
    "Categorical": multinomial,
}  # fmt: skip


# -- functions of counts, which repeat ---------------------------------------------------------------------------------
def log_choose(n: Number, k: Number) -> Number:
    return log_factorial(n) - log_factorial(k) - log_factorial(n - k)


def log_factorial(n: Number) -> Number:
    return _log_factorial(n, mp.prec)


@cache
def _log_factorial(n: Number, prec: int) -> Number:
    return mp.loggamma(n + 1)


def gammas(y: Number, r: Number) -> tuple[Number, Number, Number]:
    """Differences between y + r and r: of the logarithm of the gamma function, of digamma, of trigamma."""
    return _gammas(y, r, mp.prec)


@cache
def _gammas(y: Number, r: Number, prec: int) -> tuple[Number, Number, Number]:
    gamma = mp.loggamma(y + r) - mp.loggamma(r)
    return gamma, mp.psi(0, y + r) - mp.psi(0, r), mp.psi(1, y + r) - mp.psi(1, r)
