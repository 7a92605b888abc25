"""One evaluation over rows of classes: which kernel, in which blocks, and what the blocks add up to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.kernels import classes_kernels, threads
from crossent.kernels.classes import ClassFormulas
from crossent.kernels.exact_sum import SLOTS, ExactSum
from crossent.kernels.rowwise import Evaluation

Array = NDArray[Any]
PACKED = 1 << 17  # numbers in a block that has to be copied into another layout or dtype
EMPTY = {np.dtype(t): np.empty(0, t) for t in (np.float32, np.float64)}
NOTHING = np.empty(0, np.float64)


@dataclass
class Part:
    """What one thread adds up."""

    total: Array = field(default_factory=lambda: np.zeros(SLOTS, np.int64))
    weight: Array = field(default_factory=lambda: np.zeros(SLOTS, np.int64))
    infinite_weight: ExactSum = field(default_factory=ExactSum)
    count: int = 0
    infinite: int = 0
    invalid: int = 0


class Run:
    """The arguments of `evaluate_classes`, and the methods that work on rows [start, stop)."""

    def __init__(
        self, formulas: ClassFormulas, target: Array, raw: Array, weight: Array | None, mask: Array | None,
        smoothing: float, quantity: str, keep_rows: bool, mean: bool, out: Array | None, double: bool, full: bool,
        curvature: str, given: bool,
    ) -> None:  # fmt: skip
        self.formulas, self.target, self.raw = formulas, target, raw
        self.weight, self.mask, self.smoothing = weight, mask, smoothing
        self.n, self.k = raw.shape
        single = raw.dtype == np.float32 and not double
        self.compute = np.dtype(np.float32 if single else np.float64)
        self.dtype = raw.dtype if raw.dtype.kind == "f" and not double else np.dtype(np.float64)
        self.quantity, self.keep_rows, self.mean, self.full, self.curvature = quantity, keep_rows, mean, full, curvature
        self.indexed = target.ndim == 1
        self.given = given
        self.weighted = weight is not None or mask is not None
        by_rows = given or not self.indexed or smoothing != 0
        kind = "given" if given else "rows" if by_rows else "small" if self.k <= 64 else "large"
        self.kernel = self._kernel(kind)
        self.totals = classes_kernels.totals(self.compute, self.weighted)
        self.by_rows = by_rows
        shape = (self.n, self.k)
        self.rows = np.empty(self.n, self.dtype) if keep_rows else None
        self.gradient = None if quantity == "value" else np.empty(shape, self.dtype) if out is None else out
        self.hessian = np.empty((*shape, self.k) if full else shape, self.dtype) if quantity == "hessian" else None

    def _kernel(self, kind: str) -> Any:
        return classes_kernels.load(
            self.formulas, kind, self.compute, self.quantity, weighted=self.weighted, full=self.full,
            indexed=self.indexed, smoothed=self.smoothing != 0,
        )  # fmt: skip

    def evaluate(self) -> Evaluation:
        self.scale = self._scale()
        columns = max(1, self.k // 4)
        parts = threads.share(self._work, self.n, columns=columns)
        total = sum((ExactSum.from_accumulator(part.total) for part in parts), ExactSum())
        count = sum(part.count for part in parts)
        infinite = sum(part.infinite for part in parts)
        if self.weighted:
            weight = sum((ExactSum.from_accumulator(part.weight) for part in parts), ExactSum())
            finite_weight = weight + -sum((part.infinite_weight for part in parts), ExactSum())
        else:
            weight, finite_weight = ExactSum.of_integer(count), ExactSum.of_integer(count - infinite)
        return Evaluation(
            total=total, weight=weight, count=count, infinite=infinite, finite_total=total.finite,
            finite_weight=finite_weight, invalid=sum(part.invalid for part in parts), rows=self.rows,
            gradient=self.gradient, hessian=self.hessian,
        )  # fmt: skip

    def _scale(self) -> float:
        """What derivatives are multiplied with: 1, or 1 / the sum of weights."""
        if not self.mean:
            return 1.0
        if not self.weighted:
            return 1 / self.n if self.n else 0.0
        accumulator = np.zeros(SLOTS, np.int64)
        add = classes_kernels.totals(np.dtype(np.float64), False)
        for start in range(0, self.n, PACKED):
            add.run(self._weights(start, min(self.n, start + PACKED))[0], NOTHING, accumulator, accumulator)
        whole = ExactSum.from_accumulator(accumulator).round()
        return 1 / whole if whole else 0.0

    def _weights(self, start: int, stop: int) -> tuple[Array, int]:
        """Weights as the kernels take them, 0 where a row does not count; and how many are no weights."""
        if not self.weighted:
            return NOTHING, 0
        if self.weight is None:
            return self.mask[start:stop].astype(np.float64), 0
        weight = self.weight[start:stop].astype(np.float64)
        if self.mask is not None:
            weight[~self.mask[start:stop]] = 0.0
        bad = ~(np.isfinite(weight) & (weight >= 0))
        weight[bad] = 0.0
        return weight, int(np.count_nonzero(bad))

    def _work(self, spans: Iterator[tuple[int, int]]) -> Part:
        part = Part()
        step = max(1, PACKED // max(1, self.k ** (1 + self.full))) if self._copies() else max(1, self.n)
        for start, stop in spans:
            for first in range(start, stop, step):
                self._block(first, min(stop, first + step), part)
        return part

    def _copies(self) -> bool:
        """Whether something has to be copied, so that blocks should stay in the cache."""
        plain = self.raw.flags.c_contiguous and self.raw.dtype == self.compute and self.gradient is self._direct()
        return self.by_rows or self.hessian is not None or not plain

    def _direct(self) -> Array | None:
        """The gradient, if kernels may write right into it."""
        g = self.gradient
        return g if g is not None and g.dtype == self.compute and g.flags.c_contiguous else None

    def _block(self, start: int, stop: int, part: Part) -> None:
        count, k = stop - start, self.k
        weight, bad_weights = self._weights(start, stop)
        part.invalid += bad_weights
        raw = np.ascontiguousarray(self.raw[start:stop], self.compute).reshape(-1)
        target, not_whole = self._targets(start, stop, weight)
        part.invalid += not_whole
        values = np.empty(count, self.compute)
        gradient = hessian = square = EMPTY[self.compute]
        direct = self._direct()
        if self.gradient is not None:
            gradient = np.empty(count * k, self.compute) if direct is None else direct[start:stop].reshape(-1)
        if self.hessian is not None:
            room = np.empty(self.hessian[start:stop].size, self.compute)
            hessian, square = (hessian, room) if self.full else (room, square)
        if self.by_rows:
            part.invalid += self.kernel.run(
                raw, target, weight, k, self.scale, self.smoothing, values, gradient, hessian, square
            )
        else:
            far = np.empty(count, np.int64)
            invalid, away = self.kernel.run(raw, target, weight, k, self.scale, values, gradient, hessian, square, far)
            part.invalid += invalid
            if away and not invalid:
                part.invalid += self._far(far[:away], raw, target, weight, values, gradient, hessian, square)
        self._store(start, stop, weight, values, gradient, hessian, square, direct is None)
        self._add(part, values, weight)

    def _targets(self, start: int, stop: int, weight: Array) -> tuple[Array, int]:
        """Targets as the kernels take them; class indices as int64, and how many counted ones are not whole."""
        target = self.target[start:stop]
        if not self.indexed:
            return np.ascontiguousarray(target, self.compute if target.dtype == np.float32 else np.float64).reshape(
                -1
            ), 0
        if target.dtype.kind != "f":
            return np.ascontiguousarray(target).astype(np.int64, copy=False), 0
        with np.errstate(invalid="ignore"):
            index = target.astype(np.int64)
        index[index != target] = -1
        return index, 0

    def _far(
        self, far: Array, raw: Array, target: Array, weight: Array, values: Array, *outputs: Array
    ) -> int:  # fmt: skip
        """Rows whose odds leave the floats, by the formulas for rows of targets: the class at 1, others at 0."""
        kernel, invalid = self._kernel("rows"), 0
        matrix, k = raw.reshape(-1, self.k), self.k
        step = max(1, PACKED // k)
        shaped = [output.reshape(values.size, -1) if output.size else output for output in outputs]
        for first in range(0, far.size, step):
            rows = far[first : first + step]
            made = np.empty(rows.size, self.compute)
            room = [np.empty(rows.size * output.shape[1], self.compute) if output.size else output for output in shaped]
            invalid += kernel.run(
                matrix[rows].reshape(-1),
                target[rows],
                weight[rows] if self.weighted else weight,
                k,
                self.scale,
                0.0,
                made,
                *room,
            )
            values[rows] = made
            for output, block in zip(shaped, room, strict=True):
                if output.size:
                    output[rows] = block.reshape(rows.size, -1)
        return invalid

    def _store(
        self, start: int, stop: int, weight: Array, values: Array, gradient: Array, hessian: Array, square: Array,
        copy_gradient: bool,
    ) -> None:  # fmt: skip
        with np.errstate(over="ignore", under="ignore"):
            if self.rows is not None:
                self.rows[start:stop] = values * weight if self.weighted else values
            if self.gradient is not None and copy_gradient:
                self.gradient[start:stop] = gradient.reshape(stop - start, self.k)
            if self.hessian is not None:
                made = square if self.full else hessian
                factor = 2 if self.curvature == "upper_bound" else 1
                self.hessian[start:stop] = (made * factor).reshape(self.hessian[start:stop].shape)

    def _add(self, part: Part, values: Array, weight: Array) -> None:
        infinite = self.totals.run(values, weight, part.total, part.weight)
        part.count += int(np.count_nonzero(weight)) if self.weighted else values.size
        part.infinite += infinite
        if infinite and self.weighted:
            part.infinite_weight += ExactSum.of(weight[np.isinf(values)])
