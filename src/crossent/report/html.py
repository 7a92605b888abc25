"""The table of a score in a notebook. Everything that comes from outside is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from crossent.report.summary import score_lines, score_title

if TYPE_CHECKING:
    from crossent.scoring.result import Score


def score_html(score: Score) -> str:
    """A small HTML table."""
    rows = "".join(
        f"<tr><th>{escape(line.label)}</th><td>{escape(line.value)}</td><td>{escape(line.remark)}</td></tr>"
        for line in score_lines(score)
    )
    return f"<table style='text-align:left'><caption>{escape(score_title(score))}</caption>{rows}</table>"
