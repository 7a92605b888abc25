"""Names and options."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import UsageError, UsageTypeError
from crossent.errors.words import did_you_mean, listed


def unknown_family(name: str, known: Iterable[str]) -> UsageError:
    return UsageError(f"a family must be known; there is none called {name!r}.", did_you_mean(name, known), name=name)


def not_a_family(argument: str, value: object) -> UsageTypeError:
    return UsageTypeError(
        f"{argument} must be a family or its name; it is {value!r}.",
        "write ce.Bernoulli or 'bernoulli'; a family with parameters, ce.Bernoulli(logits=z), goes to cross_entropy.",
        argument=argument,
    )


def not_a_distribution(argument: str, value: object) -> UsageTypeError:
    return UsageTypeError(
        f"{argument} must be a family with its parameters, such as ce.Bernoulli(logits=z); "
        f"it is a {type(value).__name__}.",
        "truth comes first, the model second: cross_entropy(y, ce.Bernoulli(logits=z)).",
        argument=argument,
    )


def parameters_unclear(family: str, came: Iterable[str], choices: Iterable[str]) -> UsageTypeError:
    came = list(came)
    return UsageTypeError(
        f"{family}: exactly one parameterisation must be given, {' or '.join(choices)}; "
        f"{'nothing came' if not came else 'it came with ' + listed(came)}.",
        f"parameters go by keyword: {family}({next(iter(choices), '...')}=...).",
        family=family, came=tuple(came),
    )  # fmt: skip


def fixed_parameter_missing(family: str, name: str) -> UsageTypeError:
    return UsageTypeError(
        f"{family}: {name} must be given; it is a fixed parameter that nothing else tells.",
        f"pass {name}=..., a number or one for every row; on the command line, --param {name}=NUMBER.",
        family=family, argument=name,
    )  # fmt: skip


def unknown_option(argument: str, value: object, known: Iterable[object]) -> UsageError:
    return UsageError(
        f"{argument} must be one of {listed(map(repr, known))}; it is {value!r}.", argument=argument, value=value
    )


def smoothing_out_of_range(value: object) -> UsageError:
    return UsageError(
        f"label_smoothing must be a number in [0, 1]; it is {value!r}.", argument="label_smoothing", value=value
    )


def smoothing_refused(family: str) -> UsageError:
    return UsageError(
        f"{family}: label_smoothing must be 0, because only classes can be mixed with the uniform over them.",
        "it is for bernoulli and categorical.",
        family=family, argument="label_smoothing",
    )  # fmt: skip


def base_invalid(value: object) -> UsageError:
    return UsageError(
        f"base must be None (nats) or a finite number above 1; it is {value!r}.",
        "base=2 gives bits.",
        argument="base", value=value,
    )  # fmt: skip


def families_differ(truth: str, model: str) -> UsageError:
    return UsageError(
        f"truth and model must be of one family; they are {truth} and {model}.",
        "draw from the truth and pass the sample as the target, or write both in one family.",
        truth=truth, model=model,
    )  # fmt: skip


def quantity_missing(family: str, quantity: str, hint: str = "") -> UsageError:
    return UsageError(
        f"{family}: {quantity} must be known; the family states none.", hint, family=family, quantity=quantity
    )


def classes_refused(family: str) -> UsageError:
    return UsageError(
        f"{family}: classes must not be given; only categorical and multinomial have names for them.",
        family=family,
        argument="classes",
    )


def class_named_twice(name: object) -> UsageError:
    return UsageError(f"classes must be distinct; {name!r} is there twice.", argument="classes", value=name)


def no_such_name(name: str, known: Iterable[str]) -> AttributeError:
    """Python itself asks for names that are not there, so this one is a plain AttributeError."""
    return AttributeError(f"crossent has no {name!r}. {did_you_mean(name, known)}", name=name)


def cannot_be_held(family: str, name: str, known: Iterable[str]) -> UsageTypeError:
    return UsageTypeError(
        f"{family}: what Loss holds fixed must be one of its parameters, given once; {name!r} is not.",
        did_you_mean(name, known),
        family=family,
        argument=name,
    )


def nothing_left_to_predict(family: str) -> UsageTypeError:
    return UsageTypeError(
        f"{family}: at least one raw parameter must be left to predict; all of them are held fixed.",
        f"the loss of a known member of the family is cross_entropy(target, {family}(...)).",
        family=family,
    )
