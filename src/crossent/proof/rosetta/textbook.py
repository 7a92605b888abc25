"""The losses of textbooks, by their short names: no owner bends them, nothing is dropped."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crossent.proof.language.named_loss import NamedLoss, Setting
from crossent.proof.language.over_classes import own, softmax, total
from crossent.proof.rosetta.pieces import SMOOTHING, USUAL_REDUCTIONS, smoothed, smoothed_binary
from crossent.vocabulary import (
    LOG_TWO,
    PI,
    E,
    abs,
    exp,
    log,
    log1p,
    maximum,
    softplus,
    where,
    xlog1py,
    xlogy,
)

# -- of a distribution over classes ------------------------------------------------------------------------------------


def cross_entropy(q: Any, p: Any, label_smoothing: Any) -> Any:
    return -total(xlogy(smoothed(q, label_smoothing), p))


def negative_log_likelihood(y: Any, p: Any) -> Any:
    return -log(own(p, y))


def kullback_leibler(q: Any, p: Any) -> Any:
    return total(xlogy(q, q) - xlogy(q, p))


def brier_over_classes(q: Any, p: Any) -> Any:
    return total((p - q) ** 2)


def _binary(y: Any, p: Any) -> Any:
    return 0 - (xlogy(y, p) + xlog1py(1 - y, -p))


def softmax_bce(q: Any, p: Any) -> Any:
    return total(_binary(q, p))


def sigmoid_ce(q: Any, z: Any) -> Any:
    return total(q * softplus(-z) + (1 - q) * softplus(z))


OVER_CLASSES = (
    NamedLoss(
        "ce", cross_entropy, "classes", "categorical.probs", settings=(SMOOTHING,), arguments=("q", "p"),
        elicits="distribution", moved_by=("label_smoothing",), aliases=("cross_entropy", "log_score"),
        source="Shannon 1948, section 6; label smoothing: Szegedy et al. 2016, section 7",
        doc="Cross-entropy of the truth q with the model p: the sum over classes of -q_j log p_j, in nats.",
    ),
    NamedLoss(
        "perplexity", lambda q, p: cross_entropy(q, p, 0), "classes", "categorical.probs", arguments=("q", "p"),
        reduction="exp of the mean", elicits="distribution", source="Jelinek et al. 1977",
        doc="exp of the mean cross-entropy; a row is its cross-entropy, the exponential is taken of the rows' mean.",
    ),
    NamedLoss(
        "nll", negative_log_likelihood, "class", "categorical.probs", arguments=("y", "p"), elicits="distribution",
        source="Fisher 1922", doc="Negative log-likelihood of the class y that happened: -log p_y.",
    ),
    NamedLoss(
        "kl", kullback_leibler, "classes", "categorical.probs", arguments=("q", "p"), elicits="distribution",
        aliases=("kl_divergence",), source="Kullback and Leibler 1951",
        doc="Kullback-Leibler divergence of the model p from the truth q: the sum of q_j log(q_j / p_j).",
    ),
    NamedLoss(
        "multiclass_brier", brier_over_classes, "classes", "categorical.probs", arguments=("q", "p"),
        elicits="distribution", source="Brier 1950, equation 2",
        doc="Brier's own score: the sum over classes of (p_j - q_j)^2. With two classes it is twice `brier`.",
    ),
    NamedLoss(
        "softmax_bce", softmax_bce, "classes", "categorical.probs", arguments=("q", "p"), elicits="distribution",
        source="the binary formula, summed over the classes of a softmax",
        doc="The binary cross-entropy of every class against the rest, summed, over probabilities of a softmax.",
    ),
    NamedLoss(
        "sigmoid_ce", sigmoid_ce, "classes", "categorical.logits", arguments=("q", "z"), elicits="nothing named",
        source="C independent sigmoids, one for each class",
        doc="C separate yes-or-no cross-entropies with p_j = sigmoid(z_j), summed, of the logits that a softmax takes.",
    ),
)  # fmt: skip

# -- of a yes or no ----------------------------------------------------------------------------------------------------


def binary_cross_entropy(y: Any, p: Any, label_smoothing: Any) -> Any:
    return _binary(smoothed_binary(y, label_smoothing), p)


def binary_cross_entropy_of_logits(y: Any, z: Any, label_smoothing: Any) -> Any:
    y = smoothed_binary(y, label_smoothing)
    return y * softplus(-z) + (1 - y) * softplus(z)


def wrong_sign(y: Any, p: Any) -> Any:
    return xlogy(y, p) + xlog1py(1 - y, -p)


def brier(y: Any, p: Any) -> Any:
    return (p - y) ** 2


def focal(y: Any, p: Any, gamma: Any) -> Any:
    return 0 - (xlogy(y, p) * (1 - p) ** gamma + xlog1py(1 - y, -p) * p**gamma)


def logistic(y: Any, z: Any) -> Any:
    return softplus(-y * z)


def hinge(y: Any, z: Any) -> Any:
    return maximum(0, 1 - y * z)


def perceptron(y: Any, z: Any) -> Any:
    return maximum(0, -y * z)


def exponential(y: Any, f: Any) -> Any:
    return exp(-y * f)


OF_YES_OR_NO = (
    NamedLoss(
        "bce", binary_cross_entropy, "binary", "bernoulli.probs", settings=(SMOOTHING,), arguments=("y", "p"),
        elicits="distribution", moved_by=("label_smoothing",), aliases=("binary_cross_entropy",),
        source="Good 1952; Cox 1958", doc="Binary cross-entropy: -y log p - (1 - y) log(1 - p), p of a yes.",
    ),
    NamedLoss(
        "bce_logits", binary_cross_entropy_of_logits, "binary", "bernoulli.logits", settings=(SMOOTHING,),
        arguments=("y", "z"), elicits="distribution", moved_by=("label_smoothing",),
        source="Cox 1958", doc="Binary cross-entropy of log-odds z: y log(1 + exp(-z)) + (1 - y) log(1 + exp(z)).",
    ),
    NamedLoss(
        "ce_logits", lambda q, z, label_smoothing: cross_entropy(q, softmax(z), label_smoothing), "classes",
        "categorical.logits", settings=(SMOOTHING,), arguments=("q", "z"), elicits="distribution",
        moved_by=("label_smoothing",), aliases=("softmax_ce",), source="Bridle 1990",
        doc="Cross-entropy of logits z: the sum over classes of -q_j log softmax(z)_j.",
    ),
    NamedLoss(
        "wrong_sign_bce", wrong_sign, "binary", "bernoulli.probs", arguments=("y", "p"), elicits="nothing named",
        source="the formula as it is often copied, without its minus sign",
        doc="y log p + (1 - y) log(1 - p): the log-likelihood, which is to be made large, not small.",
    ),
    NamedLoss(
        "brier", brier, "binary", "bernoulli.probs", arguments=("y", "p"), elicits="distribution",
        source="Brier 1950, for one of the two outcomes", doc="(p - y)^2, p of a yes.",
    ),
    NamedLoss(
        "focal", focal, "binary", "bernoulli.probs", arguments=("y", "p"), elicits="sign",
        settings=(Setting("gamma", "γ", "nonnegative", special=(0,)),), source="Lin et al. 2017, equation 4",
        doc="Cross-entropy with rows that are already right turned down: -(1 - p_y)^gamma log p_y, "
        "mixed by y for soft labels. Not proper for gamma > 0, though the decision is right.",
    ),
    NamedLoss(
        "logistic", logistic, "sign", "bernoulli.logits", arguments=("y", "z"), elicits="distribution",
        source="Cox 1958, with labels -1 and +1", doc="log(1 + exp(-y z)) of labels -1 and +1.",
    ),
    NamedLoss(
        "hinge", hinge, "sign", "bernoulli.logits", arguments=("y", "z"), elicits="sign",
        source="Cortes and Vapnik 1995", doc="max(0, 1 - y z) of labels -1 and +1; z is a score, not log-odds.",
    ),
    NamedLoss(
        "squared_hinge", lambda y, z: hinge(y, z) ** 2, "sign", "bernoulli.logits", arguments=("y", "z"),
        elicits="sign", source="Cortes and Vapnik 1995", doc="max(0, 1 - y z)^2 of labels -1 and +1.",
    ),
    NamedLoss(
        "perceptron", perceptron, "sign", "bernoulli.logits", arguments=("y", "z"),
        elicits="nothing named", source="Rosenblatt 1958", doc="max(0, -y z) of labels -1 and +1; least at z = 0.",
    ),
    NamedLoss(
        "exponential", exponential, "sign", "bernoulli.half_logits", arguments=("y", "f"), elicits="distribution",
        aliases=("adaboost",), source="Freund and Schapire 1997; Friedman, Hastie and Tibshirani 2000, section 4",
        doc="AdaBoost's exp(-y f) of labels -1 and +1; least at half the log-odds.",
    ),
)  # fmt: skip

# -- of a location -----------------------------------------------------------------------------------------------------


def squared_error(y: Any, m: Any) -> Any:
    return (y - m) ** 2


def absolute_error(y: Any, m: Any) -> Any:
    return abs(y - m)


def pinball(y: Any, m: Any, quantile: Any) -> Any:
    return where(y >= m, quantile * (y - m), (1 - quantile) * (m - y))


def huber(y: Any, m: Any, delta: Any) -> Any:
    r = abs(y - m)
    return where(r <= delta, r * r / 2, delta * r - delta * delta / 2)


def log_cosh(y: Any, m: Any) -> Any:
    return softplus(2 * (m - y)) - (m - y) - LOG_TWO


def cauchy(y: Any, m: Any, scale: Any) -> Any:
    z = (y - m) / scale
    return log1p(z * z)


OF_A_LOCATION = (
    NamedLoss(
        "mse", squared_error, "real", "location", arguments=("y", "m"), reduction="mean", elicits="mean",
        aliases=("squared_error",), source="Gauss 1809", doc="Squared error (y - m)^2.",
    ),
    NamedLoss(
        "rmse", squared_error, "real", "location", arguments=("y", "m"), reduction="sqrt of the mean", elicits="mean",
        source="Gauss 1809", doc="Root of the mean squared error; a row is its squared error.",
    ),
    NamedLoss(
        "mae", absolute_error, "real", "location", arguments=("y", "m"), reduction="mean", elicits="median",
        aliases=("absolute_error",), source="Laplace 1774", doc="Absolute error |y - m|.",
    ),
    NamedLoss(
        "pinball", pinball, "real", "location", arguments=("y", "m"), elicits="quantile",
        settings=(Setting("quantile", "τ", "open_unit"),), aliases=("quantile",), source="Koenker and Bassett 1978",
        doc="quantile * (y - m) above the prediction, (1 - quantile) * (m - y) below it.",
    ),
    NamedLoss(
        "huber", huber, "real", "location", arguments=("y", "m"), elicits="nothing named",
        settings=(Setting("delta", "δ", "positive"),), source="Huber 1964",
        doc="(y - m)^2 / 2 up to a distance of delta, delta |y - m| - delta^2 / 2 beyond.",
    ),
    NamedLoss(
        "log_cosh", log_cosh, "real", "location", arguments=("y", "m"), elicits="nothing named",
        source="Green 1990", doc="log cosh(y - m), written so that it does not overflow.",
    ),
    NamedLoss(
        "cauchy", cauchy, "real", "location", arguments=("y", "m"), elicits="nothing named",
        settings=(Setting("scale", "c", "positive"),), source="Barron 2019, alpha = 0",
        doc="log(1 + ((y - m) / scale)^2), the logarithm of a Cauchy density but for constants, times -1.",
    ),
    NamedLoss(
        "normal_profile", lambda y, m: squared_error(y, m) * 2 * PI * E, "real", "location", arguments=("y", "m"),
        reduction="half the log of the mean", elicits="mean", aliases=("normal_learned_scale",),
        source="Cox and Barndorff-Nielsen 1994, the profile likelihood",
        doc="Normal negative log-likelihood with one scale for all rows, learned: (1/2) log(2 pi e mean (y - m)^2).",
    ),
)  # fmt: skip

LOSSES = tuple(
    replace(loss, reductions=USUAL_REDUCTIONS if loss.reduction in ("none", "mean") else ())
    for loss in (*OVER_CLASSES, *OF_YES_OR_NO, *OF_A_LOCATION)
)
