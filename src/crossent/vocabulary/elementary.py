"""The elementary functions of the vocabulary: what each means, where it is valid, how far it may be off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crossent.vocabulary.dispatch import function, reading_of


@function(valid="every x", double=0.72)
def exp(x: Any) -> Any:
    """e to the power x."""
    return reading_of(x).exp(x)


@function(valid="x >= 0", double=0.58)
def log(x: Any) -> Any:
    """The natural logarithm; -inf at 0, NaN below."""
    return reading_of(x).log(x)


@function(valid="x >= -1", double=0.6)
def log1p(x: Any) -> Any:
    """log(1 + x), also where x is tiny; -inf at -1, NaN below."""
    return reading_of(x).log1p(x)


@function(valid="every x", double=0.58)
def expm1(x: Any) -> Any:
    """exp(x) - 1, also where x is tiny."""
    return reading_of(x).expm1(x)


@function(valid="x >= 0", double=0.5)
def sqrt(x: Any) -> Any:
    """The square root; NaN below 0."""
    return reading_of(x).sqrt(x)


@function(valid="every x", double=0.0)
def abs(x: Any) -> Any:  # the vocabulary's own, on purpose under the name that formulas use
    """The absolute value |x|."""
    return reading_of(x).abs(x)


@function(valid="every x", double=0.0)
def floor(x: Any) -> Any:
    """The largest whole number that is not above x."""
    return reading_of(x).floor(x)


@function(valid="every a, b", double=0.0)
def maximum(a: Any, b: Any) -> Any:
    """The larger of two; NaN if either is."""
    return reading_of(a, b).maximum(a, b)


@function(valid="every a, b", double=0.0)
def minimum(a: Any, b: Any) -> Any:
    """The smaller of two; NaN if either is."""
    return reading_of(a, b).minimum(a, b)


@function(valid="every condition, chosen, otherwise", double=0.0)
def where(condition: Any, chosen: Any, otherwise: Any) -> Any:
    """`chosen` where the condition holds, else `otherwise`. Both are computed: guard the arguments of either side."""
    return reading_of(condition, chosen, otherwise).where(condition, chosen, otherwise)


@function(valid="every x", double=0.0)
def is_zero(x: Any) -> Any:
    """Whether x is 0. (`x == 0` would be False for every SymPy symbol.)"""
    return reading_of(x).is_zero(x)


@function(valid="every a, b, c", double=0.5)
def multiply_add(a: Any, b: Any, c: Any) -> Any:
    """a b + c, rounded once: `multiply_add(-n, p, k)` is k - n p without the rounding of n p."""
    return reading_of(a, b, c).multiply_add(a, b, c)


@function(valid="every weight, term", double=0.5)
def times(weight: Any, term: Any) -> Any:
    """weight * term, where a weight of 0 makes 0 of an infinite term; NaN stays NaN."""
    return reading_of(weight, term).times(weight, term)


@function(valid="y >= 0", double=0.58)
def xlogy(x: Any, y: Any) -> Any:
    """x log(y), and 0 where x is 0."""
    return reading_of(x, y).xlogy(x, y)


@function(valid="y >= -1", double=0.58)
def xlog1py(x: Any, y: Any) -> Any:
    """x log(1 + y), and 0 where x is 0."""
    return reading_of(x, y).xlog1py(x, y)


@function(valid="every a, b but equal infinities", double=0.72)
def exp_difference(a: Any, b: Any) -> Any:
    """exp(a - b), with the rounding of a - b made good; NaN if a and b are the same infinity."""
    return reading_of(a, b).exp_difference(a, b)


@function(valid="every values", double=0.8, of="the largest term")
def logsumexp(values: Iterable[Any]) -> Any:
    """log(exp(a) + exp(b) + ...) of a tuple of values, without overflow."""
    values = tuple(values)
    return reading_of(*values).logsumexp(values)
