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
EXPECTED = 0.1  # of the decrement: what the first step leaves, from a sample of some hundred rows for each coefficient


def descend(search: Search, sampled: Curvature, share: float, until: float) -> None:
    """Moves the search to where the decrement is about `until`. `sampled` is the curvature of that share of the rows.

    The pass that is expected to arrive there looks at the curvature too, so that Newton's method can go on from it.
    """
    search.run_pass("gradient")
    pairs: list[tuple[Floats, Floats]] = []
    last, ratio = np.inf, EXPECTED
    for _ in range(MOST_STEPS):
        if not np.isfinite(search.value):
            return
        move = -_inverse_times(search.gradient, pairs, sampled, share)
        decrement = float(np.sqrt(max(0.0, -float(search.gradient @ move))))
        if decrement <= until or (len(pairs) > 5 and decrement > STALLED * last):
            return
        if pairs:
            ratio = max(decrement / last, EXPECTED / 4)
        last, search.decrement = decrement, decrement
        at, gradient = search.at, search.gradient
        arrives = ratio * decrement <= until
        search.move(move, "hessian" if arrives else "gradient")
        if arrives:
            return
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
