"""Every float32 input through the float32 functions: largest error, wrong roundings, and a hash of all answers.

    python benchmarks/sweep.py              # all 2^32 inputs, some minutes on two cores; writes benchmarks/SWEEP.md
    python benchmarks/sweep.py --every 256  # every 256th block of inputs, printed only

The reference is the DOUBLE grade (float64, error below 1.2 of its last places, which is 2^-28 of a float32's), and
mpmath for every answer within 2^-20 last places of a tie between two float32 numbers, where the reference could err.
"""

from __future__ import annotations

import argparse
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import llvmlite.binding
import mpmath
import numpy as np
from numba import njit

from crossent.vocabulary import exact
from crossent.vocabulary.compiled import DOUBLE, NATIVE
from crossent.vocabulary.compiled.intrinsics import bits, from_bits, from_bits32, wide_vectors

REPORT = Path(__file__).with_name("SWEEP.md")
BLOCK = 1 << 14
BLOCKS = (1 << 32) // BLOCK
BLOCKS_PER_TASK = 1 << 10
NANS = 2 * ((1 << 23) - 1)
ONE = np.float32(1)
ZERO = np.float32(0)

# What is swept: the NATIVE function of x, what it is in DOUBLE, and in mpmath.
CASES = {
    "softplus(x)": (
        lambda f: lambda x: f(x),
        "softplus",
        lambda f: lambda x: f(x),
        "softplus",
        lambda x: exact.softplus(x),
    ),
    "log_sigmoid(x)": (
        lambda f: lambda x: f(x),
        "log_sigmoid",
        lambda f: lambda x: f(x),
        "log_sigmoid",
        lambda x: exact.log_sigmoid(x),
    ),
    "sigmoid(x)": (
        lambda f: lambda x: f(x),
        "sigmoid",
        lambda f: lambda x: f(x),
        "sigmoid",
        lambda x: exact.sigmoid(x),
    ),
    "Bernoulli value, y = 0": (
        lambda f: lambda x: f(ZERO, x),
        "softplus_mixture",
        lambda f: lambda x: f(x),
        "softplus",
        lambda x: exact.softplus(x),
    ),
    "Bernoulli value, y = 1": (
        lambda f: lambda x: f(ONE, x),
        "softplus_mixture",
        lambda f: lambda x: f(-x),
        "softplus",
        lambda x: exact.softplus(-x),
    ),
    "Bernoulli gradient, y = 0": (
        lambda f: lambda x: f(ZERO, x),
        "sigmoid_residual",
        lambda f: lambda x: f(x),
        "sigmoid",
        lambda x: exact.sigmoid(x),
    ),
    "Bernoulli gradient, y = 1": (
        lambda f: lambda x: f(ONE, x),
        "sigmoid_residual",
        lambda f: lambda x: -f(-x),
        "sigmoid",
        lambda x: -exact.sigmoid(-x),
    ),
    "Bernoulli Hessian": (
        lambda f: lambda x: f(x),
        "sigmoid_slope",
        lambda f: lambda x: f(x),
        "sigmoid_slope",
        lambda x: exact.sigmoid_slope(x),
    ),
}


def compile_case(native, double):
    """The loop over some blocks of bit patterns, for one function and its reference."""

    @njit(nogil=True, error_model="numpy")
    def evaluate(first, x, answer, reference):
        wide_vectors()
        for i in range(x.shape[0]):
            x[i] = from_bits32(np.int32(first + i))
        for i in range(x.shape[0]):
            answer[i] = native(x[i])
        for i in range(x.shape[0]):
            reference[i] = double(np.float64(x[i]))

    @njit(nogil=True, error_model="numpy")
    def compare(first, x, answer, reference, near, best):
        wide_vectors()
        worst, wrong, close, nans, digest = 0.0, 0, 0, 0, np.uint64(0)
        for i in range(x.shape[0]):
            truth = reference[i]
            right = np.float32(truth)
            # the spacing of float32 numbers around the truth, and its inverse
            exponent = max((bits(truth) & 0x7FF0000000000000) - (23 << 52), (1023 - 149) << 52)
            inverse = from_bits((2046 << 52) - exponent)
            usual = abs(np.float64(right)) < np.inf
            error = abs(np.float64(answer[i]) - truth) * inverse if usual else 0.0
            worst = max(worst, error) if error == error else worst
            tie = usual and abs(np.float64(right) - truth) * inverse > 0.5 - 2.0**-20
            same = answer[i] == right or (answer[i] != answer[i] and right != right)
            wrong += 0 if same or tie else 1
            close += 1 if tie else 0
            nans += 1 if answer[i] != answer[i] else 0
        words = answer.view(np.uint32)
        for i in range(x.shape[0]):
            word = np.uint64(0x7FC00000) if answer[i] != answer[i] else np.uint64(words[i])
            mixed = (word ^ (np.uint64(first + i) << np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
            digest += (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        count, at = 0, x[0]
        if close > 0:
            for i in range(x.shape[0]):
                truth = reference[i]
                exponent = max((bits(truth) & 0x7FF0000000000000) - (23 << 52), (1023 - 149) << 52)
                inverse = from_bits((2046 << 52) - exponent)
                right = np.float64(np.float32(truth))
                if abs(right) < np.inf and abs(right - truth) * inverse > 0.5 - 2.0**-20:
                    near[count] = i
                    count += 1
        for i in range(x.shape[0] if worst > best else 0):
            exponent = max((bits(reference[i]) & 0x7FF0000000000000) - (23 << 52), (1023 - 149) << 52)
            if abs(np.float64(answer[i]) - reference[i]) * from_bits((2046 << 52) - exponent) == worst:
                at = x[i]
        return worst, at, wrong, count, nans, digest

    return evaluate, compare


@dataclass
class Found:
    """What one function's sweep has found; parts add up."""

    worst: float = 0.0
    at: float = 0.0
    wrong: int = 0
    nans: int = 0
    digest: int = 0
    ties: list[tuple[float, float]] = field(default_factory=list)  # (x, answer)

    def __iadd__(self, other: Found) -> Found:
        if other.worst > self.worst:
            self.worst, self.at = other.worst, other.at
        self.wrong += other.wrong
        self.nans += other.nans
        self.digest = (self.digest + other.digest) % 2**64
        self.ties += other.ties
        return self


def run_blocks(functions, blocks) -> Found:
    evaluate, compare = functions
    x, answer = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    reference, near = np.empty(BLOCK), np.empty(BLOCK, np.int64)
    found = Found()
    for block in blocks:
        first = np.int64(block) * BLOCK
        evaluate(first, x, answer, reference)
        worst, at, wrong, count, nans, digest = compare(first, x, answer, reference, near, found.worst)
        ties = [(float(x[i]), float(answer[i])) for i in near[:count]]
        found += Found(worst, float(at), wrong, nans, int(digest), ties)
    return found


def correctly_rounded(truth) -> float:
    """mpmath's number as the nearest float32, ties to even, subnormals included."""
    mantissa_end = max(mpmath.frexp(truth)[1] - 24, -149)
    return float(mpmath.ldexp(mpmath.nint(mpmath.ldexp(truth, -mantissa_end)), mantissa_end))


def settle_ties(found: Found, definition) -> None:
    """Decide the near-ties with mpmath at 60 digits."""
    with mpmath.workdps(60):
        for x, answer in found.ties:
            found.wrong += correctly_rounded(definition(mpmath.mpf(x))) != answer


def sweep(name: str, threads: int, every: int) -> Found:
    native_of, native, double_of, double, definition = CASES[name]
    functions = compile_case(
        njit(forceinline=True)(native_of(NATIVE[native])), njit(forceinline=True)(double_of(DOUBLE[double]))
    )
    run_blocks(functions, [0])  # compiles, in this thread
    chosen = range(0, BLOCKS, every)
    tasks = [chosen[i : i + BLOCKS_PER_TASK] for i in range(0, len(chosen), BLOCKS_PER_TASK)]
    found = Found()
    with ThreadPoolExecutor(threads) as pool:
        for part in pool.map(lambda blocks: run_blocks(functions, blocks), tasks):
            found += part
    settle_ties(found, definition)
    return found


def written(rows: dict[str, Found], seconds: float, threads: int) -> str:
    lines = [
        "# All 2^32 float32 inputs",
        "",
        "    make sweep        (python benchmarks/sweep.py)",
        "",
        "The NATIVE grade, which crossent uses for float32 predictions. Errors in last places of the float32 answer,",
        "subnormal answers included. The reference is the DOUBLE grade, whose own error is below 2^-28 of these units;",
        "answers within 2^-20 of a tie were rounded by mpmath at 60 digits. The hash covers all answers and inputs.",
        "",
        "| function | largest error | at x = | wrong roundings | of 2^32 | near-ties by mpmath | hash of all answers |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, found in rows.items():
        share = f"{100 * found.wrong / 2**32:.3f} %"
        lines.append(
            f"| {name} | {found.worst:.4f} | {found.at:.9g} | {found.wrong:,} | {share} | {len(found.ties):,} "
            f"| `{found.digest:016x}` |"
        )
    packages = ", ".join(f"{package} {version(package)}" for package in ("numba", "llvmlite", "numpy"))
    lines += [
        "",
        f"NaN in gives NaN out: {NANS:,} inputs, as many answers, for every function.",
        f"{seconds:.0f} s on {threads} threads; {platform.machine()} ({llvmlite.binding.get_host_cpu_name()}); "
        f"Python {platform.python_version()}, {packages}.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="take only every n-th block, and write no report")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    start, rows = time.perf_counter(), {}
    for name in CASES:
        found = rows[name] = sweep(name, options.threads, options.every)
        print(
            f"{name:28} largest error {found.worst:.4f} at {found.at:.9g}, {found.wrong:,} wrong roundings, "
            f"{len(found.ties)} near-ties, hash {found.digest:016x}, {time.perf_counter() - start:.0f} s",
            flush=True,
        )
        if options.every == 1 and found.nans != NANS:
            message = f"{name}: {found.nans} answers are NaN, but {NANS} inputs are"
            raise SystemExit(message)
    if options.every == 1:
        REPORT.write_text(written(rows, time.perf_counter() - start, options.threads), encoding="utf-8")


if __name__ == "__main__":
    main()
