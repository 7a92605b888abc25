"""How often the 95 % intervals of `score` hold the truth, when rows are independent, in clusters, or in order of time.

    python benchmarks/coverage.py            # writes benchmarks/COVERAGE.md: 4,000 simulations of each design
    python benchmarks/coverage.py --runs 200 --only "AR(1) 0.5"

Predictions are given and wrong or right; what is simulated are rows, so that the expected loss is known exactly. With a
standard normal prediction of a standard normal y the loss is y^2 / 2 and a constant: if y has the autocorrelation
(or the intraclass correlation) sqrt(r), the losses have r. Seeds: simulation k of a design is
numpy.random.default_rng([k, the design's number]).
"""

from __future__ import annotations

import argparse
import math
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import crossent as ce

RUNS = 4000
OUTPUT = Path(__file__).with_name("COVERAGE.md")
HALF_LOG_TWO_PI = math.log(2 * math.pi) / 2


@dataclass(frozen=True)
class Sample:
    """Rows of one simulation: what `score` is given."""

    target: np.ndarray
    prediction: object
    options: dict


@dataclass(frozen=True)
class Design:
    """A way to draw rows, the expected loss, and whether 94 to 96 % is promised."""

    name: str
    draw: Callable[[np.random.Generator], Sample]
    truth: float
    promised: bool = False


def standard(y: np.ndarray, **options: object) -> Sample:
    """Judged by a standard normal prediction: the loss is y^2 / 2 + log(2 pi) / 2."""
    return Sample(y, ce.Normal(loc=np.zeros(len(y)), scale=1.0), options)


def off_by_five(y: np.ndarray, **options: object) -> Sample:
    """Judged by a prediction that is 5 off: the loss is nearly linear in y, and so nearly normal."""
    return Sample(y, ce.Normal(loc=np.full(len(y), 5.0), scale=1.0), options)


def autoregressive(rng: np.random.Generator, n: int, phi: float) -> np.ndarray:
    """A stationary Gaussian AR(1) of variance 1."""
    from scipy.signal import lfilter

    noise = rng.normal(size=n) * math.sqrt(1 - phi * phi)
    first = rng.normal()
    return lfilter([1.0], [1.0, -phi], noise, zi=[phi * first])[0]


def clustered(rng: np.random.Generator, sizes: np.ndarray, correlation: float) -> tuple[np.ndarray, np.ndarray]:
    """Normal values of variance 1 with this intraclass correlation, and their clusters."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    common = rng.normal(size=len(sizes))[group]
    return math.sqrt(correlation) * common + math.sqrt(1 - correlation) * rng.normal(size=len(group)), group


def _clusters(sizes: list[int], correlation: float) -> Callable[[np.random.Generator], Sample]:
    def draw(rng: np.random.Generator) -> Sample:
        y, group = clustered(rng, np.array(sizes), math.sqrt(correlation))
        return standard(y, cluster=group)

    return draw


def _series(n: int, correlation: float, **options: object) -> Callable[[np.random.Generator], Sample]:
    def draw(rng: np.random.Generator) -> Sample:
        return standard(autoregressive(rng, n, math.sqrt(correlation)), time=np.arange(n), **options)

    return draw


def _linear_series(n: int, phi: float, **options: object) -> Callable[[np.random.Generator], Sample]:
    return lambda rng: off_by_five(autoregressive(rng, n, phi), time=np.arange(n), **options)


def _linear_clusters(rng: np.random.Generator) -> Sample:
    y, group = clustered(rng, np.full(200, 10), 0.2)
    return off_by_five(y, cluster=group)


def _rare(n: int, share: float, predicted: float) -> Callable[[np.random.Generator], Sample]:
    def draw(rng: np.random.Generator) -> Sample:
        return Sample((rng.random(n) < share).astype(np.int8), ce.Bernoulli(probs=np.full(n, predicted)), {})

    return draw


def _binary(n: int) -> Callable[[np.random.Generator], Sample]:
    """Probabilities uniform on (0, 1), which are the true ones: the expected loss is 1/2."""

    def draw(rng: np.random.Generator) -> Sample:
        probs = rng.random(n)
        return Sample((rng.random(n) < probs).astype(np.int8), ce.Bernoulli(probs=probs), {})

    return draw


def _entropy(share: float, predicted: float) -> float:
    return -share * math.log(predicted) - (1 - share) * math.log1p(-predicted)


SQUARES, LINEAR = 0.5 + HALF_LOG_TWO_PI, 13.0 + HALF_LOG_TWO_PI
UNEQUAL = [2] * 60 + [10] * 30 + [60] * 8 + [200] * 2
DESIGNS = [
    Design("2,000 independent rows, normal", lambda rng: standard(rng.normal(size=2000)), SQUARES, True),
    Design("2,000 independent rows, binary", _binary(2000), 0.5, True),
    Design("200 clusters of 10, intraclass correlation 0.2", _clusters([10] * 200, 0.2), SQUARES, True),
    Design("200 clusters of 10, 0.2, losses nearly normal", _linear_clusters, LINEAR, True),
    Design("AR(1) 0.5, n = 5,000", _series(5000, 0.5), SQUARES, True),
    Design("AR(1) 0.5, n = 5,000, losses nearly normal", _linear_series(5000, 0.5), LINEAR, True),
    Design("AR(1) 0.5, n = 5,000, Bartlett", _series(5000, 0.5, serial="bartlett"), SQUARES),
    Design("AR(1) 0.8, n = 5,000", _series(5000, 0.8), SQUARES),
    Design("AR(1) 0.8, n = 5,000, Bartlett", _series(5000, 0.8, serial="bartlett"), SQUARES),
    Design("AR(1) 0.8, n = 500", _series(500, 0.8), SQUARES),
    Design("AR(1) 0.5, n = 100", _series(100, 0.5), SQUARES),
    Design("10 clusters of 20, intraclass correlation 0.2", _clusters([20] * 10, 0.2), SQUARES),
    Design("100 unequal clusters (2 to 200), 0.2", _clusters(UNEQUAL, 0.2), SQUARES),
    Design("2,000 rows, an event in 200, predicted", _rare(2000, 0.005, 0.005), _entropy(0.005, 0.005)),
    Design("2,000 rows, an event in 1,000, predicted", _rare(2000, 0.001, 0.001), _entropy(0.001, 0.001)),
]


@dataclass(frozen=True)
class Found:
    """Shares of the simulations whose interval holds the truth: by the error that fits the rows, and by the naive."""

    coverage: float
    naive: float
    runs: int
    width: float


def simulate(number: int, runs: int) -> Found:
    """Simulations 0 to runs - 1 of the design of this number."""
    design = DESIGNS[number]
    held = naive = 0
    widths = []
    for k in range(runs):
        sample = design.draw(np.random.default_rng([k, number]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of few clusters
            found = ce.score(sample.target, sample.prediction, **sample.options)
        low, high = found.ci95
        held += low <= design.truth <= high
        naive += abs(found.nats - design.truth) <= 1.959963984540054 * found.naive_standard_error
        widths.append(high - low)
    return Found(held / runs, naive / runs, runs, float(np.mean(widths)))


def table(runs: int, only: str | None) -> list[str]:
    """The rows of the table, printed as they come."""
    lines = []
    for number, design in enumerate(DESIGNS):
        if only is not None and only not in design.name:
            continue
        began = time.perf_counter()
        found = simulate(number, runs)
        promise = ("yes" if 0.94 <= found.coverage <= 0.96 else "**missed**") if design.promised else ""
        line = (
            f"| {design.name} | {100 * found.coverage:.2f} | {100 * found.naive:.2f} | {found.width:.4g} | {promise} |"
        )
        print(line, f"{time.perf_counter() - began:.0f} s", flush=True)
        lines.append(line)
    return lines


HEAD = """# Coverage of the 95 % intervals of `score`

    python benchmarks/coverage.py

{runs:,} simulations of each design (seeds: `numpy.random.default_rng([simulation, design])`); the standard error of a
coverage near 95 % is {error:.2f} points. The intraclass correlation and the AR(1) coefficient are those of the losses,
which are squares of normal values (chi-squared with 1 degree of freedom, skewed), unless it is said. "Naive" is the
interval of independent rows. Promised is 94 to 96 % where the last column says so; the other designs are harder.

| design | coverage, % | naive, % | mean width, nats | within 94 to 96 |
|---|---|---|---|---|
"""


def main() -> None:
    """Write the table, or print a part of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--only", help="designs whose name has this text; nothing is written")
    chosen = parser.parse_args()
    lines = table(chosen.runs, chosen.only)
    if chosen.only is None:
        head = HEAD.format(runs=chosen.runs, error=100 * math.sqrt(0.05 * 0.95 / chosen.runs))
        OUTPUT.write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
