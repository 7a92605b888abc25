"""What "independent and identically distributed" bought, step by step."""

from __future__ import annotations

from crossent.proof.chain.compose import step, words
from crossent.proof.results import Step


def bought(discrete: bool) -> list[Step]:
    pooled = "the shares q" if discrete else "one empirical distribution q"
    return [
        step("neither", words("the density, −log, the gradient of one row: they need no second row")),
        step("independence", words("p(y₁, …, yₙ) = ∏ᵢ pᵢ(yᵢ); without it: ∏ᵢ p(yᵢ | y₁, …, yᵢ₋₁)")),
        step("identical distribution", words("pᵢ = p, one parameter for all rows; without it: pᵢ = p(· | xᵢ)")),
        step(
            "identical distribution", words(f"the rows, in any order, pool into {pooled}: H(q, p) of one q and one p")
        ),
        step("both", words("the mean over the rows tends to the expectation: the average is worth something")),
        step("both", words("n rows hold n·I(θ): standard error 1/√(n·I); else errors are wrong, not the estimate")),
        step("with a link", words("given x independent, each its own p(· | xᵢ): H is the average conditional one")),
    ]
