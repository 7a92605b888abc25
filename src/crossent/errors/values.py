"""Values: each message names the first bad row and says how many there are."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import DataError
from crossent.errors.words import Index, at, listed, of_many, shown


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


def weights_all_zero(name: str = "sample_weight") -> DataError:
    return DataError(f"{name}: the weights must add up to more than 0; they are all 0.", "no row counts.", file=name)
