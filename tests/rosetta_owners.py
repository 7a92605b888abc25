"""The owners' own functions: for the text of each named loss, a call that returns one value a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import optax
import sklearn._loss.loss as sklearn_losses
import sklearn.metrics as metrics
import torch
from torch import nn

Values = np.ndarray
Call = Callable[[Values, Values], Values]


# -- torch -------------------------------------------------------------------------------------------------------------


def of_torch(module: Any, *, over_classes: bool = False, log_target: bool = False, extra: tuple = ()) -> Call:
    def call(target: Values, prediction: Values) -> Values:
        with np.errstate(divide="ignore"):
            target = np.log(target) if log_target else target
        values = module(torch.from_numpy(prediction.copy()), torch.from_numpy(target.copy()), *extra).numpy()
        return values.sum(-1) if over_classes else values

    return call


def torch_calls() -> dict[str, Call]:
    none = {"reduction": "none"}
    variance = (torch.tensor(1.5, dtype=torch.float64),)
    return {
        "torch.nn.CrossEntropyLoss": of_torch(nn.CrossEntropyLoss(**none)),
        "torch.nn.CrossEntropyLoss(label_smoothing=0.1)": of_torch(nn.CrossEntropyLoss(label_smoothing=0.1, **none)),
        "torch.nn.NLLLoss": of_torch(nn.NLLLoss(**none)),
        "torch.nn.KLDivLoss": of_torch(nn.KLDivLoss(**none), over_classes=True),
        "torch.nn.KLDivLoss(log_target=True)": of_torch(
            nn.KLDivLoss(log_target=True, **none), over_classes=True, log_target=True
        ),
        "torch.nn.MultiMarginLoss": of_torch(nn.MultiMarginLoss(**none)),
        "torch.nn.MultiMarginLoss(p=2, margin=0.5)": of_torch(nn.MultiMarginLoss(p=2, margin=0.5, **none)),
        "torch.nn.MultiLabelSoftMarginLoss": of_torch(nn.MultiLabelSoftMarginLoss(**none)),
        "torch.nn.BCELoss": of_torch(nn.BCELoss(**none)),
        "torch.nn.BCEWithLogitsLoss": of_torch(nn.BCEWithLogitsLoss(**none)),
        "torch.nn.BCEWithLogitsLoss(pos_weight=2.5)": of_torch(
            nn.BCEWithLogitsLoss(pos_weight=torch.tensor(2.5, dtype=torch.float64), **none)
        ),
        "torch.nn.SoftMarginLoss": of_torch(nn.SoftMarginLoss(**none)),
        "torch.nn.PoissonNLLLoss": of_torch(nn.PoissonNLLLoss(**none)),
        "torch.nn.PoissonNLLLoss(full=True)": of_torch(nn.PoissonNLLLoss(full=True, **none)),
        "torch.nn.PoissonNLLLoss(log_input=False)": of_torch(nn.PoissonNLLLoss(log_input=False, **none)),
        "torch.nn.PoissonNLLLoss(log_input=False, full=True, eps=0.5)": of_torch(
            nn.PoissonNLLLoss(log_input=False, full=True, eps=0.5, **none)
        ),
        "torch.nn.GaussianNLLLoss(var=1.5)": of_torch(nn.GaussianNLLLoss(**none), extra=variance),
        "torch.nn.GaussianNLLLoss(var=1.5, eps=2, full=True)": of_torch(
            nn.GaussianNLLLoss(eps=2.0, full=True, **none), extra=variance
        ),
        "torch.nn.MSELoss": of_torch(nn.MSELoss(**none)),
        "torch.nn.L1Loss": of_torch(nn.L1Loss(**none)),
        "torch.nn.SmoothL1Loss": of_torch(nn.SmoothL1Loss(**none)),
        "torch.nn.SmoothL1Loss(beta=0.25)": of_torch(nn.SmoothL1Loss(beta=0.25, **none)),
        "torch.nn.HuberLoss": of_torch(nn.HuberLoss(**none)),
        "torch.nn.HuberLoss(delta=0.25)": of_torch(nn.HuberLoss(delta=0.25, **none)),
    }


# -- Optax -------------------------------------------------------------------------------------------------------------


def of_optax(function: Any, *, log_target: bool = False, **keywords: Any) -> Call:
    def call(target: Values, prediction: Values) -> Values:
        with np.errstate(divide="ignore"):
            target = np.log(target) if log_target else target
        with jax.enable_x64(True):
            return np.asarray(function(jax.numpy.asarray(prediction), jax.numpy.asarray(target), **keywords))

    return call


def optax_calls() -> dict[str, Call]:
    losses = optax.losses
    named = {
        "optax.sigmoid_focal_loss(gamma=1.5)": of_optax(losses.sigmoid_focal_loss, gamma=1.5),
        "optax.sigmoid_focal_loss(alpha=0.25)": of_optax(losses.sigmoid_focal_loss, alpha=0.25),
        "optax.losses.poly_loss_cross_entropy(epsilon=0.5)": of_optax(losses.poly_loss_cross_entropy, epsilon=0.5),
        "optax.huber_loss(delta=0.25)": of_optax(losses.huber_loss, delta=0.25),
        "optax.losses.kl_divergence_with_log_targets": of_optax(losses.kl_divergence_with_log_targets, log_target=True),
        "optax.losses.perceptron_loss": of_optax(losses.perceptron_loss),
        "optax.losses.poly_loss_cross_entropy": of_optax(losses.poly_loss_cross_entropy),
        "optax.losses.sparsemax_loss": of_optax(losses.sparsemax_loss),
        "optax.losses.generalized_kl_divergence": of_optax(losses.generalized_kl_divergence),
    }
    plain = (
        "sigmoid_binary_cross_entropy", "sigmoid_focal_loss", "hinge_loss", "softmax_cross_entropy",
        "safe_softmax_cross_entropy", "softmax_cross_entropy_with_integer_labels",
        "kl_divergence", "squared_error", "l2_loss", "huber_loss", "log_cosh",
    )  # fmt: skip
    return named | {f"optax.{name}": of_optax(getattr(losses, name)) for name in plain}


# -- scikit-learn ------------------------------------------------------------------------------------------------------


def of_metric(function: Any, **keywords: Any) -> Call:
    """Metrics return the mean: they are called with one row at a time."""

    def call(target: Values, prediction: Values) -> Values:
        rows = zip(target, prediction, strict=True)
        return np.array([function(np.array([y]), np.array([p]), **keywords) for y, p in rows])

    return call


def of_hard_rows(function: Any, **keywords: Any) -> Call:
    """The target is one of the unit rows; scikit-learn takes the index of the class."""
    return lambda target, p: of_metric(function, labels=range(p.shape[-1]), **keywords)(target.argmax(-1), p)


def binary_metric(function: Any) -> Call:
    """One row of a binary metric: two equal rows of the two labels, told apart by weights 1 and 0."""

    def call(target: Values, prediction: Values) -> Values:
        low = -1 if (target < 0).any() else 0
        return np.array([
            function(np.array([low, 1]), np.array([p, p]), sample_weight=[float(y == low), float(y == 1)])
            for y, p in zip(target, prediction, strict=True)
        ])  # fmt: skip

    return call


def of_model(loss: Any) -> Call:
    return lambda target, raw: loss.loss(target.astype(float), np.ascontiguousarray(raw, dtype=float))


def sklearn_calls() -> dict[str, Call]:
    s, named = sklearn_losses, "sklearn._loss."
    return {
        "sklearn.metrics.log_loss": of_hard_rows(metrics.log_loss),
        "sklearn.metrics.brier_score_loss": binary_metric(metrics.brier_score_loss),
        "sklearn.metrics.brier_score_loss(scale_by_half=False)": of_hard_rows(metrics.brier_score_loss),
        "sklearn.metrics.brier_score_loss(scale_by_half=True)": of_hard_rows(
            metrics.brier_score_loss, scale_by_half=True
        ),
        "sklearn.metrics.hinge_loss": binary_metric(metrics.hinge_loss),
        "sklearn.metrics.mean_squared_error": of_metric(metrics.mean_squared_error),
        "sklearn.metrics.root_mean_squared_error": lambda y, m: of_metric(metrics.root_mean_squared_error)(y, m) ** 2,
        "sklearn.metrics.mean_absolute_error": of_metric(metrics.mean_absolute_error),
        "sklearn.metrics.mean_pinball_loss": of_metric(metrics.mean_pinball_loss),
        "sklearn.metrics.mean_pinball_loss(alpha=0.3)": of_metric(metrics.mean_pinball_loss, alpha=0.3),
        "sklearn.metrics.mean_squared_log_error": of_metric(metrics.mean_squared_log_error),
        "sklearn.metrics.mean_poisson_deviance": of_metric(metrics.mean_poisson_deviance),
        "sklearn.metrics.mean_gamma_deviance": of_metric(metrics.mean_gamma_deviance),
        "sklearn.metrics.mean_tweedie_deviance": of_metric(metrics.mean_tweedie_deviance),
        "sklearn.metrics.mean_tweedie_deviance(power=1)": of_metric(metrics.mean_tweedie_deviance, power=1),
        "sklearn.metrics.mean_tweedie_deviance(power=2)": of_metric(metrics.mean_tweedie_deviance, power=2),
        "sklearn.metrics.mean_tweedie_deviance(power=1.3)": of_metric(metrics.mean_tweedie_deviance, power=1.3),
        named + "HalfSquaredError": of_model(s.HalfSquaredError()),
        named + "AbsoluteError": of_model(s.AbsoluteError()),
        named + "PinballLoss": of_model(s.PinballLoss()),
        named + "PinballLoss(quantile=0.3)": of_model(s.PinballLoss(quantile=0.3)),
        named + "HuberLoss": of_model(s.HuberLoss()),
        named + "HuberLoss(delta=1.25)": of_model(s.HuberLoss(delta=1.25)),
        named + "HalfPoissonLoss": of_model(s.HalfPoissonLoss()),
        named + "HalfGammaLoss": of_model(s.HalfGammaLoss()),
        named + "HalfTweedieLoss": of_model(s.HalfTweedieLoss()),
        named + "HalfTweedieLoss(power=1.2)": of_model(s.HalfTweedieLoss(power=1.2)),
        named + "HalfTweedieLoss(power=0)": of_model(s.HalfTweedieLoss(power=0)),
        named + "HalfTweedieLoss(power=1)": of_model(s.HalfTweedieLoss(power=1)),
        named + "HalfTweedieLoss(power=2)": of_model(s.HalfTweedieLoss(power=2)),
        named + "HalfTweedieLossIdentity": of_model(s.HalfTweedieLossIdentity()),
        named + "HalfTweedieLossIdentity(power=0)": of_model(s.HalfTweedieLossIdentity(power=0)),
        named + "HalfTweedieLossIdentity(power=1)": of_model(s.HalfTweedieLossIdentity(power=1)),
        named + "HalfTweedieLossIdentity(power=2)": of_model(s.HalfTweedieLossIdentity(power=2)),
        named + "HalfBinomialLoss": of_model(s.HalfBinomialLoss()),
        named + "HalfMultinomialLoss": of_model(s.HalfMultinomialLoss(n_classes=3)),
        named + "loss.ExponentialLoss": of_model(s.ExponentialLoss()),
    }
