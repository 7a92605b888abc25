"""A score in words: lines of label, value and remark, which the terminal and the notebook lay out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from crossent.independence.cost.result import FEW_CLUSTERS
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
            Line("  95 % interval", f"{number(low)} to {number(high)}", _quantile(score)),
        ]
        lines += _dependence_lines(score)
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


def _quantile(score: Score) -> str:
    known = score.dependence
    if known is None:
        return "normal quantile"
    if known.degrees_of_freedom is None:
        return f"fixed-b quantile, {number(known.quantile)}"
    return f"t, {known.degrees_of_freedom:,.0f} degrees of freedom"


def _dependence_lines(score: Score) -> list[Line]:
    """From what the error was worked out, and how far it is from that of independent rows."""
    known = score.dependence
    if known is None:
        return []
    if known.clusters is not None:
        few = "fewer than 20: errors tend to be too small" if known.clusters < FEW_CLUSTERS else ""
        lines = [Line("  clusters", count(known.clusters), few)]
    else:
        tied = "rows of one time count as one; " if (known.times or 0) < score.n else ""
        lines = [Line("  distinct times", count(known.times or 0), f"{tied}only their order counts")]
        if known.basis is not None:
            lines.append(Line("  cosines", count(known.basis), "floor(0.4 n^(2/3)), n distinct times"))
        else:
            lines.append(Line("  lags", count(known.lags or 0), "Bartlett weights (Newey and West)"))
    times = "" if known.understated is None else f"the error is {number(known.understated)} times that"
    lines.append(Line("  if independent", f"{number(known.naive_standard_error)} nats", times))
    lines.append(Line("  effective n", number(score.effective_n), "variance of a loss / standard error^2"))
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
    if score.dependence is None and score.effective_n is not None and not math.isclose(score.effective_n, score.n):
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
