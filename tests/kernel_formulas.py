"""Small formulas over the vocabulary that the kernels' tests share: one parameter, two, and one with a fixed one."""

from __future__ import annotations

from crossent.kernels import RowFormulas
from crossent.vocabulary import (
    HALF_LOG_TWO_PI,
    exp,
    lgamma,
    sigmoid_residual,
    sigmoid_slope,
    softplus_mixture,
    times,
)


def unit_valid(y, x):
    return (y >= 0) & (y <= 1) & (x >= x)


def coin_nll(y, x):
    return softplus_mixture(y, x)


def coin_gradient(y, x):
    return (sigmoid_residual(y, x),)


def coin_hessian(y, x):
    return (sigmoid_slope(x),)


COIN = RowFormulas("Coin", 1, 0, unit_valid, coin_nll, coin_gradient, coin_hessian)


def bell_valid(y, m, s):
    return (y >= y) & (m >= m) & (s >= s)


def standardised(y, m, s):
    return (y - m) * exp(-s)


def bell_nll(y, m, s):
    z = standardised(y, m, s)
    return HALF_LOG_TWO_PI + s + z * z / 2


def bell_gradient(y, m, s):
    z = standardised(y, m, s)
    return -z * exp(-s), 1 - z * z


def bell_hessian(y, m, s):
    z, inverse = standardised(y, m, s), exp(-s)
    return inverse * inverse, 2 * z * inverse, 2 * z * z


BELL = RowFormulas("Bell", 2, 0, bell_valid, bell_nll, bell_gradient, bell_hessian)


def tally_valid(y, r, exposure):
    return (y >= 0) & (r >= r) & (exposure > 0)


def tally_nll(y, r, exposure):
    return lgamma(y + 1) + exposure * exp(r) - times(y, r)


def tally_gradient(y, r, exposure):
    return (exposure * exp(r) - y,)


TALLY = RowFormulas("Tally", 1, 1, tally_valid, tally_nll, tally_gradient)
