"""The cross-entropy out of sample of the model that a question asks for: learned on some rows, judged on the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import numpy as np

from crossent import errors
from crossent.fitting.chunks import ArrayRows, Chunk, Floats, Rows
from crossent.fitting.estimation import Question, answer
from crossent.fitting.result import Fit, Validation
from crossent.fitting.validation import cross_validate

FOLDS = 10
SECONDS_A_DAY = 86_400.0


def validated(
    question: Question, rows: Rows, *, folds: int | None, time: str | None, times: Sequence[str], gap: float
) -> Validation:
    """The mean loss of rows that were held out.

    With `time`, the name of a column, the chunks of `rows` carry its values as codes in `cluster`, and `times` are
    their texts: numbers, or dates as ISO 8601 writes them, which count in days.
    """

    def judged(learn: Rows, predict: Rows) -> Floats:
        found = answer(replace(question, rows=unordered(learn) if time else learn, cluster=None, progress=None))
        return np.concatenate([losses(question, found, chunk) for chunk in predict.chunks()])

    order = None
    if time is not None:
        values = instants(times, time)
        order = np.concatenate([values[chunk.cluster] for chunk in rows.chunks() if chunk.cluster is not None])
    return cross_validate(
        judged, rows, folds=FOLDS if folds is None else folds, seed=question.seed, cluster=question.cluster,
        time=order, time_column=time or "time", gap=gap,
    )  # fmt: skip


def losses(question: Question, found: Fit, chunk: Chunk) -> Floats:
    """The nll of each row, whatever its weight."""
    if found.model is None or found.coefficients is None:
        return _of_distribution(question, found, chunk)
    if not np.isfinite(found.coefficients).all():
        raise errors.fold_is_separated(question.rows.name)
    model = found.model
    eta = model.predict_raw(found.coefficients, chunk.design, chunk.offset)
    made = model.rows(
        chunk.target, eta, model.scalar_values(found.coefficients), chunk.fixed, None, "value", keep_rows=True
    )
    return np.asarray(made.rows)


def _of_distribution(question: Question, found: Fit, chunk: Chunk) -> Floats:
    family = question.family
    values = [parameter.estimate for parameter in found.parameters]
    if family.classes is not None:
        member = family(probs=np.broadcast_to(np.array(values, np.float64), (chunk.rows, len(values))))
        target = chunk.target.astype(np.int64) if chunk.target.ndim == 1 else chunk.target
        return np.asarray(member.nll(target))
    given = dict(zip((p.name for p in found.parameters), values, strict=True)) | dict(question.fixed)
    fixed = dict(zip((p.name for p in family.fixed), chunk.fixed, strict=True))
    return np.asarray(family(**given, **fixed).nll(chunk.target))


@dataclass(frozen=True)
class Unordered:
    """Streamed rows without the codes that stand for their times."""

    rows: Rows

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the rows."""
        return self.rows.columns

    @property
    def name(self) -> str:
        """That of the rows."""
        return self.rows.name

    def chunks(self) -> Iterator[Chunk]:
        """Chunk by chunk."""
        for chunk in self.rows.chunks():
            yield replace(chunk, cluster=None)


def unordered(rows: Rows) -> Rows:
    """The rows without the codes of their times."""
    return replace(rows, cluster=None) if isinstance(rows, ArrayRows) else Unordered(rows)


def times_of(learned: Any) -> tuple[str, ...]:
    """The texts of the times, in the order of their codes."""
    return tuple(learned.reader.clusters.texts)


def instants(texts: Sequence[str], column: str) -> Floats:
    """Times as numbers: the numbers themselves, or days for dates; a mixture, or other text, is an error."""
    try:
        return np.array([float(text) for text in texts])
    except ValueError:
        made = []
        for text in texts:
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                raise errors.time_unreadable(column, text) from None
            zone = moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)  # noqa: UP017
            made.append(zone.timestamp() / SECONDS_A_DAY)
        return np.array(made)
