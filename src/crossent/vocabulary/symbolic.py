"""The symbolic reading: SymPy. A function stays a name that knows its derivative and its textbook meaning.

`expression.expand(func=True)` (or `sympy.expand_func`) replaces every name by its meaning, for proofs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sympy
from sympy import Function, S

exp, log, sqrt, floor = sympy.exp, sympy.log, sympy.sqrt, sympy.floor
abs, maximum, minimum = sympy.Abs, sympy.Max, sympy.Min
lgamma, digamma = sympy.loggamma, sympy.digamma


def trigamma(x: Any) -> Any:
    return sympy.polygamma(1, x)


def where(condition: Any, chosen: Any, otherwise: Any) -> Any:
    return sympy.Piecewise((chosen, condition), (otherwise, True))


def is_zero(x: Any) -> Any:
    return sympy.Eq(x, 0)


def times(weight: Any, term: Any) -> Any:
    return sympy.sympify(weight) * term


def multiply_add(a: Any, b: Any, c: Any) -> Any:
    return sympy.sympify(a) * b + c


def _opaque(name: str, textbook: Callable[..., Any], *derivatives: Callable[..., Any], latex: str = "") -> Any:
    """A SymPy function of as many arguments as it has derivatives."""

    def fdiff(self: Any, argindex: int = 1) -> Any:
        return derivatives[argindex - 1](*self.args)

    def expand(self: Any, **hints: Any) -> Any:
        return textbook(*(argument.expand(func=True) for argument in self.args))

    def evaluate(self: Any, precision: int) -> Any:
        import mpmath

        from crossent.vocabulary import exact

        with mpmath.workprec(precision + 10):
            numbers = [mpmath.mpf(argument._to_mpmath(precision + 10)) for argument in self.args]
            return sympy.Float._new(getattr(exact, name)(*numbers)._mpf_, precision)

    members = {"nargs": len(derivatives), "fdiff": fdiff, "_eval_expand_func": expand, "_eval_evalf": evaluate}
    return type(name, (Function,), members | {"__module__": __name__, "is_extended_real": True})


log1p: Any = _opaque("log1p", lambda x: log(1 + x), lambda x: 1 / (1 + x))
expm1: Any = _opaque("expm1", lambda x: exp(x) - 1, lambda x: exp(x))
sigmoid: Any = _opaque("sigmoid", lambda x: 1 / (1 + exp(-x)), lambda x: sigmoid_slope(x))
sigmoid_slope: Any = _opaque(
    "sigmoid_slope",
    lambda x: 1 / (1 + exp(-x)) / (1 + exp(x)),
    lambda x: sigmoid_slope(x) * (sigmoid(-x) - sigmoid(x)),
)
softplus: Any = _opaque("softplus", lambda x: log(1 + exp(x)), lambda x: sigmoid(x))
log_sigmoid: Any = _opaque("log_sigmoid", lambda x: -log(1 + exp(-x)), lambda x: sigmoid(-x))
softplus_mixture: Any = _opaque(
    "softplus_mixture",
    lambda y, x: y * log(1 + exp(-x)) + (1 - y) * log(1 + exp(x)),
    lambda y, x: -x,
    lambda y, x: sigmoid_residual(y, x),
)
sigmoid_residual: Any = _opaque(
    "sigmoid_residual",
    lambda y, x: 1 / (1 + exp(-x)) - y,
    lambda y, x: S.NegativeOne,
    lambda y, x: sigmoid_slope(x),
)
log1mexp: Any = _opaque("log1mexp", lambda x: log(1 - exp(-x)), lambda x: 1 / expm1(x))
log1pmx: Any = _opaque("log1pmx", lambda t: log(1 + t) - t, lambda t: -t / (1 + t))
kl_div: Any = _opaque(
    "kl_div",
    lambda x, m, d: x * log(x / m) - d,
    lambda x, m, d: log(x / m) + 1,
    lambda x, m, d: -x / m,
    lambda x, m, d: S.NegativeOne,
)
lbeta: Any = _opaque(
    "lbeta",
    lambda a, b: lgamma(a) + lgamma(b) - lgamma(a + b),
    lambda a, b: digamma(a) - digamma(a + b),
    lambda a, b: digamma(b) - digamma(a + b),
)
binet: Any = _opaque(
    "binet",
    lambda x: lgamma(x) - (x - S.Half) * log(x) + x - log(2 * sympy.pi) / 2,
    lambda x: digamma_rest(x),
)
digamma_rest: Any = _opaque("digamma_rest", lambda x: digamma(x) - log(x) + 1 / (2 * x), lambda x: trigamma_rest(x))
trigamma_rest: Any = _opaque(
    "trigamma_rest",
    lambda x: trigamma(x) - 1 / x - 1 / (2 * x**2),
    lambda x: sympy.polygamma(2, x) + 1 / x**2 + 1 / x**3,
)
ndtr: Any = _opaque("ndtr", lambda x: _phi(x), lambda x: _normal_density(x))
log_ndtr: Any = _opaque("log_ndtr", lambda x: log(_phi(x)), lambda x: inverse_mills_ratio(x))
inverse_mills_ratio: Any = _opaque(
    "inverse_mills_ratio",
    lambda x: _normal_density(x) / _phi(x),
    lambda x: -inverse_mills_slope(x),
)
inverse_mills_slope: Any = _opaque(
    "inverse_mills_slope",
    lambda x: _normal_density(x) / _phi(x) * (x + _normal_density(x) / _phi(x)),
    lambda x: inverse_mills_ratio(x) - inverse_mills_slope(x) * (x + 2 * inverse_mills_ratio(x)),
)


def _phi(x: Any) -> Any:
    return sympy.erfc(-x / sympy.sqrt(2)) / 2


def _normal_density(x: Any) -> Any:
    return exp(-x * x / 2) / sympy.sqrt(2 * sympy.pi)


def xlogy(x: Any, y: Any) -> Any:
    return sympy.sympify(x) * log(y)


def xlog1py(x: Any, y: Any) -> Any:
    return sympy.sympify(x) * log1p(y)


def exp_difference(a: Any, b: Any) -> Any:
    return exp(sympy.sympify(a) - b)


def logsumexp(values: Iterable[Any]) -> Any:
    return log(sympy.Add(*(exp(value) for value in values)))
