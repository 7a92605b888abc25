"""Every family of the library, and a user's own, as a named loss: its negative log-likelihood and its deviance.

The formula of a family is its own `nll`. Four of them are written there for digits (Loader's form, whose large terms
never meet); a proof wants the short form, which stands here: tests prove it equal to -log of the family's density.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossent import errors
from crossent.families.catalogue import FAMILIES
from crossent.families.contract import Family, Parameterisation
from crossent.proof.language.named_loss import NamedLoss, Setting
from crossent.proof.language.over_classes import softmax, spread, total
from crossent.proof.rosetta.pieces import USUAL_REDUCTIONS
from crossent.vocabulary import exp, lgamma, log, softplus, xlog1py, xlogy

Formula = Callable[..., Any]


# -- short forms of nll ------------------------------------------------------------------------------------------------


def poisson(y: Any, rate: Any) -> Any:
    return rate - xlogy(y, rate) + lgamma(y + 1)


def poisson_of_log(y: Any, log_rate: Any) -> Any:
    return exp(log_rate) - y * log_rate + lgamma(y + 1)


def _log_arrangements(y: Any, n: Any) -> Any:
    return lgamma(n + 1) - lgamma(y + 1) - lgamma(n - y + 1)


def binomial(y: Any, p: Any, total_count: Any) -> Any:
    return -xlogy(y, p) - xlog1py(total_count - y, -p) - _log_arrangements(y, total_count)


def binomial_of_logits(y: Any, z: Any, total_count: Any) -> Any:
    return y * softplus(-z) + (total_count - y) * softplus(z) - _log_arrangements(y, total_count)


def negative_binomial(y: Any, m: Any, concentration: Any) -> Any:
    r = concentration
    ways = lgamma(y + r) - lgamma(r) - lgamma(y + 1)
    return (y + r) * log(r + m) - xlogy(y, m) - r * log(r) - ways


def negative_binomial_of_log(y: Any, log_mean: Any, concentration: Any) -> Any:
    r = concentration
    ways = lgamma(y + r) - lgamma(r) - lgamma(y + 1)
    return (y + r) * log(r + exp(log_mean)) - y * log_mean - r * log(r) - ways


def categorical(q: Any, p: Any) -> Any:
    formulas = FAMILIES["Categorical"].classes
    return total(formulas.part_given(q, spread(total(q), q), p))


def multinomial(y: Any, p: Any) -> Any:
    return total(lgamma(y + 1)) - lgamma(total(y) + 1) - total(xlogy(y, p))


SHORT: dict[tuple[str, str], Formula] = {
    ("Poisson", "rate"): poisson,
    ("Poisson", "log_rate"): poisson_of_log,
    ("Binomial", "probs"): binomial,
    ("Binomial", "logits"): binomial_of_logits,
    ("NegativeBinomial", "mean"): negative_binomial,
    ("NegativeBinomial", "log_mean"): negative_binomial_of_log,
    ("Categorical", "probs"): categorical,
    ("Categorical", "logits"): lambda q, z: categorical(q, softmax(z)),
    ("Multinomial", "probs"): multinomial,
    ("Multinomial", "logits"): lambda y, z: multinomial(y, softmax(z)),
}

# -- deviances: twice what a row loses against the best prediction for it ----------------------------------------------


def deviance_negative_binomial(y: Any, m: Any, concentration: Any) -> Any:
    r = concentration
    return 2 * (xlogy(y, y) - xlogy(y, m) + (y + r) * (log(r + m) - log(r + y)))


def deviance_categorical(q: Any, p: Any) -> Any:
    return 2 * total(xlogy(q, q) - xlogy(q, p))


def deviance_multinomial(y: Any, p: Any) -> Any:
    return 2 * (total(xlogy(y, y) - xlogy(y, p)) - xlogy(total(y), total(y)))


SHORT_DEVIANCE: dict[str, Formula] = {
    "NegativeBinomial": deviance_negative_binomial,
    "Categorical": deviance_categorical,
    "Multinomial": deviance_multinomial,
}

# -- where a family's target and first parameter stand among the coordinates -------------------------------------------

TARGET_OF = {
    "unit": "binary", "count": "count", "count_to": "count", "real": "real", "positive": "positive",
    "nonnegative": "nonnegative", "classes": "classes", "count_classes": "counts",
}  # fmt: skip
COORDINATE_OF = {"loc": "location", "rate": "rate", "log_rate": "log_rate", "mean": "rate", "log_mean": "log_rate"}
SYMBOLS = {"scale": "σ", "concentration": "r", "total_count": "n"}
ELICITS = {"Laplace": "median"}


def _coordinate(family: Family, name: str, domain: str) -> str:
    if name in ("probs", "logits"):
        return f"{'categorical' if family.classes else 'bernoulli'}.{name}"
    positive = "rate" if domain in ("positive", "nonnegative") else "location"
    return COORDINATE_OF.get(name, "log_rate" if name.startswith("log_") else positive)


def _held(family: Family, choice: Parameterisation, **defaults: Any) -> tuple[Setting, ...]:
    """The parameters after the first, and those that are never learnt: numbers held fixed."""
    pairs = list(zip(choice.names[1:], choice.domains[1:], strict=True))
    if not family.classes:  # over classes the number of draws is the sum of the target's row
        pairs += [(p.name, p.domain) for p in family.fixed]
    return tuple(
        Setting(name, SYMBOLS.get(name, name), "positive" if domain == "positive" else _DOMAINS.get(domain, "real"),
                default=defaults.get(name))
        for name, domain in pairs
    )  # fmt: skip


_DOMAINS = {"count": "count", "unit": "unit", "nonnegative": "nonnegative"}


def snake_case(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


def _own_nll(family: Family, choice: Parameterisation) -> Formula:
    if choice.nll is not None:
        return choice.nll
    nll, k = family.formula("nll"), len(choice.names)
    return lambda y, *values: nll(y, *choice.to_raw(*values[:k]), *values[k:])


def _own_deviance(family: Family, choice: Parameterisation) -> Formula | None:
    if choice.unit_deviance is not None:
        return choice.unit_deviance
    deviance, k = family.formula("unit_deviance"), len(choice.names)
    return deviance and (lambda y, *values: deviance(y, *choice.to_raw(*values[:k]), *values[k:]))


def _by_keyword(formula: Formula, held: tuple[Setting, ...]) -> Formula:
    """The formula (target, prediction, *settings) with its settings by keyword."""
    names = [setting.name for setting in held]
    return lambda target, prediction, **settings: formula(target, prediction, *(settings[name] for name in names))


def _is_listed(family: Family) -> bool:
    return FAMILIES.get(family.name) is family


def of_family(family: Family, parameters: str = "") -> NamedLoss:
    """The negative log-likelihood of a family as a named loss of its first parameter; the others are settings.

    Args:
        parameters: the name of the first parameter, to choose among the parameterisations: the standard one if "".

    >>> import crossent as ce
    >>> of_family(ce.Normal).settings[0].name
    'scale'
    """
    choices = (family.standard, family.raw, *family.alternatives)
    choice = next((c for c in choices if parameters in ("", c.names[0])), None)
    if choice is None:
        raise errors.parameters_unclear(family.name, [parameters], [" and ".join(c.names) for c in choices])
    held = _held(family, family.standard)  # the first parameter as it is predicted, the others as the textbook has them
    name = snake_case(family.name)
    first = choice.names[0]
    short = SHORT.get((family.name, first)) if _is_listed(family) else None
    if short is None and choice.names[1:] != family.standard.names[1:]:
        raise errors.parameters_unclear(family.name, [parameters], [" and ".join(family.standard.names)])
    usual = choice.names == family.standard.names
    return NamedLoss(
        name if usual else f"{name}_{first}",
        _by_keyword(short or _own_nll(family, choice), held),
        TARGET_OF.get(family.support.kind, "real"),
        _coordinate(family, first, choice.domains[0]),
        settings=held,
        arguments=("target", first),
        elicits="distribution" if first in ("probs", "logits") else ELICITS.get(family.name, "mean"),
        owner="crossent",
        reductions=USUAL_REDUCTIONS,
        aliases=(family.name,) if usual else (),
        source=f"crossent, the nll of {family.name}",
        doc=f"Negative log-likelihood of the {family.name} family, no constant dropped.",
    )


def deviance_of_family(family: Family) -> NamedLoss | None:
    """The unit deviance of a family at dispersion 1 (`scale=...` sets another); None if the family states none."""
    choice = family.standard
    formula = SHORT_DEVIANCE.get(family.name) if _is_listed(family) else None
    formula = formula or _own_deviance(family, choice)
    if formula is None:
        return None
    held = _held(family, choice, scale=1)
    return NamedLoss(
        f"deviance_{snake_case(family.name)}",
        _by_keyword(formula, held),
        TARGET_OF.get(family.support.kind, "real"),
        _coordinate(family, choice.names[0], choice.domains[0]),
        settings=held,
        arguments=("target", choice.names[0]),
        reduction="sum",
        reductions=USUAL_REDUCTIONS,
        elicits="distribution" if choice.names[0] == "probs" else ELICITS.get(family.name, "mean"),
        owner="crossent",
        source=f"crossent, the unit_deviance of {family.name}",
        doc=f"Unit deviance of the {family.name} family: 2 (nll - the least nll of this target).",
    )


def _losses() -> tuple[NamedLoss, ...]:
    made = []
    for family in FAMILIES.values():
        made.append(of_family(family))
        if family.raw.names[0] != family.standard.names[0]:
            made.append(of_family(family, family.raw.names[0]))
        deviance = deviance_of_family(family)
        if deviance is not None:
            made.append(deviance)
    return tuple(made)


LOSSES = _losses()
