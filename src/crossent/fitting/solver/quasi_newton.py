"""Steps that need gradients only: limited-memory BFGS (Nocedal 1980) around the curvature of a sample.

Where many classes make the curvature dear, this leaves one pass for it, at the end.
"""

from __future__ import annotations

import numpy as np

from crossent.fitting.chunks import Floats
from crossent.fitting.solver.directions import Curvature
from crossent.fitting.solver.newton import Search

MOST_STEPS = 40
STALLED = 0.9  # of the decrement: what a step must at least bring, or Newton's method takes over


def descend(search: Search, sampled: Curvature, share: float) -> None:
    """Moves the search close to its end. `sampled` is the curvature of that share of the rows."""
    search.run_pass("gradient")
    pairs: list[tuple[Floats, Floats]] = []
    last = np.inf
    for _ in range(MOST_STEPS):
        if not np.isfinite(search.value):
            return
        move = -_inverse_times(search.gradient, pairs, sampled, share)
        decrement = float(np.sqrt(max(0.0, -float(search.gradient @ move))))
        if decrement <= search.done / 2 or (len(pairs) > 5 and decrement > STALLED * last):
            return
        last, search.decrement = decrement, decrement
        at, gradient = search.at, search.gradient
        search.move(move, "gradient")
        step, change = search.at - at, search.gradient - gradient
        if float(step @ change) > 0:
            pairs.append((step, change))


def _inverse_times(gradient: Floats, pairs: list[tuple[Floats, Floats]], sampled: Curvature, share: float) -> Floats:
    rest, shares = gradient.copy(), []
    for step, change in reversed(pairs):
        part = float(step @ rest) / float(step @ change)
        shares.append(part)
        rest -= part * change
    made = share * sampled.solve(rest)
    for (step, change), part in zip(pairs, reversed(shares), strict=True):
        made += (part - float(change @ made) / float(step @ change)) * step
    return made
