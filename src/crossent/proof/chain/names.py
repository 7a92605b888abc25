"""The letters of a derivation: what textbooks call the parameters, and the points that decide cases."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Rational, Symbol

from crossent.families.contract import Family, Parameterisation

LETTERS = {
    "probs": "p", "rate": "lambda", "loc": "mu", "scale": "sigma", "mean": "m", "concentration": "r",
    "total_count": "N",
}  # fmt: skip
TAKEN = {"n", "y", "q", "i", "j", "k", "ell", "L", "x", "H"}  # they mean something else in every derivation
FREE = {"n": "N", "ell": "eta"}
ASSUMED: dict[str, dict[str, bool]] = {
    "unit": {"positive": True},
    "positive": {"positive": True},
    "nonnegative": {"positive": True},
    "count": {"positive": True},
}
INSIDE = {"unit": Rational(1, 3), "positive": Rational(5, 4), "nonnegative": Rational(5, 4), "count": Rational(7)}
ANYWHERE = Rational(2, 7)
ROWS = Symbol("n", integer=True, positive=True)  # how many rows there are
i = Symbol("i", integer=True, positive=True)  # a row


def letter(name: str, written: str = "") -> str:
    """The letter of a parameter: the textbook's, or the one the family writes it with."""
    plain = LETTERS.get(name) or written.replace("\\", "") or name
    return FREE.get(plain, f"{plain}_0") if plain in TAKEN else plain


def parameter(name: str, domain: str, written: str = "") -> Symbol:
    return Symbol(letter(name, written), **{"real": True} | ASSUMED.get(domain, {}))


def standard_symbols(family: Family) -> tuple[Symbol, ...]:
    """The textbook's parameters: probs p, rate lambda, loc mu and scale sigma; the raw ones if there are no others."""
    if not family.alternatives:
        return raw_symbols(family)
    names, domains = family.standard.names, family.standard.domains
    return tuple(parameter(name, domain) for name, domain in zip(names, domains, strict=True))


def raw_symbols(family: Family) -> tuple[Symbol, ...]:
    """The unconstrained parameters; one that is the textbook's already has its letter."""
    return tuple(
        Symbol(letter(p.name, p.symbol), real=True) if p.name not in family.standard.names or not family.alternatives
        else parameter(p.name, p.domain) for p in family.parameters
    )  # fmt: skip


def fixed_symbols(family: Family) -> tuple[Symbol, ...]:
    return tuple(parameter(p.name, p.domain, p.symbol) for p in family.fixed)


def inside(choice: Parameterisation) -> tuple[Rational, ...]:
    """One point of the inside of the parameters' domains."""
    return tuple(INSIDE.get(domain, ANYWHERE) for domain in choice.domains)


def target_symbol(family: Family) -> Symbol:
    """y, the value of one row."""
    assumed = {"nonnegative": True} if family.support.kind not in ("real",) and family.support.discrete else {}
    return Symbol("y", real=True, **assumed)


def targets(family: Family, y: Symbol, fixed: tuple[Symbol, ...]) -> list[tuple[Any, Any]]:
    """Where the cases of a formula are decided apart: (what stands for y, the value that decides)."""
    known: dict[str, list[tuple[Any, Any]]] = {
        "unit": [(y, Rational(2, 5))],
        "count": [(sympy.S.Zero, 0), (y, 3)],
        "count_to": [(sympy.S.Zero, 0), (y, 3), *((n, INSIDE["count"]) for n in fixed[:1])],
        "real": [(y, Rational(-13, 7)), (y, Rational(16, 7))],
    }
    return known.get(family.support.kind, [(y, Rational(3, 2) if family.support.contains is None else _within(family))])


def _within(family: Family) -> Any:
    """A value of a support of the user's own: the first of a few that it contains."""
    import mpmath

    contains = family.support.contains
    for value in (Rational(3, 2), Rational(1, 2), Rational(1), Rational(2), Rational(-1, 2), Rational(-1), Rational(0)):
        if contains is None or bool(contains(mpmath.mpf(value.p) / value.q, *(7 for _ in family.fixed))):
            return value
    return Rational(3, 2)
