"""Functions put together from other functions, as real Python functions that every reading and the compiler accept.

A closure would do for Python, but compiled code is bound and cached by a function's code and globals; so the few lines
are written out. Only identifiers go into the text: nothing a user typed is ever executed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crossent import errors


def build(name: str, arguments: Iterable[str], lines: Iterable[str], names: Mapping[str, Any]) -> Callable[..., Any]:
    """The function `name(*arguments)` made of `lines`, which may use the objects in `names`."""
    arguments = list(arguments)
    for word in (name, *arguments, *names):
        if not word.isidentifier():
            raise errors.not_an_identifier(word)
    body = "".join(f"    {line}\n" for line in lines)
    namespace: dict[str, Any] = {**names, "__name__": __name__}
    exec(compile(f"def {name}({', '.join(arguments)}):\n{body}", f"<crossent: {name}>", "exec"), namespace)
    return namespace[name]


def apply(outer: Callable[..., Any], arguments: Iterable[str], passed: Iterable[str]) -> Callable[..., Any]:
    """The function of `arguments` that hands only `passed` on to `outer`."""
    return build("formula", arguments, [f"return outer({', '.join(passed)})"], {"outer": outer})
