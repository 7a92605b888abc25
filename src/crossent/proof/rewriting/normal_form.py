"""The normal form: an expression as a rational function of atoms. A difference is zero if its numerator is.

Names of the vocabulary are read as their textbook meaning; a logarithm of a product is split only into factors that are
proved positive; sums over classes go by the rules of `sums`. Every rewriting is an identity of real numbers on the
domain, so what comes out zero is zero. What does not is not thereby proved different.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Add, Expr, Indexed, Integer, Mul, Pow, Rational, Sum, Symbol

from crossent import errors
from crossent.proof.language.symbols import CLASSES
from crossent.proof.rewriting.atoms import Atoms


@dataclass
class NormalForm:
    """The rewriting of one proof: its atoms, what it knows of its rows, and the rules it has used."""

    atoms: Atoms = field(default_factory=Atoms)
    simplex: dict[Any, str] = field(default_factory=dict)  # rows that sum to one -> their letter
    sizes: frozenset[Any] = frozenset((CLASSES,))  # what sums over the classes, or over a block of them, run up to
    sums: dict[Any, Expr] = field(default_factory=dict)  # rows over a block of the classes -> what they sum to
    hard: dict[Any, Any] = field(default_factory=dict)  # rows that are one at this class and zero elsewhere
    used: dict[str, None] = field(default_factory=dict)
    _known: dict[Expr, Expr] = field(default_factory=dict)

    def of(self, expression: Any) -> Expr:
        """The expression over atoms."""
        expression = sympy.sympify(expression)
        if expression not in self._known:
            self._known[expression] = self._rewrite(expression)
        return self._known[expression]

    def reduced(self, expression: Any) -> Expr:
        """The expression over atoms as one cancelled fraction."""
        return self.cancel(self.of(expression))

    def cancel(self, form: Expr) -> Expr:
        """One cancelled fraction, its numerator reduced by what is known of roots."""
        form = sympy.cancel(sympy.together(form))
        for root, degree, base in self.atoms.relations:
            if root in form.free_symbols:
                numerator, denominator = sympy.fraction(form)
                tops = [sympy.rem(sympy.expand(part), root**degree - base, root) for part in (numerator, denominator)]
                form = sympy.cancel(tops[0] / tops[1])
        return form

    def is_zero(self, expression: Any) -> bool:
        """Whether the expression is proved to be 0 everywhere on the domain."""
        return bool(self.reduced(expression) == 0)

    def write(self, form: Expr) -> Expr:
        """An expression over atoms in letters again."""
        return self.atoms.restore(form)

    def assume_positive(self, *expressions: Any) -> None:
        """Take these for positive: they are, on the domain."""
        self.atoms.positive_factors |= {sympy.expand(self.of(expression)) for expression in expressions}
        self._known.clear()

    # -- one rule for each kind of expression --------------------------------------------------------------------------
    def _rewrite(self, e: Expr) -> Expr:
        if e.is_Rational:
            return e
        if e.is_Float:
            raise errors.formula_with_float(str(e))
        if e.is_Add or e.is_Mul:
            return e.func(*(self.of(part) for part in e.args))
        if isinstance(e, sympy.exp):
            return self._exp(self.of(e.args[0]))
        if e.is_Pow:
            return self._power(*e.args)
        if isinstance(e, Indexed):
            return self.atoms.symbol(e, e, bool(e.base.label.is_positive))
        if e.is_Symbol:
            return e
        if e.is_number and e.is_Atom:  # pi and its kind
            return self.atoms.symbol(e, e, bool(e.is_positive)) if e.is_finite else self._opaque(e)
        if isinstance(e, sympy.log):
            return self.log(self.of(e.args[0]))
        if isinstance(e, sympy.loggamma):
            return self._loggamma(self.of(e.args[0]))
        if isinstance(e, Sum):
            from crossent.proof.rewriting import sums

            return sums.rewrite(self, e)
        return self._by_name(e)

    def _by_name(self, e: Expr) -> Expr:
        if isinstance(e, sympy.Abs):
            inside = self.cancel(self.of(e.args[0]))
            sign = self.atoms.sign(inside)
            if sign is not None:
                return sign * inside
            return self._absolute(inside)
        hyperbolic = (
            e.rewrite(sympy.exp) if isinstance(e, sympy.functions.elementary.hyperbolic.HyperbolicFunction) else e
        )
        meaning = hyperbolic if hyperbolic != e else sympy.expand_func(e)
        return self.of(meaning) if meaning != e else self._opaque(e)

    def _absolute(self, inside: Expr) -> Expr:
        """|x| has one atom for x and -x, and its square is x^2."""
        numerator = sympy.fraction(inside)[0]
        lead = sympy.Poly(numerator, *sorted(numerator.free_symbols, key=str)).LC()
        inside = -inside if sympy.sign(lead) == -1 else inside
        key = ("abs", inside)
        fresh = key not in self.atoms._symbols
        symbol = self.atoms.symbol(key, sympy.Abs(inside, evaluate=False), False)
        if fresh:
            self.atoms.relations.append((symbol, 2, inside**2))
        return symbol

    def _opaque(self, e: Expr) -> Expr:
        """A function about which nothing is known but its arguments."""
        if isinstance(e, sympy.Piecewise | sympy.logic.boolalg.Boolean):
            parts: list[Any] = [(self._inside(value), self._condition(condition)) for value, condition in e.args]
            return self.atoms.symbol(("piecewise", tuple(parts)), e, False)
        arguments = tuple(self.cancel(self.of(argument)) for argument in e.args)
        if isinstance(e, sympy.Max | sympy.Min):
            arguments = tuple(sorted(arguments, key=sympy.default_sort_key))
        meaning = e.func(*(self.write(argument) for argument in arguments), evaluate=False) if e.args else e
        return self.atoms.symbol((e.func, arguments), meaning, bool(e.is_positive))

    def _inside(self, value: Expr) -> Expr:
        return self.cancel(self.of(value))

    def _condition(self, condition: Any) -> Any:
        if isinstance(condition, sympy.core.relational.Relational):
            return condition.func, self.cancel(self.of(condition.lhs - condition.rhs))
        return condition

    # -- logarithms, exponentials, powers ------------------------------------------------------------------------------
    def log(self, form: Expr) -> Expr:
        """The logarithm of an expression over atoms, split into proved positive factors."""
        if form.is_Symbol:
            return self._log_symbol(form)
        answer, rest = Integer(0), Integer(1)
        numerator, denominator = sympy.fraction(self.cancel(form))
        for part, side in ((numerator, 1), (denominator, -1)):
            constant, factors = sympy.factor_list(part)
            if constant < 0:
                rest, constant = -rest, -constant
            answer += side * self._log_number(constant)
            for factor, power in factors:
                if self.atoms.is_positive(factor):
                    answer += side * power * self._log_factor(factor)
                elif self.atoms.is_positive(sympy.expand(-factor)):
                    answer += side * power * self._log_factor(sympy.expand(-factor))
                    rest *= (-1) ** power
                else:
                    rest *= factor ** (side * power)
        if rest == 1:
            return answer
        if rest == 0:
            raise errors.logarithm_of_zero()
        rest = sympy.cancel(rest)
        return answer + self.atoms.symbol(("log", rest), sympy.log(rest, evaluate=False), False)

    def _log_number(self, number: Expr) -> Expr:
        if not number.is_Rational:
            return (
                self.log(number) if number.is_Symbol else self.atoms.symbol(("log", number), sympy.log(number), False)
            )
        return Add(*(times * self._log_atom(Integer(prime)) for prime, times in sympy.factorrat(number).items()))

    def _log_factor(self, factor: Expr) -> Expr:
        if factor.is_Symbol:
            return self._log_symbol(factor)
        return self._log_atom(factor)

    def _log_atom(self, factor: Expr) -> Expr:
        return self.atoms.symbol(("log", factor), sympy.log(factor, evaluate=False), bool(factor.is_Integer))

    def _log_symbol(self, symbol: Symbol) -> Expr:
        key: Any = self.atoms.key_of(symbol)
        kind = key[0] if isinstance(key, tuple) else None
        if kind == "power":  # a power of a base
            return key[2] * self.log(key[1])
        if kind == "exp":
            return key[1]
        if kind == "root":
            return self.log(key[1]) / key[2]
        return self._log_atom(symbol)

    def _exp(self, form: Expr) -> Expr:
        """exp of a sum: each term r log f becomes f^r, every other an atom."""
        answer = Integer(1)
        for term in Add.make_args(sympy.expand(form)):
            coefficient, monomial = term.as_coeff_Mul()
            if monomial == 1:
                answer *= (
                    self._raise(self.atoms.symbol(("exp", Integer(1)), sympy.E, True), coefficient)
                    if coefficient
                    else 1
                )
                continue
            logarithm = next((f for f in Mul.make_args(monomial) if self._is_log(f)), None)
            if logarithm is None:
                base = self.atoms.symbol(("exp", monomial), sympy.exp(monomial), True)
                answer *= self._raise(base, coefficient)
            else:
                answer *= self._to_power(self.atoms.key_of(logarithm)[1], coefficient, monomial / logarithm)
        return answer

    def is_logarithm(self, factor: Expr) -> bool:
        """Whether an atom is a logarithm."""
        if not (factor.is_Symbol and factor in self.atoms.meaning):
            return False
        key = self.atoms.key_of(factor)
        return isinstance(key, tuple) and key[0] == "log"

    def _is_log(self, factor: Expr) -> bool:
        return self.is_logarithm(factor) and self.atoms.is_positive(self.atoms.key_of(factor)[1])

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        if exponent.is_Integer:
            return self.of(base) ** exponent
        if base.is_Rational and base < 0:
            raise errors.power_of_negative(str(base))
        inside, power = self.of(base), self.of(exponent)
        if base.is_nonnegative and not base.is_positive and inside.is_Symbol:
            return self.atoms.symbol((Pow, inside, power), inside**power, False)
        logarithm = sympy.expand(self.log(inside) * power)
        return self._exp(logarithm)

    def _to_power(self, base: Expr, coefficient: Rational, monomial: Expr) -> Expr:
        if monomial == 1:
            return self._raise(base, coefficient)
        symbol = self.atoms.symbol(("power", base, monomial), Pow(base, monomial), True)
        return self._raise(symbol, coefficient)

    def _raise(self, base: Expr, coefficient: Rational) -> Expr:
        """base^(n/d): a d-th root to the n, the root an atom whose d-th power is the base."""
        n, d = coefficient.p, coefficient.q
        if d == 1:
            return base**n
        key = ("root", base, Integer(d))
        fresh = key not in self.atoms._symbols
        root = self.atoms.symbol(key, Pow(base, Rational(1, d)), True)
        if fresh:
            self.atoms.relations.append((root, d, base))
        return root**n

    # -- the gamma function --------------------------------------------------------------------------------------------
    def _loggamma(self, form: Expr) -> Expr:
        """log Gamma(x + n) = log Gamma(x) + log x + ... + log(x + n - 1).

        The least argument that is proved to exceed 1 is kept, since it also serves on the boundary; where none is, the
        constant part is brought into (0, 1].
        """
        form = sympy.expand(self.cancel(form))
        if form.is_Integer and 0 < form < 1000:
            return self._log_number(sympy.factorial(form - 1))
        constant = form.as_coefficients_dict().get(Integer(1), Integer(0))
        lowest = sympy.ceiling(constant) - 1
        above = [lowest - k for k in range(3) if self.atoms.sign(sympy.factor(form - lowest + k - 1)) == 1]
        shift = above[0] if above else lowest
        start = form - shift
        if abs(shift) > 50:
            shift, start = Integer(0), form
        answer = self.atoms.symbol(("loggamma", start), sympy.loggamma(start), False)
        for step in range(abs(int(shift))):
            answer += self.log(start + step) if shift > 0 else -self.log(start - 1 - step)
        if shift:
            self.used["log Γ(x + 1) = log Γ(x) + log x"] = None
        return answer
