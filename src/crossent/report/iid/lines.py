"""What `iid` found as data: sentences, the tests by what they ask, a few numbers, and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crossent.report.fits.digits import shown_p
from crossent.report.summary import Line
from crossent.report.text import count, printable

if TYPE_CHECKING:
    from crossent.independence.results import Effect, Iid, IidTest

MOST_OF_ONE = 8
ALPHA = 0.05
TITLES = {
    "order": "Are the rows in random order?",
    "drift": "Are they identically distributed?",
    "groups": "Do they come in groups?",
    "duplicates": "Are rows repeated?",
    "reference": "Do they resemble the reference?",
    "population": "Are they a sample of the population?",
    "association": "Does it depend on the columns?",
}


@dataclass(frozen=True)
class Row:
    """One test: its name, the p-values, the effect with its interval, and how it was done."""

    name: str
    p: str
    adjusted: str
    effect: str
    form: str
    is_evidence: bool


@dataclass(frozen=True)
class Section:
    """The tests that ask the same."""

    title: str
    rows: tuple[Row, ...]
    left_out: str = ""


@dataclass(frozen=True)
class Summary:
    """What is shown, wherever it is shown."""

    title: str
    sentences: tuple[str, ...]
    sections: tuple[Section, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def summary_of(found: Iid, most: int = MOST_OF_ONE) -> Summary:
    """Everything that a reader must know; of many columns those with the smallest p-values."""
    return Summary(
        title_of(found), tuple(printable(told) for told in found.sentences),
        tuple(_sections(found, most)), tuple(_lines(found)), tuple(printable(note) for note in found.notes),
    )  # fmt: skip


def title_of(found: Iid) -> str:
    """Which columns were looked at."""
    roles = [f"{role} {printable(str(found.columns[role]))}" for role in ("target", "time", "cluster", "reference")
             if role in found.columns]  # fmt: skip
    return "iid: " + ", ".join(roles)


def question_of(test: IidTest) -> str:
    """What the test asks, by the key that the battery gave it."""
    return str(test.details.get("question", "order"))


def _sections(found: Iid, most: int) -> list[Section]:
    asked: dict[str, list[IidTest]] = {}
    for test in found.tests:
        asked.setdefault(question_of(test), []).append(test)
    made = []
    for question, tests in asked.items():
        first = sorted(tests, key=lambda test: test.log_p_value)[:most]
        shown = [test for test in tests if any(test is each for each in first)]
        left = len(tests) - len(shown)
        words = f"{left} more with larger P: --report or --json shows them." if left else ""
        target = str(found.columns.get("target", ""))
        made.append(Section(TITLES.get(question, question), tuple(_row(test, target) for test in shown), words))
    return made


def _row(test: IidTest, target: str) -> Row:
    of = _of(test, target)
    meant = "" if test.effect is None else test.effect.name
    form = "; ".join(printable(part) for part in (meant, test.about, test.method, *test.notes) if part)
    adjusted = test.adjusted_p_value
    return Row(
        printable(test.name + of), shown_p(test.p_value), shown_p(adjusted), effect_of(test.effect), form,
        adjusted is not None and adjusted < ALPHA,
    )  # fmt: skip


def _of(test: IidTest, target: str) -> str:
    """Which columns, where it is not the target alone."""
    columns = test.columns
    others = [name for name in columns if name != target]
    if not others:
        return ""
    return (
        f" of {len(columns)} columns"
        if len(columns) > 2 or test.name == "exact duplicates"
        else f": {', '.join(others)}"
    )


def _about(value: float) -> str:
    """Three digits: 1,230,000 or 20.2."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if rounded >= 100 else f"{rounded:g}"


def effect_of(effect: Effect | None) -> str:
    """Its estimate and interval: "0.12 (0.03 to 0.2)"."""
    if effect is None:
        return ""
    interval = "" if effect.ci95 is None else f" ({effect.ci95[0]:.3g} to {effect.ci95[1]:.3g})"
    return f"{effect.estimate:.3g}{interval}"


def _lines(found: Iid) -> list[Line]:
    lines = [Line("rows", count(found.n))]
    if found.effective_n is not None:
        lines.append(
            Line(
                "effective n",
                _about(found.effective_n),
                "independent rows that leave the mean as uncertain",
            )
        )
    lines.append(Line("tests", str(len(found.tests)), "P adjusted by Holm's method; intervals of effects at 95 %"))
    return lines
