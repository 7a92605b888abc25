"""A model file: one JSON document with a schema, a checksum over its content, and nothing that could run."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from crossent import errors
from crossent.data.whole_file import write_whole
from crossent.fitting.chunks import Floats

SCHEMA = "crossent/model/1"
LARGEST_FILE = 1 << 30  # bytes
WORDS = {"inf": math.inf, "-inf": -math.inf}


def write_document(path: str | os.PathLike[str], content: Mapping[str, Any]) -> None:
    """The content with its checksum: whole or not at all."""
    document = {"schema": SCHEMA, **content}
    document["checksum"] = checksum(document)
    write_whole(path, json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def read_document(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The content, as it was written. Nothing in it is taken for true here but schema and checksum."""
    name = os.fspath(path)
    try:
        file = Path(path).expanduser()
        if file.stat().st_size > LARGEST_FILE:
            raise errors.model_not_json(name, f"it has more than {LARGEST_FILE:,} bytes")
        text = file.read_bytes().decode("utf-8")
        document = json.loads(text, parse_constant=_refused, object_pairs_hook=_once)
    except OSError as reason:
        raise errors.model_missing(name, reason.strerror or str(reason)) from None
    except errors.CrossentError:
        raise
    except (ValueError, RecursionError) as reason:
        raise errors.model_not_json(name, str(reason).rstrip(".")) from None
    if not isinstance(document, dict):
        raise errors.model_not_json(name, "it is no object with names")
    if document.get("schema") != SCHEMA:
        raise errors.model_other_schema(name, document.get("schema"), SCHEMA)
    if document.pop("checksum", None) != checksum(document):
        raise errors.model_changed(name, str(document.get("crossent", "?")))
    return document


def checksum(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text: sorted names, no blanks, floats in full precision."""
    text = json.dumps(document, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


def stored_array(values: Any) -> Any:
    """Nested lists of floats; infinities as words, NaN as null."""
    array = np.asarray(values, np.float64)
    return [stored_array(row) for row in array] if array.ndim > 1 else [stored_number(x) for x in array.tolist()]


def stored_number(value: float) -> float | str | None:
    """A float as JSON can hold it."""
    if math.isfinite(value):
        return value
    return None if math.isnan(value) else ("inf" if value > 0 else "-inf")


class Fields:
    """A document's fields, each checked when it is asked for; what is wrong is said with the field's name."""

    def __init__(self, name: str, content: Any, place: str = "") -> None:
        self.name, self.place = name, place
        if not isinstance(content, dict):
            raise errors.model_field(name, place or "the document", "an object with names", content)
        self.content = content

    def text(self, key: str) -> str:
        """A string."""
        return str(self._one_of(key, (str,), "text"))

    def truth(self, key: str) -> bool:
        """True or false."""
        return bool(self._one_of(key, (bool,), "true or false"))

    def number(self, key: str) -> float:
        """A float; infinities are words."""
        return self._number(key, self._value(key))

    def number_or_none(self, key: str) -> float | None:
        """A float, or null."""
        return None if self._value(key) is None else self.number(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings."""
        values = self._one_of(key, (list,), "a list of text")
        for value in values:
            if not isinstance(value, str):
                self.refuse(key, "a list of text", value)
        return tuple(values)

    def numbers(self, key: str) -> dict[str, float]:
        """Names with numbers."""
        values = self.mapping(key)
        return {name: self._number(f"{key}.{name}", value) for name, value in values.items()}

    def mapping(self, key: str) -> dict[str, Any]:
        """An object."""
        return dict(self._one_of(key, (dict,), "an object with names"))

    def array(self, key: str, shape: tuple[int, ...]) -> Floats:
        """Floats of exactly this shape; null is NaN."""
        made = np.empty(shape, np.float64)
        self._fill(key, self._value(key), made)
        return made

    def array_or_none(self, key: str, shape: tuple[int, ...]) -> Floats | None:
        """Floats of exactly this shape, or null."""
        return None if self._value(key) is None else self.array(key, shape)

    def refuse(self, key: str, must: str, came: object) -> NoReturn:
        """Raises the DataError that names the field."""
        raise errors.model_field(self.name, self._at(key), must, came)

    def _fill(self, key: str, values: Any, place: Floats) -> None:
        if not isinstance(values, list) or len(values) != len(place):
            self.refuse(key, f"a list of {len(place)}", values)
        for k, value in enumerate(values):
            if place.ndim > 1:
                self._fill(f"{key}[{k}]", value, place[k])
            else:
                place[k] = math.nan if value is None else self._number(f"{key}[{k}]", value)

    def _number(self, key: str, value: Any) -> float:
        if isinstance(value, str) and value in WORDS:
            return WORDS[value]
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(key, "a number", value)
        try:
            return float(value)
        except OverflowError:
            self.refuse(key, "a number that a float can hold", value)

    def _one_of(self, key: str, kinds: tuple[type, ...], must: str) -> Any:
        value = self._value(key)
        if not isinstance(value, kinds):
            self.refuse(key, must, value)
        return value

    def _value(self, key: str) -> Any:
        if key not in self.content:
            self.refuse(key, "there", None)
        return self.content[key]

    def _at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key


def _refused(word: str) -> Any:
    message = f"{word} is no JSON"
    raise ValueError(message)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        message = "a name stands there twice"
        raise ValueError(message)
    return made
