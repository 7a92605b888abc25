"""Points of a ground at which losses are evaluated: simple ones first, for counterexamples; random ones, for guards."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sympy import Expr, Rational, Symbol

from crossent.proof.comparison.grounds import BinaryGround, ClassGround, Ground, LabelGround, NumberGround

Env = dict[Any, Any]


@dataclass(frozen=True)
class Sample:
    """Values to try: each target with its kind, and predictions. A target beside a prediction is one point."""

    targets: tuple[tuple[bool, Env], ...]  # hard?, letters
    predictions: tuple[Env, ...]


def _exact(*numbers: Any) -> list[Rational]:
    return [Rational(str(number)) for number in numbers]


PROBABILITIES = _exact("4/5", "1/2", "1/5", "9/10", "1/4")
FAR_PROBABILITIES = _exact("1e-9", "1e-20", "1e-60", "1e-330")
SCORES = _exact("1", "-1", "2", "-3", "1/2", "0")
FAR_SCORES = _exact("-25", "-40", "-200", "-800")
LOCATIONS = _exact("0", "1", "5/2", "-1", "7/2", "5")
RATES = _exact("1", "2", "1/2", "3", "4", "1/4")


def _near(ground: Ground) -> list[Sample]:
    if isinstance(ground, BinaryGround):
        targets = [(True, 1), (True, 0)] + [(False, y) for y in _exact("1/2", "1/4")] * ground.soft_too
        values = PROBABILITIES if ground.by_probability else SCORES
        (y,) = ground.target_bases
        return [Sample(tuple((h, {y: Rational(v)}) for h, v in targets), tuple({ground.letter: v} for v in values))]
    if isinstance(ground, NumberGround):
        numbers = LOCATIONS if str(ground.letter) == "m" and not ground.letter.is_positive else RATES
        targets = ["1", "2", "3"] if "count" in {s.loss.target for s in ground.sides} else ["1", "2", "1/2"]
        return [
            Sample(tuple((True, {ground.y: v}) for v in _exact(*targets)), tuple({ground.letter: v} for v in numbers))
        ]
    if isinstance(ground, ClassGround):
        return [_class_sample(ground, classes) for classes in (2, 3)]
    if isinstance(ground, LabelGround):
        rows = [tuple(_exact(*row)) for row in ((1, 0), (0, 1), (1, 1), (0, 0))]
        soft = [(Rational(1, 2), Rational(1, 4))] * ground.soft_too
        values = PROBABILITIES if ground.by_probability else SCORES
        targets = [(True, {ground.q: row}) for row in rows] + [(False, {ground.q: row}) for row in soft]
        return [Sample(tuple(targets), tuple({ground.letter: pair} for pair in itertools.pairwise(values)))]
    raise TypeError(ground)


def _class_sample(ground: ClassGround, classes: int) -> Sample:
    def unit(k: int) -> Env:
        return {ground.q: tuple(Rational(int(i == k)) for i in range(classes)), ground.y: Rational(k)}

    targets: list[tuple[bool, Env]] = [(True, unit(k)) for k in range(classes)]
    if ground.soft_too:
        half, rest = Rational(1, 2), Rational(1, 2 * (classes - 1))
        targets.append((False, {ground.q: (half, *[rest] * (classes - 1))}))
        targets.append((False, {ground.q: (*_exact("1/4", "3/4"), *[Rational(0)] * (classes - 2))}))
    if ground.by_probability:
        rows = [_exact("4/5", "1/5"), _exact("1/2", "1/2"), _exact("1/5", "4/5"), _exact("9/10", "1/10")]
        if classes == 3:
            rows = [
                _exact("1/2", "1/4", "1/4"),
                _exact("1/5", "1/5", "3/5"),
                _exact("7/10", "1/5", "1/10"),
                _exact("1/10", "4/5", "1/10"),
            ]
    else:
        rows = [
            _exact(0, 2, *[1] * (classes - 2)),
            _exact(*[0] * classes),
            _exact(-1, 1, *[0] * (classes - 2)),
            _exact(1, -2, *[3] * (classes - 2)),
        ]
    return Sample(tuple(targets), tuple({ground.letter: tuple(row)} for row in rows))


def near(ground: Ground) -> list[Sample]:
    """Targets and predictions of small numbers."""
    return _near(ground)


def far(ground: Ground) -> list[Sample]:
    """The same targets with predictions that are all but certain, where clamps act."""
    samples = []
    for sample in _near(ground):
        if isinstance(ground, BinaryGround):
            values = (
                [*FAR_PROBABILITIES, *(1 - p for p in FAR_PROBABILITIES)]
                if ground.by_probability
                else [*FAR_SCORES, *(-z for z in FAR_SCORES)]
            )
            samples.append(Sample(sample.targets, tuple({ground.letter: v} for v in values)))
        elif isinstance(ground, NumberGround):
            numbers = _exact("1e-9", "1e-20", "20", "1000", "1e-60", "30000")
            samples.append(Sample(sample.targets, tuple({ground.letter: v} for v in numbers)))
        elif isinstance(ground, LabelGround):
            ends = FAR_PROBABILITIES if ground.by_probability else FAR_SCORES
            middle = Rational(1, 2)
            samples.append(Sample(sample.targets, tuple({ground.letter: (end, middle)} for end in ends)))
        elif isinstance(ground, ClassGround):
            size = len(next(iter(sample.predictions[0].values())))
            if ground.by_probability:
                rows = [
                    (p, *[(1 - p) / (size - 1)] * (size - 1))
                    for p in (*FAR_PROBABILITIES, *(1 - p for p in FAR_PROBABILITIES))
                ]
            else:
                rows = [(z, *[Rational(0)] * (size - 1)) for z in (*FAR_SCORES, *(-z for z in FAR_SCORES))]
            samples.append(Sample(sample.targets, tuple({ground.letter: row} for row in rows)))
    return samples


def settings(ground: Ground) -> Iterator[dict[Symbol, Expr]]:
    """Numbers for the settings that are held fixed."""
    domains = {one.name: one.domain for side in ground.sides for one in side.loss.settings}
    held = {symbol: domains[name] for side in ground.sides for name, symbol in side.held.items()}
    held |= dict.fromkeys(ground.free_counts(), "count")
    for choice in (0, 1):
        yield {
            symbol: _number(domain, place, choice)
            for place, (symbol, domain) in enumerate(sorted(held.items(), key=str))
        }


def _number(domain: str, place: int, choice: int) -> Rational:
    if domain in ("unit", "open_unit"):
        return Rational(1 + choice, 4 + place)
    if domain == "count":
        return Rational(4)
    if domain == "one_or_two":
        return Rational(1 + choice)
    return Rational(3 + choice + place, 2) if not (choice and domain != "above_one") else Rational(2, 3 + place)


def random_points(ground: Ground, count: int, hard: bool) -> Iterator[Env]:
    """Points anywhere in the inside of the ground, always the same ones."""
    chance = random.Random(20260101)
    for _ in range(count):
        yield _random_point(ground, chance, hard)


def _random_point(ground: Ground, chance: random.Random, hard: bool) -> Env:
    def unit() -> Rational:
        return Rational(chance.randint(1, 9999), 10000)

    def real() -> Rational:
        return Rational(chance.randint(-6000, 6000), 1000)

    def positive() -> Rational:
        return Rational(chance.randint(1, 8000), 1000)

    env: Env = {}
    first, second = settings(ground)
    env |= first if chance.random() < 0.5 else second
    if isinstance(ground, BinaryGround):
        (y,) = ground.target_bases
        env[y] = Rational(chance.randint(0, 1)) if hard else unit()
        env[ground.letter] = unit() if ground.by_probability else real()
    elif isinstance(ground, NumberGround):
        draws = chance.randint(1, 9)
        counts = "count" in {side.loss.target for side in ground.sides}
        env[ground.y] = Rational(draws) if counts else positive() if ground.y.is_positive else real()
        env[ground.letter] = positive() if ground.letter.is_positive else real()
    elif isinstance(ground, ClassGround | LabelGround):
        size = chance.randint(2, 5)
        place = chance.randrange(size)
        if isinstance(ground, ClassGround):
            env[ground.q] = tuple(Rational(int(i == place)) for i in range(size)) if hard else _simplex(chance, size)
            env[ground.y] = Rational(place)
            env[ground.letter] = _simplex(chance, size) if ground.by_probability else tuple(real() for _ in range(size))
        else:
            env[ground.q] = tuple(Rational(chance.randint(0, 1)) if hard else unit() for _ in range(size))
            env[ground.letter] = tuple(unit() if ground.by_probability else real() for _ in range(size))
    return env


def _simplex(chance: random.Random, size: int) -> tuple[Rational, ...]:
    parts = [chance.randint(1, 1000) for _ in range(size)]
    return tuple(Rational(part, sum(parts)) for part in parts)
