"""Negative binomial: a count with mean m and variance m + m^2/r, p(y) = G(y + r)/(G(r) y!) (r/(r + m))^r (m/(r + m))^y.

The concentration r -> infinity is the Poisson, and r = infinity is allowed.
"""

from crossent.families.contract import Numerical, Parameter, Parameterisation, Support
from crossent.families.estimates import negative_binomial_mle
from crossent.families.expectation import (
    negative_binomial_entropy,
    negative_binomial_fisher,
    negative_binomial_kl_divergence,
)
from crossent.families.poisson import difference_of_means
from crossent.vocabulary import (
    LOG_TWO,
    LOG_TWO_PI,
    abs,
    binet,
    digamma_rest,
    exp,
    is_zero,
    kl_div,
    lgamma,
    log,
    log1p,
    maximum,
    minimum,
    times,
    trigamma_rest,
    where,
)

parameters = (
    Parameter("log_mean", r"\ell", typical=(-3, 8)),
    Parameter("log_concentration", r"\rho", typical=(-4, 40), domain="above_minus_infinity"),
)
support = Support("count")
HUGE, LARGEST = 2.0**500, 1.7976931348623157e308  # powers of two and the largest float: exact in every reading
LOWEST, HIGHEST, LEAST = -600, 708, -300  # of log_mean and log_concentration; beyond, nll is linear in them


def density(y, log_mean, log_concentration):
    m, r = exp(log_mean), exp(log_concentration)
    return exp(lgamma(y + r) - lgamma(r) - lgamma(y + 1)) * (r / (r + m)) ** r * (m / (r + m)) ** y


def _within(y, log_mean, log_concentration):  # m and r inside the range of floats, and what moving them takes off nll
    rise = where(is_zero(y), 0, maximum(LEAST - log_concentration, 0))
    shifted = where((rise > 0) & (log_mean < LEAST), minimum(log_mean + rise, LEAST), log_mean)
    below = where(is_zero(y), 0, maximum(LOWEST - shifted, 0))
    above = maximum(log_mean - HIGHEST, 0)
    m = exp(where(below > 0, LOWEST, minimum(shifted, HIGHEST)))
    r = exp(where(rise > 0, LEAST, log_concentration))
    return m, r, (rise + times(y, below)) + times(above, r)


def _terms(y, m, r, d):
    """With d = y - m: y minus its mean given n = r + y; the divergences of y and of r from their means given n.

    The divergences are never negative, and 0 at y = m. With s = r + m they are of y from n m/s, and of r from n r/s.
    """
    poisson, tiny = r > LARGEST, (r + m < 1 / HUGE) & (y > 0)
    r, lift, drop = where(poisson, 1, r), where(tiny, HUGE, 1), where(tiny, 1 / HUGE, 1)  # n/s may overflow
    s = where(is_zero(r + m), 1, r + m)
    e, ratio = -d * drop / s, (r + y) * drop / s
    excess = where(poisson, d, -(r * lift * e))
    of_count = kl_div(y, where(poisson, m, m * lift * ratio), excess)
    of_rest = kl_div(where(tiny, r, 1), where(tiny, r * lift * ratio, ratio), where(tiny, -excess, e))
    return excess, of_count, where(poisson, 0, times(where(tiny, 1, r), of_rest))


def _binet(r):  # below 1 by the recurrence of the gamma function
    below = r < 1
    x = where(below, r, 1)
    return binet(where(below, x + 1, r)) + where(below, (2 * x + 1) * log1p(1 / x) / 2 - 1, 0)


def _digamma_rest(r):  # r digamma_rest(r), likewise
    below = r < 1
    x = where(below, r, 1)
    step = x * log1p(1 / x) - (x / (x + 1) + 1) / 2
    return r * digamma_rest(where(below, x + 1, r)) + where(below, step, 0)


def _trigamma_rest(r):  # r^2 trigamma_rest(r), likewise
    below = r < 1
    x = where(below, r, 1)
    return r * (r * trigamma_rest(where(below, x + 1, r))) + where(below, 1 / (2 * (x + 1) * (x + 1)), 0)


def _arrangements(y, r):  # -log(G(y + r)/(G(r) y!)) with the large terms taken out, which never meet: Loader's form
    poisson, tiny = r > LARGEST, r < 1 / HUGE
    k, r = where(is_zero(y), 1, y), where(poisson, 1, r)
    n = r + k
    spread = where(poisson, k, k * (n / where(tiny, r * HUGE, r)))  # k n/r may overflow
    rest = where(poisson, 0, _binet(r) - binet(n)) + where(tiny, 250 * LOG_TWO, 0)
    return where(is_zero(y), 0, (LOG_TWO_PI + log(spread)) / 2 + (binet(k) + rest))


def _never(y, m, r):  # y = 0 and m/r beyond the floats: nll = r log(m/r)
    return is_zero(y) & (r <= m / HUGE / HUGE)


def nll(y, log_mean, log_concentration):
    m, r, moved = _within(y, log_mean, log_concentration)
    _, of_count, of_rest = _terms(y, m, r, y - m)
    value = (of_count + of_rest) + (_arrangements(y, r) + moved)
    return where(_never(y, m, r), times(r, log_mean - log_concentration), value)


def gradient(y, log_mean, log_concentration):  # digamma = log - 1/(2 x) + rest; the logs and the halves joined by hand
    m, r, _ = _within(y, log_mean, log_concentration)
    excess, _, of_rest = _terms(y, m, r, y - m)
    of_rest = where(_never(y, m, r), times(r, log_mean - log_concentration - 1), of_rest)
    poisson = r > LARGEST
    r = where(poisson, 1, r)
    n = r + where(is_zero(y), 1, y)
    rest = _digamma_rest(r) - r * digamma_rest(n) - y / (2 * n)
    return -excess, of_rest + where(is_zero(y) | poisson, 0, rest)


def hessian(y, log_mean, log_concentration):
    m, r, _ = _within(y, log_mean, log_concentration)
    excess, _, _ = _terms(y, m, r, y - m)
    _, by_concentration = gradient(y, log_mean, log_concentration)
    poisson = r > LARGEST
    r = where(poisson, 1, r)
    n, s = where(is_zero(r + y), 1, r + y), where(is_zero(r + m), 1, r + m)
    p, q = r / s, m / s
    rest = _trigamma_rest(r) - r * (r * trigamma_rest(where(is_zero(y), 1, n)))
    curvature = where(is_zero(y), 0, y / n * (1 + r / n) / 2 + rest)
    by_mean, across = where(poisson, m, m * p * (n / s)), where(poisson, 0, -excess * q)
    return by_mean, across, by_concentration + where(poisson, 0, curvature - excess * (excess / n))


fisher_information = Numerical(negative_binomial_fisher)


def upper_bound(y, log_mean, log_concentration):
    by_mean, across, by_concentration = hessian(y, log_mean, log_concentration)
    return by_mean + abs(across), abs(by_concentration) + abs(across)


entropy = Numerical(negative_binomial_entropy)


def mean(log_mean, log_concentration):
    return exp(log_mean)


def variance(log_mean, log_concentration):
    return exp(log_mean) * (1 + exp(log_mean - log_concentration))


def divergence_of_means(log_mean_p, log_mean_q, log_concentration):  # the Kullback-Leibler divergence for one r
    difference = difference_of_means(log_mean_p, log_mean_q)
    _, of_count, of_rest = _terms(exp(log_mean_p), exp(log_mean_q), exp(log_concentration), difference)
    return of_count + of_rest


kl_divergence = Numerical(negative_binomial_kl_divergence)


def unit_deviance(y, log_mean, log_concentration):
    m, r, _ = _within(y, log_mean, log_concentration)
    _, of_count, of_rest = _terms(y, m, r, y - m)
    return 2 * (of_count + of_rest)


def nll_from_mean(y, mean, concentration):
    _, of_count, of_rest = _terms(y, mean, concentration, y - mean)
    value = (of_count + of_rest) + _arrangements(y, concentration)
    value = where(_never(y, mean, concentration), times(concentration, log(mean) - log(concentration)), value)
    return where(mean > LARGEST, mean, value)


def deviance_from_mean(y, mean, concentration):
    _, of_count, of_rest = _terms(y, mean, concentration, y - mean)
    return 2 * (of_count + of_rest)


def to_logs(mean, concentration):
    return log(mean), log(concentration)


def from_logs(log_mean, log_concentration):
    return exp(log_mean), exp(log_concentration)


alternatives = (
    Parameterisation(
        ("mean", "concentration"), ("nonnegative", "positive"), to_logs, from_logs, nll_from_mean, deviance_from_mean
    ),
)


def sample(rng, shape, log_mean, log_concentration):  # a Poisson whose rate is a Gamma
    m, r = exp(log_mean), exp(log_concentration)
    gamma = where(r > LARGEST, m, rng.gamma(where(r > LARGEST, 1, r), 1, shape) * exp(log_mean - log_concentration))
    return rng.poisson(gamma, shape).astype(float)


fit_mle = negative_binomial_mle
