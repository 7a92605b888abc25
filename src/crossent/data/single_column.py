"""One column of a file as one array: numbers, the text of its labels, or whether a row holds a label."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from crossent import errors
from crossent.data.columns import is_number, label_text, numbers, shortened, why_bad
from crossent.data.source import open_source

LEVELS_SHOWN = 5


def column(
    path: str, name: str, purpose: str, separator: str | None = None, *, labels: bool = False, keep: Any = None
) -> np.ndarray:
    """All rows of a column: numbers, or where they are none and `labels` may stand there, the text of each row.

    Rows that are not to be kept are left out, and not looked at.
    """
    values, bad, texts = _read(path, name, purpose, separator, keep)
    if not bad.any():
        return values
    wrong = _missing(texts) if labels else int(np.flatnonzero(bad)[0])
    if wrong is not None:
        raise _bad(path, name, wrong, texts, keep)
    return np.array([label_text(value) for value in texts])


def outcomes(
    path: str, name: str, purpose: str, separator: str | None = None, *, positive: str | None, keep: Any = None
) -> np.ndarray:
    """All rows of a column of yes and no: numbers, or 1 where it holds the label `positive`. Which is 1 is not guessed.

    Errors: UsageError for text without `positive`; DataError for a third label, or a row without any.
    """
    values, bad, texts = _read(path, name, purpose, separator, keep)
    if positive is None:
        if not bad.any():
            return values
        levels = sorted({label_text(value) for value in texts if value is not None and value != ""})
        if not levels or any(is_number(level) for level in levels):
            raise _bad(path, name, int(np.flatnonzero(bad)[0]), texts, keep)
        raise errors.text_needs_positive(name, [shortened(level)[1:-1] for level in levels[:LEVELS_SHOWN]])
    wrong = _missing(texts)
    if wrong is not None:
        raise _bad(path, name, wrong, texts, keep)
    words = np.array([label_text(value) for value in texts])
    levels = np.unique(words).tolist()
    if len({*levels, positive}) > 2:
        raise errors.too_many_levels(name, positive, [shortened(level)[1:-1] for level in levels[:LEVELS_SHOWN]])
    if positive not in levels:
        warnings.warn(errors.positive_never_occurs(positive, name, levels), stacklevel=2)
    return (words == positive).astype(np.float64)


def _read(
    path: str, name: str, purpose: str, separator: str | None, keep: Any
) -> tuple[np.ndarray, np.ndarray, list[Any]]:
    """The numbers of the rows that are kept, where there are none, and what stands there."""
    with open_source([path], separator) as source:
        source.require(name, purpose)
        batches = [batch for batch in source.batches([name]) if batch.height]
    if not batches:
        raise errors.no_rows(path)
    parts = [numbers(batch.columns[name], name, truth_words=True) for batch in batches]
    values = np.concatenate([np.asarray(part.values, dtype=np.float64) for part in parts])
    bad = np.concatenate([np.zeros(len(part.values), bool) if part.bad is None else part.bad for part in parts])
    texts = [value for batch in batches for value in batch.columns[name].to_list()]
    if keep is None:
        return values, bad, texts
    return values[keep], bad[keep], [value for value, kept in zip(texts, keep, strict=True) if kept]


def _missing(texts: list[Any]) -> int | None:
    return next((row for row, value in enumerate(texts) if value is None or value == ""), None)


def _bad(path: str, name: str, row: int, texts: list[Any], keep: Any) -> Exception:
    in_file = row if keep is None else int(np.flatnonzero(keep)[row])
    must = "hold a value in every row" if texts[row] in (None, "") else "hold a number in every row"
    return errors.bad_row(path, in_file, name, must, why_bad(texts[row]), "--weight")
