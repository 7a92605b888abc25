"""The page of a fit in a real browser: nothing overflows, nothing is asked for, nothing complains."""

import numpy as np
import pytest
from browser import Watched, chromium, needs_browser
from fit_results import logistic, regression, separated
from test_fit_report_page import PAYLOADS, hostile

from crossent.report.fits.coefficients import coefficients_picture
from crossent.report.fits.page import page_of

pytestmark = needs_browser
X = np.linspace(0, 10, 200)


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    curve = regression("Bernoulli", [-5.0, 1.0], np.eye(2) * 0.01)
    made = {
        "logistic": page_of(logistic(), [coefficients_picture(logistic())], "crossent fit " + "x" * 300),
        "separated": page_of(separated(), [coefficients_picture(separated())]),
        "curve": page_of(curve, [curve.plot(), curve.plot(X, (X > 5).astype(float))]),
    }
    for k, text in enumerate(PAYLOADS):
        made[f"payload-{k}"] = page_of(hostile(text), [], text)
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["logistic", "separated", "curve"])
def test_it_fits_any_screen_and_is_quiet(browser, pages, name, width):
    tab = Watched(browser, (pages / f"{name}.html").as_uri(), viewport={"width": width, "height": 800})
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    pictures = tab.page.eval_on_selector_all("svg", "all => all.map(e => e.getBoundingClientRect().width)")
    assert pictures
    assert all(200 < wide <= width for wide in pictures)
    assert tab.page.eval_on_selector("h1", "e => getComputedStyle(e).fontSize") == "20px"  # the style was let in
    tab.close()


def test_hostile_text_neither_runs_nor_overflows(browser, pages):
    for k in range(len(PAYLOADS)):
        tab = Watched(browser, (pages / f"payload-{k}.html").as_uri(), viewport={"width": 360, "height": 800})
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert tab.page.evaluate("document.querySelectorAll('script, img, iframe, math').length") == 0
        tab.close()
