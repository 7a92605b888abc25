"""Does the family describe the sample? Tests with degrees of freedom left, calibrated by a parametric bootstrap.

The parameters are estimated again in every draw, so that the p-value (1 + draws as extreme) / (1 + draws) is right
although they were estimated (Stute, Gonzalez Manteiga and Presedo Quindimil 1993).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from crossent.fitting.chunks import Floats
from crossent.fitting.result import Test
from crossent.fitting.unconditional import adequacy_counts
from crossent.fitting.unconditional.found import Found
from crossent.fitting.unconditional.sampled import SAMPLE
from crossent.fitting.unconditional.state import UnconditionalState

DRAWS = 999
SEEDED = "parametric bootstrap, parameters estimated again in each of {draws:,} draws, seed {seed}"


def goodness_of_fit(state: UnconditionalState, found: Found, draws: int, seed: int) -> tuple[Test | None, str]:
    """The test, and a note on what it was made of or why there is none ("" if nothing needs saying)."""
    if not state.own or state.family.name in ("Bernoulli", "Categorical") or draws == 0:
        return None, ""
    if state.weighted:
        return None, "No test of fit: with importance weights the rows are no sample that draws could imitate."
    rng = np.random.default_rng(seed)
    if state.family.support.discrete:
        return adequacy_counts.goodness_of_fit(state.family.name, state.kept, found.values, draws, seed, rng)
    return _continuous(state, draws, seed, rng)


def _continuous(state: UnconditionalState, draws: int, seed: int, rng: Any) -> tuple[Test | None, str]:
    sample = state.sample
    values, note = sample.values, ""
    if state.repeated:
        whole = bool((sample.repeats == np.floor(sample.repeats)).all())
        if not whole or sample.seen > SAMPLE or sample.repeats.sum() > 10 * SAMPLE:
            return None, "No test of fit: it needs whole frequencies, of not too many rows."
        values = np.repeat(values, sample.repeats.astype(np.int64))
    elif sample.seen > SAMPLE:
        note = f"The test of fit looks at {SAMPLE:,} of the {sample.seen:,} rows, drawn by their numbers."
    n = len(values)
    if n < 3:
        return None, "No test of fit: fewer than 3 rows leave no degrees of freedom."
    draws = min(draws, max(99, 4_000_000 // n))
    name = state.family.name
    observed = float(anderson_darling(name, values[None, :])[0])
    drawn = np.concatenate(
        [anderson_darling(name, _standard(name, rng, (min(100, draws - i), n))) for i in range(0, draws, 100)]
    )
    about = f"Anderson-Darling distance of the sample from {name}; {SEEDED.format(draws=draws, seed=seed)}."
    return Test("goodness of fit", observed, None, share_beyond(observed, drawn), about), note


def share_beyond(observed: float, drawn: Floats) -> float:
    """(1 + draws at least as large) / (1 + draws); equal ones may differ by their rounding."""
    return float((1 + np.count_nonzero(drawn >= observed * (1 - 1e-9))) / (1 + len(drawn)))


def _standard(name: str, rng: Any, shape: tuple[int, int]) -> Floats:
    """The statistic does not depend on location and scale."""
    return np.asarray(rng.normal(size=shape) if name == "Normal" else rng.laplace(size=shape))


def anderson_darling(name: str, rows: Floats) -> Floats:
    """A^2 = -n - mean of (2 i - 1) (log F(z_i) + log(1 - F(z_(n + 1 - i)))), with z from each row's own estimates."""
    z = np.sort(rows, axis=1)
    n = z.shape[1]
    if name == "Normal":
        z = z - z.mean(axis=1, keepdims=True)
        z = z / np.sqrt((z * z).mean(axis=1, keepdims=True))
    else:
        z = z - z[:, [(n - 1) // 2]]
        z = z / np.abs(z).mean(axis=1, keepdims=True)
    below, above = _log_cdf(name, z), _log_cdf(name, -z)[:, ::-1]
    odd = 2 * np.arange(1, n + 1) - 1
    return np.asarray(-n - ((below + above) @ odd) / n)


def _log_cdf(name: str, z: Floats) -> Floats:
    if name == "Normal":
        from scipy.special import log_ndtr

        return np.asarray(log_ndtr(z))
    return np.where(z < 0, z - np.log(2), np.log1p(-np.exp(-np.abs(z)) / 2))
