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
from rosetta_owners import Call, optax_calls, sklearn_calls, torch_calls

from crossent.proof.rosetta import ROSETTA, find

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
