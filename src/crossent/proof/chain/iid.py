"""What "independent and identically distributed" bought, step by step."""

from __future__ import annotations

from crossent.proof.chain.compose import number, step, words
from crossent.proof.chain.sample import Sample, on_data
from crossent.proof.results import Step


def bought(discrete: bool, sample: Sample | None = None) -> list[Step]:
    """The steps that used independence, those that used identical distribution, and those that used neither."""
    pooled = "the shares q" if discrete else "one distribution q"
    n = on_data(sample, lambda own, _: f"n = {number(own.count)}")
    return [
        step("neither", words("the density, −log, the gradient of one row: they need no second row")),
        step("independence", words("p(y₁, …, yₙ) = ∏ᵢ pᵢ(yᵢ); without it: ∏ᵢ p(yᵢ | y₁, …, yᵢ₋₁)")),
        step("identical distribution", words("pᵢ = p, one parameter for all rows; without it: pᵢ = p(· | xᵢ)")),
        step("identical distribution", words(f"rows, in any order, pool into {pooled}: H(q, p) of one q and one p")),
        step("both", words("the mean over the rows tends to the expectation: the average is worth something")),
        step("both", words("n rows hold n·I(θ), standard error 1/√(n·I(θ)); without both, another"), n),
        step("with a link", words("given x independent, each its own p(· | xᵢ): H is the average conditional one")),
    ]
