"""Running the kernels."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import UsageError
from crossent.errors.words import listed


def thread_count_invalid(variable: str, value: str) -> UsageError:
    return UsageError(
        f"{variable} must be a whole number of at least 1; it is {value!r}.",
        "unset it to use every processor this process may use.",
        argument=variable, value=value,
    )  # fmt: skip


def kernel_shapes(rows: int, parameters: int, shapes: Iterable[tuple[int, ...]]) -> UsageError:
    return UsageError(
        f"raw must have {parameters} number{'s' if parameters != 1 else ''} for each of the {rows} rows; "
        f"its columns have the shapes {listed(shapes)}.",
        argument="raw",
    )
