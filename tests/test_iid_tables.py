"""Chi-squared, G and known shares: statistics, choices, simulation, and what is refused."""

import math
from fractions import Fraction
from itertools import product

import mpmath
import numpy as np
import polars as pl
import pytest
from scipy.stats import chi2_contingency

import crossent as ce
from crossent.independence.contingency.pearson import g_test
from crossent.independence.contingency.shares import expected_shares

TABLES = [[[10, 20], [30, 5]], [[12, 7, 9], [15, 20, 8]], [[30, 12, 9], [15, 20, 8], [11, 17, 25]]]


@pytest.mark.parametrize("table", TABLES)
def test_statistics_as_scipy_has_them(table):
    plain = chi2_contingency(table, correction=False)
    found = ce.chi_squared(table)
    assert found.statistic == pytest.approx(plain.statistic, rel=1e-13)
    assert found.p_value == pytest.approx(plain.pvalue, rel=1e-11)
    assert found.log_p_value == pytest.approx(math.log(plain.pvalue), rel=1e-11)
    ratio = chi2_contingency(table, correction=False, lambda_="log-likelihood")
    assert g_test(table).statistic == pytest.approx(ratio.statistic, rel=1e-12)
    np.testing.assert_allclose(found.details["expected"], plain.expected_freq)


def test_yates_is_used_only_when_asked():
    table = [[10, 20], [30, 5]]
    assert ce.chi_squared(table, correction=True).statistic == pytest.approx(chi2_contingency(table).statistic)
    with pytest.raises(ce.errors.UsageError, match="2 x 2"):
        ce.chi_squared(TABLES[2], correction=True)
    with pytest.raises(ce.errors.UsageError, match="asymptotic"):
        ce.chi_squared(table, correction=True, method="monte-carlo")


@pytest.mark.parametrize("table", TABLES)
def test_g_is_twice_n_times_a_divergence(table):
    joint = np.array(table) / np.sum(table)
    margins = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    divergence = ce.kl_divergence(ce.Categorical(probs=[joint.ravel()]), ce.Categorical(probs=[margins.ravel()]))
    assert g_test(table).statistic == pytest.approx(2 * np.sum(table) * float(divergence), rel=1e-12)


def test_a_p_value_below_float64_keeps_its_logarithm():
    found = ce.chi_squared([[10_000, 10], [10, 10_000]])
    with mpmath.workdps(30):
        right = mpmath.log(mpmath.gammainc(0.5, mpmath.mpf(found.statistic) / 2, regularized=True))
    assert found.p_value == 0
    assert found.log_p_value == pytest.approx(float(right), rel=1e-12)
    assert "e-43" in repr(found)


def test_the_choice_and_its_reason_are_told():
    assert ce.chi_squared(TABLES[0]).method.startswith("asymptotic: all expected counts are large enough")
    small = [[3, 1, 0, 4], [0, 5, 2, 1], [6, 0, 3, 2]]
    found = ce.chi_squared(small)
    assert found.p_value == ce.fisher_exact(small).p_value
    assert found.method == "exact (Fisher's p-value): 12 of 12 expected counts are below 5"
    far = [[4] * 9 for _ in range(9)]
    far[0][0] = 12
    found = ce.chi_squared(far, draws=999, seed=1)
    assert found.method.startswith(
        "Monte Carlo of 999 tables, seed 1: 80 of 81 expected counts are below 5, and the exact"
    )
    assert found.p_error > 0


def test_simulated_pearson_and_g_against_enumeration():
    table = np.array([[5, 1, 0], [1, 2, 4]])
    rows, columns, n = table.sum(1), table.sum(0), table.sum()

    def pearson(x):
        return sum(Fraction(int(x[i][j]) ** 2, int(rows[i] * columns[j])) for i in range(2) for j in range(3))

    def power(x):
        return math.prod(int(v) ** int(v) for v in np.ravel(x))

    right = {pearson: Fraction(0), power: Fraction(0)}
    for a, b in product(range(7), repeat=2):
        first = np.array([a, b, rows[0] - a - b])
        if first[2] >= 0 and (first <= columns).all():
            weight = Fraction(math.prod(math.comb(int(c), int(x)) for c, x in zip(columns, first, strict=True)))
            for measure in right:
                if measure([first, columns - first]) >= measure(table):
                    right[measure] += weight / math.comb(int(n), int(rows[0]))
    for test, measure in ((ce.chi_squared, pearson), (g_test, power)):
        found = test(table, method="monte-carlo", draws=50_000, seed=2)
        assert abs(found.p_value - float(right[measure])) < 5 * found.p_error


def test_cramers_v_lies_between_0_and_1():
    perfect = ce.chi_squared([[20, 0, 0], [0, 20, 0], [0, 0, 20]]).effect
    assert (perfect.name, perfect.estimate) == ("Cramer's V", pytest.approx(1))
    assert perfect.ci95[1] == 1
    none = ce.chi_squared([[10, 10], [10, 10]]).effect
    assert none.estimate == none.ci95[0] == none.ci95[1] == 0  # X^2 below its 2.5 % point: no noncentrality fits
    some = ce.chi_squared([[12, 8], [9, 11]]).effect
    assert 0 == some.ci95[0] < some.estimate < some.ci95[1] < 0.5


def test_adjusted_residuals_of_a_2_by_2_table_square_to_the_statistic():
    found = ce.chi_squared([[10, 20], [30, 5]])
    np.testing.assert_allclose(np.square(found.details["adjusted_residuals"]), found.statistic)


def multinomial(counts, shares):
    """All outcomes, in fractions."""
    n, found = sum(counts), Fraction(0)

    def probability(x):
        ways = Fraction(math.factorial(n), math.prod(map(math.factorial, x)))
        return ways * math.prod((s**k for s, k in zip(shares, x, strict=True)), start=Fraction(1))

    for head in product(range(n + 1), repeat=len(counts) - 1):
        if sum(head) <= n:
            other = probability((*head, n - sum(head)))
            found += other if other <= probability(counts) else 0
    return found


@pytest.mark.parametrize(
    ("counts", "shares"),
    [
        ([3, 0, 7], ["1/4", "1/4", "1/2"]),
        ([5, 1, 1, 3], ["1/4"] * 4),
        ([1, 9], ["3/10", "7/10"]),
        ([2, 2, 2], ["1/3"] * 3),
    ],
)
def test_the_exact_multinomial_test_is_enumeration(counts, shares):
    fractions = [Fraction(share) for share in shares]
    found = expected_shares(counts, [float(share) for share in fractions], method="exact")
    assert found.p_value == pytest.approx(float(multinomial(counts, fractions)), rel=1e-14)
    simulated = expected_shares(counts, [float(s) for s in fractions], method="monte-carlo", draws=20_000, seed=1)
    assert abs(simulated.p_value - found.p_value) <= 5 * simulated.p_error + 1e-4


def test_shares_may_be_the_populations_counts():
    assert expected_shares([30, 20, 72], [1, 1, 2]).p_value == expected_shares([30, 20, 72], [0.25, 0.25, 0.5]).p_value
    assert expected_shares([30, 20, 72], [1, 1, 2]).method.startswith("asymptotic")
    assert expected_shares([3, 4, 0], [0.5, 0.5, 0.0]).notes == ("levels of share 0 are left out: 2",)


@pytest.mark.parametrize(
    ("counts", "shares", "message"),
    [
        ([1, 2], [0.5, 0.4], "add up to 1; they add up to 0.9"),
        ([1, 2], [0.5, 0.25, 0.25], "as many shares as counts"),
        ([1, 2], [1.5, -0.5], r"shares\[1\] = -0.5"),
        ([1, 2], [math.nan, 1], r"shares\[0\] = nan"),
        ([1, 2], [1.0, 0.0], "at least 2 levels"),
        ([0, 0], [0.5, 0.5], "above 0; none is"),
        ([1, 2, 3], [0.5, 0.5, 0.0], r"counts\[2\] = 3"),
        ([[1, 2]], [0.5, 0.5], "one number for each level"),
        ([1, 2.5], [0.5, 0.5], r"counts\[1\] = 2.5"),
    ],
)
def test_shares_and_counts_that_are_refused(counts, shares, message):
    with pytest.raises(ce.errors.CrossentError, match=message):
        expected_shares(counts, shares)


@pytest.mark.parametrize("test", [ce.chi_squared, ce.fisher_exact, g_test])
@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[1, -2], [3, 4]], r"1 of 4 values is not, first table\[0, 1\] = -2"),
        ([[1, 2], [3, 4.5]], r"table\[1, 1\] = 4.5"),
        ([[1, math.inf], [3, 4]], r"table\[0, 1\] = inf"),
        ([[1, math.nan], [3, 4]], r"table\[0, 1\] = nan"),
        ([[1, 2, 3]], "it has 1 and 3"),
        ([[1], [2]], "it has 2 and 1"),
        ([[1, 2], [0, 0]], "1 and 2 after empty ones were left out"),
        ([1, 2, 3], "rows and columns of counts"),
        ([], "rows and columns of counts"),
        ([["a", "b"], ["c", "d"]], "numbers"),
        ([[1, 2], [3]], "table"),
        ([[2**53, 2], [3, 4]], "add up to 9,007"),
    ],
)
def test_tables_that_are_refused(test, table, message):
    with pytest.raises(ce.errors.CrossentError, match=message):
        test(table)


def test_empty_rows_and_columns_are_left_out_and_that_is_said():
    found = ce.fisher_exact([[3, 0, 1, 0], [0, 0, 0, 0], [1, 0, 3, 0]])
    assert found.p_value == ce.fisher_exact([[3, 1], [1, 3]]).p_value
    assert found.notes == ("row 1 is empty and left out", "columns 1, 3 are empty and left out")


def test_frames_and_whole_floats_are_tables():
    frame = pl.DataFrame({"yes": [3.0, 1.0], "no": [1.0, 3.0]})
    assert ce.fisher_exact(frame).p_value == ce.fisher_exact([[3, 1], [1, 3]]).p_value


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alternative": "both"}, "alternative must be one of"),
        ({"interval": "wald"}, "interval must be one of"),
        ({"method": "fast"}, "method must be one of"),
        ({"method": "monte-carlo", "draws": 0}, "draws must be"),
        ({"method": "monte-carlo", "seed": -1}, "seed must be"),
        ({"method": "monte-carlo", "alternative": "less"}, 'method="exact"'),
    ],
)
def test_calls_that_are_refused(options, message):
    with pytest.raises(ce.errors.UsageError, match=message):
        ce.fisher_exact([[3, 1], [1, 3]], **options)


def test_larger_tables_have_no_direction():
    with pytest.raises(ce.errors.UsageError, match="2 x 2 table; this one is 2 x 3"):
        ce.fisher_exact([[3, 1, 2], [1, 3, 2]], "less")
