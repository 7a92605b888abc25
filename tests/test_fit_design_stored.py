"""A design survives JSON bit for bit, and a document that was changed is refused with the place that is wrong."""

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
from test_fit_design import frame, of_formula

from crossent import errors
from crossent.fitting.design.array_rows import array_rows
from crossent.fitting.design.design import Design

FORMULAS = [
    "age", "0 + region", "region*scale(age) + log(bmi)", "poly(age, 5):sex + C(k, reference='10')",
    "(region + sex + `my col`)**2 - 1", "center(`my col`):flag", "1",
]  # fmt: skip


def design_of(formula):
    return of_formula(formula, frame(1))[1].design


@pytest.mark.parametrize("formula", FORMULAS)
def test_round_trip_keeps_every_bit(formula):
    data = frame(1)
    design = design_of(formula)
    again = Design.from_dict(json.loads(json.dumps(design.to_dict(), allow_nan=False)))
    assert again == design
    assert again.columns == design.columns
    for one, other in zip(design.matrix(data), again.matrix(data), strict=True):
        assert (one is None) == (other is None)
        assert one is None or one.tobytes() == other.tobytes()


def test_roles_and_targets_survive():
    data = frame(2).assign(out=["yes", "no"] * 48 + ["yes"], w=1.5)
    design = array_rows("out", data, positive="yes", sample_weight="w", cluster="region", features=["age"])[1].design
    assert (design.weight, design.cluster, design.target.levels) == ("w", "region", ("no", "yes"))
    assert Design.from_dict(json.loads(json.dumps(design.to_dict()))) == design
    design = array_rows("k", data, family="binomial", total_count=40, offset="bmi", features=["age"])[1].design
    assert Design.from_dict(json.loads(json.dumps(design.to_dict()))) == design
    assert Design.from_dict(replace(design, target=None).to_dict()).target is None


def places(document, path=()):
    """Every place of a document."""
    yield path
    if isinstance(document, dict):
        for key, value in document.items():
            yield from places(value, (*path, key))
    elif isinstance(document, list):
        for k, value in enumerate(document):
            yield from places(value, (*path, k))


def changed(document, path, value):
    document = copy.deepcopy(document)
    if not path:
        return value
    inside = document
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return document


def refused(document):
    with pytest.raises((errors.DataError, errors.UsageError)) as caught:
        Design.from_dict(document)
    clash = isinstance(caught.value, errors.UsageError)  # two columns of one name
    return clash or (caught.value.place and "the stored design must be as it was written" in caught.value.message)


DOCUMENT = design_of("poly(age, 2)*region + scale(bmi) + C(k)").to_dict()
FREE = {("formula",), ("trials",), ("offset",), ("exposure",), ("frequency",), ("weight",), ("cluster",)}


def test_every_missing_and_every_further_key_is_refused():
    checked = 0
    for path in places(DOCUMENT):
        inside = DOCUMENT
        for step in path:
            inside = inside[step]
        if not isinstance(inside, dict):
            continue
        for key in inside:
            assert refused(changed(DOCUMENT, path, {k: v for k, v in inside.items() if k != key})), (path, key)
            checked += 1
        for key in ("", "__class__", "eval", "levels_", "code"):
            assert refused(changed(DOCUMENT, path, {**inside, key: 1})), (path, key)
            checked += 1
    assert checked > 60


WRONG = [
    None, True, 7, -1, 2.5, float("nan"), float("inf"), "", "__import__('os').system('id')", [], {}, [None], [[]],
    ["a", "a"], {"__reduce__": 1}, "age", "log", 10**400,
]  # fmt: skip


def test_every_value_of_another_kind_is_refused():
    checked = 0
    for path in places(DOCUMENT):
        inside = DOCUMENT
        for step in path:
            inside = inside[step]
        for value in WRONG:
            if value == inside and type(value) is type(inside):
                continue
            may_be = isinstance(value, str) or value is None
            if path in FREE and (may_be or (path == ("trials",) and value == 7)):
                continue  # another column, or none
            if isinstance(inside, str) and isinstance(value, str) and path[-1] not in ("kind", "call", 1):
                continue  # another name: it changes what the design says, and `columns` tells where it matters
            if path[-2:-1] == ("numbers",) and type(value) in (int, float) and value in (7, -1, 2.5):
                continue  # another centre
            if path in (("intercept",), ("target", "fractional")) and isinstance(value, bool):
                continue
            if path == ("target",) and value is None:
                continue
            if path == ("target", "levels") and value == []:
                continue
            if path and path[0] == "target" and path[-1] == "positive" and value is None:
                continue
            assert refused(changed(DOCUMENT, path, value)), (path, value)
            checked += 1
    assert checked > 900


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("terms", 0, 0, 0), 99),
        (("terms", 0, 0, 0), -1),
        (("terms", 0, 0, 0), True),
        (("terms", 0, 0, 1), "reduced"),
        (("factors", 0, "numbers"), [31.0]),
        (("factors", 0, "numbers"), [2.5]),
        (("factors", 0, "call"), "eval"),
        (("factors", 0, "call"), "power"),
        (("factors", 0, "levels"), ["a", "b"]),
        (("factors", 1, "levels"), ["north", "north"]),
        (("factors", 1, "levels"), []),
        (("columns", 0), "another"),
        (("target", "kind"), "label"),
        (("target", "kind"), "classes"),
        (("trials",), -1),
        (("trials",), 0.5),
    ],
)
def test_ranges(path, value):
    assert refused(changed(DOCUMENT, path, value))


def test_deviation_of_zero():
    place = next(k for k, factor in enumerate(DOCUMENT["factors"]) if factor["call"] == "scale")
    assert refused(changed(DOCUMENT, ("factors", place, "numbers", 1), 0.0))
    np.testing.assert_allclose(DOCUMENT["factors"][place]["numbers"][1], frame(1)["bmi"].std())
