"""A link in front of the location: the same loss, and the regression it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy

from crossent import errors
from crossent.proof.chain.algebra import elementary
from crossent.proof.chain.compose import equal, join, number, of, side, step, sum_over_rows, words
from crossent.proof.chain.derivatives import Derivatives
from crossent.proof.chain.expectation import ROW
from crossent.proof.chain.names import i
from crossent.proof.chain.sample import Sample, on_data
from crossent.proof.chain.shortest import shortest, with_signs
from crossent.proof.chain.subject import Subject
from crossent.proof.chain.words import regression as name_of
from crossent.proof.results import Step
from crossent.vocabulary import symbolic

# link: (the parameter by eta = x beta; the domains it is for)
LINKS: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    "identity": (lambda eta: eta, ("real", "extended", "unit", "positive", "nonnegative")),
    "log": (sympy.exp, ("positive", "nonnegative", "unit", "real")),
    "logit": (symbolic.sigmoid, ("unit",)),
    "cloglog": (lambda eta: 1 - sympy.exp(-sympy.exp(eta)), ("unit",)),
}
BACK: dict[str, Callable[[Any], Any]] = {
    "identity": lambda p: p,
    "log": np.log,
    "logit": lambda p: np.log(p) - np.log1p(-p),
    "cloglog": lambda p: np.log(-np.log1p(-p)),
}
USUAL = {"unit": "logit", "positive": "log", "nonnegative": "log"}
PREDICTOR = sympy.IndexedBase("eta", real=True)[i]


def link_of(subject: Subject, link: str | None) -> str:
    """The link asked for, or the family's own: what makes its raw parameter the predictor.

    Raises:
        UsageError: no such link, or none for this parameter.
    """
    domain = subject.family.standard.domains[0]
    known = [name for name, (_, domains) in LINKS.items() if domain in domains]
    if link is not None and link not in known:
        raise errors.unknown_option(argument="link", value=link, known=known)
    return link or USUAL.get(domain, "identity")


def regression(subject: Subject, standard: Derivatives, link: str | None, sample: Sample | None) -> list[Step]:
    """One parameter for each row, from its predictors; the gradient by the coefficients; what is left to minimise."""
    name, parameter = link_of(subject, link), subject.standard[0]
    inverse = LINKS[name][0](PREDICTOR)
    in_row = sympy.IndexedBase(parameter.name, real=True)[i]
    straight = name == "identity"
    predictor = equal(in_row if straight else PREDICTOR, ("xᵢ·β", r"x_i \beta"))
    loss = (-subject.log_density).subs({subject.y: ROW, parameter: in_row}, simultaneous=True)
    total = sum_over_rows(loss)
    eta = sympy.Symbol("eta_0", real=True)
    change = sympy.diff(LINKS[name][0](eta), eta)
    slope = row_slope(subject, standard, name, change, eta)
    gradient = join(("Σᵢ xᵢ·", r"\sum_i x_i "), _in_parentheses(slope))
    inverse_of = BACK[name]
    through = ("", "") if straight else join(equal(in_row, inverse), ", ")
    first = join(words(f"{name_of(subject.family.name, name)}: "), through, predictor)
    of_beta = join("−", of("ℓ", [sympy.Symbol("beta")], r"\ell"))
    steps = [
        step("with a link, the regression", first, on_data(sample, lambda own, _: alone(inverse_of, own))),
        step("loss of the regression", equal(of_beta, total), expression=total),
        step("gradient by β", equal(words("∂(−ℓ)/∂β"), gradient), expression=slope),
    ]
    least = {"Normal": "Σᵢ (yᵢ − xᵢ·β)²", "Laplace": "Σᵢ |yᵢ − xᵢ·β|"}.get(subject.family.name)
    if least and name == "identity":
        steps.append(
            step(
                "what is minimised", words(f"whatever σ is, β̂ minimises {least}: {name_of(subject.family.name, name)}")
            )
        )
    return steps


def alone(back: Callable[[float], float], data: Sample) -> str:
    """What the predictor is where there are no predictors but the intercept."""
    with np.errstate(divide="ignore"):
        return f"without predictors: η̂ = {number(back(np.float64((data.estimate or (np.nan,))[0])))}"


def row_slope(subject: Subject, standard: Derivatives, name: str, change: Any, eta: Any) -> Any:
    """The derivative of the i-th row's loss by its predictor."""
    parameter = subject.standard[0]
    back: Any = {
        "identity": parameter, "log": sympy.log(parameter), "logit": sympy.log(parameter) - sympy.log(1 - parameter),
        "cloglog": sympy.log(-sympy.log(1 - parameter)),
    }[name]  # fmt: skip
    by_parameter = elementary(change).subs(eta, back)
    made = standard.gradient[0] * with_signs(sympy.factor(sympy.cancel(by_parameter)), subject.point, None)
    made = shortest(made, point=subject.point, y=subject.y)
    in_row = sympy.IndexedBase(parameter.name, real=True)[i]
    return made.subs({subject.y: ROW, parameter: in_row}, simultaneous=True)


def _in_parentheses(expression: Any) -> tuple[str, str]:
    line, page = side(expression)
    return (f"({line})", rf"\left({page}\right)") if expression.is_Add else (line, page)
