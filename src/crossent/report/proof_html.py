"""A proof, a derivation or an identification as one HTML file: mathematics in MathML, no script, no network."""

from __future__ import annotations

import base64
import functools
import hashlib
from importlib import metadata, resources
from typing import Any

from crossent.report.argument import Argument, Formula
from crossent.report.mathml import mathml, prose
from crossent.report.text import printable


def page_of(argument: Argument, command: str = "") -> str:
    """The whole page. Its style is the only thing that its content security policy lets in."""
    from markupsafe import Markup

    style = resources.files("crossent.report").joinpath("templates/page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    template = _environment().get_template("page.html")
    return str(
        template.render(
            argument=argument,
            style=Markup(style),
            style_hash=Markup(f"sha256-{digest}"),
            version=metadata.version("crossent"),
            command=printable(command),
        )
    )


def fragment_of(argument: Argument) -> str:
    """What a notebook shows: the same without page and style."""
    return str(_environment().get_template("argument.html").render(argument=argument))


@functools.cache
def _environment() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("crossent.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["mathematics"] = _mathematics
    return environment


def _mathematics(formula: Formula) -> Any:
    """MathML where there is LaTeX; the line of text, escaped, where there is none."""
    from markupsafe import Markup, escape

    if not formula.latex:
        return escape(formula.text)
    return Markup(prose(formula.latex) or mathml(formula.latex))
