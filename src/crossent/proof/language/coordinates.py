"""The kinds of targets, and the coordinates in which a predicted distribution may be written.

Only a change between two coordinates of the same distribution may enter a proof, and it is named there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crossent.proof.language.over_classes import log_softmax, softmax
from crossent.vocabulary import exp, log, sigmoid


@dataclass(frozen=True)
class Target:
    """A kind of target: where hard ones lie, where soft ones may; `canonical` is the kind it is compared as."""

    name: str
    words: str
    hard: str
    soft: str = ""
    canonical: str = ""
    to_canonical: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Prediction:
    """A coordinate of a predicted distribution: `of` is the distribution, `from_raw` gives this coordinate."""

    name: str
    of: str
    symbol: str
    domain: str  # unit | real | positive, of each number
    from_raw: Callable[[Any], Any]
    words: str = ""


TARGETS = {
    target.name: target
    for target in (
        Target("binary", "a yes or no", "{0, 1}", "[0, 1]"),
        Target("sign", "a label -1 or +1", "{-1, 1}", "[-1, 1]", "binary", lambda y: (y + 1) / 2),
        Target("classes", "a row of C probabilities", "one of the C unit rows", "the simplex"),
        Target("class", "the index of a class", "1 .. C", "", "classes"),
        Target("labels", "a row of C yes or no", "{0, 1}^C", "[0, 1]^C"),
        Target("counts", "a row of C counts", "counts"),
        Target("real", "a real number", "the real line"),
        Target("count", "a count", "0, 1, 2, ..."),
        Target("nonnegative", "a number >= 0", "[0, oo)"),
        Target("positive", "a number > 0", "(0, oo)"),
    )
}

PREDICTIONS = {
    prediction.name: prediction
    for prediction in (
        Prediction("bernoulli.logits", "bernoulli", "z", "real", lambda z: z, "log-odds"),
        Prediction("bernoulli.half_logits", "bernoulli", "f", "real", lambda z: z / 2, "f = z/2, half the log-odds"),
        Prediction("bernoulli.probs", "bernoulli", "p", "unit", sigmoid, "p = sigmoid(z)"),
        Prediction("categorical.logits", "categorical", "z", "real", lambda z: z, "logits"),
        Prediction("categorical.probs", "categorical", "p", "unit", softmax, "p = softmax(z)"),
        Prediction("categorical.log_probs", "categorical", "l", "real", log_softmax, "l = log softmax(z)"),
        Prediction("labels.logits", "labels", "z", "real", lambda z: z, "log-odds of each label"),
        Prediction("labels.probs", "labels", "p", "unit", sigmoid, "p_j = sigmoid(z_j)"),
        Prediction("location", "location", "m", "real", lambda m: m, "a location on the real line"),
        Prediction("rate", "rate", "m", "positive", exp, "m = exp(e)"),
        Prediction("log_rate", "rate", "e", "real", lambda e: e, "the logarithm of a mean"),
    )
}


def log_odds(p: Any) -> Any:
    """The raw coordinate of bernoulli.probs."""
    return log(p) - log(1 - p)
