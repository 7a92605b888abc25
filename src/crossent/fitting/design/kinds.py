"""Which columns hold text and which numbers, where the file does not say it: CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from crossent import errors
from crossent.data import Batch
from crossent.data.typed import floats, show
from crossent.families.catalogue import find_family
from crossent.fitting.chunks import CHUNK
from crossent.fitting.design.options import Options
from crossent.fitting.design.tables import Table
from crossent.fitting.design.targets import OVER_CLASSES


def texts_of(table: Table, predictors: Sequence[str], options: Options) -> dict[str, bool]:
    """True for the columns of text. If the type does not say it, the first rows do; mostly numbers are an error.

    A target is not asked about if its labels are: by --positive, or by a family over classes.
    """
    family = None if options.family is None else find_family(options.family).name
    asked = [] if options.positive is not None or family in OVER_CLASSES else [options.target]
    kinds = {name: table.is_text(name) for name in dict.fromkeys((*predictors, *asked))}
    unsure = [name for name, kind in kinds.items() if kind is None]
    known = {name: kind for name, kind in kinds.items() if kind is not None}
    weights = [name for name in (options.frequency, options.weight) if name is not None]
    counts = {name: [0, 0] for name in unsure}
    odd: dict[str, tuple[str, int, str]] = {}
    rows = 0
    for batch in table.batches([*unsure, *weights]) if unsure else ():
        counted = _counted(batch, weights)
        for name in unsure:
            found = floats(batch.columns[name], name)
            wrong = counted & (False if found.bad is None else found.bad)
            gone = counted & (False if found.missing is None else found.missing)
            if wrong.any() and name not in odd:
                row = int(np.argmax(wrong))
                odd[name] = (batch.file, batch.row_in_file + row, show(batch.columns[name], row))
            counts[name][0] += int(np.count_nonzero(counted & ~wrong & ~gone))
            counts[name][1] += int(np.count_nonzero(wrong))
        rows += batch.height
        if rows >= CHUNK and all(sum(count) for count in counts.values()):
            break
    for name, (numbers, others) in counts.items():
        if 0 < others < numbers:
            file, row, came = odd[name]
            way = "--family categorical" if name == options.target else f"C({name}) in --formula"
            raise errors.design_column_mixed(file, row, name, came, way)
        known[name] = others > 0
    return known


def _counted(batch: Batch, weights: Sequence[str]) -> Any:
    """True where a row has a weight other than 0."""
    counted = np.ones(batch.height, np.bool_)
    for name in weights:
        counted &= floats(batch.columns[name], name).values != 0
    return counted
