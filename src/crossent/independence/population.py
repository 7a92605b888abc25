"""Is the sample a simple random sample from a population whose shares are known?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from crossent import errors
from crossent.data.columns import label_text
from crossent.data.typed import as_number
from crossent.independence.kinds import Column
from crossent.independence.results import IidTest
from crossent.independence.streaming import Streamed


def population_tests(found: Streamed, target: Column, expected: Mapping[str, float], seed: int) -> list[IidTest]:
    """The counts of the target's levels beside the shares of the population: exact multinomial, or chi-squared."""
    from crossent.independence.contingency.shares import expected_shares

    state = found.states[target.name]
    if not target.levels and state.distinct is None:
        raise errors.expected_needs_levels(target.name, target.kind)
    names = target.levels or tuple(label_text(value) for value in np.asarray(state.distinct).tolist())
    totals = state.blocks.table().sum(axis=0)
    counts = {name: int(totals[k]) if k < len(totals) else 0 for k, name in enumerate(names)}
    given = {_same(level, names): share for level, share in expected.items()}
    missing = [name for name, count in counts.items() if count and name not in given]
    if missing:
        raise errors.expected_levels_differ(target.name, missing, ())
    ordered = [counts.get(level, 0) for level in given]
    test = expected_shares(ordered, list(given.values()), seed=seed, columns=(target.name,))
    told = ", ".join(f"{level} {count:,}" for level, count in zip(given, ordered, strict=True))
    return [replace(test, about=test.about or told, details={**test.details, "levels": list(given)})]


def _same(level: str, names: tuple[str, ...]) -> str:
    """The level's own name, if it is written another way: "1.0" for 1."""
    if level in names:
        return level
    number = as_number(level)
    return next((name for name in names if number is not None and as_number(name) == number), level)
