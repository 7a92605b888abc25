"""The same rows give the same document, byte for byte: in any order, cut anywhere, in any format, on any threads."""

import functools
import itertools
import operator
from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from crossent.data import open_source
from crossent.scoring import score_files
from crossent.scoring.baselines_by_search import bin_centres, count_bins, sort_keys, value_of_key
from crossent.scoring.finish import exact
from crossent.scoring.plan import Options, make_plan
from crossent.scoring.result import summarise
from crossent.scoring.run import state_of
from crossent.scoring.sums import BinSums, exact_sum, exact_sum_of_squares

ROWS = 3000


@functools.cache
def table():
    rng = np.random.default_rng(11)
    z = rng.normal(0, 20, ROWS)  # a fifth of the losses lie below 2^-35
    classes = rng.normal(0, 3, (ROWS, 5))
    p = np.exp(classes) / np.exp(classes).sum(axis=1, keepdims=True)
    return pl.DataFrame(
        {
            "y": (rng.random(ROWS) < 1 / (1 + np.exp(-z))).astype(np.int8),
            "z": z,
            "p": np.clip(rng.random(ROWS), 1e-9, 1),
            "pair": np.where(rng.random(ROWS) < 0.3, "yes", "no"),
            "label": np.array(["a", "b", "c", "10", "9"])[rng.integers(0, 5, ROWS)],
            "count": rng.negative_binomial(1.5, 0.01, ROWS) * rng.choice([1, 1, 1, 1000], ROWS),
            "rate": rng.gamma(3, 50, ROWS),
            "real": rng.normal(0, 1, ROWS) * 10.0 ** rng.integers(-8, 8, ROWS),
            "loc": rng.normal(0, 1, ROWS),
            "w": rng.gamma(0.5, 1, ROWS) * 10.0 ** rng.integers(-6, 6, ROWS) * (rng.random(ROWS) < 0.9),
        }
        | {f"p_{name}": p[:, k] for k, name in enumerate(["a", "b", "c", "10", "9"])}
    )


CASES = {
    "probs": ("y", {"probs": "p"}),
    "logits": ("y", {"logits": "z"}),
    "two labels": ("pair", {"probs": "p", "positive": "yes"}),
    "classes": ("label", {"probs": "p_*"}),
    "class logits": ("label", {"logits": "p_*"}),
    "poisson": ("count", {"family": "poisson", "param": ["rate=rate"]}),
    "negative_binomial": ("count", {"family": "negative_binomial", "param": ["mean=rate", "concentration=2"]}),
    "normal": ("real", {"family": "normal", "param": ["loc=loc", "scale=1000"]}),
    "laplace": ("real", {"family": "laplace", "param": ["loc=loc", "scale=1000"]}),
}


def scored(paths, case, **options):
    target, given = CASES[case]
    return score_files(paths, target, **given, **options).to_json()


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("case", CASES)
def test_order_cuts_and_format_do_not_change_a_byte(tmp_path, case, weight):
    whole = tmp_path / "whole.parquet"
    table().write_parquet(whole)
    expected = scored([whole], case, weight=weight)
    shuffled, csv = tmp_path / "shuffled.parquet", tmp_path / "whole.csv"
    table().sample(fraction=1, shuffle=True, seed=4).select(sorted(table().columns)).write_parquet(shuffled)
    table().write_csv(csv)
    parts = [tmp_path / f"part{k}.{kind}" for k, kind in enumerate(("csv", "parquet", "csv"))]
    for path, (start, stop) in zip(parts, ((0, 1), (1, 1700), (1700, ROWS)), strict=True):
        part = table()[start:stop]
        part.write_csv(path) if path.suffix == ".csv" else part.write_parquet(path, row_group_size=100)
    assert expected == scored([shuffled], case, weight=weight, batch_rows=517)
    assert expected == scored([csv], case, weight=weight, batch_rows=1000)
    assert expected == scored(parts[::-1], case, weight=weight)


def test_threads_do_not_change_a_byte(tmp_path, monkeypatch):
    path = tmp_path / "large.parquet"
    pl.concat([table()] * 60).write_parquet(path)
    documents = set()
    for threads in ("1", "2", "7"):
        monkeypatch.setenv("CROSSENT_NUM_THREADS", threads)
        documents.add(scored([path], "logits", weight="w", batch_rows=200_000))
    assert len(documents) == 1


@pytest.mark.parametrize("case", ["logits", "classes", "poisson", "negative_binomial", "normal"])
def test_states_add_up_to_the_state_of_all(tmp_path, case):
    target, given = CASES[case]
    expected = None
    for cuts in ((0, ROWS), (0, 1, 1500, 1501, ROWS)):
        states = []
        for start, stop in itertools.pairwise(cuts):
            path = tmp_path / f"{start}-{stop}.parquet"
            table()[start:stop].write_parquet(path)
            with open_source([path]) as source:
                plan = make_plan(Options(target=target, weight="w", **given), source)
                states.append(state_of(source, plan))

        def again(baseline_pass):
            baseline_pass.update(table()[target].to_numpy(), table()["w"].to_numpy(), ())
            return baseline_pass

        for order in (states, states[::-1]):
            total = functools.reduce(operator.add, order)
            document = summarise(total, plan.family.name, True, False, {}, again).to_json()
            expected = expected or document
            assert document == expected


# --- the sums themselves ----------------------------------------------------------------------------------------------


def awkward(n, seed=0, signed=True):
    rng = np.random.default_rng(seed)
    values = rng.random(n) * 2.0 ** rng.integers(-1074, 1023, n)
    values[::7] = 0
    values[:4] = [5e-324, 1.7976931348623157e308, 1.0, 2.0**-600]
    return values * rng.choice([-1, 1], n) if signed else values


@pytest.mark.parametrize("n", [100, 5000])
def test_exact_sums_are_exact(n):
    values, weights = awkward(n), awkward(n, 1, signed=False)
    assert exact(exact_sum(values)) == sum(map(Fraction, values.tolist()))
    products = [Fraction(v) * Fraction(w) for v, w in zip(values.tolist(), weights.tolist(), strict=True)]
    assert exact(exact_sum(values, weights)) == sum(products)


@pytest.mark.parametrize("n", [100, 5000])
@pytest.mark.parametrize("span", [20, 1000])
def test_sums_of_squares_are_exact(n, span):
    rng = np.random.default_rng(n)
    values = rng.normal(0, 1, n) * 2.0 ** rng.integers(-span // 2, span // 2, n)
    weights = rng.random(n) * 2.0 ** rng.integers(-span // 2, span // 2, n)
    weights[::5] = 0
    expected = sum(Fraction(w) * Fraction(v) ** 2 for v, w in zip(values.tolist(), weights.tolist(), strict=True))
    assert abs(exact(exact_sum_of_squares(values, weights)) - expected) <= Fraction(n, 2**2148)
    assert exact(exact_sum_of_squares(values)) == sum(Fraction(v) ** 2 for v in values.tolist())


@pytest.mark.parametrize("weighted", [False, True])
def test_bins_are_exact_and_merge(weighted):
    bins = np.random.default_rng(2).integers(0, 50, 4000)
    weight = awkward(4000, 3, signed=False) if weighted else None
    whole = BinSums()
    whole.add(bins, weight)
    parts = BinSums()
    for start in range(0, 4000, 3):
        part = BinSums()
        part.add(bins[start : start + 3], None if weight is None else weight[start : start + 3])
        parts = part + parts
    grown = BinSums()
    for start in range(0, 4000, 3):
        grown.add(bins[start : start + 3], None if weight is None else weight[start : start + 3])
    expected = [Fraction(0)] * 50
    for b, w in zip(bins.tolist(), [1.0] * 4000 if weight is None else weight.tolist(), strict=True):
        expected[b] += Fraction(w)
    assert whole.totals() == parts.totals() == grown.totals() == expected
    assert whole.occupied().tolist() == parts.occupied().tolist() == [b for b in range(50) if expected[b]]


def test_sort_keys_keep_the_order_and_come_back():
    values = np.sort(np.concatenate([awkward(500), [0.0, -1.0, 1.0]]))
    keys = sort_keys(values)
    assert (np.diff(keys.astype(object)) >= 0).all()
    assert [value_of_key(key) for key in keys.tolist()] == values.tolist()
    assert sort_keys(np.array([-0.0]))[0] == sort_keys(np.array([0.0]))[0]


def test_bins_of_counts_hold_their_centres():
    counts = np.array([0, 1, 65535, 65536, 65600, 10**6, 2**40 + 3, 2**53], np.float64)
    bins = count_bins(counts)
    assert (np.diff(bins) >= 0).all()
    assert bins[:3].tolist() == [0, 1, 65535]
    centres = bin_centres(bins)
    assert (count_bins(centres) == bins).all()
    assert np.abs(centres / np.maximum(counts, 1) - 1)[1:].max() < 2**-10
