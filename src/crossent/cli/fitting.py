"""`crossent fit` and `crossent predict`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from crossent.cli.codes import DONE, STANDARD_INPUT, given_name

if TYPE_CHECKING:
    from crossent.fitting.result import Fit


def fit(
    *files: str,
    target: str,
    family: str | None = None,
    features: list[str] | None = None,
    formula: str | None = None,
    link: str | None = None,
    positive: str | None = None,
    trials: str | None = None,
    offset: str | None = None,
    exposure: str | None = None,
    weight: str | None = None,
    frequency: str | None = None,
    cluster: str | None = None,
    time: str | None = None,
    gap: int = 0,
    cv: int | None = None,
    ridge: float = 0.0,
    fixed: list[str] | None = None,
    missing: str = "error",
    errors: str | None = None,
    save: str | None = None,
    report: str | None = None,
    seed: int = 0,
    separator: str | None = None,
    json: bool = False,
) -> int:
    """Learn a model by maximum likelihood: estimates with errors and intervals, and its cross-entropy."""
    from crossent.data.whole_file import require_place
    from crossent.fitting.files import fit_files
    from crossent.report.progress import fit_progress
    from crossent.report.terminal import width_of_terminal

    for place in (save, report):
        if place is not None:
            require_place(place)
    names = ["-" if name == STANDARD_INPUT else name for name in files]
    with fit_progress() as progress:
        found = fit_files(
            names, target=target, family=family, features=listed(features), formula=_text(formula), link=link,
            positive=positive, trials=trials, offset=offset, exposure=exposure, weight=weight, frequency=frequency,
            cluster=cluster, time=time, gap=gap, cv=cv, ridge=ridge, fixed=_fixed(fixed or []), missing=missing,
            errors=errors, seed=seed, separator=separator, progress=progress, check_rows=True,
        )  # fmt: skip
    _warn(found)
    if save is not None:
        found.save(save)
    if report is not None:
        _report(found, report, names, separator)
    print(found.to_json() if json else found.summary(width_of_terminal()))
    return DONE


def predict(
    model: str,
    *files: str,
    output: str,
    keep: list[str] | None = None,
    missing: str = "error",
    raw_text: bool = False,
    separator: str | None = None,
) -> int:
    """Predict the rows of files with a model that `crossent fit --save` wrote; `crossent score` reads the result."""
    from crossent.fitting.storage import load_model
    from crossent.fitting.storage.files import predict_files
    from crossent.report.progress import row_counter
    from crossent.report.text import printable

    names = ["-" if name == STANDARD_INPUT else name for name in files]
    learned = load_model(model)
    with row_counter() as progress:
        written = predict_files(
            learned, names, output, keep=listed(keep) or (), missing=missing, raw_text=raw_text, separator=separator,
            progress=progress,
        )  # fmt: skip
    if written.missing and missing == "error":
        print(f"crossent: warning: {written.missing:,} rows have no prediction: infinite or undetermined estimates of "
              "the model contradict each other there.", file=sys.stderr)  # fmt: skip
    without = f", {written.missing:,} of them without a prediction" if written.missing else ""
    columns = ", ".join(written.columns[:20]) + (", ..." if len(written.columns) > 20 else "")
    print(printable(f"{output}: {written.rows:,} rows{without}; columns {columns}"))
    return DONE


def listed(values: list[str] | None) -> list[str] | None:
    """`a,b --features c` as a list of names."""
    if values is None:
        return None
    return [name.strip() for value in values for name in given_name(value).split(",")]


def _text(value: str | None) -> str | None:
    return None if value is None else given_name(value)


def _fixed(pairs: list[str]) -> dict[str, float]:
    """`["concentration=1"]` as a dictionary."""
    from crossent import errors

    made: dict[str, float] = {}
    for pair in pairs:
        name, _, value = (part.strip() for part in pair.partition("="))
        try:
            made[name] = float(value)
        except ValueError:
            raise errors.fixed_not_a_number(pair) from None
        if not name:
            raise errors.fixed_not_a_number(pair)
    return made


def _warn(found: Fit) -> None:
    """What nobody should overlook, where a table in a pipe would hide it."""
    from crossent.report.fits.words import warnings_of
    from crossent.report.text import printable

    for told in warnings_of(found):
        print(f"crossent: warning: {printable(told)}", file=sys.stderr)


def _report(found: Fit, report: str, names: list[str], separator: str | None) -> None:
    import shlex

    from crossent.data.whole_file import write_whole
    from crossent.report.fits.page import page_of

    command = "crossent " + " ".join(map(shlex.quote, _arguments()))
    write_whole(report, page_of(found, _pictures(found, names, separator), command))


def _pictures(found: Fit, names: list[str], separator: str | None) -> list[Any]:
    from crossent.fitting.storage.sample import sample_of_files
    from crossent.report.fits import picture_of

    if found.link is None:
        return []
    data = None if "-" in names else sample_of_files(found, names, separator)  # standard input is read once
    return [picture_of(found), *([] if data is None else [picture_of(found, data)])]


def _arguments() -> list[str]:
    from crossent import cli

    return list(cli.GIVEN)
