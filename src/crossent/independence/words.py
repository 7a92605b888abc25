"""The verdict in words: what was tested, what speaks against it, what that costs, and what no test can say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crossent.independence.results import Effect, IidTest

if TYPE_CHECKING:
    from crossent.independence.battery import Question
    from crossent.independence.consequence import Consequence
    from crossent.independence.kinds import Column

TARGET = "the target"
ALPHA = 0.05
CONSEQUENCE = 1.1  # a standard error off by 10 %
LISTED = 4

ITSELF = (
    "A likelihood with predictors takes rows as independent given the predictors: fit and score test their "
    "residuals and losses for that."
)
HANDED = "What a likelihood takes as independent are the rows given the predictors, which is asked of these."
PROVES_NOTHING = (
    "No evidence against independent and identically distributed rows was found at 5 % (Holm over {count}). That "
    "proves nothing: other departures, and small ones, pass these tests."
)
DE_FINETTI = (
    "Nor could any test of order show independence: a sequence that is exchangeable, whose rows depend on one another "
    "in the same way in every order, cannot be told from an independent one (de Finetti)."
)
ASSOCIATION = (
    "Chi-squared and Fisher's test ask whether two variables are associated. The two here are a row and an earlier "
    "row, or a row and its place in the file: that makes them tests of the rows."
)
QUESTIONS = {
    "order": "the rows being in random order",
    "drift": "the rows being identically distributed",
    "groups": "rows being independent across {cluster}",
    "duplicates": "rows having been drawn one by one",
    "reference": "the rows having the reference's distribution",
    "population": "a simple random sample from the population with these shares",
    "association": "the {tested} having nothing to do with the columns",
}


def sentences(
    question: Question, rows: int, target: Column, tests: Sequence[IidTest], cost: Consequence | None
) -> tuple[str, ...]:
    """Sentence by sentence; what was tested comes first."""
    told = [tested(question, rows, target)]
    sortedness = next((test for test in tests if test.name == "sorted"), None)
    if sortedness is not None:
        told.append(
            f"The file is sorted by {target.name} ({sortedness.details['sorted']}): its order says how it was written, "
            "not how its rows depend on each other. Tests of order and of drift say no more than that."
        )
    against = [test for test in tests if (test.adjusted_p_value or 0.0) < ALPHA and test.name != "sorted"]
    asked = dict.fromkeys(str(test.details["question"]) for test in against)
    for each in asked:
        if sortedness is not None and each in ("order", "drift"):
            continue
        told.append(_evidence(each, [test for test in against if test.details["question"] == each], question))
    if not tests:
        told.append("There are too few rows for any test.")
    elif not against and sortedness is None:
        told.append(PROVES_NOTHING.format(count="1 test" if len(tests) == 1 else f"{len(tests)} tests"))
        told.append(DE_FINETTI)
    if cost is not None and against:
        told += _cost(rows, cost)
    if any("chi-squared" in test.method or "Fisher" in test.method for test in tests):
        told.append(ASSOCIATION)
    return tuple(told)


def tested(question: Question, rows: int, target: Column) -> str:
    """What independence was asked of."""
    kind = {"levels": f"{len(target.levels)} levels", "binary": "binary"}.get(target.kind, target.kind)
    order = "in the order of the rows" if question.time is None else f"in the order of {question.time}"
    what = f"Tested: {question.tested}, {target.name} ({kind}; {rows:,} rows {order})"
    if question.tested == TARGET:
        return f"{what}, as it stands. {ITSELF}"
    return f"{what}. {HANDED}"


def _evidence(asked: str, tests: Sequence[IidTest], question: Question) -> str:
    against = QUESTIONS[asked].format(cluster=question.cluster, tested=question.tested.removeprefix("the "))
    shown = sorted(tests, key=lambda test: test.log_p_value)[:LISTED]
    listed = "; ".join(_shown(test, question.target) for test in shown)
    more = f"; and {len(tests) - LISTED} more" if len(tests) > LISTED else ""
    return f"Evidence against {against}: {listed}{more}."


def _shown(test: IidTest, target: str) -> str:
    others = [name for name in test.columns if name != target]
    of = "" if not others else f" of {len(test.columns)} columns" if len(test.columns) > 2 else f" of {others[0]}"
    p = test.adjusted_p_value or 0.0
    adjusted = "adjusted P < 1e-300" if p < 1e-300 else f"adjusted P = {p:.2g}"
    effect = "" if test.effect is None else f"{test.effect.name} = {_sized(test.effect)}, "
    name = "" if test.effect is not None and test.effect.name.startswith(test.name) else f"{test.name}{of}: "
    return f"{name}{effect}{adjusted}"


def _sized(effect: Effect) -> str:
    interval = "" if effect.ci95 is None else f" ({effect.ci95[0]:.2g} to {effect.ci95[1]:.2g})"
    return f"{effect.estimate:.3g}{interval}"


def _cost(rows: int, cost: Consequence) -> list[str]:
    if cost.understated < CONSEQUENCE:
        return []
    return [
        f"By {cost.how}, {rows:,} rows leave the mean as uncertain as {cost.effective_n:,.0f} independent ones would: "
        f"a standard error that takes them as independent is too small by a factor of {cost.understated:.2f}."
    ]
