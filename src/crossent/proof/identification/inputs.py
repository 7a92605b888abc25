"""The inputs on which a function that nobody can look into is tried: seeded, for each kind of target and prediction.

Every target stands beside many predictions, so that an offset that depends on the target alone can be told apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

SEED = 20260101
ROWS = 2000
CLASSES = 3

Array = np.ndarray


@dataclass(frozen=True)
class Kind:
    """A kind of input: names of coordinates.TARGETS and coordinates.PREDICTIONS; soft targets or hard ones only."""

    target: str
    prediction: str
    soft: bool

    @property
    def words(self) -> str:
        """ "soft binary target, bernoulli.probs"."""
        choice = TARGETS[self.target][1] is not None
        return f"{'soft ' if self.soft else 'hard ' if choice else ''}{self.target} target, {self.prediction}"


@dataclass(frozen=True)
class Inputs:
    """Rows of one kind; `group` numbers the distinct targets."""

    kind: Kind
    target: Array
    prediction: Array
    group: Array

    def __len__(self) -> int:
        return len(self.group)

    def rows(self, chosen: Any) -> Inputs:
        """Some of the rows."""
        return Inputs(self.kind, self.target[chosen], self.prediction[chosen], self.group[chosen])


def _softmax(z: Array) -> Array:
    shifted = np.exp(z - z.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def _log_softmax(z: Array) -> Array:
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


Draw = Callable[[np.random.Generator, int], Array]

PREDICTIONS: dict[str, Draw] = {
    "location": lambda rng, n: 3 * rng.normal(size=n),
    "log_rate": lambda rng, n: 1.5 * rng.normal(size=n),
    "rate": lambda rng, n: np.exp(1.5 * rng.normal(size=n)),
    "bernoulli.logits": lambda rng, n: np.clip(3 * rng.normal(size=n), -8, 8),
    "bernoulli.half_logits": lambda rng, n: np.clip(2 * rng.normal(size=n), -4, 4),
    "bernoulli.probs": lambda rng, n: 1 / (1 + np.exp(-np.clip(2 * rng.normal(size=n), -6, 6))),
    "categorical.logits": lambda rng, n: 2 * rng.normal(size=(n, CLASSES)),
    "categorical.log_probs": lambda rng, n: _log_softmax(2 * rng.normal(size=(n, CLASSES))),
    "categorical.probs": lambda rng, n: _softmax(1.5 * rng.normal(size=(n, CLASSES))),
    "labels.logits": lambda rng, n: 2 * rng.normal(size=(n, CLASSES)),
    "labels.probs": lambda rng, n: 1 / (1 + np.exp(-2 * rng.normal(size=(n, CLASSES)))),
}
_BITS = np.array([[k >> j & 1 for j in range(CLASSES)] for k in range(2**CLASSES)], dtype=float)
# (hard targets, soft ones on top)
TARGETS: dict[str, tuple[Draw, Draw | None]] = {
    "real": (lambda rng, n: 3 * rng.normal(size=n), None),
    "count": (lambda rng, n: np.arange(n, dtype=float), None),
    "nonnegative": (lambda rng, n: np.concatenate([[0.0], np.exp(rng.normal(size=n - 1))]), None),
    "positive": (lambda rng, n: np.exp(rng.normal(size=n)), None),
    "binary": (lambda rng, n: np.array([0.0, 1.0]), lambda rng, n: rng.uniform(size=n)),
    "sign": (lambda rng, n: np.array([-1.0, 1.0]), lambda rng, n: rng.uniform(-1, 1, size=n)),
    "class": (lambda rng, n: np.arange(CLASSES), None),
    "classes": (lambda rng, n: np.eye(CLASSES), lambda rng, n: rng.dirichlet(np.ones(CLASSES), size=n)),
    "labels": (lambda rng, n: _BITS, lambda rng, n: rng.uniform(size=(n, CLASSES))),
    "counts": (lambda rng, n: rng.poisson(2.0, size=(n, CLASSES)).astype(float) + _BITS[1], None),
}
# What is tried besides: where losses are bent, or overflow.
EXTREMES: dict[str, list[Any]] = {
    "location": [1e8, -1e8],
    "log_rate": [-50.0, 20.0],
    "rate": [1e-12, 1e6],
    "bernoulli.logits": [-800.0, -50.0, 50.0, 800.0],
    "bernoulli.probs": [0.0, 1e-300, 1e-12, 1 - 1e-12, 1.0],
    "categorical.logits": [[800.0, 0.0, -800.0], [50.0, 0.0, 0.0]],
    "categorical.probs": [[1.0, 0.0, 0.0], [1 - 1e-12, 1e-12, 0.0]],
    "labels.logits": [[800.0, 0.0, -800.0]],
    "labels.probs": [[1.0, 0.5, 0.0]],
}


def ordinary(kind: Kind, rows: int = ROWS) -> Inputs:
    """`rows` rows: up to 40 targets, each beside equally many predictions."""
    rng = np.random.default_rng(SEED)
    targets = _targets(kind, rng, 40 if rows >= 400 else 8)
    group = np.resize(np.arange(len(targets)), rows)
    return Inputs(kind, targets[group], PREDICTIONS[kind.prediction](rng, rows), group)


def extreme(kind: Kind, rows: int = ROWS) -> Inputs | None:
    """Every extreme prediction beside the first few targets of `ordinary`; None where nothing is extreme."""
    predictions = np.array(EXTREMES.get(kind.prediction, []))
    if not len(predictions):
        return None
    targets = ordinary(kind, rows)
    group = np.repeat(np.arange(min(3, targets.group.max() + 1)), len(predictions))
    places = np.array([int(np.argmax(targets.group == k)) for k in group])
    return Inputs(kind, targets.target[places], np.resize(predictions, (len(group), *predictions.shape[1:])), group)


def _targets(kind: Kind, rng: np.random.Generator, count: int) -> Array:
    hard, soft = TARGETS[kind.target]
    first = hard(rng, count)
    if kind.soft and soft is not None and len(first) < count:
        first = np.concatenate([first, soft(rng, count - len(first))])
    return first[:count]
