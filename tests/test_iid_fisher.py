"""Fisher's exact test: every digit, against whole numbers made by code that shares nothing with the package."""

import json
import math
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest

import crossent as ce
from crossent.independence.contingency import integers, network
from crossent.independence.contingency.tables import read_table

REFERENCES = Path(__file__).resolve().parent / "references"


def references(name):
    cases = json.loads((REFERENCES / f"fisher_{name}.json").read_text())
    return [(case["table"], Fraction(int(case["numerator"]), int(case["denominator"]))) for case in cases]


def check(p, log_p, exact):
    """p to 1e-13 relative, log p to 1e-12 relative."""
    assert abs(Fraction(p) / exact - 1) <= Fraction(1, 10**13)
    with mpmath.workdps(40):
        log = mpmath.log(mpmath.mpf(exact.numerator) / exact.denominator)
        assert abs(log_p - log) <= 1e-12 * abs(log)


@pytest.mark.parametrize(("name", "number"), [("small", 500), ("large", 100)])
def test_p_values_have_every_digit(name, number):
    cases = references(name)
    assert len(cases) == number
    for table, exact in cases:
        found = ce.fisher_exact(table)
        check(found.p_value, found.log_p_value, exact)


def test_the_compiled_network_has_every_digit_also_where_whole_numbers_are_quicker():
    cases = references("small")[::3] + references("large")
    assert sum(len(table) > 2 and len(table[0]) > 2 for table, _ in cases) >= 100
    for table, exact in cases:
        found = network.exact_p(read_table(table), 1e8)
        assert found.doubtful == 0
        check(found.p, found.log_p, exact)


def test_strictly_less_probable_tables_leave_out_the_ties():
    for table, _ in references("small")[::10]:
        read = read_table(table)
        at_most, tied, everything = integers.tail(read)
        found = network.exact_p(read, 1e8, strictly=True)
        assert found.p == pytest.approx((at_most - tied) / everything, rel=1e-13, abs=0)


ROW_85 = [
    ([[345, 455], [260, 345]], "0.956677863992643538"),
    ([[50, 1], [257, 375]], "1.22204703635258407e-17"),
    ([[4155, 4903], [805463, 8507517]], "1.15778155104898017e-1895"),
    ([[3, 1, 0, 4], [0, 5, 2, 1], [6, 0, 3, 2]], "0.00406714212899950705"),
]


@pytest.mark.parametrize(("table", "published"), ROW_85)
def test_tables_on_which_others_failed(table, published):
    found = ce.fisher_exact(table)
    right = mpmath.mpf(published)
    assert abs(found.log_p_value - mpmath.log(right)) <= 1e-12 * abs(mpmath.log(right))
    assert found.p_value == (0.0 if right < 1e-320 else pytest.approx(float(right), rel=1e-13))


def test_a_p_value_far_below_float64_in_a_larger_table():
    table = [[600, 0, 1], [1, 590, 0], [0, 1, 1]]
    at_most, _, everything = integers.tail(read_table(table))
    with mpmath.workdps(30):
        right = mpmath.log(mpmath.mpf(at_most) / everything)
    found = network.exact_p(read_table(table), 1e9)
    assert right < -710
    assert found.p == 0.0 or found.p < 1e-300
    assert found.log_p == pytest.approx(float(right), rel=1e-12)


def test_an_exact_test_at_small_n_has_the_size_that_enumeration_gives():
    """All tables with margins (4, 4, 4) x (6, 6), each with its probability: P(p <= 0.05) is at most 0.05."""
    size = Fraction(0)
    whole = Fraction(0)
    for a in range(5):
        for b in range(5):
            c = 6 - a - b
            if 0 <= c <= 4:
                weight = Fraction(math.comb(4, a) * math.comb(4, b) * math.comb(4, c), math.comb(12, 6))
                whole += weight
                if ce.fisher_exact([[a, 4 - a], [b, 4 - b], [c, 4 - c]]).p_value <= 0.05:
                    size += weight
    assert whole == 1
    # 9 tables of probability 1/924 * (1, 1, ... ) each: (4, 2, 0) in 6 orders weighs 6, (0, 2, 4) is the same set
    assert size == Fraction(36, 924)


def test_mid_p_takes_half_of_all_tied_tables():
    table = [[8, 3, 5, 2], [4, 7, 5, 9], [5, 2, 7, 3]]
    at_most, tied, everything = integers.tail(read_table(table))
    found = ce.fisher_exact(table, mid_p=True)
    assert found.p_value == pytest.approx((2 * at_most - tied) / (2 * everything), rel=1e-13)
    assert found.log_p_value == pytest.approx(math.log(found.p_value), rel=1e-12)
    assert "mid-p" in found.method


@pytest.mark.parametrize("order", [([2, 0, 1], [1, 3, 0, 2]), ([1, 2, 0], [3, 2, 1, 0])])
def test_the_order_of_rows_and_columns_is_nothing(order):
    table = np.array([[8, 3, 5, 2], [4, 7, 5, 9], [5, 2, 7, 3]])
    first = ce.fisher_exact(table)
    assert ce.fisher_exact(table[order[0]][:, order[1]]).p_value == first.p_value
    assert ce.fisher_exact(table.T).p_value == first.p_value


def test_work_out_of_reach_is_refused_before_it_is_done():
    table = [[30 + (i * j) % 7 for j in range(8)] for i in range(8)]
    with pytest.raises(ce.errors.NoAnswerError, match="monte-carlo") as refused:
        ce.fisher_exact(table)
    assert refused.value.steps > refused.value.limit == 1e8
    assert "years" in str(refused.value)


def test_a_stated_limit_is_kept_to():
    with pytest.raises(ce.errors.NoAnswerError, match="at most 1e\\+04 steps"):
        ce.fisher_exact([[8, 3, 5, 2, 6], [4, 7, 5, 9, 1], [5, 2, 7, 3, 9], [6, 5, 3, 3, 9]], limit=1e4)


def test_the_number_of_arcs_is_foreseen():
    for table in ([[8, 3, 5, 2], [4, 7, 5, 9], [5, 2, 7, 3]], [[2, 0, 1, 2, 6], [1, 3, 1, 1, 1], [1, 0, 3, 1, 0]]):
        read = read_table(table)
        rows, columns = sorted((sorted(read.rows), sorted(read.columns)), key=len)
        stages = network._network(rows, columns, network.Logarithms(read.total), 1e8)
        arcs = sum(len(stage.child) for stage in stages)
        assert arcs / 2 < network.estimated_arcs(rows, columns, 0) < 2 * arcs
        assert arcs <= network.estimated_arcs(rows, columns, 1e99)


def test_simulation_agrees_and_is_the_same_for_the_same_seed():
    table = [[3, 1, 0, 4], [0, 5, 2, 1], [6, 0, 3, 2]]
    exact = ce.fisher_exact(table)
    found = ce.fisher_exact(table, method="monte-carlo", draws=40_000, seed=3)
    assert abs(found.p_value - exact.p_value) < 5 * found.p_error  # one false alarm in two million seeds
    assert found.p_value == ce.fisher_exact(table, method="monte-carlo", draws=40_000, seed=3).p_value
    assert found.p_value != ce.fisher_exact(table, method="monte-carlo", draws=40_000, seed=4).p_value
    assert found.p_error == pytest.approx(math.sqrt(found.p_value * (1 - found.p_value) / 40_000), rel=1e-3)
    assert "40,000" in found.method
    assert "seed 3" in found.method


def test_simulated_mid_p_halves_the_ties():
    table = [[3, 1, 2], [1, 3, 2], [2, 2, 3]]
    plain, mid = (ce.fisher_exact(table, method="monte-carlo", draws=20_000, mid_p=m).p_value for m in (False, True))
    exact, exact_mid = (ce.fisher_exact(table, mid_p=m).p_value for m in (False, True))
    assert plain - mid == pytest.approx(exact - exact_mid, rel=0.1)
