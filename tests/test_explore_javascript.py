"""The JavaScript reading: what a traced formula is written as. That it computes the same is test_explore.py's."""

import pytest

from crossent import errors
from crossent.families.catalogue import FAMILIES
from crossent.proof.language.over_classes import log_softmax, number_of_classes, own, softmax, total
from crossent.report.explore.formulas import LOSSES, script
from crossent.report.explore.javascript import javascript
from crossent.report.explore.steps import FORMULAS
from crossent.vocabulary import FUNCTIONS, HALF_LOG_TWO_PI, exp, log, logsumexp, where, xlogy


def lines(*arguments, **options):
    return [line.strip() for line in javascript(*arguments, **options).splitlines()]


def test_shared_parts_are_computed_once():
    written = javascript(lambda z: exp(z) + exp(z) * exp(z), ["z"])
    assert written.count("V.exp") == 1


def test_a_row_is_computed_class_by_class_and_summed():
    assert lines(lambda q, p: -total(xlogy(q, p)), ["q", "p"], ["q", "p"]) == [
        "(q, p) => {",
        "const v0 = V.each(q, (j) => V.xlogy(q[j], p[j]));",
        "const v1 = V.total(v0);",
        "const v2 = -v1;",
        "return v2;",
        "}",
    ]


def test_one_number_stands_beside_every_class():
    written = lines(softmax, ["z"], ["z"])
    assert "(j) => v0[j] / " in written[-3]
    assert "V.own(v" in javascript(lambda y, z: own(log_softmax(z), y), ["y", "z"], ["z"])
    assert "V.number_of_classes(z)" in javascript(lambda z: log(number_of_classes(z)), ["z"], ["z"])


@pytest.mark.parametrize(
    ("formula", "part"),
    [
        (lambda x: where((x > 0) & (x < 1), x, -2), "v0 && v1"),
        (lambda x: where((x > 0) | (x < -1), x, -2), "v0 || v1"),
        (lambda x: where(x > 0, x, -2), "v0 ? x : (-2)"),
        (lambda x: x**x, "Math.pow(x, x)"),
        (lambda x: x * HALF_LOG_TWO_PI, "x * 0.9189385332046728"),
        (lambda x: logsumexp((x, 2 * x, 0)), "V.logsumexp(x, v0, 0)"),
        (lambda x: (x, 3), "return [x, 3]"),
        (lambda x: 7, "return 7"),
    ],
)
def test_every_kind_of_operation(formula, part):
    assert part in javascript(formula, ["x"])


def test_only_names_are_written():
    with pytest.raises(errors.UsageError):
        javascript(lambda x: x, ["x); alert(1"])


def test_everything_the_page_needs_is_written():
    text = script()
    assert len(FORMULAS) >= 20
    assert len(LOSSES) >= 20
    for name in FORMULAS:
        assert f"\n{name}: (" in text
    for family in FAMILIES.values():
        assert family.support.words in text
    assert "undefined" not in text
    assert "None" not in text


def test_the_page_computes_what_the_vocabulary_has():
    from crossent.report.explore.page import ASSETS

    offered = ASSETS.joinpath("vocabulary.js").read_text(encoding="utf-8").rpartition("return {")[2]
    names = {word.strip() for word in offered.partition("}")[0].split(",")}
    assert set(FUNCTIONS) <= names
    assert len(FUNCTIONS) >= 30
