"""Simulated p-values: what they are made of, their error, and that stopping early changes no size."""

import itertools
import math

import numpy as np
import pytest

from crossent import errors
from crossent.independence.permutation import permuted, simulated, tables_with_margins


def fixed(values):
    """A draw that hands out these numbers in turn."""
    feed = iter(values)
    return lambda rng, count: list(itertools.islice(feed, count))


def test_p_is_one_more_than_the_draws_as_extreme_and_ties_count():
    found = simulated(fixed([1.0] * 4 + [2.0] * 3 + [3.0] * 32), 2.0, draws=39, stop_after=None)
    assert found.p_value == (1 + 35) / 40
    assert math.exp(found.log_p_value) == pytest.approx(found.p_value, rel=1e-15)
    assert found.error == pytest.approx(math.sqrt(0.9 * 0.1 / 40))
    assert (found.draws, found.as_extreme, found.stopped) == (39, 35, False)


def test_statistics_equal_but_for_rounding_are_ties():
    assert simulated(fixed([0.1 + 0.2] * 19), 0.3, draws=19).p_value == 1.0
    assert simulated(fixed([0.3] * 19), 0.1 + 0.2, draws=19).p_value == 1.0


def test_stopping_at_the_draw_that_fills_the_count():
    feed = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0] + [0.0] * 100
    found = simulated(fixed(feed), 1.0, draws=99, stop_after=3, first=2)
    assert (found.p_value, found.draws, found.as_extreme, found.stopped) == (3 / 6, 6, 3, True)
    assert found.error == 0.5 * math.sqrt(0.5 / 3)
    assert "stopped when 3" in found.words


@pytest.mark.parametrize("stop_after", [None, 3])
def test_the_size_is_exact_with_and_without_stopping(stop_after):
    """The observed statistic and the draws are exchangeable: P(p <= 1/4) is exactly 1/4, by all places it can take."""
    rng, draws, runs = np.random.default_rng(1), 19, 4_000
    small = 0
    for _ in range(runs):
        numbers = rng.random(draws + 1)
        small += simulated(fixed(numbers[1:]), numbers[0], draws=draws, stop_after=stop_after).p_value <= 0.25
    assert abs(small / runs - 0.25) < 4.5 * math.sqrt(0.25 * 0.75 / runs)  # 1 in 100,000


def test_blocks_of_draws_do_not_change_the_p_value():
    for stop_after in (None, 20):
        made = [
            simulated(lambda rng, count: rng.random(count), 0.93, 999, 5, stop_after, first=first, most=most)
            for first, most in ((1, 1), (7, 64), (999, 999))
        ]
        assert made[0] == made[1] == made[2]


def test_the_same_seed_gives_the_same_p_and_another_one_does_not():
    values = np.random.default_rng(0).random(30)
    rising = lambda orders: (np.diff(orders, axis=1) > 0).sum(axis=1)  # noqa: E731
    first, again = (permuted(values, rising, 999, seed=3) for _ in range(2))
    other = permuted(values, rising, 999, seed=4)
    assert first == again != other


def test_permutation_p_agrees_with_all_orders():
    values = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])
    statistic = lambda orders: np.abs(np.diff(orders, axis=1)).sum(axis=1)  # noqa: E731
    orders = np.array(list(itertools.permutations(values)))
    exact = float((statistic(orders) >= statistic(values[None])[0]).mean())
    seen, found = permuted(values, statistic, 9_999, stop_after=None)
    assert seen == statistic(values[None])[0]
    assert abs(found.p_value - exact) < 4.5 * found.error


def test_tables_with_margins_are_hypergeometric():
    table = np.array([[3, 1, 0], [0, 2, 4]])
    seen, found = tables_with_margins(table, lambda tables: tables[:, 0, 0] * 1.0, 9_999, stop_after=None)
    exact = math.comb(3, 3) * math.comb(7, 1) / math.comb(10, 4)
    assert seen == 3
    assert abs(found.p_value - exact) < 4.5 * found.error


def test_too_few_draws_are_refused():
    with pytest.raises(errors.UsageError, match="at least 19 draws"):
        simulated(lambda rng, count: rng.random(count), 0.5, draws=18)
