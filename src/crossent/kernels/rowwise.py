"""Rows with k raw parameters each: values, derivatives and exact sums in one pass over the data.

This layer knows no family: it is handed formulas. Kernels see contiguous arrays of a few dtypes; whatever else comes
(strided, read-only, float16, other integers, byte-swapped, one number for all rows) is packed block by block into a
little scratch memory, never copied whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from crossent import errors
from crossent.kernels import cache, sums, threads
from crossent.kernels.columns import Inputs, Outputs, prepare
from crossent.kernels.exact_sum import SLOTS, ExactSum
from crossent.kernels.row_source import ACCUMULATED, BLOCK, COUNTED, INVALID, Layout, source

QUANTITIES = ("value", "gradient", "hessian")


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
    finite, or the loss is NaN (a row may be counted twice). A row of weight 0, or masked out, is not looked at.
    """
    if quantity not in QUANTITIES:
        raise errors.unknown_option(argument="quantity", value=quantity, known=QUANTITIES)
    inputs = prepare(target, raw, fixed, weight, mask, parameters=formulas.parameters, double=double)
    layout = _layout(formulas, inputs, quantity, keep_rows, full, smoothing)
    run = _kernel(formulas, layout)
    outputs = Outputs(layout.columns, inputs, full, out)
    settings = _settings(inputs, layout.grade, mean and quantity != "value", smoothing)

    if inputs.direct and outputs.direct and inputs.rows < threads.WORTH_SHARING:
        scratch = _scratch(inputs)
        run(*inputs.flats, *outputs.flat.values(), settings, *scratch)
        accumulators = [scratch[-1]]
    else:
        accumulators = _run_in_blocks(run, inputs, outputs, settings)
    evaluation = _gather(accumulators, inputs)
    evaluation.rows = outputs.finished("row")
    evaluation.gradient = outputs.finished("gradient")
    evaluation.hessian = outputs.finished("hessian")
    return evaluation


def _scratch(inputs: Inputs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What each worker needs for itself: a block's rows, room for adding them up, and the accumulator."""
    return np.empty(BLOCK, inputs.real), np.empty((2, BLOCK)), np.zeros(ACCUMULATED, np.int64)


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
    from crossent.vocabulary.compiled.bind import native_capable

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
        module = cache.load_kernel(f"{formulas.name}_{layout.quantity}", source(layout), definitions, layout.grade)
        run = formulas.kernels[layout] = module.run
    return run


# --- what derivatives are multiplied with -----------------------------------------------------------------------------


def _settings(inputs: Inputs, grade: str, divide: bool, smoothing: float) -> np.ndarray:
    """high + low = 1 / (sum of weights * power); power is the power of two that makes the sum about 1."""
    if inputs.weights is None:
        return _settings_of_count(inputs.rows if divide else 1, grade, smoothing)
    share = _share_of_units(weight_sum(inputs).units) if divide else (1.0, 0.0, 1.0)
    return _as_array(*share, 2.0**-60, smoothing)


@lru_cache(maxsize=256)
def _settings_of_count(count: int, grade: str, smoothing: float) -> np.ndarray:
    high, low, power = _reciprocal(count, 1) if count else (0.0, 0.0, 1.0)
    if grade != "native":
        return _as_array(high, low, power, 2.0**-60, smoothing)
    return _as_array(*_toward_zero_single(high, low), power, 2.0**-30, smoothing)


def _as_array(high: float, low: float, power: float, slack: float, smoothing: float) -> np.ndarray:
    """low is above 0 always, and too small to matter where it is not needed: an infinite derivative * 0 is NaN."""
    return np.array([high, low or high * slack, power, 1 - smoothing, smoothing / 2])


def _share_of_units(units: int) -> tuple[float, float, float]:
    if units <= 0:
        return 0.0, 0.0, 1.0
    exponent = min(max(units.bit_length() - 2148, -1022), 1022)
    power = 2.0**-exponent
    return *_reciprocal(units, 1 << (2148 + exponent))[:2], power


def _reciprocal(numerator: int, denominator: int) -> tuple[float, float, float]:
    """denominator / numerator as high + low, high rounded towards 0."""
    high = denominator / numerator
    top, bottom = high.as_integer_ratio()
    rest = denominator * bottom - numerator * top
    if rest < 0:
        high = math.nextafter(high, 0.0)
        top, bottom = high.as_integer_ratio()
        rest = denominator * bottom - numerator * top
    return high, rest / (numerator * bottom), 1.0


def _toward_zero_single(high: float, low: float) -> tuple[float, float]:
    single = np.float32(high)
    if single > high:
        single = np.nextafter(single, np.float32(0))
    return float(single), (high - float(single)) + low


def weight_sum(inputs: Inputs) -> ExactSum:
    """The exact sum of the weights, in a pass of its own: the mean's gradient needs it first."""
    run = cache.load_kernel("weights", WEIGHTS, {}).run

    def work(spans: Iterable[threads.Span]) -> np.ndarray:
        accumulator, spare = np.zeros(SLOTS, np.int64), np.empty(BLOCK)
        column = inputs.weights.reader()
        for start, stop in spans:
            for low, high in inputs.blocks(start, stop, inputs.weights.flat is not None):
                run(column(low, high), spare, accumulator)
        return accumulator

    return sum((ExactSum.from_accumulator(a) for a in threads.share(work, inputs.rows)), ExactSum())


WEIGHTS = '''"""Generated by crossent; may be deleted."""
from numba import njit
from crossent.kernels.limbs import BLOCK, add_doubles

@njit("void(float64[::1], float64[::1], int64[::1])", nogil=True, cache=True, error_model="numpy", boundscheck=False)
def run(weight, spare, accumulator):
    for start in range(0, weight.shape[0], BLOCK):
        block = weight[start:start + BLOCK]
        copied = spare[:block.shape[0]]
        for i in range(block.shape[0]):
            copied[i] = block[i]
        add_doubles(copied, accumulator)
'''


# --- what the threads have found --------------------------------------------------------------------------------------


def _gather(accumulators: list[np.ndarray], inputs: Inputs) -> Evaluation:
    merged = accumulators[0]
    for other in accumulators[1:]:
        merged = merged + other  # chunks keep 31 bits for carries
    total = ExactSum.from_accumulator(merged[:SLOTS])
    infinite = total.positive_infinities + total.negative_infinities
    if inputs.weights is not None:
        weight = ExactSum.from_accumulator(merged[SLOTS : 2 * SLOTS])
        finite_weight = weight + -ExactSum.from_accumulator(merged[2 * SLOTS : 3 * SLOTS]) if infinite else weight
        count = int(merged[COUNTED])
    else:
        count = inputs.rows
        weight = ExactSum.of_integer(count)
        finite_weight = ExactSum.of_integer(count - infinite) if infinite else weight
    return Evaluation(
        total=total,
        weight=weight,
        count=count,
        infinite=infinite,
        finite_total=total.finite,
        finite_weight=finite_weight,
        invalid=int(merged[INVALID]) + total.nans,
    )
