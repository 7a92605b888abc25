"""Likelihood losses from one definition: computed fast and exactly, scored honestly.

A family is a density. Its loss is the cross-entropy from the data to that density.

>>> import crossent as ce
>>> float(ce.cross_entropy([1, 0], ce.Bernoulli(probs=[0.5, 0.5])))
0.6931471805599453
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossent import errors as errors
    from crossent.arrays import Arrays as Arrays
    from crossent.arrays import register_arrays as register_arrays
    from crossent.families.catalogue import *  # noqa: F403  (a new family stands there, and nowhere else)
    from crossent.families.contract import ExponentialFamily as ExponentialFamily
    from crossent.families.contract import Family as Family
    from crossent.families.contract import Parameter as Parameter
    from crossent.families.contract import Parameterisation as Parameterisation
    from crossent.families.contract import Support as Support
    from crossent.families.distribution import Distribution as Distribution
    from crossent.fitting.storage import load_model as load_model
    from crossent.fitting.verbs import fit as fit
    from crossent.independence.contingency.fisher import fisher_exact as fisher_exact
    from crossent.independence.contingency.pearson import chi_squared as chi_squared
    from crossent.independence.verbs import iid as iid
    from crossent.loss.functions import cross_entropy as cross_entropy
    from crossent.loss.functions import deviance as deviance
    from crossent.loss.functions import entropy as entropy
    from crossent.loss.functions import kl_divergence as kl_divergence
    from crossent.loss.loss import Loss as Loss
    from crossent.loss.tally import Tally as Tally
    from crossent.loss.tallying import tally as tally
    from crossent.proof.verbs import derive as derive
    from crossent.proof.verbs import identify as identify
    from crossent.proof.verbs import prove as prove
    from crossent.scoring.arrays import score as score

    __version__: str

_HOMES = {
    "crossent.arrays": ("Arrays", "register_arrays"),
    "crossent.families.contract": ("ExponentialFamily", "Family", "Parameter", "Parameterisation", "Support"),
    "crossent.families.distribution": ("Distribution",),
    "crossent.fitting.storage": ("load_model",),
    "crossent.fitting.verbs": ("fit",),
    "crossent.independence.contingency.fisher": ("fisher_exact",),
    "crossent.independence.contingency.pearson": ("chi_squared",),
    "crossent.independence.verbs": ("iid",),
    "crossent.loss.functions": ("cross_entropy", "deviance", "entropy", "kl_divergence"),
    "crossent.loss.loss": ("Loss",),
    "crossent.loss.tally": ("Tally",),
    "crossent.loss.tallying": ("tally",),
    "crossent.proof.verbs": ("derive", "identify", "prove"),
    "crossent.scoring.arrays": ("score",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def _families() -> dict[str, Any]:
    return import_module("crossent.families.catalogue").FAMILIES


def __getattr__(name: str) -> Any:
    """A public name is imported from its home the first time it is asked for."""
    if name in _HOME_OF:
        found = getattr(import_module(_HOME_OF[name]), name)
    elif name == "errors":
        found = import_module("crossent.errors")
    elif name == "__version__":
        found = import_module("importlib.metadata").version("crossent")
    elif name == "__all__":
        found = sorted([*_HOME_OF, *_families(), "FAMILIES", "__version__", "errors"])
    elif name == "FAMILIES":
        found = _families()
    elif name[0].isupper() and name in _families():
        found = _families()[name]
    else:  # `from crossent import cli` asks here first, and is not to load the families
        known = __getattr__("__all__") if name[0].isupper() else [*_HOME_OF, "errors"]
        raise import_module("crossent.errors").no_such_name(name, known)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return list(__getattr__("__all__"))
