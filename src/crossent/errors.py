"""Every message: what must hold - what came - where - what to do.

Errors are built by the named functions below, so that the wording is the same everywhere. Each error carries the
pieces of its message as attributes (``error.argument``, ``error.index``, ``error.value``, ...), and is a ValueError or
a TypeError besides. `DataError` means that the data is bad (the command exits with 3), `UsageError` and
`UsageTypeError` that the call is (exit code 2), `NoAnswerError` that none was found (exit code 4).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

Index = tuple[int, ...]


class CrossentError(Exception):
    """Any error that crossent raises on purpose: `.message`, `.hint`, and the pieces as attributes."""

    def __init__(self, message: str, hint: str = "", **pieces: object) -> None:
        super().__init__(f"{message}\nHint: {hint}" if hint else message)
        self.message, self.hint, self.pieces = message, hint, pieces

    def __getattr__(self, name: str) -> Any:
        pieces = self.__dict__.get("pieces", {})
        if name in pieces:
            return pieces[name]
        raise AttributeError(name)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.hint, self.pieces)


class DataError(CrossentError, ValueError):
    """The data breaks a rule: a value outside the support, a missing number, rows that do not sum to one."""


class UsageError(CrossentError, ValueError):
    """The call breaks a rule: shapes that differ, an unknown name, an option that does not apply."""


class UsageTypeError(CrossentError, TypeError):
    """An argument of a type that cannot be taken."""


class NoAnswerError(CrossentError, ValueError):
    """The question was understood and has no answer that could be found."""


class NoRowsWarning(UserWarning):
    """No row counts, so that the mean is not a number."""


def _rebuild(kind: type[CrossentError], message: str, hint: str, pieces: dict[str, object]) -> CrossentError:
    return kind(message, hint, **pieces)


# --- words ------------------------------------------------------------------------------------------------------------


def at(argument: str, index: Index) -> str:
    """``target[17]``, ``probs[3, 2]``; a scalar is just ``target``."""
    return f"{argument}[{', '.join(map(str, index))}]" if index else argument


def of_many(bad: int, total: int) -> str:
    """``3 of 10,000 values are not``."""
    return f"{bad:,} of {total:,} value{'s' if total != 1 else ''} {'are' if bad != 1 else 'is'} not"


def shown(value: object) -> str:
    """A value as the message shows it; NumPy scalars without their type."""
    item = getattr(value, "item", None)
    return repr(item() if callable(item) else value)


def listed(names: Iterable[object]) -> str:
    return ", ".join(str(name) for name in names)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    known = list(known)
    close = difflib.get_close_matches(name, known, n=3)
    return f"Did you mean {' or '.join(close)}? " * bool(close) + f"Known: {listed(known)}."


# --- values: each names the first bad row and says how many there are -------------------------------------------------


def target_outside_support(
    family: str, words: str, index: Index, value: object, bad: int, total: int, hint: str = "", argument: str = "target"
) -> DataError:
    message = (
        f"{family}: {argument} must be {words}; {of_many(bad, total)}, first {at(argument, index)} = {shown(value)}."
    )
    return DataError(
        message, hint or MASK_HINT, family=family, argument=argument, index=index, value=value, bad=bad, total=total
    )


MASK_HINT = "correct the rows, or leave them out with mask=... or a sample_weight of 0."


def parameter_outside_domain(
    family: str, parameter: str, words: str, index: Index, value: object, bad: int, total: int, hint: str = ""
) -> DataError:
    message = (
        f"{family}: {parameter} must be {words}; {of_many(bad, total)}, first {at(parameter, index)} = {shown(value)}."
    )
    return DataError(
        message, hint or MASK_HINT, family=family, argument=parameter, index=index, value=value, bad=bad, total=total
    )


def rows_do_not_sum_to_one(
    family: str, argument: str, index: Index, value: float, bad: int, total: int, tolerance: float
) -> DataError:
    rows = f"{bad:,} of {total:,} row{'s' if total != 1 else ''} {'do' if bad != 1 else 'does'} not"
    message = (
        f"{family}: each row of {argument} must sum to 1 within {tolerance:g}; {rows}, "
        f"first {at(argument, index)} sums to {value!r}."
    )
    return DataError(
        message,
        "divide by the row sums yourself if that is what is meant; probabilities are never renormalised silently.",
        family=family, argument=argument, index=index, value=value, bad=bad, total=total, tolerance=tolerance,
    )  # fmt: skip


def counts_do_not_match(
    family: str, argument: str, index: Index, value: object, total_count: object, bad: int, total: int
) -> DataError:
    rows = f"{bad:,} of {total:,} row{'s' if total != 1 else ''} {'do' if bad != 1 else 'does'} not"
    message = (
        f"{family}: each row of {argument} must sum to total_count; {rows}, "
        f"first {at(argument, index)} sums to {shown(value)}, total_count is {shown(total_count)}."
    )
    return DataError(
        message, "leave total_count out: it is the target's row sum.",
        family=family, argument=argument, index=index, value=value, bad=bad, total=total,
    )  # fmt: skip


def weight_invalid(index: Index, value: object, bad: int, total: int) -> DataError:
    message = (
        f"sample_weight must be finite and not negative; {of_many(bad, total)}, "
        f"first {at('sample_weight', index)} = {shown(value)}."
    )
    return DataError(
        message, "a row that shall not count has weight 0 or mask False.",
        argument="sample_weight", index=index, value=value, bad=bad, total=total,
    )  # fmt: skip


def weights_add_up_to_nothing(reduction: str) -> str:
    """The text of the warning when no row counts."""
    return (
        f"no row counts (all are masked out or of weight 0), so the {reduction} is NaN; "
        "reduction='sum' gives 0, and the gradient is 0."
    )


def class_unknown(
    index: Index, value: object, classes: Iterable[object], bad: int, total: int, argument: str = "target"
) -> DataError:
    classes = list(classes)
    names = listed(map(repr, classes[:20])) + (", ..." if len(classes) > 20 else "")
    first = f"first {at(argument, index)} = {value!r}"
    message = f"{argument} must be one of the classes {names}; {of_many(bad, total)}, {first}."
    return DataError(
        message, "classes are matched by name: list every class, in the order of the prediction's columns.",
        argument=argument, index=index, value=value, bad=bad, total=total,
    )  # fmt: skip


# --- arrays -----------------------------------------------------------------------------------------------------------


def no_adapter(argument: str, root: str, kind: str, convert: str) -> UsageTypeError:
    message = (
        f"{argument} must be a NumPy array, a list, a number or a data-frame column; it is a {kind}, and the adapter "
        f"for {root} is not there. It is not converted silently: that would cut it off from its gradient and device."
    )
    return UsageTypeError(message, f"convert it yourself: {convert}.", argument=argument, root=root, type=kind)


def not_numbers(argument: str, kind: str, example: object = None) -> UsageTypeError:
    came = f"it is {kind}" if example is None else f"it is {kind}, for example {example!r}"
    return UsageTypeError(
        f"{argument} must be numbers; {came}.",
        "convert it to bool, int or float (text classes: classes=[...] says which column each one is).",
        argument=argument, type=kind,
    )  # fmt: skip


def ragged(argument: str) -> UsageTypeError:
    return UsageTypeError(
        f"{argument} must be a rectangular array; its rows have different lengths.",
        "make every row as long as the others, and leave entries out with mask=...",
        argument=argument,
    )


def mask_not_boolean(dtype: object) -> UsageTypeError:
    return UsageTypeError(
        f"mask must be boolean, True where the row counts; its dtype is {dtype}.",
        "write mask=(column != 0) or the like; numbers are weights: sample_weight=...",
        argument="mask", dtype=dtype,
    )  # fmt: skip


def shapes_differ(shapes: Mapping[str, tuple[int, ...]], hint: str = "") -> UsageError:
    names = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    return UsageError(
        f"batch shapes must be equal; they are {names}.",
        hint or "reshape them (column.ravel(), column[:, 0]); only numbers and fixed parameters broadcast.",
        shapes=dict(shapes),
    )


def raw_shape(family: str, names: Iterable[str], shape: tuple[int, ...], batch: tuple[int, ...] | None) -> UsageError:
    names = list(names)
    if len(names) == 1:
        must = f"have the target's shape: one parameter, {names[0]}"
    else:
        must = f"have a last axis of {len(names)}: {listed(names)}"
    came = f"; the target's is {batch}" if batch is not None else ""
    return UsageError(
        f"{family}: raw must {must}; its shape is {shape}{came}.",
        "a column vector against a flat one would broadcast to a square: write raw[:, 0] or raw.ravel()."
        if len(names) == 1
        else "put the parameters into the last axis: np.stack([...], axis=-1).",
        argument="raw", shape=shape,
    )  # fmt: skip


def needs_class_axis(family: str, argument: str, shape: tuple[int, ...]) -> UsageError:
    return UsageError(
        f"{family}: {argument} must have the classes as its last axis, at least one; its shape is {shape}.",
        "one row of k numbers for every row of the target; for two classes and one number use bernoulli.",
        family=family, argument=argument, shape=shape,
    )  # fmt: skip


def target_shape(
    family: str, shape: tuple[int, ...], batch: tuple[int, ...], classes: int, indices: bool
) -> UsageError:
    either = (
        f"{batch} (class indices) or " * indices + f"{(*batch, classes)} ({'probabilities' if indices else 'counts'})"
    )
    return UsageError(
        f"{family}: target must have the shape {either}; its shape is {shape}.",
        "the last axis of the prediction is the classes, everything before it the batch.",
        family=family, argument="target", shape=shape,
    )  # fmt: skip


def output_mismatch(shape: tuple[int, ...], dtype: object, came: str) -> UsageError:
    return UsageError(
        f"out must be a writable NumPy array of shape {shape} and dtype {dtype}; it is {came}.",
        "np.empty_like(raw) fits.",
        argument="out", shape=shape,
    )  # fmt: skip


def gradient_needs_rows(shape: tuple[int, ...], batch: tuple[int, ...]) -> UsageError:
    return UsageError(
        f"a gradient has raw's shape, so raw must have one row for every row of the target; "
        f"raw has shape {shape}, the batch {batch}.",
        "repeat it: np.broadcast_to(raw, ...), and add the rows of the gradient up.",
        argument="raw", shape=shape,
    )  # fmt: skip


# --- names and options ------------------------------------------------------------------------------------------------


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
        f"pass {name}=..., a number or one for every row.",
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


# --- families ---------------------------------------------------------------------------------------------------------


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


# --- files and columns ------------------------------------------------------------------------------------------------


def no_file_named() -> UsageError:
    return UsageError(
        "at least one file must be named; none was.", "name files, folders or globs; - is standard input."
    )


def file_missing(name: str) -> UsageError:
    return UsageError(f"the file must exist; there is no {shown(name)}.", "check the path.", file=name)


def pattern_finds_no_file(pattern: str) -> UsageError:
    return UsageError(
        f"the pattern must match a file; {shown(pattern)} matches none.", "check the pattern.", file=pattern
    )


def folder_has_no_table(name: str, endings: Iterable[str]) -> UsageError:
    return UsageError(
        f"a folder must hold files that end in {listed(endings)}; {shown(name)} holds none.",
        "name the files themselves, or a glob.",
        file=name,
    )


def file_named_twice(name: str) -> UsageError:
    return UsageError(
        f"every file must be named once; {shown(name)} is named twice.", "its rows would count double.", file=name
    )


def file_unreadable(name: str, reason: str) -> UsageError:
    return UsageError(f"the file must be readable; {shown(name)} is not: {reason}.", file=name)


def file_empty(name: str) -> DataError:
    return DataError(f"{name}: a file must hold rows; it is empty.", "was it written to its end?", file=name)


def not_parquet(name: str, start: bytes) -> DataError:
    return DataError(
        f"{name}: a Parquet file must begin with PAR1; it begins with {start!r}.",
        "give it the ending of what it is (.csv).",
        file=name,
    )


def not_a_table(name: str, what: str, hint: str) -> DataError:
    return DataError(f"{name}: the file must be CSV or Parquet; {what}.", f"{hint}.", file=name)


def file_damaged(name: str, kind: str, reason: str) -> DataError:
    return DataError(
        f"{name}: the file must be whole and well-formed; as {kind.upper() if kind == 'csv' else 'Parquet'} it cannot "
        f"be read: {reason.rstrip('.')}.",
        "was it copied or written to its end?",
        file=name,
    )


def column_unknown(
    file: str, purpose: str, name: str, columns: Iterable[str], separator: str | None = None
) -> UsageError:
    columns = list(columns)
    near = difflib.get_close_matches(name, columns, n=3)
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    other = [mark for mark in (";", "\t", "|", ",") if separator and mark != separator and mark in "".join(columns)]
    if len(columns) == 1 and other:
        hint += f"the fields seem to be separated by {other[0]!r}: --separator {other[0]!r}. "
    names = ", ".join(map(repr, columns[:40])) + (f", ... ({len(columns)} in all)" if len(columns) > 40 else "")
    return UsageError(
        f"{file}: {purpose} must be a column; there is none called {name!r}.",
        f"{hint}the columns are {names}." if columns else "it has no columns.",
        file=file, column=name, columns=columns,
    )  # fmt: skip


def column_repeated(file: str, purpose: str, name: str, count: int) -> DataError:
    return DataError(
        f"{file}: {purpose} must be one column; {count} are called {name!r}.",
        "rename them.",
        file=file, column=name,
    )  # fmt: skip


def column_type(column: str, kind: str, must: str) -> DataError:
    return DataError(f"column {column!r} must hold {must}; its type is {kind}.", "convert it.", column=column)


def no_rows(name: str) -> DataError:
    return DataError(f"{name}: there must be at least one row; there is none.", "was it written to its end?", file=name)


# --- scoring ----------------------------------------------------------------------------------------------------------


def bad_row(file: str, row: int, column: str, must: str, came: str) -> DataError:
    return DataError(
        f"{file}: column {column!r} must {must}; row {row:,} (counted from 0) is {came}.",
        "correct it, give the row weight 0, or leave such rows out and have them counted: --on-bad skip.",
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
        f"{family}: the loss must be defined; {bad:,} row{'s have' if bad != 1 else ' has'} none, though each value alone "
        "is in its domain (inf - inf, or 0 * inf).",
        "look for infinite parameters, or leave the rows out with mask=... or a sample_weight of 0.",
        family=family, bad=bad,
    )  # fmt: skip


def classes_refused(family: str) -> UsageError:
    return UsageError(
        f"{family}: classes must not be given; only categorical and multinomial have names for them.",
        family=family,
        argument="classes",
    )


def class_named_twice(name: object) -> UsageError:
    return UsageError(f"classes must be distinct; {name!r} is there twice.", argument="classes", value=name)


def no_reading_registered(root: str, kind: type) -> UsageTypeError:
    return UsageTypeError(
        f"a formula takes NumPy arrays, numbers, SymPy or mpmath values, or arrays with a registered reading; "
        f"a {kind.__module__}.{kind.__qualname__} came, and no reading of {root} is registered",
        hint=f"convert it with numpy.asarray, or register a reading: "
        f"crossent.vocabulary.register_reading({root!r}, reading).",
        root=root,
    )


# --- kernels ----------------------------------------------------------------------------------------------------------


def thread_count_invalid(variable: str, value: str) -> UsageError:
    return UsageError(
        f"{variable} must be a whole number of at least 1; it is {value!r}.",
        "unset it to use every processor this process may use.",
        argument=variable, value=value,
    )  # fmt: skip


def not_data(argument: str, value: object) -> UsageTypeError:
    return UsageTypeError(
        f"{argument} must be data; it is {value!r}.",
        "between two members of a family, the deviance is twice kl_divergence(p, q).",
        argument=argument,
    )


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


def no_such_name(name: str, known: Iterable[str]) -> AttributeError:
    """Python itself asks for names that are not there, so this one is a plain AttributeError."""
    return AttributeError(f"crossent has no {name!r}. {did_you_mean(name, known)}", name=name)


def weights_all_zero(name: str = "sample_weight") -> DataError:
    return DataError(f"{name}: the weights must add up to more than 0; they are all 0.", "no row counts.", file=name)


def kernel_shapes(rows: int, parameters: int, shapes: Iterable[tuple[int, ...]]) -> UsageError:
    return UsageError(
        f"raw must have {parameters} number{'s' if parameters != 1 else ''} for each of the {rows} rows; "
        f"its columns have the shapes {listed(shapes)}.",
        argument="raw",
    )
