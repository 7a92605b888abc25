"""The summary of a fit as data: a title, a table of coefficients, lines of label and value, and paragraphs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crossent.report.fits import words
from crossent.report.summary import Line
from crossent.report.text import number, printable

if TYPE_CHECKING:
    from crossent.fitting.result import Coefficient, Fit


@dataclass(frozen=True)
class Summary:
    """What is shown, wherever it is shown. `statistic` is z or t, the head of that column."""

    title: str
    parameters: tuple[Coefficient, ...]
    statistic: str
    lines: tuple[Line, ...]
    separation: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def has_tests(self) -> bool:
        """Whether any estimate is tested against 0: a probability or a rate is not."""
        return any(c.z is not None for c in self.parameters)


def summary_of(fit: Fit) -> Summary:
    """Everything that a reader of the fit must know."""
    return Summary(
        words.title(fit),
        fit.parameters,
        "z" if fit.degrees_of_freedom is None else "t",
        tuple(_lines(fit)),
        tuple(words.separation(fit.separation)),
        tuple(_notes(fit)),
    )


def _lines(fit: Fit) -> list[Line]:
    lines = [
        Line("rows", _whole(fit.n), _rows_remark(fit)),
        Line("log-likelihood", number(fit.log_likelihood), _null(fit.null_log_likelihood)),
        Line("cross-entropy", f"{number(fit.nats)} nats", _in_sample(fit)),
    ]
    lines += [Line("  out of sample", words.validation_line(v), printable(v.method)) for v in fit.validation]
    if fit.entropy is not None:
        lines += [
            Line("  entropy", f"{number(fit.entropy)} nats", "of the values as they are; biased low"),
            Line("  divergence left", f"{number(fit.kl_divergence)} nats", "cross-entropy - entropy"),
        ]
    if fit.deviance is not None:
        explained = "" if fit.d2 is None else f", D2 {number(fit.d2)}"
        lines.append(Line("deviance", number(fit.deviance), _null(fit.null_deviance) + explained))
    if fit.dispersion is not None:
        lines.append(Line("dispersion", number(fit.dispersion)))
    counted = f"{fit.counted} parameter{'' if fit.counted == 1 else 's'} counted"
    lines += [
        Line("AIC", number(fit.aic), counted),
        Line("BIC", number(fit.bic)),
        Line("standard errors", words.errors(fit)),
        *([Line("95 % intervals", words.intervals(fit))] if words.intervals(fit) else []),
        Line("solution", words.certificate(fit)),
        Line("separation", "none found" if fit.separation.kind == "none" else fit.separation.kind),
    ]
    if fit.link is None:
        lines.pop()
    for test in fit.tests:
        lines.append(Line(printable(test.name), number(test.statistic), words.test_remark(test)))
    return lines


def _notes(fit: Fit) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for c in fit.parameters:
        if c.reason:
            reasons.setdefault(c.reason, []).append(printable(c.name))
    notes = [f"{words.named(names)}: {printable(reason)}" for reason, names in reasons.items()]
    notes += [f"{printable(test.name)}: {printable(test.about)}" for test in fit.tests if test.about]
    notes += [printable(note) for note in fit.notes]
    notes += [printable(fit.rows.sentence)] if fit.rows is not None and fit.rows.sentence else []
    notes += [f"out of sample: {printable(each.about)}" for each in fit.validation if each.about]
    return list(dict.fromkeys(notes))


def _rows_remark(fit: Fit) -> str:
    parts = [] if math.isclose(fit.weight, fit.n) else [f"weight {number(fit.weight)}"]
    if fit.missing:
        parts.append(f"{fit.missing:,} left out: a value is missing")
    return "; ".join(parts)


def _in_sample(fit: Fit) -> str:
    best = None if fit.null_log_likelihood is None else -fit.null_log_likelihood / fit.weight
    return f"{number(fit.bits)} bits" + ("" if best is None else f"; null {number(best)} nats")


def _null(value: float | None) -> str:
    return "" if value is None else f"null {number(value)}"


def _whole(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else number(value)
