"""torch.nn: the losses of PyTorch, as its kernels compute them. Their first argument is the prediction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossent.proof.language.named_loss import Choice, Clamp, NamedLoss, Setting
from crossent.proof.language.over_classes import log_softmax, number_of_classes, own, spread, total
from crossent.proof.rosetta import textbook
from crossent.proof.rosetta.pieces import SMOOTHING, USUAL_REDUCTIONS, smoothed
from crossent.vocabulary import (
    HALF_LOG_TWO_PI,
    PI,
    abs,
    exp,
    is_zero,
    log,
    log1p,
    log_sigmoid,
    maximum,
    where,
    xlogy,
)

VERSION = "torch 2.13.0"


def entry(name: str, formula: Callable[..., Any], target: str, prediction: str, **rest: Any) -> NamedLoss:
    """A loss of torch.nn: these share the order of arguments, the owner and the choice of a reduction."""
    usual: dict[str, Any] = {
        "owner": "torch", "arguments": ("input", "target"), "reduction": "mean", "reductions": USUAL_REDUCTIONS
    }  # fmt: skip
    rest["source"] = f"{VERSION}, {rest['source']}"
    return NamedLoss(f"torch.nn.{name}", formula, target, prediction, **(usual | rest))


# -- classes -----------------------------------------------------------------------------------------------------------


def cross_entropy(q: Any, z: Any, label_smoothing: Any) -> Any:
    return -total(smoothed(q, label_smoothing) * log_softmax(z))


def class_nll(y: Any, l: Any) -> Any:
    return -own(l, y)


def kl_div(q: Any, l: Any, log_target: bool) -> Any:
    if log_target:  # the owner is handed log q
        return total(q * (log(q) - l))
    return total(xlogy(q, q) - q * l)


def multi_margin(y: Any, z: Any, margin: Any, p: Any) -> Any:
    every = total(maximum(0, margin - spread(own(z, y), z) + z) ** p)
    return (every - margin**p) / number_of_classes(z)


def multilabel_soft_margin(y: Any, z: Any) -> Any:
    return -total(y * log_sigmoid(z) + (1 - y) * log_sigmoid(-z)) / number_of_classes(z)


# -- a yes or no -------------------------------------------------------------------------------------------------------

FLOOR = -100  # of every logarithm in BCELoss


def clamped_bce(y: Any, p: Any) -> Any:
    return (y - 1) * maximum(log1p(-p), FLOOR) - y * maximum(log(p), FLOOR)


def bce_with_logits(y: Any, z: Any, pos_weight: Any) -> Any:
    return (1 - y) * z - ((pos_weight - 1) * y + 1) * log_sigmoid(z)


# -- counts and numbers ------------------------------------------------------------------------------------------------


def stirling(y: Any) -> Any:
    """What `full=True` adds for log y!: nothing up to 1, Stirling's approximation above."""
    many = where(y > 1, y, 1 + 0 * y)
    return where(y > 1, many * log(many) - many + log(many * 2 * PI) / 2, 0 * y)


def poisson_of_log_rate(y: Any, e: Any, full: bool) -> Any:
    return exp(e) - y * e + (stirling(y) if full else 0)


def poisson_of_rate(y: Any, m: Any, eps: Any, full: bool) -> Any:
    return m - y * log(m + eps) + (stirling(y) if full else 0)


def poisson_without_eps(y: Any, m: Any, eps: Any, full: bool) -> Any:
    return m - xlogy(y, m) + (stirling(y) if full else 0)


def gaussian(y: Any, m: Any, var: Any, eps: Any, full: bool) -> Any:
    return gaussian_unclamped(y, m, maximum(var, eps), eps, full)


def gaussian_unclamped(y: Any, m: Any, var: Any, eps: Any, full: bool) -> Any:
    return (log(var) + (m - y) ** 2 / var) / 2 + (HALF_LOG_TWO_PI if full else 0)


def smooth_l1(y: Any, m: Any, beta: Any) -> Any:
    r = abs(m - y)
    return where(r < beta, r * r / (2 * beta), r - beta / 2)


MULTICLASS = (
    entry(
        "CrossEntropyLoss", cross_entropy, "classes", "categorical.logits", settings=(SMOOTHING,),
        elicits="distribution", moved_by=("label_smoothing",),
        aliases=("torch.nn.functional.cross_entropy",), source="aten/src/ATen/native/LossNLL.cpp, cross_entropy_loss",
        doc="Cross-entropy of logits. reduction='mean' divides by the sum of class weights for indices, "
        "by the number of rows for probabilities.",
    ),
    entry(
        "NLLLoss", class_nll, "class", "categorical.log_probs", elicits="distribution",
        aliases=("torch.nn.functional.nll_loss",), source="aten/src/ATen/native/LossNLL.cpp, nll_loss",
        doc="Minus the entry of class y: takes log probabilities, and does not normalise them.",
    ),
    entry(
        "KLDivLoss", kl_div, "classes", "categorical.log_probs", choices=(Choice("log_target", (False, True)),),
        elicits="distribution", reduction="mean over rows and classes",
        reductions=(("none", "none"), ("mean", "mean over rows and classes"), ("batchmean", "batchmean"),
                    ("sum", "sum")),
        aliases=("torch.nn.functional.kl_div",), source="aten/src/ATen/native/Loss.cpp, kl_div",
        doc="q (log q - l) for each class, l the log probabilities; reduction='mean' divides by the number of classes "
        "too. Not a number where q = 0 meets l = -inf, or where log_target=True is handed -inf.",
    ),
    entry(
        "MultiMarginLoss", multi_margin, "class", "categorical.logits",
        settings=(Setting("margin", "Δ", "positive", default=1), Setting("p", "p", "one_or_two", default=1)),
        elicits="nothing named", aliases=("torch.nn.functional.multi_margin_loss",),
        source="aten/src/ATen/native/LossMultiMargin.cpp",
        doc="The other classes' max(0, margin - z_y + z_j)^p, summed and divided by the number of classes.",
    ),
    entry(
        "MultiLabelSoftMarginLoss", multilabel_soft_margin, "labels", "labels.logits", elicits="distribution",
        aliases=("torch.nn.functional.multilabel_soft_margin_loss",), source="torch/nn/functional.py",
        doc="The mean over the labels of the binary cross-entropy of log-odds.",
    ),
)  # fmt: skip

BINARY = (
    entry(
        "BCELoss", clamped_bce, "binary", "bernoulli.probs", elicits="distribution",
        clamp=Clamp(
            "log p >= -100 and log(1 - p) >= -100",
            lambda y, p: (log(p) >= FLOOR) & (log1p(-p) >= FLOOR),
            lambda y, p: textbook.binary_cross_entropy(y, p, 0 * y),
        ),
        aliases=("torch.nn.functional.binary_cross_entropy",),
        source="aten/src/ATen/native/Loss.cpp, binary_cross_entropy",
        doc="Binary cross-entropy with every logarithm at least -100: a certain and wrong prediction costs 100.",
    ),
    entry(
        "BCEWithLogitsLoss", bce_with_logits, "binary", "bernoulli.logits",
        settings=(Setting("pos_weight", "w", "nonnegative", default=1, special=(1,)),), elicits="distribution",
        moved_by=("pos_weight",), aliases=("torch.nn.functional.binary_cross_entropy_with_logits",),
        source="aten/src/ATen/native/Loss.cpp, binary_cross_entropy_with_logits",
        doc="Binary cross-entropy of log-odds; pos_weight multiplies the part of the yes.",
    ),
    entry(
        "SoftMarginLoss", textbook.logistic, "sign", "bernoulli.logits", elicits="distribution",
        aliases=("torch.nn.functional.soft_margin_loss",), source="aten/src/ATen/native/Loss.cpp, soft_margin_loss",
        doc="log(1 + exp(-y z)) of labels -1 and +1, computed as log1p(exp(-y z)): it overflows where -y z > 709.78 "
        "(in float32, 88.72).",
    ),
)  # fmt: skip

REAL = (
    entry(
        "PoissonNLLLoss", poisson_of_log_rate, "count", "log_rate", choices=(Choice("full", (False, True)),),
        drops="log y!, or its difference from Stirling's approximation with full=True", elicits="mean",
        aliases=("torch.nn.functional.poisson_nll_loss", "torch.nn.PoissonNLLLoss(log_input=True)"),
        source="aten/src/ATen/native/Loss.cpp, poisson_nll_loss",
        doc="exp(e) - y e of a log rate e; full=True adds y log y - y + (1/2) log(2 pi y) where y > 1. "
        "eps does nothing here.",
    ),
    entry(
        "PoissonNLLLoss(log_input=False)", poisson_of_rate, "count", "rate",
        settings=(Setting("eps", "ε", "nonnegative", default="1e-8", special=(0,)),),
        choices=(Choice("full", (False, True)),),
        drops="log y!, or its difference from Stirling's approximation with full=True", elicits="nothing named",
        clamp=Clamp("eps = 0", lambda y, m, eps, full: is_zero(eps), poisson_without_eps),
        aliases=("torch.nn.functional.poisson_nll_loss(log_input=False)",),
        source="aten/src/ATen/native/Loss.cpp, poisson_nll_loss",
        doc="m - y log(m + eps) of a rate m; full=True adds y log y - y + (1/2) log(2 pi y) where y > 1.",
    ),
    entry(
        "GaussianNLLLoss", gaussian, "real", "location",
        settings=(Setting("var", "v", "nonnegative"), Setting("eps", "ε", "nonnegative", default="1e-6")),
        choices=(Choice("full", (False, True)),), arguments=("input", "target", "var"),
        drops="(1/2) log(2 pi), unless full=True", elicits="mean",
        clamp=Clamp("var >= eps", lambda y, m, var, eps, full: var >= eps, gaussian_unclamped),
        aliases=("torch.nn.functional.gaussian_nll_loss",), source="torch/nn/functional.py, gaussian_nll_loss",
        doc="(1/2) (log v + (m - y)^2 / v) with v the variance, at least eps.",
    ),
    entry(
        "MSELoss", textbook.squared_error, "real", "location", elicits="mean",
        aliases=("torch.nn.functional.mse_loss",), source="aten/src/ATen/native/Loss.cpp", doc="(m - y)^2.",
    ),
    entry(
        "L1Loss", textbook.absolute_error, "real", "location", elicits="median",
        aliases=("torch.nn.functional.l1_loss",), source="torch/nn/functional.py", doc="|m - y|.",
    ),
    entry(
        "SmoothL1Loss", smooth_l1, "real", "location", settings=(Setting("beta", "β", "positive", default=1),),
        elicits="nothing named", aliases=("torch.nn.functional.smooth_l1_loss",),
        source="aten/src/ATen/native/Loss.cpp, smooth_l1_loss",
        doc="(m - y)^2 / (2 beta) nearer than beta, |m - y| - beta / 2 beyond: Huber's loss divided by its delta.",
    ),
    entry(
        "HuberLoss", textbook.huber, "real", "location", settings=(Setting("delta", "δ", "positive", default=1),),
        elicits="nothing named", aliases=("torch.nn.functional.huber_loss",),
        source="aten/src/ATen/native/Loss.cpp, huber_loss",
        doc="(m - y)^2 / 2 up to delta, delta (|m - y| - delta / 2) beyond.",
    ),
)  # fmt: skip

LOSSES = (*MULTICLASS, *BINARY, *REAL)
