"""The numbers that the steps of the page show, each a formula over the vocabulary or a definition by its name.

q and y are the truth, p, z and m the model. Tests read the same lines with exact numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossent.families import bernoulli, categorical, normal
from crossent.proof.language.coordinates import PREDICTIONS
from crossent.proof.language.over_classes import number_of_classes, total
from crossent.proof.rosetta.catalogue import ROSETTA
from crossent.proof.rosetta.pieces import smoothed
from crossent.vocabulary import softplus_mixture, sqrt, xlog1py, xlogy


def bce(y: Any, p: Any) -> Any:
    return ROSETTA["bce"].formula(y, p, label_smoothing=0)


def ce(q: Any, p: Any) -> Any:
    return ROSETTA["ce"].formula(q, p, label_smoothing=0)


def smoothed_target(q: Any, s: Any) -> Any:
    return smoothed(q, s)


def mixed(a: Any, b: Any, s: Any) -> Any:
    return (1 - s) * a + s * b


def term(q: Any, p: Any) -> Any:
    """What one class adds to the cross-entropy."""
    return categorical.part_given(q, 1, p)


def bce_logits(y: Any, z: Any) -> Any:
    return bernoulli.nll(y, z)


def entropy(q: Any) -> Any:
    return bernoulli.nll_from_probs(q, q)


def divergence(q: Any, p: Any) -> Any:
    return bernoulli.divergence_of_probs(q, p)


def sigmoid(z: Any) -> Any:
    return PREDICTIONS["bernoulli.probs"].from_raw(z)


def sigmoids(z: Any) -> Any:
    return PREDICTIONS["labels.probs"].from_raw(z)


def softmax(z: Any) -> Any:
    return PREDICTIONS["categorical.probs"].from_raw(z)


def binary_sum(q: Any, z: Any) -> Any:
    """A binary loss for each class, summed: what three sigmoids are trained with."""
    return total(softplus_mixture(q, z))


def likelihood(k: Any, n: Any, p: Any) -> Any:
    return p**k * (1 - p) ** (n - k)


def log_likelihood(k: Any, n: Any, p: Any) -> Any:
    return xlogy(k, p) + xlog1py(n - k, -p)


def mean(y: Any) -> Any:
    return total(y) / number_of_classes(y)


def gaussian(y: Any, m: Any, s: Any) -> Any:
    return normal.nll_from_scale(y, m, s)


def mean_gaussian(y: Any, m: Any, s: Any) -> Any:
    return mean(normal.nll_from_scale(y, m, s))


def mean_squared_error(y: Any, m: Any) -> Any:
    return mean(ROSETTA["mse"].formula(y, m))


def gaussian_scale(s: Any) -> Any:
    return 1 / (2 * s * s)


def gaussian_offset(s: Any) -> Any:
    return normal.nll_from_scale(0 * s, 0 * s, s)


def effective_rows(n: Any, copies: Any) -> Any:
    return n / copies


def standard_error(p: Any, n: Any, copies: Any) -> Any:
    """Of a rate, where each row is there `copies` times and counts once."""
    return sqrt(p * (1 - p) * copies / n)


def drift_cost(a: Any, b: Any) -> Any:
    """What one p for both halves costs: the entropy of the mixture less the mean entropy."""
    middle = (a + b) / 2
    return (divergence(a, middle) + divergence(b, middle)) / 2


# name: (formula, the arguments that hold a row: of classes, or of observations)
FORMULAS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "bce": (bce, ()),
    "ce": (ce, ("q", "p")),
    "smoothed_target": (smoothed_target, ("q",)),
    "mixed": (mixed, ()),
    "term": (term, ()),
    "bce_logits": (bce_logits, ()),
    "entropy": (entropy, ()),
    "divergence": (divergence, ()),
    "sigmoid": (sigmoid, ()),
    "sigmoids": (sigmoids, ("z",)),
    "softmax": (softmax, ("z",)),
    "binary_sum": (binary_sum, ("q", "z")),
    "likelihood": (likelihood, ()),
    "log_likelihood": (log_likelihood, ()),
    "mean": (mean, ("y",)),
    "gaussian": (gaussian, ()),
    "mean_gaussian": (mean_gaussian, ("y",)),
    "mean_squared_error": (mean_squared_error, ("y",)),
    "gaussian_scale": (gaussian_scale, ()),
    "gaussian_offset": (gaussian_offset, ()),
    "effective_rows": (effective_rows, ()),
    "standard_error": (standard_error, ()),
    "drift_cost": (drift_cost, ()),
}
