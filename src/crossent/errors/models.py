"""Models on disk, and predictions."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.files import column_unknown
from crossent.errors.kinds import DataError, UsageError
from crossent.errors.words import did_you_mean, listed

SAVED = "save it again: crossent fit ... --save FILE, or fit.save(FILE)."


def model_missing(name: str, reason: str) -> UsageError:
    return UsageError(
        f"a model is read from a file that `crossent fit --save` wrote; {name!r} cannot be read: {reason}.",
        "check the path.",
        file=name,
    )


def model_not_json(name: str, reason: str) -> DataError:
    return DataError(
        f"{name}: a model file must be one whole JSON document; it is not: {reason}.",
        f"was it copied or written to its end? {SAVED}",
        file=name,
    )


def model_other_schema(name: str, came: object, known: str) -> DataError:
    return DataError(
        f"{name}: a model file must be of schema {known!r}; its schema is {came!r}.",
        "that is the file of another version of crossent, or of something else; "
        f"{SAVED[0].upper()}{SAVED[1:]}",
        file=name, schema=came,
    )  # fmt: skip


def model_changed(name: str, version: str) -> DataError:
    return DataError(
        f"{name}: the content must be what crossent {version} wrote; its checksum says that it was changed since.",
        f"a model is not edited by hand; {SAVED}",
        file=name,
    )


def model_field(name: str, field: str, must: str, came: object) -> DataError:
    return DataError(
        f"{name}: {field} must be {must}; it is {_short(came)}.", SAVED, file=name, field=field,
    )  # fmt: skip


def nothing_to_save() -> UsageError:
    return UsageError(
        "a fit must know its model and its columns to be saved or to predict; this one has none.",
        "fit it with ce.fit(...).",
    )


def family_not_stored(family: str) -> UsageError:
    return UsageError(
        f"only a family of the catalogue can be kept as data; {family} is made of formulas, and a file holds no code.",
        "keep fit.coefficients yourself.",
        family=family,
    )


def output_kind_unknown(name: str, endings: Iterable[str]) -> UsageError:
    return UsageError(
        f"the name of the predictions' file must end in {listed(endings)}; it is {name!r}.",
        "its ending chooses the format.",
        argument="output", value=name,
    )  # fmt: skip


def output_is_input(name: str) -> UsageError:
    return UsageError(
        f"the predictions must go to a file of their own; {name!r} is one of those that are read.",
        "choose another name for -o.",
        argument="output", value=name,
    )  # fmt: skip


def predictor_column_missing(file: str, name: str, columns: Iterable[str], separator: str | None) -> UsageError:
    return column_unknown(file, "a column that the model was learned with", name, columns, separator)


def column_written_twice(name: str) -> UsageError:
    return UsageError(
        f"each column of the predictions must have a name of its own; {name!r} is a prediction's.",
        "leave it out of --keep, or rename it in the data.",
        column=name,
    )


def missing_value_to_predict(file: str, row: int, column: str, why: str) -> DataError:
    return DataError(
        f"{file}: column {column!r} must hold a value in every row to predict; row {row:,} (counted from 0) is {why}.",
        "correct it, or let such rows have empty predictions: --missing null.",
        file=file, row=row, column=column,
    )  # fmt: skip


def prediction_has_no_columns(n: int) -> UsageError:
    return UsageError(
        f"the model was learned with {n} columns, and predicts from a table of them; no table came.",
        "fit.predict(X) with the same columns.",
    )


def columns_do_not_match(came: int, wanted: Iterable[str]) -> UsageError:
    wanted = list(wanted)
    return UsageError(
        f"the table must have the {len(wanted)} columns of the fit; it has {came}.", f"they are {listed(wanted)}."
    )


def unknown_quantity(value: str, known: Iterable[str]) -> UsageError:
    return UsageError(
        f"a prediction is one of the quantities below; there is none called {value!r}.",
        did_you_mean(value, known),
        argument="quantity", value=value,
    )  # fmt: skip


def fixed_not_a_number(text: str) -> UsageError:
    return UsageError(
        f"--fixed must be NAME=NUMBER; it is {text!r}.",
        "such as --fixed concentration=1.",
        argument="fixed",
        value=text,
    )


def picture_needs_one_predictor(names: Iterable[str]) -> UsageError:
    names = list(names)
    return UsageError(
        f"the curve over the data must have one numeric predictor; this fit has {len(names)}: {listed(names[:8])}.",
        "fit.plot() without data shows the coefficients.",
    )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
