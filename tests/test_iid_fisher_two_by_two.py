"""2 x 2 tables: tails, mid-p, and the odds ratio with its intervals, against sums written out in whole numbers."""

import math
import random
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy.stats import binomtest, hypergeom

import crossent as ce
from crossent.independence.contingency import hypergeometric_large
from crossent.independence.contingency.hypergeometric import Hypergeometric
from crossent.independence.contingency.tables import read_table

ALTERNATIVES = ("two-sided", "central", "less", "greater")


def weights(table):
    (a, b), (c, d) = table
    return {k: math.comb(a + b, k) * math.comb(c + d, a + c - k) for k in range(max(0, a - d), min(a + b, a + c) + 1)}


def expected(table, alternative, mid_p):
    found, a = weights(table), table[0][0]
    total, half = sum(found.values()), Fraction(1, 2) if mid_p else 1
    less = sum(w for k, w in found.items() if k < a) + half * found[a]
    greater = sum(w for k, w in found.items() if k > a) + half * found[a]
    if alternative == "two-sided":
        tied = sum(w for w in found.values() if w == found[a])
        return (sum(w for w in found.values() if w < found[a]) + half * tied) / Fraction(total)
    return {
        "less": less / Fraction(total), "greater": greater / Fraction(total),
        "central": min(2 * min(less, greater) / Fraction(total), Fraction(1)),
    }[alternative]  # fmt: skip


def tables():
    rng, found = random.Random(5), []
    while len(found) < 40:
        most = 10 ** rng.uniform(0.3, 2.9)
        table = [[int(rng.uniform(0, most)) for _ in range(2)] for _ in range(2)]
        if rng.random() < 0.3:
            table[1] = table[0][::-1]
        if all(map(sum, table)) and all(map(sum, zip(*table, strict=True))):
            found.append(table)
    return found


@pytest.mark.parametrize("mid_p", [False, True])
@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_tails_by_both_ways_of_computing(alternative, mid_p):
    cases = tables()
    assert len(cases) == 40
    for table in cases:
        right = expected(table, alternative, mid_p)
        found = ce.fisher_exact(table, alternative, mid_p=mid_p)
        assert abs(found.p_value - right) <= right * Fraction(1, 10**13) or right < 1e-300
        law, seen = Hypergeometric.of(read_table(table)), table[0][0]
        with mpmath.workdps(50):
            large = hypergeometric_large.probability(law, seen, alternative, mid_p)
            assert abs(large * right.denominator / right.numerator - 1) <= 1e-13


def test_blocks_of_terms_sum_as_the_terms_do(monkeypatch):
    """A spread of thousands: 16 terms of each block, against all of them multiplied up."""
    law, seen = Hypergeometric.of(read_table([[10**8, 10**8 + 3000], [10**8, 10**8]])), 10**8
    with mpmath.workdps(50):
        blocks = hypergeometric_large.outward(law, seen, -1)
        monkeypatch.setattr(hypergeometric_large, "DIRECT", 1 << 17)
        terms = hypergeometric_large.outward(law, seen, -1)
    assert float(blocks) == pytest.approx(float(terms), rel=1e-12)


def test_counts_up_to_a_quadrillion():
    half = 250_000_000_000_000
    table = [[half, half], [half + 30_000_000, half - 30_000_000]]
    found = ce.fisher_exact(table)
    z = 30_000_000 / math.sqrt(half)  # the normal limit: the cell is off its mean by 1.5e7 of a spread of 7.9e6
    assert found.p_value == pytest.approx(math.erfc(z / math.sqrt(2)), rel=1e-6)
    assert ce.fisher_exact([[half, half], [half, half]]).p_value == 1.0


def test_equal_cells_in_another_order_are_ties_in_large_tables():
    table = [[5_000_000, 5_004_000], [5_004_000, 5_000_000]]
    law = Hypergeometric.of(read_table(table))
    assert hypergeometric_large.compare(law, 5_004_000, 5_000_000) == 0
    one = ce.fisher_exact(table, "less").p_value
    assert ce.fisher_exact(table).p_value == pytest.approx(2 * one, rel=1e-13)
    assert ce.fisher_exact(table, "central").p_value == pytest.approx(2 * one, rel=1e-13)


def tail_at(table, odds, side):
    found = {k: w * mpmath.mpf(odds) ** k for k, w in weights(table).items()}
    a = table[0][0]
    return sum(w for k, w in found.items() if (k <= a if side == "less" else k >= a)) / sum(found.values())


def two_sided_at(table, odds):
    k = np.array(list(weights(table)), float)
    logs = np.array([math.log(w) for w in weights(table).values()]) + k * math.log(odds)
    found = np.exp(logs - logs.max())
    own = found[list(weights(table)).index(table[0][0])]
    return found[found <= own * (1 + 1e-12)].sum() / found.sum()


CASES = [
    [[3, 1], [1, 3]],
    [[7, 2], [2, 6]],
    [[10, 2], [3, 15]],
    [[1, 12], [9, 4]],
    [[50, 1], [57, 75]],
    [[0, 5], [5, 2]],
]


@pytest.mark.parametrize("table", CASES)
def test_the_central_interval_inverts_the_one_sided_tests(table):
    low, high = ce.fisher_exact(table, interval="central").effect.ci95
    assert float(tail_at(table, high, "less")) == pytest.approx(0.025, rel=1e-8)
    assert low == 0 if table[0][0] == 0 else float(tail_at(table, low, "greater")) == pytest.approx(0.025, rel=1e-8)


@pytest.mark.parametrize("table", CASES)
def test_the_two_sided_interval_holds_what_the_two_sided_test_does_not_reject(table):
    """Just inside each end some odds ratio has p > 5 %; outside, on a fine grid, none has."""
    low, high = ce.fisher_exact(table).effect.ci95
    step = 1 + 1e-7
    assert two_sided_at(table, high / step) > 0.05
    assert all(two_sided_at(table, high * step * 1.01**i) <= 0.05 for i in range(400))
    if low > 0:
        assert two_sided_at(table, low * step) > 0.05
        assert all(two_sided_at(table, low / step / 1.01**i) <= 0.05 for i in range(400))


@pytest.mark.parametrize("table", CASES)
def test_the_interval_agrees_with_the_p_value(table):
    found = ce.fisher_exact(table)
    low, high = found.effect.ci95
    if found.p_value > 0.05:
        assert low <= 1 <= high
    if not low <= 1 <= high:
        assert found.p_value <= 0.05


@pytest.mark.parametrize("table", CASES[:-1])
def test_the_odds_ratio_makes_the_cell_its_own_mean(table):
    odds = ce.fisher_exact(table).effect.estimate
    found = {k: w * mpmath.mpf(odds) ** k for k, w in weights(table).items()}
    assert float(sum(k * w for k, w in found.items()) / sum(found.values())) == pytest.approx(table[0][0], rel=1e-10)


def test_empty_cells_have_open_intervals():
    effect = ce.fisher_exact([[0, 5], [5, 2]]).effect
    assert effect.estimate == effect.ci95[0] == 0
    effect = ce.fisher_exact([[5, 0], [2, 5]]).effect
    assert effect.estimate == effect.ci95[1] == math.inf
    assert effect.ci95[0] > 0


def test_large_tables_have_intervals_near_walds():
    table = [[4155, 4903], [805463, 8507517]]
    effect = ce.fisher_exact(table).effect
    (a, b), (c, d) = table
    error = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    assert effect.estimate == pytest.approx(a * d / (b * c), rel=1e-3)
    assert math.log(effect.ci95[1] / effect.ci95[0]) == pytest.approx(2 * 1.959964 * error, rel=5e-3)


def test_scipy_agrees_where_it_is_right():
    assert ce.fisher_exact([[8, 2], [1, 5]], "less").p_value == pytest.approx(hypergeom.cdf(8, 16, 10, 9), rel=1e-12)
    assert binomtest(1, 2).pvalue == 1
