"""Names of losses and their keywords."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from crossent.errors.kinds import UsageError
from crossent.errors.words import listed

EXAMPLES = "write a name, or a name with keywords: bce, focal(gamma=2), torch.nn.PoissonNLLLoss(full=True)."


def unknown_loss(name: str, known: Iterable[str]) -> UsageError:
    lower = {spelled.casefold(): spelled for spelled in known}
    ends = {spelled.rpartition(".")[2]: spelled for spelled in lower}
    close = [lower[found] for found in difflib.get_close_matches(name.casefold(), lower, n=4)]
    close += [lower[ends[found]] for found in difflib.get_close_matches(name.casefold(), ends, n=4)]
    near = list(dict.fromkeys(close))[:5]
    return UsageError(
        f"a loss must be known; there is none called {name!r}.",
        f"did you mean {' or '.join(near)}?" if near else f"{len(lower)} names are known, such as bce and poisson.",
        name=name, near=tuple(near),
    )  # fmt: skip


def loss_name_ambiguous(name: str, choices: Iterable[str]) -> UsageError:
    choices = list(choices)
    return UsageError(
        f"a loss must be named by one owner; {name!r} is the name of {listed(choices)}.",
        f"write the whole name, such as {choices[0]}.",
        name=name, near=tuple(choices),
    )  # fmt: skip


def loss_text_too_long(length: int, longest: int) -> UsageError:
    return UsageError(f"the text of a loss must have at most {longest:,} characters; it has {length:,}.", EXAMPLES)


def loss_text_unreadable(text: str, reason: str) -> UsageError:
    shown = text if len(text) <= 60 else text[:57] + "..."
    return UsageError(f"a loss must be a name with keywords; {shown!r} is not: {reason}.", EXAMPLES, text=text)


def unknown_keyword(loss: str, name: str, known: Iterable[str]) -> UsageError:
    known = list(known)
    return UsageError(
        f"{loss}: a keyword must be one that it takes; there is none called {name!r}.",
        f"it takes {listed(known)}." if known else "it takes none.",
        loss=loss, name=name,
    )  # fmt: skip


def choice_not_offered(loss: str, name: str, value: object, known: Iterable[object]) -> UsageError:
    return UsageError(
        f"{loss}: {name} must be one of {listed(map(repr, known))}; it is {_plain(value)}.",
        loss=loss, name=name, value=value,
    )  # fmt: skip


def setting_not_a_number(loss: str, name: str, value: object, words: str) -> UsageError:
    return UsageError(f"{loss}: {name} must be a number {words}; it is {value!r}.", loss=loss, name=name, value=value)


def setting_outside_domain(loss: str, name: str, value: object, words: str) -> UsageError:
    return UsageError(f"{loss}: {name} must be {words}; it is {value}.", loss=loss, name=name, value=value)


def _plain(value: object) -> str:
    return repr(value) if isinstance(value, str | bool) else str(value)
