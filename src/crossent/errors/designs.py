"""Which columns a model is made of: formulas, predictors, levels, weights, and designs that were stored."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import DataError, UsageError
from crossent.errors.words import listed

FORMULAS_MAY = (
    "a formula may hold names of columns (`in back quotes` if they are odd), + - * : ** ( ), 0 and 1 for the "
    "intercept, C(column), C(column, reference='level'), I(column**2), poly(column, degree) (its powers), and log, "
    "log1p, sqrt, exp, abs, square, center, scale, standardize of a column."
)
SHOWN = 80


def _short(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= SHOWN else shown[: SHOWN - 4] + "...'"


def _levels(levels: Iterable[str], most: int = 20) -> str:
    known = list(levels)
    return listed(map(repr, known[:most])) + (f", ... ({len(known):,} in all)" if len(known) > most else "")


# --- formulas ---------------------------------------------------------------------------------------------------------


def design_formula_refused(piece: str, why: str) -> UsageError:
    return UsageError(f"the formula must be made of what is allowed; {_short(piece)} {why}.", FORMULAS_MAY, piece=piece)


def design_formula_unreadable(formula: str, reason: str) -> UsageError:
    return UsageError(
        f"the formula must be complete; {_short(formula)} cannot be read: {reason.rstrip('.')}.",
        FORMULAS_MAY,
        formula=formula,
    )


def design_formula_too_large(count: int, most: int, what: str) -> UsageError:
    return UsageError(
        f"a formula must have at most {most:,} {what}; it has {count:,}.",
        "name the columns with --features, or write fewer interactions.",
        count=count, most=most,
    )  # fmt: skip


def design_formula_names_target(target: str) -> UsageError:
    return UsageError(
        "the formula must name the predictors only; it has a ~.",
        f"write what stands to the right of it: the target is named by --target ({target!r} here).",
        target=target,
    )


def design_predictors_named_twice() -> UsageError:
    return UsageError(
        "the predictors must be named once; --features and --formula both name them.", "--formula says more: keep it."
    )


def design_predictor_repeated(column: str) -> UsageError:
    return UsageError(
        f"every predictor must be named once; {column!r} is named twice.", "leave one out.", column=column
    )


def design_predictor_is_target(column: str, role: str) -> UsageError:
    return UsageError(
        f"a predictor must not be what {role} names; {column!r} is.",
        "leave it out of the predictors: it would explain itself.",
        column=column,
    )


def design_empty(formula: str) -> UsageError:
    return UsageError(
        f"a model must have an intercept or a predictor; {_short(formula)} leaves neither.",
        "leave out 0 or -1, or name a column.",
        formula=formula,
    )


def design_names_clash(name: str) -> UsageError:
    return UsageError(
        f"every column of the design must have a name of its own; two are called {name!r}.",
        "rename a column of the data.",
        name=name,
    )


def design_reference_unknown(column: str, reference: str, levels: Iterable[str]) -> UsageError:
    return UsageError(
        f"the reference of {column!r} must be one of its levels; {reference!r} is none.",
        f"the levels are {_levels(levels)}.",
        column=column,
    )


def design_needs_numbers(column: str, call: str) -> UsageError:
    return UsageError(
        f"{call} must be of numbers; column {column!r} holds text.", f"as a category it is C({column}).", column=column
    )


# --- values -----------------------------------------------------------------------------------------------------------


def design_value_missing(file: str, row: int, column: str) -> DataError:
    return DataError(
        f"{file}: column {column!r} must have a value; row {row:,} (counted from 0) has none.",
        "fill it in, or leave such rows out and have them counted: --missing drop (missing='drop').",
        file=file, row=row, column=column,
    )  # fmt: skip


def design_value_bad(file: str, row: int, column: str, must: str, came: str) -> DataError:
    return DataError(
        f"{file}: column {column!r} must {must}; row {row:,} (counted from 0) is {came}.",
        "correct it, or give the row weight 0.",
        file=file, row=row, column=column,
    )  # fmt: skip


def design_column_mixed(file: str, row: int, column: str, came: str, way: str) -> DataError:
    return DataError(
        f"{file}: column {column!r} must hold numbers or labels; most of its values are numbers, row {row:,} (counted "
        f"from 0) is {came}.",
        f"correct it; or say that it holds labels: {way}.",
        file=file, row=row, column=column,
    )  # fmt: skip


def design_transform_undefined(file: str, row: int, call: str, column: str, value: float) -> DataError:
    return DataError(
        f"{file}: {call} must be finite; row {row:,} (counted from 0) has {column!r} = {value!r}.",
        "transform the column otherwise, or leave such rows out.",
        file=file, row=row, column=column, value=value,
    )  # fmt: skip


def design_level_unseen(file: str, row: int, column: str, value: str, levels: Iterable[str]) -> DataError:
    return DataError(
        f"{file}: column {column!r} must hold a level that the model was fitted with; row {row:,} (counted from 0) is "
        f"{value!r}.",
        f"the levels are {_levels(levels)}; a model of more levels must be fitted with them.",
        file=file, row=row, column=column, value=value,
    )  # fmt: skip


def design_column_constant(column: str, value: object) -> DataError:
    return DataError(
        f"a predictor must vary; column {column!r} is {value} in every row: the intercept says the same.",
        f"leave {column!r} out, or leave out the intercept (0 + ... in --formula).",
        column=column,
    )


def design_target_levels(column: str, levels: Iterable[str], must: str) -> DataError:
    return DataError(
        f"the target {column!r} must {must}; it holds {_levels(levels)}.",
        "for two of several labels: --family bernoulli --positive LABEL.",
        column=column,
    )


def design_target_outside(file: str, row: int, column: str, family: str, words: str, came: str) -> DataError:
    return DataError(
        f"{file}: the target {column!r} of {family} must be {words}; row {row:,} (counted from 0) is {came}.",
        "correct it, choose another --family, or give the row weight 0.",
        file=file, row=row, column=column,
    )  # fmt: skip


def design_no_rows(name: str, dropped: int, weightless: int) -> DataError:
    return DataError(
        f"{name}: there must be a row to learn from; {dropped:,} were left out because a value is missing, and "
        f"{weightless:,} have weight 0.",
        "look at the columns with many gaps.",
        file=name,
    )


def design_lengths_differ(lengths: Iterable[tuple[str, int]]) -> UsageError:
    return UsageError(
        "every argument must have a value for each row; the numbers of rows are "
        + listed(f"{name} {count:,}" for name, count in lengths)
        + ".",
        "one row of X for each value of y.",
    )


def design_not_a_table(shape: tuple[int, ...]) -> UsageError:
    return UsageError(
        f"X must be a table of rows and columns; its shape is {shape}.", "one column: X[:, None], or X.reshape(-1, 1)."
    )


def design_not_a_column(column: str, shape: tuple[int, ...]) -> UsageError:
    return UsageError(f"{column} must be one column; its shape is {shape}.", f"{column}.ravel()?", column=column)


def design_column_of_text(column: str) -> UsageError:
    return UsageError(
        f"the columns of an array must be numbers; {column} holds text.",
        "hand over a data frame, where a column of text is a category.",
        column=column,
    )


def design_target_shape(family: str, shape: tuple[int, ...]) -> UsageError:
    return UsageError(
        f"the target of {family} must be one value for each row, or for families over classes a row of K; its shape is "
        f"{shape}.",
        "y.ravel(), or name the K classes with classes=[...].",
        shape=shape,
    )


# --- stored -----------------------------------------------------------------------------------------------------------


def design_stored_invalid(place: str, must: str, came: object) -> DataError:
    return DataError(
        f"the stored design must be as it was written; {place} must {must}; it is {_short(str(came))}.",
        "fit the model again, and do not edit its file.",
        place=place,
    )


# --- notes ------------------------------------------------------------------------------------------------------------


def level_with_one_row(column: str, level: str) -> str:
    return f"level {level!r} of {column!r} occurs in one row: that row says all there is to say about its coefficient"


def rows_left_out(count: int) -> str:
    return f"{count:,} row{'s were' if count != 1 else ' was'} left out because a value is missing"


def family_guessed(family: str, why: str) -> str:
    return f"the family was taken to be {family}, because the target {why} (--family says otherwise)"


def scratch_full(folder: str, reason: str) -> DataError:
    return DataError(
        f"the scratch folder {folder} must take the numbers of a table that is larger than memory; writing there "
        f"failed: {reason}.",
        "make room there, or name another folder in the environment variable TMPDIR.",
        folder=folder,
    )  # fmt: skip
