"""Rows with k raw parameters each: values, derivatives and exact sums in one pass over the data.

This layer knows no family: it is handed formulas. Kernels see contiguous arrays of a few dtypes; whatever else comes
(strided, read-only, float16, other integers, byte-swapped, one number for all rows) is packed block by block into a
little scratch memory, never copied whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from crossent import errors
from crossent.kernels import cache, sums, threads
from crossent.kernels.columns import Inputs, Outputs, prepare
from crossent.kernels.exact_sum import SLOTS, ExactSum
from crossent.kernels.row_source import ACCUMULATED, BLOCK, COUNTED, Layout, kinds, source
from crossent.kernels.shares import settings_of, settings_of_count

QUANTITIES = ("value", "gradient", "hessian")
Scratch = tuple[np.ndarray, np.ndarray, np.ndarray]

# nobody's at the moment: a list hands each to one caller only, whatever thread, signal handler or finaliser that is
_free_scratch: dict[np.dtype, list[Scratch]] = {np.dtype(np.float32): [], np.dtype(np.float64): []}


@dataclass(frozen=True)
class RowFormulas:
    """The formulas of a row. ``nll``, ``gradient`` and ``hessian`` take (y, *raw, *fixed), and so does ``valid``.

    ``gradient`` gives a tuple of k, ``hessian`` the upper triangle row by row, ``valid`` a truth value.
    """

    name: str
    parameters: int
    fixed: int
    valid: Callable[..., Any]
    nll: Callable[..., Any]
    gradient: Callable[..., Any] | None = None
    hessian: Callable[..., Any] | None = None
    kernels: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass
class Evaluation:
    """What one pass has found. If ``invalid`` is not 0, there are rows that may not count, and the rest means nothing.

    ``total`` and ``weight`` are the sums of w * nll and of w. ``count`` rows have a weight other than 0, ``infinite``
    of them an infinite loss: ``total`` counts those, ``finite_total`` and ``finite_weight`` leave them out.
    """

    total: ExactSum
    weight: ExactSum
    count: int
    infinite: int
    finite_total: ExactSum
    finite_weight: ExactSum
    invalid: int
    rows: np.ndarray | None = None
    gradient: np.ndarray | None = None
    hessian: np.ndarray | None = None


def evaluate_rows(
    formulas: RowFormulas,
    target: np.ndarray,
    raw: np.ndarray | Sequence[Any],
    *,
    fixed: Iterable[Any] = (),
    weight: np.ndarray | None = None,
    mask: np.ndarray | None = None,
    smoothing: float = 0.0,
    quantity: str = "value",
    keep_rows: bool = False,
    mean: bool = False,
    out: Any = None,
    double: bool = False,
    full: bool = False,
) -> Evaluation:
    """The sum of w * nll(y, *raw, *fixed), exactly, and what else is asked for.

    ``target`` has shape (n,), ``raw`` (n,) or (n, k), or is a sequence of k columns (n,) or numbers; each of ``fixed``
    is (n,) or a number, ``weight`` (n,), ``mask`` (n,) boolean. ``quantity`` "gradient" gives the gradient too,
    "hessian" also the Hessian: its diagonal in raw's shape, or all of it (n, k, k) if ``full``. Derivatives are those
    of w * nll, or divided by the sum of w if ``mean``. ``out`` is an array for the gradient, or a pair with one for the
    Hessian. ``keep_rows`` keeps w * nll.

    Arithmetic follows raw's dtype: float32 rows are right to float32; everything else, or ``double``, is computed in
    float64. ``invalid`` counts rows with a weight other than 0 where `valid` is false, the weight is negative or not
    finite, or the loss is NaN. A row of weight 0, or masked out, is not looked at.
    """
    if quantity not in QUANTITIES:
        raise errors.unknown_option(argument="quantity", value=quantity, known=QUANTITIES)
    simple = formulas.parameters == 1 and weight is None and mask is None and not (fixed or double or full)
    if simple:
        evaluation = _evaluate_as_it_is(formulas, target, raw, smoothing, quantity, keep_rows, mean, out)
        if evaluation is not None:
            return evaluation
    inputs = prepare(target, raw, fixed, weight, mask, parameters=formulas.parameters, double=double)
    layout = _layout(formulas, inputs, quantity, keep_rows, full, smoothing)
    run = _kernel(formulas, layout)
    outputs = Outputs(layout.columns, inputs, full, out)
    settings = settings_of(inputs, layout.grade, mean and quantity != "value", smoothing)

    if inputs.direct and outputs.direct and inputs.rows < threads.WORTH_SHARING:
        scratch = _scratch(inputs)
        run(*inputs.flats, *outputs.flat.values(), settings, *scratch)
        accumulators = [scratch[-1]]
        if simple:
            key = (inputs.target.parts[0].dtype, inputs.result, quantity, keep_rows, smoothing != 0)
            formulas.kernels[key] = Known(run, layout.grade, tuple(layout.columns))
    else:
        accumulators = _run_in_blocks(run, inputs, outputs, settings)
    evaluation = _gather(accumulators, inputs.rows, inputs.weights is not None)
    evaluation.rows = outputs.finished("row")
    evaluation.gradient = outputs.finished("gradient")
    evaluation.hessian = outputs.finished("hessian")
    return evaluation


class Known(NamedTuple):
    """What a call of `evaluate_rows` has found out, for later calls with arrays of the same dtypes."""

    run: Callable[..., None]
    grade: str
    columns: tuple[str, ...]


def _evaluate_as_it_is(
    formulas: RowFormulas,
    target: Any,
    raw: Any,
    smoothing: float,
    quantity: str,
    keep_rows: bool,
    mean: bool,
    out: Any,
) -> Evaluation | None:
    """The common call in a training loop, two columns that fit: in a few microseconds. None if anything is unusual."""
    if not (type(target) is type(raw) is np.ndarray and target.shape == raw.shape and raw.ndim == 1):
        return None
    rows = len(raw)
    known = formulas.kernels.get((target.dtype, raw.dtype, quantity, keep_rows, smoothing != 0))
    if known is None or rows >= threads.WORTH_SHARING or not (target.flags.carray and raw.flags.carray):
        return None
    results = {name: np.empty(rows, raw.dtype) for name in known.columns}
    if out is not None:
        if type(out) is not np.ndarray or "gradient" not in results or not _fits(out, target, raw):
            return None
        results["gradient"] = out
    settings = settings_of_count(rows if mean and quantity != "value" else 1, known.grade, smoothing)
    free = _free_scratch[raw.dtype]
    try:
        scratch = free.pop()
    except IndexError:
        scratch = _new_scratch(raw.dtype)
    accumulator = scratch[-1]
    known.run(target, raw, *results.values(), settings, *scratch)
    evaluation = _gather([accumulator], rows, False)
    accumulator.fill(0)
    free.append(scratch)
    evaluation.rows = results.get("row")
    evaluation.gradient = results.get("gradient")
    evaluation.hessian = results.get("hessian")
    return evaluation


def _fits(out: np.ndarray, target: np.ndarray, raw: np.ndarray) -> bool:
    same = out.dtype == raw.dtype and out.shape == raw.shape and out.flags.carray
    return same and not np.may_share_memory(out, raw) and not np.may_share_memory(out, target)


def _scratch(inputs: Inputs) -> Scratch:
    """What each worker needs for itself: a block's rows, room for adding them up, and the accumulator."""
    return _new_scratch(inputs.real)


def _new_scratch(real: np.dtype) -> Scratch:
    return np.empty(BLOCK, real), np.empty((2, BLOCK)), np.zeros(ACCUMULATED, np.int64)


def _run_in_blocks(
    run: Callable[..., None], inputs: Inputs, outputs: Outputs, settings: np.ndarray
) -> list[np.ndarray]:
    def work(spans: Iterable[threads.Span]) -> np.ndarray:
        scratch = _scratch(inputs)
        columns, rooms = inputs.reader(), outputs.writer()
        for start, stop in spans:
            for low, high in inputs.blocks(start, stop, outputs.direct):
                room, deliver = rooms(low, high)
                run(*columns(low, high), *room, settings, *scratch)
                deliver()
        return scratch[-1]

    return threads.share(work, inputs.rows)


def _layout(
    formulas: RowFormulas, inputs: Inputs, quantity: str, keep_rows: bool, full: bool, smoothing: float
) -> Layout:
    wanted = "full" if quantity == "hessian" and full and formulas.parameters > 1 else quantity
    key = (inputs.key, wanted, keep_rows, smoothing != 0)
    layout = formulas.kernels.get(key)
    if layout is None:
        grade = "double" if inputs.real == np.float64 else "single"
        layout = Layout(
            parameters=formulas.parameters,
            fixed=inputs.fixed_kinds,
            grade=grade,
            target=inputs.target.kind,
            quantity=wanted,
            weighted=inputs.weights is not None,
            smoothed=smoothing != 0,
            keep_rows=keep_rows,
        )
        if grade == "single" and _native(formulas, layout):
            layout = Layout(**(vars(layout) | {"grade": "native"}))
        formulas.kernels[key] = layout
    return layout


def _native(formulas: RowFormulas, layout: Layout) -> bool:
    """Whether float32 arithmetic is good enough: every formula says so, and the target loses nothing by it."""
    from crossent.vocabulary.native import native_capable

    exact = layout.target != "d" and not layout.fixed and not layout.smoothed
    return exact and all(native_capable(getattr(formulas, name)) for name in layout.formulas if name != "valid")


def _kernel(formulas: RowFormulas, layout: Layout) -> Callable[..., None]:
    run = formulas.kernels.get(layout)
    if run is None:
        definitions = {name: getattr(formulas, name) for name in layout.formulas}
        missing = [name for name, formula in definitions.items() if formula is None]
        if missing:
            raise errors.quantity_missing(formulas.name, missing[0])
        if layout.grade == "native":
            definitions["valid"] = (formulas.valid, "double")
        sums.announce(layout.summing)
        name = f"{formulas.name}_{layout.quantity}"
        run = cache.load_code(name, source(layout), kinds(layout), definitions, layout.grade).call
        formulas.kernels[layout] = run
    return run


# --- what the threads have found --------------------------------------------------------------------------------------


def _gather(accumulators: list[np.ndarray], rows: int, weighted: bool) -> Evaluation:
    merged = accumulators[0]
    for other in accumulators[1:]:
        merged = merged + other  # chunks keep 31 bits for carries
    total = ExactSum.from_accumulator(merged[:SLOTS])
    infinite = total.positive_infinities + total.negative_infinities
    if weighted:
        weight = ExactSum.from_accumulator(merged[SLOTS : 2 * SLOTS])
        finite_weight = weight + -ExactSum.from_accumulator(merged[2 * SLOTS : 3 * SLOTS]) if infinite else weight
        count = int(merged[COUNTED])
    else:
        count = rows
        weight = _whole(count)
        finite_weight = _whole(count - infinite) if infinite else weight
    return Evaluation(
        total=total,
        weight=weight,
        count=count,
        infinite=infinite,
        finite_total=total.finite,
        finite_weight=finite_weight,
        invalid=total.nans,
    )


_whole = lru_cache(maxsize=64)(ExactSum.of_integer)  # a training loop has one or two sizes of batches
