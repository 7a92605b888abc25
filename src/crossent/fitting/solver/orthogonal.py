"""Columns that are nearly collinear, made orthogonal while the search lasts: the same model in other coordinates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from crossent.fitting.chunks import ArrayRows, Floats, Rows
from crossent.fitting.model import Model

MOST_NUMBERS = 1 << 24  # of a design that is copied
NOTHING_LEFT = 1e-14  # of a column, after the others have been taken off: collinear to all digits


@dataclass(frozen=True)
class Orthogonal:
    """The model and the rows with design Q, where [1, design] = Q R; coefficients there are R times those here."""

    model: Model
    rows: ArrayRows
    factor: Floats

    def there(self, coefficients: Floats) -> Floats:
        """Coefficients of the orthogonal design."""
        made, place = coefficients.copy(), self.model.linear
        by_predictor = coefficients[:place].reshape(self.model.predictors, self.model.width)
        made[:place] = (self.factor @ by_predictor.T).T.reshape(-1)
        return made

    def back(self, coefficients: Floats) -> Floats:
        """Coefficients of the design as it was."""
        from scipy.linalg import solve_triangular

        many, width = self.model.predictors, self.model.width
        made = coefficients.copy()
        by_predictor = coefficients[: many * width].reshape(many, width)
        made[: many * width] = solve_triangular(self.factor, by_predictor.T).T.reshape(-1)
        return made


def orthogonalised(model: Model, rows: Rows) -> Orthogonal | None:
    """None if the table is large, or columns are collinear to all digits."""
    chunks = []
    numbers = 0
    for chunk in rows.chunks():
        numbers += chunk.rows * model.width
        if numbers > MOST_NUMBERS:
            return None
        chunks.append(chunk)
    design = np.concatenate([chunk.design for chunk in chunks])
    if model.intercept:
        design = np.concatenate([np.ones((len(design), 1)), design], axis=1)
    length = np.linalg.norm(design, axis=0)
    if len(design) < design.shape[1] or not (length > 0).all():
        return None
    q, factor = np.linalg.qr(design / length)
    if np.abs(np.diag(factor)).min() < NOTHING_LEFT:
        return None
    names = tuple(f"q{k}" for k in range(model.width))
    q *= np.sqrt(len(design))  # so that a coefficient is about as large as a predictor
    table = ArrayRows(
        names, _all([c.target for c in chunks]), np.ascontiguousarray(q), None, _all([c.offset for c in chunks]),
        tuple(_all(list(each)) for each in zip(*(c.fixed for c in chunks), strict=True)),
        _all([c.frequency for c in chunks]), _all([c.weight for c in chunks]), None, rows.name,
    )  # fmt: skip
    return Orthogonal(replace(model, columns=names, intercept=False), table, factor * length / np.sqrt(len(design)))


def _all(parts: list[Any]) -> Any:
    first = parts[0]
    return np.concatenate(parts) if isinstance(first, np.ndarray) and first.ndim else first
