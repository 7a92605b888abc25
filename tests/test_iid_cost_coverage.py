"""The short form of benchmarks/coverage.py: intervals of `score` hold the truth as often as they say."""

import math

import numpy as np
import pytest
from scipy import stats

from benchmarks.coverage import DESIGNS, simulate

RUNS = 120
PROMISED = [number for number, design in enumerate(DESIGNS) if design.promised]


def test_the_designs_that_are_promised():
    assert len(PROMISED) == 6
    assert len({design.name for design in DESIGNS}) == len(DESIGNS) == 15


@pytest.mark.parametrize("number", PROMISED, ids=lambda number: DESIGNS[number].name)
def test_coverage_is_within_its_binomial_band(number):
    found = simulate(number, RUNS)
    low, high = stats.binom.ppf([0.0005, 0.9995], RUNS, 0.95) / RUNS
    assert low <= found.coverage <= high
    if "independent" not in DESIGNS[number].name:
        assert found.naive < found.coverage


@pytest.mark.parametrize("number", PROMISED, ids=lambda number: DESIGNS[number].name)
def test_the_expected_loss_is_known(number):
    design = DESIGNS[number]
    losses = []
    for k in range(30):
        sample = design.draw(np.random.default_rng([k, 99]))
        losses.append(float(np.mean(sample.prediction.nll(sample.target))))
    assert abs(np.mean(losses) - design.truth) <= 4.5 * np.std(losses, ddof=1) / math.sqrt(30)
