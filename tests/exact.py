"""The exact reading as an oracle: formulas at many digits, errors in units in the last place, sums over a support."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import numpy as np
from mpmath import mp
from mpmath.calculus.quadrature import GaussLegendre

from crossent.families.contract import Family
from crossent.kernels.elementwise import evaluate_formula

SPREAD = (-42, -20, -10, -4, 0, 4, 10, 20, 42)  # standard deviations: where a quadrature is cut into pieces


def digits_for(*numbers: float) -> int:
    """Digits with which sums of numbers of these sizes lose nothing that matters."""
    sizes = [abs(math.log10(abs(x))) for x in numbers if x and math.isfinite(x)]
    return int(60 + 2.5 * max(sizes, default=0))


def exactly(formula: Callable[..., Any], *arguments: float, digits: int = 0) -> Any:
    """A formula of floats, as an mpmath number or a tuple of them."""
    with mp.workdps(digits or digits_for(*arguments)):
        return formula(*(mpmath.mpf(float(a)) for a in arguments))


def compiled(formula: Callable[..., Any], *columns: Any) -> list[np.ndarray]:
    """A formula over columns in the compiled reading; one array for each of its results."""
    flat = [np.ascontiguousarray(c, np.float64) for c in np.broadcast_arrays(*columns)]
    made = evaluate_formula(formula, flat, flat[0].size)
    return list(made) if isinstance(made, tuple) else [made]


def ulps(got: float, right: Any) -> float:
    """The distance in units in the last place of the right answer; infinite if one is a number and the other is not."""
    nearest = float(right)
    if math.isnan(nearest) or math.isinf(nearest) or math.isnan(got) or math.isinf(got):
        return 0.0 if got == nearest or (math.isnan(got) and math.isnan(nearest)) else math.inf
    return float(abs(mpmath.mpf(got) - right) / mpmath.mpf(math.ulp(nearest)))


def member(family: Family, rng: np.random.Generator, low: float = -1.5, high: float = 2.5) -> list[Any]:
    """Raw and fixed parameters within the typical ranges, as exact numbers; small enough for sums of 50 digits."""
    raw = [mpmath.mpf(rng.uniform(max(p.typical[0], low), min(p.typical[1], high))) for p in family.parameters]
    return raw + [mpmath.mpf(int(rng.integers(1, 8))) for _ in family.fixed]


def targets(family: Family, parameters: Sequence[Any], rng: np.random.Generator, n: int) -> list[Any]:
    """Targets in the support, some at its edges."""
    kind = family.support.kind
    if kind == "unit":
        return [mpmath.mpf(y) for y in (0.0, 1.0, *rng.random(n))]
    if kind == "count_to":
        return [mpmath.mpf(int(y)) for y in (0, parameters[-1], *rng.integers(0, int(parameters[-1]) + 1, n))]
    if family.support.discrete:
        return [mpmath.mpf(int(y)) for y in (0, 1, *rng.integers(0, 30, n))]
    positive = kind in ("positive", "nonnegative")
    return [mpmath.mpf(y) for y in (rng.exponential(2, n) if positive else rng.normal(0, 3, n))]


def expected(family: Family, parameters: Sequence[Any], f: Callable[[Any], Any], kinks: Sequence[Any] = ()) -> Any:
    """The expectation of f(y), or of each entry of a tuple: a sum over the support, or a quadrature cut at kinks."""
    kind = family.support.kind

    def term(y: Any) -> Any:
        mass = mp.exp(-family.formula("nll")(y, *parameters))
        value = f(y)
        return mpmath.matrix([mass * v for v in value]) if isinstance(value, tuple) else mass * value

    if kind == "unit":
        return term(mp.mpf(0)) + term(mp.mpf(1))
    if kind == "count_to":
        return sum((term(mp.mpf(y)) for y in range(1, int(parameters[-1]) + 1)), start=term(mp.mpf(0)))
    mean, variance = family.formula("mean")(*parameters), family.formula("variance")(*parameters)
    if family.support.discrete:
        return _over_counts(family, parameters, term, mean)
    pieces = sorted({mean + mp.sqrt(variance) * s for s in SPREAD} | set(kinks))
    return sum((_gauss_legendre(term, a, b) for a, b in itertools.pairwise(pieces)), start=0 * term(mean))


@functools.cache
def _rule(digits: int) -> list[tuple[Any, Any]]:
    return GaussLegendre(mp).calc_nodes(5, mp.prec)


def _gauss_legendre(term: Callable[[Any], Any], a: Any, b: Any) -> Any:
    """48 points on each piece, every value computed once for all entries."""
    half = (b - a) / 2
    parts = [half * w * term(a + half * (1 + x)) for x, w in _rule(mp.dps)]
    return sum(parts[1:], start=parts[0])


def _over_counts(family: Family, parameters: Sequence[Any], term: Callable[[Any], Any], mean: Any) -> Any:
    total, y = term(mp.mpf(0)), 0
    while y < mean + 10 or family.formula("nll")(mp.mpf(y), *parameters) < 62:  # exp(-62) is 1e-27
        y += 1
        total = total + term(mp.mpf(y))
        assert y < 20_000, f"{family.name}: mass does not fall off"
    return total
