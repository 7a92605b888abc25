"""The losses of the Rosetta with numbers for all their settings: what a function is compared with."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from crossent.proof.comparison.side import Side
from crossent.proof.identification.inputs import Array, Inputs, Kind
from crossent.proof.language.named_loss import NamedLoss, Setting
from crossent.proof.language.over_classes import Row
from crossent.proof.rosetta import ROSETTA

_VALUES = {  # of a setting that nobody has named: those that people use
    "positive": ("1", "2", "1/2", "5", "1.35"),
    "nonnegative": ("2", "1", "1/2", "5"),
    "open_unit": ("1/2", "1/10", "9/10", "1/4", "3/4", "1/20", "19/20"),
    "unit": ("0", "1/10", "1/20"),
}
_MOST_VARIANTS = 12


@dataclass(frozen=True)
class Entry:
    """A loss of the catalogue with values for all its settings and choices."""

    loss: NamedLoss
    settings: dict[str, str]
    choices: dict[str, Any]

    @property
    def name(self) -> str:
        """As `prove` takes it."""
        given = [f"{name}={value}" for name, value in (self.settings | self.choices).items()]
        if not given:
            return self.loss.name
        before = self.loss.name[:-1] + ", " if self.loss.name.endswith(")") else self.loss.name + "("
        return f"{before}{', '.join(given)})"

    @property
    def side(self) -> Side:
        """As a side of a proof."""
        return Side(self.name, self.loss, self.settings, self.choices)

    def values(self, at: Inputs) -> Array:
        """Its loss of each row, computed with NumPy."""
        numbers = {s.name: _number(self.settings.get(s.name, s.default)) for s in self.loss.settings}
        choices = {c.name: c.values[0] for c in self.loss.choices} | self.choices
        with np.errstate(all="ignore"):
            found = self.loss.formula(at.target.copy(), at.prediction.copy(), **numbers, **choices)
        return np.broadcast_to(np.asarray(found, dtype=float), (len(at),))

    def exact(self, at: Inputs) -> Array:
        """The same in the exact reading, where floats overflow; NaN where the formula divides by 0."""
        numbers = {s.name: _fraction(self.settings.get(s.name, s.default)) for s in self.loss.settings}
        choices = {c.name: c.values[0] for c in self.loss.choices} | self.choices
        found = []
        with mpmath.workdps(50):
            settings = {name: mpmath.mpf(value.numerator) / value.denominator for name, value in numbers.items()}
            for y, p in zip(at.target, at.prediction, strict=True):
                try:
                    found.append(float(self.loss.formula(_multiprecise(y), _multiprecise(p), **settings, **choices)))
                except ZeroDivisionError:
                    found.append(math.nan)
        return np.array(found)


def _multiprecise(value: Any) -> Any:
    if np.ndim(value):
        return Row.of(mpmath.mpf(float(entry)) for entry in value)
    return int(value) if isinstance(value, np.integer) else mpmath.mpf(float(value))


def entries(kind: Kind) -> Iterator[Entry]:
    """Every entry that takes inputs of this kind."""
    for loss in ROSETTA.values():
        if (loss.target, loss.prediction) == (kind.target, kind.prediction) and (loss.soft or not kind.soft):
            yield from _variants(loss)


def _variants(loss: NamedLoss) -> Iterator[Entry]:
    """The loss with its defaults, and with the values that people give its settings."""
    if any(setting.default is None and setting.domain not in _VALUES for setting in loss.settings):
        return
    settings = [_values_of(setting) for setting in loss.settings]
    choices = [[(choice.name, value) for value in choice.values] for choice in loss.choices]
    defaults = {s.name: s.default for s in loss.settings} | {c.name: c.values[0] for c in loss.choices}
    for chosen in itertools.islice(itertools.product(*settings, *choices), _MOST_VARIANTS):
        given = {name: value for name, value in chosen if value != defaults[name]}
        words = {choice.name for choice in loss.choices}
        yield Entry(
            loss,
            {name: value for name, value in given.items() if name not in words},
            {name: value for name, value in given.items() if name in words},
        )


def _values_of(setting: Setting) -> list[tuple[str, Any]]:
    usual = [] if setting.default is None else [setting.default]
    if setting.default is None or setting.name in ("label_smoothing", "delta", "beta", "pos_weight"):
        usual += [value for value in _VALUES[setting.domain] if _number(value) not in map(_number, usual)]
    return [(setting.name, value) for value in usual]


def _fraction(value: Any) -> Fraction:
    return Fraction(str(value))


def _number(value: Any) -> float:
    return float(_fraction(value))
