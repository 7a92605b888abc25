"""The gradient set to zero: the maximum-likelihood estimate, solved where it has a closed form."""

from __future__ import annotations

from typing import Any

import sympy

from crossent.proof.chain.algebra import vanishes
from crossent.proof.chain.compose import equal, join, number, row, side, step, sum_over_rows, words
from crossent.proof.chain.decomposition import hat
from crossent.proof.chain.derivatives import Derivatives
from crossent.proof.chain.expectation import MEAN_OF_ROWS, averaged
from crossent.proof.chain.names import ROWS
from crossent.proof.chain.sample import Sample, on_data
from crossent.proof.chain.subject import Subject
from crossent.proof.results import Step


def estimate(subject: Subject, standard: Derivatives, sample: Sample | None) -> list[Step]:
    """The score equations, and their solutions one parameter after the other."""
    equations, numbers = scores(subject, standard), _numbers(subject, sample)
    steps: list[Step] = []
    solved: dict[Any, Any] = {}
    for k, (parameter, equation) in enumerate(zip(subject.standard, equations, strict=True)):
        equation = equation.subs(solved)
        name = side(parameter)
        rule = f"gradient by {name[0]} zero"
        steps.append(step(rule, equal(equation, sympy.S.Zero), expression=equation))
        answer = solution(equation, parameter, subject)
        if answer is not None:
            power, value = answer
            hatted = hat(parameter)
            solved[parameter] = value if value == MEAN_OF_ROWS else hatted
            text = equal(hatted**power, value, *([row_mean(subject)] if value == MEAN_OF_ROWS else []))
            steps.append(step("maximum-likelihood estimate", text, numbers[k], (hatted**power, value)))
        elif equation.has(sympy.sign):
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
    if equation.has(sympy.sign) or any(inner.has(parameter) for inner in equation.atoms(sympy.polygamma, sympy.log)):
        return None
    held = {total: sympy.Dummy(positive=True) for total in equation.atoms(sympy.Sum) if not total.has(parameter)}
    numerator = sympy.fraction(sympy.together(equation.subs(held)))[0]
    back = {dummy: total for total, dummy in held.items()}
    unknown = parameter
    if numerator.has(sympy.exp(parameter)):
        unknown = sympy.Dummy(positive=True)
        numerator = numerator.subs(sympy.exp(parameter), unknown)
    if (
        numerator.has(sympy.Sum)
        or not numerator.is_polynomial(unknown)
        or (unknown != parameter and numerator.has(parameter))
    ):
        return None
    coefficients = sympy.Poly(numerator, unknown).as_dict()
    power = max(k for (k,) in coefficients)
    if power == 0 or set(coefficients) - {(power,), (0,)} or (0,) not in coefficients:
        return None
    value = sympy.cancel(-coefficients[0,] / coefficients[power,])
    root = value ** sympy.Rational(1, power)
    if unknown != parameter:
        root, power, value = sympy.log(value), 1, sympy.log(value)
    if not vanishes(
        equation.subs(held).subs(parameter, root), subject.point | dict.fromkeys(back, sympy.Rational(3, 2))
    ):
        return None
    return power, value.subs(back)


def _numbers(subject: Subject, sample: Sample | None) -> list[str]:
    if sample is None:
        return [""] * len(subject.standard)
    if sample.estimate is None:
        return ["no maximum was found"] * len(subject.standard)
    boundary = "" if sample.is_inside else ": no density there, the likelihood grows without bound"
    return [
        f"{side(hat(symbol))[0]} = {number(value)}{boundary}"
        for symbol, value in zip(subject.standard, sample.estimate, strict=True)
    ]


def _median(subject: Subject, parameter: Any, on_rows: str) -> list[Step]:
    """The subgradient of sum |y_i - m|."""
    name = side(parameter)
    kinks = join(words("slopes of Σᵢ |yᵢ − "), name, words("| at "), name, ": ")
    slopes = join("#{yᵢ < ", name, "} − #{yᵢ > ", name, "} ± #{yᵢ = ", name, "}")
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


def gradient_there(sample: Sample | None) -> str:
    """The largest entry of the gradient at the estimate."""
    return on_data(sample, lambda data, _: number(max(abs(data.gradient))))
