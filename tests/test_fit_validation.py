"""Held-out losses: against a loop by hand, the laws of folds, and real data whose rows depend on one another."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from crossent import errors
from crossent.fitting.chunks import CHUNK, ArrayRows
from crossent.fitting.validation import (
    SubsetRows,
    cluster_folds,
    cross_validate,
    forward_chaining,
    random_folds,
    subset,
)

EXAMPLES = Path(__file__).parents[1] / "examples"
RNG = np.random.default_rng(40)
N = 97
X = RNG.normal(size=(N, 2))
Y = X @ [1.0, -1.0] + RNG.normal(size=N)
CODES = RNG.integers(0, 12, N)
WEIGHT = RNG.random(N) + 0.5


def table(**columns):
    return ArrayRows(("a", "b"), Y, X, **columns)


def column(rows, name):
    return np.concatenate([getattr(chunk, name) for chunk in rows.chunks()])


def normal_losses(learn, predict):
    """Least squares by NumPy, and the Normal's losses of the others."""
    design, target = column(learn, "design"), column(learn, "target")
    weight = np.concatenate(
        [
            np.ones(chunk.rows) if chunk.likelihood_weight is None else chunk.likelihood_weight
            for chunk in learn.chunks()
        ]
    )
    root = np.sqrt(weight)[:, None]
    whole = np.column_stack([np.ones(len(design)), design])
    coefficients = np.linalg.lstsq(whole * root, target * root[:, 0], rcond=None)[0]
    variance = np.average((target - whole @ coefficients) ** 2, weights=weight)
    held = column(predict, "design")
    residual = column(predict, "target") - np.column_stack([np.ones(len(held)), held]) @ coefficients
    return (np.log(2 * np.pi * variance) + residual**2 / variance) / 2


@dataclass
class Stream:
    """The same rows, as a file gives them."""

    rows: ArrayRows

    @property
    def columns(self):
        return self.rows.columns

    @property
    def name(self):
        return "stream"

    def chunks(self):
        return self.rows.chunks()


def test_the_mean_and_its_error_are_those_of_a_loop_by_hand():
    found = cross_validate(normal_losses, table(weight=WEIGHT), folds=5, seed=3)
    fold = random_folds(N, 5, seed=3).fold
    losses = np.empty(N)
    for k in range(5):
        learn, predict = (
            ArrayRows(("a", "b"), Y[rows], X[rows], weight=WEIGHT[rows]) for rows in (fold != k, fold == k)
        )
        losses[fold == k] = normal_losses(learn, predict)
    mean = np.average(losses, weights=WEIGHT)
    error = math.sqrt(((WEIGHT * (losses - mean)) ** 2).sum()) / WEIGHT.sum()
    assert (found.nats, found.standard_error) == pytest.approx((mean, error), rel=1e-12)
    assert found.ci95 == pytest.approx((mean - 1.959963984540054 * error, mean + 1.959963984540054 * error), rel=1e-12)
    assert (found.method, found.folds, found.n) == ("5 folds", 5, N)
    assert "average risk of the 5 fold models" in found.about
    assert "too short" in found.about
    assert "Bates, Hastie and Tibshirani 2023" in found.about


def test_clusters_stay_whole_and_cluster_the_error():
    found = cross_validate(normal_losses, table(cluster=CODES), folds=4, seed=1, cluster="patient")
    plan = cluster_folds(CODES, 4, 1, "patient")
    losses = np.empty(N)
    for learn, predict in plan.splits():
        assert not set(CODES[learn]) & set(CODES[predict])
        losses[predict] = normal_losses(*(ArrayRows(("a", "b"), Y[rows], X[rows]) for rows in (learn, predict)))
    sums = np.bincount(CODES, weights=losses - losses.mean(), minlength=12)
    error = math.sqrt((sums**2).sum() * 12 / 11) / N
    assert found.standard_error == pytest.approx(error, rel=1e-10)
    assert (found.ci95[1] - found.nats) / error == pytest.approx(2.200985160082949, rel=1e-9)  # t with 11
    assert found.method == "4 folds of whole clusters of patient"
    assert found.effective_n > 0


def test_forward_chaining_learns_from_the_past_alone():
    time = RNG.integers(0, 30, N).astype(float)
    for gap in (0.0, 3.0):
        seen = np.zeros(N, int)
        for learn, predict in forward_chaining(time, 4, gap, "day").splits():
            assert time[learn].max() < time[predict].min() - gap or (
                gap == 0 and time[learn].max() < time[predict].min()
            )
            seen[predict] += 1
        assert set(seen[time >= np.sort(time)[N // 5]]) == {1}
        assert not seen[time < np.sort(time)[N // 5]].any()
    found = cross_validate(normal_losses, table(), folds=4, time=time, time_column="day", gap=3)
    assert found.method == "forward chaining in order of day, gap 3"
    assert found.n == seen.sum()
    assert "clustered by block" in found.about


def test_folds_are_equal_seeded_and_do_not_depend_on_how_rows_are_read():
    fold = random_folds(1003, 10, seed=5).fold
    assert sorted(np.bincount(fold).tolist()) == [100] * 7 + [101] * 3
    assert (fold != random_folds(1003, 10, seed=6).fold).any()
    one, other = (cross_validate(normal_losses, rows, folds=6) for rows in (table(), Stream(table())))
    assert one == other


def test_a_stream_is_masked_and_cut_anew():
    many = 2 * CHUNK + 1000
    rows = ArrayRows(
        ("a",), np.arange(many, dtype=float), np.arange(many, dtype=float)[:, None], fixed=(3.0, np.arange(many) * 2.0),
        offset=np.arange(many, dtype=float), frequency=np.ones(many), cluster=np.arange(many),
    )  # fmt: skip
    chosen = RNG.random(many) < 0.7
    view, copy = subset(Stream(rows), chosen.__getitem__), subset(rows, chosen.__getitem__)
    assert isinstance(view, SubsetRows)
    chunks = list(view.chunks())
    assert [chunk.rows for chunk in chunks] == [CHUNK, chosen.sum() - CHUNK]
    assert [chunk.row for chunk in chunks] == [0, CHUNK]
    for name in ("target", "design", "offset", "frequency", "cluster"):
        np.testing.assert_array_equal(column(view, name), column(copy, name))
    np.testing.assert_array_equal(column(view, "target"), np.flatnonzero(chosen))
    assert chunks[0].fixed[0] == 3.0
    np.testing.assert_array_equal(chunks[1].fixed[1], 2 * chunks[1].target)
    assert chunks[0].weight is None
    assert (view.columns, view.name) == (("a",), "stream")


def test_an_infinite_loss_has_no_interval():
    def certain(learn, predict):
        losses = normal_losses(learn, predict)
        losses[0] = np.inf
        return losses

    found = cross_validate(certain, table(), folds=3)
    assert (found.nats, found.standard_error, found.ci95) == (math.inf, None, None)
    assert "infinite loss" in found.about


def test_rows_of_weight_0_are_not_counted():
    weight = np.where(np.arange(N) < 10, 0.0, 1.0)
    found = cross_validate(normal_losses, table(weight=weight), folds=5)
    assert found.n == N - 10


REFUSED = {
    "one fold": ({"folds": 1}, "--cv must be at least 2"),
    "more folds than rows": ({"folds": 98}, "--cv 98 must leave rows in every fold; there are 97"),
    "more folds than clusters": ({"folds": 13, "cluster": "g"}, "a cluster of g in every fold; there are 12"),
    "both": ({"cluster": "g", "time": np.arange(N)}, "not both"),
    "gap alone": ({"gap": 2.0}, "--gap must go with --time"),
    "one time": ({"time": np.zeros(N)}, "a time of time of its own"),
    "gap too wide": ({"time": np.arange(N), "gap": 1000.0}, "--gap 1000 must leave rows"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_refused(name):
    options, message = REFUSED[name]
    with pytest.raises(errors.CrossentError, match=message):
        cross_validate(normal_losses, table(cluster=CODES), **options)


def test_random_folds_choose_the_wrong_formula_on_real_data():
    sys.path.insert(0, str(EXAMPLES))
    try:
        import dependent_rows
    finally:
        sys.path.remove(str(EXAMPLES))
    found = {(file, formula, held.method): held for file, formula, held in dependent_rows.validations()}
    assert len(found) == 8
    honest = {"grunfeld.csv": "10 folds of whole clusters of firm", "nile.csv": "forward chaining in order of year"}
    for file, method in honest.items():
        plain, richer = found[file, "plain", "10 folds"], found[file, "richer", "10 folds"]
        assert richer.nats < plain.nats
        assert found[file, "richer", method].nats > found[file, "plain", method].nats + 0.04
        for formula in ("plain", "richer"):
            other = found[file, formula, method]
            assert other.nats > found[file, formula, "10 folds"].nats + 0.15
            assert other.standard_error > found[file, formula, "10 folds"].standard_error
            assert other.effective_n < other.n
    assert found["grunfeld.csv", "plain", "10 folds"].n == 220
    assert found["nile.csv", "plain", "10 folds"].n == 100
