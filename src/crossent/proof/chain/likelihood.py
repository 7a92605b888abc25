"""From the density of one row to the mean negative log-likelihood, the cross-entropy from the data to the model."""

from __future__ import annotations

import math
from typing import Any

import sympy

from crossent.proof.chain.compose import (
    equal,
    join,
    listed,
    nats,
    number,
    of,
    product_over_rows,
    row,
    side,
    step,
    sum_over_rows,
    words,
)
from crossent.proof.chain.expectation import MEAN_OF_ROWS, averaged
from crossent.proof.chain.names import ROWS
from crossent.proof.chain.sample import Sample, on_data
from crossent.proof.chain.subject import Subject
from crossent.proof.chain.underflow import underflow
from crossent.proof.chain.words import ANSWERS, spoken
from crossent.proof.results import Step

Q = sympy.Symbol("q", nonnegative=True)  # the truth


def answer(subject: Subject) -> Step:
    """The one line that comes first."""
    family, loss = subject.family, -subject.log_density
    if family.support.kind == "unit":  # the truth of a row with label y is the distribution (1 - y, y)
        loss = loss.subs(subject.y, Q)
    name = ANSWERS.get(family.name, "the loss")
    said = f"the {spoken(family.name)} negative log-likelihood is {name} "
    return step("answer", join(words(said), side(loss)), expression=loss)


def density(subject: Subject, sample: Sample | None) -> list[Step]:
    """The density, and the raw parameters that leave the numbers free."""
    of_rows = on_data(sample, lambda data, _: f"n = {number(data.count)} rows")
    made = [step("density", equal(_density_of(subject), subject.density), of_rows, subject.density)]
    if subject.changes_coordinates:
        moved = [(s, r) for s, r in zip(subject.standard, subject.from_raw, strict=True) if s != r]
        text = join(*(join(", " if k else "", equal(s, r)) for k, (s, r) in enumerate(moved)))
        free = listed(r for r in subject.raw if r not in subject.standard)
        what = join(text, ": ", free, words(" may be any number"))
        made.append(
            step("unconstrained", what, on_data(sample, lambda own, _: raw_numbers(subject, own)), subject.from_raw)
        )
    return made


def raw_numbers(subject: Subject, data: Sample) -> str:
    """The raw parameters of the estimate."""
    values = zip(subject.raw, data.raw(data.estimate or ()), strict=True)
    return ", ".join(
        f"{side(hat(symbol))[0]} = {number(value)}" for symbol, value in values if symbol not in subject.standard
    )


def hat(symbol: Any) -> Any:
    """The estimate of a parameter."""
    return sympy.Symbol(
        f"{symbol.name}hat", **{k: v for k, v in symbol.assumptions0.items() if k in ("positive", "real")}
    )


def _density_of(subject: Subject) -> tuple[str, str]:
    line, page = listed(subject.standard)
    return f"p(y | {line})", rf"p\left(y \mid {page}\right)"


def likelihood(subject: Subject, sample: Sample | None) -> list[Step]:
    """The product, why its logarithm is taken, the sum, its negative."""
    product = product_over_rows(row(subject.density, subject.y))
    log_sum = sum_over_rows(row(subject.log_density, subject.y))
    loss_sum = sum_over_rows(row(-subject.log_density, subject.y))
    log_likelihood = of("ℓ", subject.standard, r"\ell")
    log_of_product = join("log ", of("L", subject.standard))
    in_bits = on_data(sample, lambda _, best: f"2^{number(-best.sum / math.log(2))}")
    total = on_data(sample, lambda _, best: number(-best.sum))
    negative = on_data(sample, lambda _, best: nats(best.sum))
    return [
        step("likelihood of independent rows", equal(of("L", subject.standard), product), in_bits, product),
        *underflow(subject, sample),
        step("log-likelihood", equal(log_likelihood, log_of_product, log_sum), total, log_sum),
        step("negative", equal(join("−", log_likelihood), loss_sum), negative, loss_sum),
    ]


def cross_entropy(subject: Subject, sample: Sample | None) -> list[Step]:
    """The mean over the rows, and whose cross-entropy it is."""
    kind, y = subject.family.support, subject.y
    mean = averaged(-subject.log_density, y)
    if kind.kind == "unit":
        mean = mean.subs(MEAN_OF_ROWS, Q)
        whose = equal(Q, sum_over_rows(row(y, y)) / ROWS)
        what = join(cross("q", "p"), words(", the truth q the share of ones: "), whose)
    elif kind.discrete:
        text = ("−Σ_y q(y)·log p(y)", r"-\sum_{y} q(y) \log p(y)")
        what = join(equal(text, cross("q", "p")), words(", q(y) the share of rows that are y"))
    else:
        text = ("the mean of −log p under q", r"\mathbb{E}_{q}\left[-\log p(y)\right]")
        what = join(equal(cross("q", "p"), text), words(", q being 1/n on each row"))
    line, page = of("ℓ", subject.standard, r"\ell")
    per_row = (f"−{line}/n", rf"-\frac{{1}}{{n}} {page}")
    value = on_data(sample, lambda _, best: f"{nats(best.mean)} = {number(best.bits)} bits")
    return [
        step("mean over the rows", equal(per_row, mean), value, mean),
        step("cross-entropy", equal(per_row, what), value, mean),
    ]


def cross(truth: str, model: str) -> tuple[str, str]:
    """H(q, p), the cross-entropy from q to p."""
    return f"H({truth}, {model})", rf"H\left({truth}, {model}\right)"
