"""The function that `module:function` names. Importing runs the user's own code, by the user's own request."""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Callable
from typing import Any

from crossent import errors

_PLACE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


def imported(place: str) -> Callable[..., Any]:
    """The function; a class is called without arguments first, as torch.nn:BCELoss.

    The current folder is searched first, as `python -m` does. Errors: UsageError if the text is not MODULE:FUNCTION,
    if the import fails, or if what is there cannot be called.

    >>> imported("math:hypot")(3.0, 4.0)
    5.0
    """
    if not _PLACE.fullmatch(place):
        raise errors.place_of_function(place)
    module_name, _, path = place.partition(":")
    found: Any = _module(module_name)
    for name in path.split("."):
        if not hasattr(found, name):
            known = [known for known in vars(found) if not known.startswith("_")] if hasattr(found, "__dict__") else []
            raise errors.no_such_function(module_name, name, known)
        found = getattr(found, name)
    if isinstance(found, type):
        found = _made(found, place)
    if not callable(found):
        raise errors.not_callable(place, type(found).__name__)
    return found  # type: ignore[no-any-return]


def _module(name: str) -> Any:
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as reason:
        raise errors.import_failed(name, f"{type(reason).__name__}: {reason}") from reason


def _made(kind: type, place: str) -> Any:
    try:
        return kind()
    except Exception as reason:
        raise errors.import_failed(place, f"{type(reason).__name__}: {reason} (called without arguments)") from reason
