"""What is said about a function that was compared with the catalogue: which loss it is, or where the nearest parts."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossent.proof.comparison.as_written import as_written
from crossent.proof.identification import inputs
from crossent.proof.identification.black_box import REDUCED, Refused, Way
from crossent.proof.identification.entries import Entry
from crossent.proof.identification.inputs import Array, Inputs
from crossent.proof.identification.matching import Fit, nice_number, offset_words
from crossent.proof.results import Counterexample, Identification
from crossent.proof.rosetta import ROSETTA

OVER_CLASSES = "mean over rows and classes"
SQUEEZED = ("sqrt of the mean", "exp of the mean", "half the log of the mean")
_COORDINATES = {
    "rate": "a rate",
    "log_rate": "a log rate",
    "location": "a location",
    "bernoulli.logits": "log-odds",
    "bernoulli.probs": "a probability",
    "categorical.logits": "logits",
    "categorical.probs": "probabilities",
}


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
        return self.fit.deviation <= self.way.tolerance

    def distance(self) -> float:
        """How far the function is from the entry: the root of the mean squared difference."""
        return float(np.sqrt(np.mean(self.fit.differences**2)))

    @functools.cached_property
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
        plain = self.way.reduction in REDUCED
        reduced = loss.reduction in SQUEEZED if plain else loss.reduction != self.way.reduction
        owner = 0 if not loss.owner else 1 if loss.owner == "crossent" else 2
        given = len(self.entry.settings) + len(self.entry.choices)
        return (reduced, self.untidy, self.hard_only, owner, given)


# -- what is said about it ---------------------------------------------------------------------------------------------


def identity(name: str, matches: list[Match], failures: dict[str, str]) -> Identification:
    """The loss that fits, simplest statement first, and what else fits as well."""
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
        formula=as_written(best.entry.side),
        notes=tuple(best.parting + _failed(failures)),
        failed=dict(failures),
    )


def nearest(name: str, match: Match, failures: dict[str, str]) -> Identification:
    """The loss that comes nearest, and the input that tells the two apart best."""
    row = int(np.argmax(match.fit.differences))
    left = match.values[row]
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
        formula=as_written(match.entry.side),
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


def _scale(match: Match) -> str:
    simple = nice_number(match.fit.scale, match.way.nice)
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
