"""Were the rows independent, given the predictors? A cheap look at residuals in the order of the rows."""

from __future__ import annotations

import numpy as np

from crossent.fitting.chunks import Chunk, Floats
from crossent.fitting.estimation import Question
from crossent.fitting.result import Fit
from crossent.independence.aside import Aside, Checked
from crossent.independence.samples import SAMPLE


def rows_checked(question: Question, found: Fit) -> Checked:
    """Tests of the first 20,000 rows: residuals, as the gradients by the linear predictor; over classes, the losses;
    without predictors, the target. None where the rows are clustered or stand for several, or estimates are infinite.
    """
    if question.cluster is not None or (found.coefficients is not None and not np.isfinite(found.coefficients).all()):
        return Checked()
    chunk = next(iter(question.rows.chunks()), None)
    if chunk is None or chunk.frequency is not None or chunk.weight is not None:
        return Checked()
    what, values = _seen(found, chunk)
    values = np.ascontiguousarray(values[:SAMPLE], np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        return Checked()
    aside = Aside(what, question.seed, remedy="--cluster, if they come in groups; crossent iid")
    aside.update(values, chunk.target[:SAMPLE])
    return aside.checked()


def _seen(found: Fit, chunk: Chunk) -> tuple[str, Floats]:
    model = found.model
    if model is None or found.coefficients is None:
        return "the target", chunk.target
    offset = chunk.offset
    eta = model.predict_raw(found.coefficients, chunk.design, offset)
    quantity = "value" if model.over_classes else "gradient"
    made = model.rows(
        chunk.target, eta, model.scalar_values(found.coefficients), chunk.fixed, None, quantity, keep_rows=True
    )
    if model.over_classes:
        return "the losses", np.asarray(made.rows)
    gradient = np.asarray(made.gradient)
    return "the residuals", gradient if gradient.ndim == 1 else gradient[:, 0]
