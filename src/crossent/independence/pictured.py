"""What the pictures of a report need beside the tests: numbers for each lag, level, block of rows and cluster."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from crossent.independence.groups_seen import Grouped
from crossent.independence.kinds import LEVELS, Column, codes_of
from crossent.independence.samples import SAMPLE
from crossent.independence.streaming import Streamed

FEWEST = 4
BLOCKS = 32
FEWEST_IN_BLOCK = 4
LEVELS_DRAWN = 8


def pictured(found: Streamed, target: Column, grouped: Grouped | None) -> dict[str, Any]:
    """Each picture that can be drawn, by its name."""
    made = {
        "correlogram": correlogram(found, target),
        "lag_table": lag_table(found, target),
        "drift": drift_of_shares(found, target) if target.levels else drift_of_means(found, target),
        "groups": {} if grouped is None or target.kind == LEVELS else grouped.shown(),
    }
    return {name: drawn for name, drawn in made.items() if drawn}


def correlogram(found: Streamed, column: Column) -> dict[str, Any]:
    """Autocorrelations at lags 1 to 20 of all rows; nothing for levels without an order."""
    products = found.states[column.name].products
    if products is None or products.rows < FEWEST or (column.levels and found.states[column.name].is_text):
        return {}
    r = products.autocorrelations()
    return {"lags": list(range(1, len(r) + 1)), "autocorrelations": r.tolist(), "bound95": 1.96 / math.sqrt(found.rows)}


def lag_table(found: Streamed, column: Column) -> dict[str, Any]:
    """How often each level follows each, of all rows."""
    lags = found.states[column.name].lags
    if not column.levels or lags is None or not 2 <= lags.levels <= LEVELS_DRAWN or lags.rows < FEWEST:
        return {}
    return {"levels": list(column.levels), "table": lags.counts[0].tolist()}


def drift_of_means(found: Streamed, column: Column) -> dict[str, Any]:
    """The mean of each of some 32 blocks of rows and its error; the values themselves where there are few."""
    sums = found.states[column.name].sums
    if sums is None or found.rows < FEWEST:
        return {}
    if found.rows <= BLOCKS * FEWEST_IN_BLOCK:
        return {"values": found.window.kept()[column.name].tolist()}
    if found.rows <= SAMPLE:
        parts = np.array_split(found.window.kept()[column.name], min(BLOCKS, found.rows // FEWEST_IN_BLOCK))
        sizes = np.array([len(part) for part in parts])
        means, spread = np.array([part.mean() for part in parts]), np.array([part.std(ddof=1) for part in parts])
    else:
        totals, squares = sums.full()
        together = -(-len(totals) // BLOCKS)
        starts = np.arange(0, len(totals), together)
        sizes = np.diff([*starts, len(totals)]) * sums.width
        means = np.add.reduceat(totals, starts) / sizes
        spread = np.sqrt(np.maximum(np.add.reduceat(squares, starts) / sizes - means**2, 0.0))  # rounding below 0
        means = means + sums.centre
    ends = np.cumsum(sizes)
    return {
        "middles": (ends - sizes / 2).tolist(), "means": means.tolist(), "errors": (spread / np.sqrt(sizes)).tolist(),
        "mean": float((means * sizes).sum() / sizes.sum()),
    }  # fmt: skip


def drift_of_shares(found: Streamed, column: Column) -> dict[str, Any]:
    """The share of each level in each of some 16 to 32 blocks of rows."""
    state = found.states[column.name]
    if found.rows < BLOCKS:
        return {}
    if found.rows <= SAMPLE:
        codes = codes_of(column, state, found.window.kept()[column.name])
        blocks = min(BLOCKS, found.rows // 8)
        block = np.arange(found.rows) * blocks // found.rows
        many = len(column.levels)
        counts = np.bincount(block * many + codes, minlength=blocks * many).reshape(blocks, many)
    else:
        counts, _ = state.blocks.shown()
    sizes = counts.sum(axis=1)
    common = np.argsort(-counts.sum(axis=0), kind="stable")[:LEVELS_DRAWN]
    drawn = np.array([1]) if len(column.levels) == 2 else np.sort(common)
    ends = np.cumsum(sizes)
    return {
        "middles": (ends - sizes / 2).tolist(), "sizes": sizes.tolist(), "levels": [column.levels[k] for k in drawn],
        "shares": (counts[:, drawn] / sizes[:, None]).T.tolist(),
    }  # fmt: skip
