"""The steps of gradient, Hessian and Fisher information."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from crossent.proof.chain.compose import join, listed, number, side, step
from crossent.proof.chain.derivatives import Derivatives, jacobian
from crossent.proof.chain.expectation import E
from crossent.proof.chain.sample import Sample
from crossent.proof.chain.subject import Subject
from crossent.proof.results import Step

ROUNDING = 1e-12  # a gradient of that size is 0 but for rounding
BOUNDARY = "the estimate is at the boundary"
LONG = 120  # letters; beyond, a formula says less than its name


def slopes(subject: Subject, made: tuple[Derivatives, Derivatives], sample: Sample | None) -> list[Step]:
    standard, by_raw = made
    both = (standard, by_raw) if subject.changes_coordinates else (standard,)
    steps = []
    for what, signs in (("gradient", "gradient"), ("Hessian", "hessian"), ("Fisher information", "fisher")):
        for derivatives in both:
            line, _ = listed(derivatives.parameters)
            entries = getattr(derivatives, signs)
            text = _entries(derivatives, entries, what)
            of_data = _numbers(subject, derivatives, sample, what)
            steps.append(step(f"{what} by {line}", text, of_data, entries))
    return steps


def _entries(derivatives: Derivatives, entries: tuple[Any, ...], what: str) -> tuple[str, str]:
    """Each entry with what it is a derivative by."""
    parts = []
    if what == "gradient":
        names = [(f"∂/∂{side(p)[0]}", rf"\frac{{\partial}}{{\partial {side(p)[1]}}}") for p in derivatives.parameters]
    else:
        letter = "I" if what.startswith("Fisher") else ""
        names = [_second(a, b, letter) for a, b in derivatives.pairs]
    for k, (name, entry) in enumerate(zip(names, entries, strict=True)):
        written = side(entry)
        if len(written[0]) > LONG and what.startswith("Fisher"):
            written = ("E[Hessian], no closed form", r"\mathbb{E}\left[\text{Hessian}\right]")
        parts.append(join("; " if k else "", name, ": ", written))
    return join(*parts)


def _second(a: Any, b: Any, letter: str) -> tuple[str, str]:
    (one, tex), (other, page) = side(a), side(b)
    if letter:
        lone = len({a, b}) == 1
        return (f"I({one})" if lone else f"I({one}, {other})"), (rf"I_{{{tex}}}" if lone else rf"I_{{{tex} {page}}}")
    if a == b:
        return f"∂²/∂{one}²", rf"\frac{{\partial^2}}{{\partial {tex}^2}}"
    return f"∂²/∂{one}∂{other}", rf"\frac{{\partial^2}}{{\partial {tex} \partial {page}}}"


def _numbers(subject: Subject, derivatives: Derivatives, sample: Sample | None, what: str) -> str:
    if sample is None or sample.best is None:
        return ""
    if what == "Hessian":
        means = [mean_over_rows(subject, sample, entry) for entry in derivatives.hessian]
        return "mean at the estimate " + ", ".join(settled(means))
    by_raw = derivatives.parameters == subject.raw
    change = np.eye(len(subject.raw)) if by_raw else at_estimate(subject, sample, jacobian(subject))
    if not is_regular(change):
        return BOUNDARY
    if what == "gradient":
        return "at the estimate " + ", ".join(settled(np.linalg.solve(change.T, sample.gradient)))
    return _information(subject, derivatives, sample, change)


def scores_there(subject: Subject, sample: Sample | None) -> list[str]:
    """The mean gradient by each standard parameter at the estimate."""
    if sample is None or sample.best is None:
        return [""] * len(subject.standard)
    change = at_estimate(subject, sample, jacobian(subject))
    if not is_regular(change):
        return [BOUNDARY] * len(subject.standard)
    return settled(np.linalg.solve(change.T, sample.gradient))


def is_regular(change: Any) -> bool:
    return bool(np.isfinite(change).all() and np.linalg.det(change) != 0)


def settled(gradient: Any) -> list[str]:
    """0 where it is 0 but for rounding."""
    return [number(value) if abs(value) > ROUNDING else "0" for value in gradient]


def _information(subject: Subject, derivatives: Derivatives, sample: Sample, change: Any) -> str:
    """Of one row at the estimate, and the standard errors."""
    k = len(derivatives.parameters)
    made = np.empty((k, k))
    made[np.triu_indices(k)] = made.T[np.triu_indices(k)] = information(subject, derivatives, sample, change)
    text = "at the estimate " + ", ".join(map(number, made[np.triu_indices(k)]))
    if not np.isfinite(made).all() or np.linalg.det(made) <= 0:
        return text
    return f"{text}; standard error {', '.join(map(number, np.sqrt(np.diag(np.linalg.inv(made * sample.count)))))}"


def information(subject: Subject, derivatives: Derivatives, sample: Sample, change: Any) -> Any:
    """The upper triangle: the closed form; else what the family sums up; else the mean Hessian over the rows."""
    if not any(entry.has(E) for entry in derivatives.fisher):
        return at_estimate(subject, sample, sympy.Matrix([derivatives.fisher]))[0]
    k, family = len(subject.raw), subject.family
    if family.formula("fisher_information") is not None:
        raw = family.standard.to_raw(*map(np.asarray, sample.estimate or ()))
        fixed = [np.asarray(value, float).reshape(-1) for value in sample.fixed.values()]
        entries = family.evaluate("fisher_information", *np.broadcast_arrays(*map(np.atleast_1d, raw), *fixed))
        upper = np.array([np.mean(entry) for entry in entries])
    else:
        rows = sample.best.hessian.reshape(-1, k, k) if sample.best is not None else np.zeros((0, k, k))
        upper = np.average(rows, axis=0, weights=sample.weights)[np.triu_indices(k)]
    whole = np.empty((k, k))
    whole[np.triu_indices(k)] = whole.T[np.triu_indices(k)] = upper
    return np.linalg.solve(change.T, np.linalg.solve(change.T, whole).T)[np.triu_indices(k)]


def at_estimate(subject: Subject, sample: Sample, matrix: Any) -> Any:
    """A matrix in the standard parameters at the estimate; what is linear in a fixed parameter takes its mean."""
    at = {s: sympy.Float(float(v)) for s, v in zip(subject.standard, sample.estimate or (), strict=True)}
    for symbol, value in zip(subject.fixed, sample.fixed.values(), strict=True):
        at[symbol] = float(np.average(np.broadcast_to(value, len(sample.target)), weights=sample.weights))
    return np.array(matrix.subs(at).evalf().tolist(), dtype=float)


def mean_over_rows(subject: Subject, sample: Sample, expression: Any) -> float:
    """The mean over the rows of an expression in y and the standard parameters, at the estimate."""
    symbols = (subject.y, *subject.standard, *subject.fixed)
    values = (sample.target.astype(float), *(sample.estimate or ()), *sample.fixed.values())
    with np.errstate(all="ignore"):  # at the boundary the mean is infinite, or there is none
        rows = sympy.lambdify(symbols, expression, ["scipy", "numpy"])(*values)
        return float(np.average(np.broadcast_to(rows, len(sample.target)), weights=sample.weights))
