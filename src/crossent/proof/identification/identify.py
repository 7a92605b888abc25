"""Which named loss is a function? It is tried on seeded inputs and compared with every entry of the Rosetta."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from crossent import errors
from crossent.proof.identification import black_box, inputs
from crossent.proof.identification.black_box import Refused
from crossent.proof.identification.entries import entries
from crossent.proof.identification.identity import Match, identity, nearest
from crossent.proof.identification.inputs import Kind
from crossent.proof.identification.matching import fit
from crossent.proof.language.coordinates import PREDICTIONS, TARGETS
from crossent.proof.results import Identification
from crossent.proof.rosetta import ROSETTA

SCREENED = 40  # rows on which most entries already part


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
        matches = [match for match in _in_full(likely, failures) if match.fits]
        if matches:
            return identity(name, matches, failures)
    closest = min(screened, key=Match.distance)
    in_full = list(_in_full([closest], failures))
    return nearest(name, in_full[0] if in_full else closest, failures)


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


def _screened(function: Callable[..., Any], kind: Kind, failures: dict[str, str]) -> Iterator[Match]:
    """Each entry of this kind beside the function, on a few rows, for each way to call it."""
    at = inputs.ordinary(kind, SCREENED)
    for way in black_box.ways(function, at):
        try:
            if isinstance(way, Refused):
                raise way
            values = way.values(at)
        except Refused as reason:
            failures.setdefault(kind.words, str(reason))
            continue
        for entry in entries(kind):
            found = fit(values, entry.values(at), at, way.nice)
            if found is not None:
                yield Match(entry, way, at, values, found)


def _likeliest_first(screened: list[Match]) -> Iterator[list[Match]]:
    """The entries that fit so far, those of the same way and kind together, the simplest statement first."""
    together: dict[tuple[int, Kind], list[Match]] = {}
    for match in sorted((match for match in screened if match.fits), key=Match.order):
        together.setdefault((id(match.way), match.at.kind), []).append(match)
    yield from together.values()


def _in_full(matches: list[Match], failures: dict[str, str]) -> Iterator[Match]:
    """Entries of one way and kind on 2,000 rows."""
    way, kind = matches[0].way, matches[0].at.kind
    at = inputs.ordinary(kind)
    try:
        values = way.values(at)
    except Refused as reason:
        failures.setdefault(kind.words, str(reason))
        return
    for match in matches:
        found = fit(values, match.entry.values(at), at, way.nice)
        if found is not None:
            yield Match(match.entry, way, at, values, found)
