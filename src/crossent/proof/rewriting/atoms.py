"""Atoms: what the normal form takes for independent variables (logarithms, powers, sums), each by a symbol.

An atom's symbol stands for its `meaning`. Relations that remain between atoms (a root and what it is the root of) are
kept beside them, so that numerators can be reduced by them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Expr, Indexed, Symbol

from crossent.proof.rewriting.feasible import feasible

MOST_PRODUCTS = 20  # of two positive numbers, tried as facts


@dataclass
class Atoms:
    """The table of one proof: symbols for canonical expressions, and what is known to be positive."""

    positive_factors: set[Expr] = field(default_factory=set)
    meaning: dict[Symbol, Expr] = field(default_factory=dict)
    relations: list[tuple[Symbol, int, Expr]] = field(default_factory=list)
    _symbols: dict[Any, Symbol] = field(default_factory=dict)
    _keys: dict[Symbol, Any] = field(default_factory=dict)
    _bases: dict[Symbol, frozenset[Any]] = field(default_factory=dict)

    def symbol(self, key: Any, meaning: Expr, positive: bool) -> Symbol:
        """The symbol of an atom; the same key has the same symbol."""
        if key not in self._symbols:
            name = f"atom{len(self._symbols)}"
            made = Symbol(name, positive=True) if positive else Symbol(name, real=True)
            self._symbols[key] = made
            self.meaning[made], self._keys[made] = meaning, key
            self._bases[made] = bases(self.restore(meaning))
        return self._symbols[key]

    def key_of(self, symbol: Symbol) -> Any:
        """What an atom's symbol was made for."""
        return self._keys.get(symbol)

    def restore(self, expression: Expr) -> Expr:
        """The expression with every atom written out, all the way down."""
        while True:
            inside = {symbol: self.meaning[symbol] for symbol in expression.free_symbols if symbol in self.meaning}
            if not inside:
                return expression
            expression = expression.xreplace(inside)

    def bases_of(self, expression: Expr) -> frozenset[Any]:
        """The letters (and rows of letters) that an expression over atoms depends on."""
        found: set[Any] = set()
        for symbol in expression.free_symbols:
            found |= self._bases.get(symbol, frozenset((symbol,)))
        return frozenset(found)

    def is_positive(self, expression: Expr) -> bool:
        """Whether an expression over atoms is proved positive: a known factor, or positive term by term."""
        if expression.is_number:
            return bool(expression.is_positive)
        if expression in self.positive_factors:
            return True
        if expression.is_Symbol:
            return bool(expression.is_positive)
        terms = sympy.Add.make_args(sympy.expand(expression))
        if all(self._positive_term(term) for term in terms):
            return True
        return self._positive_by_facts(expression)

    def _positive_by_facts(self, expression: Expr) -> bool:
        """Positive because the known factors are, by linear arithmetic: 19 - 18 y, where 1 - y is."""
        if not any(factor.free_symbols & expression.free_symbols for factor in self.positive_factors):
            return False
        letters = {letter for letter in expression.free_symbols if letter.is_positive}
        near = [factor for factor in self.positive_factors if factor.free_symbols <= expression.free_symbols]
        known = sorted(near, key=sympy.default_sort_key)
        claim = (sympy.expand(expression), sympy.Le)
        for more in ([], sorted(letters, key=str)):
            products = [a * b for a, b in itertools.combinations([*known, *more], 2)]
            facts = [(sympy.expand(fact), sympy.Gt) for fact in [*known, *products[:MOST_PRODUCTS]]]
            if not feasible([claim, *facts]):
                return True
        return False

    def _positive_term(self, term: Expr) -> bool:
        return all(
            bool(base.is_positive) or base in self.positive_factors
            for base in (f.as_base_exp()[0] for f in term.as_ordered_factors())
        )

    def sign(self, expression: Expr) -> int | None:
        """1 or -1 where proved, 0 for the number 0, None where not known."""
        if expression == 0:
            return 0
        numerator, denominator = sympy.fraction(sympy.together(expression))
        sign = 1
        for part in (numerator, denominator):
            constant, factors = sympy.factor_list(part)
            sign *= 1 if constant > 0 else -1
            for factor, power in factors:
                if self.is_positive(factor):
                    continue
                if self.is_positive(sympy.expand(-factor)):
                    sign *= (-1) ** power
                elif power % 2:
                    return None
        return sign


def bases(expression: Expr) -> frozenset[Any]:
    """The free letters of a formula; a row of letters is its base."""
    rows = {item.base for item in expression.atoms(Indexed)}
    labels = {row.label for row in rows}
    return frozenset(rows) | frozenset(
        symbol for symbol in expression.free_symbols if not isinstance(symbol, Indexed) and symbol not in labels
    )
