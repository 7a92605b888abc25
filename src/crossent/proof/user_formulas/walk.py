"""A checked formula as a function: the same tree on NumPy arrays, mpmath numbers and SymPy expressions.

Beside SymPy, functions of plain numbers are computed at once, and some of them without a bound (the logarithm of
gamma of a million is a factorial first): such numbers are refused here, whatever they came from.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from crossent import errors, vocabulary
from crossent.proof.user_formulas.grammar import ALIASES, Parsed

_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: lambda left, right: vocabulary.is_zero(left - right),
}
_OF_GAMMA = ("lgamma", "digamma", "trigamma", "lbeta")  # SymPy writes their values at numbers out
_LARGEST, _LARGEST_BROKEN, _FINEST = 300, 50, 4
_BITS = 20_000


def evaluate(parsed: Parsed, values: Mapping[str, Any]) -> Any:
    """The value of a formula at these values of its variables, in the reading that they belong to."""
    return _Walk(parsed, values).value(parsed.tree)


class _Walk:
    def __init__(self, parsed: Parsed, values: Mapping[str, Any]) -> None:
        self.numbers, self.values = parsed.numbers, values
        self.symbolic = _is(values, "symbolic")
        self.number = _rational if self.symbolic else _multiprecise if _is(values, "exact") else _plain

    def value(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Constant):
            return self.number(self.numbers[node])
        if isinstance(node, ast.Name):
            return self.values[node.id] if node.id in self.values else vocabulary.PI * self.number(Fraction(1))
        if isinstance(node, ast.UnaryOp):
            inner = self.value(node.operand)
            return -inner if isinstance(node.op, ast.USub) else inner
        if isinstance(node, ast.BinOp):
            left, right = self.value(node.left), self.value(node.right)
            return self.power(left, right) if isinstance(node.op, ast.Pow) else _OPERATORS[type(node.op)](left, right)
        if isinstance(node, ast.Compare):
            return _COMPARISONS[type(node.ops[0])](self.value(node.left), self.value(node.comparators[0]))
        assert isinstance(node, ast.Call)
        assert isinstance(node.func, ast.Name)  # what else there is, the grammar has refused
        return self.call(ALIASES.get(node.func.id, node.func.id), [self.value(argument) for argument in node.args])

    def power(self, base: Any, exponent: Any) -> Any:
        if self.symbolic and exponent.is_Rational and base.is_Rational:
            bits = max(abs(int(base.p)), int(base.q)).bit_length() * abs(exponent)
            if bits > _BITS:
                raise errors.formula_power_too_large(base, exponent, _BITS)
        return base**exponent

    def call(self, name: str, arguments: list[Any]) -> Any:
        if self.symbolic:
            for argument in arguments:
                self.guard(name, argument)
        if name == "logsumexp":
            return vocabulary.logsumexp(tuple(arguments))
        return getattr(vocabulary, name)(*arguments)

    def guard(self, name: str, argument: Any) -> None:
        """A function of a constant: of a small number, and not of another function's value."""
        from sympy import Function

        if not getattr(argument, "is_number", False):
            return
        if argument.has(Function):
            raise errors.function_of_function_of_number(name, argument)
        largest = _LARGEST if argument.is_Integer else _LARGEST_BROKEN
        if name in _OF_GAMMA and abs(argument) > largest:
            raise errors.formula_number_too_large(name, argument, largest)
        if name in _OF_GAMMA and argument.is_Rational and argument.q > _FINEST:
            raise errors.formula_number_too_fine(name, argument, _FINEST)


def _is(values: Mapping[str, Any], reading: str) -> bool:
    found = vocabulary.reading_of(*values.values())
    return getattr(found, "__name__", "").endswith(f".{reading}")


def _rational(number: Fraction) -> Any:
    from sympy import Rational

    return Rational(number.numerator, number.denominator)


def _multiprecise(number: Fraction) -> Any:
    import mpmath

    return mpmath.mpf(number.numerator) / number.denominator


def _plain(number: Fraction) -> Any:
    return int(number) if number.denominator == 1 else float(number)
