"""Keras: losses read from its source and not run here, so that none is marked as checked.

Its epsilon is keras.config.epsilon(), by default 1e-7. A loss of probabilities clips them; one of logits does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossent.proof.language.named_loss import Clamp, NamedLoss, Setting
from crossent.proof.language.over_classes import total
from crossent.proof.rosetta import textbook, torch
from crossent.proof.rosetta.pieces import SMOOTHING, ratio, smoothed, smoothed_binary
from crossent.vocabulary import log, maximum, minimum

REDUCTIONS = (("none", "none"), ("sum_over_batch_size", "mean"), ("sum", "sum"), ("mean", "mean"))


def entry(name: str, formula: Callable[..., Any], target: str, prediction: str, **rest: Any) -> NamedLoss:
    usual: dict[str, Any] = {
        "owner": "keras", "checked": False, "reduction": "mean", "reductions": REDUCTIONS,
        "arguments": ("y_true", "y_pred"), "source": "keras 3.16.0, keras/src/losses/losses.py (not run here)",
    }  # fmt: skip
    return NamedLoss(f"keras.losses.{name}", formula, target, prediction, **(usual | rest))


def _epsilon(beside: Any) -> Any:
    return ratio(1, 10**7, beside)


def _clipped(p: Any) -> Any:
    return minimum(maximum(p, _epsilon(p)), 1 - _epsilon(p))


def _inside(p: Any) -> Any:
    return (p >= _epsilon(p)) & (p <= 1 - _epsilon(p))


def binary_crossentropy(y: Any, p: Any, label_smoothing: Any) -> Any:
    return textbook.binary_cross_entropy(y, _clipped(p), label_smoothing)


def binary_crossentropy_of_logits(y: Any, z: Any, label_smoothing: Any) -> Any:
    return torch.bce_with_logits(smoothed_binary(y, label_smoothing), z, 1 + 0 * y)


def categorical_crossentropy(q: Any, p: Any, label_smoothing: Any) -> Any:
    return -total(smoothed(q, label_smoothing) * log(_clipped(p)))


def kl_divergence(q: Any, p: Any) -> Any:
    q, p = maximum(q, _epsilon(q)), maximum(p, _epsilon(p))
    return total(q * (log(q) - log(p)))


def focal(y: Any, p: Any, gamma: Any) -> Any:
    against = y * (1 - p) + (1 - y) * p
    return against**gamma * binary_crossentropy(y, p, 0 * y)


def poisson(y: Any, m: Any) -> Any:
    return m - y * log(m + _epsilon(m))


LOSSES = (
    entry(
        "BinaryCrossentropy", binary_crossentropy, "binary", "bernoulli.probs", settings=(SMOOTHING,),
        elicits="distribution", moved_by=("label_smoothing",),
        clamp=Clamp(
            "1e-7 <= p <= 1 - 1e-7", lambda y, p, label_smoothing: _inside(p), textbook.binary_cross_entropy
        ),
        doc="Binary cross-entropy with the probability clipped to 1e-7 and 1 - 1e-7: certain and right costs 1e-7, "
        "certain and wrong 16.12.",
    ),
    entry(
        "BinaryCrossentropy(from_logits=True)", binary_crossentropy_of_logits, "binary", "bernoulli.logits",
        settings=(SMOOTHING,), elicits="distribution", moved_by=("label_smoothing",),
        doc="Binary cross-entropy of log-odds, not clipped.",
    ),
    entry(
        "CategoricalCrossentropy", categorical_crossentropy, "classes", "categorical.probs", settings=(SMOOTHING,),
        elicits="distribution", moved_by=("label_smoothing",),
        clamp=Clamp(
            "1e-7 <= p_j <= 1 - 1e-7", lambda q, p, label_smoothing: _inside(p), textbook.cross_entropy
        ),
        doc="Cross-entropy of probabilities, divided by their sum and then clipped to 1e-7 and 1 - 1e-7.",
    ),
    entry(
        "CategoricalCrossentropy(from_logits=True)", torch.cross_entropy, "classes", "categorical.logits",
        settings=(SMOOTHING,), elicits="distribution", moved_by=("label_smoothing",),
        doc="Cross-entropy of logits, not clipped.",
    ),
    entry(
        "KLDivergence", kl_divergence, "classes", "categorical.probs", elicits="nothing named",
        clamp=Clamp(
            "q_j >= 1e-7 and p_j >= 1e-7",
            lambda q, p: (q >= _epsilon(q)) & (p >= _epsilon(p)), textbook.kullback_leibler,
        ),
        doc="Kullback-Leibler divergence of both rows with every entry at least 1e-7.",
    ),
    entry(
        "BinaryFocalCrossentropy", focal, "binary", "bernoulli.probs", elicits="sign",
        settings=(Setting("gamma", "γ", "nonnegative", default=2, special=(0,)),),
        doc="(1 - p_t)^gamma times the clipped binary cross-entropy, p_t = y p + (1 - y) (1 - p).",
    ),
    entry(
        "Poisson", poisson, "count", "rate", elicits="nothing named", drops="log y!",
        doc="m - y log(m + 1e-7) of a mean m.",
    ),
    entry("MeanSquaredError", textbook.squared_error, "real", "location", elicits="mean", doc="(y - m)^2."),
    entry("MeanAbsoluteError", textbook.absolute_error, "real", "location", elicits="median", doc="|y - m|."),
    entry(
        "Huber", textbook.huber, "real", "location", settings=(Setting("delta", "δ", "positive", default=1),),
        elicits="nothing named", doc="(y - m)^2 / 2 up to delta, linear beyond.",
    ),
    entry("LogCosh", textbook.log_cosh, "real", "location", elicits="nothing named", doc="log cosh(m - y)."),
)  # fmt: skip
