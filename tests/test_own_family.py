"""A family of the user's own, outside the package and without registration, gets what the catalogue's families get."""

from __future__ import annotations

import pickle

import mpmath
import numpy as np
import pytest
from exact import compiled, exactly

import crossent as ce
from crossent.families.contract import ExponentialFamily, Family, Parameter, Support
from crossent.vocabulary import exp, log, times

# --- about thirty lines: the Gumbel and the exponential distribution --------------------------------------------------


def nll(y, loc, log_scale):
    z = times(y - loc, exp(-log_scale))
    return log_scale + z + exp(-z)


def density(y, loc, log_scale):
    scale = exp(log_scale)
    return exp(-(y - loc) / scale - exp(-(y - loc) / scale)) / scale


GUMBEL = Family(
    name="Gumbel",
    parameters=(Parameter("loc", r"\mu", domain="real"), Parameter("log_scale", "s", domain="above_minus_infinity")),
    support=Support("real"),
    nll=nll,
    density=density,
)
EXPONENTIAL = Family(
    name="Exponential",
    parameters=(Parameter("log_rate", r"\eta"),),
    support=Support("nonnegative"),
    exponential=ExponentialFamily(
        natural_parameter=lambda log_rate: (-exp(log_rate),),
        sufficient_statistic=lambda y: (y,),
        log_partition=lambda eta: -log(-eta),
        log_base_measure=lambda y: 0 * y,
    ),
)
# ----------------------------------------------------------------------------------------------------------------------

RNG = np.random.default_rng(1)
Y, RAW = RNG.normal(size=200), RNG.normal(size=(200, 2))


def test_the_compiled_loss_is_the_formula():
    loss = ce.Loss(GUMBEL)
    rows = loss(Y, RAW, reduction="none")
    for got, y, (loc, log_scale) in zip(rows, Y, RAW, strict=True):
        largest = max(abs(log_scale), abs(y - loc) * np.exp(-log_scale), np.exp((loc - y) * np.exp(-log_scale)))
        assert abs(float(got) - float(exactly(nll, y, loc, log_scale))) <= 4 * np.spacing(largest)


def test_gradient_and_hessian_are_derived():
    value, gradient, hessian = ce.Loss(GUMBEL).value_gradient_hessian(Y, RAW, reduction="sum", full=True)
    assert value == pytest.approx(ce.Loss(GUMBEL)(Y, RAW, reduction="sum"), rel=0)
    z = (Y - RAW[:, 0]) * np.exp(-RAW[:, 1])
    by_loc = (np.exp(-z) - 1) * np.exp(-RAW[:, 1])
    np.testing.assert_allclose(gradient[:, 0], by_loc, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(hessian[:, 0, 0], np.exp(-z) * np.exp(-2 * RAW[:, 1]), rtol=1e-11)
    np.testing.assert_allclose(hessian[:, 0, 1], hessian[:, 1, 0], rtol=0)
    with mpmath.workdps(40):
        numeric = mpmath.diff(lambda s: nll(mpmath.mpf(1), mpmath.mpf("0.5"), s), mpmath.mpf("0.25"))
        assert (
            abs(GUMBEL.formula("gradient")(mpmath.mpf(1), mpmath.mpf("0.5"), mpmath.mpf("0.25"))[1] - numeric) < 1e-18
        )


def test_the_proof_that_nll_is_minus_the_log_of_the_density():
    import sympy

    y, loc, log_scale = sympy.symbols("y loc log_scale", real=True)
    difference = sympy.expand_log(sympy.log(density(y, loc, log_scale)), force=True) + nll(y, loc, log_scale)
    assert sympy.simplify(difference) == 0


def test_a_member_answers():
    member = GUMBEL(loc=0.0, log_scale=np.zeros(3))
    np.testing.assert_allclose(member.nll(np.array([0.0, 1.0, 2.0])), [1.0, 1 + np.exp(-1), 2 + np.exp(-2)], rtol=1e-15)


def test_a_log_partition_is_enough():
    eta = np.linspace(-3, 3, 50)
    rate = np.exp(eta)
    q = eta + 0.25
    np.testing.assert_allclose(
        compiled(EXPONENTIAL.formula("nll"), 2.0, eta)[0], 2 * rate - eta, rtol=1e-13, atol=1e-13
    )
    np.testing.assert_allclose(EXPONENTIAL.evaluate("mean", eta), 1 / rate, rtol=1e-13)
    np.testing.assert_allclose(EXPONENTIAL.evaluate("variance", eta), 1 / rate**2, rtol=1e-13)
    np.testing.assert_allclose(EXPONENTIAL.evaluate("entropy", eta), 1 - eta, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(EXPONENTIAL.evaluate("fisher_information", eta)[0], 1.0, rtol=1e-13)
    divergence = EXPONENTIAL.evaluate("kl_divergence", eta, q)
    np.testing.assert_allclose(divergence, eta - q + np.exp(q - eta) - 1, rtol=1e-10)
    np.testing.assert_allclose(
        ce.Loss(EXPONENTIAL).value_gradient(np.ones(50), eta, reduction="none")[1], rate - 1, rtol=1e-12, atol=1e-12
    )


def test_a_target_outside_its_support_is_named():
    with pytest.raises(ValueError, match=r"target\[1\] = -1\.0"):
        ce.Loss(EXPONENTIAL)(np.array([1.0, -1.0]), np.zeros(2))


def test_it_can_be_pickled_when_its_formulas_can():
    assert pickle.loads(pickle.dumps(GUMBEL)) == GUMBEL


def test_a_function_without_a_derivative_says_so():
    from crossent.vocabulary import trigamma

    family = Family("Odd", (Parameter("x", "x"),), Support("real"), lambda y, x: trigamma(x) * y)
    with pytest.raises(ValueError, match="trigamma"):
        family.formula("gradient")


def test_a_family_needs_a_loss():
    with pytest.raises(ValueError, match="nll"):
        Family("Empty", (Parameter("x", "x"),), Support("real"))
