"""The best constant member of a family: the least cross-entropy that predictions without any information can reach.

Each baseline is a mergeable state: ``update(target, weight, fixed)``, ``a + b``, and ``nats(weight, again)``, where
``again(state)`` runs another state over the same rows. Only what the first pass could not know asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from crossent.scoring import finish
from crossent.scoring.sums import BinSums, exact_sum, exact_sum_of_squares

if TYPE_CHECKING:
    from crossent.kernels.exact_sum import ExactSum

Again = Callable[[Any], Any]


class Baseline(Protocol):
    """What `ScoreState` asks of a baseline."""

    def update(self, target: np.ndarray, weight: np.ndarray | None, fixed: tuple[Any, ...]) -> None: ...
    def __add__(self, other: Any) -> Any: ...
    def nats(self, weight: Fraction, again: Again) -> Decimal | None: ...


def _nothing() -> ExactSum:
    from crossent.kernels import ExactSum

    return ExactSum()


def fixed_loss(
    name: str, target: np.ndarray, raw: float, weight: np.ndarray | None, fixed: tuple[Any, ...]
) -> ExactSum:
    """The exact sum of weight * nll of a member of the family with this one raw parameter."""
    from crossent.families.catalogue import find_family
    from crossent.kernels import evaluate_rows

    formulas = find_family(name).rows("value")
    raw_column = np.full(target.shape, raw)
    return evaluate_rows(formulas, target, raw_column, fixed=fixed, weight=weight, double=True).total


@dataclass
class BernoulliBaseline:
    """Probability = the weighted mean of the target; its entropy."""

    target: ExactSum = field(default_factory=_nothing)

    def update(self, target: np.ndarray, weight: np.ndarray | None, fixed: tuple[Any, ...]) -> None:
        self.target += exact_sum(target, weight)

    def __add__(self, other: BernoulliBaseline) -> BernoulliBaseline:
        return BernoulliBaseline(self.target + other.target)

    def nats(self, weight: Fraction, again: Again) -> Decimal:
        share = finish.exact(self.target) / weight
        return finish.plus(finish.entropy_term(share), finish.entropy_term(1 - share))


@dataclass
class CategoricalBaseline:
    """Probabilities = the weighted shares of the classes; their entropy. Targets: class numbers, or rows of shares."""

    shares: BinSums = field(default_factory=BinSums)
    soft: tuple[ExactSum, ...] = ()

    def update(self, target: np.ndarray, weight: np.ndarray | None, fixed: tuple[Any, ...]) -> None:
        if target.ndim == 1:
            self.shares.add(target.astype(np.int64, copy=False), weight)
        else:
            self.soft = _added(self.soft, tuple(exact_sum(column.copy(), weight) for column in target.T))

    def __add__(self, other: CategoricalBaseline) -> CategoricalBaseline:
        return CategoricalBaseline(self.shares + other.shares, _added(self.soft, other.soft))

    def nats(self, weight: Fraction, again: Again) -> Decimal:
        totals = [finish.exact(total) for total in self.soft] or self.shares.totals()
        whole = sum(totals, Fraction(0))  # the weight itself, unless rows of shares miss 1 by a rounding
        entropy = finish.plus(*(finish.entropy_term(total / whole) for total in totals))
        return finish.times(entropy, finish.decimal(whole / weight))


def _added(one: tuple[ExactSum, ...], other: tuple[ExactSum, ...]) -> tuple[ExactSum, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True)) if one and other else one or other


@dataclass
class PoissonBaseline:
    """Rate = the weighted mean m: m - m log m + mean log y!, the last from the losses at rate 1, 1 + log y!."""

    target: ExactSum = field(default_factory=_nothing)
    at_one: ExactSum = field(default_factory=_nothing)

    def update(self, target: np.ndarray, weight: np.ndarray | None, fixed: tuple[Any, ...]) -> None:
        self.target += exact_sum(target, weight)
        self.at_one += fixed_loss("poisson", target, 0.0, weight, ())

    def __add__(self, other: PoissonBaseline) -> PoissonBaseline:
        return PoissonBaseline(self.target + other.target, self.at_one + other.at_one)

    def nats(self, weight: Fraction, again: Again) -> Decimal:
        mean = finish.exact(self.target) / weight
        if mean == 0:
            return Decimal(0)
        log_factorial = finish.decimal(finish.exact(self.at_one) / weight - 1)
        return finish.plus(finish.decimal(mean), finish.times(finish.decimal(-mean), finish.log(mean)), log_factorial)


@dataclass
class BinomialBaseline:
    """probs = sum w y / sum w n = s: mean n (log 2 + H(s)) away from the losses at probs 1/2, n log 2 - log C(n, y)."""

    target: ExactSum = field(default_factory=_nothing)
    trials: ExactSum = field(default_factory=_nothing)
    at_half: ExactSum = field(default_factory=_nothing)

    def update(self, target: np.ndarray, weight: np.ndarray | None, fixed: tuple[Any, ...]) -> None:
        trials = np.broadcast_to(np.asarray(fixed[0], np.float64), target.shape)
        self.target += exact_sum(target, weight)
        self.trials += exact_sum(np.ascontiguousarray(trials), weight)
        self.at_half += fixed_loss("binomial", target, 0.0, weight, fixed)

    def __add__(self, other: BinomialBaseline) -> BinomialBaseline:
        return BinomialBaseline(self.target + other.target, self.trials + other.trials, self.at_half + other.at_half)

    def nats(self, weight: Fraction, again: Again) -> Decimal:
        trials = finish.exact(self.trials) / weight
        at_half = finish.decimal(finish.exact(self.at_half) / weight)
        if trials == 0:
            return at_half
        share = finish.exact(self.target) / weight / trials
        entropy = finish.plus(finish.entropy_term(share), finish.entropy_term(1 - share))
        excess = finish.times(finish.decimal(trials), finish.minus(entropy, finish.LOG_TWO))
        return finish.plus(at_half, excess)


@dataclass
class NormalBaseline:
    """Mean and variance of the target: (log(2 pi variance) + 1) / 2; None if the target is constant (-inf)."""

    target: ExactSum = field(default_factory=_nothing)
    squares: ExactSum = field(default_factory=_nothing)

    def update(self, target: np.ndarray, weight: np.ndarray | None, fixed: tuple[Any, ...]) -> None:
        self.target += exact_sum(target, weight)
        self.squares += exact_sum_of_squares(target, weight)

    def __add__(self, other: NormalBaseline) -> NormalBaseline:
        return NormalBaseline(self.target + other.target, self.squares + other.squares)

    def nats(self, weight: Fraction, again: Again) -> Decimal | None:
        variance = finish.exact(self.squares) / weight - (finish.exact(self.target) / weight) ** 2
        if variance <= 0:
            return None
        logarithm = finish.log(finish.times(finish.TWO_PI, finish.decimal(variance)))
        return finish.over(finish.plus(logarithm, Decimal(1)), Decimal(2))


def baseline(family: str) -> Baseline | None:
    """An empty baseline for the family of this name; None where none is known."""
    from crossent.scoring.baselines_by_search import LaplaceBaseline, NegativeBinomialBaseline

    kinds: dict[str, Callable[[], Baseline]] = {
        "Bernoulli": BernoulliBaseline,
        "Categorical": CategoricalBaseline,
        "Poisson": PoissonBaseline,
        "Binomial": BinomialBaseline,
        "Normal": NormalBaseline,
        "Laplace": LaplaceBaseline,
        "NegativeBinomial": NegativeBinomialBaseline,
    }
    return kinds[family]() if family in kinds else None
