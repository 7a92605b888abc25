"""Pictures and the page of a fit: the same bytes every time, nothing let in, everything that was found on it."""

import base64
import hashlib
import json
import math
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from fit_results import coefficient, logistic, regression, separated

import crossent as ce
from crossent.fitting.result import Coefficient, Separation, Test, Validation
from crossent.report.fits.coefficients import MOST, coefficients_picture, marks_of
from crossent.report.fits.curve import binned, thinned
from crossent.report.fits.page import fragment_of, page_of

PAYLOADS = [
    "<script>alert(1)</script>", "</style><script>alert(1)</script>", '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)", "</title><svg onload=alert(1)>", "<!--", "-->", "]]>", "<![CDATA[x]]>", "{{ 7*7 }}",
    "{% include 'page.css' %}", "&lt;script&gt;", "javascript:alert(1)",
    "<math><mtext></mtext><script>1</script></math>",
    "</svg><script>1</script>", "\x1b[31m\x00\u202e", "$\\frac{1}{0}$", "\\", "a" * 300, "=1+1", "<a href=x>", "\n\n#",
]  # fmt: skip
X = np.linspace(0, 10, 200)


class Elements(HTMLParser):
    """The names and attributes of all elements."""

    def __init__(self, page):
        super().__init__()
        self.names, self.attributes = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes += attrs


def hostile(text):
    """A fit with the text in every field that holds text."""
    return logistic(
        family=text, link=text, columns={text: text, "target": text, "features": [text]}, errors=text, notes=(text,),
        parameters=(coefficient(text, 1.0, 0.1), Coefficient(text, None, reason=text), Coefficient(text, math.inf)),
        separation=Separation(text, ((text, 1),), (text,), (text,), 1.0, (text,)),
        tests=(Test(text, 1.0, 1, 0.5, text),),
        validation=(Validation(text, 1.0, 0.1, (0.8, 1.2), 2, 10, text),),
    )  # fmt: skip


def page(fit, command=""):
    return page_of(fit, [coefficients_picture(fit)], command)


@pytest.mark.parametrize("text", PAYLOADS)
def test_hostile_text_adds_no_element(text):
    harmless = Elements(page(hostile("harmless"), "harmless"))
    found = Elements(page(hostile(text), text))
    without_outlines = [name for name in found.names if name not in ("path", "use", "g", "defs")]
    assert without_outlines == [name for name in harmless.names if name not in ("path", "use", "g", "defs")]
    assert "script" not in found.names
    assert not any(name.startswith("on") or name == "style" for name, _ in found.attributes)
    assert not any(value and "javascript:" in value for name, value in found.attributes if name in ("href", "src"))
    notebook, expected = (Elements(fragment_of(hostile(word))).names for word in (text, "harmless"))
    assert notebook == expected


def test_the_policy_allows_the_style_of_the_page_and_nothing_else():
    text = page(logistic(), "crossent fit a.csv")
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "style=" not in text
    assert "http://" not in text.replace("http://www.w3.org/", "")
    assert "https://" not in text


def test_the_page_holds_table_pictures_command_and_notes():
    text = page(logistic(), "crossent fit 'my data.csv' --target diagnosis")
    for words in (
        "0.8341",
        "mean radius",
        "12 rows were left out",
        "crossent fit &#39;my data.csv&#39;",
        "<svg",
        "averag",
    ):
        assert words in text
    assert "Undetermined, many values are as good: age." in page(separated())


@pytest.mark.parametrize("fit", [logistic(), separated()], ids=["logistic", "separated"])
def test_pictures_are_the_same_bytes_every_time_and_well_formed(fit):
    one, other = coefficients_picture(fit), coefficients_picture(fit)
    assert one.svg == other.svg
    root = ElementTree.fromstring(one.svg)
    assert root.get("viewBox")
    assert not re.search(r"20\d\d-\d\d-\d\d", one.svg)
    ids = re.findall(r'\sid="([^"]*)"', one.svg)
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in re.findall(r'xlink:href="([^"]*)"', one.svg)} <= set(ids)


def test_two_pictures_of_one_page_share_no_names():
    a, b = (set(re.findall(r'\sid="([^"]*)"', coefficients_picture(f).svg)) for f in (logistic(), separated()))
    assert not a & b


def test_pictures_ignore_and_keep_the_settings_of_the_user(tmp_path):
    import matplotlib as mpl

    expected = coefficients_picture(logistic()).svg
    with mpl.rc_context({"svg.fonttype": "none", "font.size": 30, "axes.facecolor": "red"}):
        assert logistic().plot().svg == expected
        assert mpl.rcParams["font.size"] == 30
    file = tmp_path / "picture.svg"
    logistic().plot().save(file)
    assert file.read_text(encoding="utf-8") == expected == logistic().plot()._repr_svg_()


def test_marks():
    marks, in_errors = marks_of(list(separated().parameters))
    assert [(m.place, m.low) for m in marks[:3]] == [(-math.inf, None), (math.inf, None), (None, None)]
    assert not in_errors
    marks, in_errors = marks_of([coefficient("a", 1e6, 1e5), coefficient("b", 1e-6, 1e-6)])
    assert in_errors
    assert [m.place for m in marks] == pytest.approx([10, 1])
    many = logistic(parameters=tuple(coefficient(f"x{k}", k, 1.0) for k in range(MOST + 5)))
    assert len(coefficients_picture(many).svg) > 1000


@pytest.mark.parametrize(
    ("family", "y", "options"),
    [
        ("Bernoulli", (X > 5).astype(float), {}),
        ("Bernoulli", np.where(X > 5, "yes", "no"), {"positive": "yes", "kind": "label"}),
        ("Poisson", np.floor(X), {}),
        ("Normal", X, {}),
    ],
)
def test_the_curve_over_the_data(family, y, options):
    fit = regression(
        family, [-1.0, 0.2] + [0.0] * (family == "Normal"), np.eye(2 + (family == "Normal")) * 0.01, **options
    )
    picture = fit.plot(X, y)
    assert picture.svg == fit.plot(list(X), list(y)).svg
    assert "band" in picture.words
    ElementTree.fromstring(picture.svg)


def test_the_curve_of_classes():
    fit = regression("Categorical", [-3, 1, -9, 2], np.eye(4) * 0.01, classes=("1", "2", "3"))
    codes = np.clip((X / 3.4).astype(int), 0, 2) + 1
    assert fit.plot(X, codes).svg == fit.plot(X, codes.astype(str)).svg


def test_the_curve_needs_one_numeric_predictor():
    with pytest.raises(ce.errors.UsageError, match="one numeric predictor"):
        logistic().plot(X, X)


def test_bins_hold_all_rows_and_their_intervals_the_share():
    bins = binned(X, (X > 5).astype(float))
    assert sum(n for *_, n in bins) == len(X)
    assert all(-1e-12 <= low <= share + 1e-12 and share <= high + 1e-12 for _, share, low, high, _ in bins)
    # Wilson's interval of 0 of 10: 0 to z^2 / (10 + z^2)
    low, high = binned(np.arange(10.0)[:10].repeat(12), np.zeros(120))[0][2:4]
    assert low == pytest.approx(0, abs=1e-15)
    assert high == pytest.approx(1.959963984540054**2 / (10 + 1.959963984540054**2))
    assert len(thinned(10**6)) == 1500
    assert thinned(3).tolist() == [0, 1, 2]


def test_importing_reports_loads_no_matplotlib():
    import subprocess
    import sys

    code = (
        "import crossent.report.fits, crossent.fitting.result, sys, json; print(json.dumps([m for m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & {"matplotlib", "jinja2", "polars", "numba", "scipy", "pandas", "formulaic"}
