"""The page as a file: what it may do, how large it is, how it is written, and whether its stored proofs are current."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from crossent import cli
from crossent.report.explore.formulas import LOSSES
from crossent.report.explore.page import FREE, STEPS, explore_page
from crossent.report.explore.verdicts import all_pairs, interned, stored_verdicts, verdict


@pytest.fixture(scope="module")
def text():
    return explore_page()


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.inside, self.texts = [], "", {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside in self.texts:
            self.texts[self.inside].append(data)


def test_it_is_small_and_begins_with_the_question(text):
    assert len(text.encode()) < 600_000
    assert text.startswith("<!doctype html>")
    assert text.index('id="question"') < text.index('id="one_row"')
    assert len(STEPS) == 10
    assert len(FREE) == 3


def test_nothing_runs_but_what_the_policy_names(text):
    elements = Elements(text)
    policy = next(a["content"] for tag, a in elements.found if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert re.search(r"https?:", policy) is None
    for kind in ("script", "style"):
        assert len(elements.texts[kind]) == 1
        digest = base64.b64encode(hashlib.sha256(elements.texts[kind][0].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    for tag, attributes in elements.found:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        assert not {"src", "srcset", "data", "action"} & set(attributes), (tag, attributes)
        assert attributes.get("href", "#").startswith("#")


def test_nothing_in_it_reaches_out(text):
    script = Elements(text).texts["script"][0]
    for word in (
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "import(",
        "sendBeacon",
        "localStorage",
        "eval(",
        "Function(",
    ):
        assert word not in script, word
    assert "@import" not in text
    assert "url(" not in Elements(text).texts["style"][0]


def test_the_licence_of_the_charts_goes_with_them(text):
    assert "Permission is hereby granted, free of charge" in text
    assert "uPlot" in text


def test_every_control_has_its_label(text):
    elements = Elements(text).found
    named = {a["for"] for tag, a in elements if tag == "label" and "for" in a}
    for tag, attributes in elements:
        if tag == "select" or (tag == "input" and attributes["type"] in ("range", "number")):
            assert attributes["id"] in named
    identities = [a["id"] for _, a in elements if "id" in a]
    assert len(identities) == len(set(identities))


def test_the_same_page_every_time(text):
    assert explore_page() == text


# -- the file ----------------------------------------------------------------------------------------------------------


def test_the_command_writes_it_whole(tmp_path, monkeypatch, capsys, text):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["explore"]) == 0
    assert "explore.html" in capsys.readouterr().out
    assert (tmp_path / "explore.html").read_text(encoding="utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == ["explore.html"]
    assert cli.main(["explore", "-o", "other.html"]) == 0
    assert cli.main(["explore", "--output", "other.html"]) == 0
    capsys.readouterr()
    assert cli.main(["explore", "-o", "-"]) == 0
    assert capsys.readouterr().out == text + "\n"


@pytest.mark.parametrize("place", ["missing/page.html", "."])
def test_a_place_that_cannot_be_written_is_a_usage_error(tmp_path, monkeypatch, capsys, place):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["explore", "-o", place]) == 2
    assert place in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_failed_move_leaves_the_old_page(tmp_path, monkeypatch):
    import os

    place = tmp_path / "page.html"
    place.write_text("old")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    assert cli.main(["explore", "-o", str(place)]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    assert place.read_text() == "old"


def test_making_it_needs_neither_a_browser_nor_a_framework(tmp_path):
    code = (
        "import sys\nfrom crossent.report.explore.page import explore_page\nexplore_page()\n"
        "print([m for m in ('torch', 'jax', 'playwright', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


# -- the stored proofs -------------------------------------------------------------------------------------------------

FRESH = [
    ("bce", "ce"), ("ce", "kl"), ("wrong_sign_bce", "bce"), ("ce", "sigmoid_ce"), ("mse", "normal(scale=1)"),
    ("normal(scale=1)", "mse"), ("poisson", "torch.nn.PoissonNLLLoss"), ("focal(gamma=2)", "bce"), ("hinge", "bce"),
    ("huber(delta=1)", "ce"), ("torch.nn.BCELoss", "bce"), ("bce", "brier"), ("mae", "laplace(scale=1)"),
    ("bce", "kl"),
]  # fmt: skip


def test_every_pair_is_stored():
    stored = stored_verdicts()
    assert list(stored) == [f"{left} | {right}" for left, right in all_pairs()]
    assert len(stored) == len(LOSSES) ** 2 >= 400
    kinds = {entry["verdict"] for entry in stored.values()}
    assert {"equal", "affine", "different", "negated", "incomparable"} <= kinds
    unknown = [pair for pair, entry in stored.items() if entry["verdict"] == "unknown"]
    assert unknown == []
    assert all(entry["sentence"] for entry in stored.values())


# proving all of them takes a minute: those above, and every ninth of the others
SOME = [pair for pair in all_pairs() if stored_verdicts()[" | ".join(pair)]["verdict"] != "incomparable"][::9]


@pytest.mark.parametrize(("left", "right"), list(dict.fromkeys(FRESH + SOME)))
def test_stored_proofs_are_what_prove_says(left, right):
    stored = stored_verdicts()[f"{left} | {right}"]
    assert stored == verdict(left, right), "run python -m crossent.report.explore.verdicts"


def test_texts_are_kept_once():
    words: dict[str, int] = {}
    assert interned({"a": "x", "b": ["y", ["x"]]}, words) == {"a": 0, "b": [1, [0]]}
    assert list(words) == ["x", "y"]
