"""From rows to a result: which search, what it is worth, and what is said where there is no maximum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from crossent import errors
from crossent.families.blame import snake_case
from crossent.families.catalogue import FAMILIES
from crossent.families.contract import Family
from crossent.fitting.chunks import Rows
from crossent.fitting.inference.describe import describe
from crossent.fitting.links import link_of
from crossent.fitting.model import Model
from crossent.fitting.result import Coefficient, Fit
from crossent.fitting.solver.maximise import Singular, maximise
from crossent.fitting.solver.newton import Recedes

ERRORS = (None, "model", "sandwich")
POISSON_LIMIT = (
    "The counts vary no more than a Poisson's would: the concentration is infinite, and this is the Poisson limit."
)


@dataclass(frozen=True)
class Question:
    """What is asked: a family and rows, and how. `fixed` holds parameters that are not learned, by their names."""

    family: Family
    rows: Rows
    intercept: bool = True
    classes: tuple[str, ...] = ()
    link: str | None = None
    fixed: Mapping[str, float] = field(default_factory=dict)
    ridge: float = 0.0
    errors: str | None = None  # "model" or "sandwich"; None: what the data calls for
    cluster: str | None = None  # the column's name
    offset: bool = False
    weighted: bool = False  # by importance weights
    seed: int = 0
    progress: Any = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()
    missing: int = 0
    design: Any = None

    @property
    def told(self) -> dict[str, Any]:
        """What a result repeats."""
        return {"columns": self.columns, "notes": self.notes, "missing": self.missing, "design": self.design}


def answer(question: Question) -> Fit:
    """The fit of a question: of a distribution alone, or of a regression."""
    if question.errors == "model" and question.weighted:
        raise errors.weights_need_the_sandwich()
    if question.errors not in ERRORS:
        raise errors.unknown_option(argument="errors", value=question.errors, known=("model", "sandwich"))
    if not question.ridge >= 0 or not np.isfinite(question.ridge):
        raise errors.penalty_out_of_range(question.ridge)
    alone = not question.rows.columns and question.intercept and not question.offset
    if alone and question.cluster is None and question.link is None:
        return _distribution(question)
    _refuse_constant(question)
    if question.family is FAMILIES["Laplace"]:
        from crossent.fitting.medians import median_regression

        return median_regression(question, model_of(question))
    return _regression(question, model_of(question))


def _refuse_constant(question: Question) -> None:
    """A scale has no estimate where every row holds the same: the likelihood grows without end."""
    known = known_scalars(question.family, question.fixed)
    if "log_scale" not in {p.name for p in question.family.parameters} - known.keys():
        return
    first = None
    for chunk in question.rows.chunks():
        first = chunk.target[0] if first is None else first
        if (chunk.target != first).any():
            return
    if first is not None:
        raise errors.constant_target(question.rows.name, snake_case(question.family.name), float(first))


def model_of(question: Question) -> Model:
    """The model that is fitted."""
    link = link_of(question.family, question.link)
    if question.offset and question.family.classes is not None:
        raise errors.offset_not_over_classes(question.family.name)
    if "exposure" in question.columns and link.name != "log":
        raise errors.exposure_needs_log(question.family.name, link.name)
    known = known_scalars(question.family, question.fixed)
    return Model(question.family, link, question.rows.columns, question.intercept, question.classes, known)


def known_scalars(family: Family, fixed: Mapping[str, float]) -> dict[str, float]:
    """Raw values of parameters that are given by their standard or raw names; the first follows the predictors."""
    raw, standard = family.raw.names, family.standard.names
    made: dict[str, float] = {}
    for name, value in fixed.items():
        names = standard if name in standard else raw
        place = names.index(name) if name in names else 0
        if place == 0:
            allowed = [*standard[1:], *raw[1:]]
            raise errors.cannot_be_fixed(family.name, name, allowed)
        if names is raw and name not in standard:
            made[name] = float(value)
            continue
        values = [np.float64(1.0)] * len(standard)
        values[place] = np.float64(value)
        with np.errstate(divide="ignore", invalid="ignore"):
            learned = float(family.standard.to_raw(*values)[place])
        if not learned > -np.inf:
            raise errors.fixed_outside(family.name, name, value)
        made[raw[place]] = learned
    return made


def _distribution(question: Question) -> Fit:
    from crossent.fitting.unconditional import estimate_rows

    known = known_scalars(question.family, question.fixed)
    found = estimate_rows(question.family, question.rows, known=known, classes=question.classes, seed=question.seed)
    return replace(
        found, columns=dict(question.columns), notes=(*question.notes, *found.notes), missing=question.missing,
        design=question.design,
    )  # fmt: skip


def _regression(question: Question, model: Model) -> Fit:
    rows, asked = question.rows, {"ridge": question.ridge, "progress": question.progress}
    try:
        optimum = maximise(model, rows, **asked)
    except Singular:
        raise _collinear(question) from None
    except Recedes as receding:
        return _receded(question, model, receding)
    return describe(model, rows, optimum, errors=question.errors or "model", cluster=question.cluster, **question.told)


def _receded(question: Question, model: Model, receding: Recedes) -> Fit:
    """The answer where the search seemed to have no end."""
    if receding.scalar == "log_concentration":
        return _poisson_limit(question, model)
    if receding.scalar == "log_scale":
        target = str(question.columns.get("target", "the target"))
        raise errors.target_reproduced(question.rows.name, target) from None
    from crossent.fitting.limits import at_the_limit

    try:
        return at_the_limit(question, model)
    except Singular:
        raise errors.curvature_singular(question.rows.name) from None
    except Recedes as again:  # of a scalar: coefficients are no longer suspected there
        return _receded(question, model, again)


def _collinear(question: Question) -> Exception:
    from crossent.fitting.separation.collinear import refuse_collinear

    refuse_collinear(question.rows, question.intercept)
    return errors.curvature_singular(question.rows.name)


def _poisson_limit(question: Question, model: Model) -> Fit:
    """A NegativeBinomial that is a Poisson, unless the counts vary more than that one's at its maximum."""
    limit = replace(model, known={**model.known, "log_concentration": np.inf})
    optimum = maximise(limit, question.rows, ridge=question.ridge, progress=question.progress)
    if _overdispersion(limit, question.rows, optimum.coefficients) > 0:
        far = maximise(model, question.rows, ridge=question.ridge, progress=question.progress, suspect_scalars=False)
        return describe(
            model, question.rows, far, errors=question.errors or "model", cluster=question.cluster, **question.told
        )
    found = describe(
        limit, question.rows, optimum, errors=question.errors or "model", cluster=question.cluster, **question.told
    )
    concentration = Coefficient("concentration", np.inf, reason="the counts vary no more than a Poisson's")
    return replace(found, parameters=(*found.parameters, concentration), notes=(*found.notes, POISSON_LIMIT))


def _overdispersion(limit: Model, rows: Rows, coefficients: Any) -> float:
    """The sum of w ((y - m)^2 - y): twice the derivative of the log-likelihood by 1 / concentration, at 0."""
    total = 0.0
    for chunk in rows.chunks():
        mean = np.asarray(limit.link.mean(limit.predict_raw(coefficients, chunk.design, chunk.offset)))
        terms = (chunk.target - mean) ** 2 - chunk.target
        weight = chunk.likelihood_weight
        total += float(terms.sum() if weight is None else terms @ weight)
    return total
