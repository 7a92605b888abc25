"""`derive`: how a family's loss follows from its density, step by step, and what each step is on the user's data."""

from __future__ import annotations

from typing import Any

from crossent.families.contract import Family
from crossent.loss.loss import find
from crossent.proof.chain import classes, scalar
from crossent.proof.chain.sample import check_fixed
from crossent.proof.results import Derivation


def derive(
    family: Family | str, target: Any = None, *, weight: Any = None, link: str | None = None, **fixed: Any
) -> Derivation:
    """Where a loss comes from: density, likelihood, logarithm, cross-entropy, gradient, estimate, regression.

        −(1/n)·log ∏ᵢ p(yᵢ) = H(q, p)

    q is the truth and p the model throughout. Every symbolic step is a rewriting that is checked against the family's
    own formulas; a family of your own is taken as it is.

    Args:
        family: a family or its name, such as ce.Bernoulli or "bernoulli"; also one of your own.
        target: what was observed, if each step is to show its number on it: numbers of the family's support, classes
            (indices or text), rows of probabilities or counts.
        weight: of the rows, finite and at least 0.
        link: of the regression at the end, "logit", "log", "identity", "cloglog" or "softmax"; else the family's own.
        **fixed: numbers of fixed parameters, such as total_count; needed with `target` only.
    Returns:
        a `Derivation`: `.answer`, `.steps` (each with `.rule`, `.text`, `.latex`, `.number`), `.notes`, `.to_json()`.
    Raises:
        UsageError: an unknown family or link; a family whose density, nll and derivatives contradict each other.
        DataError: a target outside the support, with its row; no rows.

    >>> derive("bernoulli").answer.text
    'the Bernoulli negative log-likelihood is the binary cross-entropy −q·log p − (1 − q)·log(1 − p)'
    >>> [step.number for step in derive("poisson", [0, 3, 3]).steps if step.rule == "maximum-likelihood estimate"]
    ['λ̂ = 2']
    """
    found = find(family)
    check_fixed(found, fixed)
    chain = scalar.chain if found.classes is None else classes.chain
    return chain(found, target, weight, link, fixed)
