"""scikit-learn: its metrics, and the losses of `sklearn._loss` that its models minimise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossent.proof.language.named_loss import Clamp, NamedLoss, Setting
from crossent.proof.language.over_classes import own, total
from crossent.proof.rosetta import textbook, tweedie
from crossent.proof.rosetta.pieces import ratio
from crossent.vocabulary import exp, log, log1p, maximum, minimum, softplus, xlogy

VERSION = "scikit-learn 1.9.1"
SAMPLED = ("y_true", "y_pred")


def metric(name: str, formula: Callable[..., Any], target: str, prediction: str, **rest: Any) -> NamedLoss:
    """A metric: the mean over the rows."""
    file = "_classification" if "proba" in rest.get("arguments", SAMPLED)[1] or "hinge" in name else "_regression"
    usual: dict[str, Any] = {
        "owner": "sklearn", "reduction": "mean", "arguments": SAMPLED,
        "source": f"{VERSION}, sklearn/metrics/{file}.py, {name.partition('(')[0]}",
    }  # fmt: skip
    return NamedLoss(f"sklearn.metrics.{name}", formula, target, prediction, **(usual | rest))


def model_loss(name: str, formula: Callable[..., Any], target: str, prediction: str, **rest: Any) -> NamedLoss:
    """A loss of sklearn._loss: one value a row, of the raw prediction."""
    usual: dict[str, Any] = {
        "owner": "sklearn", "arguments": ("y_true", "raw_prediction"), "aliases": (f"sklearn._loss.loss.{name}",),
        "source": f"{VERSION}, sklearn/_loss/_loss.pyx.tp, {name.partition('(')[0].removeprefix('loss.')}",
    }  # fmt: skip
    return NamedLoss(f"sklearn._loss.{name}", formula, target, prediction, **(usual | rest))


# -- metrics of classes ------------------------------------------------------------------------------------------------

PROBA = ("y_true", "y_proba")


def _edge(p: Any) -> Any:
    """The spacing of float64 numbers at 1: what probabilities are clipped to."""
    return ratio(1, 2**52, p)


def log_loss(q: Any, p: Any) -> Any:
    edge = _edge(p)
    return -total(xlogy(q, minimum(maximum(p, edge), 1 - edge)))


def _is_inside(q: Any, p: Any) -> Any:
    edge = _edge(p)
    return (p >= edge) & (p <= 1 - edge)


OF_CLASSES = (
    metric(
        "log_loss", log_loss, "classes", "categorical.probs", arguments=PROBA, soft=False, elicits="distribution",
        reductions=(("none", "none"), ("mean", "mean"), ("sum", "sum")),
        clamp=Clamp("2^-52 <= p_j <= 1 - 2^-52", _is_inside, lambda q, p: textbook.cross_entropy(q, p, 0 * p)),
        doc="Cross-entropy of labels, with probabilities clipped to 2^-52 and 1 - 2^-52 (2^-23 where they are float32, "
        "2^-10 where float16): certain and right costs 2.2e-16, certain and wrong 36.04. normalize=False sums.",
    ),
    metric(
        "brier_score_loss", textbook.brier, "binary", "bernoulli.probs", arguments=PROBA, soft=False,
        elicits="distribution", doc="(p - y)^2 of a yes or no; of more classes the sum over them, not halved.",
    ),
    metric(
        "brier_score_loss(scale_by_half=False)", textbook.brier_over_classes, "classes", "categorical.probs",
        arguments=PROBA, soft=False, elicits="distribution", doc="The sum over the classes of (p_j - q_j)^2.",
    ),
    metric(
        "brier_score_loss(scale_by_half=True)", lambda q, p: textbook.brier_over_classes(q, p) / 2, "classes",
        "categorical.probs", arguments=PROBA, soft=False, elicits="distribution",
        doc="Half the sum over the classes of (p_j - q_j)^2, which two classes get unasked.",
    ),
    metric(
        "hinge_loss", textbook.hinge, "sign", "bernoulli.logits", arguments=("y_true", "pred_decision"), soft=False,
        elicits="sign", doc="max(0, 1 - y z); the larger of the two labels counts as +1.",
    ),
)  # fmt: skip

# -- metrics of numbers ------------------------------------------------------------------------------------------------


def squared_log_error(y: Any, m: Any) -> Any:
    return (log1p(y) - log1p(m)) ** 2


OF_NUMBERS = (
    metric("mean_squared_error", textbook.squared_error, "real", "location", elicits="mean", doc="(y - m)^2."),
    metric(
        "root_mean_squared_error", textbook.squared_error, "real", "location", elicits="mean",
        reduction="sqrt of the mean", doc="The root of the mean of (y - m)^2.",
    ),
    metric("mean_absolute_error", textbook.absolute_error, "real", "location", elicits="median", doc="|y - m|."),
    metric(
        "mean_pinball_loss", lambda y, m, alpha: textbook.pinball(y, m, alpha), "real", "location",
        settings=(Setting("alpha", "α", "open_unit", default="1/2"),), elicits="quantile",
        doc="alpha (y - m) above the prediction, (1 - alpha) (m - y) below it.",
    ),
    metric(
        "mean_squared_log_error", squared_log_error, "nonnegative", "rate", elicits="nothing named",
        doc="(log(1 + y) - log(1 + m))^2.",
    ),
    metric(
        "mean_poisson_deviance", lambda y, m: 2 * tweedie.half_deviance_poisson(y, m), "nonnegative", "rate",
        elicits="mean", aliases=("sklearn.metrics.mean_tweedie_deviance(power=1)",), doc="2 (y log(y / m) - y + m).",
    ),
    metric(
        "mean_gamma_deviance", lambda y, m: 2 * tweedie.half_deviance_gamma(y, m), "positive", "rate", elicits="mean",
        aliases=("sklearn.metrics.mean_tweedie_deviance(power=2)",), doc="2 (log(m / y) + y / m - 1).",
    ),
    metric(
        "mean_tweedie_deviance", textbook.squared_error, "real", "location", elicits="mean",
        aliases=("sklearn.metrics.mean_tweedie_deviance(power=0)",),
        doc="At its default power, 0: (y - m)^2. Other powers are other losses.",
    ),
    metric(
        "mean_tweedie_deviance(power=...)", lambda y, m, power: 2 * tweedie.half_deviance(y, m, power), "nonnegative",
        "rate", settings=(tweedie.variance_power("power"),), elicits="mean",
        doc="2 (y^(2-p) / ((1-p) (2-p)) - y m^(1-p) / (1-p) + m^(2-p) / (2-p)).",
    ),
)  # fmt: skip

# -- what models minimise ----------------------------------------------------------------------------------------------


def half_binomial(y: Any, z: Any) -> Any:
    return softplus(z) - y * z


def half_multinomial(y: Any, z: Any) -> Any:
    return log(total(exp(z))) - own(z, y)


def exponential(y: Any, f: Any) -> Any:
    return y * exp(-f) + (1 - y) * exp(f)


OF_MODELS = (
    model_loss(
        "HalfSquaredError", lambda y, m: textbook.squared_error(y, m) / 2, "real", "location", elicits="mean",
        aliases=("sklearn._loss.loss.HalfSquaredError", "sklearn._loss.HalfTweedieLossIdentity(power=0)"),
        doc="(m - y)^2 / 2.",
    ),
    model_loss("AbsoluteError", textbook.absolute_error, "real", "location", elicits="median", doc="|m - y|."),
    model_loss(
        "PinballLoss", textbook.pinball, "real", "location",
        settings=(Setting("quantile", "τ", "open_unit", default="1/2"),), elicits="quantile",
        doc="quantile (y - m) above the prediction, (1 - quantile) (m - y) below it.",
    ),
    model_loss(
        "HuberLoss", textbook.huber, "real", "location", settings=(Setting("delta", "δ", "positive", default="1/2"),),
        elicits="nothing named",
        doc="(m - y)^2 / 2 up to delta, linear beyond; gradient boosting sets delta to a quantile of the residuals.",
    ),
    model_loss(
        "HalfPoissonLoss", tweedie.poisson_of_log, "nonnegative", "log_rate", elicits="mean",
        aliases=("sklearn._loss.loss.HalfPoissonLoss", "sklearn._loss.HalfTweedieLoss(power=1)"),
        drops="y log y - y (of the deviance) or log y! (of the likelihood)", doc="exp(e) - y e of a log mean e.",
    ),
    model_loss(
        "HalfGammaLoss", tweedie.gamma_of_log, "positive", "log_rate", elicits="mean", drops="-log y - 1",
        aliases=("sklearn._loss.loss.HalfGammaLoss", "sklearn._loss.HalfTweedieLoss(power=2)"),
        doc="e + y exp(-e) of a log mean e.",
    ),
    model_loss(
        "HalfTweedieLoss", lambda y, e, power: tweedie.kernel_of_log(y, e, power), "nonnegative", "log_rate",
        settings=(tweedie.variance_power("power", "3/2"),), elicits="mean", drops="y^(2-p) / ((1-p) (2-p))",
        doc="exp((2-p) e) / (2-p) - y exp((1-p) e) / (1-p); at p = 0, 1 and 2 other constants are dropped, so that it "
        "jumps there.",
    ),
    model_loss(
        "HalfTweedieLoss(power=0)", lambda y, e: textbook.squared_error(y, exp(e)) / 2, "real", "log_rate",
        elicits="mean", doc="(y - exp(e))^2 / 2.",
    ),
    model_loss(
        "HalfTweedieLossIdentity", lambda y, m, power: tweedie.half_deviance(y, m, power), "nonnegative", "rate",
        settings=(tweedie.variance_power("power", "3/2"),), elicits="mean", doc="Half the Tweedie deviance of a mean.",
    ),
    model_loss(
        "HalfTweedieLossIdentity(power=1)", tweedie.half_deviance_poisson, "nonnegative", "rate", elicits="mean",
        doc="Half the Poisson deviance of a mean.",
    ),
    model_loss(
        "HalfTweedieLossIdentity(power=2)", tweedie.half_deviance_gamma, "positive", "rate", elicits="mean",
        doc="Half the Gamma deviance of a mean.",
    ),
    model_loss(
        "HalfBinomialLoss", half_binomial, "binary", "bernoulli.logits", elicits="distribution",
        doc="log(1 + exp(z)) - y z. Not half of anything: the negative log-likelihood itself.",
    ),
    model_loss(
        "HalfMultinomialLoss", half_multinomial, "class", "categorical.logits", elicits="distribution",
        doc="log of the sum of exp(z_k), minus z_y.",
    ),
    model_loss(
        "loss.ExponentialLoss", exponential, "binary", "bernoulli.half_logits", elicits="distribution", aliases=(),
        doc="y exp(-f) + (1 - y) exp(f), f half the log-odds: predict_proba is sigmoid(2 f).",
    ),
)  # fmt: skip

LOSSES = (*OF_CLASSES, *OF_NUMBERS, *OF_MODELS)
