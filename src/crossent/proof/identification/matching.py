"""Is one column of losses another one, up to a scale and an offset for each target? By least squares, then exactly.

function = scale * loss + offset(target): the scale is found from differences between predictions beside the same
target, where the offset is gone; what is left is the offset.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from crossent.proof.identification.inputs import Array, Inputs

_NICE = 1e-11  # a number this near to a simple one is written as that


@dataclass(frozen=True)
class Fit:
    """The scale, the offset of each row's target, and the differences that are left, relative to 1 + the sizes."""

    scale: float
    offset: Array
    differences: Array

    @property
    def deviation(self) -> float:
        """The largest difference."""
        return float(self.differences.max())


def fit(values: Array, loss: Array, inputs: Inputs, nice: float = _NICE) -> Fit | None:
    """The best scale and offsets; None where either column does not depend on the prediction, or is not finite."""
    if not (np.isfinite(values).all() and np.isfinite(loss).all()):
        return None
    group = inputs.group
    count = np.bincount(group)
    values_left = values - (np.bincount(group, values) / count)[group]
    loss_left = loss - (np.bincount(group, loss) / count)[group]
    across = float(loss_left @ loss_left)
    if across <= 1e-20 * float(loss @ loss) or not (values_left @ values_left > 1e-20 * float(values @ values)):
        return None
    scale = float(values_left @ loss_left) / across
    if scale == 0:
        return None
    simple = nice_number(scale, nice)
    scale = scale if simple is None else simple[0]
    offset = (np.bincount(group, values - scale * loss) / count)[group]
    differences = np.abs(values - scale * loss - offset) / (1 + np.abs(values) + np.abs(scale * loss))
    return Fit(scale, offset, differences)


def nice_number(value: float, tolerance: float = _NICE) -> tuple[float, str] | None:
    """A number that people would write, if the value is as good as one: 2, -1/2, 1/log 2.

    >>> nice_number(0.33333333333333337)
    (0.3333333333333333, '1/3')
    """
    for factor, words in ((1.0, ""), (1 / np.log(2), "log 2"), (1 / np.log(10), "log 10")):
        part = Fraction(value / factor).limit_denominator(1000)
        near = float(part) * factor
        if part and abs(part.numerator) <= 1000 and abs(near - value) <= tolerance * abs(value):
            if not words:
                return near, str(part)
            divisor = words if part.denominator == 1 else f"({part.denominator} {words})"
            return near, f"{part.numerator}/{divisor}"
    return None


def _log_factorial(k: Array) -> Array:
    from scipy.special import gammaln

    return np.asarray(gammaln(k + 1))


def _xlogx(x: Array) -> Array:
    return np.where(x > 0, x * np.log(np.where(x > 0, x, 1)), 0.0)


def _stirling(k: Array) -> Array:
    many = np.where(k > 1, k, 1)
    return np.where(k > 1, many * np.log(many) - many + np.log(2 * np.pi * many) / 2, 0.0)


def _rows(x: Array) -> Array:
    return x if x.ndim == 1 else x.sum(axis=1)


# What losses are known to leave out or to add, as functions of the target: words -> formula, kinds of target.
_TERMS: tuple[tuple[str, Callable[[Array], Array], tuple[str, ...]], ...] = (
    ("log k!", _log_factorial, ("count",)),
    ("Stirling's k log k - k + (1/2) log(2 pi k) for k > 1", _stirling, ("count",)),
    ("k log k - k", lambda k: _xlogx(k) - k, ("count", "nonnegative")),
    ("k log k", _xlogx, ("count", "nonnegative", "positive")),
    ("log y", lambda y: np.log(np.where(y > 0, y, 1)), ("positive",)),
    ("the entropy of the target", lambda y: -_xlogx(y) - _xlogx(1 - y), ("binary",)),
    ("the entropy of the target", lambda q: -_rows(_xlogx(q)), ("classes",)),
    ("y^2", lambda y: y * y, ("real",)),
)


def offset_words(found: Fit, inputs: Inputs) -> str | None:
    """The offset as words: "0", a constant, or terms of the target; None if it is none of these."""
    _, first = np.unique(inputs.group, return_index=True)
    offset, target = found.offset[first], inputs.target[first]
    size = 1e-10 * (1 + np.abs(offset).max())
    if np.abs(offset).max() <= size:
        return "0"
    if np.ptp(offset) <= size:
        return _constant(float(offset.mean()))
    if len(offset) < 4:  # two hard labels: anything would fit
        return None
    terms = [(words, formula(target)) for words, formula, kinds in _TERMS if inputs.kind.target in kinds]
    pairs = [(one,) for one in terms] + [(one, other) for k, one in enumerate(terms) for other in terms[k + 1 :]]
    for chosen in pairs:
        columns = np.stack([*(column for _, column in chosen), np.ones(len(offset))], axis=1)
        weights, *_ = np.linalg.lstsq(columns, offset, rcond=None)
        nice = [nice_number(float(weight), 1e-8) for weight in weights[:-1]]
        if any(part is None for part in nice):
            continue
        exact = np.array([part[0] for part in nice if part])
        rest = offset - columns[:, :-1] @ exact
        if np.ptp(rest) <= 10 * size:
            return _sum([(part[1], words) for part, (words, _) in zip(nice, chosen, strict=True) if part], rest.mean())
    return None


def _sum(terms: list[tuple[str, str]], constant: float) -> str:
    parts = []
    for weight, words in terms:
        sign, size = ("minus", weight[1:]) if weight.startswith("-") else ("plus", weight)
        parts.append(f"{sign} {'' if size == '1' else size + ' * '}{words}")
    if abs(constant) > 1e-9:
        parts.append(f"plus {_constant(float(constant))}")
    return ", ".join(parts)


def _constant(value: float) -> str:
    known = {"(1/2) log(2 pi)": np.log(2 * np.pi) / 2, "log 2": np.log(2), "log(2 pi)": np.log(2 * np.pi)}
    for words, number in known.items():
        if abs(abs(value) - number) <= 1e-10:
            return words if value > 0 else f"-{words}"
    simple = nice_number(value, 1e-10)
    return simple[1] if simple else f"{value:.15g}"
