"""Some rows of the files of a fit with one numeric predictor, evenly spaced: what its curve is drawn over."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent.data import open_source
from crossent.fitting.chunks import CHUNK

if TYPE_CHECKING:
    from crossent.fitting.chunks import Floats
    from crossent.fitting.design.design import Design
    from crossent.fitting.result import Fit

MOST = 20_000


def only_predictor(fit: Fit) -> str | None:
    """The name of the one numeric column that the design is made of; None if there is no such."""
    design: Design | None = fit.design
    if design is None or fit.model is None or len(design.sources) != 1 or design.offset or design.exposure:
        return None
    return None if any(factor.levels is not None for factor in design.factors) else design.sources[0]


def sample_of_files(
    fit: Fit, paths: Sequence[str | os.PathLike[str]], separator: str | None = None
) -> tuple[Floats, Any] | None:
    """(x, y): y is 0 and 1, a share of the trials, a number, or the names of classes. None without such a predictor."""
    if only_predictor(fit) is None:
        return None
    from crossent.fitting.design.reading import Reader

    design: Design = fit.design
    reader = Reader(design, missing="drop")
    step = max(int(fit.n) // MOST, 1)
    parts = []
    with open_source(paths, separator) as source:
        for batch in source.batches(reader.columns, CHUNK):
            cells = reader.cells(batch)
            rows = np.flatnonzero((batch.row + np.arange(cells.rows)) % step == 0)
            target = np.asarray(cells.target)[rows]
            if cells.trials is not None:
                target = target / (cells.trials[rows] if np.ndim(cells.trials) else cells.trials)
            parts.append((cells.sources[0][rows], target))
    x, y = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    if fit.model is not None and fit.model.over_classes:
        return x, np.array(fit.model.classes)[y.astype(np.int64)]
    return x, y
