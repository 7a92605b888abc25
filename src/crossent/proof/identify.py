"""Which named loss is a function? It is tried on seeded inputs and compared with every entry of the Rosetta."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from crossent import errors
from crossent.proof import black_box, inputs
from crossent.proof.black_box import Refused, Way
from crossent.proof.coordinates import PREDICTIONS, TARGETS
from crossent.proof.inputs import Array, Inputs, Kind
from crossent.proof.matching import TOLERANCE, TOLERANCE_SINGLE, Fit, fit, nice_number, offset_words
from crossent.proof.named_loss import NamedLoss, Setting
from crossent.proof.over_classes import Row
from crossent.proof.results import Counterexample, Identification
from crossent.proof.rosetta import ROSETTA

OVER_CLASSES = "mean over rows and classes"
SCREENED = 40  # rows on which most entries already part
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
        return (
            self.loss.name[:-1] + f", {', '.join(given)})"
            if "(" in self.loss.name
            else f"{self.loss.name}({', '.join(given)})"
        )

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


@dataclass(frozen=True, eq=False)
class Match:
    """An entry beside the function, on inputs of one kind."""

    entry: Entry
    way: Way
    at: Inputs
    values: Array
    fit: Fit

    @property
    def fits(self) -> bool:
        """Nothing is left but rounding."""
        return self.fit.deviation <= (TOLERANCE if self.way.precise else TOLERANCE_SINGLE)

    @property
    def offset(self) -> str | None:
        """The offset as words."""
        return offset_words(self.fit, self.at)

    @property
    def hard_only(self) -> bool:
        """Is this kind of target soft as well, and the function was not tried there?"""
        return not self.at.kind.soft and inputs.TARGETS[self.at.kind.target][1] is not None

    @property
    def untidy(self) -> int:
        """How much has to be said about scale and offset."""
        offset = self.offset
        known = offset == "0" or (offset is not None and self.fit.scale == 1 and offset.startswith(("plus", "minus")))
        return (self.fit.scale < 0) * 4 + (self.fit.scale != 1) + (0 if known else 1 if offset else 3)

    @functools.cached_property
    def parting(self) -> list[str]:
        """Where function and entry part at extreme inputs, in words."""
        return _extremes(self)

    def order(self) -> tuple[Any, ...]:
        """What to believe first."""
        return (self.untidy >= 3, bool(self.parting), self.rank())

    def rank(self) -> tuple[Any, ...]:
        """The simplest statement first: agreement everywhere, simple scale and offset, soft targets, the textbook."""
        loss = self.entry.loss
        reduced = self.way.reduction not in ("none", "sum", "mean") and loss.reduction != self.way.reduction
        owner = 0 if not loss.owner else 1 if loss.owner == "crossent" else 2
        given = len(self.entry.settings) + len(self.entry.choices)
        return (reduced, self.untidy, self.hard_only, owner, given)


def identify(
    function: Callable[..., Any],
    *,
    target: str | None = None,
    prediction: str | None = None,
    name: str = "",
) -> Identification:
    """Which named loss is this function of (target, prediction), or (prediction, target)?

    It is called on 2,000 seeded inputs for each kind of target and prediction that it answers, and compared with every
    loss of the catalogue, up to a scale and an offset that depends on the target alone. `target` and `prediction`
    (names such as "binary" and "bernoulli.logits") narrow the kinds that are tried.

    Errors: UsageError for a kind that is not known; NoAnswerError if the function answers no kind of input.

    >>> import numpy as np
    >>> found = identify(lambda y, e: np.exp(e) - y * e, target="count", prediction="log_rate", name="f")
    >>> found.name, found.scale, found.offset
    ('poisson_log_rate', '1', 'minus log k!')
    """
    if not callable(function):
        raise errors.not_callable(name or repr(function), type(function).__name__)
    _check("target", target, TARGETS)
    _check("prediction", prediction, PREDICTIONS)
    name = name or getattr(function, "__name__", None) or type(function).__name__
    failures: dict[str, str] = {}
    kinds = _kinds(target, prediction)
    screened = [match for kind in kinds for match in _screened(function, kind, failures)]
    if not screened:
        raise errors.takes_no_inputs(name, [f"{kind}: {why}" for kind, why in failures.items()])
    for likely in _likeliest_first(screened):
        matches = [match for match in _in_full(likely) if match.fits]
        if matches:
            return _found(name, matches, failures)
    return _not_found(name, screened, failures)


def _check(argument: str, value: str | None, known: dict[str, Any]) -> None:
    if value is not None and value not in known:
        raise errors.unknown_option(argument, value, known)


def _kinds(target: str | None, prediction: str | None) -> Iterator[Kind]:
    """The kinds of the catalogue, wide ones first: what fits every real number fits probabilities as well."""
    there = {(loss.target, loss.prediction) for loss in ROSETTA.values()}
    for kind, (_, soft) in inputs.TARGETS.items():
        for coordinate in inputs.PREDICTIONS:
            if (kind, coordinate) in there and target in (None, kind) and prediction in (None, coordinate):
                yield from ([Kind(kind, coordinate, True)] if soft else []) + [Kind(kind, coordinate, False)]


def _entries(kind: Kind) -> Iterator[Entry]:
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


def _screened(function: Callable[..., Any], kind: Kind, failures: dict[str, str]) -> Iterator[Match]:
    """Each entry of this kind beside the function, on a few rows, for each way to call it."""
    at = inputs.ordinary(kind, SCREENED)
    for way in black_box.ways(function, at):
        try:
            if isinstance(way, Refused):
                raise way
            values = way.values(at)
        except Refused as reason:
            failures.setdefault(_words(kind), str(reason))
            continue
        for entry in _entries(kind):
            found = fit(values, entry.values(at), at, 1e-11 if way.precise else 1e-5)
            if found is not None:
                yield Match(entry, way, at, values, found)


def _likeliest_first(screened: list[Match]) -> Iterator[list[Match]]:
    """The entries that fit so far, those of the same way and kind together, the simplest statement first."""
    together: dict[tuple[int, Kind], list[Match]] = {}
    for match in sorted((match for match in screened if match.fits), key=Match.order):
        together.setdefault((id(match.way), match.at.kind), []).append(match)
    yield from together.values()


def _in_full(matches: list[Match]) -> Iterator[Match]:
    """Entries of one way and kind on 2,000 rows."""
    way, at = matches[0].way, inputs.ordinary(matches[0].at.kind)
    values = way.values(at)
    for match in matches:
        found = fit(values, match.entry.values(at), at, 1e-11 if way.precise else 1e-5)
        if found is not None:
            yield Match(match.entry, way, at, values, found)


# -- what is said about it ---------------------------------------------------------------------------------------------


def _found(name: str, matches: list[Match], failures: dict[str, str]) -> Identification:
    best = min(matches, key=Match.order)
    exact = [match for match in matches if match.fit.scale == 1 and match.offset == "0" and not match.parting]
    same = [match.entry.name for match in exact if match.rank()[0] == best.rank()[0] and match is not best]
    scale, offset, reduction = _scale(best), best.offset, best.way.reduction
    if best.entry.loss.reduction == OVER_CLASSES and scale == f"1/{inputs.CLASSES}" and offset == "0":
        scale, reduction = "1", OVER_CLASSES
    sentence = (
        f"indistinguishable on {len(best.at):,} inputs{' with hard labels' if best.hard_only else ''}, "
        f"to {_power_of_ten(best.fit.deviation)}, from {_sized(scale)}{description(best.entry)}{_with(best, offset)}"
    )
    return Identification(
        function=name,
        sentence=sentence,
        name=best.entry.name,
        scale=scale,
        offset=offset if offset is not None else "a function of the target",
        deviation=best.fit.deviation,
        inputs=len(best.at),
        target=best.at.kind.target,
        prediction=best.at.kind.prediction,
        arguments=best.way.arguments,
        reduction=reduction,
        same=tuple(same[:8]),
        formula=(best.entry.loss.doc, ""),
        notes=tuple(best.parting + _failed(failures)),
        failed=dict(failures),
    )


def _not_found(name: str, screened: list[Match], failures: dict[str, str]) -> Identification:
    near = min(screened, key=lambda match: float(np.sqrt(np.mean(match.fit.differences**2))))
    match = next(iter(_in_full([near])), near)
    row = int(np.argmax(match.fit.differences))
    left, right = match.values[row], match.values[row]
    right = match.fit.scale * match.entry.values(match.at)[row] + match.fit.offset[row]
    spelled = _scale(match)
    return Identification(
        function=name,
        sentence=f"none of the catalogue's {len(ROSETTA)} losses; the nearest is {description(match.entry)}",
        scale=spelled,
        offset=match.offset,
        deviation=match.fit.deviation,
        inputs=len(match.at),
        target=match.at.kind.target,
        prediction=match.at.kind.prediction,
        arguments=match.way.arguments,
        reduction=match.way.reduction,
        nearest=match.entry.name,
        counterexample=Counterexample(
            _spelled(match.at, row),
            (repr(float(left)),) * 2,
            (repr(float(right)),) * 2,
            "the nearest with its best scale and offset for each target"
            if spelled != "1" or match.offset != "0"
            else "",
        ),
        formula=(match.entry.loss.doc, ""),
        notes=tuple(_failed(failures)),
        failed=dict(failures),
    )


def description(entry: Entry) -> str:
    """ "the Poisson negative log-likelihood of a log rate", or the name of the entry."""
    loss = entry.loss
    if loss.owner != "crossent" or not loss.doc.startswith("Negative log-likelihood of the "):
        return entry.name
    family = loss.doc.removeprefix("Negative log-likelihood of the ").partition(" family")[0]
    given = f" with {', '.join(f'{key} {value}' for key, value in entry.settings.items())}" if entry.settings else ""
    return f"the {family} negative log-likelihood of {_COORDINATES.get(loss.prediction, loss.prediction)}{given}"


_COORDINATES = {
    "rate": "a rate",
    "log_rate": "a log rate",
    "location": "a location",
    "bernoulli.logits": "log-odds",
    "bernoulli.probs": "a probability",
    "categorical.logits": "logits",
    "categorical.probs": "probabilities",
}


def _scale(match: Match) -> str:
    simple = nice_number(match.fit.scale, 1e-11 if match.way.precise else 1e-5)
    return simple[1] if simple else f"{match.fit.scale:.15g}"


def _sized(scale: str) -> str:
    return "" if scale == "1" else "minus " if scale == "-1" else f"{scale} times "


def _with(match: Match, offset: str | None) -> str:
    """ " with log k! left out"."""
    if offset == "0":
        return ""
    if offset is None:
        return ", up to an offset that depends on the target alone"
    left_out = offset.removeprefix("minus ")
    if match.fit.scale == 1 and left_out != offset and "," not in offset and " * " not in offset:
        return f" with {left_out} left out"
    return f", {offset}" if offset.startswith(("plus", "minus")) else f", plus {offset}"


def _power_of_ten(deviation: float) -> str:
    return f"1e{max(-16, math.ceil(math.log10(deviation))) if deviation > 0 else -16:d}"


def _words(kind: Kind) -> str:
    soft = inputs.TARGETS[kind.target][1] is not None
    return f"{'soft ' if kind.soft else 'hard ' if soft else ''}{kind.target} target, {kind.prediction}"


def _failed(failures: dict[str, str]) -> list[str]:
    """How many kinds of input it did not answer, and why not the first of them."""
    if not failures:
        return []
    kind, why = next(iter(failures.items()))
    count = len(failures)
    which = f"{count} other kinds of input it did not answer, such as" if count > 1 else "It did not answer a"
    return [f"{which} {kind}: {why}"]


def _extremes(match: Match) -> list[str]:
    """Where function and entry part far out, in words; nothing if they agree there as well."""
    at = inputs.extreme(match.at.kind)
    if at is None:
        return []
    first = [int(np.argmax(match.at.group == group)) for group in at.group]
    offset = np.zeros(len(at)) if match.offset == "0" else match.fit.offset[first]
    try:
        values = match.way.values(at)
    except Refused as reason:
        return [f"At extreme inputs it gives no answer ({reason})."]
    with np.errstate(all="ignore"):
        expected = match.fit.scale * match.entry.exact(at) + offset
        size = (1e-9 if match.way.precise else 1e-4) * (1 + np.abs(expected))
        agree = (values == expected) | (np.abs(values - expected) <= size) | (np.isnan(values) & np.isnan(expected))
    if agree.all():
        return []
    row = int(np.argmin(agree))
    where = ", ".join(f"{key} = {value}" for key, value in _spelled(at, row).items())
    said = f"it gives {float(values[row]):.6g}, where {match.entry.name} gives {float(expected[row]):.6g}"
    return [f"At {where} {said} ({int((~agree).sum())} of {len(at)} extreme inputs)."]


def _spelled(at: Inputs, row: int) -> dict[str, str]:
    return {
        name: repr(values[row].item() if values.ndim == 1 else values[row].tolist())
        for name, values in (("target", at.target), ("prediction", at.prediction))
    }
