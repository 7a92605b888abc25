"""LightGBM: its objectives. The booster sees derivatives only, so each stands as the function whose gradient it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossent.proof.language.named_loss import NamedLoss, Setting
from crossent.proof.language.over_classes import total
from crossent.proof.rosetta import sklearn, textbook, tweedie
from crossent.vocabulary import abs, log1p, maximum, softplus

VERSION = "lightgbm 4.7.0"
NO_VALUE = "whatever does not move with the prediction: a booster is handed derivatives only"
FILES = {"binary": "binary", "multiclass": "multiclass", "multiclassova": "multiclass"}


def objective(name: str, formula: Callable[..., Any], target: str, prediction: str, **rest: Any) -> NamedLoss:
    file = "xentropy" if name.startswith("cross_entropy") else FILES.get(name, "regression")
    usual: dict[str, Any] = {
        "owner": "lightgbm", "reduction": "sum", "arguments": ("score", "label"), "drops": NO_VALUE,
        "source": f"{VERSION}, src/objective/{file}_objective.hpp, {name}",
    }  # fmt: skip
    return NamedLoss(f"lightgbm.{name}", formula, target, prediction, **(usual | rest))


def binary(y: Any, z: Any, sigmoid: Any) -> Any:
    return y * softplus(-sigmoid * z) + (1 - y) * softplus(sigmoid * z)


def one_versus_all(q: Any, z: Any, sigmoid: Any) -> Any:
    return total(binary(q, z, sigmoid))


def fair(y: Any, m: Any, fair_c: Any) -> Any:
    x = abs(m - y) / fair_c
    return fair_c**2 * (x - log1p(x))


def mape(y: Any, m: Any) -> Any:
    return abs(m - y) / maximum(1, abs(y))


SIGMOID = Setting("sigmoid", "σ", "positive", default=1)

LOSSES = (
    objective(
        "binary", binary, "binary", "bernoulli.logits", settings=(SIGMOID,), soft=False, elicits="distribution",
        moved_by=("sigmoid",),
        doc="Binary cross-entropy of log-odds sigmoid * score. Every label above 0 counts as a yes, also 0.3.",
    ),
    objective(
        "cross_entropy", sklearn.half_binomial, "binary", "bernoulli.logits", elicits="distribution",
        aliases=("lightgbm.xentropy",), doc="Binary cross-entropy of log-odds, labels anywhere in [0, 1].",
    ),
    objective(
        "cross_entropy_lambda", sklearn.half_binomial, "binary", "bernoulli.logits", elicits="distribution",
        aliases=("lightgbm.xentlambda",),
        doc="With weights 1 the same gradient as cross_entropy; the model returns the intensity log(1 + exp(z)), and a "
        "weight w makes the probability 1 - (1 - p)^w.",
    ),
    objective(
        "multiclass", sklearn.half_multinomial, "class", "categorical.logits", elicits="distribution",
        aliases=("lightgbm.softmax",),
        doc="Cross-entropy of logits. The Hessian handed over is C / (C - 1) p (1 - p): twice the diagonal for two "
        "classes.",
    ),
    objective(
        "multiclassova", one_versus_all, "classes", "categorical.logits", settings=(SIGMOID,), soft=False,
        elicits="nothing named", aliases=("lightgbm.multiclass_ova", "lightgbm.ova"),
        doc="C separate binary cross-entropies, each class against the rest.",
    ),
    objective(
        "poisson", tweedie.poisson_of_log, "nonnegative", "log_rate", elicits="mean",
        doc="exp(e) - y e of a log mean. The Hessian handed over is exp(poisson_max_delta_step), 2.01 times it.",
    ),
    objective(
        "gamma", tweedie.gamma_of_log, "positive", "log_rate", elicits="mean", doc="e + y exp(-e) of a log mean.",
    ),
    objective(
        "tweedie", lambda y, e, tweedie_variance_power: tweedie.kernel_of_log(y, e, tweedie_variance_power),
        "nonnegative", "log_rate", settings=(tweedie.variance_power("tweedie_variance_power", "3/2"),), elicits="mean",
        doc="exp((2-p) e) / (2-p) - y exp((1-p) e) / (1-p).",
    ),
    objective(
        "regression", lambda y, m: textbook.squared_error(y, m) / 2, "real", "location", elicits="mean",
        aliases=("lightgbm.regression_l2", "lightgbm.l2"), doc="(m - y)^2 / 2.",
    ),
    objective(
        "regression_l1", textbook.absolute_error, "real", "location", elicits="median", aliases=("lightgbm.l1",),
        doc="|m - y|. The Hessian handed over is 1, and leaves become medians of residuals.",
    ),
    objective(
        "huber", lambda y, m, alpha: textbook.huber(y, m, alpha), "real", "location",
        settings=(Setting("alpha", "δ", "positive", default="9/10"),), elicits="nothing named",
        doc="(m - y)^2 / 2 up to alpha, linear beyond. The Hessian handed over is 1 everywhere.",
    ),
    objective(
        "fair", fair, "real", "location", settings=(Setting("fair_c", "c", "positive", default=1),),
        elicits="nothing named", doc="c^2 (|m - y| / c - log(1 + |m - y| / c)).",
    ),
    objective(
        "quantile", lambda y, m, alpha: textbook.pinball(y, m, alpha), "real", "location",
        settings=(Setting("alpha", "α", "open_unit", default="9/10"),), elicits="quantile",
        doc="The pinball loss. The Hessian handed over is 1, and leaves become quantiles of residuals.",
    ),
    objective(
        "mape", mape, "real", "location", elicits="nothing named",
        doc="|m - y| / max(1, |y|): not a percentage where |y| < 1. Hessian 1; leaves become weighted medians.",
    ),
)  # fmt: skip
