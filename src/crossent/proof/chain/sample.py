"""The user's data beside the argument: the numbers that each step has on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from crossent import errors
from crossent.arrays import is_text, to_numpy
from crossent.families import domains
from crossent.families.contract import Family
from crossent.loss.loss import Loss
from crossent.loss.tally import Tally
from crossent.loss.tallying import rows, tally

Values = tuple[Any, ...]  # of the standard parameters


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

    # -- members ------------------------------------------------------------------------------------------------------
    def member(self, values: Values) -> Any:
        """The distribution with these standard parameters, for every row."""
        family = self.family
        if family.classes is not None:
            values = (np.broadcast_to(values[0], (len(self.target), len(values[0]))),)
            return family(**dict(zip(family.standard.names, values, strict=True)))
        return family(**dict(zip(family.standard.names, values, strict=True)), **self.fixed)

    def loss(self, values: Values) -> Tally:
        """The exact sum and mean of the rows' losses."""
        return tally(self.target, self.member(values), sample_weight=self.weight)

    @cached_property
    def best(self) -> Tally | None:
        """The losses at the estimate; None if there is no member of the family there."""
        return self.loss(self.estimate) if self.is_inside and self.estimate is not None else None

    def factors(self, values: Values) -> Any:
        """What each row multiplies the likelihood by."""
        losses = rows(self.target, self.member(values), sample_weight=self.weight)
        with np.errstate(over="ignore"):
            return np.exp(-losses if self.weight is None else -losses * self.weight)

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
    def raw(self) -> Any:
        """The raw parameters of the estimate, one row for every row of the target."""
        with np.errstate(divide="ignore"):
            raw = np.concatenate(
                [np.ravel(v) for v in self.family.standard.to_raw(*map(np.asarray, self.estimate or ()))]
            )
        one = self.family.classes is None and len(raw) == 1
        return np.full(len(self.target), raw[0]) if one else np.tile(raw.astype(float), (len(self.target), 1))

    @cached_property
    def gradient(self) -> Any:
        """Of the mean loss by the raw parameters, at the estimate: 0, but for rounding."""
        loss = Loss(self.family)
        made = loss.value_gradient(self.target, self.raw, sample_weight=self.weight, **self.fixed)[1]
        return np.array([math.fsum(column) for column in np.asarray(made).reshape(len(self.target), -1).T])

    @cached_property
    def information(self) -> Any:
        """The Fisher information of one row by the raw parameters at the estimate, averaged over the rows: a matrix.

        A family that states none has the observed one: the mean Hessian.
        """
        family, k = self.family, len(self.family.parameters)
        if family.formula("fisher_information") is None:
            options: dict[str, Any] = {"sample_weight": self.weight, "curvature": "exact", "full": True}
            hessian = Loss(family).value_gradient_hessian(self.target, self.raw, **options, **self.fixed)[2]
            return np.asarray(hessian).reshape(-1, k, k).sum(axis=0)
        columns = [*self.raw.reshape(-1, k)[:1].T, *(np.asarray(v, float).reshape(-1) for v in self.fixed.values())]
        upper = [np.asarray(entry) for entry in family.evaluate("fisher_information", *np.broadcast_arrays(*columns))]
        made = np.empty((k, k))
        for row, column, entry in zip(*np.triu_indices(k), upper, strict=True):
            weights = self.weights if entry.size == len(self.target) else np.ones(entry.size)
            made[row, column] = made[column, row] = np.average(entry, weights=weights)
        return made


def sample(family: Family, target: Any, weight: Any, fixed: dict[str, Any]) -> Sample:
    """The rows that count. Bad values are named by the loss itself, when a member meets them.

    Raises:
        UsageTypeError: a fixed parameter of the family is missing, or not one of its parameters.
        DataError: no row counts.
    """
    known = [p.name for p in family.fixed] if family.classes is None else []
    for name in fixed:
        if name not in known:
            raise errors.cannot_be_held(family.name, name, known)
    for name in known:
        if name not in fixed:
            raise errors.fixed_parameter_missing(family.name, name)
    target = to_numpy(target, "target", text=True)
    class_names: tuple[Any, ...] = ()
    if family.support.kind == "classes" and is_text(target):
        names, target = np.unique(target.astype(str), return_inverse=True)
        class_names, target = tuple(names.tolist()), target.reshape(-1)
    else:
        target = to_numpy(target, "target")
    weight = None if weight is None else to_numpy(weight, "sample_weight").astype(float)
    made = Sample(family, target, weight, fixed, class_names)
    if weight is not None and weight.shape == target.shape[:1] and not weight.all():
        keep = weight != 0
        fixed = {name: value[keep] if np.ndim(value) else value for name, value in fixed.items()}
        made = Sample(family, target[keep], weight[keep], fixed, class_names)
    if not len(made.target):
        raise errors.weights_all_zero() if len(target) else errors.no_rows("target")
    return made


def on_data(sample: Sample | None, say: Callable[[Sample, Tally], str]) -> str:
    """What a step says about the data at the estimate; nothing without data, or without an estimate."""
    return "" if sample is None or sample.best is None else say(sample, sample.best)
