"""Scoring predictions in files."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import DataError, UsageError
from crossent.errors.words import listed


def bad_row(file: str, row: int, column: str, must: str, came: str, option: str = "--on-bad") -> DataError:
    """`option` is the one that can leave a row out."""
    skip = " or leave such rows out and have them counted: --on-bad skip" if option == "--on-bad" else ""
    return DataError(
        f"{file}: column {column!r} must {must}; row {row:,} (counted from 0) is {came}.",
        f"correct it, {'' if skip else 'or '}give the row weight 0{',' if skip else ' (--weight)'}{skip}.",
        file=file, row=row, column=column,
    )  # fmt: skip


def no_rows_left(name: str, skipped: int) -> DataError:
    return DataError(
        f"{name}: at least one row must be good; all {skipped:,} are bad.", "--on-bad error names the first.", file=name
    )


def pattern_matches_too_little(option: str, pattern: str, found: Iterable[str], columns: Iterable[str]) -> UsageError:
    found, columns = list(found), list(columns)
    came = f"it matches only {found[0]!r}" if found else "it matches none"
    names = ", ".join(map(repr, columns[:40])) + (f", ... ({len(columns)} in all)" if len(columns) > 40 else "")
    return UsageError(
        f"{option} {pattern!r} must match a column for each class, at least two; {came}.",
        f"one column for two classes: {option} NAME without *. The columns are {names}.",
        option=option,
    )


def pattern_has_stars(option: str, pattern: str) -> UsageError:
    return UsageError(
        f"{option} must have at most one *, which stands for the class's name; it is {pattern!r}.",
        "as in 'p_*'.",
        option=option,
    )


def class_has_no_name(option: str, pattern: str, column: str) -> UsageError:
    return UsageError(
        f"{option} {pattern!r}: each column must name its class; of {column!r} nothing is left for it.",
        "rename the column, or choose a narrower pattern.",
        option=option,
    )


def label_ambiguous(label: str, names: Iterable[str]) -> DataError:
    return DataError(
        f"the label {label!r} must be one class; as a number it is each of {listed(map(repr, names))}.",
        "rename the columns, so that one is called exactly as the label.",
        label=label,
    )


def text_needs_positive(column: str, levels: Iterable[str]) -> UsageError:
    levels = list(levels)
    return UsageError(
        f"column {column!r} must be 0 or 1, true or false, or a probability, unless --positive says which label is 1; "
        f"it holds text such as {listed(map(repr, levels))}.",
        f"say it: --positive {levels[0]!r}." if levels else "say it: --positive LABEL.",
        column=column, levels=levels,
    )  # fmt: skip


def too_many_levels(column: str, positive: str, levels: Iterable[str]) -> DataError:
    return DataError(
        f"column {column!r} must hold {positive!r} and one other label; it holds {listed(map(repr, levels))}.",
        "for more classes, predict each: --probs 'p_*'.",
        column=column, levels=list(levels),
    )  # fmt: skip


def positive_never_occurs(positive: str, column: str, levels: Iterable[str]) -> str:
    """The text of the warning when no row has the label that was called positive."""
    return f"no row of column {column!r} is {positive!r}; its labels are {listed(map(repr, levels))}."


def tolerance_out_of_range(value: float) -> UsageError:
    return UsageError(f"--sum-tolerance must be in [0, 1); it is {value!r}.", "the default is 1e-3.", value=value)


def positive_not_for(family: str) -> UsageError:
    return UsageError(
        f"--positive must go with one prediction of two outcomes; the family is {family}.",
        "leave it out: classes are matched by name.",
        family=family,
    )


def class_columns_not_for(option: str, family: str) -> UsageError:
    return UsageError(
        f"{option} must go with a family over classes, because it means a column for each; the family is {family}.",
        "name one column, or leave --family out.",
        option=option, family=family,
    )  # fmt: skip


def prediction_named_twice(option: str) -> UsageError:
    return UsageError(
        f"the prediction must be named once; {option} names one, and another option another.",
        "give one of --probs, --logits and --param.",
        option=option,
    )


def parameter_named_twice(name: str) -> UsageError:
    return UsageError(f"each parameter must be named once; {name} is named twice.", "leave one out.", name=name)


def family_needed(names: Iterable[str]) -> UsageError:
    return UsageError(
        f"--family must say of which distribution {listed(names)} are the parameters; it was not given.",
        "crossent families lists them.",
    )


def family_needs_class_columns(family: str) -> UsageError:
    message = f"--family {family} must have a column for each class; one column was named."
    return UsageError(message, "as in --probs 'p_*'.", name=family)


def family_not_from_columns(family: str) -> UsageError:
    return UsageError(
        f"--family must have a target of one column; the target of {family} is a row of counts.",
        "score it in Python: ce.score(counts, ce.Multinomial(probs=p)).",
        name=family,
    )


def constant_outside_domain(name: str, value: float, words: str) -> UsageError:
    return UsageError(
        f"{name} must be {words}; it is {value!r} for all rows.", f"--param {name}=COLUMN or a number.", name=name
    )


def prediction_missing(columns: Iterable[str]) -> UsageError:
    return UsageError(
        "the prediction's columns must be named; none were.",
        "--probs p, --logits z, --probs 'p_*' for classes, or --family with --param name=column. "
        f"The columns are {listed(map(repr, columns))}.",
    )


def parameter_not_assigned(text: str) -> UsageError:
    return UsageError(
        f"--param must be name=column or name=number; it is {text!r}.", "as in --param rate=mu.", option="--param"
    )


def loss_undefined(family: str, bad: int) -> DataError:
    return DataError(
        f"{family}: the loss must be defined; {bad:,} row{'s have' if bad != 1 else ' has'} none, "
        "though each value alone is in its domain (inf - inf, or 0 * inf).",
        "look for infinite parameters, or leave the rows out with mask=... or a sample_weight of 0.",
        family=family, bad=bad,
    )  # fmt: skip
