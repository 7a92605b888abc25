"""Laws x families x readings: every family in the catalogue obeys every law that speaks about it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from laws import LAWS

import crossent as ce
from crossent.families.catalogue import FAMILIES

SCALAR = {name: family for name, family in FAMILIES.items() if family.classes is None}
CASES = [(name, law) for name in SCALAR for law in LAWS]


@pytest.mark.parametrize(("name", "law"), CASES)
def test_law(name, law):
    assert LAWS[law](SCALAR[name]) is True, f"{law} had nothing to check in {name}"


def test_the_number_of_cases():
    assert len(SCALAR) >= 6
    assert len(LAWS) >= 16
    assert len(CASES) == len(SCALAR) * len(LAWS)


# --- families over classes: the same laws, through their public members, over every target there is -------------------

VECTOR = [name for name, family in FAMILIES.items() if family.classes is not None]
TOTAL = 4


def whole_support(name):
    if name == "Categorical":
        return np.arange(3)
    return np.array([y for y in itertools.product(range(TOTAL + 1), repeat=3) if sum(y) == TOTAL], float)


def rows_of(name, logits):
    """Each target of the support, and the same logits beside every one."""
    y = whole_support(name)
    return y, np.broadcast_to(np.asarray(logits), (len(y), 3)).copy()


LOGITS = [np.array([0.3, -1.2, 2.0]), np.array([-0.5, 0.0, 0.4])]


@pytest.mark.parametrize("name", VECTOR)
@pytest.mark.parametrize("z", LOGITS, ids=["confident", "level"])
def test_laws_of_families_over_classes(name, z):
    y, logits = rows_of(name, z)
    loss = ce.Loss(name)
    nll, gradient, hessian = loss.value_gradient_hessian(y, logits, reduction="none", full=True)
    mass = np.exp(-nll)
    assert mass.sum() == pytest.approx(1, rel=1e-14)
    np.testing.assert_allclose(mass @ gradient, 0, atol=1e-14)
    information = np.einsum("n,ni,nj->ij", mass, gradient, gradient)
    np.testing.assert_allclose(np.einsum("n,nij->ij", mass, hessian), information, atol=1e-14)
    for j, step in itertools.product(range(3), (-1e-5, 1e-5)):
        moved = logits.copy()
        moved[:, j] += step
        expected = nll + step * gradient[:, j] + step * step / 2 * hessian[:, j, j]
        np.testing.assert_allclose(loss(y, moved, reduction="none"), expected, rtol=1e-14, atol=1e-14)
    other = loss(y, rows_of(name, LOGITS[0] / 2)[1], reduction="none")
    assert mass @ other > mass @ nll  # the cross-entropy is least at the truth


@pytest.mark.parametrize("name", VECTOR)
def test_the_estimate_over_classes_is_the_minimum(name):
    y = whole_support(name)
    weight = np.random.default_rng(2).uniform(0.1, 2, len(y))
    shares = np.ravel(FAMILIES[name].fit_mle(y, weight)[0])
    gradient = ce.Loss(name).value_gradient(y, np.tile(np.log(shares), (len(y), 1)), weight)[1]
    np.testing.assert_allclose(gradient.sum(axis=0), 0, atol=1e-14)


def test_the_number_of_families_over_classes():
    assert len(VECTOR) >= 2
    assert len(VECTOR) + len(SCALAR) == len(FAMILIES)
