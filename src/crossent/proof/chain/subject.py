"""What is derived from: a family's density as the textbook writes it, read symbolically from the family's formulas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sympy

from crossent import errors
from crossent.families.contract import Family
from crossent.proof.chain import names
from crossent.proof.chain.algebra import agree, cancelled, elementary, log_of, same
from crossent.proof.chain.traced import along, exactly
from crossent.vocabulary import symbolic

Point = dict[Any, Any]


@dataclass(frozen=True)
class Subject:
    """The density p(y) of one row by the textbook's parameters, its logarithm, and the way to the raw parameters."""

    family: Family
    y: Any
    standard: tuple[Any, ...]
    raw: tuple[Any, ...]
    fixed: tuple[Any, ...]
    density: Any
    log_density: Any
    to_raw: tuple[Any, ...]  # the raw parameters, by the standard ones
    from_raw: tuple[Any, ...]  # the standard parameters, by the raw ones
    cases: tuple[tuple[Any, Point], ...]  # what stands for y, and the point that decides the formulas' cases
    unproved: tuple[str, ...] = ()  # what only numbers vouch for
    guarded: bool = False  # does the family's own loss have cases?

    @property
    def point(self) -> Point:
        return self.cases[-1][1] if len(self.cases) < 3 else self.cases[1][1]

    @property
    def changes_coordinates(self) -> bool:
        return self.raw != self.standard

    def read(self, formula: Any, *arguments: Any, point: Point | None = None) -> Any:
        """A formula of the family as an expression, in the region of the point."""
        return along(formula, arguments, point or self.point, self.y)[0]

    def at_raw(self, expression: Any) -> Any:
        """An expression in the raw parameters, by the standard ones."""
        return expression.subs(dict(zip(self.raw, self.to_raw, strict=True)), simultaneous=True)

    def by_raw(self, expression: Any) -> Any:
        """An expression in the standard parameters, by the raw ones: logs of sigmoids as softplus."""
        made = expression.subs(dict(zip(self.standard, self.from_raw, strict=True)), simultaneous=True)
        return made.replace(sympy.log, _log_of_sigmoid)


def subject(family: Family) -> Subject:
    """The family's density, with the proof that its negative logarithm is the family's loss.

    Raises:
        UsageError: density and nll of the family contradict each other.
    """
    y, standard = names.target_symbol(family), names.standard_symbols(family)
    raw, fixed = names.raw_symbols(family), names.fixed_symbols(family)
    choice = family.standard
    inner: Point = dict(zip(standard, names.inside(choice), strict=True)) | dict.fromkeys(fixed, names.INSIDE["count"])
    to_raw = along(choice.to_raw, standard, inner)[0]
    for symbol, expression in zip(raw, to_raw, strict=True):
        if symbol not in inner:
            inner[symbol] = sympy.Rational(float(exactly(expression, inner)))
    from_raw = along(choice.from_raw, raw, inner)[0]
    cases = tuple((target, inner | {y: value}) for target, value in names.targets(family, y, fixed))
    density, logarithm = _density(family, y, to_raw, fixed, cases[-1][1] if len(cases) < 3 else cases[1][1])
    made = Subject(family, y, standard, raw, fixed, density, logarithm, to_raw, from_raw, cases)
    return _checked(made)


def _density(family: Family, y: Any, to_raw: tuple[Any, ...], fixed: tuple[Any, ...], point: Point) -> tuple[Any, Any]:
    arguments = (y, *to_raw, *fixed)
    if family.density is None:
        loss = elementary(_whole(family.formula("nll"), arguments, point))
        return sympy.exp(-loss), -loss
    made = _whole(family.density, arguments, point)
    logarithm = sympy.expand_log(log_of(elementary(made), point))
    return written(made, (y, *fixed)), factorials(logarithm, (y, *fixed))


def _whole(formula: Any, arguments: tuple[Any, ...], point: Point) -> Any:
    """The formula on all of its domain: where it has cases, as SymPy keeps them."""
    made, region = along(formula, arguments, point, arguments[0])
    return sympy.sympify(formula(*arguments)) if region.conditions else made


def written(density: Any, counts: tuple[Any, ...]) -> Any:
    """As the textbook writes it: the bases of powers cancelled, exp(loggamma(y + 1)) as y!."""
    density = density.replace(
        lambda part: part.is_Pow and part.base is not sympy.E and not part.base.is_Atom,
        lambda part: cancelled(part.base) ** part.exp if part.exp.free_symbols else part,
    )
    return density.replace(sympy.exp, lambda x: _exponential(x, counts))


def _exponential(x: Any, counts: tuple[Any, ...]) -> Any:
    factors, rest = [], []
    for term in sympy.Add.make_args(x):
        times, function = term.as_coeff_Mul()
        if isinstance(function, sympy.loggamma) and times.is_Integer:
            below = function.args[0] - 1
            whole = below.free_symbols and below.free_symbols <= set(counts)
            factors.append((sympy.factorial(below) if whole else sympy.gamma(below + 1)) ** times)
        else:
            rest.append(term)
    return sympy.Mul(sympy.exp(sympy.Add(*rest)), *factors)


def factorials(logarithm: Any, counts: tuple[Any, ...]) -> Any:
    """loggamma(y + 1) as log y!, where y is a count."""

    def write(x: Any) -> Any:
        whole = (x - 1).free_symbols and (x - 1).free_symbols <= set(counts)
        return sympy.log(sympy.factorial(x - 1)) if whole else symbolic.lgamma(x)

    return joined(logarithm.replace(sympy.loggamma, write))


def joined(logarithm: Any) -> Any:
    """log(2)/2 + log(pi)/2 as log(2 pi)/2."""
    two, pi = (logarithm.coeff(sympy.log(number)) for number in (2, sympy.pi))
    if not two or two != pi:
        return logarithm
    return logarithm - two * (sympy.log(2) + sympy.log(sympy.pi)) + two * sympy.log(2 * sympy.pi)


def _log_of_sigmoid(x: Any) -> Any:
    if isinstance(x, symbolic.sigmoid):
        return -symbolic.softplus(-x.args[0])
    other = 1 - x
    return -symbolic.softplus(other.args[0]) if isinstance(other, symbolic.sigmoid) else sympy.log(x)


def _checked(made: Subject) -> Subject:
    """-log of the density is the family's nll, by the standard parameters and by the raw ones."""
    unproved: dict[str, None] = {}
    choice, raw = made.family.standard, made.family.formula("nll")
    for target, point in made.cases:
        ours = -made.log_density.subs(made.y, target)
        theirs = {"nll": made.read(raw, target, *made.to_raw, *made.fixed, point=point)}
        if choice.nll is not None and made.changes_coordinates:
            theirs["nll by " + ", ".join(choice.names)] = made.read(
                choice.nll, target, *made.standard, *made.fixed, point=point
            )
        for what, loss in theirs.items():
            if not same(ours, loss, point):
                if not agree(ours, loss, point):
                    raise errors.density_contradicts_nll(made.family.name, {str(k): str(v) for k, v in point.items()})
                unproved[f"−log of the density = {what}: checked in numbers to 40 digits, not by rewriting"] = None
    guarded = any(along(raw, (y, *made.to_raw, *made.fixed), point)[1].conditions for y, point in made.cases)
    return replace(made, unproved=tuple(unproved), guarded=guarded)
