"""One column of a file as one array: numbers, or the codes of its labels."""

from __future__ import annotations

import numpy as np

from crossent import errors
from crossent.data.columns import label_text, numbers, why_bad
from crossent.data.source import open_source


def column(path: str, name: str, purpose: str, separator: str | None = None, labels: bool = False) -> np.ndarray:
    """All rows of a column. With `labels`, text is counted off in sorted order: the first label is 0."""
    with open_source([path], separator) as source:
        source.require(name, purpose)
        batches = [batch for batch in source.batches([name]) if batch.height]
        if not batches:
            raise errors.no_rows(source.name)
        parts, bad = [], []
        for batch in batches:
            read = numbers(batch.columns[name], name, truth_words=True)
            parts.append(np.asarray(read.values, dtype=np.float64))
            bad.append(np.zeros(batch.height, dtype=bool) if read.bad is None else read.bad)
        if not any(flags.any() for flags in bad):
            return np.concatenate(parts)
        texts = [value for batch in batches for value in batch.columns[name].to_list()]
    missing = next((row for row, value in enumerate(texts) if value is None or value == ""), None)
    wrong = missing if labels else int(np.flatnonzero(np.concatenate(bad))[0])
    if wrong is not None:
        raise errors.bad_row(source.name, wrong, name, "hold a value in every row", why_bad(texts[wrong]))
    return np.unique([label_text(value) for value in texts], return_inverse=True)[1].astype(np.float64)
