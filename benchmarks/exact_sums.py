"""What exactness costs: sums of losses in integer limbs against a plain sum, in one run over the same arrays.

    python benchmarks/exact_sums.py            # prints the table and writes benchmarks/EXACT_SUMS.md

Rows: the losses of a good model with logits of spread 2, and of a confident one with spread 20 (a fifth of its losses
lie below 2^-35, some below 2^-67). "plain" is the fastest sum that there is: vectorised, in any order, rounded at each
step. "float bins" is the other exact method tried: rounded to a grid, whole grid numbers added as floats in any order,
two bins, which do not reach far enough for spread 20. "in the kernel": the Bernoulli kernel, its sums exact or plain.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

from crossent.families.catalogue import FAMILIES
from crossent.kernels import limbs, rowwise
from crossent.kernels.exact_sum import SLOTS, ExactSum
from crossent.kernels.row_source import ACCUMULATED, BLOCK, Layout, source
from crossent.vocabulary.compiled.bind import bind
from crossent.vocabulary.compiled.intrinsics import wide_vectors

ROWS = 1 << 17  # of one dtype: they stay in the second-level cache, so that adding is measured and not memory
REPEATS = 201


@intrinsic
def add_in_any_order(typing_context, a, b):
    """a + b that LLVM may reassociate: for bins it changes nothing, since their sums are exact."""

    def generate(context, builder, signature, arguments):
        return builder.fadd(*arguments, flags=("reassoc",))

    return types.float64(types.float64, types.float64), generate


@njit
def plain(values, result):
    wide_vectors()
    total = 0.0
    for i in range(values.shape[0]):
        total = add_in_any_order(total, np.float64(values[i]))
    result[0] = total


@njit
def _two_bins(values, grid, fine_grid):
    wide_vectors()
    high, low = 0.0, 0.0
    left = False
    for i in range(values.shape[0]):
        value = np.float64(values[i])
        coarse = (value + grid) - grid
        rest = value - coarse
        fine = (rest + fine_grid) - fine_grid
        high = add_in_any_order(high, coarse)
        low = add_in_any_order(low, fine)
        left |= rest != fine
    return high, low, left


@njit
def float_bins(values, result):
    """Bins of 40 bits below 2^8: sums of a block stay below 2^53 units. Counts the blocks that they do not hold."""
    for start in range(0, values.shape[0], BLOCK):
        high, low, left = _two_bins(values[start : start + BLOCK], 1.5 * 2.0**20, 1.5 * 2.0**-20)
        result[0] += high + low
        result[1] += left


@njit
def exact_singles(values, spare, accumulator):
    for start in range(0, values.shape[0], BLOCK):
        limbs.add_singles(values[start : start + BLOCK], spare, accumulator)


@njit
def exact_doubles(values, spare, accumulator):
    for start in range(0, values.shape[0], BLOCK):
        block = values[start : start + BLOCK]
        copied = spare[: block.shape[0]]
        for i in range(block.shape[0]):  # adding uses its argument up; a kernel's rows are in such a block already
            copied[i] = block[i]
        limbs.add_doubles(copied, accumulator)


def nanoseconds(*calls) -> list[float]:
    """The fastest of many runs of each call, taken in turns, per row."""
    best = [np.inf] * len(calls)
    for call in calls:
        call()
    for _ in range(REPEATS):
        for j, call in enumerate(calls):
            start = time.perf_counter()
            call()
            best[j] = min(best[j], time.perf_counter() - start)
    return [seconds / ROWS * 1e9 for seconds in best]


def losses(spread: float, dtype) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    logits = (rng.standard_normal(ROWS) * spread).astype(dtype)
    target = (rng.random(ROWS) < 1 / (1 + np.exp(-logits.astype(float)))).astype(dtype)
    return target, logits, np.logaddexp(0, np.where(target > 0, -1, 1) * logits.astype(float)).astype(dtype)


def sums(spread: float, dtype) -> str:
    _, _, values = losses(spread, dtype)
    accumulator, spare, result, bins = np.zeros(SLOTS, np.int64), np.empty(BLOCK), np.zeros(1), np.zeros(2)
    exact = exact_singles if dtype == np.float32 else exact_doubles
    exact(values, spare, accumulator)
    if ExactSum.from_accumulator(accumulator) != ExactSum.of(values):
        raise AssertionError(dtype, spread)
    naive, limb, binned = nanoseconds(
        lambda: plain(values, result),
        lambda: exact(values, spare, accumulator),
        lambda: float_bins(values, bins),
    )
    float_bins(values, result := np.zeros(2))
    held = 1 - result[1] / (ROWS / BLOCK)
    return (
        f"| {np.dtype(dtype).name} | {spread} | {naive:.2f} | {limb:.2f} | {limb - naive:+.2f} | "
        f"{binned:.2f} (holds {held:.0%} of blocks) |"
    )


def kernels(spread: float, dtype, grade: str) -> str:
    bernoulli = FAMILIES["Bernoulli"]
    target, logits, _ = losses(spread, dtype)
    layout = Layout(1, "", grade, np.dtype(dtype).char, "value", False, False, False)
    run = rowwise._kernel(bernoulli.rows(), layout)
    other = _with_plain_sum(bernoulli.rows(), layout)
    settings, values, spare = np.ones(5), np.empty(BLOCK, dtype), np.empty((2, BLOCK))
    accumulator = np.zeros(ACCUMULATED, np.int64)
    exact, naive = nanoseconds(
        lambda: run(target, logits, settings, values, spare, accumulator),
        lambda: other(target, logits, settings, values, spare, accumulator),
    )
    return f"| Bernoulli {grade} | {spread} | {naive:.2f} | {exact:.2f} | {exact / naive - 1:+.0%} |"


def _with_plain_sum(formulas, layout: Layout):
    """The same kernel text with a plain sum in the place of the exact one."""
    lines = source(layout).split("\n")
    lines = [line for line in lines if not line.startswith("add = ")]
    lines = ["        add(block, spare[0])" if line.strip().startswith("add(") else line for line in lines]
    text = "\n".join(lines).replace("cache=True, ", "")
    namespace = {name: bind(getattr(formulas, name), _table(layout, name)) for name in layout.formulas}
    namespace |= {"add": plain, "__name__": "crossent_benchmark"}
    exec(text, namespace)
    return namespace["run"]


def _table(layout: Layout, name: str):
    from crossent.kernels.cache import grade_table

    return grade_table("double" if layout.grade == "native" and name == "valid" else layout.grade)


def main() -> None:
    lines = [
        "# The cost of exact sums",
        "",
        "Made by `python benchmarks/exact_sums.py`; nanoseconds per row, one thread.",
    ]
    lines += [
        "",
        "| rows | spread of logits | plain | exact limbs | difference | float bins |",
        "|---|---|---|---|---|---|",
    ]
    lines += [sums(spread, dtype) for dtype in (np.float32, np.float64) for spread in (2, 20)]
    lines += [
        "",
        "| in the kernel | spread of logits | with a plain sum | with exact limbs | cost |",
        "|---|---|---|---|---|",
    ]
    for dtype, grade in ((np.float32, "native"), (np.float32, "single"), (np.float64, "double")):
        lines += [kernels(spread, dtype, grade) for spread in (2, 20)]
    text = "\n".join(lines) + "\n"
    (Path(__file__).parent / "EXACT_SUMS.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
