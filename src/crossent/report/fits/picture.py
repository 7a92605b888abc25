"""A picture: drawn by matplotlib without its global state, the same bytes every time, words as outlines."""

from __future__ import annotations

import hashlib
import io
import os
import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
INK, SOFT, LINE, MAIN, BAND = "#1b1f24", "#57606a", "#b1bac4", "#0b6e99", "#9cc9dc"
COLOURS = ("#0b6e99", "#b8540d", "#5b7f2b", "#8a4f9e", "#a0781e", "#444c56", "#c2477f", "#2f8f83")
SETTINGS: dict[str, Any] = {
    "svg.hashsalt": "crossent", "svg.fonttype": "path", "font.family": "DejaVu Sans", "font.size": 10.0,
    "text.usetex": False, "text.parse_math": False, "axes.edgecolor": SOFT, "axes.labelcolor": INK,
    "text.color": INK, "xtick.color": SOFT, "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False,
    "axes.linewidth": 0.8, "axes.unicode_minus": True, "path.simplify": True, "axes.formatter.use_mathtext": False,
}  # fmt: skip
LONGEST_NAME = 26


@dataclass(frozen=True)
class Picture:
    """A drawing as SVG text; `words` say what it shows."""

    svg: str
    words: str = ""

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it as an SVG file, whole or not at all."""
        from crossent.data.whole_file import write_whole

        write_whole(path, self.svg)


def settings() -> AbstractContextManager[Any]:
    """matplotlib's settings while a picture is drawn, whatever the user's are."""
    import matplotlib as mpl

    rc: Any = mpl
    with mpl.rc_context():
        mpl.rcdefaults()
        defaults = {
            name: value for name, value in rc.rcParams.items() if not name.startswith(("backend", "date.epoch"))
        }
    return rc.rc_context({**defaults, **SETTINGS})  # type: ignore[no-any-return]


def canvas(width: float, height: float) -> tuple[Any, Any]:
    """A figure of so many inches and its axes."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasSVG(figure)
    return figure, figure.subplots()


def finished(figure: Any, words: str) -> Picture:
    """The figure as SVG that a page can hold: no date, no style, no name that another picture of the page has."""
    stream = io.StringIO()
    figure.savefig(
        stream, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
    )
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(stream.getvalue())
    for parent in list(root.iter()):
        for child in [c for c in parent if c.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style")]:
            parent.remove(child)
        _styled(parent)
    root.attrib.update({"stroke-linejoin": "round", "stroke-linecap": "butt", "role": "img", "aria-label": words})
    text = ElementTree.tostring(root, encoding="unicode")
    own = hashlib.sha256(text.encode()).hexdigest()[:8]
    text = re.sub(r'(\sid="|href="#|url\(#)', rf"\g<1>c{own}-", text)
    return Picture(text.strip() + "\n", words)


def _styled(element: Any) -> None:
    """A style as attributes, which a page's content security policy does not forbid."""
    for rule in element.attrib.pop("style", "").split(";"):
        name, colon, value = rule.partition(":")
        if colon:
            element.set(name.strip(), value.strip())


def shortened(name: str) -> str:
    """A name as the picture can show it."""
    from crossent.report.text import printable

    shown = printable(name)
    return shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - 1] + "…"
