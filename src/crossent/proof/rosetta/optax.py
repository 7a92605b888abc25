"""optax.losses: the losses of Optax (JAX), one value a row, no reduction. Their first argument is the prediction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossent.proof.language.named_loss import NamedLoss, Setting
from crossent.proof.language.over_classes import log_softmax, own, softmax, total
from crossent.proof.rosetta import textbook
from crossent.vocabulary import abs, exp, log, log_sigmoid, minimum, sigmoid, times, where, xlogy

CLASSIFICATION, REGRESSION = "optax/losses/_classification.py", "optax/losses/_regression.py"


def entry(name: str, formula: Callable[..., Any], target: str, prediction: str, **rest: Any) -> NamedLoss:
    """A loss of Optax: these share the owner, the file and the order of the arguments."""
    file = REGRESSION if prediction == "location" else CLASSIFICATION
    usual: dict[str, Any] = {
        "owner": "optax", "source": f"optax 0.2.8, {file}, {name.partition('(')[0].removeprefix('losses.')}",
        "aliases": () if name.startswith("losses.") else (f"optax.losses.{name}",),
        "arguments": ("predictions", "targets") if prediction == "location" else ("logits", "labels"),
    }  # fmt: skip
    return NamedLoss(f"optax.{name}", formula, target, prediction, **(usual | rest))


# -- a yes or no -------------------------------------------------------------------------------------------------------


def sigmoid_binary_cross_entropy(y: Any, z: Any) -> Any:
    return -y * log_sigmoid(z) - (1 - y) * log_sigmoid(-z)


def sigmoid_focal_loss(y: Any, z: Any, gamma: Any) -> Any:
    against = (1 - y) * sigmoid(z) + y * sigmoid(-z)
    return sigmoid_binary_cross_entropy(y, z) * against**gamma


def weighted_focal_loss(y: Any, z: Any, alpha: Any, gamma: Any) -> Any:
    return (alpha * y + (1 - alpha) * (1 - y)) * sigmoid_focal_loss(y, z, gamma)


def sparsemax_loss(y: Any, z: Any) -> Any:
    x = (1 - 2 * y) * z
    return where(x <= -1, 0 * x, where(x >= 1, x, (x + 1) ** 2 / 4))


GAMMA = Setting("gamma", "γ", "nonnegative", default=2, special=(0,))

BINARY = (
    entry(
        "sigmoid_binary_cross_entropy", sigmoid_binary_cross_entropy, "binary", "bernoulli.logits",
        elicits="distribution",
        doc="Binary cross-entropy of log-odds.",
    ),
    entry(
        "sigmoid_focal_loss", sigmoid_focal_loss, "binary", "bernoulli.logits", settings=(GAMMA,), elicits="sign",
        doc="Binary cross-entropy times (1 - p_t)^gamma with p_t = y p + (1 - y) (1 - p): for soft labels this is not "
        "the mixture of the two hard ones.",
    ),
    entry(
        "sigmoid_focal_loss(alpha=...)", weighted_focal_loss, "binary", "bernoulli.logits",
        settings=(Setting("alpha", "α", "unit"), GAMMA), elicits="nothing named",
        doc="The same with the part of the yes weighted by alpha, that of the no by 1 - alpha.",
    ),
    entry(
        "hinge_loss", textbook.hinge, "sign", "bernoulli.logits", elicits="sign",
        arguments=("predictor_outputs", "targets"), doc="max(0, 1 - y z) of labels -1 and +1.",
    ),
    entry(
        "losses.perceptron_loss", textbook.perceptron, "sign", "bernoulli.logits", elicits="nothing named",
        arguments=("predictor_outputs", "targets"), doc="max(0, -y z) of labels -1 and +1.",
    ),
    entry(
        "losses.sparsemax_loss", sparsemax_loss, "binary", "bernoulli.logits", soft=False, elicits="sign",

        doc="Two-class sparsemax: 0 beyond the margin 1, linear beyond -1, a parabola between; a score, not log-odds.",
    ),
)  # fmt: skip

# -- classes -----------------------------------------------------------------------------------------------------------


def softmax_cross_entropy(q: Any, z: Any) -> Any:
    return -total(q * log_softmax(z))


def safe_softmax_cross_entropy(q: Any, z: Any) -> Any:
    return -total(times(q, log_softmax(z)))


def softmax_cross_entropy_with_integer_labels(y: Any, z: Any) -> Any:
    return log(total(exp(z))) - own(z, y)


def poly_loss_cross_entropy(q: Any, z: Any, epsilon: Any) -> Any:
    return softmax_cross_entropy(q, z) + epsilon * total(q * (1 - softmax(z)))


def kl_divergence(q: Any, l: Any) -> Any:
    return total(xlogy(q, q) - q * l)


def kl_divergence_with_log_targets(q: Any, l: Any) -> Any:
    return total(q * (log(q) - l))


def generalized_kl_divergence(q: Any, l: Any) -> Any:
    return kl_divergence(q, l) + total(exp(l) - q)


LOG_PREDICTIONS = ("log_predictions", "targets")

MULTICLASS = (
    entry(
        "softmax_cross_entropy", softmax_cross_entropy, "classes", "categorical.logits", elicits="distribution",
        doc="Cross-entropy of logits. Not a number where a class of target 0 has the logit -inf.",
    ),
    entry(
        "safe_softmax_cross_entropy", safe_softmax_cross_entropy, "classes", "categorical.logits",
        elicits="distribution", doc="Cross-entropy of logits, in which a class of target 0 adds 0 also at -inf.",
    ),
    entry(
        "softmax_cross_entropy_with_integer_labels", softmax_cross_entropy_with_integer_labels, "class",
        "categorical.logits", elicits="distribution",
        doc="log of the sum of exp(z_k), minus z_y.",
    ),
    entry(
        "losses.poly_loss_cross_entropy", poly_loss_cross_entropy, "classes", "categorical.logits",
        settings=(Setting("epsilon", "ε", "nonnegative", default=2, special=(0,)),), elicits="nothing named",
        doc="Cross-entropy plus epsilon times the probability of being wrong.",
    ),
    entry(
        "kl_divergence", kl_divergence, "classes", "categorical.log_probs", elicits="distribution",
        arguments=LOG_PREDICTIONS,
        doc="The sum of q (log q - l), l the log probabilities; not a number where q = 0 meets l = -inf.",
    ),
    entry(
        "losses.kl_divergence_with_log_targets", kl_divergence_with_log_targets, "classes", "categorical.log_probs",
        elicits="distribution", arguments=("log_predictions", "log_targets"),
        doc="The same of log q; not a number wherever a target is 0, so for every hard one.",
    ),
    entry(
        "losses.generalized_kl_divergence", generalized_kl_divergence, "classes", "categorical.log_probs",
        elicits="distribution",
        arguments=LOG_PREDICTIONS,
        aliases=("optax.convex_kl_divergence", "optax.losses.convex_kl_divergence"),
        doc="The divergence plus the sum of exp(l) - q, which is 0 for probabilities that sum to 1.",
    ),
)  # fmt: skip

# -- numbers -----------------------------------------------------------------------------------------------------------


def huber_loss(y: Any, m: Any, delta: Any) -> Any:
    quadratic = minimum(abs(m - y), delta)
    return quadratic**2 / 2 + delta * (abs(m - y) - quadratic)


REAL = (
    entry("squared_error", textbook.squared_error, "real", "location", elicits="mean", doc="(m - y)^2."),
    entry(
        "l2_loss", lambda y, m: textbook.squared_error(y, m) / 2, "real", "location", elicits="mean",
        doc="Half the squared error.",
    ),
    entry(
        "huber_loss", huber_loss, "real", "location", settings=(Setting("delta", "δ", "positive", default=1),),
        elicits="nothing named", doc="(m - y)^2 / 2 up to delta, linear beyond.",
    ),
    entry("log_cosh", textbook.log_cosh, "real", "location", elicits="nothing named", doc="log cosh(m - y)."),
)  # fmt: skip

LOSSES = (*BINARY, *MULTICLASS, *REAL)
