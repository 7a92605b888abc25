"""Formulas that a user writes as text: what may not stand there, and in which column."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import UsageError
from crossent.errors.words import did_you_mean, listed

_AROUND = 30  # characters shown before and after the place


def formula_refused(text: str, column: int, found: str, hint: str = "") -> UsageError:
    """`column` counts from 1."""
    return UsageError(
        f"a formula holds names, numbers, + - * / **, and calls of known functions; "
        f"in column {column} there is {found}.\n{_place(text, column)}",
        hint or "write it like log(1 + exp(-y*z)) or -(y*log(p) + (1-y)*log(1-p)).",
        text=text, column=column, found=found,
    )  # fmt: skip


def formula_too_long(length: int, limit: int) -> UsageError:
    return UsageError(
        f"a formula has at most {limit:,} characters; this one has {length:,}.",
        "write it with fewer words, or name the loss as the catalogue does.",
        length=length, limit=limit, column=limit + 1,
    )  # fmt: skip


def formula_unfinished(text: str, column: int, reason: str) -> UsageError:
    return UsageError(
        f"a formula must be one expression; column {column} ends it too early or does not fit: {reason}.\n"
        f"{_place(text, column)}",
        "look for a missing bracket or operator; a product is written with *.",
        text=text, column=column,
    )  # fmt: skip


def formula_too_large(text: str, column: int, what: str, limit: int) -> UsageError:
    return UsageError(
        f"a formula must stay small: {what} (at most {limit:,}); column {column}.\n{_place(text, column)}",
        "write it more simply.",
        text=text, column=column, limit=limit,
    )  # fmt: skip


def formula_name_unknown(text: str, column: int, name: str, known: Iterable[str], function: bool) -> UsageError:
    kind = "function" if function else "variable"
    return UsageError(
        f"a formula calls known {kind}s only; {name!r} in column {column} is none.\n{_place(text, column)}",
        did_you_mean(name, known),
        text=text, column=column, name=name,
    )  # fmt: skip


def formula_arguments(text: str, column: int, name: str, takes: str, came: int) -> UsageError:
    return UsageError(
        f"{name} takes {takes}; it came with {came} in column {column}.\n{_place(text, column)}",
        text=text, column=column, name=name,
    )  # fmt: skip


def formula_power_too_large(base: object, exponent: object, bits: int) -> UsageError:
    return UsageError(
        f"a formula must stay small: a power has at most {bits:,} binary digits; {base}**{exponent} has more.",
        "write it more simply.",
        base=base, exponent=exponent, limit=bits,
    )  # fmt: skip


def formula_number_too_large(function: str, number: object, limit: int) -> UsageError:
    return UsageError(
        f"a formula must stay small: {function} of a number takes at most {limit:,}; it is {number}.",
        "write it with a variable in the place of the number.",
        function=function, number=number, limit=limit,
    )  # fmt: skip


def formula_number_too_fine(function: str, number: object, limit: int) -> UsageError:
    return UsageError(
        f"a formula must stay small: {function} of a fraction takes a denominator of at most {limit}; it is {number}.",
        "write it with a variable in the place of the number.",
        function=function, number=number, limit=limit,
    )  # fmt: skip


def function_of_function_of_number(function: str, argument: object) -> UsageError:
    return UsageError(
        f"a formula must stay small: {function} takes a number or an expression with a variable; it is {argument}.",
        "write it with a variable in the place of the number.",
        function=function, argument=argument,
    )  # fmt: skip


def variable_without_domain(names: Iterable[str], domains: Iterable[str], why: str = "") -> UsageError:
    names = list(names)
    first = names[0]
    return UsageError(
        f"every variable of a formula must have a domain; {listed(map(repr, names))} "
        f"{'has' if len(names) == 1 else 'have'} none{': ' + why if why else ''}.",
        f"add --domain {first}=... with one of {listed(domains)}"
        f" (in Python: domains={{{first!r}: ...}}).",
        names=tuple(names),
    )  # fmt: skip


def domain_unclear(text: str, known: Iterable[str]) -> UsageError:
    return UsageError(
        f"a domain is given as NAME=KIND, once for each variable; it came as {text!r}.",
        f"the kinds are {listed(known)}.",
        argument="domain", value=text,
    )  # fmt: skip


def domain_of_no_variable(name: str, variables: Iterable[str]) -> UsageError:
    variables = list(variables)
    return UsageError(
        f"a domain must be that of a variable of a formula; there is none called {name!r}.",
        did_you_mean(name, variables) if variables else "names of the catalogue have no variables.",
        argument="domain", value=name,
    )  # fmt: skip


def roles_unclear(role: str, candidates: Iterable[str], usual: str) -> UsageError:
    candidates = list(candidates)
    came = f"{listed(map(repr, candidates))} could be it" if candidates else "no variable is it"
    return UsageError(
        f"a loss is a function of one target and one prediction; as the {role}, {came}.",
        f"call the {role} {usual}; every other variable is a parameter held fixed.",
        role=role, candidates=tuple(candidates),
    )  # fmt: skip


def target_and_prediction_do_not_fit(target: str, prediction: str, pairs: Iterable[str]) -> UsageError:
    return UsageError(
        f"a target and a prediction must describe the same thing; a target that is {target} has no prediction "
        f"that is {prediction}.",
        f"known pairs: {'; '.join(pairs)}.",
        target=target, prediction=prediction,
    )  # fmt: skip


def _place(text: str, column: int) -> str:
    """The piece of the text around a column, and a mark under it."""
    shown = "".join(letter if letter.isprintable() and letter.isascii() else "?" for letter in text)
    start = max(0, column - 1 - _AROUND)
    piece = shown[start : column - 1 + _AROUND]
    before, after = "... " if start else "", " ..." if column - 1 + _AROUND < len(shown) else ""
    return f"  {before}{piece}{after}\n  {' ' * (len(before) + column - 1 - start)}^"
