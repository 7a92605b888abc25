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
