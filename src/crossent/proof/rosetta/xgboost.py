"""XGBoost: its objectives, of which the booster sees derivatives only, and its evaluation metrics.

An objective stands here as the function whose gradient the booster is handed; `doc` says where the second derivative
that it is handed is another. XGBoost computes in float32.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossent.proof.language.named_loss import Clamp, NamedLoss, Setting
from crossent.proof.language.over_classes import own
from crossent.proof.rosetta import sklearn, textbook, tweedie
from crossent.proof.rosetta.pieces import ratio
from crossent.vocabulary import lgamma, log, log1p, maximum, sqrt, where, xlogy

VERSION = "xgboost 3.2.0"
NO_VALUE = "whatever does not move with the prediction: a booster is handed derivatives only"


def objective(name: str, formula: Callable[..., Any], target: str, prediction: str, **rest: Any) -> NamedLoss:
    file = {"binary:hinge": "hinge", "reg:quantileerror": "quantile_obj", "multi:softprob": "multiclass_obj"}
    usual: dict[str, Any] = {
        "owner": "xgboost", "reduction": "sum", "arguments": ("preds", "labels"), "drops": NO_VALUE,
        "source": f"{VERSION}, src/objective/{file.get(name, 'regression_obj')}.cu, {name}",
        "aliases": (f"xgboost:{name}",),
    }  # fmt: skip
    return NamedLoss(f"xgboost.{name}", formula, target, prediction, **(usual | rest))


def metric(name: str, formula: Callable[..., Any], target: str, prediction: str, **rest: Any) -> NamedLoss:
    usual: dict[str, Any] = {
        "owner": "xgboost", "reduction": "mean", "arguments": ("preds", "labels"),
        "source": f"{VERSION}, src/metric/elementwise_metric.cu, {name}", "aliases": (f"xgboost:{name}",),
    }  # fmt: skip
    return NamedLoss(f"xgboost.{name}", formula, target, prediction, **(usual | rest))


# -- objectives --------------------------------------------------------------------------------------------------------


GAP = (17, 2**24)  # in reg:squaredlogerror, of the lowest prediction from -1: what float32 makes of 1e-6 there


def hinge(y: Any, z: Any) -> Any:
    return maximum(0, 1 - (2 * y - 1) * z)


def squared_log_error(y: Any, m: Any) -> Any:
    return (log1p(m) - log1p(y)) ** 2 / 2


def squared_log_error_bent(y: Any, m: Any) -> Any:
    gap = ratio(*GAP, m)
    edge = log(gap) - log1p(y)
    kept = maximum(m, gap - 1)
    return where(m >= gap - 1, squared_log_error(y, kept), edge * edge / 2 + edge / gap * (m - (gap - 1)))


def pseudo_huber(y: Any, m: Any, huber_slope: Any) -> Any:
    z = (m - y) / huber_slope
    return huber_slope**2 * (sqrt(1 + z * z) - 1)


OBJECTIVES = (
    objective(
        "binary:logistic", sklearn.half_binomial, "binary", "bernoulli.logits", elicits="distribution",
        aliases=("xgboost:binary:logistic", "xgboost.reg:logistic", "xgboost.binary:logitraw"),
        doc="Binary cross-entropy of log-odds, labels anywhere in [0, 1]. The Hessian is at least 1e-16; the gradient "
        "stays 3e-39 where z < -88.7. scale_pos_weight multiplies rows whose label is exactly 1.",
    ),
    objective(
        "multi:softprob", sklearn.half_multinomial, "class", "categorical.logits", elicits="distribution",
        aliases=("xgboost:multi:softprob", "xgboost.multi:softmax"),
        doc="Cross-entropy of logits. The Hessian handed over is twice the diagonal, 2 p (1 - p), at least 1e-16.",
    ),
    objective(
        "count:poisson", tweedie.poisson_of_log, "count", "log_rate", elicits="mean",
        doc="exp(e) - y e of a log rate. The Hessian handed over is exp(e + max_delta_step), by default exp(0.7) "
        "= 2.01 times the second derivative.",
    ),
    objective(
        "reg:gamma", tweedie.gamma_of_log, "positive", "log_rate", elicits="mean", doc="e + y exp(-e) of a log mean."
    ),
    objective(
        "reg:tweedie", lambda y, e, tweedie_variance_power: tweedie.kernel_of_log(y, e, tweedie_variance_power),
        "nonnegative", "log_rate", settings=(tweedie.variance_power("tweedie_variance_power", "3/2"),), elicits="mean",
        doc="exp((2-p) e) / (2-p) - y exp((1-p) e) / (1-p).",
    ),
    objective(
        "reg:squarederror", lambda y, m: textbook.squared_error(y, m) / 2, "real", "location", elicits="mean",
        aliases=("xgboost:reg:squarederror", "xgboost.reg:linear"), doc="(m - y)^2 / 2.",
    ),
    objective(
        "reg:absoluteerror", textbook.absolute_error, "real", "location", elicits="median",
        doc="|m - y|. The Hessian handed over is 1, and leaves become medians of residuals.",
    ),
    objective(
        "reg:quantileerror", lambda y, m, quantile_alpha: textbook.pinball(y, m, quantile_alpha), "real", "location",
        settings=(Setting("quantile_alpha", "α", "open_unit"),), elicits="quantile",
        doc="The pinball loss. The Hessian handed over is 1, and leaves become quantiles of residuals.",
    ),
    objective(
        "reg:pseudohubererror", pseudo_huber, "real", "location",
        settings=(Setting("huber_slope", "δ", "positive", default=1),), elicits="nothing named",
        doc="delta^2 (sqrt(1 + ((m - y) / delta)^2) - 1).",
    ),
    objective(
        "reg:squaredlogerror", squared_log_error_bent, "nonnegative", "location", elicits="nothing named",
        clamp=Clamp("m >= -1 + 17/2^24", lambda y, m: m >= ratio(*GAP, m) - 1, squared_log_error),
        doc="(log(1 + m) - log(1 + y))^2 / 2, a straight line below -1 + 1e-6 in float32. Hessian at least 1e-6.",
    ),
    objective(
        "binary:hinge", hinge, "binary", "bernoulli.logits", soft=False, elicits="sign",
        doc="max(0, 1 - (2 y - 1) z) of labels 0 and 1. The Hessian handed over is 1, or 1.2e-38 beyond the margin.",
    ),
)  # fmt: skip

# -- metrics: of what the model returns, a probability or a mean -------------------------------------------------------


def _floor(denominator: int, beside: Any) -> Any:
    return ratio(1, denominator, beside)


def logloss(y: Any, p: Any) -> Any:
    eps = _floor(10**16, p)
    return 0 - (xlogy(y, maximum(p, eps)) + xlogy(1 - y, maximum(1 - p, eps)))


def mlogloss(y: Any, p: Any) -> Any:
    happened = own(p, y)
    return -log(maximum(happened, _floor(10**16, happened)))


def poisson_nloglik(y: Any, m: Any) -> Any:
    m = maximum(m, _floor(10**16, m))
    return lgamma(y + 1) + m - y * log(m)


def exponential_nloglik(y: Any, m: Any) -> Any:
    return y / m + log(m)


def gamma_nloglik(y: Any, m: Any) -> Any:
    return exponential_nloglik(y, maximum(m, _floor(10**6, m)))


def gamma_deviance(y: Any, m: Any) -> Any:
    eps = _floor(10**6, m)
    return 2 * tweedie.half_deviance_gamma(y + eps, m + eps)


METRICS = (
    metric(
        "logloss", logloss, "binary", "bernoulli.probs", elicits="distribution",
        clamp=Clamp(
            "1e-16 <= p <= 1 - 1e-16",
            lambda y, p: (p >= _floor(10**16, p)) & (1 - p >= _floor(10**16, p)),
            lambda y, p: textbook.binary_cross_entropy(y, p, 0 * y),
        ),
        doc="Binary cross-entropy with probabilities of at least 1e-16: certain and wrong costs 36.84.",
    ),
    metric(
        "mlogloss", mlogloss, "class", "categorical.probs", elicits="distribution",
        source=f"{VERSION}, src/metric/multiclass_metric.cu, mlogloss",
        clamp=Clamp(
            "p_y >= 1e-16", lambda y, p: own(p, y) >= _floor(10**16, own(p, y)), textbook.negative_log_likelihood
        ),
        doc="-log p_y with p_y at least 1e-16.",
    ),
    metric(
        "poisson-nloglik", poisson_nloglik, "count", "rate", elicits="mean",
        clamp=Clamp(
            "m >= 1e-16", lambda y, m: m >= _floor(10**16, m), lambda y, m: lgamma(y + 1) + m - xlogy(y, m)
        ),
        doc="Poisson negative log-likelihood, log y! included, of a mean of at least 1e-16.",
    ),
    metric(
        "gamma-nloglik", gamma_nloglik, "positive", "rate", elicits="mean",
        clamp=Clamp("m >= 1e-6", lambda y, m: m >= _floor(10**6, m), exponential_nloglik),
        doc="y / m + log m: the Gamma of shape 1, so the exponential distribution, of a mean of at least 1e-6.",
    ),
    metric(
        "gamma-deviance", gamma_deviance, "positive", "rate", elicits="nothing named",
        doc="The Gamma deviance after 1e-6 is added to the target and to the mean.",
    ),
    metric(
        "tweedie-nloglik", lambda y, m, rho: tweedie.kernel(y, m, rho), "nonnegative", "rate",
        settings=(tweedie.variance_power("rho"),), elicits="mean", drops="the normaliser, which depends on y and rho",
        doc="m^(2-p) / (2-p) - y m^(1-p) / (1-p); written tweedie-nloglik@1.5.",
    ),
    metric(
        "rmse", textbook.squared_error, "real", "location", reduction="sqrt of the mean", elicits="mean",
        doc="The root of the mean of (y - m)^2.",
    ),
    metric("mae", textbook.absolute_error, "real", "location", elicits="median", doc="|y - m|."),
    metric(
        "mphe", pseudo_huber, "real", "location", settings=(Setting("huber_slope", "δ", "positive", default=1),),
        elicits="nothing named", doc="delta^2 (sqrt(1 + ((y - m) / delta)^2) - 1).",
    ),
)  # fmt: skip

LOSSES = (*OBJECTIVES, *METRICS)
