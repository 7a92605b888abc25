"""What `iid` found as one self-contained HTML page, and as a table in a notebook. All that comes from outside is
escaped.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from importlib import metadata, resources
from typing import TYPE_CHECKING, Any

from crossent.report.iid.lines import summary_of
from crossent.report.text import printable

if TYPE_CHECKING:
    from crossent.independence.results import Iid

ALL = 10**9


def page_of(found: Iid, command: str = "") -> str:
    """The whole page: the verdict, every test, the pictures. Its style is all that its policy lets in."""
    from markupsafe import Markup

    from crossent.report.iid.pictures import pictures_of

    style = resources.files("crossent.report.iid").joinpath("assets/page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return str(
        _environment()
        .get_template("page.html")
        .render(
            summary=summary_of(found, ALL),
            pictures=[{"svg": Markup(each.svg), "words": each.words} for each in pictures_of(found)],
            style=Markup(style),
            style_hash=Markup(f"sha256-{digest}"),
            version=metadata.version("crossent"),
            command=printable(command),
        )
    )


def fragment_of(found: Iid) -> str:
    """What a notebook shows."""
    return str(_environment().get_template("notebook.html").render(summary=summary_of(found)))


@functools.cache
def _environment() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("crossent.report.iid", "assets"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
