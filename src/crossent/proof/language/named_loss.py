"""What a named loss is: a formula of one row over the vocabulary, and what its owner means by it.

A loss is a function of (target, predicted distribution). `target` and `prediction` say of which kind the two are and in
which coordinates the owner writes them; what kinds there are stands in `coordinates`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any

Formula = Callable[..., Any]


@dataclass(frozen=True)
class Setting:
    """A keyword of a named loss that takes a number. Without a default it stays a symbol, held fixed in a proof.

    `special` are the numbers at which the loss is known to turn into another one (focal: gamma = 0).
    """

    name: str
    symbol: str = ""
    domain: str = "positive"
    default: Any = None
    special: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Choice:
    """A keyword that takes one of a few words or truth values: `full=True`. The first is the default."""

    name: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Clamp:
    """Where the owner bends the formula: outside `region` it is `formula`; inside it is `inside`, without the clamp.

    `region(target, prediction, **settings)` is a condition over the vocabulary; `words` name it: "log p >= -100".
    """

    words: str
    region: Formula
    inside: Formula


@dataclass(frozen=True)
class NamedLoss:
    """One entry of the Rosetta: `formula(target, prediction, **settings, **choices)` is the loss of one row in nats."""

    name: str
    formula: Formula
    target: str  # a name of coordinates.TARGETS
    prediction: str  # a name of coordinates.PREDICTIONS
    _: KW_ONLY
    settings: tuple[Setting, ...] = ()
    choices: tuple[Choice, ...] = ()
    soft: bool = True  # does the owner take soft targets?
    reduction: str = (
        "none"  # what the owner returns: none | mean | sum | batchmean | sqrt of the mean | exp of the mean
    )
    arguments: tuple[str, ...] = ("target", "prediction")  # in the owner's words and order
    drops: str = ""  # the constants that the owner leaves out, in words
    clamp: Clamp | None = None
    elicits: str = ""  # what its expectation is least at: distribution | mean | median | sign | nothing named
    owner: str = ""  # the package, or "" for the textbook's losses
    checked: bool = True  # False: nobody here can run the owner's code
    aliases: tuple[str, ...] = ()
    reductions: tuple[tuple[str, str], ...] = ()  # the owner's words for `reduction=` -> the meaning, as in `reduction`
    asked_reduction: str = ""  # the reduction that the text named, if it named one
    moved_by: tuple[str, ...] = ()  # settings that move what it elicits, where they are not their defaults
    source: str = ""
    doc: str = ""
