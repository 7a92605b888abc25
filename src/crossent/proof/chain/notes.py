"""What stands beside the argument: whose letters are reversed, and where a formula holds."""

from __future__ import annotations

import sympy

from crossent.proof.chain.subject import Subject

LETTERS = (
    "q is the truth and p the model: H(q, p) = −Σ q·log p. Many texts, and scipy.stats.entropy(pk, qk), call the "
    "truth p and the model q, and write H(p, q) for the same number; torch's kl_div takes the model first."
)
GUARDS = (
    "The library computes this loss by other formulas, with cases, which lose no digits. They were proved to be the "
    "same function inside the support and at its edges, for parameters well inside the range of floats."
)
SOFT = (
    "A soft label y in [0, 1] is a row whose truth is the distribution (1 − y, y): its loss is still the "
    "cross-entropy, though p(y) is a density only for y = 0 and 1."
)
KINK = (
    "The loss has a kink where y is the location: there the derivative is taken as 0, the middle of the subgradients. "
    "The Fisher information is the expected square of the gradient: it counts the kink, which the Hessian does not see."
)


def notes(subject: Subject) -> tuple[str, ...]:
    kind = subject.family.support.kind
    found = [LETTERS]
    found += [SOFT] * (kind == "unit")
    found += [GUARDS] * (subject.guarded and bool(subject.family.support.discrete))
    slopes = (
        []
        if subject.log_density.has(sympy.Piecewise)
        else [sympy.diff(subject.log_density, p) for p in subject.standard]
    )
    found += [KINK] * any(slope.has(sympy.sign) for slope in slopes)
    return (*found, *subject.unproved)
