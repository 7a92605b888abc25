"""A fit as one self-contained HTML page, and as a table in a notebook. All that comes from outside is escaped."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Sequence
from importlib import metadata, resources
from typing import TYPE_CHECKING, Any

from crossent.report.fits.digits import Precision, shown_coefficient
from crossent.report.fits.layout import TESTS, aligned
from crossent.report.fits.lines import Summary, summary_of
from crossent.report.text import printable

if TYPE_CHECKING:
    from crossent.fitting.result import Fit
    from crossent.report.fits.picture import Picture


def page_of(fit: Fit, pictures: Sequence[Picture] = (), command: str = "") -> str:
    """The whole page: table, pictures and the command that made it. Its style is all that its policy lets in."""
    from markupsafe import Markup

    style = resources.files("crossent.report.fits").joinpath("assets/page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    summary = summary_of(fit)
    return str(
        _environment()
        .get_template("page.html")
        .render(
            summary=summary,
            rows=_rows(summary),
            pictures=[{"svg": Markup(each.svg), "words": each.words} for each in pictures],
            style=Markup(style),
            style_hash=Markup(f"sha256-{digest}"),
            version=metadata.version("crossent"),
            command=printable(command),
        )
    )


def fragment_of(fit: Fit) -> str:
    """What a notebook shows."""
    summary = summary_of(fit)
    return str(_environment().get_template("notebook.html").render(summary=summary, rows=_rows(summary)))


def _rows(summary: Summary) -> list[tuple[str, ...]]:
    """Name and numbers of each coefficient, numbers padded so that their points stand below each other."""
    if not summary.parameters:
        return []
    cells = zip(*(shown_coefficient(c, Precision()) for c in summary.parameters), strict=True)
    columns = [aligned(column) for column in cells]
    if not summary.has_tests:
        columns = [column for k, column in enumerate(columns) if k not in TESTS]
    names = [printable(c.name) for c in summary.parameters]
    return list(zip(names, *columns, strict=True))


@functools.cache
def _environment() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("crossent.report.fits", "assets"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
