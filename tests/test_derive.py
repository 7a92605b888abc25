"""`derive`: every stage is there for every family, and what it says is true, symbolically and on data."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import time

import mpmath
import numpy as np
import pytest
import scipy.stats
import sympy
from exact import expected, member
from mpmath import mp
from test_own_family import EXPONENTIAL, GUMBEL

from crossent.families.catalogue import FAMILIES
from crossent.families.contract import Family, Parameter, Support
from crossent.proof.chain.derivatives import derivatives
from crossent.proof.chain.derive import derive
from crossent.proof.chain.expectation import E
from crossent.proof.chain.over_classes import at_classes, class_subject, k, l, letter
from crossent.proof.chain.scalar import _read
from crossent.proof.chain.subject import subject
from crossent.proof.chain.underflow import first_above, first_below, repeated
from crossent.vocabulary import abs as absolute
from crossent.vocabulary import exp, times, where

SCALAR = [f for f in FAMILIES.values() if f.classes is None]
OVER_CLASSES = [f for f in FAMILIES.values() if f.classes is not None]
OWN = [GUMBEL, EXPONENTIAL]
RNG = np.random.default_rng(20)

ANSWERS = {
    "Bernoulli": "the Bernoulli negative log-likelihood is the binary cross-entropy −q·log p − (1 − q)·log(1 − p)",
    "Categorical": "the Categorical negative log-likelihood is the cross-entropy −Σⱼ qⱼ·log pⱼ",
    "Poisson": "the Poisson negative log-likelihood is the Poisson loss λ − y·log λ + log y!",
    "Normal": "the Normal negative log-likelihood is half the squared error in units of σ, plus log σ√(2π): "
    "log σ + log(2π)/2 + (y − μ)²/(2σ²)",
    "Laplace": "the Laplace negative log-likelihood is the absolute error in units of σ, plus log 2σ: "
    "log σ + log 2 + |y − μ|/σ",
}
STAGES = [
    "density", "likelihood of independent rows", "why a logarithm", "log-likelihood", "negative", "mean over the rows",
    "cross-entropy", "maximum-likelihood estimate", "with a link, the regression",
    "what independence bought", "what identical distribution bought",
]  # fmt: skip
DISCRETE = ["entropy + KL", "entropy", "KL", "likelihood ratio"]
DENSITIES = ["no entropy", "excess", "units", "likelihood ratio"]
TARGETS = {
    "Bernoulli": ([1, 0, 0, 1, 1, 1, 0, 1], {}),
    "Binomial": ([3, 4, 7, 1, 0, 10], {"total_count": 10}),
    "Categorical": ([0, 1, 2, 2, 1, 2], {}),
    "Multinomial": ([[1, 2, 3], [4, 0, 1]], {}),
    "Normal": (RNG.normal(1, 2, 50), {}),
    "Laplace": (RNG.laplace(1, 2, 51), {}),
    "Poisson": (RNG.poisson(2.5, 2000), {}),
    "NegativeBinomial": (RNG.negative_binomial(2, 0.3, 100), {}),
    "Gumbel": (RNG.gumbel(1, 2, 80), {}),
    "Exponential": (RNG.exponential(2, 80), {}),
}


def named(derivation, rule):
    """The steps of this rule, at least one."""
    found = [step for step in derivation.steps if step.rule == rule or step.rule.startswith(rule + " by ")]
    assert found, rule
    return found


def mean_of(family):
    """A row of counts holds many draws."""
    return "mean over the draws" if family.name == "Multinomial" else "mean over the rows"


def numbers(text):
    """The numbers in a text, in order."""
    return [float(x.replace("−", "-")) for x in re.findall(r"−?\d+\.?\d*(?:e[−+]?\d+)?", text)]


# -- what is there -----------------------------------------------------------------------------------------------------


def test_there_are_eight_families_and_two_of_a_users_own():
    assert (len(SCALAR), len(OVER_CLASSES), len(OWN), len(TARGETS)) == (6, 2, 2, 10)


@pytest.mark.parametrize("family", [*FAMILIES.values(), *OWN], ids=lambda f: f.name)
def test_every_stage_is_there_and_written_out(family):
    made = derive(family)
    rules = [step.rule for step in made.steps]
    stages = [mean_of(family) if stage == "mean over the rows" else stage for stage in STAGES]
    for stage in stages + (DISCRETE if family.support.discrete else DENSITIES):
        assert stage in rules, stage
    assert ("entropy + KL" in rules) == bool(family.support.discrete)
    for stage in ("gradient", "Hessian", "Fisher information"):
        assert sum(rule.startswith(stage + " by ") for rule in rules) >= (2 if family.alternatives else 1), stage
    order = [rules.index(stage) for stage in stages]
    assert order == sorted(order)
    for step in (made.answer, *made.steps):
        assert step.text
        assert "\n" not in step.text
        assert step.number == ""
        assert step.latex.count("{") == step.latex.count("}")
        assert step.latex.isascii()
    assert "H(p, q)" in made.notes[0]
    assert json.loads(made.to_json())["steps"][0]["rule"] == "density"


@pytest.mark.parametrize("name", ANSWERS)
def test_the_one_line_answer(name):
    assert derive(name).answer.text == ANSWERS[name]


@pytest.mark.parametrize("family", [*FAMILIES.values(), *OWN], ids=lambda f: f.name)
def test_a_derivation_takes_less_than_three_seconds(family):
    fresh = dataclasses.replace(family)  # nothing is remembered of it
    start = time.process_time()
    derive(fresh)
    assert time.process_time() - start < 3


# -- what stands there, against the family's formulas at exact points --------------------------------------------------


def exact_point(family):
    """Exact rational standard parameters, the same raw parameters to 60 digits, and targets of the support."""
    it = subject(family)
    values = []
    for domain in family.standard.domains:
        high = {"unit": 1, "real": 6}.get(domain, 4)
        low = {"real": -3}.get(domain, 0)
        values.append(low + high * sympy.Rational(int(RNG.integers(1, 1000)), 1001))
    fixed = [sympy.Integer(int(RNG.integers(5, 12))) for _ in family.fixed]
    kind = family.support.kind
    if kind == "unit":
        targets = [sympy.S.Zero, sympy.S.One, sympy.Rational(3, 7)]
    elif family.support.discrete:
        targets = [sympy.Integer(y) for y in (0, 1, 4)]
    else:
        targets = [sympy.Rational(int(RNG.integers(1, 4000)), 1001) for _ in range(3)]
    return it, values, fixed, targets


def value(expression, it, values, fixed, y=None):
    at = dict(zip(it.standard, values, strict=True)) | dict(zip(it.fixed, fixed, strict=True))
    at |= {} if y is None else {it.y: y}
    return mpmath.mpf(sympy.N(sympy.sympify(expression).subs(at), 55)._to_mpmath(200))


def number(x):
    return mpmath.mpf(x.p) / x.q


def close(a, b):
    return mpmath.fabs(a - b) <= mpmath.mpf(10) ** -40 * (1 + mpmath.fabs(b))


@pytest.mark.parametrize("family", [*SCALAR, *OWN], ids=lambda f: f.name)
def test_density_sums_gradient_and_hessian_are_the_familys(family):
    with mp.workdps(60):
        it, values, fixed, targets = exact_point(family)
        made = derive(family)
        raw = family.standard.to_raw(*map(number, values))
        held = [number(n) for n in fixed]
        losses = [family.formula("nll")(number(y), *raw, *held) for y in targets]
        (density,) = named(made, "density")
        for y, loss in zip(targets, losses, strict=True):
            assert close(value(density.expression, it, values, fixed, y), mp.exp(-loss))
        rows = {sympy.IndexedBase("y", real=True)[a + 1]: y for a, y in enumerate(targets)}
        n = sympy.Symbol("n", integer=True, positive=True)

        def over_rows(step):
            return value(step.expression.subs(n, len(targets)).doit().subs(rows), it, values, fixed)

        assert close(over_rows(named(made, "log-likelihood")[0]), -sum(losses))
        assert close(over_rows(named(made, "negative")[0]), sum(losses))
        assert close(over_rows(named(made, "likelihood of independent rows")[0]), mp.exp(-sum(losses)))
        mean = sum(targets) / len(targets)
        step = named(made, "mean over the rows")[0]
        average = step.expression.subs(
            {sympy.Symbol("ybar", real=True): mean, sympy.Symbol("q", nonnegative=True): mean}
        )
        assert close(over_rows(dataclasses.replace(step, expression=average)), sum(losses) / len(targets))

        by_raw = _read(family)[1][1]
        for y in targets:
            for what, entries in (("gradient", by_raw.gradient), ("hessian", by_raw.hessian)):
                theirs = family.formula(what)(number(y), *raw, *held)
                assert len(entries) == len(theirs)
                for ours, their in zip(entries, theirs, strict=True):
                    assert close(value(ours, it, values, fixed, y), their), (what, y)


@pytest.mark.parametrize("family", SCALAR, ids=lambda f: f.name)
def test_derivatives_by_the_standard_parameters_are_numeric_derivatives(family):
    it, values, fixed, targets = exact_point(family)
    standard, _ = derivatives(it)
    with mp.workdps(50):
        held, y = [number(n) for n in fixed], targets[-1]

        def loss(*parameters):
            return family.formula("nll")(number(y), *family.standard.to_raw(*parameters), *held)

        at, size = tuple(map(number, values)), len(values)
        for a in range(size):
            order = tuple(int(a == b) for b in range(size))
            assert abs(value(standard.gradient[a], it, values, fixed, y) - mpmath.diff(loss, at, order)) < 1e-18
        for entry, a, b in zip(standard.hessian, *np.triu_indices(size), strict=True):
            order = tuple(int(a == c) + int(b == c) for c in range(size))
            assert abs(value(entry, it, values, fixed, y) - mpmath.diff(loss, at, order)) < 1e-10


@pytest.mark.parametrize("family", [*SCALAR, EXPONENTIAL], ids=lambda f: f.name)
def test_fisher_information_is_the_expected_square_of_the_gradient(family):
    it = subject(family)
    _, by_raw = derivatives(it)
    with mp.workdps(25):
        parameters = member(family, np.random.default_rng(4), high=1.0)
        size = len(family.parameters)
        standard = [sympy.Float(str(v), 25) for v in family.standard.from_raw(*parameters[:size])]
        fixed = [sympy.Integer(int(n)) for n in parameters[size:]]
        gradient = family.formula("gradient")

        def products(y):
            slopes = gradient(y, *parameters)
            return tuple(slopes[a] * slopes[b] for a in range(size) for b in range(a, size))

        if family is EXPONENTIAL:
            assert by_raw.fisher == (1,)
            return
        right = expected(family, parameters, products, kinks=[parameters[0]])
        checked = 0
        for ours, theirs in zip(by_raw.fisher, right, strict=True):
            if not ours.has(E):
                assert abs(value(ours, it, standard, fixed) - theirs) < 1e-12
                checked += 1
        assert checked == (2 if family.name == "NegativeBinomial" else len(by_raw.fisher))


@pytest.mark.parametrize("family", OVER_CLASSES, ids=lambda f: f.name)
@pytest.mark.parametrize("classes", [2, 4])
def test_classes_for_another_number_of_classes(family, classes):
    """Derived for every C: the loss by logits, its gradient and Hessian against derivatives at C = 2 and 4."""
    it = class_subject(family)
    loss = at_classes(it.loss_by_logits, classes)
    z = [letter("z", a) for a in range(1, classes + 1)]
    truth = [letter(it.truth.label.name, a) for a in range(1, classes + 1)]
    counts = [sympy.Rational(a + 1, 1) for a in range(classes)]
    total = sum(counts)
    at = dict(zip(z, (sympy.Rational(a, 3) for a in range(classes)), strict=True))
    at |= dict(zip(truth, counts if it.total != 1 else [c / total for c in counts], strict=True))
    at[sympy.Symbol("N", positive=True)] = total
    shares = [sympy.exp(z_j) / sum(map(sympy.exp, z)) for z_j in z]
    at_p = {letter("p", a + 1): share for a, share in enumerate(shares)}
    for a in range(classes):
        ours = at_classes(it.gradient.subs(k, a + 1), classes).subs(at_p)
        assert abs(sympy.N((ours - sympy.diff(loss, z[a])).subs(at), 40)) < 1e-38
        for b in range(classes):
            bend = at_classes(it.hessian.subs({k: a + 1, l: b + 1}), classes).subs(at_p)
            assert abs(sympy.N((bend - sympy.diff(loss, z[a], z[b])).subs(at), 40)) < 1e-38


def test_entropy_and_divergence_add_up_and_the_excess_is_the_divergence():
    entropy, divergence = named(derive("bernoulli"), "entropy + KL")[0].expression
    q, p = sympy.Symbol("q", nonnegative=True), sympy.Symbol("p", positive=True)
    at = {q: sympy.Rational(2, 7), p: sympy.Rational(5, 9)}
    whole = -q * sympy.log(p) - (1 - q) * sympy.log(1 - p)
    assert abs(sympy.N((entropy + divergence - whole).subs(at), 45)) < 1e-40
    (excess,) = named(derive("normal"), "excess as KL")
    at = {"mu": 1, "sigma": 2, "muhat": sympy.Rational(1, 3), "sigmahat": sympy.Rational(5, 4)}
    ours = sympy.N(excess.expression.subs({s: at[s.name] for s in excess.expression.free_symbols}), 40)
    raw = [mpmath.mpf(1) / 3, mpmath.log(mpmath.mpf(5) / 4), mpmath.mpf(1), mpmath.log(2)]
    assert float(ours) == pytest.approx(float(FAMILIES["Normal"].formula("kl_divergence")(*raw)), rel=1e-14)


# -- the product in float64 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", [*FAMILIES.values(), *OWN], ids=lambda f: f.name)
def test_the_product_is_under_the_smallest_normal_number_at_that_row_and_not_before(family):
    step = named(derive(family), "why a logarithm")[0]
    n, factor = int(re.search(r"first at n = (\d+)$", step.text)[1]), float(step.expression)
    product = 1.0
    for _ in range(n - 1):
        product *= factor
    assert product >= 2.0**-1022
    assert product * factor < 2.0**-1022


def test_a_product_of_nine_tenths_sticks():
    product, first = 1.0, 0
    for row in range(1, 20_001):
        product *= 0.9
        first = first or (row if product < 2.0**-1022 else 0)
    assert (first, product) == (6724, 5 * 2.0**-1074)
    assert repeated(0.9) == 6724
    assert "n = 6724, then sticks at 5·2^−1074" in named(derive("poisson"), "why a logarithm")[1].text


def test_products_that_do_not_fall():
    assert repeated(1.0) is None
    assert repeated(0.0) == 1
    assert first_below([0.5] * 1022) is None
    assert first_above([4.0] * 600) == 512
    small = derive("normal", RNG.normal(0, 1e-8, 60))
    assert "exceeds 2^1024 at row" in named(small, "why a logarithm")[0].number


def test_the_product_of_the_users_rows():
    y = RNG.poisson(2.5, 2000)
    rows = scipy.stats.poisson.pmf(y, y.mean())
    product, n = 1.0, 0
    while product >= 2.0**-1022:
        product *= rows[n]
        n += 1
    said = named(derive("poisson", y), "why a logarithm")[0].number
    assert said == f"the product is under 2^−1022 at row {n}, and ends as 0"


# -- numbers on data ---------------------------------------------------------------------------------------------------


def log_density(name, y, estimate):
    """SciPy's, which is right here to far more than the six digits that are shown."""
    y = np.asarray(y)
    if name == "Categorical":
        return np.log(estimate[0][y])
    if name == "Multinomial":
        return scipy.stats.multinomial.logpmf(y, y.sum(1), estimate[0])
    return {
        "Bernoulli": lambda p: scipy.stats.bernoulli.logpmf(y, p),
        "Binomial": lambda p: scipy.stats.binom.logpmf(y, 10, p),
        "Normal": lambda m, s: scipy.stats.norm.logpdf(y, m, s),
        "Laplace": lambda m, s: scipy.stats.laplace.logpdf(y, m, s),
        "Poisson": lambda m: scipy.stats.poisson.logpmf(y, m),
        "NegativeBinomial": lambda m, r: scipy.stats.nbinom.logpmf(y, r, r / (r + m)),
        "Gumbel": lambda m, s: scipy.stats.gumbel_r.logpdf(y, m, np.exp(s)),
        "Exponential": lambda eta: scipy.stats.expon.logpdf(y, scale=np.exp(-eta)),
    }[name](*estimate)


@pytest.mark.parametrize("family", [*FAMILIES.values(), *OWN], ids=lambda f: f.name)
def test_numbers_on_data(family):
    y, fixed = TARGETS[family.name]
    made = derive(family, y, **fixed)
    estimates = [numbers(step.number) for step in named(made, "maximum-likelihood estimate")]
    exact = family.fit_mle(np.asarray(y), None, *fixed.values()) if family.fit_mle else [e[0] for e in estimates]
    np.testing.assert_allclose(np.concatenate(estimates), np.concatenate([np.ravel(v) for v in exact]), rtol=1e-5)
    rows = log_density(family.name, y, exact)
    total, n = math.fsum(rows), len(rows)
    assert numbers(named(made, "log-likelihood")[0].number)[0] == pytest.approx(total, rel=1e-5)
    assert numbers(named(made, "negative")[0].number)[0] == pytest.approx(-total, rel=1e-5)
    nats, bits = numbers(named(made, mean_of(family))[0].number)
    n = int(np.sum(y)) if family.name == "Multinomial" else n
    assert (nats, bits) == pytest.approx((-total / n, -total / n / math.log(2)), rel=1e-5)
    log2 = numbers(named(made, "likelihood of independent rows")[0].number)
    assert log2 == pytest.approx([2, total / math.log(2)], rel=1e-5)
    for step in named(made, "gradient"):
        if step.number.startswith("at the estimate"):
            assert np.abs(numbers(step.number)).max() < 1e-8


@pytest.mark.parametrize("family", [*SCALAR, *OWN], ids=lambda f: f.name)
def test_the_estimate_is_the_best_member(family):
    y, fixed = TARGETS[family.name]
    made = derive(family, y, **fixed)
    best = [numbers(step.number)[0] for step in named(made, "maximum-likelihood estimate")]
    top = log_density(family.name, y, best).sum()
    for place in range(len(best)):
        for factor in (0.98, 1.02):
            other = [v * factor if a == place else v for a, v in enumerate(best)]
            assert log_density(family.name, y, other).sum() < top


def test_entropy_divergence_and_the_g_test():
    y = TARGETS["Categorical"][0]
    counts = np.bincount(y)
    made = derive("categorical", y)
    assert numbers(named(made, "entropy")[0].number)[0] == pytest.approx(scipy.stats.entropy(counts), rel=1e-5)
    g, _ = scipy.stats.power_divergence(counts, lambda_="log-likelihood")
    assert numbers(named(made, "likelihood ratio")[0].number)[0] == pytest.approx(g, rel=1e-5)
    y = TARGETS["Poisson"][0]
    made = derive("poisson", y)
    shares = np.bincount(y) / len(y)
    divergence = scipy.stats.entropy(shares, scipy.stats.poisson.pmf(np.arange(len(shares)), 1.0))
    entropy = scipy.stats.entropy(shares)
    assert numbers(named(made, "entropy")[0].number)[0] == pytest.approx(entropy, rel=1e-5)
    # scipy's second argument is normalised over the counts that occurred, so its mass is put back
    divergence -= math.log(scipy.stats.poisson.pmf(np.arange(len(shares)), 1.0).sum())
    assert numbers(named(made, "likelihood ratio")[0].number)[0] == pytest.approx(2 * len(y) * divergence, rel=1e-5)
    whole = numbers(named(made, "entropy + KL")[0].number)
    assert whole[0] == pytest.approx(whole[1] + whole[2], rel=1e-5)


def test_standard_errors():
    made = derive("bernoulli", TARGETS["Bernoulli"][0])
    information, error = numbers(named(made, "Fisher information by p")[0].number)
    assert (information, error) == pytest.approx((8 / (0.625 * 0.375) / 8, math.sqrt(0.625 * 0.375 / 8)), rel=1e-5)
    made = derive("normal", TARGETS["Normal"][0])
    sd = np.std(TARGETS["Normal"][0])
    upper = numbers(named(made, "Fisher information by μ, σ")[0].number)
    assert upper == pytest.approx([1 / sd**2, 0, 2 / sd**2, sd / math.sqrt(50), sd / 10], rel=1e-5)
    observed = numbers(named(made, "Hessian by μ, s")[0].number)
    assert observed == pytest.approx([1 / sd**2, 0, 2], rel=1e-5)


def test_a_weight_of_two_is_a_row_twice_and_of_zero_none():
    y = [0.0, 3.0, 5.0]
    weighted, repeated_rows = derive("poisson", [*y, -1.0], weight=[1, 2, 1, 0]), derive("poisson", [0, 3, 3, 5])
    for one, other in zip(weighted.steps, repeated_rows.steps, strict=True):
        if one.rule != "why a logarithm":
            assert one.number == other.number, one.rule


def test_totals_may_differ_between_rows():
    y, total, weight = [1, 2, 9, 3], [3, 4, 10, 5], [1, 1, 0, 1]
    made = derive("binomial", y, weight=weight, total_count=total)
    assert named(made, "maximum-likelihood estimate")[0].number == "p̂ = 0.5"
    exact = scipy.stats.binom.logpmf([1, 2, 3], [3, 4, 5], 0.5).sum()
    assert numbers(named(made, "log-likelihood")[0].number)[0] == pytest.approx(exact, rel=1e-5)
    fisher = np.mean([3, 4, 5]) / (0.5 * 0.5)
    assert numbers(named(made, "Fisher information by p")[0].number) == pytest.approx(
        [fisher, 1 / np.sqrt(3 * fisher)], rel=1e-5
    )


def test_soft_labels_and_text_classes():
    soft = derive("bernoulli", [0.5, 0.2, 0.8, 0.1])
    assert named(soft, "maximum-likelihood estimate")[0].number == "p̂ = 0.4"
    assert numbers(named(soft, "entropy")[0].number)[0] == pytest.approx(scipy.stats.entropy([0.4, 0.6]), rel=1e-5)
    text = derive("categorical", ["cat", "dog", "dog", "cow"])
    assert named(text, "maximum-likelihood estimate")[0].number == "p̂ = cat: 0.25, cow: 0.25, dog: 0.5"


# -- boundaries and failures -------------------------------------------------------------------------------------------


def test_estimates_at_the_boundary():
    ones = derive("bernoulli", [1, 1, 1])
    assert named(ones, "maximum-likelihood estimate")[0].number == "p̂ = 1"
    assert named(ones, "log-likelihood")[0].number == "0"
    assert named(ones, "gradient by p")[0].number == "the estimate is at the boundary"
    alike = derive("normal", [1.0, 1.0])
    assert "grows without bound" in named(alike, "maximum-likelihood estimate")[1].number
    assert named(alike, "log-likelihood")[0].number == ""
    poisson = derive("negative_binomial", [1, 1, 1])
    assert named(poisson, "maximum-likelihood estimate")[1].number == "r̂ = ∞"
    none = derive(EXPONENTIAL, [0.0, 0.0])
    assert named(none, "maximum-likelihood estimate")[0].number == "no maximum was found"


@pytest.mark.parametrize(
    ("family", "arguments", "message"),
    [
        ("bernouli", {}, "Did you mean Bernoulli"),
        (3, {}, "must be a family or its name"),
        ("poisson", {"link": "logit"}, "link must be one of 'identity', 'log'"),
        ("categorical", {"link": "log"}, "link must be one of 'softmax'"),
        ("bernoulli", {"target": [0, 2]}, r"target\[1\] = 2"),
        ("categorical", {"target": [0, -1]}, r"target\[1\] = -1"),
        ("categorical", {"target": [[0.5, 0.6]]}, "must sum to 1"),
        ("poisson", {"target": []}, "at least one row"),
        ("poisson", {"target": [1, 2], "weight": [0, 0]}, "all 0"),
        ("poisson", {"target": [1, 2], "weight": [1, -1]}, "finite and not negative"),
        ("poisson", {"target": [1, 2], "weight": [1, 1, 1]}, "shapes must be equal"),
        ("poisson", {"target": [1], "total_count": 3}, "total_count"),
        ("binomial", {"target": [1, 2]}, "total_count must be given"),
        ("binomial", {"target": [4], "total_count": 3}, r"target\[0\] = 4"),
    ],
)
def test_bad_input_is_named(family, arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        derive(family, **arguments)


LOCATION = (Parameter("loc", r"\mu", domain="real"),)


def half_square(y, loc):
    return (y - loc) * (y - loc) / 2


def test_a_family_that_contradicts_itself_is_refused():
    wrong = Family("Wrong", LOCATION, Support("real"), half_square, density=lambda y, loc: exp(-((y - loc) ** 2) / 3))
    with pytest.raises(ValueError, match="nll must be -log of density"):
        derive(wrong)
    wrong = Family("Wrong", LOCATION, Support("real"), half_square, gradient=lambda y, loc: (y - loc,))
    with pytest.raises(ValueError, match="gradient must be what follows from nll"):
        derive(wrong)
    wrong = Family("Wrong", LOCATION, Support("real"), half_square, fisher_information=lambda loc: (2 + 0 * loc,))
    with pytest.raises(ValueError, match="fisher_information must be what follows"):
        derive(wrong)


def test_a_users_family_with_cases_keeps_them():
    def huber(y, loc):
        d = absolute(y - loc)
        return where(d < 1, d * d / 2, d)

    made = derive(Family("Huber", LOCATION, Support("real"), huber))
    assert made.answer.text.endswith("/2 if |y − μ| < 1; |y − μ| otherwise}")
    assert "root of this equation" in named(made, "maximum-likelihood estimate")[0].text


def test_symmetry_is_not_taken_for_granted():
    """An asymmetric Laplace: E[sign(mu - y)] is not 0, so nothing may say so."""

    def nll(y, loc, log_scale):
        d = y - loc
        return log_scale + times(absolute(d) * 2 - d, exp(-log_scale)) + 0 * y

    both = (*LOCATION, Parameter("log_scale", "s", domain="above_minus_infinity"))
    it = subject(Family("Asymmetric", both, Support("real"), nll))
    assert derivatives(it)[0].fisher[1].has(E)
    assert not derivatives(subject(FAMILIES["Laplace"]))[0].fisher[1].has(E)


def test_the_score_equations_that_have_closed_forms():
    closed = {
        "bernoulli": ["p̂ = y̅ = (Σᵢ yᵢ)/n"],
        "binomial": ["p̂ = y̅/N"],
        "poisson": ["λ̂ = y̅ = (Σᵢ yᵢ)/n"],
        "normal": ["μ̂ = y̅ = (Σᵢ yᵢ)/n", "σ̂² = (Σᵢ (yᵢ − y̅)²)/n"],
        "laplace": ["μ̂ = a median of the rows: at most half lie below, at most half above", "σ̂ = (Σᵢ |yᵢ − μ̂|)/n"],
        "categorical": ["p̂ₖ = qₖ"],
        "multinomial": ["p̂ₖ = qₖ"],
    }
    for family, texts in closed.items():
        assert [step.text for step in named(derive(family), "maximum-likelihood estimate")] == texts
    assert len(closed) == 7
    (equation,) = named(derive("negative_binomial"), "gradient by r zero")
    assert equation.text == "ψ(r) − log r + log(r + y̅) − (Σᵢ ψ(r + yᵢ))/n = 0"


@pytest.mark.parametrize(
    ("family", "link", "text", "gradient"),
    [
        ("bernoulli", None, "logistic regression: pᵢ = sigmoid(ηᵢ), ηᵢ = xᵢ·β", "Σᵢ xᵢ·(pᵢ − yᵢ)"),
        ("poisson", None, "Poisson regression: λᵢ = exp(ηᵢ), ηᵢ = xᵢ·β", "Σᵢ xᵢ·(λᵢ − yᵢ)"),
        ("normal", None, "least squares: μᵢ = xᵢ·β", "Σᵢ xᵢ·(μᵢ − yᵢ)/σ²"),
        ("laplace", None, "least absolute deviations: μᵢ = xᵢ·β", "Σᵢ xᵢ·sign(μᵢ − yᵢ)/σ"),
        ("poisson", "identity", "Poisson regression with identity link: λᵢ = xᵢ·β", "Σᵢ xᵢ·(λᵢ − yᵢ)/λᵢ"),
        ("bernoulli", "cloglog", "Bernoulli regression with cloglog link", "Σᵢ xᵢ·(yᵢ − pᵢ)·log(1 − pᵢ)/pᵢ"),
    ],
)
def test_regressions(family, link, text, gradient):
    made = derive(family, link=link)
    assert named(made, "with a link, the regression")[0].text.startswith(text)
    assert named(made, "gradient by β")[0].text == f"∂(−ℓ)/∂β = {gradient}"


def test_the_units_of_a_density_add_a_logarithm():
    y = TARGETS["Normal"][0]
    for family in ("normal", "laplace"):
        one, other = (numbers(named(derive(family, y * c), "cross-entropy")[0].number)[0] for c in (1, 100))
        assert other - one == pytest.approx(math.log(100), abs=1e-4)
