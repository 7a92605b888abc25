"""Categorical: the compiled kernels against the exact reading of the same lines; right answers to peers' failures."""

from __future__ import annotations

import class_oracle as oracle
import mpmath
import numpy as np
import pytest

from crossent.families import categorical
from crossent.families.catalogue import find_family
from crossent.kernels.classes import evaluate_classes

CLASSES = categorical.classes
Categorical = find_family("categorical")
INF = np.inf


def evaluate(target, logits, quantity="hessian", **wanted):
    found = evaluate_classes(
        CLASSES, np.asarray(target), np.asarray(logits), quantity=quantity, keep_rows=True, **wanted
    )
    assert found.invalid == 0
    return found


def cases(classes, dtype, rows=12, seed=0):
    """Logits of many spreads: even, ordinary, confident and right, confident and wrong, far apart."""
    rng = np.random.default_rng(seed)
    logits = rng.standard_normal((rows, classes)) * rng.choice([1e-3, 1, 5, 60], (rows, 1))
    target = rng.integers(0, classes, rows)
    logits[np.arange(0, rows, 3), target[::3]] += 30
    logits[np.arange(1, rows, 3), (target[1::3] + 1) % classes] += 30
    return logits.astype(dtype), target


# --- accuracy ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [1, 2, 3, 10, 64, 65, 200])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_class_indices_against_the_exact_reading(classes, dtype):
    bound = 3 if dtype == np.float64 else 1
    logits, target = cases(classes, dtype)
    found = evaluate(target, logits)
    for i, (y, z) in enumerate(zip(target, logits, strict=True)):
        right = oracle.exact(CLASSES, y, z)
        assert oracle.ulps(found.rows[i], right.nll, dtype) <= bound
        assert oracle.worst(found.gradient[i], right.gradient, dtype) <= bound
        assert oracle.worst(found.hessian[i], right.diagonal, dtype) <= bound + (dtype == np.float64)


@pytest.mark.parametrize("classes", [1, 2, 3, 10, 64, 65, 200])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rows_of_probabilities_against_the_exact_reading(classes, dtype):
    bound = 3 if dtype == np.float64 else 1
    logits, _ = cases(classes, dtype)
    target = np.random.default_rng(5).dirichlet(np.full(classes, 0.5), len(logits)).astype(dtype)
    found = evaluate(target, logits)
    for i, (q, z) in enumerate(zip(target, logits, strict=True)):
        right = oracle.exact(CLASSES, q, z)
        assert oracle.ulps(found.rows[i], right.nll, dtype) <= bound
        assert oracle.worst(found.gradient[i], right.gradient, dtype, of=q) <= bound
        assert oracle.worst(found.hessian[i], right.diagonal, dtype) <= bound + 2 * (dtype == np.float64)


@pytest.mark.parametrize("classes", [1 << 16, 1 << 20])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("ahead", [0.0, 40.0])
def test_a_million_classes(classes, dtype, ahead):
    rng = np.random.default_rng(classes)
    logits = (3 * rng.standard_normal((1, classes))).astype(dtype)
    target = rng.integers(0, classes, 1)
    logits[0, target] += dtype(ahead)
    found = evaluate(target, logits, "gradient")
    gap = logits[0].astype(np.longdouble) - logits[0].astype(np.longdouble)[target]
    s = np.sort(np.exp(np.delete(gap, target))).sum()  # 64 bits, added pairwise from the smallest: right to 2^-60
    assert np.finfo(np.longdouble).nmant >= 63 or pytest.fail("needs 80-bit numbers")
    bound = 3 if dtype == np.float64 else 1
    right = np.log1p(s)
    assert abs(found.rows[0] - right) <= bound * np.spacing(dtype(right))
    right = -s / (1 + s)
    assert abs(found.gradient[0, target[0]] - right) <= bound * np.spacing(abs(dtype(right)))


@pytest.mark.parametrize("target", [2, [0.25, 0.25, 0.5]])
def test_the_exact_reading_is_the_textbook(target):
    for z in ([0.5, -1.25, 3.0], [690.0, 0.0, -1.0], [1e-9, 0.0, 0.0]):
        right = oracle.exact(CLASSES, target, z).nll
        if np.ndim(target) == 0:
            book = oracle.textbook(categorical.density, target, z)
        else:
            with mpmath.workdps(oracle.DIGITS):
                book = sum(q * oracle.textbook(categorical.density, j, z) for j, q in enumerate(target))
        with mpmath.workdps(oracle.DIGITS):
            assert abs(right / book - 1) < mpmath.mpf(10) ** -40


def test_probabilities_as_they_are_given():
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.ones(5), 40)
    probs[:10] = np.array([1 - 4e-17, 1e-17, 1e-17, 1e-17, 1e-17])
    target = rng.integers(0, 5, 40)
    soft = rng.dirichlet(np.ones(5), 40)
    hard = evaluate(target, probs, "value", given=True).rows
    mixed = evaluate(soft, probs, "value", given=True).rows
    for i in range(40):
        assert oracle.ulps(hard[i], oracle.exact_given(CLASSES, np.eye(5)[target[i]], probs[i]), np.float64) <= 3
        assert oracle.ulps(mixed[i], oracle.exact_given(CLASSES, soft[i], probs[i]), np.float64) <= 3
    assert evaluate([1, 0], [[1.0, 0.0], [0.0, 1.0]], "value", given=True).rows.tolist() == [INF, INF]
    assert evaluate([[1.0, 0.0]], [[1.0, 0.0]], "value", given=True).rows.tolist() == [0.0]


# --- identities -------------------------------------------------------------------------------------------------------


def test_two_classes_are_a_bernoulli():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(500) * rng.choice([1e-8, 1, 30, 300], 500)
    y = rng.integers(0, 2, 500)
    logits = np.stack([np.zeros(500), x], axis=1)
    found = evaluate(y, logits, "gradient")
    for i in range(500):
        with mpmath.workdps(400):
            right = mpmath.log1p(mpmath.exp(-x[i] if y[i] else x[i]))
        assert oracle.ulps(found.rows[i], right, np.float64) <= 2
    assert (found.gradient[:, 0] == -found.gradient[:, 1]).all()


def test_a_shift_that_is_exact_changes_no_bit():
    logits = np.round(np.random.default_rng(0).standard_normal((50, 9)) * 64) / 64
    target = np.arange(50) % 9
    plain, shifted = evaluate(target, logits), evaluate(target, logits + 1024)
    for name in ("rows", "gradient", "hessian"):
        assert np.array_equal(getattr(plain, name), getattr(shifted, name))


@pytest.mark.parametrize("classes", [5, 100])
def test_the_order_of_classes_matters_to_rounding_only(classes):
    logits, target = cases(classes, np.float64)
    order = np.random.default_rng(1).permutation(classes)
    plain, permuted = evaluate(target, logits), evaluate(np.argsort(order)[target], logits[:, order])
    np.testing.assert_allclose(permuted.rows, plain.rows, rtol=4e-16)
    np.testing.assert_allclose(permuted.gradient, plain.gradient[:, order], rtol=9e-16)


@pytest.mark.parametrize("classes", [2, 10, 300])
def test_gradients_sum_to_zero(classes):
    logits, target = cases(classes, np.float64)
    soft = np.random.default_rng(1).dirichlet(np.ones(classes), len(target))
    for y in (target, soft):
        sums = evaluate(y, logits, "gradient").gradient.sum(axis=1)
        assert (np.abs(sums) <= 4 * np.spacing(1.0) * 2).all()


def test_the_whole_hessian():
    logits, target = cases(4, np.float64)
    soft = np.random.default_rng(1).dirichlet(np.ones(4), len(target))
    weight = np.random.default_rng(2).random(len(target))
    for y in (target, soft):
        whole = evaluate(y, logits, full=True, weight=weight).hessian
        diagonal = evaluate(y, logits, weight=weight).hessian
        assert np.array_equal(np.einsum("ijj->ij", whole), diagonal)
        for i in range(len(target)):
            right = oracle.exact(CLASSES, y[i], logits[i]).hessian
            scaled = [[float(value) * weight[i] for value in row] for row in right]
            np.testing.assert_allclose(whole[i], scaled, rtol=2e-15)
        bound = evaluate(y, logits, curvature="upper_bound", weight=weight).hessian
        assert np.array_equal(bound, 2 * diagonal)
        slack = np.einsum("ij,jk->ijk", bound, np.eye(4)) - whole
        assert (np.linalg.eigvalsh(slack) >= -1e-15).all()


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_derivatives_are_those_of_the_loss(classes):
    import sympy

    from crossent.families.class_readings import read_index, read_row

    z = sympy.symbols(f"z:{classes}", real=True)
    q = sympy.symbols(f"q:{classes}", positive=True)
    point = {symbol: sympy.Rational(j * j - 3, 7) for j, symbol in enumerate(z)}
    point |= {symbol: sympy.Rational(j + 1, 11) for j, symbol in enumerate(q)}
    for row in (read_index(CLASSES, 1, z), read_row(CLASSES, q, z, reference=0, most=0)):
        loss = row.nll.expand(func=True)
        for j in range(classes):
            slope = sympy.diff(loss, z[j])
            assert abs((slope - row.gradient[j]).expand(func=True).subs(point).evalf(40)) < 1e-30
            for i in range(classes):
                bend = sympy.diff(slope, z[i])
                assert abs((bend - row.hessian[j][i]).expand(func=True).subs(point).evalf(40)) < 1e-30
    density = categorical.density(1, z)
    assert sympy.simplify(sympy.exp(-read_index(CLASSES, 1, z).nll.expand(func=True)) - density).equals(0)


# --- peers' failures: row of the table, logits, target, what, the right answer ----------------------------------------

RIGHT = [
    (24, np.float32, [17, 0], 0, "rows", 4.13993763308974745e-8),
    (25, np.float64, [40, 0], 0, "rows", 4.24835425529158899e-18),
    (26, np.float64, [37.42994775023705, 0], 0, "gradient", -5.55111512312577579e-17),
    (30, np.float64, [0, -40], 0, "rows", 4.24835425529158899e-18),
    (31, np.float64, [-INF, 0, 0], 1, "rows", 0.693147180559945309),
    (32, np.float16, [0.0] * 100, 3, "rows", 4.60517018598809137),
    (33, np.float16, [0.0] * 512, 3, "rows", 6.2383246250395078),
    (34, np.float64, [14.4, 50.1, 3.5], 0, "rows", 35.7000000000000014),
]


@pytest.mark.parametrize(("row", "dtype", "logits", "target", "name", "right"), RIGHT)
def test_what_peers_get_wrong(row, dtype, logits, target, name, right):
    found = evaluate([target], np.array([logits], dtype), "gradient")
    value = found.rows[0] if name == "rows" else found.gradient[0, 0]
    assert abs(float(value) - right) <= np.spacing(abs(dtype(right))), row
    assert np.isfinite(found.gradient).all()


def test_what_peers_get_wrong_in_batches():
    impossible = evaluate([0], [[-INF, -INF]], "gradient")  # row 28
    assert impossible.rows[0] == INF
    assert impossible.gradient.tolist() == [[0.0, 0.0]]
    onehot = evaluate([[0.0, 1.0, 0.0]], [[-INF, 0.0, 0.0]], "gradient")  # row 31
    assert abs(onehot.rows[0] - 0.693147180559945309) <= np.spacing(0.69)
    assert np.isfinite(onehot.gradient).all()
    logits, target = np.array([[1.0, 2.0], [3.0, 0.4]]), np.array([-100, 1])  # row 35
    ignored = evaluate(target, logits, "gradient", mask=target >= 0, smoothing=0.1, mean=True)
    assert ignored.total.round() / ignored.weight.round() == pytest.approx(2.54164469196766979, rel=1e-15)
    assert not ignored.gradient[0].any()
    assert evaluate_classes(CLASSES, np.array([100]), np.zeros((1, 2))).invalid == 1  # row 37


# --- the family -------------------------------------------------------------------------------------------------------


def test_expectations():
    logits, _ = cases(4, np.float64)
    p = Categorical.evaluate("mean", logits)
    np.testing.assert_allclose(p, np.exp(logits) / np.exp(logits).sum(1, keepdims=True), rtol=1e-13)
    assert (np.abs(p.sum(1) - 1) <= 1e-15).all()
    right = oracle.exact(CLASSES, 0, logits[1]).diagonal
    assert oracle.worst(Categorical.evaluate("variance", logits)[1], right, np.float64) <= 5
    entropy = Categorical.evaluate("entropy", logits)
    with mpmath.workdps(60):
        for i in range(len(logits)):
            share = [mpmath.exp(value) for value in oracle.numbers(logits[i])]
            share = [value / sum(share) for value in share]
            assert oracle.ulps(entropy[i], -sum(value * mpmath.log(value) for value in share), np.float64) <= 8
    information = Categorical.evaluate("fisher_information", logits)
    np.testing.assert_allclose(
        information, np.einsum("ij,jk->ijk", p, np.eye(4)) - p[:, :, None] * p[:, None], atol=1e-15
    )


def test_divergence_and_cross_entropy():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 30, 5)) * 3
    divergence = Categorical.evaluate("kl_divergence", a, b)
    assert (divergence > 0).all()
    p = Categorical.evaluate("mean", a)
    cross = evaluate(p, b, "value").rows
    np.testing.assert_allclose(cross, Categorical.evaluate("entropy", a) + divergence, rtol=1e-14)
    assert (np.abs(Categorical.evaluate("kl_divergence", a, a)) <= 1e-15).all()
    near = Categorical.evaluate("kl_divergence", a, a + 1e-7 * b)
    slope = 1e-14 * ((p * b * b).sum(1) - (p * b).sum(1) ** 2) / 2
    np.testing.assert_allclose(near, slope, rtol=1e-5)


def test_deviance_of_an_index_and_of_a_row():
    logits, target = cases(5, np.float64)
    np.testing.assert_array_equal(
        Categorical.evaluate("unit_deviance", target, logits), 2 * evaluate(target, logits).rows
    )
    p = Categorical.evaluate("mean", logits)
    assert (np.abs(Categorical.evaluate("unit_deviance", p, logits)) <= 1e-15).all()


def test_draws_and_estimate():
    rng = np.random.default_rng(0)
    p = np.array([0.1, 0.6, 0.3])
    draws = Categorical.sample(rng, (200_000,), np.log(p))
    (estimate,) = Categorical.fit_mle(draws)
    assert np.abs(estimate - p).max() < 6 * 0.5 / np.sqrt(200_000)  # 6 standard errors: false alarms 1e-8
    (weighted,) = Categorical.fit_mle(np.array([0, 1, 2, 2]), np.array([1.0, 0.0, 2.0, 1.0]))
    assert weighted.tolist() == [0.25, 0.0, 0.75]
    rows = Categorical.sample(rng, (4, 7), np.zeros((7, 3)))
    assert rows.shape == (4, 7)
    assert set(np.unique(rows)) <= {0, 1, 2}
