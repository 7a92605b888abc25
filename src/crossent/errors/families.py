"""Defining a family, and deriving from it."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import NoAnswerError, UsageError, UsageTypeError
from crossent.errors.words import Index, listed


def not_an_identifier(word: str) -> UsageError:
    return UsageError(
        f"names of a family's parameters must be Python names; {word!r} is none.",
        "letters, digits and _, as in log_rate.",
        name=word,
    )


def family_without_nll(family: str) -> UsageError:
    return UsageError(
        f"{family}: a family must have nll=..., or exponential=... to derive it from; it has neither.",
        "write nll(y, *parameters), the negative log density in nats.",
        family=family,
    )


def formula_raised(kernel: str) -> UsageError:
    return UsageError(
        f"a formula must give a number for every row that counts; one of {kernel} raised an exception.",
        "let it give NaN where it is not defined: such a row is found and named.",
        kernel=kernel,
    )


def derivative_by_alternative(family: str, names: Iterable[str], raw: Iterable[str]) -> UsageError:
    return UsageError(
        f"{family}: derivatives are taken by {listed(raw)}; they were asked for by {listed(names)}.",
        "hand over the unconstrained parameters, and multiply with the derivative of the transformation.",
        family=family,
    )


def no_derivative_rule(family: str, function: str) -> UsageError:
    return UsageError(
        f"{family}: to derive the gradient, nll must be made of functions with known derivatives; {function} has none.",
        "write gradient=... and hessian=... beside nll.",
        family=family, function=function,
    )  # fmt: skip


def out_of_reach(what: str, index: Index, reach: float, limit: float) -> NoAnswerError:
    return NoAnswerError(
        f"{what}: the counts that matter must stay below {limit:.0e}; those of member {list(index)} reach {reach:.1e}.",
        "estimate it from a sample: the mean of nll over sample(rng, shape).",
        what=what, index=index, reach=reach,
    )  # fmt: skip


def no_reading_registered(root: str, kind: type) -> UsageTypeError:
    return UsageTypeError(
        f"a formula takes NumPy arrays, numbers, SymPy or mpmath values, or arrays with a registered reading; "
        f"a {kind.__module__}.{kind.__qualname__} came, and no reading of {root} is registered",
        hint=f"convert it with numpy.asarray, or register a reading: "
        f"crossent.vocabulary.register_reading({root!r}, reading).",
        root=root,
    )
