"""The user's data beside the argument: the numbers that each step has on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from crossent import errors
from crossent.arrays import is_text, to_numpy
from crossent.families import domains
from crossent.families.contract import Family
from crossent.loss.loss import Loss

Values = tuple[Any, ...]  # of the standard parameters


@dataclass(frozen=True)
class Losses:
    """The rows' losses, in nats, with their gradients by the raw parameters; the sum is exact, rounded once."""

    rows: Any
    gradient: Any
    weights: Any
    hessian: Any = None

    @cached_property
    def sum(self) -> float:
        return math.fsum(self.weights * self.rows)

    @cached_property
    def mean(self) -> float:
        return self.sum / math.fsum(self.weights)

    @property
    def bits(self) -> float:
        return self.mean / math.log(2)

    @property
    def factors(self) -> Any:
        """What each row multiplies the likelihood by."""
        with np.errstate(over="ignore", under="ignore"):
            return np.exp(-self.weights * self.rows)


@dataclass(frozen=True)
class Sample:
    """Rows that were observed, of weight above 0, and the family that is to explain them.

    `fixed` are the numbers of fixed parameters (total_count). Text classes become indices, `class_names` their names.
    """

    family: Family
    target: Any
    weight: Any
    fixed: dict[str, Any] = field(default_factory=dict)
    class_names: tuple[Any, ...] = ()

    # -- losses -------------------------------------------------------------------------------------------------------
    def losses(self, values: Values) -> Losses:
        """Of every row, by standard parameters."""
        return self.losses_at(self.raw(values))

    def raw(self, values: Values) -> Any:
        """The raw parameters of standard ones, one after the other."""
        with np.errstate(divide="ignore"):  # log(0) = -inf is meant
            raw = self.family.standard.to_raw(*(np.asarray(value, float) for value in values))
        return np.concatenate([np.ravel(value) for value in raw])

    def losses_at(self, parameters: Any) -> Losses:
        """Of every row, by raw parameters that all rows share: one kernel gives all that is asked here."""
        loss, n = Loss(self.family), len(self.target)
        one = self.family.classes is None and len(parameters) == 1
        raw = np.full(n, parameters[0]) if one else np.tile(parameters, (n, 1))
        options: dict[str, Any] = {"reduction": "none", **self.fixed}
        if self.family.fit_mle is None:  # the search for the estimate has this kernel already
            rows, gradient, hessian = loss.value_gradient_hessian(self.target, raw, full=True, **options)
            return Losses(np.asarray(rows), np.asarray(gradient), self.weights, np.asarray(hessian))
        rows, gradient = loss.value_gradient(self.target, raw, **options)
        return Losses(np.asarray(rows), np.asarray(gradient), self.weights)

    @property
    def start(self) -> Any:
        """Raw parameters at 0, or in the middle of their typical range if 0 is not in it; classes all alike."""
        if self.family.classes is not None:
            some = self.target.shape[1] if self.target.ndim == 2 else int(max(np.nanmax(self.target), 0)) + 1
            return np.zeros(some)
        ranges = [p.typical for p in self.family.parameters]
        return np.array([0.0 if low <= 0 <= high else (low + high) / 2 for low, high in ranges])

    @cached_property
    def best(self) -> Losses | None:
        """The losses at the estimate; None if there is no member of the family there."""
        return self.losses(self.estimate) if self.is_inside and self.estimate is not None else None

    # -- counts -------------------------------------------------------------------------------------------------------
    @cached_property
    def count(self) -> float:
        """n, the sum of the weights."""
        return float(len(self.target)) if self.weight is None else math.fsum(self.weight)

    @property
    def weights(self) -> Any:
        return np.ones(len(self.target)) if self.weight is None else self.weight

    @cached_property
    def shares(self) -> Any:
        """Of a family over classes, or of yes and no: the pooled truth q."""
        if self.family.support.kind == "unit":
            yes = math.fsum(self.weights * self.target) / self.count
            return np.array([yes, math.fsum(self.weights * (1 - self.target)) / self.count])
        return np.asarray(self.family.fit_mle(self.target, self.weight)[0]) if self.family.fit_mle else None

    @cached_property
    def entropy(self) -> float:
        """Of the empirical distribution of what was observed, given the fixed parameters of the row; in nats."""
        if self.family.support.kind in ("unit", "classes"):
            q = self.shares[self.shares > 0]
            return math.fsum(-q * np.log(q)) + 0.0
        y = self.target.reshape(len(self.target), -1)
        given = [np.broadcast_to(np.asarray(value, float), len(y)) for value in self.fixed.values()]
        groups = np.stack(given, axis=1) if given else np.zeros((len(y), 0))
        if self.family.support.kind == "count_classes":
            groups = y.sum(axis=1, keepdims=True)
        return self._entropy(np.column_stack([groups, y])) - self._entropy(groups)

    def _entropy(self, outcomes: Any) -> float:
        if not outcomes.shape[1]:
            return 0.0
        _, place = np.unique(outcomes, axis=0, return_inverse=True)
        q = np.bincount(place.reshape(-1), weights=self.weights) / self.count
        return math.fsum(-q * np.log(q)) + 0.0

    # -- the estimate -------------------------------------------------------------------------------------------------
    @cached_property
    def estimate(self) -> Values | None:
        """The standard parameters that make the data most likely; None if none was found."""
        if self.family.fit_mle is not None:
            fixed = () if self.family.classes is not None else tuple(self.fixed.values())
            with np.errstate(over="ignore", invalid="ignore"):
                return tuple(self.family.fit_mle(self.target, self.weight, *fixed))
        from crossent.proof.chain.search import least

        raw = least(self)
        return None if raw is None else tuple(np.asarray(v).item() for v in self.family.standard.from_raw(*raw))

    @cached_property
    def is_inside(self) -> bool:
        """Is there an estimate, and a member of the family that has it?"""
        if self.estimate is None:
            return False
        tests = (domains.DOMAINS[domain][1] for domain in self.family.standard.domains)
        return all(bool(np.all(test(np.asarray(v)))) for test, v in zip(tests, self.estimate, strict=True))

    @cached_property
    def gradient(self) -> Any:
        """Of the mean loss by the raw parameters, at the estimate: 0, but for rounding."""
        rows = self.best.gradient.reshape(len(self.target), -1) if self.best is not None else np.zeros((0, 0))
        return np.array([math.fsum(self.weights * column) / self.count for column in rows.T])


def fixed_of(family: Family) -> list[str]:
    """The fixed parameters that the data does not tell: a row of counts tells its own total."""
    return [p.name for p in family.fixed] if family.classes is None else []


def check_fixed(family: Family, fixed: Iterable[str]) -> None:
    """Each name is that of a fixed parameter, or a UsageTypeError."""
    known = fixed_of(family)
    for name in fixed:
        if name not in known:
            raise errors.not_a_fixed_parameter(family.name, name, known)


def sample(family: Family, target: Any, weight: Any, fixed: dict[str, Any]) -> Sample:
    """The rows that count, each seen by the family's loss, which names the bad ones.

    Raises:
        UsageTypeError: a fixed parameter of the family is missing, or not one of its parameters.
        UsageError: target and weight differ in shape.
        DataError: a target outside the support, a bad weight, with its row; no row counts.
    """
    check_fixed(family, fixed)
    for name in fixed_of(family):
        if name not in fixed:
            raise errors.fixed_parameter_missing(family.name, name)
    fixed = {name: to_numpy(value, name) if np.ndim(value) else value for name, value in fixed.items()}
    target = to_numpy(target, "target", text=True)
    class_names: tuple[Any, ...] = ()
    if family.support.kind == "classes" and is_text(target):
        names, target = np.unique(target.astype(str), return_inverse=True)
        class_names, target = tuple(names.tolist()), target.reshape(-1)
    target = to_numpy(target, "target")
    if not target.ndim or not len(target):
        raise errors.no_rows(name="target")
    made = Sample(family, *counting(target, weight, fixed), class_names)
    made.losses_at(made.start)
    return made


def counting(target: Any, weight: Any, fixed: dict[str, Any]) -> tuple[Any, Any, dict[str, Any]]:
    """Without the rows of weight 0, which are not inspected."""
    if weight is None:
        return target, None, fixed
    weight = to_numpy(weight, "weight").astype(np.float64)
    if weight.shape != target.shape[:1]:
        raise errors.shapes_differ({"target": target.shape, "weight": weight.shape})
    bad = ~((weight >= 0) & (weight < np.inf))
    if bad.any():
        first = int(bad.argmax())
        raise errors.weight_invalid((first,), weight[first], int(bad.sum()), len(weight))
    keep = weight != 0
    if not keep.any():
        raise errors.weights_all_zero(name="weight")
    return target[keep], weight[keep], {k: np.asarray(v)[keep] if np.ndim(v) else v for k, v in fixed.items()}


def on_data(sample: Sample | None, say: Callable[[Sample, Losses], str]) -> str:
    """What a step says about the data at the estimate; nothing without data, or without an estimate."""
    return "" if sample is None or sample.best is None else say(sample, sample.best)
