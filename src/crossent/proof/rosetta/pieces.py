"""What formulas of several owners are made of, and the functions that reductions are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossent.proof.language.named_loss import Setting
from crossent.proof.language.over_classes import number_of_classes
from crossent.vocabulary import exp, log, sqrt, times

SMOOTHING = Setting("label_smoothing", "s", "unit", default=0, special=(0,))
USUAL_REDUCTIONS = (("none", "none"), ("mean", "mean"), ("sum", "sum"))

# What the owner returns, as a function of the mean of the rows' losses, of the number of rows n and of classes C.
REDUCTIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "mean": lambda mean, n, C: mean,
    "sum": lambda mean, n, C: n * mean,
    "batchmean": lambda mean, n, C: mean,
    "mean over rows and classes": lambda mean, n, C: mean / C,
    "sqrt of the mean": lambda mean, n, C: sqrt(mean),
    "exp of the mean": lambda mean, n, C: exp(mean),
    "half the log of the mean": lambda mean, n, C: log(mean) / 2,
}


def ratio(numerator: int, denominator: int, beside: Any) -> Any:
    """The exact number numerator/denominator, as a number of the reading in which `beside` stands."""
    return (1 + times(0, beside)) * numerator / denominator


def smoothed(q: Any, label_smoothing: Any) -> Any:
    """The target mixed with the uniform distribution over the classes."""
    return (1 - label_smoothing) * q + label_smoothing / number_of_classes(q)


def smoothed_binary(y: Any, label_smoothing: Any) -> Any:
    """The target mixed with the uniform distribution over yes and no."""
    return (1 - label_smoothing) * y + label_smoothing / 2
