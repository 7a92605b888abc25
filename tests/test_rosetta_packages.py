"""The catalogue against the owners' own functions: torch, Optax and scikit-learn, on random and on extreme inputs.

Our side is the exact reading of the formula at the owner's float64 inputs. An owner's value may be off by a few
roundings of the value, of what relative changes of an input's last place do to it, and of the terms it subtracts;
infinities and NaN must be the same. Where floats leave the formula altogether stands in BEYOND_FLOATS, and is tested.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import optax
import pytest
import rosetta_samples as samples
import sklearn
import torch
from mpmath import mp
from rosetta_owners import Call, optax_calls, sklearn_calls, torch_calls
from scipy import stats

from crossent.proof.language.coordinates import log_odds
from crossent.proof.rosetta import ROSETTA, find
from crossent.vocabulary import log

CALLS: dict[str, Call] = torch_calls() | optax_calls() | sklearn_calls()
ROUNDINGS = 16 * 2.0**-53
RANDOM = 20


def one(y: Any, p: Any) -> float:
    """Numbers near 1 are subtracted: sums of exponentials from 1, ratios from 1."""
    return 1.0


def size_of_logit(y: Any, z: Any) -> float:
    return abs(float(z))


def size_of_mean(y: Any, m: Any) -> float:
    return max(float(y), float(m))


# the size of the terms that an owner subtracts from each other
SUBTRACTED: dict[str, Callable[[Any, Any], float]] = {
    "torch.nn.CrossEntropyLoss": one,
    "torch.nn.BCEWithLogitsLoss": size_of_logit,
    "torch.nn.BCEWithLogitsLoss(pos_weight=2.5)": size_of_logit,
    "optax.sigmoid_binary_cross_entropy": one,
    "optax.softmax_cross_entropy": one,
    "optax.safe_softmax_cross_entropy": one,
    "optax.softmax_cross_entropy_with_integer_labels": one,
    "optax.losses.poly_loss_cross_entropy": one,
    "optax.losses.poly_loss_cross_entropy(epsilon=0.5)": one,
    "sklearn.metrics.brier_score_loss": lambda y, p: float(p),
    "sklearn.metrics.mean_gamma_deviance": one,
    "sklearn.metrics.mean_tweedie_deviance(power=2)": one,
    "sklearn.metrics.mean_tweedie_deviance(power=1.3)": lambda y, m: 10 * size_of_mean(y, m) ** 0.7,
    "sklearn._loss.HalfTweedieLossIdentity(power=2)": one,
    "sklearn._loss.HalfMultinomialLoss": one,
}

LARGEST_LOG = np.log(np.finfo(float).max)


def ratio_overflows(y: float, m: float) -> bool:
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isinf(np.float64(y) / m))


def either_ratio_overflows(y: float, m: float) -> bool:
    return ratio_overflows(y, m) or ratio_overflows(m, y)


# where an owner's floats overflow and its formula does not: infinite or NaN there
BEYOND_FLOATS: dict[str, Callable[[float, float], bool]] = {
    "torch.nn.SoftMarginLoss": lambda y, z: -y * z > LARGEST_LOG,
    "sklearn.metrics.mean_poisson_deviance": ratio_overflows,
    "sklearn.metrics.mean_tweedie_deviance(power=1)": ratio_overflows,
    "sklearn.metrics.mean_gamma_deviance": either_ratio_overflows,
    "sklearn.metrics.mean_tweedie_deviance(power=2)": either_ratio_overflows,
    "sklearn._loss.HalfGammaLoss": lambda y, e: e < -LARGEST_LOG and np.log(y) - e < LARGEST_LOG,
    "sklearn._loss.HalfTweedieLoss": lambda y, e: y == 0 and e < -2 * LARGEST_LOG,
    "sklearn._loss.HalfTweedieLoss(power=1.2)": lambda y, e: y == 0 and e < -5 * LARGEST_LOG,
    "sklearn._loss.HalfTweedieLoss(power=2)": lambda y, e: e < -LARGEST_LOG and np.log(y) - e < LARGEST_LOG,
    "sklearn._loss.HalfTweedieLossIdentity(power=1)": ratio_overflows,
    "sklearn._loss.HalfTweedieLossIdentity(power=2)": either_ratio_overflows,
}


def test_every_checked_name_of_these_owners_is_compared() -> None:
    compared = {find(text)[0].name for text in CALLS}
    assert compared == {loss.name for loss in ROSETTA.values() if loss.owner in ("torch", "optax", "sklearn")}
    assert (len(compared), len(CALLS)) == (60, 81)
    assert set(SUBTRACTED) | set(BEYOND_FLOATS) <= set(CALLS)


@pytest.mark.parametrize("owner", [torch, optax, sklearn], ids=lambda owner: owner.__name__)
def test_names_and_aliases_are_the_owner_s(owner: Any) -> None:
    found = 0
    for loss in ROSETTA.values():
        for name in (loss.name, *loss.aliases) * (loss.owner == owner.__name__):
            path = name.partition("(")[0].split(".")[1:]
            assert callable(functools.reduce(getattr, path, owner)), name
            found += 1
    assert found >= 20


def rows_for(loss: Any) -> tuple[np.ndarray, np.ndarray]:
    """Random rows, then extreme ones; hard targets only, where the owner takes no others."""
    rng = np.random.default_rng(1)
    y, p = samples.targets(loss.target, RANDOM, rng), samples.predictions(loss.prediction, RANDOM, rng)
    extreme_y, extreme_p = samples.extremes(loss.target, loss.prediction)
    if not loss.soft:
        y = np.eye(samples.C)[y.argmax(-1)] if loss.target == "classes" else np.round(y)
        hard = np.isin(extreme_y, (-1, 0, 1)).reshape(len(extreme_y), -1).all(-1)
        extreme_y, extreme_p = extreme_y[hard], extreme_p[hard]
    return np.concatenate([y, extreme_y]), np.concatenate([p, extreme_p])


@pytest.mark.parametrize("text", CALLS)
def test_the_formula_is_what_its_owner_computes(text: str) -> None:
    loss, settings, choices = find(text)
    target, prediction = rows_for(loss)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # scikit-learn's own divisions by zero at the extremes
        values = CALLS[text](target, prediction)
    assert values.shape == (len(target),)
    beyond = 0
    for y, p, value in zip(target, prediction, values, strict=True):
        exact, scale = samples.exact_and_scale(loss, y, p, settings, choices)
        if text in BEYOND_FLOATS and BEYOND_FLOATS[text](float(y), float(p)):
            assert not np.isfinite(value)
            beyond += 1
            continue
        error = samples.difference(float(value), exact, scale + SUBTRACTED.get(text, lambda y, p: 0.0)(y, p))
        assert error <= ROUNDINGS, f"{text} at {y!r}, {p!r}: {value!r}, not {float(exact)!r}"
    assert len(target) - beyond >= RANDOM
    assert (beyond > 0) == (text in BEYOND_FLOATS)


# -- what the page says of them ----------------------------------------------------------------------------------------


def value(text: str, y: Any, p: Any) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # as above
        return float(CALLS[text](np.array([y]), np.array([p]))[0])


def test_what_a_certain_and_wrong_prediction_costs() -> None:
    assert value("torch.nn.BCELoss", 1.0, 0.0) == value("torch.nn.BCELoss", 1.0, 1e-300) == 100.0
    assert value("sklearn.metrics.log_loss", [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]) == pytest.approx(52 * np.log(2))
    assert value("sklearn.metrics.log_loss", [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]) == 2.0**-52


def test_log_losses_of_narrower_floats_clip_sooner() -> None:
    for dtype, bits in ((np.float32, 23), (np.float16, 10)):
        p = np.array([0.0, 1.0, 0.0], dtype)
        assert value("sklearn.metrics.log_loss", [1.0, 0.0, 0.0], p) == pytest.approx(bits * np.log(2), rel=1e-3)


def test_divergences_are_not_a_number_at_a_class_that_neither_side_has() -> None:
    q, l = [0.0, 1.0, 0.0], [-np.inf, 0.0, -np.inf]
    assert np.isnan(value("torch.nn.KLDivLoss", q, l))
    assert np.isnan(value("optax.kl_divergence", q, l))
    finite = [-1.0, -1.0, -1.0]
    assert value("torch.nn.KLDivLoss", q, finite) == 1.0
    assert np.isnan(value("torch.nn.KLDivLoss(log_target=True)", q, finite))


def test_full_poisson_losses_add_stirling_above_1_only() -> None:
    without, full = "torch.nn.PoissonNLLLoss", "torch.nn.PoissonNLLLoss(full=True)"
    added = [value(full, y, 0.0) - value(without, y, 0.0) for y in (0.0, 1.0, 2.0)]
    assert added == pytest.approx([0, 0, 2 * np.log(2) - 2 + np.log(4 * np.pi) / 2])
    assert added[2] != pytest.approx(np.log(2), rel=0.01)


def test_a_focal_loss_of_a_soft_label_is_not_the_mixture() -> None:
    soft, yes, no = (value("optax.sigmoid_focal_loss", y, 0.7) for y in (0.5, 1.0, 0.0))
    assert abs(soft - (yes + no) / 2) > 0.05


def test_half_of_a_brier_score_may_be_lost() -> None:
    assert value("sklearn.metrics.brier_score_loss", 0.0, 1e-44) == pytest.approx(1e-88 / 2)


# -- the textbook's losses, of which nobody is the owner ---------------------------------------------------------------

# text: a loss of some owner that is the same formula; its own comparison is above
TWINS = {
    "ce_logits": "torch.nn.CrossEntropyLoss",
    "ce_logits(label_smoothing=0.1)": "torch.nn.CrossEntropyLoss(label_smoothing=0.1)",
    "nll": "torch.nn.NLLLoss",
    "kl": "torch.nn.KLDivLoss",
    "multiclass_brier": "sklearn.metrics.brier_score_loss(scale_by_half=False)",
    "bce": "torch.nn.BCELoss",
    "bce_logits": "torch.nn.BCEWithLogitsLoss",
    "brier": "sklearn.metrics.brier_score_loss",
    "focal(gamma=1.5)": "optax.sigmoid_focal_loss(gamma=1.5)",
    "logistic": "torch.nn.SoftMarginLoss",
    "hinge": "optax.hinge_loss",
    "perceptron": "optax.losses.perceptron_loss",
    "mse": "torch.nn.MSELoss",
    "rmse": "sklearn.metrics.root_mean_squared_error",
    "mae": "torch.nn.L1Loss",
    "pinball(quantile=0.3)": "sklearn.metrics.mean_pinball_loss(alpha=0.3)",
    "huber(delta=0.25)": "torch.nn.HuberLoss(delta=0.25)",
    "log_cosh": "optax.log_cosh",
    "ce": "categorical",
    "perplexity": "categorical",
}
# text: the same in other words, of arrays
IN_OTHER_WORDS: dict[str, Call] = {
    "softmax_bce": lambda q, p: metrics_over_classes(q, p),
    "sigmoid_ce": lambda q, z: metrics_over_classes(q, 1 / (1 + np.exp(-z))),
    "wrong_sign_bce": lambda y, p: -stats.entropy([y, 1 - y]) - stats.entropy([y, 1 - y], [p, 1 - p]),
    "squared_hinge": lambda y, z: np.where(y * z < 1, 1 - 2 * y * z + z**2, 0),
    "exponential": lambda y, f: np.where(y > 0, np.exp(-f), np.exp(f)),
    "cauchy(scale=2)": lambda y, m: -stats.cauchy.logpdf(y, m, 2) - np.log(2 * np.pi),
    "normal_profile": lambda y, m: np.exp(-2 * stats.norm.logpdf(y, m, np.abs(y - m))),
}


def metrics_over_classes(q: np.ndarray, p: np.ndarray) -> np.ndarray:
    return (stats.entropy([q, 1 - q]) + stats.entropy([q, 1 - q], [p, 1 - p])).sum(-1)


def random_rows(loss: Any, prediction: str) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    y = samples.targets(loss.target, RANDOM, rng)
    return (y if loss.soft else np.round(y)), samples.predictions(prediction, RANDOM, rng)


def test_every_loss_of_the_textbook_is_compared() -> None:
    compared = {find(text)[0].name for text in (*TWINS, *IN_OTHER_WORDS)}
    assert compared == {loss.name for loss in ROSETTA.values() if not loss.owner}


@pytest.mark.parametrize("text", TWINS)
def test_a_textbook_loss_is_what_packages_compute(text: str) -> None:
    """Exactly, at hard targets where the twin takes no others, each at its own coordinate of the same prediction."""
    (loss, *keywords), (twin, *others) = find(text), find(TWINS[text])
    y, p = random_rows(twin, loss.prediction)
    if text.startswith("focal"):
        y = np.round(y)
    with mp.workdps(50):
        for target, prediction in zip(y, p, strict=True):
            arguments = samples.as_exact(target), samples.as_exact(prediction)
            changed = arguments[1]
            if loss.prediction != twin.prediction:
                changed = {"torch.nn.NLLLoss": log, "torch.nn.KLDivLoss": log}.get(twin.name, log_odds)(changed)
            value = loss.formula(*arguments, **samples.exact_settings(keywords[0]), **keywords[1])
            theirs = twin.formula(arguments[0], changed, **samples.exact_settings(others[0]), **others[1])
            assert mp.almosteq(value, theirs, rel_eps=1e-40, abs_eps=1e-40)


@pytest.mark.parametrize("text", IN_OTHER_WORDS)
def test_a_textbook_loss_in_other_words(text: str) -> None:
    loss, settings, choices = find(text)
    y, p = random_rows(loss, loss.prediction)
    ours = loss.formula(y, p, **samples.as_floats(settings), **choices)
    np.testing.assert_allclose(ours, IN_OTHER_WORDS[text](y, p), rtol=1e-12)
