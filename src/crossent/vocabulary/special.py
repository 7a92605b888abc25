"""The special functions of the vocabulary: logistic, gamma and divergence functions that keep their digits."""

from __future__ import annotations

from typing import Any

from crossent.vocabulary.dispatch import function, reading_of


@function(valid="every x", double=0.72, native=0.81)
def softplus(x: Any) -> Any:
    """log(1 + exp(x)), also where exp(x) overflows or is lost beside 1."""
    return reading_of(x).softplus(x)


@function(valid="every x", double=0.72, native=0.81)
def log_sigmoid(x: Any) -> Any:
    """log(1 / (1 + exp(-x)))."""
    return reading_of(x).log_sigmoid(x)


@function(valid="every x", double=0.72, native=0.81)
def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return reading_of(x).sigmoid(x)


@function(valid="every x", double=0.72, native=0.81)
def sigmoid_slope(x: Any) -> Any:
    """sigmoid(x) sigmoid(-x), the derivative of the sigmoid."""
    return reading_of(x).sigmoid_slope(x)


@function(valid="0 <= y <= 1, every x", double=1.2, native=1.0)
def softplus_mixture(y: Any, x: Any) -> Any:
    """y softplus(-x) + (1 - y) softplus(x), as a sum of two terms of which none is negative.

    At infinite x it has its limits: 0 if the label says so for certain, else inf.
    """
    return reading_of(y, x).softplus_mixture(y, x)


@function(valid="0 <= y <= 1, every x", double=0.72, native=0.85, of="the largest term; the answer if y is 0 or 1")
def sigmoid_residual(y: Any, x: Any) -> Any:
    """sigmoid(x) - y, keeping the tail of a saturated x."""
    return reading_of(y, x).sigmoid_residual(y, x)


@function(valid="x >= 0", double=0.6)
def log1mexp(x: Any) -> Any:
    """log(1 - exp(-x)); -inf at 0."""
    return reading_of(x).log1mexp(x)


@function(valid="x > -1", double=2.7)
def log1pmx(t: Any) -> Any:
    """log(1 + t) - t, never positive, also where t is tiny."""
    return reading_of(t).log1pmx(t)


@function(valid="x >= 0, m >= 0, d = x - m", double=3.5)
def kl_div(x: Any, m: Any, d: Any) -> Any:
    """x log(x/m) - d where d = x - m is handed over as exactly as it is known; m if x is 0."""
    return reading_of(x, m, d).kl_div(x, m, d)


@function(valid="x >= 0", double=3.0)
def lgamma(x: Any) -> Any:
    """The logarithm of the gamma function."""
    return reading_of(x).lgamma(x)


@function(valid="x >= 0", double=2.1)
def digamma(x: Any) -> Any:
    """The derivative of lgamma."""
    return reading_of(x).digamma(x)


@function(valid="x >= 0", double=2.0)
def trigamma(x: Any) -> Any:
    """The derivative of digamma."""
    return reading_of(x).trigamma(x)


@function(valid="0 < a, b <= 1e300", double=2.0, of="the answer, or 1 if that is larger")
def lbeta(a: Any, b: Any) -> Any:
    """The logarithm of the beta function, lgamma(a) + lgamma(b) - lgamma(a + b), without its cancellation."""
    return reading_of(a, b).lbeta(a, b)


@function(valid="x >= 1", double=2.3)
def binet(x: Any) -> Any:
    """lgamma(x) - (x - 1/2) log x + x - log(2 pi)/2: what Stirling's formula leaves, about 1/(12 x)."""
    return reading_of(x).binet(x)


@function(valid="x >= 1", double=3.8)
def digamma_rest(x: Any) -> Any:
    """digamma(x) - log x + 1/(2 x), about -1/(12 x^2)."""
    return reading_of(x).digamma_rest(x)


@function(valid="x >= 1", double=6.0)
def trigamma_rest(x: Any) -> Any:
    """trigamma(x) - 1/x - 1/(2 x^2), about 1/(6 x^3)."""
    return reading_of(x).trigamma_rest(x)


@function(valid="every x", double=3.0)
def ndtr(x: Any) -> Any:
    """Phi(x), the probability that a standard normal is below x, with the digits of its lower tail."""
    return reading_of(x).ndtr(x)


@function(valid="every x", double=4.0)
def log_ndtr(x: Any) -> Any:
    """log Phi(x), also where Phi(x) is 0 or 1 to a float."""
    return reading_of(x).log_ndtr(x)


@function(valid="every x", double=4.0)
def inverse_mills_ratio(x: Any) -> Any:
    """phi(x)/Phi(x), the derivative of log_ndtr."""
    return reading_of(x).inverse_mills_ratio(x)


@function(valid="every x", double=6.0)
def inverse_mills_slope(x: Any) -> Any:
    """r (x + r) with r = phi(x)/Phi(x): minus the derivative of r, between 1 on the far left and 0 on the right."""
    return reading_of(x).inverse_mills_slope(x)
