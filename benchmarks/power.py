"""How often the tests of order and drift find dependence that is there: their power at 5 %, unadjusted.

python benchmarks/power.py               # 500 data sets each; writes benchmarks/POWER.md
python benchmarks/power.py --runs 50     # fewer, printed only
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import lfilter

from crossent.independence import drift, order

REPORT = Path(__file__).with_name("POWER.md")
RUNS, LEVEL, PROMISED = 500, 0.05, 0.9


def autoregression(rng: np.random.Generator) -> Any:
    """Gaussian AR(1) with coefficient 0.2, n = 1,000, stationary from its first row."""
    noise = rng.standard_normal(1_000)
    noise[0] /= np.sqrt(1 - 0.04)
    return lfilter([1.0], [1.0, -0.2], noise)


def step(rng: np.random.Generator) -> Any:
    """10,000 binary rows, 0.50 in the first half, 0.55 in the second."""
    return (rng.random(10_000) < np.repeat([0.50, 0.55], 5_000)).astype(np.int64)


def sticky(rng: np.random.Generator) -> Any:
    """1,000 binary rows of a Markov chain that stays with probability 0.6."""
    return np.cumsum(rng.random(1_000) > 0.6) % 2


def spread(rng: np.random.Generator) -> Any:
    """2,000 normal rows whose standard deviation goes from 1 to 1.3 half-way."""
    return rng.standard_normal(2_000) * np.repeat([1.0, 1.3], 1_000)


def shifted(rng: np.random.Generator) -> Any:
    """Two samples of 500 rows and two columns, which differ in their correlation: 0 and 0.5; and by 0.2 in one mean."""
    x, y = rng.standard_normal((500, 2)), rng.standard_normal((500, 2))
    y[:, 1] = 0.5 * y[:, 0] + np.sqrt(0.75) * y[:, 1] + 0.2
    return x, y


def _classifier(pair: Any) -> Any:
    x, y = pair
    return drift.classifier_test({"a": x[:, 0], "b": x[:, 1]}, {"a": y[:, 0], "b": y[:, 1]})


Case = tuple[Callable[[np.random.Generator], Any], Callable[[Any], Any], bool]
CASES: dict[str, Case] = {  # data, test, and whether 90 % is promised
    "AR(1) 0.2: rank autocorrelation": (autoregression, order.rank_autocorrelation_test, True),
    "AR(1) 0.2: successive differences": (autoregression, order.von_neumann_test, True),
    "AR(1) 0.2: Ljung-Box of ranks": (autoregression, order.ljung_box_test, True),
    "AR(1) 0.2: Ljung-Box of values": (autoregression, lambda y: order.ljung_box_test(y, ranks=False), True),
    "AR(1) 0.2: turning points": (autoregression, order.turning_points_test, False),
    "step 0.50 to 0.55: change point": (step, lambda y: drift.change_point_test(y, draws=999), True),
    "step 0.50 to 0.55: drift of levels": (step, drift.block_levels_test, True),
    "step 0.50 to 0.55: runs": (step, order.runs_test, False),
    "sticky 0.6: runs": (sticky, order.runs_test, True),
    "sticky 0.6: lag table": (sticky, lambda y: order.lag_table_test(y, draws=999), True),
    "sticky 0.6: disjoint pairs": (sticky, order.pairs_test, False),
    "spread 1 to 1.3: drift of distribution": (spread, drift.block_ks_test, False),
    "two samples: classifier": (shifted, _classifier, False),
    "two samples: Kolmogorov-Smirnov of one column": (
        shifted, lambda pair: drift.compare_numbers(pair[0][:, 1], pair[1][:, 1]), False,
    ),
}  # fmt: skip


def found(name: str, runs: int) -> int:
    """In how many of `runs` data sets the test rejects at 5 %."""
    data, test, _ = CASES[name]
    return sum(
        test(data(np.random.default_rng((zlib.crc32(data.__name__.encode()), run)))).p_value <= LEVEL
        for run in range(runs)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int)
    options = parser.parse_args()
    runs, rows, missed = options.runs or RUNS, [], 0
    for name, (data, _, promised) in CASES.items():
        count = found(name, runs)
        missed += promised and count < PROMISED * runs
        description = " ".join((data.__doc__ or "").split()).rstrip(".")
        word = ("yes" if count >= PROMISED * runs else "NO") if promised else ""
        rows.append(f"| {name} | {description} | {100 * count / runs:.1f} % | {word} |")
        print(rows[-1], flush=True)
    print(f"{missed} promises of {100 * PROMISED:.0f} % not kept")
    if options.runs is None:
        REPORT.write_text(HEAD + "\n".join(rows) + "\n")


HEAD = f"""# Power: dependent rows that a test rejects at 5 %

    python benchmarks/power.py

{RUNS} data sets each, unadjusted p-values. At least 90 % is promised where the last column says something.

| case | data | rejected | at least 90 % |
|---|---|---:|---|
"""

if __name__ == "__main__":
    main()
