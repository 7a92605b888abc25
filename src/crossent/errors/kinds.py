"""The kinds of errors: who is to mend what."""

from __future__ import annotations

from typing import Any


class CrossentError(Exception):
    """Any error that crossent raises on purpose: `.message`, `.hint`, and the pieces as attributes."""

    def __init__(self, message: str, hint: str = "", **pieces: object) -> None:
        super().__init__(f"{message}\nHint: {hint}" if hint else message)
        self.message, self.hint, self.pieces = message, hint, pieces

    def __getattr__(self, name: str) -> Any:
        pieces = self.__dict__.get("pieces", {})
        if name in pieces:
            return pieces[name]
        raise AttributeError(name)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.hint, self.pieces)


class DataError(CrossentError, ValueError):
    """The data breaks a rule: a value outside the support, a missing number, rows that do not sum to one."""


class UsageError(CrossentError, ValueError):
    """The call breaks a rule: shapes that differ, an unknown name, an option that does not apply."""


class UsageTypeError(CrossentError, TypeError):
    """An argument of a type that cannot be taken."""


class NoAnswerError(CrossentError, ValueError):
    """The question was understood and has no answer that could be found."""


class NoRowsWarning(UserWarning):
    """No row counts, so that the mean is not a number."""


def _rebuild(kind: type[CrossentError], message: str, hint: str, pieces: dict[str, object]) -> CrossentError:
    return kind(message, hint, **pieces)
