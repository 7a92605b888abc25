"""Predictions against statsmodels and against calculus written out: means, intervals, offsets, classes, infinities."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm
from fit_models import learned, table

import crossent as ce

TABLE = table()
NEW = {"x": np.array([-1.0, 0.0, 2.5]), "z": np.array([1.0, 2.0, 0.7]), "region": ["east", "south", "north"]}


def design(columns):
    return sm.add_constant(np.column_stack([columns["x"], columns["z"]]))


@pytest.mark.parametrize(
    ("target", "family", "link", "peer"),
    [
        ("yes", "bernoulli", None, sm.families.Binomial()),
        ("yes", "bernoulli", "cloglog", sm.families.Binomial(sm.families.links.CLogLog())),
        ("count", "poisson", None, sm.families.Poisson()),
    ],
)
def test_means_and_intervals_are_those_of_statsmodels(target, family, link, peer):
    model = learned(TABLE, target, family=family, link=link, features=["x", "z"])
    # the observed curvature, which is the expected one only for the family's own link
    found = sm.GLM(TABLE[target], design(TABLE), family=peer).fit(tol=1e-13, cov_type="nonrobust")
    assert model.predict(NEW) == pytest.approx(found.predict(design(NEW)), rel=1e-8)
    if link is None:
        frame = found.get_prediction(design(NEW)).summary_frame(alpha=0.05)
        low, high = model.predict(NEW, quantity="interval")
        assert low == pytest.approx(frame["mean_ci_lower"].to_numpy(), rel=1e-7)
        assert high == pytest.approx(frame["mean_ci_upper"].to_numpy(), rel=1e-7)


def test_the_interval_of_a_normal_mean_takes_t():
    model = learned(TABLE, "number", family="normal", features=["x", "z"])
    peer = sm.OLS(TABLE["number"], design(TABLE)).fit()
    n, p = len(TABLE["x"]), 3
    exact = replace(model, covariance=model.covariance * n / (n - p), degrees_of_freedom=n - p)
    frame = peer.get_prediction(design(NEW)).summary_frame(alpha=0.05)
    low, high = exact.predict(NEW, quantity="interval")
    assert low == pytest.approx(frame["mean_ci_lower"].to_numpy(), rel=1e-9)
    assert high == pytest.approx(frame["mean_ci_upper"].to_numpy(), rel=1e-9)
    assert exact.predict(NEW, quantity="parameters")["scale"] == pytest.approx(math.sqrt(peer.ssr / n))


def test_the_probabilities_of_classes_and_their_delta_method():
    model = learned(TABLE, "kind", family="categorical", features=["x", "z"])
    peer = sm.MNLogit(TABLE["kind"], design(TABLE)).fit(disp=0, method="newton", tol=1e-13)
    probs = model.predict(NEW)
    assert probs == pytest.approx(np.asarray(peer.predict(design(NEW))), rel=1e-8)
    assert probs.sum(axis=1) == pytest.approx(1)
    low, high = model.predict(NEW, quantity="interval")
    beta, V = model.coefficients, model.covariance

    def logit(b, row, k):
        z = np.concatenate([[0.0], b.reshape(2, 3) @ row])
        return z[k] - math.log(sum(math.exp(z[j]) for j in range(3) if j != k))

    for i, row in enumerate(design(NEW)):
        for k in range(3):
            steps = np.eye(6) * 1e-6
            slope = np.array([(logit(beta + s, row, k) - logit(beta - s, row, k)) / 2e-6 for s in steps])
            reach = 1.959963984540054 * math.sqrt(slope @ V @ slope)
            for end, sign in ((low, -1), (high, 1)):
                assert end[i, k] == pytest.approx(1 / (1 + math.exp(-logit(beta, row, k) - sign * reach)), rel=1e-6)


def test_offsets_and_exposures():
    model = learned(TABLE, "count", family="poisson", features=["x"], exposure="z")
    intercept, slope = model.coefficients
    assert model.predict(NEW) == pytest.approx(NEW["z"] * np.exp(intercept + slope * NEW["x"]))
    assert model.predict(NEW, offset=np.zeros(3)) == pytest.approx(np.exp(intercept + slope * NEW["x"]))
    assert model.predict({"x": NEW["x"]}, offset=[0, 0, 1]) == pytest.approx(
        np.exp([0, 0, 1] + intercept + slope * NEW["x"])
    )
    with pytest.raises(ce.errors.UsageError, match="'z'"):
        model.predict({"x": NEW["x"]})
    with pytest.raises(ce.errors.DataError, match="row 1"):
        model.predict({"x": [1.0, 2.0], "z": [1.0, 0.0]})


def test_binomial_predicts_a_share_and_needs_no_trials():
    model = learned(TABLE, "successes", family="binomial", trials="trials", features=["x"])
    peer = sm.GLM(np.column_stack([TABLE["successes"], 5 - TABLE["successes"]]), sm.add_constant(TABLE["x"]),
                  family=sm.families.Binomial()).fit(tol=1e-13)  # fmt: skip
    assert model.predict(NEW) == pytest.approx(peer.predict(sm.add_constant(NEW["x"])), rel=1e-9)


def test_the_concentration_is_predicted_too():
    model = learned(TABLE, "spread", family="negative_binomial", features=["x"])
    found = model.predict(NEW, quantity="parameters")
    assert found["mean"] == pytest.approx(np.exp(model.coefficients[0] + model.coefficients[1] * NEW["x"]))
    assert found["concentration"] == pytest.approx(np.full(3, math.exp(model.coefficients[2])))
    raw = model.predict(NEW, quantity="raw")
    assert raw.shape == (3, 2)
    assert ce.Loss("negative_binomial")([1, 2, 3], raw) > 0


@pytest.mark.parametrize("kind", [dict, pd.DataFrame, pl.DataFrame], ids=["mapping", "pandas", "polars"])
def test_tables_of_every_kind_and_columns_in_any_order(kind):
    model = learned(TABLE, "yes", family="bernoulli", formula="x + region")
    expected = model.predict(NEW)
    assert np.array_equal(model.predict(kind({name: NEW[name] for name in ("region", "z", "x")})), expected)


def test_an_array_has_the_columns_of_the_fit_in_their_order():
    model = learned(TABLE, "yes", family="bernoulli", features=["x", "z"])
    array = np.column_stack([NEW["x"], NEW["z"]])
    assert np.array_equal(model.predict(array), model.predict(NEW))
    for wrong in (array[:, :1], np.zeros((2, 2, 2))):
        with pytest.raises(ce.errors.UsageError, match="2 columns"):
            model.predict(wrong)
    with pytest.raises(ce.errors.UsageError, match="table"):
        model.predict()


def test_bad_tables_are_refused_with_row_and_column():
    model = learned(TABLE, "yes", family="bernoulli", features=["x", "region"])
    with pytest.raises(ce.errors.UsageError, match="'region'"):
        model.predict({"x": [1.0]})
    with pytest.raises(ce.errors.DataError, match=r"(?s)row 1.*'west'|'west'.*row 1"):
        model.predict({"x": [1.0, 2.0], "region": ["north", "west"]})
    with pytest.raises(ce.errors.DataError, match="row 1"):
        model.predict({"x": [1.0, math.nan], "region": ["north", "east"]})
    with pytest.raises(ce.errors.DataError, match="row 0"):
        model.predict({"x": [math.inf, 1.0], "region": ["north", "east"]})
    with pytest.raises(ce.errors.UsageError, match=r"(?s)'median'.*mean, raw, parameters, interval"):
        model.predict(NEW, quantity="median")


def test_infinite_coefficients_give_certain_predictions_only_where_they_count():
    model = learned(TABLE, "yes", family="bernoulli", features=["x", "z"])
    b0, _, b2 = model.coefficients
    V = model.covariance.copy()
    V[1], V[:, 1] = math.nan, math.nan
    infinite = replace(model, coefficients=np.array([b0, math.inf, b2]), covariance=V)
    new = {"x": [-1.0, 0.0, 1.0], "z": [1.0, 1.0, 1.0]}
    assert infinite.predict(new)[[0, 2]].tolist() == [0.0, 1.0]
    assert infinite.predict(new)[1] == pytest.approx(1 / (1 + math.exp(-b0 - b2)))
    low, high = infinite.predict(new, quantity="interval")
    assert np.isnan(low[[0, 2]]).all()
    assert np.isnan(high[[0, 2]]).all()
    assert low[1] < infinite.predict(new)[1] < high[1]
    against = replace(infinite, coefficients=np.array([-math.inf, math.inf, b2]))
    assert np.isnan(against.predict(new)).tolist() == [False, False, True]
    unknown = replace(infinite, coefficients=np.array([b0, math.nan, b2]))
    assert np.isnan(unknown.predict(new)).tolist() == [True, False, True]


def test_extreme_predictors_overflow_into_the_right_limits():
    model = learned(TABLE, "count", family="poisson", features=["x"])
    assert model.predict({"x": [1e6, -1e6]}).tolist() == [math.inf, 0.0]
    model = learned(TABLE, "yes", family="bernoulli", features=["x"])
    assert model.predict({"x": [1e6, -1e6]}).tolist() == [1.0, 0.0]


def test_a_mean_outside_of_the_domain_is_no_prediction():
    fit = ce.fit("poisson", [1, 2, 3, 4, 6], pl.DataFrame({"x": [1.0, 2.0, 3.0, 4.0, 5.0]}), link="identity")
    found = fit.predict({"x": [-10.0, 3.0]})
    assert math.isnan(found[0])
    assert found[1] == pytest.approx(sum(p.estimate * k for p, k in zip(fit.parameters, (1, 3), strict=True)))


def test_a_model_says_what_it_is():
    model = learned(TABLE, "yes", family="bernoulli", formula="x + region")
    assert repr(model) == "LearnedModel(Bernoulli, logit link: Intercept, x, region[T.north], region[T.south])"


def separated(family, target, dose):
    return ce.fit(family, target, pl.DataFrame({"dose": dose}), features=["dose"])


def test_separated_rows_are_predicted_where_there_is_one_direction(tmp_path):
    """The limit of the model along its only direction: certain on both sides, the finite part in between."""
    dose = [1.0, 2.0, 3.0, 3.0, 3.0, 5.0, 6.0]
    fit = separated("bernoulli", [0, 0, 0, 1, 1, 1, 1], dose)
    assert fit.separation.kind == "quasi"
    assert fit.predict({"dose": dose}) == pytest.approx([0, 0, 2 / 3, 2 / 3, 2 / 3, 1, 1])
    low, high = fit.predict({"dose": [2.0, 3.0, 4.0]}, quantity="interval")
    # three rows of probability 2/3: var(logit) = 1 / (3 * 2/3 * 1/3)
    ends = 1 / (1 + np.exp(-(math.log(2) + np.array([-1, 1]) * 1.959963984540054 * math.sqrt(1.5))))
    assert [low[1], high[1]] == pytest.approx(ends.tolist(), rel=1e-9)
    assert np.isnan([low[0], high[0], low[2], high[2]]).all()
    assert float(ce.cross_entropy([0, 0, 0, 1, 1, 1, 1], ce.Bernoulli(probs=fit.predict({"dose": dose})))) == (
        pytest.approx(fit.nats)
    )
    fit.save(tmp_path / "m.json")
    assert np.array_equal(ce.load_model(tmp_path / "m.json").predict({"dose": dose}), fit.predict({"dose": dose}))


def test_separated_classes_share_what_the_limit_leaves_them():
    dose, kind = [1.0, 2.0, 3.0, 3.0, 4.0, 4.0, 3.0, 3.5], ["a", "a", "a", "b", "b", "c", "c", "b"]
    fit = separated("categorical", kind, dose)
    probs = fit.predict({"dose": dose})
    assert probs.sum(axis=1) == pytest.approx(1)
    assert probs[0].tolist() == [1, 0, 0]
    assert probs[4, 0] == 0
    assert float(ce.cross_entropy(np.array(kind), ce.Categorical(probs=probs, classes=["a", "b", "c"]))) == (
        pytest.approx(fit.nats)
    )


def test_completely_separated_rows_have_no_single_prediction():
    fit = separated("bernoulli", [0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0])
    assert fit.separation.kind == "complete"
    assert np.isnan(fit.predict({"dose": [1.0, 2.5, 4.0]})).all()
