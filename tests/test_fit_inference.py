"""Errors and tests of regressions against statsmodels, and the laws they obey."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from crossent import errors
from crossent.families.catalogue import Bernoulli, Binomial, Categorical, NegativeBinomial, Normal, Poisson
from crossent.fitting.chunks import ArrayRows
from crossent.fitting.inference import RowSums, describe, likelihood_ratio, wald_test
from crossent.fitting.links import link_of
from crossent.fitting.model import Model
from crossent.fitting.solver.maximise import maximise

RNG = np.random.default_rng(30)
N = 240
X = np.column_stack([RNG.normal(size=N), RNG.integers(0, 2, N), RNG.random(N)]).astype(float)
ETA = 0.3 + X @ [0.5, -0.7, 0.4]
GROUPS = RNG.integers(0, 25, N)
FREQUENCY = RNG.integers(1, 4, N).astype(float)
WEIGHT = RNG.random(N) + 0.2
OFFSET = RNG.normal(size=N) / 3
TRIALS = RNG.integers(2, 12, N).astype(float)
P = 1 / (1 + np.exp(-ETA))
TARGETS = {
    "bernoulli": (Bernoulli, (RNG.random(N) < P).astype(float), sm.families.Binomial()),
    "poisson": (Poisson, RNG.poisson(np.exp(ETA)).astype(float), sm.families.Poisson()),
    "normal": (Normal, ETA + RNG.normal(size=N) * (1 + X[:, 2]), sm.families.Gaussian()),
    "binomial": (Binomial, RNG.binomial(TRIALS.astype(int), P).astype(float), sm.families.Binomial()),
}


def fitted(family, y, design=X, *, link=None, known=None, classes=(), **options):
    columns = ("a", "b", "c")[: design.shape[1]]
    said = {key: options.pop(key) for key in ("errors", "cluster", "columns") if key in options}
    given = {key: options.pop(key) for key in ("fixed", "offset", "frequency", "weight") if key in options}
    codes = GROUPS if "cluster" in said else None
    rows = ArrayRows(columns, y, np.ascontiguousarray(design), cluster=options.pop("codes", codes), **given)
    assert not options
    model = Model(family, link_of(family, link), columns, True, classes, known or {})
    return describe(model, rows, maximise(model, rows), **said)


def peer(name, **options):
    _, y, family = TARGETS[name]
    endog = np.column_stack([y, TRIALS - y]) if name == "binomial" else y
    fit = {key: options.pop(key) for key in ("cov_type", "cov_kwds", "use_t") if key in options}
    return sm.GLM(endog, sm.add_constant(X), family=family, **options).fit(tol=1e-14, maxiter=100, **fit)


def errors_of(fit):
    return [p.standard_error for p in fit.parameters if p.name in ("Intercept", "a", "b", "c")]


def fixed_of(name):
    return {"fixed": (TRIALS,)} if name == "binomial" else {}


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("how", ["model", "sandwich", "cluster"])
def test_errors_are_those_of_statsmodels(name, how):
    family, y, _ = TARGETS[name]
    options = {
        "model": ({}, {}),
        "sandwich": ({"errors": "sandwich"}, {"cov_type": "HC0"}),
        "cluster": ({"cluster": "g"}, {"cov_type": "cluster", "cov_kwds": {"groups": GROUPS}, "use_t": True}),
    }[how]
    fit, other = fitted(family, y, **fixed_of(name), **options[0]), peer(name, **options[1])
    assert errors_of(fit) == pytest.approx(other.bse.tolist(), rel=1e-10)
    assert fit.errors == how
    table = fit.parameters[:4]
    if how == "cluster":
        assert (fit.clusters, fit.degrees_of_freedom) == (25, 24)
        from scipy.stats import t

        p_values = 2 * t.sf(abs(other.tvalues), 24)
        assert [p.p_value for p in table] == pytest.approx(p_values.tolist(), rel=1e-8)
    elif name != "normal":
        assert [p.p_value for p in table] == pytest.approx(other.pvalues.tolist(), rel=1e-8)
        np.testing.assert_allclose([p.ci95 for p in table], other.conf_int(), rtol=1e-9)


@pytest.mark.parametrize("name", TARGETS)
def test_deviance_null_and_likelihood_are_those_of_statsmodels(name):
    family, y, _ = TARGETS[name]
    for offset in (None, OFFSET):
        fit, other = fitted(family, y, offset=offset, **fixed_of(name)), peer(name, offset=offset)
        assert fit.deviance == pytest.approx(other.deviance, rel=1e-11)
        assert fit.null_deviance == pytest.approx(other.null_deviance, rel=1e-8)
        if name != "normal":  # there statsmodels' likelihood is at RSS / (n - p)
            assert fit.log_likelihood == pytest.approx(other.llf, rel=1e-11)
            assert fit.null_log_likelihood == pytest.approx(other.llnull, rel=1e-9)
            assert fit.aic == pytest.approx(other.aic, rel=1e-11)
        assert fit.d2 == pytest.approx(1 - other.deviance / other.null_deviance, rel=1e-7)
        ratio = next(test for test in fit.tests if test.name == "likelihood ratio")
        assert ratio.statistic == pytest.approx(2 * (fit.log_likelihood - fit.null_log_likelihood), rel=1e-9)
        assert ratio.degrees_of_freedom == 3
        assert ratio.statistic >= 0


def test_normal_has_t_on_n_minus_p_and_the_likelihood_at_rss_over_n():
    _, y, _ = TARGETS["normal"]
    fit, other = fitted(Normal, y), sm.OLS(y, sm.add_constant(X)).fit()
    table = fit.parameters[:4]
    assert fit.degrees_of_freedom == N - 4
    assert [p.standard_error for p in table] == pytest.approx(other.bse.tolist(), rel=1e-11)
    assert [p.p_value for p in table] == pytest.approx(other.pvalues.tolist(), rel=1e-8)
    np.testing.assert_allclose([p.ci95 for p in table], other.conf_int(), rtol=1e-8)
    assert fit.log_likelihood == pytest.approx(other.llf, rel=1e-12)
    assert fit.dispersion == pytest.approx(other.scale, rel=1e-11)
    assert fit.aic == pytest.approx(other.aic + 2, rel=1e-12)  # the scale counts
    assert fit.bic == pytest.approx(other.bic + math.log(N), rel=1e-12)
    scale = fit.parameters[4]
    assert (scale.name, scale.p_value) == ("scale", None)
    assert scale.estimate == pytest.approx(math.sqrt(other.ssr / N), rel=1e-12)
    assert scale.standard_error == pytest.approx(scale.estimate / math.sqrt(2 * N), rel=1e-9)


def test_negative_binomial():
    y = RNG.negative_binomial(2, 2 / (2 + np.exp(ETA))).astype(float)
    fit = fitted(NegativeBinomial, y)
    with np.errstate(all="ignore"):
        other = sm.NegativeBinomial(y, sm.add_constant(X)).fit(disp=0, method="newton", tol=1e-13, maxiter=200)
    assert errors_of(fit) == pytest.approx(other.bse[:4].tolist(), rel=1e-6)
    concentration = fit.parameters[4]
    assert concentration.estimate == pytest.approx(1 / other.params[4], rel=1e-7)
    assert concentration.standard_error == pytest.approx(other.bse[4] / other.params[4] ** 2, rel=1e-4)
    alpha = 1 / concentration.estimate
    glm = sm.GLM(y, sm.add_constant(X), family=sm.families.NegativeBinomial(alpha=alpha)).fit(tol=1e-14)
    assert fit.deviance == pytest.approx(glm.deviance, rel=1e-8)
    assert fit.null_deviance == pytest.approx(glm.null_deviance, rel=1e-8)
    known = fitted(NegativeBinomial, y, known={"log_concentration": math.log(concentration.estimate)}, offset=OFFSET)
    glm = sm.GLM(y, sm.add_constant(X), offset=OFFSET, family=sm.families.NegativeBinomial(alpha=alpha)).fit(tol=1e-14)
    assert known.deviance == pytest.approx(glm.deviance, rel=1e-8)
    assert known.null_deviance == pytest.approx(glm.null_deviance, rel=1e-7)
    assert known.counted == fit.counted - 1


def test_multinomial_logit():
    logits = np.column_stack([np.zeros(N), ETA, -ETA])
    cumulative = np.cumsum(np.exp(logits) / np.exp(logits).sum(1, keepdims=True), axis=1)
    y = (cumulative < RNG.random(N)[:, None]).sum(1).astype(float)
    fit, other = (
        fitted(Categorical, y, classes=("0", "1", "2")),
        sm.MNLogit(y, sm.add_constant(X)).fit(disp=0, method="newton", tol=1e-14),
    )
    assert [p.standard_error for p in fit.parameters] == pytest.approx(other.bse.T.ravel().tolist(), rel=1e-9)
    assert fit.log_likelihood == pytest.approx(other.llf, rel=1e-12)
    counts = np.bincount(y.astype(int))
    assert fit.null_log_likelihood == pytest.approx(counts @ np.log(counts / N), rel=1e-13)
    assert fit.deviance == pytest.approx(-2 * other.llf, rel=1e-11)
    ratio = fit.tests[0]
    assert (ratio.statistic, ratio.degrees_of_freedom, ratio.p_value) == pytest.approx(
        (other.llr, 6, other.llr_pvalue), rel=1e-8
    )
    robust = fitted(Categorical, y, classes=("0", "1", "2"), errors="sandwich")
    hc0 = sm.MNLogit(y, sm.add_constant(X)).fit(disp=0, method="newton", tol=1e-14, cov_type="HC0")
    assert [p.standard_error for p in robust.parameters] == pytest.approx(hc0.bse.T.ravel().tolist(), rel=1e-8)


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("how", [{}, {"errors": "sandwich"}, {"cluster": "g"}])
def test_a_frequency_is_a_repetition(name, how):
    family, y, _ = TARGETS[name]
    often = np.repeat(np.arange(N), FREQUENCY.astype(int))
    once = fitted(family, y, frequency=FREQUENCY, **fixed_of(name), **how)
    repeated = fitted(
        family, y[often], X[often], **{key: (v[0][often],) for key, v in fixed_of(name).items()}, **how,
        **({"codes": GROUPS[often]} if "cluster" in how else {}),
    )  # fmt: skip
    assert once.n == repeated.n == FREQUENCY.sum()
    assert errors_of(once) == pytest.approx(errors_of(repeated), rel=1e-9)
    pieces = ("log_likelihood", "null_log_likelihood", "deviance", "null_deviance", "aic", "bic")
    assert [getattr(once, key) for key in pieces] == pytest.approx([getattr(repeated, key) for key in pieces], rel=1e-9)


@pytest.mark.parametrize("name", ["bernoulli", "poisson", "normal"])
def test_importance_weights_have_the_sandwich_and_no_scale(name):
    family, y, _ = TARGETS[name]
    one, other = (fitted(family, y, weight=WEIGHT * scale) for scale in (1.0, 1000.0))
    assert errors_of(one) == pytest.approx(errors_of(other), rel=1e-8)
    assert (one.errors, one.n, other.tests) == ("sandwich", N, ())
    assert "Importance weights" in " ".join(one.notes)
    reference = sm.GLM(y, sm.add_constant(X), family=TARGETS[name][2], var_weights=WEIGHT).fit(
        tol=1e-14, cov_type="HC0"
    )
    assert errors_of(one) == pytest.approx(reference.bse.tolist(), rel=1e-9)


def test_fractional_labels_have_the_sandwich():
    y = np.clip(P + RNG.normal(size=N) / 10, 0, 1)
    fit = fitted(Bernoulli, y)
    reference = sm.GLM(y, sm.add_constant(X), family=sm.families.Binomial()).fit(tol=1e-14, cov_type="HC0")
    assert fit.errors == "sandwich"
    assert errors_of(fit) == pytest.approx(reference.bse.tolist(), rel=1e-9)
    assert "Papke" in " ".join(fit.notes)
    assert fit.deviance == pytest.approx(reference.deviance, rel=1e-10)
    assert fit.null_deviance == pytest.approx(reference.null_deviance, rel=1e-9)


def test_clusters():
    family, y, _ = TARGETS["poisson"]
    few = fitted(family, y, cluster="g", codes=GROUPS % 6)
    assert (few.clusters, few.degrees_of_freedom) == (6, 5)
    assert "Only 6 clusters" in " ".join(few.notes)
    assert not any("clusters:" in note for note in fitted(family, y, cluster="g").notes)
    with pytest.raises(errors.DataError, match="--cluster g: there must be at least 2 clusters"):
        fitted(family, y, cluster="g", codes=np.zeros(N, np.int64))
    alone = fitted(family, y, cluster="g", codes=np.arange(N))  # every row its own cluster: the sandwich, and factors
    factor = math.sqrt(N / (N - 1) * (N - 1) / (N - 4))
    plain = errors_of(fitted(family, y, errors="sandwich"))
    assert errors_of(alone) == pytest.approx([factor * error for error in plain], rel=1e-10)


def test_row_sums_merge():
    family, y, _ = TARGETS["poisson"]
    model = Model(family, link_of(family), ("a", "b", "c"))
    coefficients = np.array([0.1, 0.2, -0.3, 0.4])
    states = []
    for rows in (slice(0, 100), slice(100, 101), slice(101, N), slice(0, N)):
        chunk = ArrayRows(("a", "b", "c"), y, X, cluster=GROUPS.astype(np.int64)).part(rows, rows.start)
        states.append(RowSums(4).update(model, chunk, coefficients))
    merged, whole = states[2] + (states[0] + states[1]), states[3]
    np.testing.assert_allclose(merged.by_cluster[:25], whole.by_cluster[:25], rtol=1e-12, atol=1e-12)
    assert merged.clusters == whole.clusters == 25
    assert merged.deviance.round() == whole.deviance.round()


def test_wald():
    for name in ("poisson", "normal"):
        family, y, _ = TARGETS[name]
        fit = fitted(family, y)
        test = wald_test(fit, ["a", "c"])
        if name == "normal":
            other = sm.OLS(y, sm.add_constant(X)).fit().f_test(np.eye(4)[[1, 3]])
            expected = (float(other.statistic), float(other.pvalue))
        else:
            other = peer(name).wald_test(np.eye(4)[[1, 3]], scalar=True)
            expected = (other.statistic, other.pvalue)
        assert (test.statistic, test.p_value) == pytest.approx(expected, rel=1e-8)
        single = wald_test(fit, ["b"])
        assert single.statistic == pytest.approx(fit.parameters[2].z ** 2, rel=1e-10)
        assert single.p_value == pytest.approx(fit.parameters[2].p_value, rel=1e-9)
    with pytest.raises(errors.UsageError, match="'nobody' are none"):
        wald_test(fit, ["nobody"])


def test_likelihood_ratio():
    family, y, _ = TARGETS["poisson"]
    larger, smaller = fitted(family, y, columns={"target": "y"}), fitted(family, y, X[:, :1], columns={"target": "y"})
    test = likelihood_ratio(smaller, larger)
    assert test.statistic == pytest.approx(2 * (larger.log_likelihood - smaller.log_likelihood), rel=1e-12)
    assert test.degrees_of_freedom == 2
    from scipy.stats import chi2

    assert test.p_value == pytest.approx(chi2.sf(test.statistic, 2), rel=1e-10)
    spread = y + 3 * (np.arange(N) % 7 == 0)
    over = likelihood_ratio(fitted(Poisson, spread), fitted(NegativeBinomial, spread))
    assert over.degrees_of_freedom is None
    assert "boundary" in over.about
    assert over.p_value == pytest.approx(chi2.sf(over.statistic, 1) / 2, rel=1e-10)
    with pytest.raises(errors.UsageError, match="at least as likely"):
        likelihood_ratio(fitted(Poisson, y, X[:, :1]), fitted(Poisson, spread))


def test_models_that_cannot_be_compared():
    family, y, _ = TARGETS["poisson"]
    fit = fitted(family, y, columns={"target": "y"})
    fewer = fitted(family, y[:200], X[:200], columns={"target": "y"})
    other = fitted(family, y, X[:, :1], columns={"target": "z"})
    with pytest.raises(errors.UsageError, match="n is 200"):
        likelihood_ratio(fewer, fit)
    with pytest.raises(errors.UsageError, match="family is Normal"):
        likelihood_ratio(fitted(Normal, y, X[:, :1]), fit)
    with pytest.raises(errors.UsageError, match="target is z"):
        likelihood_ratio(other, fit)
    with pytest.raises(errors.UsageError, match="number of parameters"):
        likelihood_ratio(fit, fit)
    with pytest.raises(errors.UsageError, match="sandwich errors"):
        likelihood_ratio(fitted(family, y, X[:, :1], weight=WEIGHT), fit)


def test_as_many_coefficients_as_rows():
    with pytest.raises(errors.DataError, match="more rows than parameters"):
        fitted(Poisson, np.array([1.0, 2.0, 4.0]), X[:3, [0, 2]], cluster="g", codes=np.array([0, 1, 2]))


@pytest.mark.parametrize("how", [{"errors": "sandwich"}, {"cluster": "g"}])
def test_threads_and_chunks_change_no_bit(how, monkeypatch):
    rng = np.random.default_rng(1)
    many = 70_000
    x = rng.normal(size=(many, 3))
    y = rng.poisson(np.exp(x[:, 0] / 3)).astype(float)
    rows = ArrayRows(("a", "b", "c"), y, x, cluster=rng.integers(0, 500, many) if "cluster" in how else None)
    model = Model(Poisson, link_of(Poisson), ("a", "b", "c"))
    optimum = maximise(model, rows)
    found = []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("CROSSENT_NUM_THREADS", threads)
        fit = describe(model, rows, optimum, **how)
        found.append((errors_of(fit), fit.deviance, fit.null_log_likelihood))
    assert found[0] == found[1] == found[2]
