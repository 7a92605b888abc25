"""`ce.fit`: maximum likelihood from arrays and data frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crossent import errors as wrong
from crossent.fitting.result import Fit


def fit(
    family: Any,
    y: Any,
    X: Any = None,
    *,
    link: str | None = None,
    formula: str | None = None,
    features: Sequence[str] | None = None,
    sample_weight: Any = None,
    frequency: Any = None,
    offset: Any = None,
    exposure: Any = None,
    total_count: Any = None,
    cluster: Any = None,
    positive: Any = None,
    classes: Sequence[Any] | None = None,
    fixed: Mapping[str, float] | None = None,
    ridge: float = 0.0,
    errors: str | None = None,
    missing: str = "error",
    cv: int | None = None,
    time: Any = None,
    gap: float = 0.0,
    seed: int = 0,
) -> Fit:
    """Learn a distribution, or with predictors a generalised linear model, by maximum likelihood.

        estimate = least  sum of w * nll(y, parameters) + ridge / 2 * sum of squared coefficients

    Args:
        family: ``ce.Bernoulli``, ``"poisson"``, a family of your own; None guesses it from y and says so.
        y: what happened                                                        shape (n,), or (n, K) over classes
        X: the predictors: an array (columns x0, x1, ...) or a data frame       shape (n, p)
        link: logit, probit, cloglog, log or identity, where they apply; None is the family's own
        formula, features: which columns of a data frame, as ``"age + C(region)"`` or a list of names
        sample_weight: importance or sampling weights: sandwich errors          shape (n,)
        frequency: how often each row was seen: n is their sum                  shape (n,)
        offset, exposure: added to the linear predictor; log(exposure) is       shape (n,)
        total_count: of Binomial                                                a number, or shape (n,)
        cluster: which rows belong together: clustered errors                   shape (n,)
        positive: the label that counts as 1. classes: their order, the reference first
        fixed: parameters that are not learned, as ``{"concentration": 1}``
        ridge: the penalty; intercepts and scales are free of it
        errors: "model" or "sandwich"; None is what the data calls for
        missing: "error" or "drop". seed: of the bootstrap behind goodness of fit, and of the folds
        cv: folds of the cross-entropy out of sample, of whole clusters where there are clusters
        time, gap: forward chaining in this order, leaving `gap` out before each block    shape (n,)
    Returns:
        a `Fit`: `.parameters`, `.log_likelihood`, `.nats`, `.summary()`, `.predict(X)`, `.save(path)`, `.plot()`
    Accuracy: tables of up to some 100,000 rows by 10 columns are solved in double-double: about 16 - log10(condition)/2
        digits; `.certificate` says how far any estimate may be from the maximum.
    Errors: DataError for data that breaks a rule, collinear columns, no maximum of a scale; NoAnswerError if the
        maximum was not reached. Separation is no error: the result says what is infinite.

    >>> import crossent as ce
    >>> found = ce.fit("bernoulli", [0, 1, 0, 1, 1], [[1.0], [2.0], [3.0], [4.0], [5.0]])
    >>> [(p.name, round(p.estimate, 6)) for p in found.parameters]
    [('Intercept', -2.648587), ('x0', 1.090426)]
    >>> round(ce.fit("bernoulli", [0, 1, 0, 1, 1]).parameters[0].estimate, 12)
    0.6
    """
    from crossent.families.catalogue import find_family
    from crossent.families.contract import Family
    from crossent.fitting.design.array_rows import array_rows
    from crossent.fitting.estimation import Question, answer
    from crossent.fitting.out_of_sample import times_of, unordered, validated

    own = family if isinstance(family, Family) or family is None else find_family(family)
    if own is not None and total_count is None:
        require_fixed(own)
    rows, learned = array_rows(
        y, X, family=_as_read(own), sample_weight=sample_weight, frequency=frequency, offset=offset, exposure=exposure,
        cluster=cluster if time is None else time, total_count=total_count, positive=positive, classes=classes,
        missing=missing, formula=formula, features=features,
    )  # fmt: skip
    if _is_own(own):
        rows, learned = _as_own(own, rows, learned)
    if time is not None and cluster is not None:
        raise wrong.cluster_and_time()
    if gap and time is None:
        raise wrong.gap_without_time()
    order = None if time is None else str(learned.design.cluster)
    question = Question(
        rows=rows if order is None else unordered(rows), link=link, fixed=dict(fixed or {}), ridge=ridge,
        errors=errors, seed=seed, **of_design(learned, own, order),
    )  # fmt: skip
    found = answer(question)
    if cv is None and order is None:
        return found
    times = () if order is None else times_of(learned)
    return replace(found, validation=(validated(question, rows, folds=cv, time=order, times=times, gap=gap),))


def require_fixed(family: Any) -> None:
    """Raises if the family has a parameter that must come with the rows (the number of trials)."""
    if family.fixed and family.classes is None:
        raise wrong.trials_missing(family.name, family.fixed[0].name)


def _is_own(family: Any) -> bool:
    """Whether the family is the user's, of which the design knows nothing."""
    from crossent.families.catalogue import FAMILIES

    return family is not None and FAMILIES.get(family.name) is not family


def _as_read(family: Any) -> str | None:
    return None if family is None else "Normal" if _is_own(family) else family.name  # read as numbers, checked below


def _as_own(family: Any, rows: Any, learned: Any) -> tuple[Any, Any]:
    from crossent.families.blame import first_bad, holds, snake_case

    bad = ~holds(family.support.contains, rows.target, *rows.fixed)
    if bad.any():
        index, row, many, total = first_bad(bad, rows.target.shape)
        name, words = snake_case(family.name), family.support.words
        raise wrong.target_outside_support(name, words, index, rows.target[row], many, total)
    target = replace(learned.design.target, family=family.name)
    return rows, replace(learned, design=replace(learned.design, target=target))


def of_design(learned: Any, family: Any, time: str | None = None) -> dict[str, Any]:
    """What the design says about the question; its clusters are none if they stand for times."""
    from crossent.families.catalogue import find_family

    design = learned.design
    target = design.target
    columns: dict[str, Any] = {"target": target.column}
    if target.positive is not None:
        columns["positive"] = target.positive
    for role in ("trials", "offset", "exposure", "frequency", "weight", "cluster"):
        if getattr(design, role) is not None:
            columns["time" if role == "cluster" and time is not None else role] = getattr(design, role)
    return {
        "family": find_family(target.family) if family is None else family,
        "intercept": design.intercept,
        "classes": target.levels if target.kind == "classes" else (),
        "cluster": design.cluster if time is None else None,
        "weighted": design.weight is not None,
        "offset": design.offset is not None or design.exposure is not None,
        "columns": columns,
        "notes": learned.notes,
        "missing": learned.dropped,
        "design": design,
    }
