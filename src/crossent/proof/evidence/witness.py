"""Counterexamples: values in which two losses part, as intervals of the exact reading that have no number in common."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import mpmath
from mpmath import iv
from sympy import Expr, Rational

from crossent import errors
from crossent.proof.comparison.grounds import Ground
from crossent.proof.comparison.question import Question
from crossent.proof.evidence import samples
from crossent.proof.evidence.enclosed import Enclosed
from crossent.proof.evidence.enclosure import NoEnclosure, enclosed
from crossent.proof.evidence.samples import Env, Sample
from crossent.proof.results import Counterexample

BITS = 240


def _with_bits(search: Any) -> Any:
    """Interval arithmetic of many bits during a search."""

    @functools.wraps(search)
    def careful(*arguments: Any, **keywords: Any) -> Any:
        before, iv.prec = iv.prec, BITS
        try:
            return search(*arguments, **keywords)
        finally:
            iv.prec = before

    return careful


@_with_bits
def refute_equality(question: Question, hard: bool | None = None) -> Counterexample | None:
    """One input at which the two have different values."""
    ground, sides = question.ground, question.formulas()
    for fixed, sample, _ in _samples(ground):
        for (is_hard, target), prediction in itertools.product(sample.targets, sample.predictions):
            if hard is not None and is_hard != hard:
                continue
            env = {**fixed, **target, **prediction}
            pair = _value(question, sides, env, {**fixed, **target, **sample.predictions[-1]})
            if pair is not None and pair[0].is_apart_from(pair[1]):
                words = "one input, two values" + _beside(question, sample.predictions[-1])
                return Counterexample(_shown(ground, env), pair[0].ends(), pair[1].ends(), words)
    return None


@_with_bits
def refute_affinity(question: Question, hard: bool | None = None) -> Counterexample | None:
    """Predictions and targets between which no scale and offset can lead from one loss to the other."""
    ground, sides = question.ground, question.formulas()
    for fixed, sample, near in _samples(ground):
        predictions = [*sample.predictions]
        if near is not sample:
            predictions = [*near.predictions[:2], *predictions[:6]]
        tables: list[tuple[Env, list[Any]]] = []
        for is_hard, target in sample.targets:
            if hard is not None and is_hard != hard:
                continue
            reference = {**fixed, **target, **near.predictions[-1]}
            pairs = [
                _value(question, sides, {**fixed, **target, **prediction}, reference) for prediction in predictions
            ]
            row = [(prediction, pair) for prediction, pair in zip(predictions, pairs, strict=True) if pair is not None]
            found = _three(ground, {**fixed, **target}, row)
            if found is not None:
                return replace(found, words=found.words + _beside(question, near.predictions[-1]))
            tables.append((target, row))
        found = _two_targets(ground, fixed, tables)
        if found is not None and question.of_rows:
            return found
    return None


def _value(question: Question, sides: tuple[Expr, Expr], env: Env, reference: Env) -> tuple[Enclosed, Enclosed] | None:
    """Both losses of a row, or, where a side is a curved function of the mean, of it and a second row."""
    pair = _pair(sides, env)
    if pair is None or question.of_rows:
        return pair
    beside = _pair(sides, reference)
    if beside is None:
        return None
    return question.of_two(0, pair[0], beside[0]), question.of_two(1, pair[1], beside[1])


def _beside(question: Question, prediction: Env) -> str:
    if question.of_rows:
        return ""
    ((letter, value),) = prediction.items()
    name = getattr(letter, "label", letter)
    return f", each beside a second row of the same target with {name} = {_number(value)}"


def _samples(ground: Ground) -> Iterator[tuple[Env, Sample, Sample]]:
    """Settings, a sample, and the near sample beside it."""
    near = samples.near(ground)
    for group in (near, samples.far(ground)):
        for fixed in samples.settings(ground):
            for sample, beside in zip(group, near, strict=False):
                yield fixed, sample, beside
            if not fixed:
                break


def _pair(sides: tuple[Expr, Expr], env: Env) -> tuple[Enclosed, Enclosed] | None:
    try:
        return enclosed(sides[0], env), enclosed(sides[1], env)
    except NoEnclosure:
        return None


def _three(ground: Ground, env: Env, row: list[Any]) -> Counterexample | None:
    """Three predictions with unequal ratios of differences, or two that tie in one loss only."""
    for (one, a), (two, b), (three, c) in itertools.combinations(row, 3):
        first, second = (a[0] - b[0], a[1] - b[1]), (b[0] - c[0], b[1] - c[1])
        if (first[0] * second[1]).is_apart_from(first[1] * second[0]):
            if 0 in first[0] or 0 in first[1]:
                first, second = second, first
            left, right = _ratio(second[0], first[0]), _ratio(second[1], first[1])
            if left is None or right is None:
                continue
            inputs = _shown(ground, env, one, two, three)
            words = "three predictions; the ratios of the losses' differences between them are unequal"
            return Counterexample(inputs, left.ends(), right.ends(), words)
    return None


def _two_targets(ground: Ground, fixed: Env, tables: list[tuple[Env, list[Any]]]) -> Counterexample | None:
    """Two targets for which the two losses' differences have different ratios."""
    steps = []
    for target, row in tables:
        for (one, a), (two, b) in itertools.combinations(row[:4], 2):
            steps.append((target, one, two, a[0] - b[0], a[1] - b[1]))
    for first, second in itertools.combinations(steps, 2):
        if first[0] is second[0] or not (first[3] * second[4]).is_apart_from(first[4] * second[3]):
            continue
        left, right = _ratio(first[3], first[4]), _ratio(second[3], second[4])
        if left is None or right is None:
            continue
        inputs = _shown(ground, {**fixed}, first[1] | first[0], second[1] | second[0])
        words = "two targets; left's differences over right's, between two predictions each, are unequal"
        inputs |= {f"to {name}": text for name, text in _shown(ground, {}, first[2], second[2]).items()}
        return Counterexample(inputs, left.ends(), right.ends(), words)
    return None


def _ratio(above: Enclosed, below: Enclosed) -> Enclosed | None:
    return None if 0 in below else above / below


def _shown(ground: Ground, env: Env, *more: Env) -> dict[str, str]:
    """The inputs by name, in simple numbers; what differs between several points, one after the other."""
    shown: dict[str, str] = {}
    for letter in {**env, **{k: v for point in more for k, v in point.items()}}:
        values = [env[letter]] if letter in env else [point[letter] for point in more if letter in point]
        name = str(getattr(letter, "label", letter))
        if name == "y" and any(str(getattr(k, "label", k)) == "q" for k in (*env, *(k for p in more for k in p))):
            continue
        texts = (
            list(dict.fromkeys(_number(value) for value in values)) if letter in env else [_number(v) for v in values]
        )
        shown[name] = "; ".join(texts) if any(isinstance(v, tuple) for v in values) else ", ".join(texts)
    return shown


def _number(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_number, value))})"
    number = value
    if number.is_Integer:
        return str(number)
    with mpmath.workdps(15):
        decimal = mpmath.nstr(mpmath.mpf(int(number.p)) / int(number.q), 12)
    return decimal if len(decimal) < 8 or number.q > 1000 else str(number)


def two_values(ground: Ground, words: str, inputs: Mapping[str, str], left: Expr, right: Expr) -> Counterexample | None:
    """Two values on the boundary, with small numbers for the letters that are left, if they differ."""
    letters = sorted(left.free_symbols | right.free_symbols, key=str)
    fixed = next(samples.settings(ground))
    small = {letter: Rational(place + 1, 2 * len(letters) + 3) for place, letter in enumerate(letters)}
    env = small | {letter: value for letter, value in fixed.items() if letter in letters}
    pair = _pair((left, right), env)
    if pair is None or not pair[0].is_apart_from(pair[1]):
        return None
    shown = dict(inputs) | {str(letter): str(value) for letter, value in env.items()}
    return Counterexample(shown, pair[0].ends(), pair[1].ends(), f"on the boundary, {words}")


def certificate(inputs: Mapping[str, str], left: Enclosed, right: Enclosed, words: str) -> Counterexample:
    """Two intervals as a counterexample; they have no number in common."""
    if not left.is_apart_from(right):
        raise errors.intervals_meet(words, left.ends(), right.ends())
    return Counterexample(dict(inputs), left.ends(), right.ends(), words)


def shown_value(value: Expr) -> tuple[str, str]:
    """An interval around a value of the extended real numbers."""
    if value.is_infinite:
        text = "inf" if value > 0 else "-inf"
        return text, text
    if value.free_symbols:
        return str(value), str(value)
    return enclosed(value, {}).ends()
