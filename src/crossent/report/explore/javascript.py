"""The JavaScript reading: a formula traced once, and its graph written out over the functions of `vocabulary.js`.

A row of classes is an array. What acts on a row acts on each of its classes; `total` and `own` make one number of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from typing import Any

from crossent import errors
from crossent.families.graph import OPERATORS, Node, trace
from crossent.vocabulary import FUNCTIONS, Constant

_WRITTEN_OTHERWISE = {"&": "&&", "|": "||"}
_OF_A_ROW = {"total", "own", "number_of_classes"}  # one number for the whole row


def javascript(formula: Callable[..., Any], arguments: Iterable[str], rows: Collection[str] = ()) -> str:
    """The formula as a JavaScript function; it returns an array if the formula returns a tuple.

    `rows` are the arguments that hold one number for each class. `V` is the vocabulary of the page.

    >>> from crossent.vocabulary import exp, log1p
    >>> print(javascript(lambda z: log1p(exp(z)), ["z"]))
    (z) => {
      const v0 = V.exp(z);
      const v1 = V.log1p(v0);
      return v1;
    }
    """
    arguments = list(arguments)
    made, tupled = _traced(formula, arguments)
    writer = _Writer(arguments, rows)
    results = [writer.word(result) for result in made]
    result = f"[{', '.join(results)}]" if tupled else results[0]
    return "\n".join(
        [f"({', '.join(arguments)}) => {{", *(f"  {line}" for line in writer.lines), f"  return {result};\n}}"]
    )


def _traced(formula: Callable[..., Any], arguments: list[str]) -> tuple[tuple[Any, ...], bool]:
    kinds: list[bool] = []

    def noted(*nodes: Node) -> Any:
        made = formula(*nodes)
        kinds.append(isinstance(made, tuple))
        return made

    return trace(noted, arguments)[1], kinds[0]


class _Writer:
    """The lines of one function; every node is computed once."""

    def __init__(self, arguments: list[str], rows: Collection[str]) -> None:
        for word in arguments:
            if not word.isidentifier():
                raise errors.not_an_identifier(word)
        self.classes = next((word for word in arguments if word in rows), "")
        self.rows = set(rows)  # the words that hold an array
        self.lines: list[str] = []
        self.words: dict[int, str] = {}

    def word(self, value: Any) -> str:
        if not isinstance(value, Node):
            return _number(value)
        if value.operation == "variable":
            return str(value.arguments[0])
        if id(value) not in self.words:
            parts = [self.word(argument) for argument in value.arguments]
            made = f"v{len(self.lines)}"
            self.lines.append(f"const {made} = {self._computed(made, value.operation, parts)};")
            self.words[id(value)] = made
        return self.words[id(value)]

    def _computed(self, made: str, operation: str, parts: list[str]) -> str:
        if operation in _OF_A_ROW:
            return f"V.{operation}({', '.join(parts)})"
        if not self.rows.intersection(parts):
            return _written(operation, parts)
        self.rows.add(made)
        each = [f"{part}[j]" if part in self.rows else part for part in parts]
        return f"V.each({self.classes}, (j) => {_written(operation, each)})"


def _written(operation: str, parts: list[str]) -> str:
    if operation == "neg":
        return f"-{parts[0]}"
    if operation == "**":
        return f"Math.pow({', '.join(parts)})"
    if operation == "where":
        return "{} ? {} : {}".format(*parts)
    if operation in OPERATORS:
        return f"{parts[0]} {_WRITTEN_OTHERWISE.get(operation, operation)} {parts[1]}"
    return f"V.{FUNCTIONS[operation].name}({', '.join(parts)})"


def _number(value: Any) -> str:
    number = float(value) if isinstance(value, Constant) else value
    words = json.dumps(number)
    return f"({words})" if words.startswith("-") else words
