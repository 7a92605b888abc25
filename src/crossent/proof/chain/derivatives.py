"""Gradient, Hessian and Fisher information of one row's loss, by the standard and by the raw parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from crossent import errors
from crossent.families.contract import Numerical
from crossent.proof.chain.algebra import agree, elementary, same
from crossent.proof.chain.expectation import E, expected, moments
from crossent.proof.chain.shortest import shortest
from crossent.proof.chain.subject import Subject

Entries = tuple[Any, ...]


@dataclass(frozen=True)
class Derivatives:
    """By one set of parameters: the gradient, and the upper triangles of Hessian and Fisher information.

    The standard parameters are the letters in either: the derivative of Bernoulli's loss by eta is p - y.
    """

    parameters: Entries
    gradient: Entries
    hessian: Entries
    fisher: Entries

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        k = len(self.parameters)
        return [(self.parameters[a], self.parameters[b]) for a in range(k) for b in range(a, k)]


def derivatives(subject: Subject) -> tuple[Derivatives, Derivatives]:
    """By the standard parameters and by the raw ones, each proved equal to the family's own formulas.

    Raises:
        UsageError: the family's gradient, Hessian or Fisher information contradicts its nll.
    """
    eye = sympy.eye(len(subject.standard))
    standard = _by(subject, subject.standard, eye)
    by_raw = _by(subject, subject.raw, jacobian(subject)) if subject.changes_coordinates else standard
    _check(subject, by_raw)
    return standard, by_raw


def jacobian(subject: Subject) -> Any:
    """The derivatives of the standard parameters (rows) by the raw ones (columns), in standard letters."""
    slopes = [[sympy.diff(standard, raw) for raw in subject.raw] for standard in subject.from_raw]
    return sympy.Matrix([[sympy.cancel(elementary(subject.at_raw(slope))) for slope in row] for row in slopes])


def _by(subject: Subject, parameters: Entries, change: Any) -> Derivatives:
    loss, y, k = -subject.log_density, subject.y, len(parameters)

    def slope(expression: Any, a: int) -> Any:  # the chain rule
        by_standard = ((parameter, change[s, a]) for s, parameter in enumerate(subject.standard))
        return sum((sympy.diff(expression, parameter) * c for parameter, c in by_standard if c != 0), sympy.S.Zero)

    slopes = [slope(loss, a) for a in range(k)]
    by_standard = [shortest(sympy.diff(loss, s), point=subject.point, y=y) for s in subject.standard]
    chained = [sum((by_standard[s] * change[s, a] for s in range(k)), sympy.S.Zero) for a in range(k)]
    gradient = tuple(shortest(*forms, point=subject.point, y=y) for forms in zip(slopes, chained, strict=True))
    hessian = []
    for a, b in [(first, second) for first in range(k) for second in range(first, k)]:
        # the derivative of sign(x) is taken as 0, as it is beside the kink
        bends = [slope(form, b).replace(sympy.DiracDelta, lambda *_: 0) for form in (slopes[a], gradient[a])]
        hessian.append(shortest(*bends, point=subject.point, y=y))
    information = _information(subject, gradient, tuple(hessian))
    fisher = tuple(shortest(entry, point=subject.point) for entry in information)
    return Derivatives(parameters, gradient, tuple(hessian), fisher)


def _information(subject: Subject, gradient: Entries, hessian: Entries) -> Entries:
    """E[Hessian]; where the loss has a kink, E[gradient gradient'], because the Hessian does not see the kink."""
    y, k = subject.y, len(gradient)
    known = moments(subject, tuple(sympy.diff(-subject.log_density, parameter) for parameter in subject.standard))
    kinks = subject.log_density.atoms(sympy.Abs)
    if not kinks:
        return tuple(expected(bend, y, known) for bend in hessian)
    for distance in kinks:
        sign = sympy.sign(distance.args[0])
        known[sign**2] = sympy.S.One
        if is_symmetric(subject, distance.args[0]):
            known |= {distance * sign: sympy.S.Zero, sign: sympy.S.Zero}
            known[distance**2] = known[y**2] - known[y] ** 2 if y**2 in known else E(distance**2)
    return tuple(expected(gradient[a] * gradient[b], y, known) for a in range(k) for b in range(a, k))


def _check(subject: Subject, made: Derivatives) -> None:
    """Against the family's own gradient, Hessian and Fisher information, by the raw parameters."""
    family = subject.family
    for what, entries in (("gradient", made.gradient), ("hessian", made.hessian)):
        formula = family.formula(what)
        for target, point in subject.cases:
            theirs = subject.read(formula, target, *subject.to_raw, *subject.fixed, point=point)
            for ours, their in zip(entries, theirs, strict=True):
                _compare(subject, what, ours.subs(subject.y, target), their, point)
    formula = family.formula("fisher_information")
    if formula is not None and not isinstance(formula, Numerical):
        theirs = subject.read(formula, *subject.to_raw, *subject.fixed)
        for ours, their in zip(made.fisher, theirs, strict=True):
            if not ours.has(E):
                _compare(subject, "fisher_information", ours, their, subject.point)


def is_symmetric(subject: Subject, difference: Any) -> bool:
    """Is the density the same on both sides of the place where the difference is 0?"""
    y = subject.y
    if not difference.is_polynomial(y) or sympy.degree(difference, y) != 1:
        return False
    center = sympy.solve(difference, y)[0]
    return bool(sympy.expand(subject.log_density.subs(y, 2 * center - y) - subject.log_density) == 0)


def _compare(subject: Subject, what: str, ours: Any, theirs: Any, point: Any) -> None:
    ours = elementary(ours)
    if not same(ours, theirs, point) and not agree(ours, theirs, point):
        words = {str(key): str(value) for key, value in point.items()}
        raise errors.formula_contradicts(subject.family.name, what, str(ours), words)
