"""The derivatives of the vocabulary's functions, written once, and the chain rule over a traced graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crossent import errors
from crossent.families.graph import Node, is_number
from crossent.vocabulary import (
    SQRT_TWO_PI,
    digamma,
    digamma_rest,
    exp,
    expm1,
    inverse_mills_ratio,
    inverse_mills_slope,
    log,
    log1p,
    sigmoid,
    sigmoid_residual,
    sigmoid_slope,
    trigamma,
    trigamma_rest,
    where,
)


def _sign(x: Any) -> Any:  # the middle of the subgradients at a kink
    return where(x < 0, -1, where(x > 0, 1, 0))


# operation: by each argument, from (the node itself, *arguments). kl_div is differentiated along d = x - m
RULES: dict[str, tuple[Callable[..., Any], ...]] = {
    "neg": (lambda n, a: -1,),
    "+": (lambda n, a, b: 1, lambda n, a, b: 1),
    "-": (lambda n, a, b: 1, lambda n, a, b: -1),
    "*": (lambda n, a, b: b, lambda n, a, b: a),
    "/": (lambda n, a, b: 1 / b, lambda n, a, b: -(n / b)),
    "exp": (lambda n, x: n,),
    "expm1": (lambda n, x: exp(x),),
    "log": (lambda n, x: 1 / x,),
    "log1p": (lambda n, x: 1 / (1 + x),),
    "log1pmx": (lambda n, x: -(x / (1 + x)),),
    "log1mexp": (lambda n, x: 1 / expm1(x),),
    "sqrt": (lambda n, x: 1 / (2 * n),),
    "abs": (lambda n, x: _sign(x),),
    "maximum": (lambda n, a, b: where(a < b, 0, 1), lambda n, a, b: where(a < b, 1, 0)),
    "minimum": (lambda n, a, b: where(b < a, 0, 1), lambda n, a, b: where(b < a, 1, 0)),
    "times": (lambda n, a, b: b, lambda n, a, b: a),
    "multiply_add": (lambda n, a, b, c: b, lambda n, a, b, c: a, lambda n, a, b, c: 1),
    "xlogy": (lambda n, x, y: log(y), lambda n, x, y: x / y),
    "xlog1py": (lambda n, x, y: log1p(y), lambda n, x, y: x / (1 + y)),
    "exp_difference": (lambda n, a, b: n, lambda n, a, b: -n),
    "softplus": (lambda n, x: sigmoid(x),),
    "log_sigmoid": (lambda n, x: sigmoid(-x),),
    "sigmoid": (lambda n, x: sigmoid_slope(x),),
    "sigmoid_slope": (lambda n, x: n * (sigmoid(-x) - sigmoid(x)),),
    "softplus_mixture": (lambda n, y, x: -x, lambda n, y, x: sigmoid_residual(y, x)),
    "sigmoid_residual": (lambda n, y, x: -1, lambda n, y, x: sigmoid_slope(x)),
    "log_ndtr": (lambda n, x: inverse_mills_ratio(x),),
    "inverse_mills_ratio": (lambda n, x: -inverse_mills_slope(x),),
    "inverse_mills_slope": (lambda n, x: inverse_mills_ratio(x) - n * (x + 2 * inverse_mills_ratio(x)),),
    "ndtr": (lambda n, x: exp(-x * x / 2) / SQRT_TWO_PI,),
    "lgamma": (lambda n, x: digamma(x),),
    "digamma": (lambda n, x: trigamma(x),),
    "lbeta": (lambda n, a, b: digamma(a) - digamma(a + b), lambda n, a, b: digamma(b) - digamma(a + b)),
    "binet": (lambda n, x: digamma_rest(x),),
    "digamma_rest": (lambda n, x: trigamma_rest(x),),
    "kl_div": (lambda n, x, m, d: log(x / m), lambda n, x, m, d: -(d / m), lambda n, x, m, d: 0),
}
CONSTANT = {"variable", "is_zero", "floor", "<", "<=", ">", ">=", "&", "|"}


def derivative(family: str, result: Any, variable: Node, known: dict[int, Any]) -> Any:
    """The derivative of a traced result by one of its variables. `known` keeps what was derived by this variable."""
    if not isinstance(result, Node):
        return 0
    if result is variable:
        return 1
    if result.operation in CONSTANT:
        return 0
    if id(result) not in known:
        known[id(result)] = _chain(family, result, variable, known)
    return known[id(result)]


def _chain(family: str, node: Node, variable: Node, known: dict[int, Any]) -> Any:
    inner = [derivative(family, argument, variable, known) for argument in node.arguments]
    if node.operation == "where":
        same = is_number(inner[1], 0) and is_number(inner[2], 0)
        return 0 if same else where(node.arguments[0], inner[1], inner[2])
    rules = RULES.get(node.operation)
    if node.operation == "logsumexp":
        rules = tuple(lambda n, *values, i=i: exp(values[i] - n) for i in range(len(node.arguments)))
    total: Any = 0
    for i, step in enumerate(inner):
        if is_number(step, 0):
            continue
        if rules is None:
            raise errors.no_derivative_rule(family, node.operation)
        total = total + rules[i](node, *node.arguments) * step
    return total
