"""The catalogue of named losses: what every entry states, the readings of its formula, finding it by name."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import mpmath
import numpy as np
import pytest
import rosetta_samples as samples
import sympy
from mpmath import mp

import crossent as ce
from crossent import errors
from crossent.families.class_readings import read_given, read_row
from crossent.families.contract import Family, Parameter, Support
from crossent.proof.language import symbols
from crossent.proof.language.coordinates import PREDICTIONS, TARGETS
from crossent.proof.language.over_classes import Row, total
from crossent.proof.rosetta import REDUCTIONS, ROSETTA, complete, find, of_family
from crossent.proof.rosetta.families import SHORT, SHORT_DEVIANCE, deviance_of_family
from crossent.proof.rosetta.names import DOMAINS
from crossent.vocabulary import exp

NAMES = sorted(ROSETTA)
OWNERS = {
    "": 26, "crossent": 22, "torch": 15, "optax": 17, "sklearn": 28, "xgboost": 20, "lightgbm": 14, "keras": 11
}  # fmt: skip
ELICITED = ("distribution", "mean", "median", "quantile", "sign", "nothing named")


def test_how_many_names_there_are() -> None:
    assert Counter(loss.owner for loss in ROSETTA.values()) == OWNERS
    assert len(ROSETTA) == sum(OWNERS.values()) == 153
    assert sum(loss.checked for loss in ROSETTA.values()) == 142
    aliases = [alias for loss in ROSETTA.values() for alias in loss.aliases]
    assert len(set(aliases)) == len(aliases) == 99
    assert not set(aliases) & set(ROSETTA)


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_says_what_it_is(name: str) -> None:
    loss = ROSETTA[name]
    assert loss.name == name
    assert loss.doc.endswith(".")
    assert loss.source
    assert loss.target in TARGETS
    assert loss.prediction in PREDICTIONS
    assert loss.elicits in ELICITED
    assert len(loss.arguments) >= 2
    assert loss.reduction in REDUCTIONS or loss.reduction == "none"
    assert all(meaning in REDUCTIONS or meaning == "none" for _, meaning in loss.reductions)
    assert all(setting.domain in DOMAINS and setting.symbol for setting in loss.settings)
    assert {setting.name for setting in loss.settings} >= set(loss.moved_by)
    assert loss.checked == (loss.owner != "keras")


# -- the readings ------------------------------------------------------------------------------------------------------


def numbers(loss: object, n: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    return samples.targets(loss.target, n, rng), samples.predictions(loss.prediction, n, rng)


@pytest.mark.parametrize("name", NAMES)
def test_the_array_and_the_exact_reading_agree(name: str) -> None:
    loss, settings, _ = samples.filled(ROSETTA[name])
    target, prediction = numbers(loss)
    for choices in samples.every_choice(loss):
        values = loss.formula(target, prediction, **samples.as_floats(settings), **choices)
        assert values.shape == (4,)
        with mp.workdps(50):
            for i, value in enumerate(values):
                exact = samples.exact_row(loss, target[i], prediction[i], settings, choices)
                assert isinstance(exact, mpmath.mpf)
                assert mp.fabs(exact - value) <= 1e-13 * (1 + mp.fabs(exact))


@pytest.mark.parametrize("name", NAMES)
def test_the_symbolic_readings_agree_with_the_exact_one(name: str) -> None:
    """Of three classes, and of any number C of them: the sum written out for C = 3 is the same number."""
    loss, settings, choices = samples.filled(ROSETTA[name])
    target, prediction = (column[0] for column in numbers(loss))
    if loss.target.startswith("count"):
        target = np.maximum(target, 1)  # 0 log 0 is not a number to SymPy
    with mp.workdps(50):
        exact = samples.exact_row(loss, target, prediction, settings, choices)
    rows = {kind: [sympy.Symbol(f"{kind}_{j}", real=True) for j in range(samples.C)] for kind in "qp"}
    y, p = sympy.Symbol("y", real=True), sympy.Symbol("p", real=True)
    values = {}
    for row, numbers_of_row in (("q", target), ("p", prediction)):
        if isinstance(numbers_of_row, np.ndarray):
            values |= dict(zip(rows[row], map(float, numbers_of_row), strict=True))
    values |= {y: target, p: prediction}
    values = {symbol: sympy.Rational(float(v)) for symbol, v in values.items() if not isinstance(v, np.ndarray)}
    wide_target, wide = isinstance(target, np.ndarray), isinstance(prediction, np.ndarray)
    index = int(target) if loss.target == "class" else None
    of_three = loss.formula(
        Row.of(rows["q"]) if wide_target else y if index is None else index, Row.of(rows["p"]) if wide else p,
        **settings, **choices,
    )  # fmt: skip
    found = [of_three.xreplace(values)]
    if wide:
        generic = loss.formula(
            symbols.row("q") if wide_target else sympy.Symbol("k", integer=True, positive=True), symbols.row("p"),
            **settings, **choices,
        )  # fmt: skip
        found.append(written_out(generic, index).xreplace(values))
    for expression in found:
        assert not expression.atoms(sympy.Float)
        with mp.workdps(50):
            value = mpmath.mpf(str(sympy.N(expression, 30)))
            assert mp.fabs(value - exact) <= 1e-25 * (1 + mp.fabs(exact))


def written_out(generic: sympy.Expr, index: int | None) -> sympy.Expr:
    """A formula over any number of classes, for three."""
    expression = generic.subs(symbols.CLASSES, samples.C)
    if index is not None:
        expression = expression.subs(sympy.Symbol("k", integer=True, positive=True), index + 1)
    expression = expression.doit()
    entries = {
        entry: sympy.Symbol(f"{entry.base}_{entry.indices[0] - 1}", real=True)
        for entry in expression.atoms(sympy.Indexed)
    }
    return expression.xreplace(entries)


@pytest.mark.parametrize("name", [name for name in NAMES if ROSETTA[name].clamp])
def test_a_clamp_changes_nothing_inside_its_region_and_something_outside(name: str) -> None:
    loss, settings, choices = samples.filled(ROSETTA[name])
    clamp, inside, outside = loss.clamp, 0, 0
    rng = np.random.default_rng(6)
    bent, straight = samples.extremes(loss.target, loss.prediction)
    rows = [*zip(samples.targets(loss.target, 20, rng), samples.predictions(loss.prediction, 20, rng), strict=True)]
    rows += [*zip(bent, straight, strict=True)]
    keywords = [settings]
    if "var" in settings:
        keywords.append(settings | {"var": sympy.Rational(1, 10**8)})
    if "eps" in settings:
        keywords.append(settings | {"eps": sympy.Integer(0)})
    with mp.workdps(samples.DIGITS):
        for y, p in rows:
            for given in keywords:
                arguments = (samples.as_exact(y), samples.as_exact(p))
                exact = samples.exact_settings(given)
                held = clamp.region(*arguments, **exact, **choices)
                held = all(held) if isinstance(held, Row) else bool(held)
                whole = loss.formula(*arguments, **exact, **choices)
                free = clamp.inside(*arguments, **exact, **choices)
                if held:
                    assert mp.almosteq(whole, free, rel_eps=mpmath.mpf(10) ** -90) or whole == free
                inside, outside = inside + held, outside + (not held and whole != free)
    assert inside >= 10
    assert outside >= 1
    assert clamp.words


# -- families ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "first"), sorted(SHORT))
def test_the_short_form_is_the_family_s_own(name: str, first: str) -> None:
    """Against the formulas that the loss functions compute, both exactly, on ordinary and extreme parameters."""
    family = ce.FAMILIES[name]
    loss, settings, choices = samples.filled(of_family(family, first))
    rng = np.random.default_rng(7)
    target, prediction = samples.targets(loss.target, 12, rng), samples.predictions(loss.prediction, 12, rng)
    rows = list(zip(target, prediction, strict=True))
    if not family.classes:
        rows += [*zip(*samples.extremes(loss.target, loss.prediction), strict=True)]
    compared = 0
    with mp.workdps(60):  # beyond what float64 sees, at the extremes, a family's own form may take a short cut
        held = samples.exact_settings(settings)
        for i, (y, p) in enumerate(rows):
            y = np.minimum(y, 9) if "total_count" in settings else y
            short = samples.exact_row(loss, y, p, settings, choices)
            own = own_nll(family, first, samples.as_exact(y), samples.as_exact(p), held)
            assert short == own or mp.almosteq(short, own, rel_eps=1e-30 if i < 12 else 1e-17, abs_eps=1e-40), (y, p)
            compared += 1
    assert compared >= 12


def own_nll(family: Family, first: str, y: object, p: object, held: dict[str, object]) -> object:
    """The negative log-likelihood as the kernels have it, in the exact reading."""
    if not family.classes:
        logarithms = first.startswith("log_")
        rest = [mp.log(value) if logarithms and name == "concentration" else value for name, value in held.items()]
        second = ["log_concentration" if logarithms else "concentration"] * ("concentration" in held)
        choice = family.match([first, *second])
        return choice.nll(y, p, *rest)
    most = max(range(len(y)), key=lambda j: y[j])
    if first == "probs":
        return read_given(family.classes, tuple(y), tuple(p), most=most)
    return read_row(family.classes, tuple(y), tuple(p), reference=max(range(len(p)), key=lambda j: p[j]), most=most).nll


def test_every_family_is_here_with_its_deviance() -> None:
    for family in ce.FAMILIES.values():
        assert find(family.name)[0].owner == "crossent"
        deviance = deviance_of_family(family)
        assert deviance is not None
        assert ROSETTA[deviance.name].target == ROSETTA[find(family.name)[0].name].target
    assert set(SHORT_DEVIANCE) == {"NegativeBinomial", "Categorical", "Multinomial"}


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("deviance_")])
def test_a_deviance_is_twice_what_is_lost_against_the_best_prediction(name: str) -> None:
    """Two predictions for a target differ in deviance by twice their difference in nll."""
    deviance, settings, choices = samples.filled(ROSETTA[name])
    nll, held, _ = samples.filled(ROSETTA[name.removeprefix("deviance_")], **settings)
    assert held == settings
    rng = np.random.default_rng(8)
    target = samples.targets(deviance.target, 6, rng)
    if "total_count" in settings:
        target = np.minimum(target, 9)
    p, other = (samples.predictions(deviance.prediction, 6, rng) for _ in range(2))
    with mp.workdps(50):
        for i in range(6):
            rows = [
                samples.exact_row(d, target[i], x[i], settings, choices) for d in (deviance, nll) for x in (p, other)
            ]
            assert mp.almosteq(rows[0] - rows[1], 2 * (rows[2] - rows[3]), rel_eps=1e-12, abs_eps=1e-12)
            assert rows[0] >= 0


def test_a_family_of_the_users_own() -> None:
    rate = Parameter("log_rate", "e")
    waiting = Family("WaitingTime", (rate,), Support("positive"), lambda y, log_rate: y * exp(log_rate) - log_rate)
    loss = of_family(waiting)
    assert (loss.name, loss.target, loss.prediction) == ("waiting_time", "positive", "log_rate")
    assert float(loss.formula(mpmath.mpf(2), mpmath.mpf(0))) == 2.0
    with pytest.raises(errors.UsageTypeError, match="scale"):
        of_family(waiting, "scale")


# -- names -------------------------------------------------------------------------------------------------------------

FOUND = {
    "bce": ("bce", {"label_smoothing": "0"}, {}),
    "ce(label_smoothing=0.1)": ("ce", {"label_smoothing": "1/10"}, {}),
    "  ce ( label_smoothing = 1e-3 )": ("ce", {"label_smoothing": "1/1000"}, {}),
    "focal": ("focal", {}, {}),
    "focal(gamma=0)": ("focal", {"gamma": "0"}, {}),
    "Bernoulli": ("bernoulli", {}, {}),
    "NEGATIVE_BINOMIAL": ("negative_binomial", {}, {}),
    "normal(scale=1)": ("normal", {"scale": "1"}, {}),
    "BCELoss": ("torch.nn.BCELoss", {}, {}),
    "torch.nn.functional.binary_cross_entropy": ("torch.nn.BCELoss", {}, {}),
    "torch.nn.PoissonNLLLoss(full=True)": ("torch.nn.PoissonNLLLoss", {}, {"full": True}),
    "PoissonNLLLoss(log_input=False, eps=0.1)": (
        "torch.nn.PoissonNLLLoss(log_input=False)", {"eps": "1/10"}, {"full": False}
    ),
    "torch.nn.KLDivLoss(log_target=True)": ("torch.nn.KLDivLoss", {}, {"log_target": True}),
    "optax.sigmoid_focal_loss(alpha=0.25)": ("optax.sigmoid_focal_loss(alpha=...)", {"alpha": "1/4", "gamma": "2"}, {}),
    "mean_tweedie_deviance": ("sklearn.metrics.mean_tweedie_deviance", {}, {}),
    "mean_tweedie_deviance(power=2.0)": ("sklearn.metrics.mean_gamma_deviance", {}, {}),
    "mean_tweedie_deviance(power=1.3)": ("sklearn.metrics.mean_tweedie_deviance(power=...)", {"power": "13/10"}, {}),
    "binary:logistic": ("xgboost.binary:logistic", {}, {}),
    "xgboost:count:poisson": ("xgboost.count:poisson", {}, {}),
    "poisson-nloglik": ("xgboost.poisson-nloglik", {}, {}),
    "reg:quantileerror(quantile_alpha=0.5)": ("xgboost.reg:quantileerror", {"quantile_alpha": "1/2"}, {}),
    "lightgbm.huber": ("lightgbm.huber", {"alpha": "9/10"}, {}),
    "keras.losses.BinaryCrossentropy(from_logits=True)": (
        "keras.losses.BinaryCrossentropy(from_logits=True)", {"label_smoothing": "0"}, {}
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", FOUND)
def test_finding(text: str) -> None:
    loss, settings, choices = find(text)
    assert (loss.name, {name: str(value) for name, value in settings.items()}, choices) == FOUND[text]
    assert all(isinstance(value, sympy.Rational) for value in settings.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_name_and_alias_finds_its_entry(name: str) -> None:
    for spelled in (name, *ROSETTA[name].aliases):
        if "=..." not in spelled:
            assert find(spelled)[0].name == name


def test_a_named_reduction() -> None:
    loss = find('torch.nn.KLDivLoss(reduction="mean")')[0]
    assert (loss.reduction, loss.asked_reduction) == ("mean over rows and classes",) * 2
    assert find('torch.nn.KLDivLoss(reduction="batchmean")')[0].reduction == "batchmean"
    loss = find("torch.nn.BCELoss")[0]
    assert (loss.reduction, loss.asked_reduction) == ("mean", "")
    assert find('bce(reduction="sum")')[0].asked_reduction == "sum"


def test_what_moves_the_minimum_is_known() -> None:
    assert find("ce")[0].elicits == "distribution"
    assert find("ce(label_smoothing=0)")[0].elicits == "distribution"
    assert find("ce(label_smoothing=0.1)")[0].elicits == "nothing named"
    assert find("BCEWithLogitsLoss(pos_weight=2)")[0].elicits == "nothing named"


REFUSED = {
    "bec": "did you mean bce",
    "crossentropy": "cross_entropy",
    "torch.nn.BCElos": "torch.nn.BCELoss",
    "quuxly": "names are known",
    "HuberLoss": "sklearn._loss.HuberLoss, torch.nn.HuberLoss",
    "bce(p=1)": "none called 'p'",
    "hinge(margin=1)": "it takes",
    "focal(gamma=-1)": "gamma must be at least 0; it is -1",
    "focal(gamma='two')": "gamma must be a number at least 0; it is 'two'",
    "pinball(quantile=1)": "above 0 and below 1",
    "ce(label_smoothing=1.01)": r"in \[0, 1\]",
    "binomial(total_count=2.5)": "whole number",
    "torch.nn.MultiMarginLoss(p=3)": "1 or 2",
    "mean_tweedie_deviance(power=3)": "above 1 and below 2",
    "torch.nn.PoissonNLLLoss(full=1)": "must be one of False, True; it is 1",
    "torch.nn.PoissonNLLLoss(full='yes')": "must be one of False, True; it is 'yes'",
    'torch.nn.MSELoss(reduction="batchmean")': "reduction must be one of 'none', 'mean', 'sum'",
    "bce(1)": "an argument has no keyword",
    "focal(gamma=10**9)": "neither a number nor a word",
    "focal(gamma=1/2)": "neither a number nor a word",
    "focal(gamma=x)": "neither a number nor a word",
    "focal(gamma=0x10)": "neither a number nor a word",
    "focal(gamma=1j)": "neither a number nor a word",
    "focal(gamma=None)": "neither a number nor a word",
    "focal(gamma=--1)": "neither a number nor a word",
    "focal(gamma=1e999999999)": "beyond the numbers",
    "focal(gamma=" + "9" * 1900 + ")": "beyond the numbers",
    "focal(gamma=1, gamma=2)": "spread or repeated",
    "focal(**{'gamma': 1})": "spread or repeated",
    "focal(gamma=(lambda: 1)())": "neither a number nor a word",
    "focal(gamma=__import__('os').system('true'))": "neither a number nor a word",
    "focal()(1)": "more follows",
    "focal(gamma=1).__class__": "more follows",
    "focal(gamma=1": "its brackets hold something else",
    "focal(gamma=1); bce": "its brackets hold something else",
    "focal(\0)": "its brackets hold something else",
    "focal" + "(" * 500: "its brackets hold something else",
    "": "no name stands first",
    "(": "no name stands first",
    "9bce": "no name stands first",
    "bce bce": "no name stands first",
    "__import__('os')": "an argument has no keyword",
    "bce" + " " * 2000: "at most 2,000 characters; it has 2,003",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_a_loss_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(errors.UsageError, match=REFUSED[text]):
        find(text)


def test_numbers_given_from_python() -> None:
    loss = replace(ROSETTA["focal"])
    assert complete(loss, {"gamma": 2})[1] == {"gamma": 2}
    assert complete(loss, {"gamma": 0.5})[1] == {"gamma": sympy.Rational(1, 2)}
    with pytest.raises(errors.UsageError, match="gamma"):
        complete(loss, {"gamma": True})


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_page_is_up_to_date(tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    page = tmp_path / "rosetta.md"
    subprocess.run([sys.executable, root / "docs" / "rosetta.py", page], check=True)
    assert page.read_text() == (root / "docs" / "rosetta.md").read_text(), "run python docs/rosetta.py"


def test_the_example_of_the_rows() -> None:
    """The sums over classes see a Row, an array and a symbol alike."""
    assert total(Row.of((1, 2, 3))) == total(np.array([1, 2, 3])) == 6
