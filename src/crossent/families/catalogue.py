"""The families there are: one line each. Found by name, as NegativeBinomial or negative_binomial."""

from __future__ import annotations

from crossent import errors
from crossent.families import bernoulli, binomial, categorical, laplace, multinomial, negative_binomial, normal, poisson
from crossent.families.contract import Family

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family.from_module(bernoulli),
        Family.from_module(binomial),
        Family.from_module(categorical),
        Family.from_module(multinomial),
        Family.from_module(normal),
        Family.from_module(laplace),
        Family.from_module(poisson),
        Family.from_module(negative_binomial),
    )
}


def find_family(name: str) -> Family:
    """The family of this name, in CamelCase or snake_case.

    >>> find_family("negative_binomial").name
    'NegativeBinomial'
    """
    plain = {known.lower(): family for known, family in FAMILIES.items()}
    found = plain.get(name.replace("_", "").lower())
    if found is None:
        raise errors.unknown_family(name, FAMILIES)
    return found
