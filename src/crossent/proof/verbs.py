"""prove, derive and identify as users call them: SymPy is loaded when the first of them is called, not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossent.proof.results import Derivation, Identification, Proof


def prove(left: Any, right: Any, *, domains: Mapping[str, str] | None = None) -> Proof:
    """Are two losses the same function of (target, predicted distribution)? With proof, or with a counterexample.

        left = scale * right + offset(target)

    `left` and `right` are names of the catalogue ("bce", "focal(gamma=2)", "torch.nn.KLDivLoss"), families, or formulas
    as text, "log(1 + exp(-y*z))"; `domains` says what a formula's variables are: real, positive, unit, binary, sign or
    count. Text is never evaluated as code. The verdict is equal, affine, negated, different, incomparable or unknown;
    `print` shows all of it, a notebook as formatted mathematics.

    Errors: UsageError for an unknown name, a formula that holds anything else, or a variable without a domain.

    >>> import crossent as ce
    >>> ce.prove("bce", "ce").verdict
    'equal'
    >>> ce.prove("log(1 + exp(-y*z))", "bce", domains={"y": "sign"}).verdict
    'equal'
    """
    from crossent.proof.comparison.prove import prove as proof_of
    from crossent.proof.user_formulas.text import sides

    return proof_of(*sides(left, right, domains or {}))


def derive(family: Any, target: Any = None, *, weight: Any = None, link: str | None = None, **fixed: Any) -> Derivation:
    """Where does the loss of a family come from? From its density to its gradient and its regression, step by step.

        -(1/n) log(p(y_1) ... p(y_n)) = cross-entropy of the empirical distribution with the model

    With `target` (and `weight`), every step also shows its number on that data. `link` is that of the regression at the
    end; `fixed` are numbers of fixed parameters, such as total_count.

    Errors: UsageError for an unknown family or link; DataError for a target outside the support.

    >>> import crossent as ce
    >>> ce.derive(ce.Bernoulli).family
    'Bernoulli'
    """
    from crossent.proof.chain.derive import derive as derivation_of

    return derivation_of(family, target, weight=weight, link=link, **fixed)


def identify(
    function: Callable[..., Any], *, target: str | None = None, prediction: str | None = None, name: str = ""
) -> Identification:
    """Which named loss is this function of (target, prediction), or of (prediction, target)?

        function = scale * loss + offset(target)

    It is called on 2,000 seeded inputs of every kind that it answers (floats, NumPy arrays or torch tensors; one number
    a row, their mean or their sum), and compared with every loss of the catalogue. `target` and `prediction`, such as
    "binary" and "bernoulli.logits", narrow the kinds; `name` is what the answer calls the function.

    Errors: UsageError for an unknown kind; NoAnswerError if the function answers no kind of input with numbers.

    >>> import crossent as ce
    >>> found = ce.identify(lambda y, m: 3 * (y - m) ** 2, target="real")
    >>> found.name, found.scale, found.offset
    ('mse', '3', '0')
    """
    from crossent.proof.identification.identify import identify as identity_of

    return identity_of(function, target=target, prediction=prediction, name=name)
