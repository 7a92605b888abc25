"""The gradient set to zero: the maximum-likelihood estimate, solved where it has a closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from crossent.families import domains
from crossent.proof.chain.algebra import vanishes
from crossent.proof.chain.compose import equal, join, number, row, side, step, sum_over_rows, words
from crossent.proof.chain.derivatives import Derivatives
from crossent.proof.chain.expectation import MEAN_OF_ROWS, averaged
from crossent.proof.chain.likelihood import hat
from crossent.proof.chain.names import ROWS
from crossent.proof.chain.sample import Sample
from crossent.proof.chain.slopes import scores_there
from crossent.proof.chain.subject import Subject
from crossent.proof.results import Step


def estimate(subject: Subject, standard: Derivatives, sample: Sample | None) -> list[Step]:
    """The score equations, and their solutions one parameter after the other."""
    equations, numbers = scores(subject, standard), _numbers(subject, sample)
    there = scores_there(subject, sample)
    steps: list[Step] = []
    solved: dict[Any, Any] = {}
    for k, (parameter, equation) in enumerate(zip(subject.standard, equations, strict=True)):
        equation = equation.subs(solved)
        name = side(parameter)
        rule = f"gradient by {name[0]} zero"
        steps.append(step(rule, equal(equation, sympy.S.Zero), there[k], equation))
        answer = solution(equation, parameter, subject)
        if answer is not None:
            power, value = answer
            hatted = hat(parameter)
            solved[parameter] = value if value == MEAN_OF_ROWS else hatted
            text = equal(hatted**power, value, *([row_mean(subject)] if value == MEAN_OF_ROWS else []))
            steps.append(step("maximum-likelihood estimate", text, numbers[k], (hatted**power, value)))
        elif isinstance(standard.gradient[k].as_independent(subject.y, as_Add=False)[1], sympy.sign):
            solved[parameter] = hat(parameter)
            steps += _median(subject, parameter, numbers[k])
        else:
            solved[parameter] = hat(parameter)
            steps.append(_unsolved(subject, parameter, numbers[k]))
    return steps


def row_mean(subject: Subject) -> Any:
    """(1/n) sum_i y_i."""
    return sum_over_rows(row(subject.y, subject.y)) / ROWS


def scores(subject: Subject, standard: Derivatives) -> list[Any]:
    """The mean gradient over the rows, by each standard parameter."""
    return [mean_of(entry, subject.y) for entry in standard.gradient]


def mean_of(entry: Any, y: Any) -> Any:
    """A function linear in y keeps its form, with ybar for y."""
    if entry.is_polynomial(y) and sympy.degree(entry, y) <= 1:
        return entry.subs(y, MEAN_OF_ROWS)
    return averaged(entry, y)


def solution(equation: Any, parameter: Any, subject: Subject) -> tuple[int, Any] | None:
    """(k, value) where parameter^k = value solves the equation; None if no rule gives it. The solution is put back."""
    held = {total: sympy.Dummy(positive=True) for total in equation.atoms(sympy.Sum) if not total.has(parameter)}
    equation = equation.subs(held)
    found = _root(equation, parameter)
    if found is None:  # in the exponential of a raw parameter
        exponential = sympy.Dummy(positive=True)
        found = _root(equation.subs(parameter, sympy.log(exponential)), exponential)
        found = None if found is None else (1, sympy.log(found[1]) / found[0])
    if found is None:
        return None
    power, value = found
    point = subject.point | dict.fromkeys(held.values(), sympy.Rational(3, 2)) | {MEAN_OF_ROWS: sympy.Rational(3, 2)}
    root = value ** sympy.Rational(1, power)
    back = {dummy: total for total, dummy in held.items()}
    return (power, value.subs(back)) if vanishes(equation.subs(parameter, root), point) else None


def _root(equation: Any, unknown: Any) -> tuple[int, Any] | None:
    """(k, v) where the numerator of the equation is a unknown^k + b, v = -b/a."""
    if not equation.is_rational_function(unknown):
        return None
    coefficients = sympy.Poly(sympy.fraction(sympy.together(equation))[0], unknown).as_dict()
    power = max((k for (k,) in coefficients), default=0)
    if power == 0 or set(coefficients) != {(power,), (0,)}:
        return None
    return power, sympy.cancel(-coefficients[0,] / coefficients[power,])


def _numbers(subject: Subject, sample: Sample | None) -> list[str]:
    if sample is None:
        return [""] * len(subject.standard)
    if sample.estimate is None:
        return ["no maximum was found"] * len(subject.standard)
    triples = zip(subject.standard, subject.family.standard.domains, sample.estimate, strict=True)
    return [f"{side(hat(symbol))[0]} = {number(value)}{_outside(domain, value)}" for symbol, domain, value in triples]


def _outside(domain: str, value: Any) -> str:
    inside = bool(domains.DOMAINS[domain][1](np.float64(value)))
    return "" if inside else ": no density there, the likelihood grows without bound towards it"


def _median(subject: Subject, parameter: Any, on_rows: str) -> list[Step]:
    """The subgradient of sum |y_i - m|."""
    name = side(parameter)
    kinks = join(words("slopes of Σᵢ |yᵢ − "), name, words("| at "), name, ": ")
    slopes = join(words("#{yᵢ < "), name, words("} − #{yᵢ > "), name, words("} ± #{yᵢ = "), name, words("}"))
    return [
        step("subgradient", join(kinks, slopes, words(" contain 0"))),
        step("maximum-likelihood estimate", join(side(hat(parameter)), words(
            " = a median of the rows: at most half lie below, at most half above")), on_rows),
    ]  # fmt: skip


def _unsolved(subject: Subject, parameter: Any, on_rows: str) -> Step:
    name = side(hat(parameter))
    if subject.family.name == "NegativeBinomial":
        text = join(name, words(" is its root, found numerically; if (1/n) Σᵢ (yᵢ − y̅)² ≤ y̅, it is ∞: the Poisson"))
    else:
        text = join(name, words(" is a root of this equation: no closed form, found numerically"))
    return step("maximum-likelihood estimate", text, on_rows)
