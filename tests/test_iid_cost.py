"""Errors of means and fits of dependent rows: against statsmodels, exact fractions and sums written out."""

import itertools
import math
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest
import statsmodels.api as sm

import crossent as ce
from crossent import errors
from crossent.independence.cost import (
    ClusteredSums,
    IndependentSums,
    SerialRows,
    bartlett_meat,
    clustered_meat,
    mean_error,
    series_meat,
)
from crossent.independence.cost.exact_bins import ExactBins
from crossent.independence.cost.meat import bartlett_lags, cluster_factor, series_basis
from crossent.independence.cost.quantiles import fixed_b_975, quantile_975


def losses(n, seed=0, loc=3.0):
    rng = np.random.default_rng(seed)
    return loc + np.cumsum(rng.normal(size=n)) / 5 + rng.exponential(size=n)


# --- against statsmodels ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("n", "groups"), [(40, 3), (300, 23), (1000, 150)])
def test_clustered_error_is_that_of_statsmodels(n, groups, weighted):
    rng = np.random.default_rng(n)
    x, g = losses(n, n), rng.integers(0, groups, n)
    weight = rng.gamma(1, 1, n) if weighted else None
    found = mean_error(x, weight, cluster=g)
    many = len(np.unique(g))
    model = sm.WLS(x, np.ones((n, 1)), weights=1.0 if weight is None else weight)
    peer = model.fit(cov_type="cluster", cov_kwds={"groups": g, "use_correction": False})
    assert found.standard_error == pytest.approx(peer.bse[0] * math.sqrt(many / (many - 1)), rel=1e-10)
    assert found.mean == pytest.approx(peer.params[0], rel=1e-13)
    assert (found.clusters, found.degrees_of_freedom) == (many, many - 1)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("lags", [0, 1, 7, 60, 199])
def test_bartlett_error_is_that_of_statsmodels(lags, weighted):
    n = 200
    x, weight = losses(n), np.random.default_rng(1).gamma(1, 1, n) if weighted else None
    found = mean_error(x, weight, time=np.arange(n), serial="bartlett", lags=lags)
    model = sm.WLS(x, np.ones((n, 1)), weights=1.0 if weight is None else weight)
    peer = model.fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    assert found.standard_error == pytest.approx(peer.bse[0], rel=1e-10, abs=1e-14)


def regression(n=400, seed=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2)).cumsum(axis=0) / 10
    group = rng.integers(0, 37, n)
    eta = 0.3 + x @ [0.5, -0.4] + rng.normal(size=37)[group]
    return x, group, (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(float), eta + rng.normal(size=n)


@pytest.mark.parametrize("lags", [0, 4, 30])
def test_meats_make_the_covariances_of_statsmodels(lags):
    x, group, y, _ = regression()
    fitted = ce.fit(ce.Bernoulli, y, x)
    design = np.column_stack([np.ones(len(y)), x])
    at = np.array([parameter.estimate for parameter in fitted.parameters])
    scores, bread = design * (1 / (1 + np.exp(-design @ at)) - y)[:, None], fitted.covariance
    hac = sm.Logit(y, design).fit(disp=0, tol=1e-14, cov_type="HAC", cov_kwds={"maxlags": lags}).cov_params()
    np.testing.assert_allclose(bread @ bartlett_meat(scores, lags) @ bread, hac, rtol=1e-10, atol=1e-14)
    kinds = {"cov_type": "cluster", "cov_kwds": {"groups": group}}
    clustered = sm.Logit(y, design).fit(disp=0, tol=1e-14, **kinds).cov_params()
    factor = cluster_factor(37) * (len(y) - 1) / (len(y) - 3)
    np.testing.assert_allclose(factor * bread @ clustered_meat(scores, group) @ bread, clustered, rtol=1e-10)


def test_fit_uses_this_algebra():
    x, group, _, y = regression()
    found = ce.fit(ce.Normal, y, x, cluster=group)
    design = np.column_stack([np.ones(len(y)), x])
    peer = sm.OLS(y, design).fit(cov_type="cluster", cov_kwds={"groups": group})
    made = [p.standard_error for p in found.parameters[:3]]
    np.testing.assert_allclose(made, peer.bse, rtol=1e-10)
    hac = sm.OLS(y, design).fit(cov_type="HAC", cov_kwds={"maxlags": 9})
    bread = np.linalg.inv(design.T @ design)
    meat = bartlett_meat(design * hac.resid[:, None], 9)
    np.testing.assert_allclose(bread @ meat @ bread, hac.cov_params(), rtol=1e-10)


# --- written out ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [4, 5, 17, 200])
def test_series_error_is_the_sum_over_cosines(n):
    x = losses(n, n)
    found = mean_error(x, time=np.arange(n))
    residual = [mp.mpf(v) - mp.fsum(map(mp.mpf, x)) / n for v in x]
    basis = found.basis
    waves = [
        mp.sqrt(mp.mpf(2) / n) * mp.fsum(r * mp.cos(mp.pi * j * (t + 0.5) / n) for t, r in enumerate(residual))
        for j in range(1, basis + 1)
    ]
    expected = mp.sqrt(mp.fsum(w**2 for w in waves) / basis / n)
    assert found.standard_error == pytest.approx(float(expected), rel=1e-12)
    assert found.quantile == quantile_975(basis)


def test_basis_and_lags_are_exact():
    for n in (*range(2000), 10**6, 10**9, 8 * 10**15):
        basis = series_basis(n)
        assert Fraction(basis, 1) ** 3 <= Fraction(8 * n * n, 125) < Fraction(basis + 1) ** 3
    assert [series_basis(n) for n in (3, 4, 1000, 5000)] == [0, 1, 40, 116]
    assert bartlett_lags(100) == 12


def test_bartlett_is_the_weighted_sum_of_autocovariances():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(30, 2))
    for lags in (0, 1, 5, 29):
        made = scores.T @ scores
        for j in range(1, lags + 1):
            lagged = scores[j:].T @ scores[:-j]
            made = made + (1 - j / (lags + 1)) * (lagged + lagged.T)
        np.testing.assert_allclose(bartlett_meat(scores, lags), made, rtol=1e-12, atol=1e-12)
    assert np.linalg.eigvalsh(series_meat(scores)).min() > -1e-12


def test_quantiles():
    assert quantile_975(7.0) == pytest.approx(2.364624251592785, rel=1e-13)
    assert fixed_b_975(0.0) == quantile_975()
    assert fixed_b_975(0.5) == pytest.approx(1.96 + 2.9694 / 2 + 0.4160 / 4 - 0.5324 / 8, abs=1e-4)


def test_all_methods_agree_on_what_they_share():
    n = 1000
    x, weight = losses(n, 4), np.random.default_rng(4).gamma(1, 1, n)
    for w in (None, weight):
        alone = mean_error(x, w)
        ones = np.ones(n) if w is None else w
        expected = np.sqrt((ones**2 * (x - alone.mean) ** 2).sum()) / ones.sum()
        assert alone.standard_error == pytest.approx(expected, rel=1e-12)
        assert alone.effective_n == pytest.approx(ones.sum() ** 2 / (ones**2).sum(), rel=1e-12)
        assert alone.understated == 1.0
        single = mean_error(x, w, cluster=np.arange(n))
        assert single.standard_error == pytest.approx(alone.standard_error * math.sqrt(n / (n - 1)), rel=1e-12)
        for found in (single, mean_error(x, w, time=np.arange(n))):
            assert found.naive_standard_error == pytest.approx(expected, rel=1e-12)
            assert found.understated == pytest.approx(found.standard_error / expected, rel=1e-12)
            assert found.effective_n == pytest.approx(alone.effective_n / found.understated**2, rel=1e-12)
            assert found.ci95[1] - found.mean == pytest.approx(found.quantile * found.standard_error, rel=1e-9)
    assert mean_error(x).effective_n == pytest.approx(n)
    assert mean_error(x, time=np.arange(n)).effective_n == pytest.approx(
        x.var() / mean_error(x, time=np.arange(n)).standard_error ** 2
    )


# --- states -----------------------------------------------------------------------------------------------------------


def test_exact_bins_are_exact():
    rng = np.random.default_rng(0)
    values = rng.normal(size=4000) * 10.0 ** rng.integers(-300, 300, 4000)
    values[:4] = [5e-324, -5e-324, 1.7e308, -1.7e308]
    codes = rng.integers(0, 7, 4000)
    expected = [sum((Fraction(v) for v in values[codes == k].tolist()), Fraction(0)) for k in range(7)]
    whole, left, right = ExactBins(), ExactBins(), ExactBins()
    whole.add(codes, values)
    left.add(codes[1000:], values[1000:])
    right.add(codes[:1000], values[:1000])
    left._carry()
    left.add_bins(right, np.arange(7))
    left._carry()
    for bins in (whole, left):
        unit = Fraction(2) ** bins.unit_bits
        made = [value * unit for block in bins.integers(7) for value in block.tolist()]
        assert made == expected
        assert bins.rounded(7).tolist() == [e.numerator / e.denominator for e in expected]


def test_clustered_sums_merge_to_the_same_bits():
    n = 600
    x, g = losses(n, 7), np.random.default_rng(7).integers(0, 40, n).astype(str)
    weight = np.random.default_rng(8).gamma(0.5, 1, n) * 10.0 ** np.random.default_rng(9).integers(-6, 6, n)
    for w in (None, weight):
        whole, order = mean_error(x, w, cluster=g), np.random.default_rng(1).permutation(n)
        parts = []
        for rows in np.array_split(order, 7):
            sums, moments = ClusteredSums(), IndependentSums()
            sums.update(x[rows], g[rows], None if w is None else w[rows])
            moments.update(x[rows], None if w is None else w[rows])
            parts.append((sums, moments))
        for chosen in itertools.islice(itertools.permutations(parts), 0, 5040, 500):
            sums, moments = chosen[0]
            for more, others in chosen[1:]:
                sums, moments = sums + more, moments + others
            assert sums.error(moments.moments()) == whole


def test_clustered_is_exact():
    x, g = [1e8 + 0.5, 1e8 - 0.25, 1e8, 1e8 + 3.0, 1e8 - 1.0], list("aabbc")
    mean = sum(map(Fraction, x)) / 5
    sums = {k: sum(Fraction(v) - mean for v, c in zip(x, g, strict=True) if c == k) for k in "abc"}
    expected = math.sqrt(sum(s * s for s in sums.values()) * Fraction(3, 2)) / 5
    assert mean_error(x, cluster=g).standard_error == pytest.approx(expected, rel=1e-15)


def test_serial_rows_do_not_depend_on_the_order_of_rows():
    n = 500
    rng = np.random.default_rng(5)
    x, time = losses(n, 5), np.sort(rng.integers(0, 300, n))
    for w in (None, rng.gamma(1, 1, n)):
        whole = mean_error(x, w, time=time)
        order = rng.permutation(n)
        assert mean_error(x[order], None if w is None else w[order], time=time[order]) == whole
        states = [SerialRows(), SerialRows()]
        for state, rows in zip(states, (order[:200], order[200:]), strict=True):
            state.update(x[rows], time[rows], None if w is None else w[rows])
        moments = IndependentSums()
        moments.update(x, w)
        assert (states[1] + states[0]).error(moments.moments()) == whole
        assert whole.times == len(np.unique(time)) < n
        assert "count as one point" in whole.notes[0]


def test_ties_are_added_up():
    x, time = losses(300, 6), np.repeat(np.arange(100), 3)
    sums = (x - x.mean()).reshape(100, 3).sum(axis=1)
    expected = math.sqrt(series_meat(sums)[0, 0]) / 300
    assert mean_error(x, time=time).standard_error == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("scale", [1e-200, 1e-160, 1e150, 1e200])
def test_sizes_beyond_squares(scale):
    x, g, one = losses(100, 2), np.arange(100) // 5, mean_error(losses(100, 2))
    found = mean_error(x * scale)
    assert found.standard_error == pytest.approx(one.standard_error * scale, rel=1e-12)
    for options in ({"cluster": g}, {"time": g}, {"time": g, "serial": "bartlett"}):
        pair = mean_error(x * scale, **options), mean_error(x, **options)
        assert pair[0].standard_error == pytest.approx(pair[1].standard_error * scale, rel=1e-12)
        assert pair[0].effective_n == pytest.approx(pair[1].effective_n, rel=1e-12)


# --- what cannot be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"cluster": ["a"] * 6}, errors.DataError, "at least 2 clusters"),
        ({"cluster": [1, 1, None, 2, 2, 2]}, errors.DataError, "row 2"),
        ({"cluster": [1, 2]}, errors.UsageError, "6 rows"),
        ({"cluster": list(range(6)), "time": list(range(6))}, errors.UsageError, "not both"),
        ({"time": [1, 1, 1, 2, 2, 3]}, errors.DataError, "there are 3"),
        ({"time": [1] * 6}, errors.DataError, "there is 1"),
        ({"time": list(range(6)), "serial": "parzen"}, errors.UsageError, "series or bartlett"),
        ({"time": list(range(6)), "lags": 2}, errors.UsageError, "Bartlett"),
        ({"time": list(range(6)), "serial": "bartlett", "lags": 6}, errors.UsageError, "less than"),
        ({"time": list(range(6)), "serial": "bartlett", "lags": -1}, errors.UsageError, "at least 0"),
    ],
)
def test_refused(options, kind, words):
    with pytest.raises(kind, match=words):
        mean_error([1.0, 2.0, 4.0, 3.0, 2.0, 5.0], **options)


def test_losses_that_are_all_equal():
    for options in ({}, {"cluster": [1, 1, 2, 2, 3]}, {"time": range(5)}):
        found = mean_error([2.0] * 5, **options)
        assert (found.standard_error, found.understated) == (0.0, None)
    with pytest.raises(errors.DataError, match="at least one row"):
        mean_error([])
