"""Draws docs/explore.png: the beginning of the page of `crossent explore`. Needs playwright and Debian's chromium.

python docs/screenshot.py
"""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from crossent.report.explore.page import explore_page


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Path(folder) / "explore.html"
        place.write_text(explore_page(), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1060, "height": 905}, reduced_motion="reduce")
        page.goto(place.as_uri())
        page.screenshot(path=Path(__file__).with_name("explore.png"))
        browser.close()


if __name__ == "__main__":
    main()
