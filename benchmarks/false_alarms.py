"""How often the tests of order and drift reject independent rows: their size at 5 %, unadjusted.

    python benchmarks/false_alarms.py               # every test, kind and n; writes benchmarks/FALSE_ALARMS.md
    python benchmarks/false_alarms.py --runs 100    # fewer data sets each, printed only

Each data set has a seed of its own, made of its kind, n and number. A data set on which a test cannot be made (one
level only) counts as not rejected. The band is the central 99.9 % of the binomial distribution at 5 %.
"""

from __future__ import annotations

import argparse
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binom

from crossent.errors import DataError
from crossent.independence import drift, order

REPORT = Path(__file__).with_name("FALSE_ALARMS.md")
RUNS, LEVEL = 2_000, 0.05
SIZES = (12, 100, 10_000)
SHARES = np.array([0.6, 0.3, 0.1])

LEVELS: dict[str, Callable[[np.random.Generator, int], Any]] = {
    "binary 0.5": lambda rng, n: (rng.random(n) < 0.5).astype(np.int64),
    "binary 0.05": lambda rng, n: (rng.random(n) < 0.05).astype(np.int64),
    "3 levels": lambda rng, n: rng.choice(3, n, p=SHARES),
}
NUMBERS: dict[str, Callable[[np.random.Generator, int], Any]] = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "heavy tails": lambda rng, n: rng.standard_cauchy(n),
    "rounded": lambda rng, n: np.round(2 * rng.standard_normal(n)) / 2,
}
KINDS = LEVELS | NUMBERS


@dataclass(frozen=True)
class Case:
    """A test of y; `other` makes a second sample or column. `sharp`: its null distribution is continuous without ties,
    or so finely stepped from n = 100 on that its size must not be below the band either."""

    run: Callable[[Any, Any], Any]
    kinds: tuple[str, ...]
    other: Callable[[np.random.Generator, int], Any] | None = None
    sharp: bool = False
    runs: int = RUNS


def columns(rng: np.random.Generator, n: int) -> dict[str, Any]:
    return {"a": rng.standard_normal(n), "b": rng.standard_cauchy(n), "c": rng.choice(3, n, p=SHARES)}


def _classifier(_: Any, both: Any) -> Any:
    half = len(both["a"]) // 2
    first, second = ({name: column[part] for name, column in both.items()} for part in (slice(half), slice(half, None)))
    return drift.classifier_test(first, second, levels=("c",))


def _halves(test: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda y, _: test(y[: len(y) // 2], y[len(y) // 2 :])


BINARY, ANY_LEVELS, ANY_NUMBERS = ("binary 0.5", "binary 0.05"), tuple(LEVELS), tuple(NUMBERS)
NORMALS, THREE = NUMBERS["normal"], LEVELS["3 levels"]
CASES: dict[str, Case] = {
    "runs": Case(lambda y, _: order.runs_test(y), BINARY),
    "lag table": Case(lambda y, _: order.lag_table_test(y), ANY_LEVELS),
    "disjoint pairs": Case(lambda y, _: order.pairs_test(y), ANY_LEVELS),
    "rank autocorrelation, lag 1": Case(lambda y, _: order.rank_autocorrelation_test(y), tuple(KINDS), sharp=True),
    "rank autocorrelation, lag 3": Case(lambda y, _: order.rank_autocorrelation_test(y, 3), ANY_NUMBERS, sharp=True),
    "successive differences": Case(lambda y, _: order.von_neumann_test(y), ANY_NUMBERS, sharp=True),
    "Ljung-Box of ranks": Case(lambda y, _: order.ljung_box_test(y), ANY_NUMBERS, sharp=True),
    "Ljung-Box of values": Case(lambda y, _: order.ljung_box_test(y, ranks=False), ("normal", "rounded"), sharp=True),
    "turning points": Case(lambda y, _: order.turning_points_test(y), ANY_NUMBERS),
    "sorted": Case(lambda y, _: order.sorted_test(y), tuple(KINDS), runs=500),
    "drift of levels": Case(lambda y, _: drift.block_levels_test(y), ANY_LEVELS),
    "drift of ranks": Case(lambda y, _: drift.block_ranks_test(y), ANY_NUMBERS, sharp=True),
    "drift of distribution": Case(lambda y, _: drift.block_ks_test(y), ANY_NUMBERS),
    "change point": Case(lambda y, _: drift.change_point_test(y), (*BINARY, *ANY_NUMBERS), sharp=True),
    "two samples of levels": Case(_halves(drift.compare_levels), ANY_LEVELS),
    "two samples of numbers": Case(_halves(drift.compare_numbers), ANY_NUMBERS),
    "classifier": Case(_classifier, ("normal",), columns, sharp=True, runs=200),
    "association with numbers": Case(drift.numbers_association, ANY_NUMBERS, NORMALS, sharp=True),
    "association with levels": Case(drift.numbers_by_levels, ANY_NUMBERS, THREE, sharp=True),
    "association of levels": Case(drift.levels_association, ANY_LEVELS, THREE),
}
UNTIED = ("normal", "heavy tails")


def band(runs: int) -> tuple[int, int]:
    """The fewest and the most rejections that 99.9 % of binomial counts keep to."""
    low, high = binom.interval(0.999, runs, LEVEL)
    return int(low), int(high)


def rejections(name: str, kind: str, n: int, runs: int) -> tuple[int, int]:
    """How many of `runs` data sets are rejected at 5 %, and how many could be tested."""
    case, rejected, tested = CASES[name], 0, 0
    for run in range(runs):
        rng = np.random.default_rng((zlib.crc32(kind.encode()), n, run))
        y = KINDS[kind](rng, n)
        other = None if case.other is None else case.other(rng, n)
        try:
            found = case.run(y, other)
        except DataError:
            continue  # one level or a constant: there is nothing to test
        tested += 1
        rejected += found.p_value <= LEVEL
    return rejected, tested


def verdict(name: str, kind: str, n: int, rejected: int, runs: int) -> str:
    low, high = band(runs)
    if rejected > high:
        return "ABOVE"
    sharp = CASES[name].sharp and kind in UNTIED and n >= 100
    return ("within" if rejected >= low else "BELOW") if sharp else ""


def _task(task: tuple[str, str, int, int]) -> tuple[int, int, float]:
    began = time.perf_counter()
    return *rejections(*task), time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int)
    parser.add_argument("--only", default="", help="tests whose name has this in it")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    tasks = [
        (name, kind, n, min(options.runs or case.runs, case.runs))
        for name, case in CASES.items() for n in options.sizes for kind in case.kinds if options.only in name
    ]  # fmt: skip
    rows, wrong = [], 0
    with ProcessPoolExecutor(options.jobs) as pool:
        for task, (rejected, tested, seconds) in zip(tasks, pool.map(_task, tasks), strict=True):
            name, kind, n, runs = task
            low, high = band(runs)
            word = verdict(name, kind, n, rejected, runs)
            wrong += word.isupper()
            share = f"{100 * rejected / runs:.2f} %"
            rows.append(
                f"| {name} | {kind} | {n:,} | {runs:,} | {tested:,} | {share} | {low}-{high}: {rejected} | {word} |"
            )
            print(rows[-1], f"{seconds:.1f} s", flush=True)
    print(f"{len(tasks)} cases, {wrong} outside of their band")
    if options.runs is None and not options.only and tuple(options.sizes) == SIZES:
        REPORT.write_text(HEAD + "\n".join(rows) + f"\n\n{len(tasks)} cases, {wrong} outside of their band.\n")


HEAD = """# False alarms: independent rows that a test rejects at 5 %

    python benchmarks/false_alarms.py

Each data set has a seed of its own, made of its kind, n and number. A data set on which a test cannot be made (one
level only) counts as not rejected. The band is the central 99.9 % of the binomial distribution at 5 %; a count above
it is marked ABOVE. "within" (or BELOW): a test whose null distribution has no large steps there (untied data,
n >= 100) also keeps (or misses) the lower end of the band; other tests are discrete or bounds, and may reject less
often. Heavy tails: Cauchy; rounded: normal, to halves; 3 levels: shares 0.6, 0.3, 0.1. The classifier, which is fitted
anew for each permutation, and `sorted`, whose p-value is a bound far below 1 only in sorted files, have fewer data
sets.

| test | kind | n | data sets | could be tested | rejected | band: rejected | lower end |
|---|---|---:|---:|---:|---:|---|---|
"""

if __name__ == "__main__":
    main()
