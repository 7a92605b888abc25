"""Between the caller's arrays and the few kinds of contiguous arrays that kernels take.

An array that fits is handed over as it is. Any other is packed: a worker copies one block at a time into its own
scratch memory, NumPy converting, so that no array is ever copied whole. Results go the other way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from crossent import errors

BLOCK = 1 << 13  # rows packed at a time: large beside a call's cost, small beside the second-level cache
FLOATS = {"e": np.float16, "f": np.float32, "d": np.float64}
KINDS = {"f": np.dtype(np.float32), "d": np.dtype(np.float64), "B": np.dtype(np.uint8), "q": np.dtype(np.int64)}

Reader = Callable[[int, int], np.ndarray]


class Column:
    """One argument of a kernel: rows of ``width`` numbers, taken from an array or from several side by side."""

    def __init__(self, parts: Sequence[np.ndarray], kind: str) -> None:
        self.parts, self.kind = parts, kind
        self.width = len(parts) if len(parts) > 1 or parts[0].ndim == 1 else parts[0].shape[1]
        self.flat = _as_it_is(parts[0], KINDS[kind]) if len(parts) == 1 else None

    def reader(self) -> Reader:
        """A function (start, stop) -> flat array, with scratch memory of its own if it needs any."""
        width, flat = self.width, self.flat
        if flat is not None:
            return lambda start, stop: flat[start * width : stop * width]
        scratch = np.empty((BLOCK, width), KINDS[self.kind])

        def pack(start: int, stop: int) -> np.ndarray:
            room = scratch[: stop - start]
            if len(self.parts) == 1:
                np.copyto(room, self.parts[0][start:stop].reshape(room.shape), casting="unsafe")
            else:
                for j, part in enumerate(self.parts):
                    np.copyto(room[:, j], part[start:stop], casting="unsafe")
            return room.reshape(-1)

        return pack


class Weights(Column):
    """Weights and mask as one column: what is masked out weighs 0, whatever its weight is."""

    def __init__(self, weight: np.ndarray | None, mask: np.ndarray | None) -> None:
        self.weight, self.mask = weight, mask
        super().__init__([mask if weight is None else weight], "d")
        if mask is not None:
            self.flat = None

    def reader(self) -> Reader:
        pack = super().reader()
        mask = self.mask
        if self.weight is None or mask is None:
            return pack

        def pack_counting(start: int, stop: int) -> np.ndarray:
            room = pack(start, stop)
            np.copyto(room, 0.0, where=~mask[start:stop])
            return room

        return pack_counting


class Inputs:
    """The arguments of a rows kernel, and what about them decides which kernel it is."""

    def __init__(
        self,
        rows: int,
        target: Column,
        raw: Column,
        fixed: Sequence[Column | float],
        weights: Weights | None,
        result: Any,
    ) -> None:
        self.rows, self.target, self.raw, self.fixed, self.weights = rows, target, raw, fixed, weights
        self.result, self.real = np.dtype(result), KINDS[raw.kind]
        self.fixed_kinds = "".join("a" if isinstance(column, Column) else "s" for column in fixed)
        self.key = target.kind, raw.kind, self.fixed_kinds, weights is not None
        self.arguments = [target, raw, *fixed] if weights is None else [target, raw, *fixed, weights]
        self.flats = [column.flat if isinstance(column, Column) else column for column in self.arguments]
        self.direct = all(flat is not None for flat in self.flats)  # nothing has to be packed

    @property
    def shape(self) -> tuple[int, ...]:
        """Raw's shape."""
        parts = self.raw.parts
        return parts[0].shape if len(parts) == 1 else (self.rows, len(parts))

    def reader(self) -> Callable[[int, int], list[Any]]:
        """For one worker: (start, stop) -> the kernel's arguments."""
        readers = [column.reader() if isinstance(column, Column) else column for column in self.arguments]
        return lambda start, stop: [read(start, stop) if callable(read) else read for read in readers]

    def blocks(self, start: int, stop: int, direct: bool) -> Iterator[tuple[int, int]]:
        """The whole span if nothing has to be packed, else blocks of it."""
        step = max(stop - start, 1) if direct and self.direct else BLOCK
        return ((low, min(low + step, stop)) for low in range(start, stop, step))

    def overlap(self, array: np.ndarray) -> bool:
        columns = [column for column in self.arguments if isinstance(column, Column)]
        return any(np.may_share_memory(array, part) for column in columns for part in column.parts)


def prepare(
    target: Any, raw: Any, fixed: Iterable[Any], weight: Any, mask: Any, *, parameters: int, double: bool
) -> Inputs:
    """Sort the arguments of evaluate_rows: which dtype to compute in, which column fits as it is."""
    target = np.asarray(target)
    rows = target.shape[0]
    parts = [raw] if isinstance(raw, np.ndarray) else [np.asarray(part) for part in raw]
    if len(parts) > 1:
        parts = [np.broadcast_to(part, (rows,)) for part in parts]
    if sum(1 if part.ndim == 1 else part.shape[1] for part in parts) != parameters or len(parts[0]) != rows:
        raise errors.kernel_shapes(rows, parameters, [part.shape for part in parts])
    result = np.result_type(*parts) if len(parts) > 1 else parts[0].dtype
    result = FLOATS.get(result.char, np.float64)
    kind = "f" if result is np.float32 and not double else "d"
    if double:
        result = np.float64
    return Inputs(
        rows,
        Column([target.view(np.uint8) if target.dtype == np.bool_ else target], _target_kind(target.dtype, kind)),
        Column(parts, kind),
        [_fixed(value) for value in fixed],
        Weights(weight, mask) if weight is not None or mask is not None else None,
        result,
    )


def _target_kind(dtype: np.dtype, real: str) -> str:
    if dtype.char in "?B":
        return "B"
    if dtype.kind in "iu":
        return "d" if dtype.char in "QL" and dtype.itemsize == 8 else "q"
    return "f" if real == "f" and dtype.itemsize <= 4 else "d"  # float64 targets keep their digits beside float32 raw


def _fixed(value: Any) -> Column | float:
    array = np.asarray(value)
    return float(array) if array.ndim == 0 else Column([array], "d")


def _as_it_is(array: np.ndarray, dtype: np.dtype) -> np.ndarray | None:
    """The array as a kernel takes it, or None if it has to be packed."""
    flags = array.flags
    if array.dtype != dtype or not (flags.c_contiguous and flags.aligned):
        return None
    flat = array if array.ndim == 1 else array.reshape(-1)
    return flat if flags.writeable else np.asarray(_Unlocked(flat))


class _Unlocked:
    """A read-only array under a type that says nothing of it, so that kernels are not compiled twice; none writes."""

    def __init__(self, array: np.ndarray) -> None:
        self.owner = array
        self.__array_interface__ = array.__array_interface__ | {"data": (array.__array_interface__["data"][0], False)}


class Outputs:
    """The arrays that are returned, and the room that kernels write to."""

    def __init__(self, widths: dict[str, int], inputs: Inputs, full: bool, out: Any) -> None:
        self.inputs, self.widths = inputs, widths
        self.arrays = {}
        for name in widths:
            whole = full and name == "hessian"
            shape = (inputs.rows, inputs.raw.width, inputs.raw.width) if whole else inputs.shape
            if name == "row":
                shape = (inputs.rows,)
            self.arrays[name] = self._array(shape, _given(out, name))
        self.flat = {name: _as_it_is(array, inputs.real) for name, (array, _) in self.arrays.items()}
        self.direct = all(flat is not None for flat in self.flat.values())

    def _array(self, shape: tuple[int, ...], given: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
        """The array to fill, and the one to copy it into in the end if the caller's overlaps the inputs."""
        if given is None:
            return np.empty(shape, self.inputs.result), None
        if given.shape != shape or given.dtype != self.inputs.result or not given.flags.writeable:
            came = (
                f"{'a' if given.flags.writeable else 'a read-only'} array of shape {given.shape}, dtype {given.dtype}"
            )
            raise errors.output_mismatch(shape, self.inputs.result, came)
        return (np.empty(shape, given.dtype), given) if self.inputs.overlap(given) else (given, None)

    def writer(self) -> Callable[[int, int], tuple[list[np.ndarray], Callable[[], None]]]:
        """For one worker: (start, stop) -> the kernel's arguments, and a function that delivers what it has written."""
        scratch = {
            name: np.empty(BLOCK * width, self.inputs.real)
            for name, width in self.widths.items()
            if self.flat[name] is None
        }

        def room(start: int, stop: int) -> tuple[list[np.ndarray], Callable[[], None]]:
            places = [
                scratch[name][: (stop - start) * width] if flat is None else flat[start * width : stop * width]
                for (name, flat), width in zip(self.flat.items(), self.widths.values(), strict=True)
            ]
            return places, (lambda: self._deliver(places, start, stop)) if scratch else _nothing

        return room

    def _deliver(self, places: list[np.ndarray], start: int, stop: int) -> None:
        with np.errstate(over="ignore", under="ignore"):  # float16 ends at 65504: beyond is inf, as it should be
            for place, (name, (array, _)) in zip(places, self.arrays.items(), strict=True):
                if self.flat[name] is None:
                    np.copyto(array[start:stop], place.reshape(array[start:stop].shape), casting="unsafe")

    def finished(self, name: str) -> np.ndarray | None:
        if name not in self.arrays:
            return None
        array, given = self.arrays[name]
        if given is None:
            return array
        given[...] = array
        return given


def _given(out: Any, name: str) -> np.ndarray | None:
    """The caller's array for a result: `out` is the gradient's, or a pair of the gradient's and the Hessian's."""
    if isinstance(out, tuple):
        return dict(zip(("gradient", "hessian"), out, strict=False)).get(name)
    return out if name == "gradient" else None


def _nothing() -> None:
    pass
