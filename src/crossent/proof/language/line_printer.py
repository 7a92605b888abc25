"""A SymPy printer of one line of Unicode mathematics."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.relational import Relational
from sympy.printing.pretty.pretty_symbology import pretty_symbol
from sympy.printing.printer import Printer

SUM, PRODUCT_OF, POWER, ATOM = range(4)  # what binds weaker stands in parentheses
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_HAVE_SUBSCRIPTS = "0123456789aehijklmnoprstuvx+-"
_SUBSCRIPTS = str.maketrans(_HAVE_SUBSCRIPTS, "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₊₋")
_RELATIONS = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_LETTERS = {"ell": "ℓ"}


def ordered(expression: Any) -> list[Any]:
    """The terms of a sum as they are written: the simple ones first, and a positive one in front."""
    terms = sorted(
        expression.as_ordered_terms(), key=lambda term: sum(part.is_Add for part in sympy.preorder_traversal(term))
    )
    positive = next((term for term in terms if not _is_negative(term)), None)
    if positive is not None and _is_negative(terms[0]):
        terms.remove(positive)
        terms.insert(0, positive)
    return terms


def parts_of(name: str) -> tuple[str, str]:
    """A letter and what stands below it; a name of words (log_mean) is one whole."""
    letter, _, below = name.partition("_")
    return (letter, below) if len(below) <= 1 or below.isdigit() else (name, "")


def lowered(index: str) -> str:
    """An index as subscript letters, or after an underscore where Unicode has none."""
    if set(index) <= set(_HAVE_SUBSCRIPTS):
        return index.translate(_SUBSCRIPTS)
    return f"_{index}" if index.isalnum() else f"_({index})"


class LinePrinter(Printer):
    """Each method gives a text; `_level` says how tightly it binds."""

    printmethod = "_unicode_line"

    def emptyPrinter(self, expr: Any) -> str:
        return str(expr)

    def within(self, expression: Any, level: int) -> str:
        """The text, in parentheses if it binds weaker than its place needs."""
        text = str(self._print(expression))
        return f"({text})" if _level(expression) < level else text

    # -- atoms --------------------------------------------------------------------------------------------------------
    def _print_Symbol(self, expr: Any) -> str:
        letter, below = parts_of(expr.name)
        if "_" in letter:
            return str(expr.name)
        return (_LETTERS.get(letter) or str(pretty_symbol(letter))) + lowered(below)

    _print_Dummy = _print_Symbol

    def _print_Integer(self, expr: Any) -> str:
        return str(expr).replace("-", "−")

    _print_Rational = _print_Integer

    def _print_Float(self, expr: Any) -> str:
        return repr(float(expr)).replace("-", "−")

    def _print_Pi(self, expr: Any) -> str:
        return "π"

    def _print_Exp1(self, expr: Any) -> str:
        return "e"

    def _print_Infinity(self, expr: Any) -> str:
        return "∞"

    def _print_NegativeInfinity(self, expr: Any) -> str:
        return "−∞"

    def _print_Indexed(self, expr: Any) -> str:
        index = "".join(str(index) for index in expr.indices)
        return self._print(sympy.Symbol(str(expr.base.label))) + lowered(index)

    # -- arithmetic ---------------------------------------------------------------------------------------------------
    def _print_Add(self, expr: Any) -> str:
        terms = ordered(expr)
        text = self.within(terms[0], SUM)
        for term in terms[1:]:
            minus = _is_negative(term)
            text += (" − " if minus else " + ") + self.within(-term if minus else term, PRODUCT_OF)
        return text

    def _print_Mul(self, expr: Any) -> str:
        if _is_negative(expr):
            return "−" + self.within(-expr, PRODUCT_OF)
        above, below = _fraction(expr)
        if not below:
            return self.product(above)
        divisor = self.product(below) if len(below) > 1 else self.within(below[0], POWER)
        if len(below) > 1 or divisor.startswith("log "):
            divisor = f"({divisor})"
        return f"{self.product(above, divided=True) if above else '1'}/{divisor}"

    def product(self, factors: list[Any], divided: bool = False) -> str:
        factors = sorted(factors, key=_place)
        ends = len(factors) - (0 if divided else 1)
        texts = [self.factor(factor, last=k == ends) for k, factor in enumerate(factors)]
        text = texts[0]
        for before, factor, written in zip(factors, factors[1:], texts[1:], strict=False):
            beside = before.is_Integer and (factor.is_Symbol or factor is sympy.pi or _is_power_of_symbol(factor))
            text += written if beside else "·" + written
        return text

    def factor(self, expression: Any, last: bool) -> str:
        text = self.within(expression, POWER if _level(expression) == SUM else PRODUCT_OF)
        if isinstance(expression, sympy.Sum | sympy.Product) and not last:
            return f"({text})"
        return self.call("log", expression.args) if isinstance(expression, sympy.log) and not last else text

    def _print_Pow(self, expr: Any) -> str:
        base, exponent = expr.as_base_exp()
        if exponent == sympy.S.Half:
            return "√" + (str(self._print(base)) if _level(base) == ATOM and base.is_Atom else f"({self._print(base)})")
        if exponent.is_negative and exponent.is_number:
            return self._print_Mul(expr)
        text = self.within(base, ATOM)
        text = self.call("log", base.args) if isinstance(base, sympy.log) else text
        if exponent.is_Integer:
            return text + str(exponent).translate(_SUPERSCRIPTS)
        return f"{text}^{self.within(exponent, ATOM)}"

    # -- functions ----------------------------------------------------------------------------------------------------
    def call(self, name: str, arguments: Any) -> str:
        return f"{name}({', '.join(str(self._print(argument)) for argument in arguments)})"

    def _print_Function(self, expr: Any) -> str:
        return self.call(expr.func.__name__, expr.args)

    def _print_log(self, expr: Any) -> str:
        argument = expr.args[0]
        plain = isinstance(argument, sympy.Symbol | sympy.Indexed | sympy.Integer) and not argument.is_negative
        if plain or isinstance(argument, sympy.factorial):
            return f"log {self._print(argument)}"
        return self.call("log", expr.args)

    def _print_exp(self, expr: Any) -> str:
        return self.call("exp", expr.args)

    def _print_loggamma(self, expr: Any) -> str:
        return self.call("log Γ", expr.args)

    def _print_gamma(self, expr: Any) -> str:
        return self.call("Γ", expr.args)

    def _print_factorial(self, expr: Any) -> str:
        return self.within(expr.args[0], ATOM) + "!"

    def _print_binomial(self, expr: Any) -> str:
        return self.call("C", expr.args)

    def _print_polygamma(self, expr: Any) -> str:
        order = expr.args[0]
        return self.call("ψ" + "′" * int(order) if order.is_Integer else f"ψ_{order}", expr.args[1:])

    def _print_Abs(self, expr: Any) -> str:
        inner = expr.args[0]  # SymPy takes |y - m| and |m - y| for the same, and keeps either
        leading = [
            term for term in sympy.Add.make_args(inner) if "y" in {symbol.name[:1] for symbol in term.free_symbols}
        ]
        return f"|{self._print(-inner if leading and _is_negative(leading[0]) else inner)}|"

    def _print_Max(self, expr: Any) -> str:
        return self.call("max", sorted(expr.args, key=sympy.default_sort_key))

    def _print_Min(self, expr: Any) -> str:
        return self.call("min", sorted(expr.args, key=sympy.default_sort_key))

    def _print_KroneckerDelta(self, expr: Any) -> str:
        return self.call("[", [sympy.Eq(*expr.args, evaluate=False)])[:-1].replace("[(", "[") + "]"

    def _print_Heaviside(self, expr: Any) -> str:
        return f"[{self._print(expr.args[0])} > 0]"

    # -- over rows and classes ----------------------------------------------------------------------------------------
    def over(self, sign: str, expr: Any) -> str:
        names = ""
        for index, low, high in reversed(expr.limits):
            whole = low == 1 and isinstance(high, sympy.Symbol)
            names += sign + lowered(index.name) if whole else f"{sign}[{index}={low}..{self._print(high)}]"
        body = expr.function
        return f"{names} {self.within(body, PRODUCT_OF)}"

    def _print_Sum(self, expr: Any) -> str:
        return self.over("Σ", expr)

    def _print_Product(self, expr: Any) -> str:
        return self.over("∏", expr)

    # -- cases and relations ------------------------------------------------------------------------------------------
    def _print_Relational(self, expr: Any) -> str:
        return f"{self._print(expr.lhs)} {_RELATIONS[expr.rel_op]} {self._print(expr.rhs)}"

    def _print_And(self, expr: Any) -> str:
        return " and ".join(str(self._print(part)) for part in sorted(expr.args, key=sympy.default_sort_key))

    def _print_Or(self, expr: Any) -> str:
        return " or ".join(str(self._print(part)) for part in sorted(expr.args, key=sympy.default_sort_key))

    def _print_Not(self, expr: Any) -> str:
        return f"not ({self._print(expr.args[0])})"

    def _print_Piecewise(self, expr: Any) -> str:
        parts = [
            f"{self._print(value)} {'otherwise' if condition == sympy.true else f'if {self._print(condition)}'}"
            for value, condition in expr.args
        ]
        return f"{{{'; '.join(parts)}}}"

    def _print_Derivative(self, expr: Any) -> str:
        variables = "".join(
            f"∂{self._print(v)}{'' if k == 1 else str(k).translate(_SUPERSCRIPTS)}" for v, k in expr.variable_count
        )
        order = sum(k for _, k in expr.variable_count)
        return f"∂{'' if order == 1 else str(order).translate(_SUPERSCRIPTS)}{self.within(expr.expr, ATOM)}/{variables}"


def _is_negative(expression: Any) -> bool:
    """Is there a minus sign in front? (Not: is the number negative?)"""
    if expression.is_Number:
        return bool(expression.is_negative)
    return expression.is_Mul and bool(expression.args[0].is_Number and expression.args[0].is_negative)


def _level(expression: Any) -> int:
    if expression.is_Add or isinstance(expression, sympy.Piecewise | Relational) or _is_negative(expression):
        return SUM
    if expression.is_Mul or (expression.is_Rational and not expression.is_Integer):
        return PRODUCT_OF
    if isinstance(expression, sympy.Sum | sympy.Product):
        return PRODUCT_OF
    if expression.is_Pow and not isinstance(expression, sympy.exp):
        return PRODUCT_OF if expression.exp.is_number and expression.exp.is_negative else POWER
    return ATOM


def _fraction(expression: Any) -> tuple[list[Any], list[Any]]:
    """The factors above and below the line; powers of negative numbers go below, exponentials stay."""
    above, below = [], []
    for factor in sympy.Mul.make_args(expression):
        if factor.is_Rational and not factor.is_Integer:
            above += [] if factor.p == 1 else [sympy.Integer(factor.p)]
            below.append(sympy.Integer(factor.q))
        elif factor.is_Pow and factor.exp.is_number and factor.exp.is_negative and factor.base is not sympy.E:
            below.append(factor.base**-factor.exp)
        else:
            above.append(factor)
    return above, below


def _place(factor: Any) -> int:
    """Numbers first, then letters and their powers, parentheses, functions, and at last a sum or product."""
    if isinstance(factor, sympy.Sum | sympy.Product):
        return 5
    if isinstance(factor, sympy.Function):
        return 4
    if factor.is_Add:
        return 3
    if factor.is_number:
        return 0 if factor.is_Rational else 1
    return 2


def _is_power_of_symbol(factor: Any) -> bool:
    return bool(factor.is_Pow and factor.base.is_Symbol and not factor.exp.is_number) or bool(
        factor.is_Pow and factor.base.is_Symbol and factor.exp.is_Integer
    )
