"""Tables with coefficients at infinity or undetermined, distributions' tails, and what a Fit says in such cases."""

from __future__ import annotations

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest

from crossent import errors
from crossent.families.catalogue import Bernoulli, NegativeBinomial, Normal, Poisson
from crossent.fitting.chunks import ArrayRows
from crossent.fitting.inference import describe, wald_test
from crossent.fitting.inference.coefficients import coefficient_table
from crossent.fitting.inference.distributions import chi_squared_tail, f_tail, quantile_975, two_sided
from crossent.fitting.links import link_of
from crossent.fitting.model import Model
from crossent.fitting.solver.maximise import maximise

RNG = np.random.default_rng(50)


def test_tails_keep_their_digits():
    with mpmath.workdps(40):
        for z in (0.5, 3.0, 12.0, 35.0):
            assert two_sided(z) == pytest.approx(float(mpmath.erfc(z / mpmath.sqrt(2))), rel=1e-12)
            for df in (1.0, 7.0, 123.0, 1e6):
                digits = {"rel": 1e-11 if df < 1e3 else 1e-9, "abs": 0}
                x = df / (df + mpmath.mpf(z) ** 2)
                exact = mpmath.betainc(df / 2, mpmath.mpf(1) / 2, 0, x, regularized=True)
                assert two_sided(-z, df) == pytest.approx(float(exact), **digits)
                exact = mpmath.betainc(df / 2, mpmath.mpf(3) / 2, 0, df / (df + 3 * z), regularized=True)
                assert f_tail(z, 3, df) == pytest.approx(float(exact), **digits)
            exact = mpmath.gammainc(2.5, mpmath.mpf(20 * z) / 2, mpmath.inf, regularized=True)
            assert chi_squared_tail(20 * z, 5) == pytest.approx(float(exact), rel=1e-12)
    assert two_sided(math.inf, 3.0) == two_sided(math.inf) == 0
    assert quantile_975() == 1.959963984540054
    for df in (1.0, 9.0, 234.0, 1e6):
        assert two_sided(quantile_975(df), df) == pytest.approx(0.05, rel=1e-12, abs=0)


def test_rows_at_infinity_have_no_errors():
    model = Model(Bernoulli, link_of(Bernoulli), ("a", "b", "c"))
    covariance = np.diag([0.25, 1.0])
    table = coefficient_table(model, np.array([1.0, 0.0, np.nan, -2.0]), covariance, None, {1: math.inf}, [2])
    assert [row.estimate for row in table] == [1.0, math.inf, None, -2.0]
    assert [row.standard_error for row in table] == [0.5, None, None, 1.0]
    assert table[1].reason.startswith("Infinite")
    assert table[2].reason.startswith("Undetermined")
    assert all(row.z is None and row.p_value is None and row.ci95 is None for row in table[1:3])
    assert table[0].z == 2.0


def test_scalars_are_shown_by_their_standard_names():
    model = Model(NegativeBinomial, link_of(NegativeBinomial))
    table = coefficient_table(model, np.array([0.5, math.log(2)]), np.diag([0.01, 0.04]))
    concentration = table[1]
    assert concentration.name == "concentration"
    assert (concentration.estimate, concentration.standard_error) == pytest.approx((2.0, 0.4))
    assert concentration.ci95 == pytest.approx(
        (2 * math.exp(-0.2 * quantile_975()), 2 * math.exp(0.2 * quantile_975()))
    )
    assert "logarithm" in concentration.ci95_method
    assert concentration.p_value is None


def quasi(family, **columns):
    """Where a is 1 the outcome is always 0: its coefficient is -inf; the rest is the fit of the other rows."""
    n = 60
    a, b = (np.arange(n) < 15).astype(float), RNG.normal(size=n)
    y = np.where(a == 1, 0, (b + RNG.normal(size=n) > 0) if family is Bernoulli else RNG.poisson(np.exp(b / 2)))
    design = np.column_stack([a, b])
    rows = ArrayRows(("a", "b"), y.astype(float), design, **columns)
    rest = ArrayRows(("b",), y[15:].astype(float), design[15:, 1:], **{k: v[15:] for k, v in columns.items()})
    inner = maximise(Model(family, link_of(family), ("b",)), rest)
    optimum = replace(
        inner, coefficients=np.array([inner.coefficients[0], 0.0, inner.coefficients[1]]), fixed_at={1: -math.inf},
        rows=n, frequency=float(n), weight=float(n) if not columns else float(columns["weight"].sum()), low=None,
    )  # fmt: skip
    inside = ArrayRows(("a", "b"), rest.target, design[15:], **{k: v[15:] for k, v in columns.items()})
    return Model(family, link_of(family), ("a", "b")), rows, optimum, rest, inside


@pytest.mark.parametrize("family", [Bernoulli, Poisson])
def test_a_separated_fit(family):
    model, rows, optimum, rest, _ = quasi(family)
    fit = describe(model, rows, optimum, covariance=optimum.covariance)
    inner = describe(
        Model(family, link_of(family), ("b",)), rest, maximise(Model(family, link_of(family), ("b",)), rest)
    )
    assert fit.deviance == pytest.approx(inner.deviance, rel=1e-11)  # the separated rows cost nothing
    assert fit.log_likelihood == pytest.approx(inner.log_likelihood, rel=1e-12)
    assert [p.standard_error for p in fit.parameters] == [
        pytest.approx(inner.parameters[0].standard_error, rel=1e-9),
        None,
        pytest.approx(inner.parameters[1].standard_error, rel=1e-9),
    ]
    assert fit.covariance.shape == (2, 2)
    assert '"-inf"' in fit.to_json()
    assert wald_test(fit, ["b"]).p_value == pytest.approx(fit.parameters[2].p_value, rel=1e-9)
    with pytest.raises(errors.UsageError, match="'a' have none"):
        wald_test(fit, ["a", "b"])


def test_a_separated_fit_with_weights():
    weight = RNG.random(60) + 0.5
    model, rows, optimum, rest, inside = quasi(Bernoulli, weight=weight)
    fit = describe(model, rows, optimum, covariance=optimum.covariance, finite_rows=inside)
    small = Model(Bernoulli, link_of(Bernoulli), ("b",))
    inner = describe(small, rest, maximise(small, rest))
    assert fit.errors == inner.errors == "sandwich"
    assert fit.parameters[2].standard_error == pytest.approx(inner.parameters[1].standard_error, rel=1e-9)
    plain = describe(model, rows, optimum, covariance=optimum.covariance)
    assert plain.errors == "model"
    assert any("Errors are the model's" in note for note in plain.notes)


def test_a_penalty_says_what_its_errors_leave_out():
    x = RNG.normal(size=(50, 1))
    y = (x[:, 0] + RNG.normal(size=50) > 0).astype(float)
    rows, model = ArrayRows(("a",), y, x), Model(Bernoulli, link_of(Bernoulli), ("a",))
    fit = describe(model, rows, maximise(model, rows, ridge=2.0))
    assert fit.tests == ()
    assert "leave that bias out" in " ".join(fit.notes)


def test_a_known_scale_leaves_the_normal_distribution():
    x = RNG.normal(size=(50, 1))
    y = x[:, 0] + RNG.normal(size=50)
    rows, model = ArrayRows(("a",), y, x), Model(Normal, link_of(Normal), ("a",), known={"log_scale": 0.0})
    fit = describe(model, rows, maximise(model, rows))
    whole = np.column_stack([np.ones(50), x])
    coefficients, rss, *_ = np.linalg.lstsq(whole, y, rcond=None)
    assert fit.degrees_of_freedom is None
    assert fit.dispersion is None
    assert fit.deviance == pytest.approx(rss[0], rel=1e-11)
    assert fit.null_deviance == pytest.approx(((y - y.mean()) ** 2).sum(), rel=1e-11)
    assert fit.parameters[1].estimate == pytest.approx(coefficients[1], rel=1e-11)
    assert fit.parameters[1].standard_error == pytest.approx(np.sqrt(np.linalg.inv(whole.T @ whole)[1, 1]), rel=1e-11)


@pytest.mark.parametrize("how", ["sample_weight", "errors", "cluster"])
def test_robust_errors_beside_an_infinite_coefficient(how):
    import crossent as ce

    separated = np.arange(200) < 40
    b = RNG.normal(size=200)
    y = np.where(separated, 0, b + RNG.normal(size=200) > 0).astype(float)
    given = {"sample_weight": RNG.random(200) + 0.5, "errors": "sandwich", "cluster": np.arange(200) % 30}[how]
    inner = given if how == "errors" else given[40:]
    fit = ce.fit("bernoulli", y, np.column_stack([separated, b]), **{how: given})
    rest = ce.fit("bernoulli", y[40:], b[40:, None], **{how: inner})
    assert fit.errors == rest.errors == ("cluster" if how == "cluster" else "sandwich")
    # clusters: the factor (n - 1) / (n - k) counts all rows
    factor = math.sqrt(199 / 198 / (159 / 158)) if how == "cluster" else 1
    assert fit.parameters[1].standard_error is None
    for one, other in zip((fit.parameters[0], fit.parameters[2]), rest.parameters, strict=True):
        assert one.standard_error == pytest.approx(other.standard_error * factor, rel=1e-8)
