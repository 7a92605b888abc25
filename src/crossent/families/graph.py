"""A formula traced once: a graph whose nodes are the operations and vocabulary functions it is made of.

Equal sub-expressions are one node. The vocabulary finds this reading through `Node.reading`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from crossent.families.composition import build
from crossent.vocabulary import FUNCTIONS, Constant

OPERATORS = {"+", "-", "*", "/", "**", "<", "<=", ">", ">=", "&", "|"}


class _Reading:
    """The vocabulary's functions, each of which makes a node of its name."""

    absolute = staticmethod(lambda x: make("abs", x))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in FUNCTIONS:
            raise AttributeError(name)
        return lambda *arguments: make(name, *arguments)

    def logsumexp(self, values: Iterable[Any]) -> Any:
        return make("logsumexp", *values)

    # of a row of classes, which stays one variable: proof.over_classes
    def total(self, row: Any) -> Any:
        return make("total", row)

    def own(self, row: Any, y: Any) -> Any:
        return make("own", row, y)

    def number_of_classes(self, row: Any) -> Any:
        return make("number_of_classes", row)


class Node:
    """One operation and what it is applied to: other nodes, Python numbers, constants."""

    reading = _Reading()
    __array_ufunc__ = None
    __slots__ = ("arguments", "graph", "operation", "order")

    def __init__(self, graph: dict[Any, Node], operation: str, arguments: tuple[Any, ...]) -> None:
        self.graph, self.operation, self.arguments, self.order = graph, operation, arguments, len(graph)

    def __neg__(self) -> Any:
        return make("neg", self)

    def __pow__(self, power: Any) -> Any:
        if not isinstance(power, int):
            return make("**", self, power)
        if power < 0:
            return 1 / self**-power
        half = self ** (power // 2) if power > 1 else 1
        return half * half * (self if power % 2 else 1)

    __hash__ = object.__hash__


def _operators(sign: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return (lambda a, b: make(sign, a, b)), (lambda a, b: make(sign, b, a))


for _sign, _name in {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "&": "and", "|": "or"}.items():
    _forward, _reflected = _operators(_sign)
    setattr(Node, f"__{_name}__", _forward)
    setattr(Node, f"__r{_name}__", _reflected)
for _sign, _name in {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}.items():
    setattr(Node, f"__{_name}__", _operators(_sign)[0])


def is_number(value: Any, number: int | None = None) -> bool:
    """Whether this is a Python number (that one, if given), known while tracing."""
    return isinstance(value, int | float) and (number is None or value == number)


def make(operation: str, *arguments: Any) -> Any:
    """The node of an operation, or what it plainly simplifies to."""
    simple = _simplified(operation, *arguments)
    if simple is not None:
        return simple
    graph = next(a.graph for a in arguments if isinstance(a, Node))
    key = (operation, *((type(a), a) if is_number(a) else id(a) for a in arguments))
    if key not in graph:
        graph[key] = Node(graph, operation, arguments)
    return graph[key]


def _simplified(operation: str, *arguments: Any) -> Any:
    a, b = (*arguments, None)[:2]
    if operation == "neg" and isinstance(a, Node) and a.operation == "neg":
        return a.arguments[0]
    if operation == "*":
        if is_number(a, 0) or is_number(b, 0):
            return 0
        for one, other in ((a, b), (b, a)):
            if is_number(one, 1) or is_number(one, -1):
                return other if one == 1 else -other
    if operation in "+-" and is_number(b, 0):
        return a
    if operation in "+-" and is_number(a, 0):
        return b if operation == "+" else -b
    if operation == "/" and (is_number(a, 0) or is_number(b, 1)):
        return a
    return None


def trace(formula: Callable[..., Any], names: Iterable[str]) -> tuple[list[Node], tuple[Any, ...]]:
    """The formula's arguments and its results as nodes; a result that is a plain number stays one."""
    graph: dict[Any, Node] = {}
    variables = []
    for name in names:
        graph[name] = Node(graph, "variable", (name,))
        variables.append(graph[name])
    made = formula(*variables)
    return variables, made if isinstance(made, tuple) else (made,)


def function(name: str, arguments: Iterable[str], results: Iterable[Any], single: bool) -> Callable[..., Any]:
    """Results turned back into a Python function over the vocabulary: every reading takes it, and so does `bind`."""
    lines: list[str] = []
    used: dict[str, Any] = {}
    words: dict[int, str] = {}

    def word(value: Any) -> str:
        if not isinstance(value, Node):
            if is_number(value):
                return f"({value!r})"
            used[f"constant_{id(value)}"] = value
            return f"constant_{id(value)}"
        if value.operation == "variable":
            return value.arguments[0]
        if id(value) not in words:
            parts = [word(argument) for argument in value.arguments]
            words[id(value)] = f"v{len(lines)}"
            lines.append(f"{words[id(value)]} = {_written(value.operation, parts, used)}")
        return words[id(value)]

    arguments = list(arguments)
    last = [
        word(result) if isinstance(result, Node | Constant) else f"{result!r} + 0 * {arguments[-1]}"
        for result in results
    ]
    lines.append("return " + (last[0] if single else ", ".join(last) + ","))
    return build(name, arguments, lines, used)


def _written(operation: str, parts: list[str], used: dict[str, Any]) -> str:
    if operation == "neg":
        return f"-{parts[0]}"
    if operation in OPERATORS:
        return f"{parts[0]} {operation} {parts[1]}"
    used[operation] = FUNCTIONS[operation].call
    inside = ", ".join(parts)
    return f"{operation}(({inside},))" if operation == "logsumexp" else f"{operation}({inside})"
