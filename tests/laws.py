"""The laws of a family, each a function that takes a family and raises AssertionError if the family breaks it.

A law speaks about whatever the family writes; what it does not write, and cannot be derived, is left aside, and
`tests/test_families.py` counts how often. Random members come from fixed seeds, which a failure shows.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import exact
import mpmath
import numpy as np
import sympy
from mpmath import mp

from crossent.families.contract import Family, Numerical

DIGITS = 40
Law = Callable[[Family], bool]
LAWS: dict[str, Law] = {}
SUMMED = mpmath.mpf(10) ** -20  # sums over a support leave out tails below this
FLOAT = 4e-12  # quantities without closed form are floats, good to 1e-12


def law(function: Law) -> Law:
    """A law returns True when it had something to check."""
    LAWS[function.__name__] = function
    return function


def _members(family: Family, n: int, seed: int = 7) -> Any:
    rng = np.random.default_rng(seed)
    return [(rng, exact.member(family, rng)) for _ in range(n)]


def _evaluated(family: Family, quantity: str, *parameters: Any) -> list[Any]:
    """A quantity at one member: exact where it is a formula, else its float."""
    formula = family.formula(quantity)
    if isinstance(formula, Numerical):
        made = family.evaluate(quantity, *(float(p) for p in parameters))
    else:
        made = formula(*parameters)
    return [
        mpmath.mpf(float(v) if isinstance(formula, Numerical) else v)
        for v in (made if isinstance(made, tuple) else (made,))
    ]


def _close(got: Any, right: Any, tolerance: Any, what: str) -> None:
    assert abs(got - right) <= tolerance * (1 + abs(right)), (
        f"{what}: {mpmath.nstr(got, 25)}, not {mpmath.nstr(right, 25)}"
    )


def _tolerance(family: Family, quantity: str) -> Any:
    return FLOAT if isinstance(family.formula(quantity), Numerical) else SUMMED


def _split(family: Family, parameters: list[Any]) -> tuple[list[Any], list[Any]]:
    return parameters[: len(family.parameters)], parameters[len(family.parameters) :]


# --- the density ------------------------------------------------------------------------------------------------------


@law
def mass_is_one(family: Family) -> bool:
    with mp.workdps(DIGITS):
        for _, parameters in _members(family, 3):
            _close(exact.expected(family, parameters, lambda y: mp.mpf(1)), 1, SUMMED, f"mass of {parameters}")
    return True


@law
def nll_is_minus_log_density(family: Family) -> bool:
    if family.density is None:
        return False
    with mp.workdps(2 * DIGITS):
        for rng, parameters in _members(family, 6):
            for y in exact.targets(family, parameters, rng, 6):
                right = -mp.log(family.density(y, *parameters))
                _close(
                    family.formula("nll")(y, *parameters), right, mpmath.mpf(10) ** -DIGITS, f"nll of {y}, {parameters}"
                )
    return True


@law
def every_reading_agrees(family: Family) -> bool:
    """Plain, symbolic (of rational numbers: conditions are then decided) and compiled against exact."""
    for quantity in ("nll", "gradient", "hessian"):
        formula = family.formula(quantity)
        for rng, parameters in _members(family, 2):
            for y in exact.targets(family, parameters, rng, 2):
                floats = [float(y), *(float(p) for p in parameters)]
                readings = [
                    formula(*map(np.float64, floats)),
                    formula(*(sympy.Rational(*f.as_integer_ratio()) for f in floats)),
                    tuple(column[0] for column in exact.compiled(formula, *floats)),
                ]
                for right, *values in zip(*map(_tuple, [exact.exactly(formula, *floats), *readings]), strict=True):
                    for value in values:
                        number = float(sympy.sympify(value).evalf(20))
                        _close(number, float(right), 1e-11, f"{quantity} of {floats}")
    return True


def _tuple(made: Any) -> tuple[Any, ...]:
    return made if isinstance(made, tuple) else (made,)


@law
def other_parameters_are_the_same_member(family: Family) -> bool:
    with mp.workdps(DIGITS):
        for choice, (rng, parameters) in itertools.product(family.alternatives, _members(family, 3)):
            raw, fixed = _split(family, parameters)
            values = choice.from_raw(*raw)
            for got, right in zip(choice.to_raw(*values), raw, strict=True):
                _close(got, right, mpmath.mpf(10) ** (9 - DIGITS), f"{choice.names} and back")
            for y in exact.targets(family, parameters, rng, 3):
                got = family.rows("value", choice).nll(y, *values, *fixed)
                _close(
                    got, family.formula("nll")(y, *parameters), mpmath.mpf(10) ** (9 - DIGITS), f"nll by {choice.names}"
                )
    return bool(family.alternatives)


# --- derivatives ------------------------------------------------------------------------------------------------------


def _bare(family: Family) -> Family:
    return Family(family.name, family.parameters, family.support, family.formula("nll"), fixed=family.fixed)


def _derivatives(family: Family, quantity: str) -> bool:
    derived = _bare(family).formula(quantity)
    with mp.workdps(2 * DIGITS):
        for rng, parameters in _members(family, 5):
            for y in exact.targets(family, parameters, rng, 4):
                got, right = family.formula(quantity)(y, *parameters), derived(y, *parameters)
                for i, (entry, wanted) in enumerate(zip(got, right, strict=True)):
                    _close(
                        entry, mpmath.mpf(wanted), mpmath.mpf(10) ** -DIGITS, f"{quantity}[{i}] of {y}, {parameters}"
                    )
    return True


@law
def gradient_is_the_derivative(family: Family) -> bool:
    return _derivatives(family, "gradient")


@law
def hessian_is_the_second_derivative(family: Family) -> bool:
    return _derivatives(family, "hessian")


@law
def upper_bound_is_above_the_hessian(family: Family) -> bool:
    if family.upper_bound is None:
        return False
    k = len(family.parameters)
    for rng, parameters in _members(family, 20):
        for y in exact.targets(family, parameters, rng, 5):
            arguments = [y, *parameters]
            triangle = iter(float(v) for v in family.formula("hessian")(*arguments))
            gap = np.diag([float(v) for v in family.upper_bound(*arguments)])
            for i, j in zip(*np.triu_indices(k), strict=True):
                entry = next(triangle)
                gap[i, j] -= entry
                gap[j, i] = gap[i, j]
            assert np.linalg.eigvalsh(gap)[0] >= -1e-9 * np.abs(gap).max(), f"{y}, {parameters}"
    return True


@law
def expected_gradient_is_zero(family: Family) -> bool:
    with mp.workdps(DIGITS):
        for _, parameters in _members(family, 2):
            for value in exact.expected(family, parameters, lambda y, p=parameters: family.formula("gradient")(y, *p)):
                _close(value, 0, SUMMED, f"expected gradient at {parameters}")
    return True


@law
def variance_of_the_gradient_is_the_fisher_information(family: Family) -> bool:
    if family.formula("fisher_information") is None:
        return False
    with mp.workdps(DIGITS):
        for _, parameters in _members(family, 2):

            def products(y: Any, p: Any = parameters) -> tuple[Any, ...]:
                g = family.formula("gradient")(y, *p)
                return tuple(g[i] * g[j] for i in range(len(g)) for j in range(i, len(g)))

            right = exact.expected(family, parameters, products)
            for got, wanted in zip(_evaluated(family, "fisher_information", *parameters), right, strict=True):
                _close(got, wanted, _tolerance(family, "fisher_information"), f"information at {parameters}")
    return True


# --- expectations -----------------------------------------------------------------------------------------------------


@law
def mean_and_variance_are_expectations(family: Family) -> bool:
    if family.formula("mean") is None or family.formula("variance") is None:
        return False
    with mp.workdps(DIGITS):
        for _, parameters in _members(family, 2):
            first, second = exact.expected(family, parameters, lambda y: (y, y * y))
            _close(_evaluated(family, "mean", *parameters)[0], first, SUMMED, f"mean at {parameters}")
            right = second - first * first
            _close(_evaluated(family, "variance", *parameters)[0], right, SUMMED, f"variance at {parameters}")
    return True


@law
def entropy_is_the_expected_nll(family: Family) -> bool:
    if family.formula("entropy") is None:
        return False
    with mp.workdps(DIGITS):
        for _, parameters in _members(family, 2):
            right = exact.expected(family, parameters, lambda y, p=parameters: family.formula("nll")(y, *p))
            _close(_evaluated(family, "entropy", *parameters)[0], right, _tolerance(family, "entropy"), f"{parameters}")
    return True


def _pair(family: Family, p: list[Any], q: list[Any]) -> list[Any]:
    (raw_p, fixed_p), (raw_q, fixed_q) = _split(family, p), _split(family, q)
    return [*raw_p, *raw_q, *fixed_p, *fixed_q]


@law
def cross_entropy_is_entropy_plus_divergence(family: Family) -> bool:
    if family.formula("kl_divergence") is None or family.formula("entropy") is None:
        return False
    with mp.workdps(DIGITS):
        members = [parameters for _, parameters in _members(family, 4)]
        for p, q in itertools.pairwise(members):
            q = [*_split(family, q)[0], *_split(family, p)[1]]
            cross = exact.expected(family, p, lambda y, q=q: family.formula("nll")(y, *q), kinks=[q[0]])
            entropy, divergence = (
                _evaluated(family, "entropy", *p)[0],
                _evaluated(family, "kl_divergence", *_pair(family, p, q))[0],
            )
            tolerance = max(_tolerance(family, "entropy"), _tolerance(family, "kl_divergence"))
            _close(entropy + divergence, cross, tolerance, f"cross-entropy from {p} to {q}")
    return True


@law
def divergence_is_zero_only_between_equals(family: Family) -> bool:
    if family.formula("kl_divergence") is None:
        return False
    rng = np.random.default_rng(3)
    rows = [[float(v) for v in exact.member(family, rng)] for _ in range(40)]
    p = np.array(rows, dtype=np.float64)
    k = len(family.parameters)
    same = family.evaluate("kl_divergence", *_pair(family, list(p.T), list(p.T)))
    assert (same == 0).all(), f"divergence of a member from itself: {same}"
    for step in (1e-6, 1e-3, 1.0):
        q = p.copy()
        q[:, :k] += step * rng.choice([-1, 1], (len(p), k))
        apart = family.evaluate("kl_divergence", *_pair(family, list(p.T), list(q.T)))
        assert (apart > 0).all(), f"divergence of different members, {step} apart: {apart}"
    return True


# --- data -------------------------------------------------------------------------------------------------------------


def _draws(family: Family, n: int) -> tuple[np.ndarray, list[float]]:
    rng = np.random.default_rng(11)
    parameters = [float(v) for v in exact.member(family, rng, low=-0.5, high=1.5)]
    return np.asarray(family.sample(rng, (n,), *parameters), np.float64), parameters


@law
def draws_follow_the_density(family: Family) -> bool:
    """False alarms: six standard errors, 2e-9 for the mean, of the same order for the mean loss."""
    if family.sample is None:
        return False
    y, parameters = _draws(family, 40_000)
    assert np.asarray(exact.compiled(family.support.contains, y, *parameters[len(family.parameters) :])[0]).all()
    error = 6 / np.sqrt(y.size)
    for values, right in (
        (y, float(family.formula("mean")(*map(mpmath.mpf, parameters)))),
        (
            exact.compiled(family.formula("nll"), y, *parameters)[0],
            float(_evaluated(family, "entropy", *map(mpmath.mpf, parameters))[0]),
        ),
    ):
        assert abs(values.mean() - right) <= error * values.std() + 1e-12, (values.mean(), right, parameters)
    return True


@law
def estimate_is_the_minimum(family: Family) -> bool:
    if family.fit_mle is None or family.sample is None:
        return False
    y, parameters = _draws(family, 200)
    weight = np.random.default_rng(5).uniform(0, 2, y.size)
    weight[::9] = 0
    fixed = parameters[len(family.parameters) :]
    values = family.fit_mle(y, weight, *fixed)
    raw = [float(v) for v in family.standard.to_raw(*values)]

    def total(raw: list[float], quantity: str = "nll") -> list[float]:
        return [float(weight @ column) for column in exact.compiled(family.formula(quantity), y, *raw, *fixed)]

    best = total(raw)[0]
    for i in range(len(raw)):
        for step in (-1e-3, 1e-3):
            moved = [*raw[:i], raw[i] + step, *raw[i + 1 :]]
            assert total(moved)[0] > best, f"{family.standard.names} = {values} is not the minimum: step {step} of {i}"
            # the gradient changes its sign there; so it vanishes, or there is a kink
            assert total(moved, "gradient")[i] * step >= 0, f"gradient by {i} does not vanish at {values}"
    return True


@law
def deviance_is_zero_where_saturated(family: Family) -> bool:
    """Twice what nll loses against the best first parameter: never negative, 0 at that parameter."""
    from scipy.optimize import minimize_scalar

    if family.unit_deviance is None:
        return False
    for rng, parameters in _members(family, 4):
        for y in exact.targets(family, parameters, rng, 3):
            rest = [float(v) for v in parameters[1:]]

            def deviance(first: float, y: Any = y, rest: list[float] = rest) -> float:
                return float(exact.compiled(family.unit_deviance, float(y), first, *rest)[0][0])

            least = minimize_scalar(deviance, bounds=(-60, 60), method="bounded", options={"xatol": 1e-9})
            assert 0 <= least.fun <= 1e-6, f"least deviance of {y}: {least.fun}"
            with mp.workdps(DIGITS):
                other = [parameters[0] / 2 + 1, *parameters[1:]]
                nll, formula = family.formula("nll"), family.unit_deviance
                right = 2 * (nll(y, *parameters) - nll(y, *other))
                _close(formula(y, *parameters) - formula(y, *other), right, SUMMED, f"deviance of {y}, {parameters}")
    return True
