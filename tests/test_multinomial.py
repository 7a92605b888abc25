"""Multinomial: the compiled kernels against log-gammas with enough digits; one draw is a Categorical."""

from __future__ import annotations

import class_oracle as oracle
import mpmath
import numpy as np
import pytest

from crossent.families import multinomial
from crossent.families.catalogue import find_family
from crossent.families.categorical import classes as CATEGORICAL
from crossent.kernels.classes import evaluate_classes

CLASSES = multinomial.classes
Multinomial = find_family("multinomial")
COUNTS = (0, 1, 2, 10, 1000, 10**6, 10**12, 2**53)


def evaluate(target, logits, quantity="value", **wanted):
    found = evaluate_classes(
        CLASSES, np.asarray(target), np.asarray(logits), quantity=quantity, keep_rows=True, **wanted
    )
    assert found.invalid == 0
    return found


def from_log_gammas(y, probs):
    """The textbook's logarithm, term by term: -log n! + sum of log y! - y log p."""
    y = oracle.numbers(y)
    terms = [
        mpmath.loggamma(y_j + 1) - (y_j * mpmath.log(p_j) if y_j else 0) for y_j, p_j in zip(y, probs, strict=True)
    ]
    return sum(terms) - mpmath.loggamma(sum(y) + 1)


def draw(n, classes, rows=15):
    rng = np.random.default_rng(classes)
    probs = rng.dirichlet(np.full(classes, 0.7), rows)
    counts = rng.multinomial(n, probs).astype(np.float64)
    edge = np.zeros(classes)
    edge[: min(2, classes)] = (n - min(n, 1), min(n, 1)) if classes > 1 else n
    counts[::4] = edge
    counts[1::4] = np.eye(classes)[0] * n
    return counts, probs


@pytest.mark.parametrize("classes", [2, 3, 7, 70])
@pytest.mark.parametrize("n", COUNTS)
def test_from_probabilities_as_they_are_given(classes, n):
    counts, probs = draw(n, classes)
    found = evaluate(counts, probs, given=True).rows
    with mpmath.workdps(60):
        for i, y in enumerate(counts):
            right = from_log_gammas(y, oracle.numbers(probs[i]))
            # each probability's sum misses 1 by up to k half ulp, which is felt n-fold and is part of the right answer
            assert oracle.ulps(found[i], right, np.float64) <= 8 or abs(found[i] - right) <= 1e-300


@pytest.mark.parametrize("classes", [2, 3, 7, 70])
@pytest.mark.parametrize("n", COUNTS)
def test_from_logits(classes, n):
    counts, probs = draw(n, classes)
    logits = np.log(probs)
    found = evaluate(counts, logits, "hessian")
    with mpmath.workdps(60):
        for i, y in enumerate(counts):
            shares = [mpmath.exp(z) for z in oracle.numbers(logits[i])]
            shares = [share / sum(shares) for share in shares]
            right = from_log_gammas(y, shares)
            residual = [n * share - y_j for share, y_j in zip(shares, oracle.numbers(y), strict=True)]
            felt = sum(abs(r) * np.spacing(abs(z)) / 2 for r, z in zip(residual, logits[i], strict=True))
            assert abs(found.rows[i] - right) <= max(8 * np.spacing(float(right)), felt)
            of = [max(n * share, y_j) for share, y_j in zip(shares, oracle.numbers(y), strict=True)]
            assert oracle.worst(found.gradient[i], residual, np.float64, of) <= 4
            bend = [n * share * (1 - share) for share in shares]
            assert oracle.worst(found.hessian[i], bend, np.float64) <= 6


def test_the_exact_reading_is_the_textbook():
    for y, z in (([1, 0, 3], [0.5, -1.25, 3.0]), ([5, 5, 0], [1e-9, 0.0, 0.0]), ([0, 0, 0], [1.0, 2.0, 3.0])):
        right, book = oracle.exact(CLASSES, y, z).nll, oracle.textbook(multinomial.density, y, z)
        with mpmath.workdps(50):
            assert abs(right - book) < mpmath.mpf(10) ** -40


def test_what_peers_get_wrong():
    found = evaluate([[4e14, 6e14]], [[0.4, 0.6]], given=True)  # row 51
    assert abs(found.rows[0] - 17.4747685528399428) <= 4 * np.spacing(17.0)


def test_one_draw_is_a_categorical():
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((60, 6)) * rng.choice([0.1, 3, 40], (60, 1))
    target = rng.integers(0, 6, 60)
    one = evaluate(np.eye(6)[target], logits, "hessian")
    index = evaluate_classes(CATEGORICAL, target, logits, quantity="hessian", keep_rows=True)
    np.testing.assert_allclose(one.rows, index.rows, rtol=2e-15)
    np.testing.assert_allclose(one.gradient, index.gradient, rtol=2e-15)
    np.testing.assert_allclose(one.hessian, index.hessian, rtol=2e-15)


def test_a_count_of_what_is_far_behind_or_impossible():
    far = evaluate([[2.0, 1.0]], [[0.0, 900.0]]).rows[0]
    assert far == pytest.approx(1800 - np.log(3), rel=1e-15)
    assert evaluate([[1.0, 1.0]], [[0.0, -np.inf]]).rows[0] == np.inf
    assert evaluate([[3.0, 0.0]], [[0.0, -np.inf]], "gradient").rows[0] == 0.0
    assert evaluate([[1.0, 1.0]], [[1.0, 0.0]], given=True).rows[0] == np.inf


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_counts_of_every_dtype(dtype):
    counts, probs = draw(40, 5)
    logits = np.log(probs).astype(np.float32)
    found = evaluate(counts.astype(dtype), logits, "gradient")
    wide = evaluate(counts, logits.astype(np.float64), "gradient")
    assert np.array_equal(found.rows, wide.rows.astype(np.float32))
    np.testing.assert_allclose(found.gradient, wide.gradient, rtol=1e-7, atol=1e-6)


def test_targets_that_are_no_counts():
    for bad in (-1.0, 0.5, np.nan, np.inf, 2.0**54):
        found = evaluate_classes(CLASSES, np.array([[1.0, bad], [1.0, 2.0]]), np.zeros((2, 2)))
        assert found.invalid == 1


def test_derivatives_are_those_of_the_loss():
    import sympy

    from crossent.families.class_readings import read_row

    z = sympy.symbols("z:3", real=True)
    y = [sympy.Integer(2), sympy.Integer(3), sympy.Integer(1)]
    row = read_row(CLASSES, y, z, reference=2, most=1)
    point = {symbol: sympy.Rational(j * j - 3, 7) for j, symbol in enumerate(z)}
    shares = [sympy.exp(v) / sum(sympy.exp(u) for u in z) for v in z]
    loss = -sympy.log(sympy.factorial(6) / 12) - sum(n * sympy.log(p) for n, p in zip(y, shares, strict=True))
    assert abs((row.nll.expand(func=True) - loss).subs(point).evalf(40)) < 1e-30
    for j in range(3):
        slope = sympy.diff(loss, z[j])
        assert abs((slope - row.gradient[j]).expand(func=True).subs(point).evalf(40)) < 1e-30
        for i in range(3):
            bend = sympy.diff(slope, z[i]) - row.hessian[j][i]
            assert abs(bend.expand(func=True).subs(point).evalf(40)) < 1e-30


# --- the family -------------------------------------------------------------------------------------------------------


def test_expectations_over_all_outcomes():
    logits = np.array([[0.3, -1.0, 0.7], [2.0, 0.0, -2.0]])
    n = 4
    outcomes = np.array([(a, b, n - a - b) for a in range(n + 1) for b in range(n + 1 - a)], np.float64)
    for i, z in enumerate(logits):
        nll = evaluate(outcomes, np.broadcast_to(z, outcomes.shape)).rows
        chance = np.exp(-nll)
        assert chance.sum() == pytest.approx(1, rel=1e-14)
        mean = chance @ outcomes
        np.testing.assert_allclose(Multinomial.evaluate("mean", logits, n)[i], mean, rtol=1e-13)
        np.testing.assert_allclose(
            Multinomial.evaluate("variance", logits, n)[i], chance @ (outcomes - mean) ** 2, rtol=1e-13
        )
        assert Multinomial.evaluate("entropy", logits, n)[i] == pytest.approx(chance @ nll, rel=1e-13)
        other = evaluate(outcomes, np.broadcast_to(-z, outcomes.shape)).rows
        divergence = Multinomial.evaluate("kl_divergence", logits, -logits, n, n)[i]
        assert divergence == pytest.approx(chance @ (other - nll), rel=1e-12)
    information = Multinomial.evaluate("fisher_information", logits, np.array([2, 3]))
    np.testing.assert_allclose(
        np.einsum("ijj->ij", information), Multinomial.evaluate("variance", logits, [2, 3]), rtol=1e-15
    )


def test_deviance():
    counts, probs = draw(1000, 4)
    fitted = np.log(np.where(counts > 0, counts, 1) / counts.sum(1, keepdims=True))
    fitted[counts == 0] = -np.inf
    deviance = Multinomial.evaluate("unit_deviance", counts, np.log(probs))
    least = evaluate(counts, fitted).rows
    np.testing.assert_allclose(deviance, 2 * (evaluate(counts, np.log(probs)).rows - least), rtol=1e-11, atol=1e-11)
    assert (np.abs(Multinomial.evaluate("unit_deviance", counts, fitted)) <= 1e-12).all()


def test_draws_and_estimate():
    rng = np.random.default_rng(0)
    p = np.array([0.1, 0.6, 0.3])
    draws = Multinomial.sample(rng, (1000,), np.log(p), 50)
    assert draws.shape == (1000, 3)
    assert (draws.sum(1) == 50).all()
    (estimate,) = Multinomial.fit_mle(draws)
    assert np.abs(estimate - p).max() < 6 * 0.5 / np.sqrt(50_000)  # 6 standard errors: false alarms 1e-8
    (weighted,) = Multinomial.fit_mle(np.array([[1, 3], [4, 0]]), np.array([1.0, 0.5]))
    assert weighted.tolist() == [0.5, 0.5]
