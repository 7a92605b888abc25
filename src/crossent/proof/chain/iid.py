"""What "independent and identically distributed" bought, step by step."""

from __future__ import annotations

from crossent.proof.chain.compose import number, step, words
from crossent.proof.chain.sample import Sample, on_data
from crossent.proof.results import Step

IDENTICAL = "what identical distribution bought"


def bought(discrete: bool, sample: Sample | None = None) -> list[Step]:
    """The steps that used independence, those that used identical distribution, and those that used neither."""
    pooled = "the shares q" if discrete else "one distribution q"
    n = on_data(sample, lambda own, _: f"n = {number(own.count)}")
    return [
        step("without i.i.d.", words("the density, −log, the gradient of one row: they need no second row")),
        step("what independence bought", words("p(y₁, …, yₙ) = ∏ᵢ pᵢ(yᵢ); without it: ∏ᵢ p(yᵢ | y₁, …, yᵢ₋₁)")),
        step(IDENTICAL, words("pᵢ = p, one parameter for all rows; without it: pᵢ = p(· | xᵢ)")),
        step(IDENTICAL, words(f"rows, in any order, pool into {pooled}: H(q, p) of one q and one p")),
        step(
            "what both bought", words("the mean over the rows tends to the expectation: the average is worth something")
        ),
        step(
            "what both bought", words("n rows hold n·I(θ), standard error 1/√(n·I(θ)); without both, it is another"), n
        ),
        step("what a link leaves of it", words("independent given x, each row its own p(· | xᵢ): H is their average")),
    ]
