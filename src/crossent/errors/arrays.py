"""Arrays: what can be taken, and shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crossent.errors.kinds import UsageError, UsageTypeError
from crossent.errors.words import listed


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


def not_data(argument: str, value: object) -> UsageTypeError:
    return UsageTypeError(
        f"{argument} must be data; it is {value!r}.",
        "between two members of a family, the deviance is twice kl_divergence(p, q).",
        argument=argument,
    )
