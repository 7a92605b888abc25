"""What the target is: its kind before the pass, its family, labels and classes after it."""

from __future__ import annotations

from dataclasses import replace

from crossent import errors
from crossent.data.typed import KnownLevels, NewLevels
from crossent.families.catalogue import find_family
from crossent.fitting.design.design import Target
from crossent.fitting.design.options import Options
from crossent.fitting.design.reading import Reader
from crossent.fitting.design.seen import Seen

OVER_CLASSES = ("Categorical",)
FEW = 20


def draft_target(options: Options, is_text: bool) -> Target:
    """The target as far as it is known before the pass; family "" is to be guessed."""
    family = find_family(options.family).name if options.family is not None else ""
    if family and find_family(family).classes is not None and family not in OVER_CLASSES:
        raise errors.family_not_from_columns(family)
    if options.positive is not None and family not in ("", "Bernoulli"):
        raise errors.positive_not_for(family)
    if options.positive is not None:
        return Target(options.target, "Bernoulli", "label", options.positive)
    if family in OVER_CLASSES or (is_text and not family):
        return Target(options.target, family, "classes")
    if family == "Bernoulli" and is_text:
        return Target(options.target, family, "classes")  # to name the labels in the error
    return Target(options.target, family)


def settled_target(
    draft: Target | None, reader: Reader, seen: Seen, options: Options
) -> tuple[Target, tuple[str, ...]]:
    assert draft is not None
    if draft.kind == "number":
        return _number_target(draft, seen, options)
    assert isinstance(reader.classes, NewLevels)
    names, place = reader.classes.ordered()
    present = {int(place[number]) for number in seen.classes}
    levels = [name for k, name in enumerate(names) if k in present]
    if draft.kind == "label":
        positive = str(draft.positive)
        others = [level for level in levels if not _same(level, positive)]
        if len(others) > 1:
            raise errors.too_many_levels(draft.column, positive, others[:FEW])
        if len(others) == len(levels):
            raise errors.design_target_levels(draft.column, levels, f"hold {positive!r}, which --positive names")
        return replace(draft, levels=(*others, positive)), _guess(options, "Bernoulli", "has a --positive label")
    if draft.family == "Bernoulli" or (not draft.family and len(levels) == 2):
        raise errors.text_needs_positive(draft.column, levels[:FEW])
    if len(levels) < 2:
        raise errors.design_target_levels(draft.column, levels, "hold at least two classes")
    done = replace(draft, family=draft.family or "Categorical", levels=tuple(levels))
    return done, _guess(options, done.family, f"is text with {len(levels)} labels")


def _number_target(draft: Target, seen: Seen, options: Options) -> tuple[Target, tuple[str, ...]]:
    if draft.family:
        return replace(draft, fractional=draft.family == "Bernoulli" and seen.inside), ()
    if options.trials is not None:
        family, why = "Binomial", "comes with a number of trials"
    elif seen.binary:
        family, why = "Bernoulli", "is 0 or 1"
    elif seen.whole:
        family, why = "Poisson", "holds whole numbers of at least 0"
    else:
        family, why = "Normal", "holds numbers that are not all counts"
    return replace(draft, family=family), _guess(options, family, why)


def _guess(options: Options, family: str, why: str) -> tuple[str, ...]:
    return () if options.family is not None else (errors.family_guessed(family, why),)


def _same(level: str, label: str) -> bool:
    return KnownLevels([label]).number(level) == 0
