"""A family with some of its raw parameters held: they move to the fixed ones, and are no longer predicted or learnt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from crossent.families.composition import apply, build
from crossent.families.contract import Family, Formula, Numerical


def hold(family: Family, held: Sequence[str]) -> Family:
    """The family whose raw parameters named in `held` come as fixed parameters, before those it has.

    Values keep their formulas, and so their bits; derivatives are the entries by the parameters that are left.
    """
    names = [parameter.name for parameter in family.parameters]
    free = [i for i, name in enumerate(names) if name not in held]
    kept = [i for i, name in enumerate(names) if name in held]
    k = len(names)
    triangle = [(i, j) for i in range(k) for j in range(i, k)]
    entries = [n for n, (i, j) in enumerate(triangle) if i in free and j in free]
    order = [names[i] for i in (*free, *kept)] + [parameter.name for parameter in family.fixed]
    given = [*names, *(parameter.name for parameter in family.fixed)]

    def moved(quantity: str, with_target: bool, picked: list[int] | None) -> Callable[..., Any] | Numerical | None:
        formula = family.formula(quantity)
        if formula is None:
            return None
        if isinstance(formula, Numerical):
            place = [order.index(name) for name in given]
            return _numerical(formula, place, picked)
        first = ["y"] * with_target
        call = f"formula({', '.join([*first, *given])})"
        if picked is None:
            lines = [f"return {call}"]
        else:
            lines = [f"whole = {call}", f"return {', '.join(f'whole[{n}]' for n in picked)},"]
        return build("formula_held", [*first, *order], lines, {"formula": formula})

    passed = ["y", *(parameter.name for parameter in family.fixed)]  # what the support may depend on
    contains = apply(cast(Formula, family.support.contains), ["y", *order[len(free) :]], passed)
    return Family(
        name=family.name,
        parameters=tuple(family.parameters[i] for i in free),
        support=replace(family.support, contains=contains),
        nll=moved("nll", True, None),
        gradient=moved("gradient", True, free),
        hessian=moved("hessian", True, entries),
        fisher_information=moved("fisher_information", False, entries),
        upper_bound=moved("upper_bound", True, free),
        unit_deviance=moved("unit_deviance", True, None),
        fixed=(*(family.parameters[i] for i in kept), *family.fixed),
        doc=family.doc,
    )


def _numerical(formula: Numerical, place: list[int], picked: list[int] | None) -> Numerical:
    def reordered(*columns: Any) -> Any:
        whole = formula(*(columns[i] for i in place))
        return whole if picked is None else tuple(whole[n] for n in picked)

    return Numerical(reordered)


def raw_value(family: Family, name: str, value: Any) -> tuple[str, Any] | None:
    """The raw parameter that `name` stands for, and its raw value; None if it stands for none on its own.

    ``log_scale`` is raw itself; ``scale`` is one of Normal's parameters in another parameterisation, whose way to the
    raw ones does not depend on the others.
    """
    if any(parameter.name == name for parameter in family.parameters):
        return name, value
    for choice in family.alternatives:
        if name in choice.names and len(choice.names) == len(family.parameters):
            i = choice.names.index(name)
            raw = choice.to_raw(*(value if n == name else np.float64("nan") for n in choice.names))[i]
            if not np.isnan(raw).all():  # the unknown others, NaN, did not reach it
                return family.parameters[i].name, raw
    return None
