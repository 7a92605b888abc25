"""Fitting: searches that end without an answer, and what `fit` cannot take."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import DataError, NoAnswerError, UsageError
from crossent.errors.words import listed


def start_is_impossible(name: str, family: str, link: str) -> NoAnswerError:
    return NoAnswerError(
        f"{name}: the search must begin where every row is possible; with {family} and the link {link} the best "
        "constant is not.",
        "offsets that put a mean outside its range do this; leave them out, or choose another link.",
        family=family, link=link,
    )  # fmt: skip


def not_converged(name: str, iterations: int, decrement: float) -> NoAnswerError:
    return NoAnswerError(
        f"{name}: the maximum of the likelihood must be reached; after {iterations} iterations it is still "
        f"{decrement:.3g} standard errors away.",
        "columns that are nearly collinear, or a maximum at the edge of the link's range, do this; leave columns out, "
        "or add a penalty (--ridge).",
        iterations=iterations, decrement=decrement,
    )  # fmt: skip


def no_descent(name: str, iterations: int, decrement: float) -> NoAnswerError:
    return NoAnswerError(
        f"{name}: each step must lower the loss; at iteration {iterations} none does, and the maximum is still "
        f"{decrement:.3g} standard errors away.",
        "the maximum is at the edge of what the link allows, or columns are nearly collinear; choose another link, "
        "leave columns out, or add a penalty (--ridge).",
        iterations=iterations, decrement=decrement,
    )  # fmt: skip


def target_reproduced(name: str, target: str) -> DataError:
    return DataError(
        f"{name}: a scale must be above 0; the predictors reproduce {target} exactly, so it is 0 and the likelihood "
        "has no maximum.",
        "is a predictor the target in other units? Otherwise fix the scale: --fixed scale=1.",
        target=target,
    )  # fmt: skip


def option_not_for(option: str, family: str, families: Iterable[str]) -> UsageError:
    return UsageError(
        f"{option} must go with {listed(families)}; the family is {family}.", "leave it out.", option=option
    )


def penalty_out_of_range(value: float) -> UsageError:
    return UsageError(
        f"--ridge must be a finite number of at least 0; it is {value!r}.", "0 is no penalty.", value=value
    )


def offset_not_over_classes(family: str) -> UsageError:
    return UsageError(
        f"an offset must belong to one linear predictor; {family} has one for each class.", "leave --offset out.",
        family=family,
    )  # fmt: skip


def cannot_be_fixed(family: str, name: str, allowed: Iterable[str]) -> UsageError:
    names = list(allowed)
    which = f"one of {listed(names)}" if names else f"left out: {family} has no parameter that can be fixed"
    return UsageError(f"--fixed must be {which}; it is {name!r}.", "as in --fixed concentration=1.", name=name)


def fixed_outside(family: str, name: str, value: float) -> UsageError:
    return UsageError(
        f"--fixed {name} must be in the domain of {family}'s {name}; it is {value!r}.", "a positive number.", name=name
    )


def curvature_singular(name: str) -> NoAnswerError:
    return NoAnswerError(
        f"{name}: the curvature must be positive in every direction; in some it is 0 to all digits, though no columns "
        "are collinear.",
        "columns of very different size, or nearly collinear ones; rescale or leave out, or add a penalty (--ridge).",
    )


def formula_and_features() -> UsageError:
    return UsageError(
        "predictors must be named in one way; --formula and --features both came.", "leave one of them out."
    )


def fold_is_separated(name: str) -> NoAnswerError:
    return NoAnswerError(
        f"{name}: each fold's model must have finite coefficients to predict the rows held out; in one fold the "
        "predictors separate the outcomes.",
        "add a penalty (--ridge), use fewer folds (--cv 5), or leave rare levels out.",
    )


def time_unreadable(column: str, text: str) -> DataError:
    return DataError(
        f"column {column!r} must hold numbers or dates as ISO 8601 writes them (2026-01-31, 2026-01-31T12:00); it "
        f"holds {text!r}.",
        "write it so, or number the rows.",
        column=column,
    )  # fmt: skip


def weights_need_the_sandwich() -> UsageError:
    return UsageError(
        "errors of importance weights must be the sandwich's, because such weights are no likelihood; --errors model "
        "came with --weight.",
        "leave --errors out; weights that count repeated rows are --frequency.",
    )


def exposure_needs_log(family: str, link: str) -> UsageError:
    return UsageError(
        "--exposure must go with the link log, under which rates are per exposure; "
        f"the link of {family} here is {link}.",
        "leave it out, or choose a family of counts with the link log.",
        family=family, link=link,
    )  # fmt: skip


def trials_missing(family: str, name: str) -> UsageError:
    return UsageError(
        f"{family} must be told its {name}, which is not learned; it did not come.",
        f"--trials COLUMN or --trials NUMBER; in Python, {name}=..., a number or one for every row.",
        family=family,
    )  # fmt: skip
