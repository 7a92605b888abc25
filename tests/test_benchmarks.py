"""Nothing is timed that is not also checked: every benchmark case computes one and the same number everywhere.

The peers' formulas are written against a framework's namespace; here NumPy and SciPy stand in for it, so that the
formulas themselves are checked without the frameworks. `benchmarks/run.py` compares the frameworks' own values again
before it times them.
"""

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.special

import crossent as ce
from benchmarks.cases import CASES

STAND_IN = SimpleNamespace(
    numpy=np,
    scipy=scipy,
    nn=SimpleNamespace(softplus=lambda x: np.logaddexp(0, x), logsumexp=scipy.special.logsumexp),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_value_is_the_same_number_for_the_peers_formula(case):
    target, raw = case.make(np.random.default_rng(3), 0.0005)
    wide = raw.astype(np.float64)
    expected = case.jax(STAND_IN)(wide, target)
    assert abs(ce.Loss(case.family)(target, wide) - expected) <= 1e-11 * max(1.0, abs(expected))


@pytest.mark.parametrize("case", [case for case in CASES if case.scipy], ids=lambda case: case.name)
def test_gradient_is_the_same_for_the_peers_formula(case):
    target, raw = case.make(np.random.default_rng(4), 0.0005)
    value, gradient = case.scipy(target, raw)
    own_value, own_gradient = ce.Loss(case.family).value_gradient(target, raw)
    assert abs(own_value - value) <= 1e-11 * abs(value)
    np.testing.assert_allclose(own_gradient, gradient, rtol=1e-6, atol=1e-12)


def test_there_are_as_many_cases_as_the_table_shows():
    assert len(CASES) == 12
    assert sum(case.scipy is not None for case in CASES) == 2
