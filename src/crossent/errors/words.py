"""Pieces of sentences that all messages share."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

Index = tuple[int, ...]


def at(argument: str, index: Index) -> str:
    """``target[17]``, ``probs[3, 2]``; a scalar is just ``target``."""
    return f"{argument}[{', '.join(map(str, index))}]" if index else argument


def of_many(bad: int, total: int) -> str:
    """``3 of 10,000 values are not``."""
    return f"{bad:,} of {total:,} value{'s' if total != 1 else ''} {'are' if bad != 1 else 'is'} not"


def shown(value: object) -> str:
    """A value as the message shows it; NumPy scalars without their type."""
    item = getattr(value, "item", None)
    return repr(item() if callable(item) else value)


def listed(names: Iterable[object]) -> str:
    return ", ".join(str(name) for name in names)


def did_you_mean(name: str, known: Iterable[str], longest: int = 100) -> str:
    """The near names, and all there are, or how many if they are more than `longest`."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=3)
    more = f", and {len(known) - longest:,} more" if len(known) > longest else ""
    return f"Did you mean {' or '.join(close)}? " * bool(close) + f"Known: {listed(known[:longest])}{more}."
