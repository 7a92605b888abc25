"""Values on the boundary, in the extended real numbers: log 0 = -oo, and 0 log 0 = 0.

A formula is walked with some of its letters at 0, 1 or infinity; the others stay letters inside their domain. What has
no value there (oo - oo, 0/0) is `Undecided`, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from sympy import Add, Expr, Integer, Mul, oo

from crossent.vocabulary import symbolic

Sign = Callable[[Expr], "int | None"]


class Undecided(Exception):  # it is no error: the caller goes on to say "unknown"
    """The formula has no value there that the rules of the extended real numbers decide."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)


def _sign_of_numbers(expression: Expr) -> int | None:
    if expression.is_positive:
        return 1
    if expression.is_negative:
        return -1
    return 0 if expression.is_zero else None


def value_at(expression: Expr, env: Mapping[Any, Expr], sign: Sign = _sign_of_numbers) -> Expr:
    """The value of the expression where each letter of `env` has its value: an expression, oo or -oo."""
    return Walk(env, sign).value(expression)


def is_logarithm(factor: Expr) -> bool:
    """Whether a factor is a positive power of a logarithm: its infinities are weaker than any power's zeros."""
    base, power = factor.as_base_exp()
    return isinstance(base, sympy.log | sympy.loggamma) and bool(power.is_positive)


class Walk:
    """A walk over a formula, each kind of expression by its own rule."""

    def __init__(self, env: Mapping[Any, Expr], sign: Sign) -> None:
        self.env, self._sign = env, sign

    def sign(self, value: Expr) -> int:
        if value in (oo, -oo):
            return 1 if value == oo else -1
        found = self._sign(value)
        if found is None:
            raise Undecided(reason=f"the sign of {value}")
        return found

    def value(self, e: Expr) -> Expr:
        if e in self.env:
            return self.env[e]
        if not any(e.has(letter) for letter in self.env):
            return e
        return self.walked(e)

    def walked(self, e: Expr) -> Expr:
        """The value by the rule for this kind of expression."""
        method = getattr(self, f"_{type(e).__name__.lower()}", None)
        if method is not None:
            return method(e)
        meaning = e.expand(func=True)
        if meaning != e:
            return self.value(meaning)
        rewritten = e.rewrite(sympy.exp)
        if rewritten == e:
            raise Undecided(reason=f"{type(e).__name__} on the boundary")
        return self.value(rewritten)

    def _add(self, e: Expr) -> Expr:
        return self.added([self.value(part) for part in e.args])

    def added(self, values: list[Expr]) -> Expr:
        """The sum of values, of which some may be infinite."""
        infinite = {value for value in values if value in (oo, -oo)}
        if len(infinite) > 1:
            raise Undecided(reason="oo - oo")
        return infinite.pop() if infinite else Add(*values)

    def _mul(self, e: Expr) -> Expr:
        values = [self.value(part) for part in e.args]
        if any(value.is_zero for value in values):
            self._must_vanish(e.args, values)
            return Integer(0)
        if not any(value in (oo, -oo) for value in values):
            return Mul(*values)
        sign = 1
        for value in values:
            sign *= self.sign(value)
        return sign * oo if sign else Integer(0)

    def _must_vanish(self, factors: Any, values: list[Expr]) -> None:
        """0 times oo is 0 where the target makes the 0; where one letter makes both, only p^a (log p)^b is."""
        for letter, end in self.env.items():
            own = [(f, v) for f, v in zip(factors, values, strict=True) if f.has(letter)]
            poles = [f for f, v in own if v in (oo, -oo) and not (end.is_finite and is_logarithm(f))]
            if poles and any(v.is_zero for _, v in own):
                raise Undecided(reason="0 · oo")

    def _pow(self, e: Expr) -> Expr:
        base, power = self.value(e.args[0]), self.value(e.args[1])
        if base == -oo and power.is_Integer and power != 0:
            return Integer(0) if power < 0 else oo if power % 2 == 0 else -oo
        if base == 0 or base in (oo, -oo) or power in (oo, -oo):
            if power in (oo, -oo) or base == -oo:
                raise Undecided(reason="a power at infinity")
            sign = self.sign(power)
            if sign == 0:
                return Integer(1)
            if base == 0 and sign < 0:
                if e.args[0] in self.env:  # a letter at 0 comes from above
                    return oo
                raise Undecided(reason="1/0")
            return Integer(0) if (base == 0) == (sign > 0) else oo
        return base**power

    def _exp(self, e: Expr) -> Expr:
        value = self.value(e.args[0])
        return Integer(0) if value == -oo else oo if value == oo else sympy.exp(value)

    def _log(self, e: Expr) -> Expr:
        value = self.value(e.args[0])
        if value.is_zero:
            return -oo
        return oo if value == oo else sympy.log(value)

    def _sigmoid(self, e: Expr) -> Expr:
        value = self.value(e.args[0])
        return Integer(0) if value == -oo else Integer(1) if value == oo else symbolic.sigmoid(value)

    def _softplus(self, e: Expr) -> Expr:
        value = self.value(e.args[0])
        return Integer(0) if value == -oo else oo if value == oo else symbolic.softplus(value)

    def _loggamma(self, e: Expr) -> Expr:
        value = self.value(e.args[0])
        return oo if value == oo or value.is_zero else sympy.loggamma(value)

    def _abs(self, e: Expr) -> Expr:
        value = self.value(e.args[0])
        return oo if value in (oo, -oo) else sympy.Abs(value)

    def _max(self, e: Expr) -> Expr:
        return self._extreme(e, 1)

    def _min(self, e: Expr) -> Expr:
        return self._extreme(e, -1)

    def _extreme(self, e: Expr, direction: int) -> Expr:
        values = [self.value(part) for part in e.args]
        if not any(value in (oo, -oo) for value in values):
            return e.func(*values)
        best, *rest = values
        for value in rest:
            if self.sign(self._minus(value, best)) == direction:
                best = value
        return best

    def _minus(self, a: Expr, b: Expr) -> Expr:
        if a in (oo, -oo) and a == b:
            return Integer(0)
        return a if a in (oo, -oo) else -b if b in (oo, -oo) else sympy.expand(a - b)

    def _piecewise(self, e: Expr) -> Expr:
        open_pieces: list[Any] = []
        for value, condition in e.args:
            holds = True if condition == True else self._holds(condition)  # noqa: E712 # SymPy's true
            if holds:
                last = self.value(value)
                return sympy.Piecewise(*open_pieces, (last, True)) if open_pieces else last
            if holds is None:  # a condition on letters that stay letters
                open_pieces.append((self.value(value), self._inside(condition)))
        raise Undecided(reason="no piece")

    def _inside(self, condition: Any) -> Any:
        return condition.func(*(self.value(side) for side in condition.args))

    def _holds(self, condition: Any) -> bool | None:
        if not isinstance(condition, sympy.core.relational.Relational):
            raise Undecided(reason=f"the condition {condition}")
        difference = self._minus(self.value(condition.lhs), self.value(condition.rhs))
        sign = None if difference in (oo, -oo) else self._sign(difference)
        if difference in (oo, -oo):
            sign = 1 if difference == oo else -1
        return None if sign is None else bool(condition.func(sign, 0))

    def _kl_div(self, e: Expr) -> Expr:
        x, m, d = (self.value(part) for part in e.args)
        if x.is_zero:
            return m
        if x == m:
            return -d
        if m.is_zero or m == oo:
            return oo
        return symbolic.kl_div(x, m, d).expand(func=True)
