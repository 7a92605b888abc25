"""Targets and predictions of every kind, ordinary and extreme, and a named loss read exactly."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np
import sympy
from mpmath import mp

from crossent.proof.language.named_loss import NamedLoss
from crossent.proof.language.over_classes import Row
from crossent.proof.rosetta import complete

C = 3
ROWS_OF_TARGETS = ("classes", "labels", "counts")
DIGITS = 100
# what stands for a setting that has no default
VALUES = {"total_count": sympy.Integer(9), "var": sympy.Rational(3, 2)}
BY_DOMAIN = {"one_to_two": sympy.Rational(13, 10), "open_unit": sympy.Rational(3, 10), "unit": sympy.Rational(1, 4)}


def has_class_axis(prediction: str) -> bool:
    return prediction.partition(".")[0] in ("categorical", "labels")


def filled(loss: NamedLoss, **given: Any) -> tuple[NamedLoss, dict[str, Any], dict[str, Any]]:
    """The loss with a number for every setting."""
    loss, settings, choices = complete(loss, given)
    for setting in loss.settings:
        value = VALUES.get(setting.name, BY_DOMAIN.get(setting.domain, sympy.Rational(7, 5)))
        settings.setdefault(setting.name, value)
    return loss, settings, choices


def every_choice(loss: NamedLoss) -> Iterator[dict[str, Any]]:
    for values in itertools.product(*(choice.values for choice in loss.choices)):
        yield dict(zip((choice.name for choice in loss.choices), values, strict=True))


# -- ordinary rows -----------------------------------------------------------------------------------------------------


def targets(kind: str, n: int, rng: np.random.Generator) -> np.ndarray:
    made = {
        "binary": lambda: np.where(rng.random(n) < 0.5, rng.integers(0, 2, n), rng.random(n)),
        "sign": lambda: rng.choice([-1.0, 1.0], n),
        "classes": lambda: rng.dirichlet(np.ones(C), n),
        "class": lambda: rng.integers(0, C, n),
        "labels": lambda: rng.random((n, C)),
        "counts": lambda: rng.integers(0, 9, (n, C)).astype(float),
        "real": lambda: rng.normal(0, 3, n),
        "count": lambda: rng.integers(0, 9, n).astype(float),
        "nonnegative": lambda: rng.exponential(2, n),
        "positive": lambda: rng.exponential(2, n) + 0.01,
    }
    return made[kind]()


def predictions(kind: str, n: int, rng: np.random.Generator) -> np.ndarray:
    z = rng.normal(0, 2, (n, C) if has_class_axis(kind) else n)
    if kind.endswith("log_probs"):
        return z - np.log(np.exp(z).sum(-1, keepdims=True))
    if kind == "categorical.probs":
        return np.exp(z) / np.exp(z).sum(-1, keepdims=True)
    if kind.endswith(".probs"):
        return 1 / (1 + np.exp(-z))
    return np.exp(z) if kind == "rate" else z


# -- extreme rows ------------------------------------------------------------------------------------------------------

TINY = 5e-324
EXTREME_TARGETS = {
    "binary": (0.0, 1.0, TINY, 1 - 2.0**-53, 0.5),
    "sign": (-1.0, 1.0),
    "classes": ((1.0, 0.0, 0.0), (0.0, 0.5, 0.5), (1e-300, 0.0, 1.0), (0.2, 0.3, 0.5)),
    "class": (0, 1, 2),
    "labels": ((1.0, 0.0, 1.0), (TINY, 1.0, 0.5)),
    "counts": ((0.0, 0.0, 0.0), (5.0, 0.0, 1e6)),
    "real": (0.0, -1e-300, 1.0, -1e150),
    "count": (0.0, 1.0, 2.0, 1e6, 2.0**53),
    "nonnegative": (0.0, 1e-300, 1.0, 1e15),
    "positive": (1e-300, 1.0, 1e15),
}
EXTREME_PREDICTIONS = {
    "bernoulli.probs": (0.0, TINY, 1e-300, 1e-44, 1e-16, 0.5, 1 - 2.0**-53, 1.0),
    "bernoulli.logits": (-1e300, -1e4, -745.0, -37.0, -0.0, 1e-300, 37.0, 710.0, 1e4),
    "bernoulli.half_logits": (-700.0, -0.0, 1e-300, 37.0, 700.0),
    "categorical.logits": ((0.0, 0.0, 0.0), (1e3, 0.0, -1e3), (1e300, 0.0, 1e300), (-745.0, 0.0, 37.0)),
    "categorical.probs": ((1.0, 0.0, 0.0), (0.5, 0.5, 0.0), (TINY, 0.0, 1.0), (2.0**-53, 0.5, 0.5)),
    "categorical.log_probs": ((0.0, -np.inf, -np.inf), (-745.0, -1e4, -0.0), (-1.0, -1.0, -1.0)),
    "labels.logits": ((0.0, 1e4, -1e4), (-745.0, 37.0, -0.0)),
    "location": (0.0, 1e-300, -1.0, 1e150),
    "rate": (TINY, 1e-300, 1e-9, 1e-7, 1.0, 1e15),
    "log_rate": (-745.0, -1e4, -0.0, 1e-300, 37.0, 700.0),
}


def extremes(target: str, prediction: str) -> tuple[np.ndarray, np.ndarray]:
    """Every extreme target with every extreme prediction."""
    pairs = list(itertools.product(EXTREME_TARGETS[target], EXTREME_PREDICTIONS[prediction]))
    return np.array([y for y, _ in pairs]), np.array([p for _, p in pairs])


# -- the exact reading -------------------------------------------------------------------------------------------------


def as_exact(value: Any) -> Any:
    """A float, or a row of floats, as mpmath numbers; a class index stays an index."""
    if isinstance(value, np.ndarray):
        return Row.of(mpmath.mpf(float(entry)) for entry in value)
    return int(value) if isinstance(value, int | np.integer) else mpmath.mpf(float(value))


def exact_settings(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: mpmath.mpf(value.p) / value.q for name, value in settings.items()}


def as_floats(settings: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in settings.items()}


def exact_row(loss: NamedLoss, y: Any, p: Any, settings: dict[str, Any], choices: dict[str, Any]) -> Any:
    return loss.formula(as_exact(y), as_exact(p), **exact_settings(settings), **choices)


def moved(value: Any, share: Any) -> Iterator[Any]:
    """The value with each of its numbers made less by a share of itself, one at a time; a class index does not move."""
    if isinstance(value, np.ndarray):
        for j in range(len(value)):
            numbers = [mpmath.mpf(float(entry)) for entry in value]
            numbers[j] *= 1 - share
            yield Row.of(numbers)
    elif not isinstance(value, int | np.integer):
        yield mpmath.mpf(float(value)) * (1 - share)


def exact_and_scale(loss: NamedLoss, y: Any, p: Any, settings: dict[str, Any], choices: dict[str, Any]) -> tuple:
    """The loss of one row, and how much of it there is to round: itself, and what relative changes of inputs do."""

    def formula(target: Any, prediction: Any, held: dict[str, Any]) -> Any:
        return loss.formula(target, prediction, **held, **choices)

    with mp.workdps(DIGITS):
        return _exact_and_scale(formula, y, p, settings)


def exact_gradient(
    loss: NamedLoss, y: Any, p: Any, settings: dict[str, Any], choices: dict[str, Any], j: int | None = None
) -> tuple:
    """The derivative by the prediction (by class j of it), and what there is to round in it."""

    def slope(target: Any, prediction: Any, held: dict[str, Any]) -> Any:
        step = mpmath.mpf(10) ** -45

        def at(distance: Any) -> Any:
            if j is None:
                return loss.formula(target, prediction + distance, **held, **choices)
            numbers = list(prediction)
            numbers[j] += distance
            return loss.formula(target, Row.of(numbers), **held, **choices)

        return (at(step) - at(-step)) / (2 * step)

    with mp.workdps(DIGITS):
        return _exact_and_scale(slope, y, p, settings)


def _exact_and_scale(formula: Any, y: Any, p: Any, settings: dict[str, Any]) -> tuple:
    held, share = exact_settings(settings), mpmath.mpf(10) ** -25
    value = formula(as_exact(y), as_exact(p), held)
    if not mpmath.isfinite(value):
        return value, mp.inf
    nearby = [formula(other, as_exact(p), held) for other in moved(y, share)]
    nearby += [formula(as_exact(y), other, held) for other in moved(p, share)]
    nearby += [formula(as_exact(y), as_exact(p), held | {name: held[name] * (1 - share)}) for name in held]
    slopes = [mp.fabs(other - value) / share for other in nearby if mpmath.isfinite(other)]
    return value, mp.fabs(value) + mp.fsum(slopes)


def difference(got: float, exact: Any, scale: Any) -> float:
    """The error of a float as a share of the scale; infinite if one is a number and the other is not."""
    right = float(exact)
    if not np.isfinite(got) or not np.isfinite(right):
        return 0.0 if got == right or (np.isnan(got) and np.isnan(right)) else np.inf
    return float(mp.fabs(mpmath.mpf(got) - exact) / (scale + mpmath.mpf(2.0**-1022)))
