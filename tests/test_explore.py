"""The page in a real browser: every number it shows or computes is held to the exact reading of its definition."""

from __future__ import annotations

import math
import re

import mpmath
import numpy as np
import pytest
from browser import Watched, chromium, needs_browser
from mpmath import mp
from vocabulary_samples import SAMPLES

from crossent import cli
from crossent.families.catalogue import FAMILIES
from crossent.families.class_readings import read_index, read_row
from crossent.proof.language.coordinates import PREDICTIONS
from crossent.proof.language.over_classes import Row
from crossent.report.explore import steps
from crossent.report.explore.formulas import LOSSES, ROW_DISTRIBUTIONS, ROW_TARGETS, key, value_of
from crossent.vocabulary import FUNCTIONS, exact

pytestmark = needs_browser
TOLERANCE = 1e-12
DIGITS = 60
CATEGORICAL = FAMILIES["Categorical"].classes


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    place = tmp_path_factory.mktemp("explore") / "explore.html"
    assert cli.main(["explore", "-o", str(place)]) == 0
    return place.as_uri()


@pytest.fixture(scope="module")
def watched(browser, address):
    one = Watched(browser, address, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield one
    one.close()


@pytest.fixture
def tab(watched):
    """The page, as the tests before left it: sections do not know of each other."""
    yield watched.page
    assert watched.messages == []
    assert set(watched.requests) == {watched.address}


def number(x):
    return mpmath.mpf(x)


def row(values):
    return Row.of(number(value) for value in values)


def off(found, right, scale=0):
    """The relative error; against the largest term where terms cancel."""
    if math.isinf(right) or math.isnan(right):
        return 0.0 if found == float(right) or (math.isnan(found) and math.isnan(right)) else math.inf
    size = max(abs(right), abs(scale))
    return float(abs(number(found) - right) / size) if size else abs(found)


def ask(page, text, values):
    """Evaluate a JavaScript function on the page, for every row of values; infinities travel as themselves."""
    return page.evaluate(f"(rows) => rows.map((row) => ({text})(...row))", values)


# -- what is computed --------------------------------------------------------------------------------------------------

BOUNDS = dict.fromkeys(FUNCTIONS, 1e-13) | {"lbeta": 1e-12, "lgamma": 1e-12, "digamma": 1e-12}
EACH, SLOW = 40, {"lbeta": 8}  # the exact lbeta of 1e300 takes half a second


def test_the_vocabulary_keeps_its_digits(tab):
    rng = np.random.default_rng(1)
    compared = 0
    for name, draw in SAMPLES.items():
        with np.errstate(over="ignore"):
            columns = draw(rng)
        chosen = rng.permutation(columns[0].size)[: SLOW.get(name, EACH)]
        arguments = [[float(column[i]) for column in columns] for i in chosen]
        found = ask(tab, f"V.{name}", arguments)
        for given, value in zip(arguments, found, strict=True):
            with mp.workdps(DIGITS):
                right = getattr(exact, name)(*map(number, given))
            if abs(right) > 1.7e308 or 0 < abs(right) < 1e-290:
                continue
            terms = {"lbeta": 1, "sigmoid_residual": given[0], "digamma": 1}.get(name, 0)
            assert off(value, right, terms) <= BOUNDS[name], (name, given, value, right)
            compared += 1
    assert compared >= 800
    assert len(SAMPLES) >= 25


def members(parameters, rng):
    return [float(rng.uniform(max(p.typical[0], -6), min(p.typical[1], 6))) for p in parameters]


def target_of(family, rng):
    kind = family.support.kind
    return {"unit": rng.uniform(), "real": rng.normal()}.get(kind, float(rng.integers(0, 9)))


@pytest.mark.parametrize("name", [n for n, f in FAMILIES.items() if f.classes is None])
def test_families_give_their_loss_gradient_and_curvature(tab, name):
    family, rng = FAMILIES[name], np.random.default_rng(2)
    points = [
        [target_of(family, rng), *members(family.parameters, rng), *(float(rng.integers(9, 30)) for _ in family.fixed)]
        for _ in range(12)
    ]
    compared = 0
    for quantity in ("nll", "gradient", "hessian"):
        found = ask(tab, f"FAMILIES.{key(family)}.{quantity}", points)
        for given, values in zip(points, found, strict=True):
            with mp.workdps(DIGITS):
                right = family.formula(quantity)(*map(number, given))
            pairs = zip(values, right, strict=True) if isinstance(values, list) else [(values, right)]
            for value, expected in pairs:
                assert off(value, expected) <= TOLERANCE, (quantity, given, value, expected)
                compared += 1
    assert compared >= 36


@pytest.mark.parametrize("name", ["Categorical", "Multinomial"])
def test_families_over_classes_sum_as_the_library_does(tab, name):
    formulas, rng = FAMILIES[name].classes, np.random.default_rng(3)
    compared = 0
    for _ in range(10):
        z = [float(v) for v in rng.normal(0, 3, 4)]
        q = [float(v) for v in (rng.dirichlet(np.ones(4)) if name == "Categorical" else rng.integers(0, 9, 4))]
        cases = [("ofRow", q)] + ([("ofIndex", 2)] if formulas.indexed else [])
        for way, target in cases:
            found = ask(tab, f"(t, z) => ROWS.{way}(FAMILIES.{name.lower()}.formulas, t, z)", [[target, z]])[0]
            with mp.workdps(DIGITS):
                exactly = [number(v) for v in z]
                if way == "ofIndex":
                    right = read_index(formulas, target, exactly)
                else:
                    most, first = target.index(max(target)), z.index(max(z))
                    right = read_row(formulas, [number(v) for v in target], exactly, reference=first, most=most)
            for value, expected in [
                (found["nll"], right.nll),
                *zip(found["gradient"], right.gradient, strict=True),
                *zip(found["hessian"], right.diagonal, strict=True),
            ]:
                assert off(value, expected) <= TOLERANCE
                compared += 1
    assert compared >= 90


@pytest.mark.parametrize("text", LOSSES)
def test_losses_of_the_rosetta_from_raw_predictions(tab, text):
    loss, formula = value_of(text)
    coordinate = PREDICTIONS[loss.prediction]
    rng = np.random.default_rng(4)
    rows = coordinate.of in ROW_DISTRIBUTIONS
    compared = 0
    for _ in range(6):
        raw = [float(v) for v in rng.uniform(-2, 2, 3)] if rows else float(rng.uniform(-3, 3))
        target = {
            "binary": lambda: float(rng.uniform()), "sign": lambda: float(rng.choice([-1, 1])),
            "classes": lambda: [float(v) for v in rng.dirichlet(np.ones(3))], "real": lambda: float(rng.normal()),
            "count": lambda: float(rng.integers(0, 9)), "class": lambda: int(rng.integers(0, 3)),
        }[loss.target]()  # fmt: skip
        call = f"(y, raw) => LOSSES[{text!r}].value(y, COORDINATES[{loss.prediction!r}].from_raw(raw))"
        found = ask(tab, call, [[target, raw]])[0]
        with mp.workdps(DIGITS):
            y = row(target) if loss.target in ROW_TARGETS else target if loss.target == "class" else number(target)
            right = formula(y, coordinate.from_raw(row(raw) if rows else number(raw)))
        assert off(found, right) <= TOLERANCE, (target, raw)
        compared += 1
    assert compared == 6


# -- what is shown -----------------------------------------------------------------------------------------------------


class Section:
    """One section of the page: its controls are moved as a reader would, its numbers are read as they stand there."""

    def __init__(self, page, name):
        self.page, self.name, self.root = page, name, page.locator(f"#{name}")
        self.moved = set()

    def move(self, **values):
        for name, value in values.items():
            self.moved.add(name)
            control = self.root.locator(f"[name='{name}'], [data-name='{name}']")
            if control.count() > 1 or control.first.get_attribute("type") == "radio":
                self.root.locator(f"[data-name='{name}'][value='{value}']").check()
            elif control.evaluate("(e) => e.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(str(value))
        return self

    def shown(self):
        """Every number by its name, as a float; each also stands there as text."""
        found = self.root.evaluate(
            """(root) => [...root.querySelectorAll("[data-number]")].map((e) =>
                [e.dataset.number, e.dataset.value, e.textContent])"""
        )
        for name, value, text in found:
            assert value is not None, name
            assert text, name
        return {name: float(value.replace("Infinity", "inf")) for name, value, _ in found}

    def controls(self):
        return self.page.evaluate(
            """(name) => [...document.getElementById(name).querySelectorAll("input[name], select[name]")].map(
                (e) => e.dataset.name || e.name)""",
            self.name,
        )


def one_row(y, p):
    y, p = number(y), number(p)
    q, model = Row((1 - y, y)), Row((1 - p, p))
    return {
        "bce": steps.bce(y, p), "ce": steps.ce(q, model), "term_yes": steps.term(y, p), "y": y, "p": p,
        "term_no": steps.term(1 - y, 1 - p),
    }  # fmt: skip


def soft_label(y, p):
    y, p = number(y), number(p)
    return {"bce": steps.bce(y, p), "ce": steps.ce(Row((1 - y, y)), Row((1 - p, p))), "floor": steps.entropy(y)}


def three_classes(y, z0, z1, z2):
    z = row((z0, z1, z2))
    softmax, sigmoids = steps.softmax(z), steps.sigmoids(z)
    q = row(j == int(y) for j in range(3))
    return {
        **{f"softmax_{j}": softmax[j] for j in range(3)}, **{f"sigmoid_{j}": sigmoids[j] for j in range(3)},
        "softmax_sum": 1, "sigmoid_sum": sum(sigmoids), "ce": steps.ce(q, softmax), "binary": steps.binary_sum(q, z),
    }  # fmt: skip


def logits(y, z, shift):
    y, z = number(y), number(z)
    loss, p = steps.bce_logits(y, z), steps.sigmoid(z)
    return {"sigmoid": p, "softmax": p, "loss": loss, "rows_loss": loss}


def why_log(p, n):
    product, first = 1.0, 0
    for i in range(1, int(n) + 1):
        product *= float(p)
        if not first and product < 2.0**-1022:
            first = i
    n, p = number(n), number(p)
    return {"product": product, "first": first, "sum": steps.log_likelihood(n, n, p), "mean": -mpmath.log(p)}


def likelihood(k, p):
    k, n, p = number(k), number(10), number(p)
    log = steps.log_likelihood(k, n, p)
    return {
        "likelihood": steps.likelihood(k, n, p), "log_likelihood": log, "nll": -log, "mean": -log / n,
        "ce": steps.bce(k / n, p),
    }  # fmt: skip


def number_line(q, p):
    q, p = number(q), number(p)
    return {"entropy": steps.entropy(q), "kl": steps.divergence(q, p), "ce": steps.entropy(q) + steps.divergence(q, p)}


def gaussian(m, s, last):
    y, m, s = row((-0.8, 0.4, 0.9, 1.7, float(last))), number(m), number(s)
    mse, scale, offset = steps.mean_squared_error(y, m), 1 / (2 * s**2), mpmath.log(2 * mp.pi * s**2) / 2
    return {
        "mse": mse, "scale": scale, "offset": offset, "affine": scale * mse + offset,
        "nll": steps.mean_gaussian(y, m, s),
    }  # fmt: skip


def iid(copies, drift):
    copies, d = number(copies), number(drift)
    half = number(1) / 2
    pooled, separate = steps.entropy(half), (steps.entropy(half - d) + steps.entropy(half + d)) / 2
    return {
        "n": 24, "effective": 24 / copies, "claimed": mpmath.sqrt(number(1) / 96),
        "actual": mpmath.sqrt(copies / 96), "pooled": pooled, "separate": separate, "gap": pooled - separate,
    }  # fmt: skip


def smoothing(s, classes, z):
    s, C, z = number(s), int(classes), number(z)
    q = row(j == 0 for j in range(C))
    p = steps.softmax(Row((z,) + (z * 0,) * (C - 1)))
    target = steps.smoothed_target(q, s)
    return {
        "target": target[0], "p": p[0], "loss": steps.ce(target, p), "mixture": steps.ce(target, p),
        "floor": steps.ce(target, target), "hard": steps.ce(q, p),
    }  # fmt: skip


SETTINGS = {
    one_row: [{"y": 1, "p": 0.8}, {"y": 0, "p": 0.8}, {"y": 0, "p": 0.35}, {"y": 1, "p": 0.01}, {"y": 0, "p": 0.99}],
    soft_label: [{"y": 0.7, "p": 0.4}, {"y": 0.7, "p": 0.7}, {"y": 0, "p": 0.25}, {"y": 1, "p": 0.99},
                 {"y": 0.33, "p": 0.08}],
    three_classes: [
        {"y": 0, "z0": 2, "z1": 1, "z2": -1}, {"y": 1, "z0": 6, "z1": -6, "z2": 0.5},
        {"y": 2, "z0": -3, "z1": -2.5, "z2": 6},
    ],
    logits: [
        {"y": 0, "z": 3, "shift": 0}, {"y": 1, "z": -17.5, "shift": 20}, {"y": 0, "z": 30, "shift": -20},
        {"y": 0, "z": 36, "shift": 1.5}, {"y": 0, "z": 60, "shift": 0}, {"y": 1, "z": 60, "shift": -3},
    ],
    why_log: [{"p": 0.9, "n": 9000}, {"p": 0.9, "n": 6720}, {"p": 0.5, "n": 1200}, {"p": 0.99, "n": 12000}],
    likelihood: [{"k": 7, "p": 0.5}, {"k": 0, "p": 0.3}, {"k": 10, "p": 0.99}, {"k": 3, "p": 0.3}],
    number_line: [{"q": 0.3, "p": 0.75}, {"q": 0.5, "p": 0.51}, {"q": 0, "p": 0.01}, {"q": 1, "p": 0.4}],
    gaussian: [
        {"m": 2.2, "s": 1, "last": 3.2}, {"m": -3, "s": 0.3, "last": 5}, {"m": 1.1, "s": 3, "last": -2.45},
    ],
    iid: [{"copies": 1, "drift": 0}, {"copies": 12, "drift": 0.45}, {"copies": 5, "drift": 0.1}],
    smoothing: [{"s": 0.1, "classes": 3, "z": 3}, {"s": 0.9, "classes": 20, "z": 12}, {"s": 0, "classes": 2, "z": -4}],
}  # fmt: skip


@pytest.mark.parametrize("right", SETTINGS, ids=lambda step: step.__name__)
def test_steps_show_what_the_definitions_say(tab, right):
    section = Section(tab, right.__name__)
    for settings in SETTINGS[right]:
        found = section.move(**settings).shown()
        with mp.workdps(DIGITS):
            expected = right(**settings)
        for name, value in expected.items():
            assert off(found[name], value) <= TOLERANCE, (settings, name, found[name], value)
        assert section.root.locator(".said").inner_text()
    assert set(section.controls()) == section.moved


def test_a_loss_from_a_rounded_probability_is_lost(tab):
    section = Section(tab, "logits")
    for z, wrong in ((20, 1e-9), (30, 1e-6), (36, 1e-3), (40, math.inf)):
        found = section.move(y=0, z=z, shift=0).shown()
        with mp.workdps(DIGITS):
            rounded = number(found["sigmoid"])
            assert off(found["naive"], steps.bce(number(0), rounded)) <= TOLERANCE
            assert found["lost"] == 1 - rounded
            assert off(found["naive"], number(found["loss"])) >= wrong
            assert off(found["loss"], steps.bce_logits(number(0), number(z))) <= TOLERANCE


def test_at_least_200_displayed_numbers_are_compared():
    with mp.workdps(20):
        assert sum(len(right(**settings)) for right in SETTINGS for settings in SETTINGS[right]) >= 200


def test_the_question_comes_first(tab):
    header = tab.locator("#question")
    assert "It is not different" in header.inner_text()
    assert header.locator("math").count() >= 2
    box = tab.locator("#verdict").bounding_box()
    assert box["y"] + box["height"] < 900


def test_both_formulas_give_0_2231_and_the_other_term_fades(tab):
    section = Section(tab, "one_row").move(y=1, p=0.8)
    assert section.root.locator("[data-number='bce']").inner_text() == "0.2231"
    assert section.root.locator("[data-number='ce']").inner_text() == "0.2231"
    assert section.root.locator("[data-part='no'].faded").count() == 3
    assert section.root.locator("[data-part='yes'].faded").count() == 0
    section.move(y=0)
    assert section.root.locator("[data-part='yes'].faded").count() == 3


def test_which_sum_runs_where(tab):
    section = Section(tab, "which_sum")
    tab.reload()
    models = {2: [(0.2, 0.8), (0.7, 0.3), (0.4, 0.6), (0.95, 0.05)],
              3: [(0.1, 0.2, 0.7), (0.6, 0.3, 0.1), (0.25, 0.5, 0.25), (0.05, 0.05, 0.9)]}  # fmt: skip
    compared = 0
    for classes, happened in ((2, [1, 0, 1, 0]), (3, [2, 0, 1, 2])):
        section.move(classes=classes)
        for way in ("classes", "rows", "both"):
            section.move(sum=way, row=3)
            happened[1] = (happened[1] + 1) % classes
            section.root.locator("tbody tr").nth(1).locator("button").nth(happened[1]).click()
            found = section.shown()
            with mp.workdps(DIGITS):
                losses = [-mpmath.log(number(model[j])) for model, j in zip(models[classes], happened, strict=True)]
                mean = sum(losses) / 4
            expected = {f"loss_{i}": loss for i, loss in enumerate(losses)} | {"mean": mean}
            expected["sum"] = losses[2] if way == "classes" else mean
            for name, value in expected.items():
                assert off(found[name], value) <= TOLERANCE
                compared += 1
            lit = section.root.locator("td.lit").count()
            assert lit == {"classes": classes + 1, "rows": 5, "both": 4 * classes + 5}[way]
    assert compared == 36
    assert set(section.controls()) == section.moved


def test_the_free_part_shows_every_family_along_every_parameter(tab):
    section = Section(tab, "families")
    rng = np.random.default_rng(5)
    compared = 0
    for family in FAMILIES.values():
        section.move(family=key(family))
        axes = section.root.locator("#families-axis option").all_inner_texts()
        assert len(axes) == (3 if family.classes else len(family.parameters))
        for axis in axes:
            section.move(axis=axis)
            for slider in section.root.locator("input[type=range]").all():
                low, high, step = (float(slider.get_attribute(name)) for name in ("min", "max", "step"))
                places = int(rng.integers(0, 1 + round((high - low) / step)))
                slider.fill(f"{low + places * step:.10g}")
            given = dict(tab.evaluate(
                """() => [...document.querySelectorAll("#families input[type=range]")]
                    .map((e) => [e.name, e.valueAsNumber])"""
            ))  # fmt: skip
            with mp.workdps(DIGITS):
                expected = family_at(family, given, axis)
            found = section.shown()
            for name, value in expected.items():
                assert off(found[name], value) <= TOLERANCE, (family.name, given, name)
                compared += 1
    assert compared >= 40


def family_at(family, given, axis):
    values = {name: number(value) for name, value in given.items()}
    if family.classes is not None:
        z = [values[f"z{j}"] for j in range(3)]
        if family.support.kind == "classes":
            read = read_index(family.classes, int(given["y"]), z)
        else:
            q = [values[f"y{j}"] for j in range(3)]
            read = read_row(family.classes, q, z, reference=z.index(max(z)), most=q.index(max(q)))
        j = int(axis[1])
        return {"loss": read.nll, "gradient": read.gradient[j], "curvature": read.diagonal[j]}
    names = [p.name for p in family.parameters]
    arguments = [values["y"], *(values[p.name] for p in (*family.parameters, *family.fixed))]
    i = names.index(axis)
    at = {0: 0, 1: 2}[i] if len(names) == 2 else 0
    gradient, hessian = (family.formula(quantity)(*arguments) for quantity in ("gradient", "hessian"))
    return {"loss": family.formula("nll")(*arguments), "gradient": gradient[i], "curvature": hessian[at]}


PAIRS = [
    ("bce", "ce", {"y": 0.35, "z": -2.5}), ("bce", "brier", {"y": 1, "z": 4}),
    ("hinge", "logistic", {"y": 1, "z": 0.4}), ("ce", "kl", {"y": 2, "soft": 0.3, "z0": 1.5, "z1": -1, "z2": 0.25}),
    ("softmax_bce", "sigmoid_ce", {"y": 1, "soft": 0, "z0": 1, "z1": 2, "z2": -0.5}),
    ("mse", "normal(scale=1)", {"y": 2.5, "m": -1.3}), ("poisson", "torch.nn.PoissonNLLLoss", {"y": 7, "e": 1.5}),
    ("focal(gamma=2)", "wrong_sign_bce", {"y": 0, "z": 1}),
]  # fmt: skip


def loss_at(text, other, given):
    loss, formula = value_of(text)
    coordinate = PREDICTIONS[loss.prediction]
    kinds = {PREDICTIONS[value_of(name)[0].prediction].of for name in (text, other)}
    y = given["y"]
    if coordinate.of == "categorical":
        two = "bernoulli" in kinds
        raw = row([0, given["z"]]) if two else row(given[f"z{j}"] for j in range(3))
        soft = number(given.get("soft", 0))
        y = Row((1 - number(y), number(y))) if two else Row.of(1 - soft if j + 1 == y else soft / 2 for j in range(3))
    else:
        raw = number(given[{"bernoulli": "z", "location": "m", "rate": "e"}[coordinate.of]])
        y = 2 * number(y) - 1 if loss.target == "sign" else number(y)
    return formula(y, coordinate.from_raw(raw))


def test_two_losses_side_by_side(tab):
    section = Section(tab, "two_losses")
    for left, right, given in PAIRS:
        section.move(left=left, right=right)
        section.move(**given)
        found = section.shown()
        with mp.workdps(DIGITS):
            assert off(found["left"], loss_at(left, right, given)) <= TOLERANCE, (left, right)
            assert off(found["right"], loss_at(right, left, given)) <= TOLERANCE, (left, right)
        assert section.root.locator("[data-text='verdict']").inner_text()
        assert section.root.locator("[data-text='sentence']").inner_text()
    section.move(left="huber(delta=1)", right="ce")
    assert section.root.locator("[data-text='verdict']").inner_text() == "incomparable"
    assert section.root.locator("#drawn").is_hidden()


def test_every_pair_of_the_selection_can_be_chosen(tab):
    outcome = tab.evaluate(
        """() => {
            const [left, right] = ["left", "right"].map((side) => document.getElementById(`two_losses-${side}`));
            const blank = [];
            for (const one of left.options) for (const other of right.options) {
              left.value = one.value;
              right.value = other.value;
              left.dispatchEvent(new Event("input", { bubbles: true }));
              const said = document.querySelector("#two_losses [data-text=sentence]").textContent;
              if (!said) blank.push([one.value, other.value]);
            }
            return [left.options.length, blank];
        }"""
    )
    assert outcome == [len(LOSSES), []]


# -- how it behaves ----------------------------------------------------------------------------------------------------


def test_everything_can_be_moved_by_keyboard(tab):
    Section(tab, "one_row").move(y=1, p=0.8)
    Section(tab, "two_losses").move(left=LOSSES[0], right=LOSSES[1])
    tab.locator("#one_row-p").focus()
    before = Section(tab, "one_row").shown()["p"]
    tab.keyboard.press("ArrowRight")
    assert Section(tab, "one_row").shown()["p"] == pytest.approx(before + 0.01)
    tab.keyboard.press("End")
    assert Section(tab, "one_row").shown()["p"] == 0.99
    tab.locator("#which_sum tbody button").first.focus()
    tab.keyboard.press("Enter")
    assert tab.locator("#which_sum tbody button").first.get_attribute("aria-pressed") == "true"
    tab.locator("#two_losses-left").focus()
    tab.keyboard.press("ArrowDown")
    assert tab.locator("#two_losses-left").input_value() == LOSSES[1]
    tab.locator("#one_row input[type=radio]").first.focus()
    tab.keyboard.press("ArrowRight")
    assert Section(tab, "one_row").shown()["y"] == 0
    assert tab.evaluate("getComputedStyle(document.activeElement.closest('label')).outlineStyle") == "solid"


def test_tab_reaches_every_control(tab):
    wanted = tab.evaluate(
        """() => new Set([...document.querySelectorAll("input, select, button, a[href], summary")]
            .filter((e) => e.offsetParent !== null).map((e) => e.type === "radio" ? e.name : e)).size"""
    )
    reached = set()
    tab.evaluate("() => { document.activeElement.blur(); getSelection().removeAllRanges(); }")
    for _ in range(wanted + 5):
        tab.keyboard.press("Tab")
        reached.add(
            tab.evaluate(
                """() => { const e = document.activeElement; window.seen ??= [];
                const key = e.type === "radio" ? e.name : e;
                if (!window.seen.includes(key)) window.seen.push(key); return window.seen.indexOf(key); }"""
            )
        )
    assert len(reached) >= wanted
    assert wanted >= 60


def test_everything_has_a_name_for_screen_readers(tab):
    unnamed = tab.evaluate(
        """() => [...document.querySelectorAll("input, select, button, [role=img], nav, section")].filter((e) => {
            const labels = e.labels ? [...e.labels].map((l) => l.textContent.trim()).join("") : "";
            const own = e.getAttribute("aria-label") || e.getAttribute("aria-labelledby");
            return !(labels || own || e.textContent.trim());
        }).map((e) => e.outerHTML)"""
    )
    assert unnamed == []
    assert tab.locator("[role=status][aria-live=polite]").count() == 1
    tab.locator("#soft_label-p").fill("0.7")
    tab.wait_for_timeout(800)
    assert "0.6109" in tab.locator("#announcer").inner_text()
    assert tab.evaluate("document.documentElement.lang") == "en"


def luminance(colour):
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    r, g, b = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_dresses_have_contrast(browser, address, scheme):
    watched = Watched(browser, address, color_scheme=scheme)
    page = watched.page
    assert page.evaluate("document.documentElement.dataset.theme") == scheme

    def read(name, ground):
        page.evaluate(f"document.getElementById('announcer').style.color = 'var(--{name})'")
        page.evaluate(f"document.getElementById('announcer').style.background = 'var(--{ground})'")
        style = "getComputedStyle(document.getElementById('announcer'))"
        return luminance(page.evaluate(f"{style}.color")), luminance(page.evaluate(f"{style}.backgroundColor"))

    for name in ("ink", "quiet", "truth", "model", "both"):
        for ground in ("paper", "card"):
            high, low = sorted(read(name, ground), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.5, (name, ground)
    page.locator("#dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == {"light": "dark", "dark": "light"}[scheme]
    watched.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_nothing_is_clipped_at_any_width(browser, address, tmp_path, width, height):
    watched = Watched(browser, address, viewport={"width": width, "height": height}, reduced_motion="reduce")
    page = watched.page
    for family in FAMILIES.values():
        Section(page, "families").move(family=key(family))
        assert page.evaluate("document.documentElement.scrollWidth") == width
    page.screenshot(path=tmp_path / f"{width}.png", full_page=True)
    assert (tmp_path / f"{width}.png").stat().st_size > 100_000
    outside = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter((e) => {
            const box = e.getBoundingClientRect();
            const scrolls = e.closest(".formula, .line, math, .hidden");
            return box.width && !scrolls && (box.right > innerWidth + 1 || box.left < -1);
        }).map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert outside == []
    drawn = page.locator(".chart canvas").count()
    assert drawn == page.locator(".chart").count() >= 11
    watched.close()


def test_motion_is_left_out_where_it_is_not_wanted(tab):
    part = "getComputedStyle(document.querySelector('[data-part]')).transitionDuration"
    assert tab.evaluate(part) in ("0s", "")
    tab.emulate_media(reduced_motion="no-preference")
    assert tab.evaluate(part) == "0.25s"
    tab.emulate_media(reduced_motion="reduce")
