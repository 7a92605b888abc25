"""The result of scoring: the numbers, each rounded once from exact sums, as an object and as JSON."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from typing import Any

from crossent.independence.aside import Checked
from crossent.independence.cost import ClusteredSums, MeanError
from crossent.independence.cost.moments import moments_of
from crossent.scoring import finish
from crossent.scoring.state import ScoreState

SCHEMA = "crossent/score/1"


@dataclass(frozen=True, repr=False)
class Score:
    """How good predictions are: the cross-entropy from the data to them, and what it is compared with.

    Nats; None where a number is undefined. `base_nats` is the cross-entropy of the family's best constant member on
    the same weighted rows; `gain_nats` = base_nats - nats; `skill` = 1 - nats / base_nats (discrete families).
    `standard_error` = sqrt(sum w^2 (nll - mean)^2) / sum w, and `ci95` = nats -+ 1.96 of them (normal quantile).
    With clusters or times both are what `crossent.independence.cost` makes of them (`ci95_method` says which), and
    `naive_standard_error` is that of independent rows. `effective_n` = variance of a row's loss / standard_error^2.
    Rows are counted from 0.
    """

    family: str
    n: int
    weight: float
    nats: float
    bits: float
    finite_nats: float
    standard_error: float | None
    ci95: tuple[float, float] | None
    effective_n: float | None
    perplexity: float | None
    entropy_of_base_rate: float | None
    base_nats: float | None
    skill: float | None
    gain_nats: float | None
    infinite_count: int = 0
    infinite_rows: tuple[int, ...] = ()
    skipped_count: int = 0
    skipped_rows: tuple[int, ...] = ()
    zero_weight: int = 0
    sum_deviation: float | None = None
    columns: dict[str, Any] = field(default_factory=dict)
    ci95_method: str = "normal quantile"
    dependence: MeanError | None = None
    notes: tuple[str, ...] = ()
    rows: Checked | None = None  # tests of the losses in the order of the rows, where they were asked for

    @property
    def naive_standard_error(self) -> float | None:
        """The standard error of independent rows."""
        return self.standard_error if self.dependence is None else self.dependence.naive_standard_error

    def to_dict(self) -> dict[str, Any]:
        """The document of `crossent score --json`, infinities as the strings "inf" and "-inf"."""
        cross_entropy = {
            "nats": self.nats,
            "bits": self.bits,
            "standard_error": self.standard_error,
            "ci95": None if self.ci95 is None else list(self.ci95),
            "ci95_method": self.ci95_method,
            "effective_n": self.effective_n,
            "finite_nats": self.finite_nats,
        }
        if self.dependence is not None:
            cross_entropy |= _of_dependence(self.dependence)
        document = {
            "schema": SCHEMA,
            "family": self.family,
            "n": self.n,
            "weight": self.weight,
            "cross_entropy": cross_entropy,
            "perplexity": self.perplexity,
            "entropy_of_base_rate": self.entropy_of_base_rate,
            "base_nats": self.base_nats,
            "skill": self.skill,
            "gain_nats": self.gain_nats,
            "infinite": {"count": self.infinite_count, "rows": list(self.infinite_rows)},
            "skipped": {"count": self.skipped_count, "rows": list(self.skipped_rows)},
            "zero_weight": self.zero_weight,
            "sum_deviation": self.sum_deviation,
            "columns": self.columns,
        }
        if self.rows is not None:
            document["iid"] = self.rows.documents
        if self.notes:
            document["notes"] = list(self.notes)
        return _speakable(document)

    def to_json(self, indent: int | None = 2) -> str:
        """`to_dict` as text; every float with all its digits."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)

    def __repr__(self) -> str:
        error = "" if self.standard_error is None else f", standard_error={self.standard_error:.3g}"
        return f"Score({self.family}, n={self.n}, nats={self.nats!r}{error})"

    def _repr_html_(self) -> str:
        # The one way up: a notebook asks the object itself how it looks.
        return str(import_module("crossent.report.html").score_html(self))


def summarise(
    state: ScoreState,
    family: str,
    discrete: bool,
    over_classes: bool,
    columns: dict[str, Any],
    again: Callable[[Any], Any],
    serial: str = "series",
    lags: int | None = None,
) -> Score:
    """The state's numbers. `again(pass_state)` runs a further pass over the same rows, where a baseline needs one.

    `serial` and `lags` say how the error of rows in order of time is found.
    """
    losses = state.losses
    weight = finish.exact(losses.weight)
    nats = _mean(losses.loss.unbounded, finish.exact(losses.finite_loss), weight)
    finite_weight = finish.exact(losses.finite_weight)
    finite = finish.decimal(finish.exact(losses.finite_loss) / finite_weight) if finite_weight else None
    error = None if losses.infinite.count else _standard_error(state, weight)
    base = state.baseline.nats(weight, again) if state.baseline is not None else None
    entropy = base if over_classes else None
    effective: float | None = float(finish.decimal(weight**2 / finish.exact(losses.weight_squares)))
    known = _dependence(state, weight, serial, lags)
    if known is None:
        standard_error, ci95 = finish.number(error), None if error is None else _interval(nats, error)
    else:
        standard_error, ci95, effective = known.standard_error, known.ci95, known.effective_n
    return Score(
        family=family,
        n=losses.count,
        weight=losses.weight.round(),
        nats=_float(nats),
        bits=_float(_divided(nats, finish.LOG_TWO)),
        finite_nats=_float(finite),
        standard_error=standard_error,
        ci95=ci95,
        effective_n=effective,
        perplexity=finish.exponential(nats) if over_classes else None,
        entropy_of_base_rate=finish.number(entropy),
        base_nats=finish.number(base),
        skill=_skill(nats, base) if discrete else None,
        gain_nats=None if base is None else _float(_subtracted(base, nats)),
        infinite_count=losses.infinite.count,
        infinite_rows=tuple(losses.infinite.rows),
        skipped_count=state.skipped.count,
        skipped_rows=tuple(state.skipped.rows),
        zero_weight=state.zero_weight,
        sum_deviation=state.largest_deviation,
        columns=columns,
        ci95_method="normal quantile" if known is None else known.method,
        dependence=known,
        notes=() if known is None else known.notes,
        rows=_rows(state),
    )


def _dependence(state: ScoreState, weight: Fraction, serial: str, lags: int | None) -> MeanError | None:
    """The error of rows in clusters or in order of time; None of independent rows, or with an infinite loss."""
    losses, dependence = state.losses, state.dependence
    if dependence is None or losses.infinite.count:
        return None
    sums = (losses.weight_squares, losses.finite_loss, losses.cross, losses.squares)
    moments = moments_of(losses.count, weight, *map(finish.exact, sums))
    if isinstance(dependence, ClusteredSums):
        found = dependence.error(moments)
        for note in found.notes:  # few clusters
            warnings.warn(note, stacklevel=4)
        return found
    return dependence.error(moments, serial, lags)


def _rows(state: ScoreState) -> Checked | None:
    """What is said of the rows' order; nothing where losses are infinite, or clusters or times are known."""
    if state.aside is None:
        return None
    return Checked() if state.losses.infinite.count or state.dependence is not None else state.aside.checked()


def _of_dependence(known: MeanError) -> dict[str, Any]:
    """What the document says beside the usual: numbers that the method has."""
    names = ("degrees_of_freedom", "clusters", "times", "basis", "lags", "naive_standard_error", "understated")
    return {name: value for name in names if (value := getattr(known, name)) is not None}


def _mean(unbounded: float, total: Fraction, weight: Fraction) -> Decimal:
    return Decimal(unbounded) if unbounded else finish.decimal(total / weight)


def _standard_error(state: ScoreState, weight: Fraction) -> Decimal:
    """sqrt(sum (u - w m)^2) / sum w, where m is the mean; the sum is exact, so it is never negative."""
    losses = state.losses
    mean = finish.exact(losses.finite_loss) / weight
    squares = (
        finish.exact(losses.squares)
        - 2 * mean * finish.exact(losses.cross)
        + mean**2 * finish.exact(losses.weight_squares)
    )
    return finish.over(finish.square_root(squares), finish.decimal(weight))


def _interval(nats: Decimal, error: Decimal) -> tuple[float, float]:
    half = finish.times(finish.NORMAL_QUANTILE_975, error)
    return float(finish.minus(nats, half)), float(finish.plus(nats, half))


def _divided(value: Decimal, divisor: Decimal) -> Decimal:
    return value if value.is_infinite() else finish.over(value, divisor)


def _subtracted(base: Decimal, nats: Decimal) -> Decimal:
    return -nats if nats.is_infinite() else finish.minus(base, nats)


def _skill(nats: Decimal, base: Decimal | None) -> float | None:
    if base is None or base == 0:
        return None
    if nats.is_infinite():
        return -math.inf
    return float(finish.over(finish.minus(base, nats), base))


def _float(value: Decimal | None) -> float:
    return math.nan if value is None else float(value)


def _speakable(value: Any) -> Any:
    """JSON has no infinities: they are words; what is not a number is null."""
    if isinstance(value, dict):
        return {name: _speakable(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_speakable(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value
