"""What `iid` found as people read it: widths, escapes, pictures, the page's policy, a browser."""

import base64
import hashlib
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from browser import Watched, chromium, needs_browser

import crossent as ce
from crossent.report.iid import html_of, text_of
from crossent.report.iid.page import page_of
from crossent.report.iid.pictures import pictures_of

RNG = np.random.default_rng(6)
PAYLOAD = "<script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31m"
STEP = np.where(np.arange(400) < 200, 0.0, 1.5)
FOUND = {
    "few": ce.iid(RNG.normal(size=60) + STEP[150:210]),
    "numbers": ce.iid(RNG.normal(size=400) + STEP, {"x": RNG.normal(size=400)}, cluster=np.arange(400) // 8),
    "binary": ce.iid(RNG.integers(0, 2, 400), {PAYLOAD: RNG.normal(size=400)}),
    "levels": ce.iid(RNG.choice(["a", PAYLOAD, "the third level of all"], 400)),
    "many": ce.iid(RNG.normal(size=25_000), {f"x{k}": RNG.normal(size=25_000) for k in range(12)}),
}
PICTURES = {"few": 2, "numbers": 3, "binary": 3, "levels": 2, "many": 2}


@pytest.mark.parametrize("width", [50, 80, 120])
@pytest.mark.parametrize("name", FOUND)
def test_text_fits_its_width_and_begins_with_what_was_tested(name, width):
    lines = text_of(FOUND[name], width).splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("Tested: the target, y")
    assert all(character.isprintable() for line in lines for character in line)
    assert FOUND[name].summary(width).splitlines() == lines


def test_of_many_columns_the_smallest_p_values_are_shown_and_all_on_the_page():
    found = FOUND["many"]
    text = text_of(found)
    assert "6 more with larger P" in text
    drifts = sorted(t.p_value for t in found.tests if t.details["question"] == "drift")
    assert text.count("drift of distribution") + text.count("change point") == 8
    assert len(drifts) == 14
    assert page_of(found).count("drift of distribution") >= 13


@pytest.mark.parametrize("name", FOUND)
def test_pictures_are_svg_without_style_and_the_same_every_time(name):
    first, second = (pictures_of(FOUND[name]) for _ in range(2))
    assert len(first) == PICTURES[name]
    assert [each.svg for each in first] == [each.svg for each in second]
    for picture in first:
        assert ElementTree.fromstring(picture.svg).tag.endswith("svg")
        assert "style=" not in picture.svg
        assert picture.words.endswith((".", "interval"))


@pytest.mark.parametrize("name", FOUND)
def test_page_is_self_contained_and_escaped(name):
    page = page_of(FOUND[name], f"crossent iid '{PAYLOAD}'")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page
    for forbidden in ("<script", "<img", "http://www.w3.org/1999/xhtml", "javascript:", "\x1b"):
        assert forbidden not in page
    fragment = html_of(FOUND[name])
    assert "<script" not in fragment
    assert FOUND[name]._repr_html_() == fragment


@needs_browser
def test_pages_fit_any_screen_and_are_quiet(tmp_path):
    seen = 0
    with chromium() as browser:
        for name, found in FOUND.items():
            (tmp_path / f"{name}.html").write_text(page_of(found, "crossent iid " + "x" * 300), encoding="utf-8")
            for width in (360, 1280):
                page = (tmp_path / f"{name}.html").as_uri()
                tab = Watched(browser, page, viewport={"width": width, "height": 800})
                assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
                assert tab.page.eval_on_selector_all("svg", "all => all.length") == PICTURES[name]
                assert tab.page.eval_on_selector("h1", "e => getComputedStyle(e).fontSize") == "20px"
                tab.close()
                seen += 1
    assert seen == 10
