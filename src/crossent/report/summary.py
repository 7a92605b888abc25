"""A score in words: lines of label, value and remark, which the terminal and the notebook lay out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from crossent.report.text import count, number, printable, rows_listed

if TYPE_CHECKING:
    from crossent.scoring.result import Score


class Line(NamedTuple):
    """One line of the table."""

    label: str
    value: str
    remark: str = ""


def score_lines(score: Score) -> list[Line]:
    """The table of a score."""
    lines = [
        Line("rows", count(score.n), _rows_remark(score)),
        Line("cross-entropy", f"{number(score.nats)} nats", f"{number(score.bits)} bits"),
    ]
    if score.infinite_count:
        lines.append(Line("  of the finite rows", f"{number(score.finite_nats)} nats"))
    if score.ci95 is not None:
        low, high = score.ci95
        lines += [
            Line("  standard error", f"{number(score.standard_error)} nats"),
            Line("  95 % interval", f"{number(low)} to {number(high)}", "normal quantile"),
        ]
    if score.perplexity is not None:
        lines.append(Line("  perplexity", number(score.perplexity)))
    lines.append(Line("best constant", f"{number(score.base_nats)} nats", _base_remark(score)))
    lines.append(Line("gain", f"{number(score.gain_nats)} nats", "best constant - cross-entropy"))
    if score.skill is not None:
        skill = number(100 * score.skill)
        lines.append(Line("skill", f"{skill} %" if math.isfinite(score.skill) else skill, "gain / best constant"))
    if score.infinite_count:
        listed = rows_listed(score.infinite_count, score.infinite_rows)
        lines.append(Line("certain and wrong", listed, "counted from 0"))
    else:
        lines.append(Line("certain and wrong", "none"))
    if score.skipped_count:
        lines.append(Line("bad rows skipped", rows_listed(score.skipped_count, score.skipped_rows), "counted from 0"))
    if score.sum_deviation is not None:
        lines.append(Line("sums of rows", f"off 1 by at most {score.sum_deviation:.3g}", "never renormalised"))
    return lines


def score_title(score: Score) -> str:
    """What was scored: the family, and the columns it was read from."""
    words = [f"{name} {_column(value)}" for name, value in score.columns.items()]
    return f"{score.family}: {', '.join(words)}" if words else score.family


def _column(value: Any) -> str:
    if isinstance(value, dict):
        names = [printable(str(name)) for name in value]
        shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
        return f"of {len(names)} classes ({shown})"
    return printable(value) if isinstance(value, str) else f"= {value:g}"


def _rows_remark(score: Score) -> str:
    parts = []
    if score.zero_weight:
        parts.append(f"and {score.zero_weight:,} of weight 0")
    if not math.isclose(score.effective_n, score.n):
        parts.append(f"weight {number(score.weight)}, effective n {number(score.effective_n)}")
    return "; ".join(parts)


def _base_remark(score: Score) -> str:
    if score.base_nats is None:
        return "undefined here"
    return (
        "entropy of the base rate"
        if score.entropy_of_base_rate is not None
        else f"the best {score.family} for all rows"
    )
