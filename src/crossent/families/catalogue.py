"""The families there are: one line each. Found by name, as NegativeBinomial or negative_binomial."""

from __future__ import annotations

from importlib import import_module

from crossent import errors
from crossent.families.contract import Family


def _family(module: str) -> Family:
    return Family.from_module(import_module(f"crossent.families.{module}"))


Bernoulli = _family("bernoulli")
Binomial = _family("binomial")
Categorical = _family("categorical")
Multinomial = _family("multinomial")
Normal = _family("normal")
Laplace = _family("laplace")
Poisson = _family("poisson")
NegativeBinomial = _family("negative_binomial")

FAMILIES: dict[str, Family] = {value.name: value for value in list(globals().values()) if isinstance(value, Family)}


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
