"""Estimating, testing and validating what was learned."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import DataError, NoAnswerError, UsageError
from crossent.errors.words import listed


def constant_target(name: str, family: str, value: float) -> DataError:
    return DataError(
        f"{name}: {family}: the target must vary, because its scale is to be learned; every row is {value!r}.",
        "look at the column; or fix the scale.",
        file=name, family=family, value=value,
    )  # fmt: skip


def no_rows_to_learn_from(name: str) -> DataError:
    return DataError(f"{name}: at least one row must count; none does.", "look at the weights.", file=name)


def estimate_not_found(family: str, largest: float) -> NoAnswerError:
    return NoAnswerError(
        f"{family}: the likelihood must have a maximum inside the parameters' range; the search ended where its "
        f"gradient is still {largest:.1e} a row.",
        "the estimate may lie at infinity, or the parameters may not be determined by the data.",
        family=family, gradient=largest,
    )  # fmt: skip


def too_few_rows(what: str, needed: int, rows: float) -> DataError:
    return DataError(
        f"{what} must have at least {needed:,} rows; there are {rows:,.12g}.",
        "bring more rows.",
        needed=needed,
        rows=rows,
    )


def one_cluster(column: str) -> DataError:
    return DataError(
        f"--cluster {column}: there must be at least 2 clusters, because errors come from how they differ; there is 1.",
        "name a column with more levels, or leave --cluster out.",
        column=column,
    )


def degrees_of_freedom_exhausted(rows: float, parameters: int) -> DataError:
    return DataError(
        f"errors need more rows than parameters; there are {rows:,.12g} rows and {parameters:,} coefficients.",
        "leave predictors out, or bring more rows.",
        rows=rows, parameters=parameters,
    )  # fmt: skip


def models_not_nested(piece: str, smaller: object, larger: object) -> UsageError:
    return UsageError(
        f"a likelihood-ratio test must compare models of the same rows and family, one nested in the other; "
        f"{piece} is {smaller} in the smaller and {larger} in the larger.",
        "fit both on the same rows, the smaller with some of the larger one's predictors.",
        piece=piece, smaller=smaller, larger=larger,
    )  # fmt: skip


def likelihood_ratio_needs_likelihood(errors: str) -> UsageError:
    return UsageError(
        f"a likelihood-ratio test must have rows that are counted by a likelihood; these have {errors} errors.",
        "with importance weights, clusters or fractional targets use the Wald test.",
        errors=errors,
    )


def coefficients_unknown(names: Iterable[str], known: Iterable[str]) -> UsageError:
    return UsageError(
        f"a test must name coefficients of the model; {listed(map(repr, names))} are none.",
        f"the coefficients are {listed(map(repr, known))}.",
    )


def coefficients_without_errors(names: Iterable[str]) -> UsageError:
    return UsageError(
        f"a Wald test must have coefficients with standard errors; {listed(map(repr, names))} have none.",
        "use the likelihood-ratio test: it also holds where a coefficient is infinite.",
    )


def covariance_singular(names: Iterable[str]) -> NoAnswerError:
    return NoAnswerError(
        f"a Wald test must have a covariance of full rank; that of {listed(map(repr, names))} is not.",
        "with clusters: test no more coefficients together than there are clusters less 1.",
    )


def too_few_folds(folds: int) -> UsageError:
    return UsageError(f"--cv must be at least 2 folds; it is {folds}.", "10 is usual.", folds=folds)


def fewer_groups_than_folds(folds: int, groups: int, what: str) -> DataError:
    return DataError(
        f"--cv {folds} must leave {what} in every fold; there are {groups:,}.",
        f"at most --cv {groups}." if groups > 1 else "more are needed.",
        folds=folds, groups=groups,
    )  # fmt: skip


def gap_leaves_nothing(gap: float, block: int) -> DataError:
    return DataError(
        f"--gap {gap:g} must leave rows to learn from before the first block that is predicted; it leaves none of "
        f"the {block:,} rows.",
        "a smaller gap, or fewer folds.",
        gap=gap, block=block,
    )  # fmt: skip


def cluster_and_time() -> UsageError:
    return UsageError(
        "folds must be made by clusters or in order of time, not both; --cluster and --time came together.",
        "choose by what the rows depend.",
    )


def gap_without_time() -> UsageError:
    return UsageError(
        "--gap must go with --time, the column that orders the rows; it came without.", "add --time COLUMN."
    )


def curvature_flat(family: str) -> NoAnswerError:
    return NoAnswerError(
        f"{family}: the likelihood must be curved at its maximum; it is flat along some combination of the parameters.",
        "the rows do not determine all parameters; fix one of them.",
        family=family,
    )


def larger_model_less_likely(gain: float) -> UsageError:
    return UsageError(
        f"of two nested models the larger must be at least as likely; its log-likelihood is less by {-gain:.6g}.",
        "fit both on the same rows, the smaller with some of the larger one's predictors.",
        gain=gain,
    )


def weights_too_extreme(name: str) -> DataError:
    return DataError(
        f"{name}: the weights must have squares between 1e-300 and 1e300, because errors are made of them; "
        "theirs are beyond.",
        "multiply all weights by one number: nothing changes by it.",
        file=name,
    )
