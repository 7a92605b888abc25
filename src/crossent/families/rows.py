"""From a family to what the kernels run: formulas of a row, and columns in, columns out."""

from __future__ import annotations

from typing import Any

from crossent import errors
from crossent.families.composition import build
from crossent.families.contract import Family, Numerical, Parameterisation
from crossent.families.domains import DOMAINS

QUANTITIES = ("value", "gradient", "hessian", "fisher", "upper_bound")


def row_formulas(family: Family, quantity: str, parameterisation: Parameterisation | None) -> Any:
    """RowFormulas of one quantity; see Family.rows."""
    from crossent.kernels.rowwise import RowFormulas

    if quantity not in QUANTITIES:
        raise errors.unknown_option(argument="quantity", value=quantity, known=QUANTITIES)
    chosen = parameterisation or family.raw
    if chosen.names != family.raw.names and quantity != "value":
        raise errors.derivative_by_alternative(family.name, chosen.names, family.raw.names)
    return RowFormulas(
        name=family.name if chosen.names == family.raw.names else f"{family.name}_{'_'.join(chosen.names)}",
        parameters=len(chosen.names),
        fixed=len(family.fixed),
        valid=_valid(family, chosen),
        nll=_nll(family, chosen),
        gradient=None if quantity == "value" else family.formula("gradient"),
        hessian=None if quantity in ("value", "gradient") else _curvature(family, quantity),
    )


def _arguments(family: Family, chosen: Parameterisation) -> list[str]:
    return ["y", *chosen.names, *(p.name for p in family.fixed)]


def _valid(family: Family, chosen: Parameterisation) -> Any:
    arguments = _arguments(family, chosen)
    fixed = [p.name for p in family.fixed]
    wanted = (*chosen.domains, *(p.domain for p in family.fixed))
    tests = {f"holds_{domain}": DOMAINS[domain][1] for domain in wanted}
    conditions = [f"contains({', '.join(['y', *fixed])})"]
    conditions += [f"holds_{domain}({name})" for name, domain in zip(arguments[1:], wanted, strict=True)]
    return build(
        "valid", arguments, [f"return {' & '.join(conditions)}"], {"contains": family.support.contains} | tests
    )


def _nll(family: Family, chosen: Parameterisation) -> Any:
    if chosen.names == family.raw.names:
        return family.formula("nll")
    if chosen.nll is not None:
        return chosen.nll
    arguments = _arguments(family, chosen)
    raw = [f"raw_{name}" for name in family.raw.names]
    fixed = [p.name for p in family.fixed]
    lines = [f"{', '.join(raw)}, = to_raw({', '.join(chosen.names)})", f"return nll({', '.join(['y', *raw, *fixed])})"]
    return build("nll", arguments, lines, {"to_raw": chosen.to_raw, "nll": family.formula("nll")})


def _curvature(family: Family, quantity: str) -> Any:
    """The formula that stands where the Hessian does: (y, *raw, *fixed) -> upper triangle."""
    if quantity == "hessian":
        return family.formula("hessian")
    name = "fisher_information" if quantity == "fisher" else "upper_bound"
    formula, arguments = family.formula(name), _arguments(family, family.raw)
    if formula is None or isinstance(formula, Numerical):
        raise errors.quantity_missing(family.name, name)
    if quantity == "fisher":
        return build("fisher", arguments, [f"return formula({', '.join(arguments[1:])})"], {"formula": formula})
    k = len(family.parameters)
    diagonal = [f"d{i}" for i in range(k)]
    triangle = [diagonal[i] if i == j else "0 * d0" for i in range(k) for j in range(i, k)]
    lines = [f"{', '.join(diagonal)}, = formula({', '.join(arguments)})", f"return {', '.join(triangle)},"]
    return build("upper_bound", arguments, lines, {"formula": formula})


def evaluate(family: Family, quantity: str, *columns: Any) -> Any:
    """A quantity over broadcast NumPy columns, float64: an array, or a tuple of arrays as the formula gives."""
    import numpy as np

    formula = family.formula(quantity)
    if formula is None:
        raise errors.quantity_missing(family.name, quantity)
    if family.classes is not None:  # shapes differ by the axis of classes: such a family broadcasts for itself
        return formula(*columns)
    arrays = [np.asarray(c, np.float64) for c in columns]
    together = np.broadcast_shapes(*(array.shape for array in arrays))
    columns = tuple(np.broadcast_to(array, together) for array in arrays)
    if isinstance(formula, Numerical):
        return formula(*columns)
    from crossent.kernels.elementwise import evaluate_formula

    shape = columns[0].shape
    flat = [np.ascontiguousarray(c).reshape(-1) for c in columns]
    made = evaluate_formula(formula, flat, flat[0].size, np.float64, "double")
    return tuple(m.reshape(shape) for m in made) if isinstance(made, tuple) else made.reshape(shape)
