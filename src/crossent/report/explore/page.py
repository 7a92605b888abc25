"""The page as one text: template, style, scripts and verdicts, allowed by their hashes and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from crossent.families.catalogue import FAMILIES
from crossent.report.explore import formulas
from crossent.report.explore.verdicts import interned, stored_verdicts

ASSETS = files("crossent.report.explore") / "assets"


@dataclass(frozen=True)
class Part:
    """A section of the page: `file`.html and `file`.js."""

    file: str
    title: str
    short: str = ""

    @property
    def name(self) -> str:
        return self.file.lstrip("0123456789_")


STEPS = (
    Part("01_one_row", "One row"),
    Part("02_which_sum", "Which sum runs where"),
    Part("03_soft_label", "A soft label"),
    Part("04_three_classes", "Three classes: softmax, and why three sigmoids are something else"),
    Part("05_logits", "Logits"),
    Part("06_why_log", "Why the logarithm"),
    Part("07_likelihood", "From the likelihood to a loss"),
    Part("08_number_line", "Entropy + divergence = cross-entropy"),
    Part("09_gaussian", "The same for numbers: a Gaussian gives the squared error"),
    Part("10_iid", "What “i.i.d.” bought"),
)
FREE = (
    Part("families", "Loss, gradient and curvature of any family", "families"),
    Part("two_losses", "Two losses side by side, and what can be proved", "two losses"),
    Part("smoothing", "Label smoothing", "smoothing"),
)
SCRIPTS = (
    "uplot/uPlot.iife.min.js", "vocabulary.js", "rows.js", "page.js",
    *(f"steps/{part.file}.js" for part in STEPS), *(f"free/{part.file}.js" for part in FREE),
)  # fmt: skip


def explore_page() -> str:
    """The whole page, ready to be written to a file."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("crossent.report.explore", "assets"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = _style(), _script()
    return environment.get_template("page.html").render(
        policy=_policy(style, script),
        style=Markup(style),
        script=Markup(script),
        steps=STEPS,
        free=FREE,
        families=[(formulas.key(family), family.name) for family in FAMILIES.values()],
        losses=formulas.LOSSES,
        version=version("crossent"),
        licence=_asset("uplot/LICENSE"),
    )


def _asset(name: str) -> str:
    return ASSETS.joinpath(name).read_text(encoding="utf-8")


def _style() -> str:
    return _asset("uplot/uPlot.min.css") + "\n" + _asset("style.css")


def _script() -> str:
    own = {name: _asset(name) for name in SCRIPTS}
    charts, vocabulary = own.pop("uplot/uPlot.iife.min.js"), own.pop("vocabulary.js")
    words: dict[str, int] = {}
    verdicts = f"const VERDICTS = {_json(interned(stored_verdicts(), words))};\nconst WORDS = {_json(list(words))};"
    return "\n".join([charts, vocabulary, formulas.script(), verdicts, *own.values(), "PAGE.begin();\n"])


def _json(value: Any) -> str:
    """JSON inside a script: nothing in it can end the element."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _policy(style: str, script: str) -> str:
    def allowed(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    return (
        f"default-src 'none'; script-src {allowed(script)}; style-src {allowed(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
