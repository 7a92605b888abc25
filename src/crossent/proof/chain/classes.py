"""The chain of a family over a row of classes, for every number C of classes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
from sympy import IndexedBase, Rational, Sum, Symbol

from crossent import errors
from crossent.families.contract import Family
from crossent.proof.chain import compose, iid, notes
from crossent.proof.chain.algebra import vanishes
from crossent.proof.chain.compose import Side, equal, join, nats, number, of, side, step, words
from crossent.proof.chain.decomposition import KL, beyond
from crossent.proof.chain.likelihood import cross
from crossent.proof.chain.names import ROWS, i
from crossent.proof.chain.over_classes import ClassSubject, N, P, Q, Y, Z, class_subject, k
from crossent.proof.chain.sample import Losses, Sample, on_data, sample
from crossent.proof.chain.slopes import ROUNDING
from crossent.proof.chain.underflow import of_product, repeated, rest_of_underflow
from crossent.proof.chain.words import ANSWERS, regression, spoken
from crossent.proof.language.symbols import CLASSES, j
from crossent.proof.results import Derivation, Step

SHOWN = 6  # classes whose numbers are listed
LINK = "softmax"
MODEL = Symbol("p")  # the row of the model's probabilities
ENTROPY: Side = ("H(q)", r"H\left(q\right)")
ROWS_SUM = (
    "The model's p sums to 1 over the classes, and so does the truth q of a row: this is used where logits enter."
)
EVERY_C = (
    "The steps hold for every number C of classes; the formulas that the library computes with are compared with them "
    "at C = 3."
)


def chain(family: Family, target: Any, weight: Any, link: str | None, fixed: dict[str, Any]) -> Derivation:
    """All stages, in the order of the argument."""
    if link not in (None, LINK):
        raise errors.unknown_option(argument="link", value=link, known=[LINK])
    it = family._once("derivation", lambda: class_subject(family))
    data = None if target is None else sample(family, target, weight, fixed)
    stages: tuple[Callable[[ClassSubject, Sample | None], list[Step]], ...] = (
        density, likelihood, cross_entropy, decomposition, slopes, estimate, softmax_regression,
    )  # fmt: skip
    steps = [made for stage in stages for made in stage(it, data)]
    said = f"the {spoken(family.name)} negative log-likelihood is {ANSWERS.get(family.name, 'the loss')} "
    loss = it.total * cross_of_shares()
    answer = step("answer", join(words(said), side(loss)), expression=loss)
    return Derivation(family.name, answer, (*steps, *iid.bought(True, data)), (notes.LETTERS, ROWS_SUM, EVERY_C))


# -- pieces ------------------------------------------------------------------------------------------------------------


def over(expression: Any) -> Any:
    return Sum(expression, (j, 1, CLASSES))


def cross_of_shares() -> Any:
    """H(q, p)."""
    return -over(Q[j] * sympy.log(P[j]))


def in_row(expression: Any) -> Any:
    """The truth of the i-th row: q_j as q_ij, N as N_i."""
    made = expression.replace(
        lambda part: isinstance(part, sympy.Indexed) and part.base in (Q, Y),
        lambda part: IndexedBase(part.base.label.name, nonnegative=True)[(i, *part.indices)],
    )
    return made.subs(N, IndexedBase("N", positive=True)[i])


def draws_of(it: ClassSubject, data: Sample) -> float:
    """How many draws the rows hold: one each, or N_i."""
    return data.count if it.total == 1 else math.fsum(data.weights * data.target.sum(axis=1))


def entropy_of(q: Any) -> float:
    """H(q): also H(q, p) at the estimate, which is q itself."""
    some = q[q > 0]
    return math.fsum(-some * np.log(some)) + 0.0


def listed(values: Any) -> str:
    shown = ", ".join(map(number, values[:SHOWN]))
    return shown + (", …" if len(values) > SHOWN else "")


# -- stages ------------------------------------------------------------------------------------------------------------


def density(it: ClassSubject, data: Sample | None) -> list[Step]:
    name = f"p({it.truth.label.name})"
    share = sympy.exp(Z[j]) / Sum(sympy.exp(Z[k]), (k, 1, CLASSES))
    what = "q: 1 at the class that happened, else 0; or soft" if it.total == 1 else "N draws, yⱼ of class j"
    of_rows = on_data(data, lambda own, _: f"n = {number(own.count)} rows")
    logits = on_data(data, lambda own, _: "ẑ = " + listed(own.raw(own.estimate or ())))
    return [
        step("density", join(equal((name, name), it.density), words(f" ({what})")), of_rows, it.density),
        step("unconstrained", join(equal(P[j], share), words(": zⱼ may be any numbers")), logits, share),
    ]


def likelihood(it: ClassSubject, data: Sample | None) -> list[Step]:
    product, total = compose.product_over_rows(in_row(it.density)), compose.sum_over_rows(in_row(it.log_density))
    likelihood, log_likelihood = of("L", [MODEL]), of("ℓ", [MODEL], r"\ell")
    in_bits = on_data(data, lambda _, best: f"2^{number(-best.sum / math.log(2))}")
    negative = on_data(data, lambda _, best: nats(best.sum))
    return [
        step("likelihood of independent rows", equal(likelihood, product), in_bits, product),
        underflow(it, data),
        *rest_of_underflow(),
        step("log-likelihood", equal(log_likelihood, total), on_data(data, lambda _, best: number(-best.sum)), total),
        step("negative", equal(join("−", log_likelihood), -total), negative, -total),
    ]


def underflow(it: ClassSubject, data: Sample | None) -> Step:
    """Three classes, all alike; of three draws one of each."""
    factor, what = (Rational(1, 3), "") if it.total == 1 else (Rational(2, 9), ", y = (1, 1, 1)")
    usual = f"at pⱼ = 1/3{what}: factor {factor} a row; L < 2^−1022 first at n = {repeated(float(factor))}"
    return step("why a logarithm", words(usual), on_data(data, lambda _, best: of_product(best.factors)), factor)


def cross_entropy(it: ClassSubject, data: Sample | None) -> list[Step]:
    """The sums over rows and classes change places, so that rows pool into shares."""
    loss, counted = cross_of_shares(), it.total != 1
    line, page = of("ℓ", [MODEL], r"\ell")
    per_row: Side = (f"−{line}/n", rf"-\frac{{1}}{{n}} {page}")
    per_draw: Side = (f"−{line}/Σᵢ Nᵢ", rf"-\frac{{1}}{{\sum_i N_i}} {page}")
    draws = compose.sum_over_rows(IndexedBase("N", positive=True)[i]) if counted else ROWS
    share = equal(Q[j], compose.sum_over_rows(in_row(it.truth[j])) / draws)
    tail = words(" + a number free of p") if counted else ("", "")

    def a_row(_: Sample, best: Losses) -> str:
        return f"{nats(best.mean)} = {number(best.bits)} bits a row"

    def a_draw(own: Sample, best: Losses) -> str:
        value = best.sum / draws_of(it, own)
        return f"{nats(value)} = {number(value / math.log(2))} bits a draw"

    value = on_data(data, a_draw if counted else a_row)
    pooled = on_data(data, lambda own, _: f"{nats(entropy_of(own.shares))} a draw") if counted else value
    mean = join(equal(per_draw if counted else per_row, loss), tail, ", ", share)
    return [
        step("mean over the draws" if counted else "mean over the rows", mean, value, loss),
        step("cross-entropy", equal(loss, join(cross("q", "p"), words(", q the shares of the classes"))), pooled, loss),
    ]


def decomposition(it: ClassSubject, data: Sample | None) -> list[Step]:
    """Proved summand by summand, so for every C."""
    surprise, divergence = Q[j] * sympy.log(Q[j]), Q[j] * sympy.log(Q[j] / P[j])
    q, p = Symbol("q", positive=True), Symbol("p", positive=True)
    summand = (divergence - surprise + Q[j] * sympy.log(P[j])).subs({Q[j]: q, P[j]: p})
    if not vanishes(summand, {q: Rational(2, 5), p: Rational(1, 3)}):
        raise ArithmeticError(str(summand))  # log(q/p) = log q - log p for positive q and p

    def sums(own: Sample, _: Any) -> str:
        h, uniform = entropy_of(own.shares), math.log(len(own.shares))
        text = f"at the estimate: {number(h)} = {number(h)} + 0; "
        return text + f"at p = 1/{len(own.shares)}: {number(uniform)} = {number(h)} + {number(beyond(uniform, h))}"

    def gap(own: Sample, _: Any) -> str:
        excess = beyond(math.log(len(own.shares)), entropy_of(own.shares))
        return f"{nats(excess)} at p = 1/{len(own.shares)}"

    def ratio(own: Sample, _: Any) -> str:
        gap = beyond(math.log(len(own.shares)), entropy_of(own.shares))
        return f"{number(2 * draws_of(it, own) * gap)} at p = 1/{len(own.shares)}"

    entropy, of_entropy = -over(surprise), on_data(data, lambda own, _: nats(entropy_of(own.shares)))
    times: Side = ("2n·", "2n ") if it.total == 1 else ("2·(Σᵢ Nᵢ)·", r"2 \sum_i N_i\, ")
    last = join(times, KL, words(" = 2·(ℓ(q) − ℓ(p)) = G, the likelihood ratio: the G-test"))
    whole = equal(cross("q", "p"), join(ENTROPY, " + ", KL))
    return [
        step("entropy + KL", whole, on_data(data, sums), (entropy, over(divergence))),
        step("entropy", equal(ENTROPY, entropy), of_entropy, entropy),
        step("KL", join(equal(KL, over(divergence)), (" ≥ 0", r" \ge 0")), on_data(data, gap), over(divergence)),
        step("likelihood ratio", last, on_data(data, ratio)),
    ]


def slopes(it: ClassSubject, data: Sample | None) -> list[Step]:
    d_z: Side = ("∂/∂zₖ: ", r"\frac{\partial}{\partial z_k}: ")
    d_p: Side = ("∂/∂pₖ: ", r"\frac{\partial}{\partial p_k}: ")
    bend_z: Side = ("∂²/∂zₖ∂zₗ: ", r"\frac{\partial^2}{\partial z_k \partial z_l}: ")
    bend_p: Side = ("∂²/∂pₖ²: ", r"\frac{\partial^2}{\partial p_k^2}: ")
    fisher = it.hessian_by_probs.subs(it.truth[k], it.total * P[k])  # the expected truth is N p
    by_p = join(("I(pₖ): ", "I_{p_k}: "), side(fisher), words(", on Σⱼ pⱼ = 1"))
    by_z = join(("I(zₖ, zₗ): ", "I_{z_k z_l}: "), side(it.hessian), words(", the Hessian itself: it has no q"))

    def gradient(own: Sample, _: Any) -> str:
        return "at the estimate " + listed(np.where(abs(own.gradient) <= ROUNDING, 0.0, own.gradient))

    def standard_errors(own: Sample, _: Any) -> str:
        return "standard error of p̂ " + listed(np.sqrt(own.shares * (1 - own.shares) / draws_of(it, own)))

    return [
        step("gradient by p", join(d_p, side(it.gradient_by_probs)), expression=it.gradient_by_probs),
        step("gradient by z", join(d_z, side(it.gradient)), on_data(data, gradient), it.gradient),
        step("Hessian by p", join(bend_p, side(it.hessian_by_probs)), expression=it.hessian_by_probs),
        step("Hessian by z", join(bend_z, side(it.hessian)), expression=it.hessian),
        step("Fisher information by p", by_p, on_data(data, standard_errors), fisher),
        step("Fisher information by z", by_z, expression=it.hessian),
    ]


def estimate(it: ClassSubject, data: Sample | None) -> list[Step]:
    """The multiplier of sum_j p_j = 1 is 1."""
    multiplier, hat = Symbol("lambda", positive=True), IndexedBase("phat", positive=True)[k]
    equation = it.gradient_by_probs.subs(it.truth[k], Q[k]) + multiplier
    if not vanishes(equation.subs(P[k], Q[k] / multiplier), {}):
        raise ArithmeticError(str(equation))  # -q/p + lambda vanishes at p = q/lambda

    def shares(own: Sample, _: Any) -> str:
        if not own.class_names:
            return "p̂ = " + listed(own.shares)
        pairs = [f"{name}: {number(q)}" for name, q in zip(own.class_names, own.shares, strict=True)]
        return "p̂ = " + ", ".join(pairs[:SHOWN]) + (", …" if len(pairs) > SHOWN else "")

    held = join(equal(equation, sympy.S.Zero), words(" with the multiplier λ of Σⱼ pⱼ = 1"))
    return [
        step("gradient zero", held, expression=equation),
        step("multiplier", words("pₖ = qₖ/λ and both sum to 1, so λ = 1"), expression=Q[k] / multiplier),
        step("maximum-likelihood estimate", equal(hat, Q[k]), on_data(data, shares), Q[k]),
    ]


def softmax_regression(it: ClassSubject, _: Sample | None) -> list[Step]:
    name = regression(it.family.name, LINK)
    slope = in_row(it.gradient).subs(P[k], IndexedBase("p", positive=True)[i, k])
    gradient = join(("Σᵢ xᵢ·(", r"\sum_i x_i \left("), side(slope), (")", r"\right)"))
    return [
        step("with a link, the regression", words(f"{name}: pᵢ = softmax(zᵢ), zᵢⱼ = xᵢ·βⱼ")),
        step("gradient by βₖ", equal(words("∂(−ℓ)/∂βₖ"), gradient), expression=slope),
    ]
