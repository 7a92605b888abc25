"""Laws x families x readings: every family in the catalogue obeys every law that speaks about it."""

from __future__ import annotations

import pytest
from laws import LAWS

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
