"""Likelihood losses: proved equal, computed fast and exactly, scored honestly.

A family is a density. Its loss is the cross-entropy from the data to that density.

>>> import crossent as ce
>>> float(ce.cross_entropy([1, 0], ce.Bernoulli(probs=[0.5, 0.5])))
0.6931471805599453
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossent import errors
    from crossent.arrays import Arrays, register_arrays
    from crossent.families.catalogue import (
        FAMILIES,
        Bernoulli,
        Binomial,
        Categorical,
        Laplace,
        Multinomial,
        NegativeBinomial,
        Normal,
        Poisson,
    )
    from crossent.families.contract import ExponentialFamily, Family, Parameter, Parameterisation, Support
    from crossent.families.distribution import Distribution
    from crossent.loss.functions import cross_entropy, deviance, entropy, kl_divergence
    from crossent.loss.loss import Loss
    from crossent.loss.tally import Tally
    from crossent.loss.tallying import tally
    from crossent.scoring.arrays import score

    __version__: str

_FAMILIES = (
    "Bernoulli",
    "Binomial",
    "Categorical",
    "Laplace",
    "Multinomial",
    "NegativeBinomial",
    "Normal",
    "Poisson",
)
_HOMES = {
    "crossent.arrays": ("Arrays", "register_arrays"),
    "crossent.families.catalogue": ("FAMILIES",),
    "crossent.families.contract": ("ExponentialFamily", "Family", "Parameter", "Parameterisation", "Support"),
    "crossent.families.distribution": ("Distribution",),
    "crossent.loss.functions": ("cross_entropy", "deviance", "entropy", "kl_divergence"),
    "crossent.loss.loss": ("Loss",),
    "crossent.loss.tally": ("Tally",),
    "crossent.loss.tallying": ("tally",),
    "crossent.scoring.arrays": ("score",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "FAMILIES",
    "Arrays",
    "Bernoulli",
    "Binomial",
    "Categorical",
    "Distribution",
    "ExponentialFamily",
    "Family",
    "Laplace",
    "Loss",
    "Multinomial",
    "NegativeBinomial",
    "Normal",
    "Parameter",
    "Parameterisation",
    "Poisson",
    "Support",
    "Tally",
    "__version__",
    "cross_entropy",
    "deviance",
    "entropy",
    "errors",
    "kl_divergence",
    "register_arrays",
    "score",
    "tally",
]


def __getattr__(name: str) -> Any:
    """A public name is imported from its home the first time it is asked for."""
    if name in _FAMILIES:
        from crossent.families.catalogue import FAMILIES

        found: Any = FAMILIES[name]
    elif name in _HOME_OF:
        found = getattr(import_module(_HOME_OF[name]), name)
    elif name == "errors":
        found = import_module("crossent.errors")
    elif name == "__version__":
        from importlib.metadata import version

        found = version("crossent")
    else:
        errors = import_module("crossent.errors")

        raise errors.no_such_name(name, __all__)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
