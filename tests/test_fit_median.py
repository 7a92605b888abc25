"""Median regression: the least sum of absolute deviations, against every plane through rows, and statsmodels."""

from __future__ import annotations

import warnings
from itertools import combinations

import numpy as np
import pytest

from crossent import errors
from crossent.fitting.chunks import ArrayRows
from crossent.fitting.separation import median
from crossent.fitting.separation.median import fit_median


def table(x, y, **columns):
    return ArrayRows(tuple(f"x{j}" for j in range(x.shape[1])), y, x, **columns)


def every_plane(x, y, w):
    """The least total of all planes through as many rows as there are coefficients, and whether one alone has it."""
    planes = []
    for chosen in map(list, combinations(range(len(y)), x.shape[1])):
        if abs(np.linalg.det(x[chosen])) > 1e-9:
            plane = np.linalg.solve(x[chosen], y[chosen])
            planes.append((float(w @ abs(y - x @ plane)), plane))
    best = min(total for total, _ in planes)
    least = [plane for total, plane in planes if total <= best + 1e-10]
    return best, all(np.allclose(plane, least[0], atol=1e-8) for plane in least), least[0]


def test_least_of_all_planes_through_rows():
    rng = np.random.default_rng(3)
    compared, kinds = 0, []
    while compared < 150:
        p, whole = int(rng.integers(0, 3)), bool(rng.integers(0, 2))
        n = int(rng.integers(p + 2, 10))
        x = rng.integers(-3, 4, (n, p)).astype(float)
        y = rng.integers(-4, 5, n).astype(float) if whole else rng.normal(size=n)
        w = rng.integers(0, 3, n).astype(float) if rng.random() < 0.5 else np.ones(n)
        offset = rng.normal(size=n) if rng.random() < 0.3 else None
        full, used = np.column_stack([np.ones(n), x]), w > 0
        if used.sum() <= p or np.linalg.matrix_rank(full[used]) <= p:
            continue
        found = fit_median(table(x, y, weight=w, offset=offset))
        moved = y if offset is None else y - offset
        total, unique, plane = every_plane(full[used], moved[used], w[used])
        assert found.total == pytest.approx(total, rel=1e-13, abs=1e-13)
        assert 0 <= found.gap <= 1e-12 * (1 + total)
        assert found.unique == unique
        assert found.scale == pytest.approx(total / w.sum(), rel=1e-13, abs=1e-13)
        if unique:
            assert found.coefficients == pytest.approx(plane, rel=1e-10, abs=1e-12)
        kinds.append(unique)
        compared += 1
    assert 15 <= kinds.count(False) <= 135


def test_as_statsmodels_but_with_all_digits():
    from statsmodels.regression.quantile_regression import QuantReg

    rng = np.random.default_rng(4)
    x = rng.normal(size=(2_000, 3))
    y = 1 + x @ [1, 2, 3] + rng.standard_t(2, 2_000)
    full = np.column_stack([np.ones(len(x)), x])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = QuantReg(y, full).fit(0.5, p_tol=1e-12, max_iter=5_000).params
    found = fit_median(table(x, y))
    assert found.coefficients == pytest.approx(peer, abs=1e-4)
    assert found.total <= abs(y - full @ peer).sum() + 1e-9
    assert found.unique
    assert (abs(y - full @ found.coefficients) < 1e-12).sum() == 4  # the plane goes through four rows
    assert found.gap < 1e-14 * found.total * 10


def test_stack_loss_as_published():
    # Brownlee's stack loss; L1 estimates of Dodge 1987 and of R's quantreg: rq(stack.loss ~ .)
    air = [80, 80, 75, 62, 62, 62, 62, 62, 58, 58, 58, 58, 58, 58, 50, 50, 50, 50, 50, 56, 70]
    water = [27, 27, 25, 24, 22, 23, 24, 24, 23, 18, 18, 17, 18, 19, 18, 18, 19, 19, 20, 20, 20]
    acid = [89, 88, 90, 87, 87, 87, 93, 93, 87, 80, 89, 88, 82, 93, 89, 86, 72, 79, 80, 82, 91]
    loss = [42, 37, 37, 28, 18, 18, 19, 20, 15, 14, 14, 13, 11, 12, 8, 7, 8, 8, 9, 15, 15]
    found = fit_median(table(np.column_stack([air, water, acid]).astype(float), np.array(loss, float)))
    assert found.coefficients == pytest.approx([-39.68985507, 0.83188406, 0.57391304, -0.06086957], abs=1e-8)
    assert found.unique


def test_many_rows_by_way_of_those_near_the_plane(monkeypatch):
    rng = np.random.default_rng(5)
    n = 30_000
    x = rng.normal(size=(n, 3))
    y = 2 + x @ [1, -1, 0.5] + rng.standard_t(1.5, n)
    w = rng.integers(1, 4, n).astype(float)
    near = fit_median(table(x, y, frequency=w))
    monkeypatch.setattr(median, "AT_ONCE", n)
    at_once = fit_median(table(x, y, frequency=w))
    assert near.passes > at_once.passes
    assert near.total == pytest.approx(at_once.total, rel=1e-14)
    assert near.coefficients == pytest.approx(at_once.coefficients, rel=1e-11)
    assert max(near.gap, at_once.gap) < 1e-13 * near.total


def test_ties_and_an_even_number_of_rows():
    found = fit_median(table(np.zeros((4, 0)), np.array([1.0, 2.0, 3.0, 4.0])))
    assert (found.total, found.unique) == (4.0, False)
    assert 2 <= found.coefficients[0] <= 3
    exact = fit_median(table(np.arange(5.0)[:, None], 3 * np.arange(5.0) + 1))
    assert exact.coefficients.tolist() == pytest.approx([1, 3], abs=1e-14)
    assert (exact.unique, exact.scale) == (True, pytest.approx(0, abs=1e-14))


def test_what_cannot_be_fitted():
    x = np.column_stack([np.arange(6.0), 2 * np.arange(6.0)])
    with pytest.raises(errors.DataError, match="2\\*x0 - x1 = 0"):
        fit_median(table(x, np.arange(6.0)))
    with pytest.raises(errors.DataError, match="has 0 rows"):
        fit_median(table(x, np.arange(6.0), weight=np.zeros(6)))
    with pytest.raises(errors.UsageError, match="has no columns"):
        fit_median(table(np.zeros((4, 0)), np.arange(4.0)), intercept=False)
