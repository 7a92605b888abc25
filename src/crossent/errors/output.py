"""What a command writes, in which form and where to; and what it was asked to check or to import."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import NoAnswerError, UsageError
from crossent.errors.words import did_you_mean, listed


def one_form_only(came: Iterable[str]) -> UsageError:
    return UsageError(
        f"an answer is written in one form; asked for were {listed(came)}.",
        "give one of --json, --latex, --html, or none of them.",
        came=tuple(came),
    )  # fmt: skip


def output_unwritable(name: str, reason: str) -> UsageError:
    return UsageError(
        f"the output must go to a file that can be written; {name!r} cannot: {reason}.",
        "name a file in a folder that is there and yours.",
        argument="output", value=name,
    )  # fmt: skip


def unknown_verdict(value: str, known: Iterable[str]) -> UsageError:
    return UsageError(
        f"--expect takes a verdict; there is none called {value!r}.",
        did_you_mean(value, known),
        argument="expect", value=value,
    )  # fmt: skip


def data_needs_target(came: str, missing: str) -> UsageError:
    return UsageError(
        f"a derivation on data takes both a file and the column of its target; {came} came without {missing}.",
        "write --data FILE --target COLUMN.",
        came=came, missing=missing,
    )  # fmt: skip


def counts_need_columns(family: str) -> UsageError:
    return UsageError(
        f"--target must be the column of one value a row; the target of {family} is a row of counts.",
        "from Python: crossent.derive('multinomial', counts), an array with a column for each class.",
        family=family, argument="target",
    )  # fmt: skip


def parameter_not_a_number(text: str) -> UsageError:
    return UsageError(
        f"a fixed parameter is given as NAME=NUMBER, or with --data as NAME=COLUMN; it came as {text!r}.",
        "such as --param total_count=10.",
        argument="param", value=text,
    )  # fmt: skip


def place_of_function(text: str) -> UsageError:
    return UsageError(
        f"a function is named as MODULE:FUNCTION; it came as {text!r}.",
        "my_losses:focal is the function focal of my_losses.py in this folder; torch.nn:BCELoss is made with no "
        "arguments.",
        argument="function", value=text,
    )  # fmt: skip


def import_failed(module: str, reason: str) -> UsageError:
    return UsageError(
        f"the module must be importable from this folder; importing {module!r} gave {reason}.",
        "run the command where python -c 'import ...' works.",
        argument="function", value=module,
    )  # fmt: skip


def no_such_function(module: str, name: str, known: Iterable[str]) -> UsageError:
    return UsageError(
        f"the module {module!r} has no function {name!r}.",
        did_you_mean(name, known, longest=20) if known else "",
        argument="function", value=name,
    )  # fmt: skip


def not_callable(name: str, kind: str) -> UsageError:
    return UsageError(
        f"what is identified must be a function of (target, prediction); {name} is a {kind}.",
        "name a function, or an object that can be called.",
        argument="function", value=name,
    )  # fmt: skip


def takes_no_inputs(name: str, failures: Iterable[str]) -> NoAnswerError:
    """No kind of input got a number that depends on the prediction out of the function."""
    failures = list(failures)
    shown = failures[:5] + [f"and {len(failures) - 5} more"] * (len(failures) > 5)
    return NoAnswerError(
        f"{name} must answer some kind of (target, prediction) with numbers that depend on the prediction; it "
        "answered none:\n" + "\n".join(f"  {failure}" for failure in shown or ["all of its answers are constant"]),
        "say which kind it takes: identify(function, target='binary', prediction='bernoulli.logits').",
        name=name,
    )  # fmt: skip
