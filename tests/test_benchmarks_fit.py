"""The benchmark of fit measures what it says: gradients are those of the likelihood, and `fit` makes them vanish."""

import numpy as np
import pytest
from scipy import stats

from benchmarks.fit import own, search
from benchmarks.fit_cases import CASES, gradient
from benchmarks.fit_peers import Peer

SHARE = 0.004
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def mean_loss(case, target, design, solution):
    """The mean loss by SciPy's own distributions."""
    if case.family == "categorical":
        logits = solution[:, 0] + design @ solution[:, 1:].T
        return np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(target)), target.astype(int)])
    eta = solution[0] + design @ solution[1 : design.shape[1] + 1]
    if case.family == "bernoulli":
        return -stats.bernoulli.logpmf(target, 1 / (1 + np.exp(-eta))).mean()
    if case.family == "poisson":
        return -stats.poisson.logpmf(target, np.exp(eta)).mean()
    r = np.exp(solution[-1]) if case.learned else case.concentration
    return -stats.nbinom.logpmf(target, r, r / (r + np.exp(eta))).mean()


@each
def test_gradient_is_that_of_the_mean_loss(case):
    target, design = case.make(SHARE)
    target, design = target[:1000], design[:1000]
    rng = np.random.default_rng(5)
    shape = (case.classes, case.columns + 1) if case.family == "categorical" else (case.columns + 1 + case.learned,)
    solution = rng.normal(0, 0.1, shape)
    steps = []
    for place in np.ndindex(shape):
        moved = [solution.copy(), solution.copy()]
        moved[0][place] -= 1e-5
        moved[1][place] += 1e-5
        less, more = (mean_loss(case, target, design, at) for at in moved)
        steps.append((more - less) / 2e-5)
    assert gradient(case, target, design, solution) == pytest.approx(np.abs(steps).max(), rel=1e-6)


@each
def test_fit_reaches_the_accuracy_that_peers_are_held_to(case):
    target, design = case.make(SHARE)
    peer = own(case, target, design)
    assert gradient(case, target, design, peer.solve(1e-9, 0)) <= 1e-9


def test_the_search_finds_the_loosest_tolerance():
    case = CASES[-1]
    target, design = case.make()
    best = own(case, target, design).solve(1e-9, 0)
    asked = []

    def solve(tolerance, most):
        asked.append(tolerance)
        return best + 10 * tolerance

    found, reason, _ = search(Peer("tolerant", solve), case, target, design)
    expected = {goal: max(t for t in Peer("", solve).ladder if gradient(case, target, design, best + 10 * t) <= goal)
                for goal in found}  # fmt: skip
    assert {goal: run.tolerance for goal, run in found.items()} == expected
    assert set(found) == {1e-9, 1e-6}
    assert not reason
    assert len(asked) <= 8
    found, reason, _ = search(Peer("never", lambda tolerance, most: best + 1e-3), case, target, design)
    assert found == {}
    assert reason.startswith("at no tolerance")


def test_there_are_as_many_cases_as_goals():
    assert len(CASES) == 7
