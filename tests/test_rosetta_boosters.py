"""The catalogue against XGBoost and LightGBM: what their trees are handed, and XGBoost's metrics.

They compute derivatives in float32, so theirs may be off by a few float32 roundings of the terms. Our side is the
derivative of the exact reading, at the labels and scores that they got.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import rosetta_samples as samples
from mpmath import mp
from rosetta_boosters import Derivatives, from_lightgbm, from_xgboost, metric_of_xgboost, root_of_two

from crossent.proof.rosetta import ROSETTA, find

ROUNDINGS = 16 * 2.0**-24
UNSEEN = 2.0**-126 / ROUNDINGS  # what lies below the smallest normal float32 is not asked for
RANDOM = 10

# -- the companion beside which LightGBM splits a row off: about the same Hessian, another gradient --------------------


def other_label(y: Any, z: Any) -> tuple[Any, Any]:
    return float(y <= 0.5), z


def other_class(y: Any, z: Any) -> tuple[Any, Any]:
    return (y + 1) % samples.C, z


def a_bit_higher(y: Any, z: Any) -> tuple[Any, Any]:
    return y, z + 0.3


def more(y: Any, z: Any) -> tuple[Any, Any]:
    return y + np.exp(z), z


def mirrored(y: Any, z: Any) -> tuple[Any, Any]:
    return (y, 2 * y - z) if y != z else (y, z + 0.1)


# text: the owner's parameters. XGBoost's max_delta_step of count:poisson would cut its leaves.
XGBOOST: dict[str, dict[str, Any]] = {
    "binary:logistic": {},
    "multi:softprob": {},
    "count:poisson": {"max_delta_step": 0},
    "reg:gamma": {},
    "reg:tweedie": {},
    "reg:tweedie(tweedie_variance_power=1.2)": {"tweedie_variance_power": 1.2},
    "reg:squarederror": {},
    "reg:absoluteerror": {},
    "reg:quantileerror(quantile_alpha=0.3)": {"quantile_alpha": 0.3},
    "reg:pseudohubererror": {},
    "reg:pseudohubererror(huber_slope=0.5)": {"huber_slope": 0.5},
    "reg:squaredlogerror": {},
    "binary:hinge": {},
}
LIGHTGBM: dict[str, tuple[dict[str, Any], Callable[..., Any]]] = {
    "binary": ({}, other_label),
    "binary(sigmoid=2)": ({"sigmoid": 2}, other_label),
    "cross_entropy": ({}, other_label),
    "cross_entropy_lambda": ({}, other_label),
    "multiclass": ({}, other_class),
    "multiclassova": ({}, other_class),
    "poisson": ({}, more),
    "gamma": ({}, a_bit_higher),
    "tweedie": ({}, more),
    "tweedie(tweedie_variance_power=1.2)": ({"tweedie_variance_power": 1.2}, more),
    "regression": ({}, mirrored),
    "huber": ({}, mirrored),
    "huber(alpha=0.3)": ({"alpha": 0.3}, mirrored),
    "fair": ({}, mirrored),
    "fair(fair_c=0.5)": ({"fair_c": 0.5}, mirrored),
}
REPLACED_LEAVES = {"regression_l1": {}, "quantile": {}, "quantile(alpha=0.3)": {"alpha": 0.3}, "mape": {}}
METRICS = (
    "logloss", "mlogloss", "poisson-nloglik", "gamma-nloglik", "gamma-deviance", "tweedie-nloglik(rho=1.5)", "rmse",
    "mae", "mphe",
)  # fmt: skip

# the Hessian that is handed over, as a multiple of the second derivative; None: it is 1 whatever that is
HESSIANS: dict[str, float | None] = {
    "xgboost.binary:logistic": 1.0,
    "xgboost.multi:softprob": 2.0,
    "xgboost.count:poisson": float(np.exp(0.7)),
    "xgboost.reg:gamma": 1.0,
    "xgboost.reg:tweedie": 1.0,
    "xgboost.reg:squarederror": 1.0,
    "xgboost.reg:pseudohubererror": 1.0,
    "xgboost.reg:absoluteerror": None,
    "lightgbm.binary": 1.0,
    "lightgbm.cross_entropy": 1.0,
    "lightgbm.cross_entropy_lambda": 1.0,
    "lightgbm.multiclass": samples.C / (samples.C - 1),
    "lightgbm.multiclassova": 1.0,
    "lightgbm.poisson": float(np.exp(0.7)),
    "lightgbm.gamma": 1.0,
    "lightgbm.tweedie": 1.0,
    "lightgbm.fair": 1.0,
    "lightgbm.huber": None,
}

# how far out a prediction may lie, so that float32 holds its exponential, and a label
REACH = {"log_rate": 60.0, "bernoulli.logits": 1e4, "categorical.logits": 1e3, "location": 1e4, "rate": 1e15}
LARGEST_LABEL = 1e9


def test_every_checked_name_of_the_boosters_is_compared() -> None:
    texts = [f"xgboost.{text}" for text in (*XGBOOST, *METRICS)]
    texts += [f"lightgbm.{text}" for text in (*LIGHTGBM, *REPLACED_LEAVES)]
    compared = {find(text)[0].name for text in texts}
    assert compared == {loss.name for loss in ROSETTA.values() if loss.owner in ("xgboost", "lightgbm")}
    assert (len(compared), len(texts)) == (34, 41)


def rows_for(loss: Any, *, hard: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Random rows and the extreme ones that float32 can hold; targets as the owner takes them."""
    rng = np.random.default_rng(3)
    kind = "class" if loss.target == "classes" else loss.target
    y, p = samples.targets(kind, RANDOM, rng), samples.predictions(loss.prediction, RANDOM, rng)
    extreme_y, extreme_p = samples.extremes(kind, loss.prediction)
    reach = REACH.get(loss.prediction, np.inf)
    kept = (np.abs(extreme_p).reshape(len(extreme_p), -1).max(-1) <= reach) & (np.abs(extreme_y) <= LARGEST_LABEL)
    y, p = np.concatenate([y, extreme_y[kept]]), np.concatenate([p, extreme_p[kept]])
    if y.dtype.kind == "f":
        y = (np.round(y) if hard or not loss.soft else y).astype(np.float32).astype(float)
    p = p.astype(np.float32).astype(float)
    valid = y > 1e-30 if kind == "positive" else np.full(len(y), True)
    if loss.prediction == "rate":
        valid &= p > 0
    if loss.prediction == "location":
        valid &= p != y  # where some have no derivative
    return y[valid], p[valid]


def as_target(loss: Any, y: Any) -> Any:
    return np.eye(samples.C)[y] if loss.target == "classes" else y


def check_gradients(text: str, found: list[Derivatives], target: np.ndarray, prediction: np.ndarray) -> None:
    loss, settings, choices = find(text)
    rows = set()
    for derivatives in found:
        (i,) = derivatives.rows
        if derivatives.hessian == 0:  # a leaf of -G/0 is 0: nothing is seen of G
            continue
        y = as_target(loss, target[i])
        exact, scale = samples.exact_gradient(loss, y, prediction[i], settings, choices, derivatives.of_class)
        error = samples.difference(derivatives.gradient, exact, scale + UNSEEN + (loss.target == "class"))
        assert error <= ROUNDINGS, f"{text} at {y!r}, {prediction[i]!r}: {derivatives}, not {float(exact)!r}"
        rows.add(i)
    assert len(rows) >= RANDOM


@pytest.mark.parametrize("text", XGBOOST)
def test_what_xgboost_hands_its_trees_is_the_gradient(text: str) -> None:
    target, prediction = rows_for(find(f"xgboost.{text}")[0])
    found = list(from_xgboost(text.partition("(")[0], target, prediction, **XGBOOST[text]))
    check_gradients(f"xgboost.{text}", found, target, prediction)


@pytest.mark.parametrize("text", LIGHTGBM)
def test_what_lightgbm_hands_its_trees_is_the_gradient(text: str) -> None:
    target, prediction = rows_for(find(f"lightgbm.{text}")[0])
    parameters, companion = LIGHTGBM[text]
    found = list(from_lightgbm(text.partition("(")[0], target, prediction, companion, **parameters))
    check_gradients(f"lightgbm.{text}", found, target, prediction)


@pytest.mark.parametrize("text", REPLACED_LEAVES)
def test_lightgbm_s_gradients_that_its_leaves_do_not_keep(text: str) -> None:
    """Two rows, one too low and one too high: the sum of their gradients, and of the squares."""
    loss, settings, choices = find(f"lightgbm.{text}")
    y, scores = np.array([3.0, 3.0]), np.array([1.0, 5.0])
    total, squares = root_of_two(text.partition("(")[0], y, scores, **REPLACED_LEAVES[text])
    exact = [samples.exact_gradient(loss, y[i], scores[i], settings, choices)[0] for i in range(2)]
    assert total == pytest.approx(float(sum(exact)), abs=1e-5)  # written with six digits
    assert squares == pytest.approx(float(sum(g * g for g in exact)), rel=1e-5)


def second_derivative(text: str, y: Any, p: Any, j: int | None) -> Any:
    loss, settings, choices = find(text)
    step = mpmath.mpf(10) ** -25
    with mp.workdps(samples.DIGITS):
        held = samples.exact_settings(settings)

        def at(distance: Any) -> Any:
            if j is None:
                return loss.formula(samples.as_exact(y), samples.as_exact(p) + distance, **held, **choices)
            numbers = list(samples.as_exact(p))
            numbers[j] += distance
            return loss.formula(samples.as_exact(y), samples.Row.of(numbers), **held, **choices)

        return (at(step) - 2 * at(mpmath.mpf(0)) + at(-step)) / step**2


@pytest.mark.parametrize("text", HESSIANS)
def test_the_hessian_that_is_handed_over(text: str) -> None:
    owner, _, name = text.partition(".")
    loss = find(text)[0]
    target, prediction = (column[:RANDOM] for column in rows_for(loss, hard=True))
    if owner == "xgboost":
        found = list(from_xgboost(name, target, prediction))
    else:
        found = list(from_lightgbm(name, target, prediction, LIGHTGBM[name][1]))
    assert len(found) >= RANDOM - 1
    for derivatives in found:
        (i,) = derivatives.rows
        expected = 1.0
        if (factor := HESSIANS[text]) is not None:
            y = as_target(loss, target[i])
            expected = factor * float(second_derivative(text, y, prediction[i], derivatives.of_class))
        assert derivatives.hessian == pytest.approx(expected, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("text", METRICS)
def test_xgboost_s_metrics(text: str) -> None:
    loss, settings, choices = find(f"xgboost.{text}")
    target, prediction = rows_for(loss)
    values = metric_of_xgboost("tweedie-nloglik@1.5" if "rho" in text else text, target, prediction)
    if loss.reduction == "sqrt of the mean":
        values = values**2
    for y, p, value in zip(target, prediction, values, strict=True):
        exact, scale = samples.exact_and_scale(loss, y, p, settings, choices)
        subtracted = 1.0 if text in ("logloss", "mlogloss", "gamma-deviance", "mphe") else UNSEEN
        error = samples.difference(value, exact, scale + subtracted)
        assert error <= ROUNDINGS, f"{text} at {y!r}, {p!r}: {value!r}, not {float(exact)!r}"
    assert len(values) >= RANDOM


# -- what the page says of them ----------------------------------------------------------------------------------------


def test_lightgbm_s_binary_takes_every_label_above_0_for_a_yes() -> None:
    def gradient(objective: str) -> float:
        (found,) = from_lightgbm(objective, np.array([0.3]), np.array([1.0]), lambda y, z: (0.0, z))
        return found.gradient

    sigmoid = 1 / (1 + np.exp(-1.0))
    assert gradient("binary") == pytest.approx(sigmoid - 1)
    assert gradient("cross_entropy") == pytest.approx(sigmoid - 0.3)


def test_xgboost_s_logistic_takes_soft_labels() -> None:
    (found,) = from_xgboost("binary:logistic", np.array([0.3]), np.array([1.0]))
    assert found.gradient == pytest.approx(1 / (1 + np.exp(-1.0)) - 0.3)


def test_what_a_certain_and_wrong_prediction_costs_in_xgboost() -> None:
    (value,) = metric_of_xgboost("logloss", np.array([1.0]), np.array([0.0]))
    assert value == pytest.approx(16 * np.log(10), rel=1e-7)
