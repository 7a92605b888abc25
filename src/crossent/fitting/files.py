"""`fit_files`: maximum likelihood from CSV and Parquet files, as `crossent fit` does it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crossent import errors as wrong
from crossent.fitting.result import Fit


def fit_files(
    paths: Iterable[str | os.PathLike[str]],
    target: str,
    *,
    family: str | None = None,
    features: Sequence[str] | None = None,
    formula: str | None = None,
    link: str | None = None,
    positive: str | None = None,
    trials: str | float | None = None,
    offset: str | None = None,
    exposure: str | None = None,
    weight: str | None = None,
    frequency: str | None = None,
    cluster: str | None = None,
    time: str | None = None,
    gap: float = 0.0,
    cv: int | None = None,
    ridge: float = 0.0,
    fixed: Mapping[str, float] | None = None,
    missing: str = "error",
    errors: str | None = None,
    seed: int = 0,
    separator: str | None = None,
    memory: int | None = None,
    progress: Any = None,
    check_rows: bool = False,
) -> Fit:
    """Learn a model from files. They are read once if they fit into memory, and else once for each step.

    Args:
        paths: files, folders, globs, or "-" for standard input; read as one table.
        target: the column that holds what happened.
        features, formula: the predictors; without, the distribution of the target alone.
        weight, frequency, offset, exposure, cluster, time: columns. trials: a column or a number.
        cv: folds of the cross-entropy out of sample; with `cluster`, whole clusters; with `time`, forward in time.
        memory: bytes that the table may take; a quarter of what is free if None.
        progress: called with the number of rows read so far in a pass, and `iteration=` and `loss=`.
        check_rows: test residuals for independence in the order of the rows, as the command does: `Fit.rows`.
        others: as in `ce.fit`.
    Returns:
        a `Fit`
    Raises:
        UsageError: a file, column, family or option that there is not.
        DataError: a row that breaks a rule (with its number), collinear columns, a file that cannot be read.
        NoAnswerError: the maximum was not reached.
    """
    from crossent.data import open_source
    from crossent.families.catalogue import find_family
    from crossent.fitting.design.file_rows import file_rows
    from crossent.fitting.design.learn import Options
    from crossent.fitting.estimation import Question, answer
    from crossent.fitting.out_of_sample import times_of, unordered, validated
    from crossent.fitting.rows_checked import rows_checked
    from crossent.fitting.verbs import of_design, require_fixed

    if formula is not None and features is not None:
        raise wrong.formula_and_features()
    own = None if family is None else find_family(family)
    if own is not None and trials is None:
        require_fixed(own)
    options = Options(
        target, features=features, formula=formula, family=None if own is None else own.name, positive=positive,
        trials=trials, offset=offset, exposure=exposure, frequency=frequency, weight=weight,
        cluster=cluster if time is None else time, missing=missing,
    )  # fmt: skip
    if time is not None and cluster is not None:
        raise wrong.cluster_and_time()
    if gap and time is None:
        raise wrong.gap_without_time()
    with open_source(paths, separator) as source:
        rows, learned = file_rows(source, options, memory=memory)
        question = Question(
            rows=rows if time is None else unordered(rows), link=link, fixed=dict(fixed or {}), ridge=ridge,
            errors=errors, seed=seed, progress=progress, **of_design(learned, own, time),
        )  # fmt: skip
        found = answer(question)
        if check_rows:
            found = replace(found, rows=rows_checked(question, found))
        if cv is None and time is None:
            return found
        times = () if time is None else times_of(learned)
        judged = validated(question, rows, folds=cv, time=time, times=times, gap=gap)
        return replace(found, validation=(judged,))
