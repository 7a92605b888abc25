"""Separation: verdicts against cones enumerated by brute force, and against data whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from separation_oracle import demands, verdict

from crossent import errors
from crossent.families.catalogue import Bernoulli, Binomial, Categorical, Laplace, NegativeBinomial, Normal, Poisson
from crossent.fitting.chunks import ArrayRows
from crossent.fitting.links import link_of
from crossent.fitting.separation import cone
from crossent.fitting.separation.collinear import collinear, refuse_collinear
from crossent.fitting.separation.constraints import demands_of
from crossent.fitting.separation.recession import find_separation

# Histology of 79 endometria: Heinze and Schemper 2002, Statistics in Medicine 21, as in Agresti 2015 (NV, PI, EH, HG)
NV = "0000000000000000000001111100000000000000000000011110000000000000000000100011010"
EH = (
    "1.64 2.26 3.14 2.68 1.28 2.31 1.8 1.68 1.56 2.31 2.01 1.89 3.15 1.23 1.27 1.76 2 2.64 0.88 1.27 1.37 0.97 "
    "1.14 0.88 0.91 0.58 0.97 1.5 1.33 2.37 1.82 3.13 1.31 1.92 1.64 2.01 1.88 1.93 2.11 1.29 1.72 0.75 1.92 1.84 "
    "1.11 1.61 1.18 1.44 1.18 0.93 1.17 1.19 1.06 2.02 2.29 2.33 2.9 1.7 1.41 2.25 1.54 1.97 1.75 2.16 2.57 1.37 "
    "3.61 2.04 2.17 1.69 0.27 1.84 1.3 0.96 1.01 0.98 0.35 1.02 0.85 "
)
PI = (
    "13 16 8 34 20 5 17 10 26 17 8 7 20 10 18 16 18 8 29 12 20 38 22 7 25 15 7 28 11 19 10 10 18 14 21 11 17 25 "
    "16 19 15 33 24 48 12 19 2 22 40 5 0 21 15 29 15 12 3 20 23 12 22 42 15 13 14 19 12 13 10 12 49 6 5 17 11 21 "
    "5 19 33 "
)
HG = "0000000000000000011111111110000000000000000111111111100000000000000001111111111"


def table(x, y, names=None, **columns):
    x = np.asarray(x, float)
    return ArrayRows(names or tuple(f"x{j}" for j in range(x.shape[1])), np.asarray(y, float), x, **columns)


# -- against brute force ----------------------------------------------------------------------------------------------


def small(kind, rng):
    """A random little data set: whole numbers, so that ties and dependent rows occur."""
    p = int(rng.integers(1, 3 if kind == "classes" else 4))
    n, intercept = int(rng.integers(p + 2, 9)), bool(rng.integers(0, 2)) and not (kind == "classes" and p == 2)
    x = rng.integers(-2, 3, (n, p)).astype(float)
    y = rng.integers(0, {"binary": 2, "binomial": 4, "zeros": 3, "classes": 3}[kind], n).astype(float)
    if kind == "zeros":
        y *= rng.random(n) < rng.choice([0.3, 0.8])
    if kind == "binomial":
        y = np.where(rng.random(n) < 0.8, 3.0 * (y > 1), y)
    return x, y, intercept


@pytest.mark.parametrize("kind", ["binary", "binomial", "zeros", "classes"])
def test_verdicts_are_those_of_enumerated_cones(kind):
    rng = np.random.default_rng(11)
    compared, kinds, collinear_ones = 0, set(), 0
    classes, trials = (3 if kind == "classes" else 0), (3.0 if kind == "binomial" else 1.0)
    wanted = "binary" if kind == "binomial" else kind
    while compared < 90:
        x, y, intercept = small(kind, rng)
        full = np.column_stack([np.ones(len(x)), x]) if intercept else x
        rows = table(x, y, fixed=(trials,) if kind == "binomial" else ())
        if np.linalg.matrix_rank(full) < full.shape[1]:
            with pytest.raises(errors.DataError, match="linearly independent"):
                find_separation(wanted, rows, intercept=intercept, classes=classes)
            collinear_ones += 1
            continue
        found = find_separation(wanted, rows, intercept=intercept, classes=classes)
        right = verdict(demands(wanted, full, y, trials, classes), len(x))
        assert (found.kind, found.signs, found.separated, len(found.dropped)) == right, (full, y)
        assert found.exact
        (chunk,) = rows.chunks()
        assert found.stays(chunk).sum() == len(x) - found.separated
        for numbers in found.combinations:  # nothing the finite ones are made of may move
            assert abs(np.dot(numbers, found.direction)) < 1e-12 * max(map(abs, numbers))
        kinds.add(found.kind)
        compared += 1
    assert kinds == {"none", "quasi", "complete"}


@pytest.mark.parametrize("kind", ["binary", "zeros", "classes"])
def test_with_too_many_coefficients_for_whole_numbers_floats_say_the_same(kind, monkeypatch):
    monkeypatch.setattr(cone, "EXACT_UP_TO", 0)
    rng = np.random.default_rng(12)
    compared, classes = 0, 3 if kind == "classes" else 0
    while compared < 25:
        x, y, intercept = small(kind, rng)
        full = np.column_stack([np.ones(len(x)), x]) if intercept else x
        if np.linalg.matrix_rank(full) < full.shape[1]:
            continue
        found = find_separation(kind, table(x, y), intercept=intercept, classes=classes)
        right = verdict(demands(kind, full, y, 1, classes), len(x))
        assert (found.kind, found.signs, found.separated, len(found.dropped)) == right, (full, y)
        assert not found.exact
        compared += 1


# -- against known answers ---------------------------------------------------------------------------------------------


def test_one_column_complete_quasi_and_overlap():
    x = [[1.0], [2.0], [3.0], [4.0]]
    complete = find_separation("binary", table(x, [0, 0, 1, 1]))
    assert (complete.kind, complete.signs, complete.separated) == ("complete", (-1, 1), 4)
    tied = find_separation("binary", table([[1.0], [2.0], [2.0], [3.0]], [0, 0, 1, 1]))
    assert (tied.kind, tied.signs, tied.separated) == ("quasi", (-1, 1), 2)
    assert tied.finite_combinations == ("2*Intercept + x0",) or tied.finite_combinations == ("Intercept + 2*x0",)
    overlap = find_separation("binary", table(x, [0, 1, 0, 1]))
    assert (overlap.kind, overlap.direction, overlap.exact) == ("none", None, True)


def test_endometrial_neovasculation_goes_to_infinity():
    nv, eh = [float(c) for c in NV], [float(c) for c in EH.split()]
    pi, hg = [float(c) for c in PI.split()], [float(c) for c in HG]
    rows = table(np.column_stack([nv, pi, eh]), hg, ("NV", "PI", "EH"))
    found = find_separation("binary", rows)
    assert (found.kind, found.names, found.exact) == ("quasi", ("Intercept", "NV", "PI", "EH"), True)
    assert found.signs == (0, 1, 0, 0)
    assert found.separated == sum(nv) == 13
    assert found.dropped == (1,)
    turned = find_separation("binary", table(np.column_stack([-np.array(nv), pi, eh]), hg))
    assert turned.signs == (0, -1, 0, 0)


def test_iris_setosa_is_separated_and_the_others_are_not():
    from sklearn.datasets import load_iris

    x, y = load_iris(return_X_y=True)
    found = find_separation("classes", table(x, y), classes=3)
    assert (found.kind, found.exact, found.rows) == ("quasi", True, 150)
    assert found.separated == 50
    (chunk,) = table(x, y).chunks()
    left = found.left(chunk)
    assert left[:50].tolist() == [[True, False, False]] * 50
    assert left[50:].tolist() == [[False, True, True]] * 100  # setosa is ruled out there
    assert len(found.dropped) == 5
    assert len(found.combinations) == 5  # versicolor against virginica: finite
    for j, numbers in enumerate(found.combinations):
        assert {abs(v) for v in numbers} == {0, 1}, j
    others = find_separation("binary", table(x[50:], y[50:] == 2))
    assert others.kind == "none"


def test_poisson_is_separated_by_a_group_of_zeros():
    group = np.array([0.0, 0, 0, 0, 1, 1, 1])
    rows = table(np.column_stack([group, np.arange(7.0)]), [1, 0, 2, 3, 0, 0, 0], ("group", "time"))
    found = find_separation("zeros", rows)
    assert (found.kind, found.signs, found.separated, found.dropped) == ("quasi", (0, -1, 0), 3, (1,))
    nothing = find_separation("zeros", table(np.arange(4.0)[:, None], np.zeros(4)))
    assert (nothing.kind, nothing.signs[0]) == ("complete", -1)
    assert nothing.signs == (-1, None)


def test_a_share_between_0_and_1_holds_its_row():
    x = [[0.0], [1.0], [2.0]]
    assert find_separation("binary", table(x, [0, 0.5, 1])).kind == "quasi"
    assert find_separation("binary", table(x, [0, 0.5, 0.5])).kind == "none"
    assert find_separation("binary", table(x, [0, 0, 1], weight=np.array([1.0, 1.0, 0.0]))).signs == (-1, None)


def test_several_infinite_coefficients_and_their_finite_combination():
    a, b = np.array([[0, 0], [0, 0], [1, 0], [0, 1], [1, 1], [1, 1]]).T.astype(float)
    found = find_separation("binary", table(np.column_stack([a, b]), [0, 1, 1, 0, 1, 0], ("a", "b")))
    assert (found.kind, found.signs, found.finite_combinations) == ("quasi", (0, 1, -1), ("a + b",))
    assert len(found.dropped) == 1


def test_units_and_origins_of_columns_do_not_matter():
    rng = np.random.default_rng(5)
    x = rng.integers(0, 5, (60, 3)).astype(float)
    y = ((x @ [1, -2, 1] > 0.5) | (x[:, 0] == 4)).astype(float)
    y[x @ [1, -2, 1] == 0] = rng.integers(0, 2, int((x @ [1, -2, 1] == 0).sum()))
    plain = find_separation("binary", table(x, y))
    moved = find_separation("binary", table(x * [1e-6, 2**40, 1] + [2020, 0, 1e6], y))
    assert (plain.kind, plain.separated, plain.signs[1:]) == (moved.kind, moved.separated, moved.signs[1:])


def test_many_rows_decide_as_few_do():
    rng = np.random.default_rng(6)
    n = 150_000
    x = rng.normal(size=(n, 4))
    x[:, 3] = x[:, 3] > 2.5
    y = (rng.random(n) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    assert find_separation("binary", table(x, y)).kind == "none"
    y[x[:, 3] == 1] = 1
    found = find_separation("binary", table(x, y))
    assert (found.kind, found.signs, found.exact) == ("quasi", (0, 0, 0, 0, 1), True)
    assert found.separated == x[:, 3].sum()
    y[np.flatnonzero(x[:, 3])[0]] = 0  # a single row takes it back
    assert find_separation("binary", table(x, y)).kind == "none"
    complete = find_separation("binary", table(x[:, :3], x[:, 0] - x[:, 1] > 0.1))
    assert (complete.kind, complete.separated, complete.exact) == ("complete", n, True)


def test_which_families_can_be_separated():
    answers = {
        (Bernoulli, "logit"): "binary", (Bernoulli, "probit"): "binary", (Binomial, "cloglog"): "binary",
        (Bernoulli, "log"): "zeros", (Bernoulli, "identity"): None, (Categorical, "logit"): "classes",
        (Poisson, "log"): "zeros", (Poisson, "identity"): None, (NegativeBinomial, "log"): "zeros",
        (Normal, "identity"): None, (Laplace, "identity"): None,
    }  # fmt: skip
    for (family, link), answer in answers.items():
        assert demands_of(family, link_of(family, link)) == answer
    assert len(answers) == 11


# -- collinear columns -----------------------------------------------------------------------------------------------


def test_collinear_columns_are_named_with_what_vanishes():
    rng = np.random.default_rng(8)
    x = rng.normal(size=(50, 5))
    x[:, 3] = x[:, 0] - 2 * x[:, 1] + 3
    x[:, 4] = 7
    found = collinear(table(x, x[:, 0], tuple("abcde")))
    assert [each.words for each in found] == ["3*Intercept + a - 2*b - d", "7*Intercept - e"]
    assert found[1].columns == (-1, 4)
    with pytest.raises(errors.DataError, match=r"in the data, 3\*Intercept \+ a - 2\*b - d = 0 in every row"):
        refuse_collinear(table(x, x[:, 0], tuple("abcde")))
    assert [each.words for each in collinear(table(x[:, :4], x[:, 0], tuple("abcd")), intercept=False)] == []
    assert [each.names for each in collinear(table(x * 0, x[:, 0], tuple("abcde")))] == [(c,) for c in "abcde"]


def test_nearly_collinear_columns_stay():
    x = np.linspace(-9, -3, 82)
    powers = np.column_stack([x**k for k in range(1, 11)])
    assert collinear(table(powers, x)) == []
    near = np.column_stack([x, x + 1e-9 * np.sin(50 * x)])
    assert collinear(table(near, x)) == []
    levels = np.eye(4)[np.arange(82) % 4]
    assert collinear(table(levels, x, tuple("abcd")))[0].words == "Intercept - a - b - c - d"
    assert collinear(table(levels, x), intercept=False) == []


def test_more_columns_than_rows():
    with pytest.raises(errors.DataError, match="has 3 rows for 5"):
        refuse_collinear(table(np.random.default_rng(0).normal(size=(3, 4)), np.zeros(3)))
