"""Baselines that no sum gives at once: Laplace needs a median, NegativeBinomial the root of an equation.

Memory stays flat: values are counted in a fixed number of bins, whose totals are exact, and a further pass looks again
where a bin is too coarse. Which bin a value falls into depends on that value alone, so the passes merge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent.scoring import finish
from crossent.scoring.sums import BinSums, exact_sum

if TYPE_CHECKING:
    from crossent.kernels.exact_sum import ExactSum
    from crossent.scoring.baselines import Again

DIGIT_BITS = 16
KEY_BITS = 64
EXACT_COUNTS = 1 << 16
COARSE_BITS = 42  # of a float64's bits, so that 10 bits of its fraction are left: bins 0.1 % wide
SIGN = np.uint64(1 << 63)


def _nothing() -> ExactSum:
    from crossent.kernels import ExactSum

    return ExactSum()


# --- Laplace: the weighted median, 16 bits at a time ------------------------------------------------------------------


def sort_keys(values: np.ndarray) -> np.ndarray:
    """Integers in the order of the floats: the bits, all flipped below zero, the sign flipped above."""
    bits = (np.ascontiguousarray(values, np.float64) + 0.0).view(np.uint64)  # + 0.0: -0 is 0
    return np.where(bits & SIGN, ~bits, bits | SIGN)


def value_of_key(key: int) -> float:
    """The float of a sort key."""
    bits = key ^ (1 << 63) if key >> 63 else key ^ ((1 << 64) - 1)
    return float(np.array(bits, np.uint64).view(np.float64))


@dataclass
class KeyHistogram:
    """Weight by the next 16 bits of the key, of the rows whose key begins with `prefix`."""

    prefix: int = 0
    known_bits: int = 0
    bins: BinSums = field(default_factory=BinSums)

    def update(self, target: np.ndarray, weight: np.ndarray | None, fixed: tuple[Any, ...]) -> None:
        keys = sort_keys(target)
        if self.known_bits:
            here = (keys >> np.uint64(KEY_BITS - self.known_bits)) == np.uint64(self.prefix)
            keys, weight = keys[here], None if weight is None else weight[here]
        digit = (keys >> np.uint64(KEY_BITS - self.known_bits - DIGIT_BITS)) & np.uint64((1 << DIGIT_BITS) - 1)
        self.bins.add(digit.astype(np.int64), weight)

    def __add__(self, other: KeyHistogram) -> KeyHistogram:
        return KeyHistogram(self.prefix, self.known_bits, self.bins + other.bins)

    def descend(self, below: Fraction, half: Fraction) -> tuple[int, Fraction]:
        """The prefix of the bin where the sum of the weights reaches half, and the weight before that bin."""
        totals, digit = self.bins.totals(), 0
        for digit in self.bins.occupied().tolist():
            if below + totals[digit] >= half:
                break
            below += totals[digit]
        return (self.prefix << DIGIT_BITS) | digit, below


@dataclass
class AbsoluteDeviation:
    """The exact sum of weight * |y - centre|."""

    centre: float
    total: Fraction = Fraction(0)

    def update(self, target: np.ndarray, weight: np.ndarray | None, fixed: tuple[Any, ...]) -> None:
        for sign, side in ((1, target > self.centre), (-1, target < self.centre)):
            part = None if weight is None else weight[side]
            weights = Fraction(int(side.sum())) if part is None else finish.exact(exact_sum(part))
            self.total += sign * (finish.exact(exact_sum(target[side], part)) - weights * Fraction(self.centre))

    def __add__(self, other: AbsoluteDeviation) -> AbsoluteDeviation:
        return AbsoluteDeviation(self.centre, self.total + other.total)


@dataclass
class LaplaceBaseline:
    """loc = the weighted median, scale = the mean distance from it, b: log(2 b) + 1. Five passes over the rows."""

    first: KeyHistogram = field(default_factory=KeyHistogram)

    def update(self, target: np.ndarray, weight: np.ndarray | None, fixed: tuple[Any, ...]) -> None:
        self.first.update(target, weight, fixed)

    def __add__(self, other: LaplaceBaseline) -> LaplaceBaseline:
        return LaplaceBaseline(self.first + other.first)

    def nats(self, weight: Fraction, again: Again) -> Decimal | None:
        histogram, below = self.first, Fraction(0)
        prefix, below = histogram.descend(below, weight / 2)
        for known_bits in range(DIGIT_BITS, KEY_BITS, DIGIT_BITS):
            prefix, below = again(KeyHistogram(prefix, known_bits)).descend(below, weight / 2)
        scale = again(AbsoluteDeviation(value_of_key(prefix))).total / weight
        return None if scale == 0 else finish.plus(finish.log(2 * scale), Decimal(1))


# --- NegativeBinomial: counts up to 65,535 each by itself, larger ones in bins 0.1 % wide -----------------------------


def count_bins(target: np.ndarray) -> np.ndarray:
    """The bin of each count: itself below 65,536; above, its first 10 binary digits after the leading one."""
    values = np.ascontiguousarray(target, np.float64)
    coarse = (values.view(np.int64) >> COARSE_BITS) - COARSE_START + EXACT_COUNTS
    return np.where(values < EXACT_COUNTS, values, coarse).astype(np.int64)


COARSE_START = int(np.float64(EXACT_COUNTS).view(np.int64)) >> COARSE_BITS


def bin_centres(bins: np.ndarray) -> np.ndarray:
    """A count for each bin: its own, or the middle of the bin, a whole number."""
    low = ((bins - EXACT_COUNTS + COARSE_START) << COARSE_BITS).view(np.float64)
    high = ((bins - EXACT_COUNTS + COARSE_START + 1) << COARSE_BITS).view(np.float64)
    return np.where(bins < EXACT_COUNTS, bins, np.floor((low + high) / 2))


@dataclass
class MemberLoss:
    """The exact sum of weight * nll of NegativeBinomial(mean, concentration)."""

    mean: float
    concentration: float
    total: ExactSum = field(default_factory=_nothing)

    def update(self, target: np.ndarray, weight: np.ndarray | None, fixed: tuple[Any, ...]) -> None:
        self.total += self.evaluate(target, weight).total

    def evaluate(self, target: np.ndarray, weight: np.ndarray | None, keep_rows: bool = False) -> Any:
        """The kernels' answer for these rows."""
        from crossent.families.catalogue import find_family
        from crossent.kernels import evaluate_rows

        family = find_family("negative_binomial")
        formulas = family.rows("value", family.match(("mean", "concentration")))
        parameters = (np.full(target.shape, self.mean), np.full(target.shape, self.concentration))
        return evaluate_rows(formulas, target, parameters, weight=weight, keep_rows=keep_rows, double=True)

    def __add__(self, other: MemberLoss) -> MemberLoss:
        return MemberLoss(self.mean, self.concentration, self.total + other.total)


@dataclass
class NegativeBinomialBaseline:
    """The most likely mean (the weighted mean) and concentration; without overdispersion, the Poisson limit.

    The concentration is found on the bins. If all counts are below 65,536 these are the data itself, and so is their
    loss; if not, a second pass takes the loss of every row at that concentration, which is near enough to the best
    for the loss to differ by less than it is printed with, since it is flat there.
    """

    bins: BinSums = field(default_factory=BinSums)
    poisson: Any = None

    def __post_init__(self) -> None:
        from crossent.scoring.baselines import PoissonBaseline

        self.poisson = self.poisson or PoissonBaseline()

    def update(self, target: np.ndarray, weight: np.ndarray | None, fixed: tuple[Any, ...]) -> None:
        self.bins.add(count_bins(target), weight)
        self.poisson.update(target, weight, fixed)

    def __add__(self, other: NegativeBinomialBaseline) -> NegativeBinomialBaseline:
        return NegativeBinomialBaseline(bins=self.bins + other.bins, poisson=self.poisson + other.poisson)

    def nats(self, weight: Fraction, again: Again) -> Decimal | None:
        from crossent.families.catalogue import find_family

        mean = finish.exact(self.poisson.target) / weight
        if mean == 0:
            return Decimal(0)
        occupied = self.bins.occupied()
        totals = self.bins.totals()
        counts = bin_centres(occupied)
        weights = np.array([float(totals[k] / weight) for k in occupied.tolist()])
        fit_mle = find_family("negative_binomial").fit_mle
        assert fit_mle is not None
        _, concentration = (float(value) for value in fit_mle(counts, weights))
        if not np.isfinite(concentration):
            return self.poisson.nats(weight, again)
        member = MemberLoss(float(mean), concentration)
        if self.bins.bins > EXACT_COUNTS:
            return finish.decimal(finish.exact(again(member).total) / weight)
        return self._from_bins(member, counts, [totals[k] for k in occupied.tolist()], weight)

    def _from_bins(self, member: MemberLoss, counts: np.ndarray, totals: list[Fraction], weight: Fraction) -> Decimal:
        rows = member.evaluate(counts, None, keep_rows=True).rows.tolist()
        nats = sum((total * Fraction(row) for total, row in zip(totals, rows, strict=True)), Fraction(0))
        return finish.decimal(nats / weight)
