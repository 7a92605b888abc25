"""Newton's method at many digits: from a rough start with few digits to an estimate that is right to 45."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exact_likelihoods import ROWS
from mpmath import matrix, mp, mpf

Number = Any
ROUGH, FINE = 25, 80  # digits


@dataclass
class Problem:
    """A family, a link, and exact numbers: the design has a column of ones first, if there is an intercept."""

    family: str
    link: str
    target: list[Number]
    design: list[list[Number]]
    predictors: int
    scalars: int
    totals: list[Number]
    offsets: list[Number]
    weights: list[Number]  # of the likelihood

    @property
    def size(self) -> int:
        return self.predictors * len(self.design[0]) + self.scalars


@dataclass
class Passed:
    """What one pass over the rows finds."""

    value: Number
    gradient: Any
    curvature: Any  # of -value
    squares: Any  # the sum of w^2 s s', s a row's gradient


def evaluate(problem: Problem, coefficients: Sequence[Number], robust: bool = False) -> Passed | None:
    """The log-likelihood and its derivatives; None if a mean is outside its domain."""
    rows, p, q = ROWS[problem.family], len(problem.design[0]), problem.predictors
    size = problem.size
    scalars = list(coefficients[p * q :])
    value, gradient = mpf(0), [mpf(0)] * size
    curvature = [[mpf(0)] * size for _ in range(size)]
    squares = [[mpf(0)] * size for _ in range(size)]
    known = zip(problem.target, problem.design, problem.totals, problem.offsets, problem.weights, strict=True)
    for y, x, total, offset, weight in known:
        eta = [mp.fdot(x, coefficients[j * p : (j + 1) * p]) + offset for j in range(q)]
        row = rows(y, total, problem.link, eta, scalars)
        if row is None:
            return None
        value += weight * row[0]
        stretched = [(j * p + k, j, x[k]) for j in range(q) for k in range(p) if x[k]]
        stretched += [(p * q + k, q + k, mpf(1)) for k in range(problem.scalars)]
        for at, j, factor in stretched:
            left = weight * factor
            gradient[at] += left * row[1][j]
            line, spread = curvature[at], squares[at]
            for other, i, second in stretched:
                if other > at:
                    break
                line[other] -= left * second * row[2][j * (j + 1) // 2 + i]
                if robust:
                    spread[other] += left * weight * second * row[1][j] * row[1][i]
    return Passed(value, matrix(gradient), symmetric(curvature), symmetric(squares))


def symmetric(lower: list[list[Number]]) -> Any:
    """The matrix of which these are the rows up to the diagonal."""
    n = len(lower)
    return matrix([[lower[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)])


def scaled(curvature: Any) -> tuple[Any, list[Number]]:
    """With a unit diagonal, as if the design's columns had unit length; and what their lengths were."""
    length = [mp.sqrt(abs(curvature[i, i])) for i in range(curvature.rows)]
    n = curvature.rows
    return matrix([[curvature[i, j] / (length[i] * length[j]) for j in range(n)] for i in range(n)]), length


def newton(problem: Problem, start: Sequence[Number], digits: int, tolerance: Number) -> list[Number]:
    """Steps, halved while they lead down or out of the domain, until none is larger than `tolerance` of the whole."""
    with mp.workdps(digits):
        at = [mpf(c) for c in start]
        here = evaluate(problem, at)
        for _ in range(200):
            unit, length = scaled(here.curvature)
            moved = mp.lu_solve(unit, matrix([here.gradient[i] / length[i] for i in range(len(at))]))
            step = [moved[i] / length[i] for i in range(len(at))]
            if mp.fdot(step, here.gradient) < 0:  # not concave here: uphill by the gradient instead
                step = [here.gradient[i] / length[i] ** 2 for i in range(len(at))]
            small = max(abs(s) / (abs(c) + mpf(10) ** -30) for s, c in zip(step, at, strict=True)) < tolerance
            if small and mp.fdot(step, here.gradient) >= 0:
                return [c + s for c, s in zip(at, step, strict=True)]
            for _ in range(60):
                to = [c + s for c, s in zip(at, step, strict=True)]
                there = evaluate(problem, to)
                if there is not None and there.value >= here.value - abs(here.value) * mpf(10) ** (5 - digits):
                    break
                step = [s / 2 for s in step]
            at, here = to, there
    message = f"no maximum found for {problem.family}"
    raise ArithmeticError(message)


@dataclass
class Found:
    """The maximum."""

    coefficients: list[Number]
    errors: list[Number]
    robust: list[Number]
    value: Number
    condition: Number


def maximum(problem: Problem, start: Sequence[Number]) -> Found:
    """Few digits first, then all."""
    rough = newton(problem, start, ROUGH, mpf(10) ** -8)
    fine = newton(problem, rough, FINE, mpf(10) ** -24)  # the step after this one is smaller than 1e-45
    with mp.workdps(FINE):
        fine = newton(problem, fine, FINE, mpf(10) ** -44)
        end = evaluate(problem, fine, robust=True)
        inverse = inverse_of(end.curvature)
        sandwich = inverse * end.squares * inverse
        n = len(fine)
        return Found(
            fine, [mp.sqrt(inverse[i, i]) for i in range(n)], [mp.sqrt(sandwich[i, i]) for i in range(n)], end.value,
            condition(end.curvature),
        )  # fmt: skip


def inverse_of(curvature: Any) -> Any:
    """The inverse, of the scaled matrix first."""
    unit, length = scaled(curvature)
    inverse = unit**-1
    n = curvature.rows
    return matrix([[inverse[i, j] / (length[i] * length[j]) for j in range(n)] for i in range(n)])


def condition(curvature: Any) -> Number:
    """Largest by least eigenvalue of the scaled matrix."""
    with mp.workdps(40):
        values = mp.eigsy(scaled(curvature)[0], eigvals_only=True)
        return max(values) / min(values)


def least_squares(
    target: list[Number], design: list[list[Number]], weights: list[Number], offsets: list[Number]
) -> Found:
    """The Normal: coefficient errors at RSS / (n - p), the likelihood at RSS / n, n the sum of the weights."""
    with mp.workdps(FINE + 20):
        p = len(design[0])
        gram, right = mp.zeros(p), mp.zeros(p, 1)
        for y, x, w, o in zip(target, design, weights, offsets, strict=True):
            for i in range(p):
                right[i] += w * x[i] * (y - o)
                for j in range(p):
                    gram[i, j] += w * x[i] * x[j]
        inverse = inverse_of(gram)
        beta = inverse * right
        rest = [y - o - mp.fdot(x, beta) for y, x, o in zip(target, design, offsets, strict=True)]
        rss, n = mp.fsum(w * r * r for w, r in zip(weights, rest, strict=True)), mp.fsum(weights)
        errors = [mp.sqrt(rss / (n - p) * inverse[i, i]) for i in range(p)]
        value = -n / 2 * (mp.log(2 * mp.pi * rss / n) + 1)
        return Found(list(beta), errors, [], value, condition(gram))
