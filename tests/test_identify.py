"""identify: a black box is told by what it answers, up to a scale and an offset of the target, or the nearest named."""

import json
import math
import re

import numpy as np
import pytest
from scipy.special import gammaln

import crossent as ce
from crossent import errors
from crossent.proof.identification.inputs import ROWS, Kind, ordinary
from crossent.proof.identification.matching import nice_number

torch = pytest.importorskip("torch", reason="the losses of torch.nn are tried")


def own_bits(q, p):
    return -(q * np.log2(p)).sum(axis=-1)


def own_focal(y, p):
    return -(y * (1 - p) ** 2 * np.log(p) + (1 - y) * p**2 * np.log1p(-p))


def own_poisson(y, rate):
    return (rate - y * np.log(rate)).mean()


def own_gaussian(m, y):
    return (y - m) ** 2 / 2 + math.log(2 * math.pi) / 2


def own_likelihood(y, p):
    return y * np.log(p) + (1 - y) * np.log(1 - p)


def own_binary_for_floats(y, p):
    return -math.log(p) if y == 1 else -math.log(1 - p)


def own_clipped(y, p):
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()


def own_rmse(y, m):
    return np.sqrt(np.mean((y - m) ** 2))


def own_full_poisson(y, log_rate):
    return np.exp(log_rate) - y * log_rate + gammaln(y + 1)


@pytest.mark.parametrize(
    ("function", "kinds", "name", "scale", "offset", "reduction"),
    [
        (own_bits, {}, "ce", "1/log 2", "0", "none"),
        (own_focal, {}, "focal(gamma=2)", "1", "0", "none"),
        (own_poisson, {"target": "count", "prediction": "rate"}, "poisson", "1", "minus log k!", "mean"),
        (own_full_poisson, {}, "poisson_log_rate", "1", "0", "none"),
        (own_gaussian, {"target": "real"}, "normal(scale=1)", "1", "0", "none"),
        (own_likelihood, {"prediction": "bernoulli.probs"}, "wrong_sign_bce", "1", "0", "none"),
        (own_binary_for_floats, {}, "bce", "1", "0", "none"),
        (own_clipped, {}, "keras.losses.BinaryCrossentropy", "1", "0", "mean"),
        (own_rmse, {"target": "real"}, "rmse", "1", "0", "sqrt of the mean"),
        (lambda y, m: 7 * np.abs(y - m).sum(), {"target": "real"}, "mae", "7", "0", "sum"),
        (lambda y, z: np.logaddexp(0, -y * z), {}, "logistic", "1", "0", "none"),
    ],
)
def test_functions_of_ones_own(function, kinds, name, scale, offset, reduction):
    found = ce.identify(function, **kinds)
    assert (found.name, found.scale, found.offset, found.reduction) == (name, scale, offset, reduction)
    assert found.inputs == ROWS == 2000
    assert found.deviation <= 1e-13
    assert f"indistinguishable on {ROWS:,} inputs" in found.sentence


@pytest.mark.parametrize(
    ("loss", "name", "same", "offset"),
    [
        (torch.nn.PoissonNLLLoss(), "poisson_log_rate", "torch.nn.PoissonNLLLoss", "minus log k!"),
        (torch.nn.BCELoss(), "torch.nn.BCELoss", None, "0"),
        (torch.nn.CrossEntropyLoss(), "ce_logits", "torch.nn.CrossEntropyLoss", "0"),
        (torch.nn.NLLLoss(reduction="sum"), "torch.nn.NLLLoss", None, "0"),
        (torch.nn.KLDivLoss(), "torch.nn.KLDivLoss", None, "0"),
        (torch.nn.MSELoss(reduction="none"), "mse", "torch.nn.MSELoss", "0"),
        (torch.nn.SoftMarginLoss(), "logistic", None, "0"),
    ],
    ids=str,
)
def test_losses_of_torch(loss, name, same, offset):
    found = ce.identify(loss)
    assert (found.name, found.scale, found.offset) == (name, "1", offset)
    assert same is None or same in found.same
    assert found.deviation <= 1e-13


def test_the_sentence_of_a_dropped_constant():
    found = ce.identify(torch.nn.PoissonNLLLoss(), target="count", prediction="log_rate", name="my_loss")
    digits = re.search(r"to (1e-\d\d),", found.sentence)[1]
    assert float(digits) <= 1e-13
    assert found.sentence == (
        f"indistinguishable on 2,000 inputs, to {digits}, from the Poisson negative log-likelihood of a log rate "
        "with log k! left out"
    )
    assert found.arguments == ("prediction", "target")


def test_answers_in_float32_are_compared_as_such():
    found = ce.identify(lambda y, m: (np.float32(y) - np.float32(m)) ** 2, target="real")
    assert found.name == "mse"
    assert 1e-9 < found.deviation < 1e-4


def test_a_function_that_refuses_a_single_row():
    """As metrics of scikit-learn do, which want to see every label."""

    def picky(y, p):
        if set(np.unique(y)) != {0.0, 1.0} or np.ndim(p) != 1 or p.min() < 0 or p.max() > 1:
            raise ValueError("both labels, and probabilities")
        return np.mean((y - p) ** 2)

    found = ce.identify(picky)
    assert (found.name, found.reduction, found.prediction) == ("brier", "mean", "bernoulli.probs")
    assert "with hard labels" in found.sentence  # it takes no soft ones


def test_a_metric_of_scikit_learn():
    from sklearn.metrics import mean_poisson_deviance

    assert ce.identify(mean_poisson_deviance, target="count", prediction="rate").name == "deviance_poisson"


def test_a_function_that_is_none_of_them():
    found = ce.identify(lambda y, p: (y - p) ** 4 + np.abs(y - p), name="mine", prediction="bernoulli.probs")
    assert (found.name, found.nearest) == (None, "brier")
    assert found.sentence.startswith("none of the catalogue's")
    parting = found.counterexample
    y, p = (float(parting.inputs[name]) for name in ("target", "prediction"))
    assert float(parting.left[0]) == pytest.approx((y - p) ** 4 + abs(y - p))
    assert abs(float(parting.left[0]) - float(parting.right[0])) > 1e-3
    assert "None" not in str(found)


def test_where_extreme_inputs_part_is_said():
    found = ce.identify(torch.nn.SoftMarginLoss(), target="sign")
    assert any("800" in note and "inf" in note for note in found.notes)
    assert ce.identify(torch.nn.BCEWithLogitsLoss(), prediction="bernoulli.logits").notes == ()


def test_failures_are_reported_not_swallowed():
    def picky(y, z):
        if np.shape(z)[-1:] == (3,) or np.any(z < -8.5):
            raise RuntimeError("not like this")
        return np.log1p(np.exp(-y * z))

    found = ce.identify(picky, target="sign")
    assert found.name == "logistic"
    assert any("RuntimeError: not like this" in note for note in found.notes)
    assert ce.identify(picky).failed["class target, categorical.logits"] == "RuntimeError: not like this"


def _raises(y, p):
    raise ZeroDivisionError("always")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (_raises, "ZeroDivisionError: always"),
        (lambda y, p: "text", "it returned a str"),
        (lambda y: y, "TypeError"),
        (lambda y, p: None, "no number"),
        (lambda y, p: 0.0, "constant"),
    ],
)
def test_a_function_without_an_answer(function, words):
    with pytest.raises(errors.NoAnswerError, match="must answer some kind") as caught:
        ce.identify(function, target="real")
    assert words in str(caught.value)


def test_bad_calls():
    with pytest.raises(errors.UsageError, match="function of"):
        ce.identify(3)
    with pytest.raises(errors.UsageError, match="target must be one of"):
        ce.identify(own_bits, target="binray")


def test_json_has_everything():
    found = ce.identify(own_bits, target="classes")
    document = json.loads(found.to_json())
    assert document["schema"] == "crossent.identify/1"
    assert document["name"] == "ce"
    assert set(document) >= {"function", "sentence", "scale", "offset", "deviation", "inputs", "nearest", "failed"}
    assert repr(found) == "Identification(own_bits: ce)"


def test_inputs_are_the_same_every_time():
    one, two = (ordinary(Kind("classes", "categorical.probs", True)) for _ in range(2))
    assert (one.target == two.target).all()
    assert (one.prediction == two.prediction).all()
    assert len(one) == 2000
    assert np.bincount(one.group).min() == 50


@pytest.mark.parametrize(
    ("value", "words"), [(2.0, "2"), (-0.5, "-1/2"), (1 / math.log(2), "1/log 2"), (1 / 3, "1/3"), (0.123456789, None)]
)
def test_numbers_that_people_write(value, words):
    found = nice_number(value)
    assert (found and found[1]) == words
