"""Proofs: the question of the project with its certificates, what must not be proved, and the parts of the engine."""

import itertools
import random
from dataclasses import replace

import mpmath
import pytest
import sympy
from mpmath import mp
from sympy import Mul, Rational, Symbol

import crossent as ce
from crossent import errors
from crossent.proof import rosetta
from crossent.proof.chain.algebra import same
from crossent.proof.chain.over_classes import N, P, Z, class_subject
from crossent.proof.chain.subject import subject
from crossent.proof.comparison import every_face
from crossent.proof.comparison.extended import Undecided, value_at
from crossent.proof.comparison.grounds import BinaryGround
from crossent.proof.comparison.meeting import meet
from crossent.proof.comparison.prove import prove
from crossent.proof.comparison.question import Question
from crossent.proof.comparison.side import side
from crossent.proof.comparison.steps import guard
from crossent.proof.evidence.enclosure import NoEnclosure, enclose, enclosed, exact
from crossent.proof.language.named_loss import NamedLoss, Setting
from crossent.proof.language.over_classes import number_of_classes, softmax, total
from crossent.proof.language.symbols import j
from crossent.proof.rewriting.feasible import feasible
from crossent.proof.rewriting.multiple_sums import equal as sums_equal
from crossent.proof.rewriting.normal_form import NormalForm
from crossent.proof.rosetta.families import SHORT
from crossent.vocabulary import (
    PI,
    exp,
    lgamma,
    log,
    log1p,
    maximum,
    minimum,
    sigmoid,
    softplus,
    sqrt,
    where,
    xlog1py,
    xlogy,
)

X, Y = Symbol("x", positive=True), Symbol("y", positive=True)


def cases(proof):
    return {(case.targets, case.boundary): case.verdict for case in proof.cases}


def is_zero(expression):
    return NormalForm().is_zero(expression)


# -- the question of the project ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "reach"),
    [("bce", "ce", "boundary included"), ("bce_logits", "ce_logits", "z = ±∞ included"),
     ("bce", "ce_logits", "z = ±∞ included")],
)  # fmt: skip
def test_binary_cross_entropy_is_cross_entropy_of_two_classes(left, right, reach):
    proof = prove(left, right)
    assert proof.sentence == f"equal: {left} = {right} at C = 2, hard and soft targets, {reach}"
    assert cases(proof)["hard", False] == cases(proof)["soft", False] == "equal"
    assert set(proof.carries_over.values()) == {"yes"}
    assert len(proof.steps) <= 8
    assert proof.steps[-1].text == f"{left} − {right} = 0"


def test_every_name_is_equal_to_itself():
    """Also where a formula's boundary or its sums are beyond the rules: one expression has one value."""
    names = [name for name in rosetta.ROSETTA if "=..." not in name]  # those need a number
    renamed = [(name, rosetta.find(name)[0]) for name in names]
    assert len(names) >= 150
    for name, loss in renamed:
        assert prove(name, replace(loss, name="a copy")).verdict == "equal", name


def test_the_verdict_line_says_what_it_covers():
    assert prove("normal", "mse").sentence.endswith(" for every real y and m")
    assert prove("poisson", "poisson_log_rate").sentence.endswith(" for y = 0, 1, 2, …, m > 0")
    assert prove("sklearn._loss.HalfMultinomialLoss", "ce").sentence.endswith(
        " for every C, hard targets, z_j = −∞ included"
    )
    assert prove("hinge", "optax.hinge_loss").sentence.endswith(", hard and soft targets, z = ±∞ included")


@pytest.mark.parametrize(("left", "right"), [("nll", "ce"), ("kl", "ce"), ("ce(label_smoothing=0.1)", "ce_logits")])
def test_every_face_of_the_simplex_is_a_pattern_of_blocks(left, right):
    sides = side("left", left), side("right", right)
    question = Question(meet(*sides), *sides)
    for mode in ("hard", "soft"):
        known = {frozenset(kinds) for kinds in every_face._patterns(question, mode)}
        met = set()
        for size in (2, 3, 4, 5):
            subsets = [set(s) for k in range(1, size + 1) for s in itertools.combinations(range(size), k)]
            for truth, predicted in itertools.product(subsets, subsets):
                if len(predicted) < size and (len(truth) == 1) == (mode == "hard"):
                    one = "1" if len(predicted) == 1 and question.ground.by_probability else "+"
                    met.add(
                        frozenset(
                            (("1" if mode == "hard" else "+") if k in truth else "0", one if k in predicted else "0")
                            for k in range(size)
                        )
                    )
        assert known == met
        assert len(known) >= 4


def test_the_boundary_is_proved_for_every_number_of_classes():
    sides = side("left", "kl"), side("right", "ce")
    question = Question(meet(*sides), *sides)
    entropy = total(question.ground.q[j] * log(question.ground.q[j]))
    one = sympy.Integer(1)
    assert [verdict.verdict for verdict in every_face.compare(question, one, entropy)] == ["equal", "affine"]
    assert every_face.compare(question, one, entropy + 1) is None
    assert every_face.compare(question, one, -entropy) is None
    assert every_face.compare(question, -one, entropy) is None
    assert (
        every_face.compare(Question(question.ground, sides[0], side("right", "multiclass_brier")), one, 0 * one) is None
    )


def test_infinite_logits():
    """Equal there too, unless a formula takes oo from oo; a probability of 0 or 1 is sigmoid(-oo) or sigmoid(oo)."""
    for right in ("ce_logits", "bce"):
        proof = prove("bce_logits", right)
        assert cases(proof)["hard", True] == cases(proof)["soft", True] == "equal"
        assert any("p = sigmoid(z)" in case.words for case in proof.cases)
    proof = prove("torch.nn.BCEWithLogitsLoss", "bce")
    assert proof.verdict == "equal"
    assert proof.sentence.endswith("finite logits")
    assert "oo - oo" in next(case.words for case in proof.cases if case.boundary)
    bent = prove("torch.nn.BCELoss", "torch.nn.BCEWithLogitsLoss")
    assert cases(bent)["hard", True] == cases(bent)["soft", True] == "different"


def test_certain_predictions_too():
    assert cases(prove("bce", "ce")) == {
        ("soft", False): "equal", ("hard", False): "equal", ("hard", True): "equal", ("soft", True): "equal"
    }  # fmt: skip


def test_pooled_and_conditional():
    assert prove("mean_ce(shared=True)", "pooled_ce").verdict == "equal"
    assert prove("mean_ce", "conditional_ce").verdict == "equal"
    apart = prove("mean_ce", "pooled_ce")
    assert apart.verdict == "different"
    assert "one prediction" in apart.sentence
    assert apart.counterexample.left[1] < apart.counterexample.right[0]


def test_softmax_of_binary_formulas():
    proof = prove("softmax_bce", "ce")
    assert proof.sentence == "different: affine at C = 2 (softmax_bce = 2 · ce)"
    assert proof.counterexample.inputs["q"].count(",") == 2


def test_separate_sigmoids_differ_already_at_two_classes():
    proof = prove("sigmoid_ce", "ce")
    assert proof.sentence == "different: already at C = 2"


def test_wrong_sign():
    proof = prove("wrong_sign_bce", "bce")
    assert (proof.verdict, proof.scale, proof.offset) == ("negated", -1, 0)
    assert set(proof.carries_over.values()) == {"no"}


def test_entropy_and_divergence():
    proof = prove("kl", "ce")
    assert proof.sentence.startswith(
        "affine: kl = ce + Σᵢ qᵢ·log qᵢ, for every C, soft targets (equal on hard targets), boundary included"
    )
    assert cases(proof)["hard", False] == "equal"
    assert cases(proof)["soft", False] == "affine"
    entropy_and_divergence = NamedLoss(
        "entropy + kl", lambda q, p: -total(xlogy(q, q)) + total(xlogy(q, q) - xlogy(q, p)), "classes",
        "categorical.probs",
    )  # fmt: skip
    assert prove("ce", entropy_and_divergence).verdict == "equal"


def test_smoothing_is_a_mixture_with_the_uniform():
    s = Setting("label_smoothing", "s", "unit")
    mixture = NamedLoss(
        "mixture", lambda q, p, label_smoothing: (1 - label_smoothing) * -total(xlogy(q, p))
        + label_smoothing * -total(log(p)) / number_of_classes(p), "classes", "categorical.probs", settings=(s,),
    )  # fmt: skip
    smoothed = side("left", "ce").at("label_smoothing", Symbol("s", positive=True))
    assert prove(smoothed, mixture).verdict == "equal"


@pytest.mark.parametrize(
    ("left", "right", "scale", "offset"),
    [
        ("binomial", "bce", "n", "loggamma(k + 1) + loggamma(n - k + 1) - loggamma(n + 1)"),
        ("mse", "normal", "2*σ**2", "-σ**2*log(2*pi*σ**2)"),
        ("normal", "mse", "1/(2*σ**2)", "log(2*pi*σ**2)/2"),
        ("mae", "laplace", "σ", "-σ*log(2*σ)"),
        ("deviance_laplace", "laplace", "2*σ", "-2*σ*log(2*σ)"),
        ("deviance_normal", "normal", "2*σ**2", "-σ**2*log(2*pi*σ**2)"),
        ("torch.nn.PoissonNLLLoss", "poisson", "1", "-loggamma(y + 1)"),
    ],
)
def test_scale_and_offset(left, right, scale, offset):
    letters = {name: Symbol(name, positive=True) for name in ("n", "σ", "y")}
    letters["k"] = Symbol("k", nonnegative=True)
    proof = prove(left, right)
    assert proof.verdict == "affine"
    assert is_zero(proof.scale - sympy.sympify(scale, locals=letters))
    assert is_zero(proof.offset - sympy.sympify(offset, locals=letters))


def test_multinomial_is_n_cross_entropies():
    proof = prove("multinomial", "ce")
    assert proof.verdict == "affine"
    assert str(proof.scale) == "n"
    assert any("n held fixed" in condition for condition in proof.conditions)


def test_stirling_in_the_offset():
    proof = prove("torch.nn.PoissonNLLLoss(full=True)", "poisson")
    offset = proof.offset
    y = Symbol("y", positive=True)
    assert (proof.verdict, proof.scale) == ("affine", 1)
    for k in (1, 2, 7):
        stirling = (k * mp.log(k) - k + mp.log(2 * mp.pi * k) / 2) if k > 1 else 0
        assert abs(exact(offset, {y: Rational(k)}) - (stirling - mp.loggamma(k + 1))) < mp.mpf(10) ** -14


def test_learned_scale():
    proof = prove("normal_profile", "mse")
    assert proof.verdict == "different"
    assert proof.carries_over["population_minimiser"] == proof.carries_over["ranking"] == "yes"


def test_labels_minus_one_and_one():
    proof = prove("logistic", "bce")
    assert proof.sentence == "different: equal on hard targets"
    assert cases(proof) == {
        ("soft", False): "different", ("hard", False): "equal",
        ("soft", True): "unknown",  # (2y - 1) oo has another sign on either side of y = 1/2
        ("hard", True): "equal",
    }  # fmt: skip


def test_clamps_name_the_region():
    proof = prove("torch.nn.BCELoss", "bce")
    assert proof.sentence == "different: equal where log p ≥ -100 and log(1 - p) ≥ -100"
    assert cases(proof)["hard", True] == "different"


@pytest.mark.parametrize(
    ("left", "right", "part"),
    [
        ("focal", "bce", "equal at γ = 0"),
        ("huber", "mse", "where |y − m| ≤ δ"),
        ("sklearn.metrics.log_loss", "ce", "equal where"),
        ("keras.losses.BinaryCrossentropy", "bce", "equal where"),
        ("torch.nn.PoissonNLLLoss(log_input=False)", "poisson", "affine where eps = 0"),
    ],
)
def test_the_part_where_they_agree_is_named(left, right, part):
    proof = prove(left, right)
    assert proof.verdict == "different"
    assert part in proof.sentence


def test_labels_at_once():
    proof = prove("torch.nn.MultiLabelSoftMarginLoss", "bce")
    assert proof.verdict == "equal"
    assert proof.conditions == ("bce averaged over the labels",)


@pytest.mark.parametrize(
    ("left", "right", "yes", "no"),
    [
        ("brier", "bce", ["population_minimiser", "decision"], ["values", "ranking"]),
        ("focal", "bce", ["decision"], ["population_minimiser", "values"]),
        ("hinge", "bce", ["decision"], ["population_minimiser", "values"]),
        ("rmse", "mse", ["ranking", "decision"], ["values", "curvature"]),
        ("perplexity", "ce", ["ranking", "population_minimiser"], ["values"]),
        ("mae", "mse", [], ["population_minimiser", "ranking"]),
        ("kl", "ce", ["ranking", "curvature"], ["values"]),
    ],
)
def test_what_carries_over(left, right, yes, no):
    found = prove(left, right).carries_over
    assert all(found[quantity] == "yes" for quantity in yes)
    assert all(found[quantity] == "no" for quantity in no)


def test_incomparable_says_why():
    assert "another kind of target" in prove("huber", "ce").sentence
    assert "another measure" in prove("poisson", "mse").sentence


# -- wrong claims are never proved -------------------------------------------------------------------------------------


def rational(chance):
    return Rational(chance.choice([-3, -2, -1, -1, 1, 1, 1, 2, 3]), chance.choice([1, 1, 1, 2, 3]))


def binary(a, b, c, d):
    def formula(y, p):
        return a * xlogy(y, p) + b * xlog1py(1 - y, -p) + c + d * p

    return NamedLoss("mutant", formula, "binary", "bernoulli.probs"), "bce", a == b and d == 0, -a


def classes(a, b, c, d):
    def formula(q, p):
        return a * total(xlogy(q, p)) + (b - a) * total(log(p)) + c + d * total(q * p)

    return NamedLoss("mutant", formula, "classes", "categorical.probs"), "ce", a == b and d == 0, -a


def located(a, b, c, d):
    def formula(y, m):
        return -a * (y - m) ** 2 + (b - a) * m + c * y + d * exp(m)

    return NamedLoss("mutant", formula, "real", "location"), "mse", a == b and d == 0, -a


def counted(a, b, c, d):
    def formula(y, m):
        return -a * m + b * xlogy(y, m) + c * lgamma(y + 1) + d * log1p(m)

    return NamedLoss("mutant", formula, "count", "rate"), "poisson", a == b and d == 0, -a


@pytest.mark.parametrize("make", [binary, classes, located, counted])
def test_mutated_formulas(make):
    """A wrong sign, a missing factor or term: the verdict is what the coefficients say."""
    chance = random.Random(7)
    verdicts = []
    for trial in range(9):
        a, b, c = rational(chance), rational(chance), rational(chance)
        if trial % 3 == 0:
            b = a
        loss, right, is_affine, scale = make(a, b, c, chance.choice([0, 0, 0, 1]))
        proof = prove(loss, right)
        expected = "different" if not is_affine else "negated" if scale < 0 else "affine"
        if proof.verdict == "equal":
            assert is_affine
            assert scale == 1
            expected = "equal"
        assert proof.verdict == expected, (a, b, c)
        verdicts.append(expected)
    assert "different" in verdicts
    assert {"affine", "negated"} & set(verdicts)


def test_a_missing_constant_is_seen():
    short = NamedLoss("short", lambda y, m: (y - m) ** 2 / 2, "real", "location")
    proof = prove(short, "normal(scale=1)")
    assert proof.verdict == "affine"
    assert is_zero(proof.offset + sympy.log(2 * sympy.pi) / 2)


# -- counterexamples, read again from the formulas ---------------------------------------------------------------------


def test_counterexample_of_one_input_holds():
    found = prove("multiclass_brier", "brier").counterexample
    y, p = (Rational(found.inputs[name]) for name in ("y", "p"))
    value = rosetta.ROSETTA["brier"].formula(y, p)
    assert {Rational(end) for end in found.right} == {value}  # exactly: it is a decimal number
    assert {Rational(end) for end in found.left} == {2 * value}


@pytest.mark.parametrize("value", ["2/25", "1/3", "-1/3", "12345678901234567", "1/10**30", "-3/2", "0", "10**40 + 1"])
def test_ends_lie_around_the_value(value):
    number = sympy.sympify(value)
    found = enclosed(number * X, {X: Rational(1)})
    low, high = map(Rational, found.ends())
    assert low <= number <= high
    assert high - low <= abs(number) / 10**10
    short = len(str(abs(number.p)).rstrip("0")) <= 12 and set(sympy.factorint(number.q)) <= {2, 5}
    assert (low == high) == short


def test_a_value_is_exact_only_where_arithmetic_is():
    half = Rational(1, 2)
    assert enclosed(X**2 - X * sympy.log(Y), {X: half, Y: Rational(1)}).exact == Rational(1, 4)
    root = enclosed(sympy.sqrt(X) + Y, {X: half, Y: half})
    assert root.exact is None
    assert (root - root).exact is None
    assert 0 in root - root


def test_counterexample_of_three_predictions_holds():
    found = prove("brier", "bce").counterexample
    y = mp.mpf(found.inputs["y"])
    predictions = [mp.mpf(text) for text in found.inputs["p"].split(", ")]
    for name, ends in (("brier", found.left), ("bce", found.right)):
        extra = {"label_smoothing": 0} if name == "bce" else {}
        values = [rosetta.ROSETTA[name].formula(y, p, **extra) for p in predictions]
        ratio = (values[1] - values[2]) / (values[0] - values[1])
        assert mp.mpf(ends[0]) - mp.mpf(10) ** -12 <= ratio <= mp.mpf(ends[1]) + mp.mpf(10) ** -12
    assert mp.mpf(found.left[1]) < mp.mpf(found.right[0])


# -- the parts of the engine -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "zero",
    [
        sympy.log(X * Y) - sympy.log(X) - sympy.log(Y),
        sympy.log(1 / (1 + sympy.exp(-X))) + sympy.log(1 + sympy.exp(-X)),
        sympy.exp(X * sympy.log(Y)) - Y**X,
        sympy.sqrt(2 * sympy.pi) ** 2 - 2 * sympy.pi,
        sympy.log(12) - 2 * sympy.log(2) - sympy.log(3),
        sympy.loggamma(X + 3) - sympy.loggamma(X + 1) - sympy.log(X + 1) - sympy.log(X + 2),
        sympy.Abs(X - Y) ** 2 - (X - Y) ** 2,
        sympy.Abs(X - Y) - sympy.Abs(Y - X),
        sympy.log(sympy.cosh(X)) - sympy.log(sympy.exp(X) + sympy.exp(-X)) + sympy.log(2),
    ],
)
def test_normal_form_of_zero(zero):
    assert is_zero(zero)


@pytest.mark.parametrize(
    "nonzero",
    [sympy.log(X + Y) - sympy.log(X) - sympy.log(Y), sympy.Abs(X - Y) - (X - Y), sympy.sqrt(X) - X, X**Y - Y**X],
)
def test_normal_form_of_what_is_not_zero(nonzero):
    assert not is_zero(nonzero)


def test_logarithms_are_not_split_where_a_sign_is_unknown():
    a, b = sympy.symbols("a b", real=True)
    assert not is_zero(sympy.log(a * b) - sympy.log(a) - sympy.log(b))


def test_floats_are_refused():
    loss = NamedLoss("half", lambda y, m: 0.3 * (y - m) ** 2, "real", "location")
    with pytest.raises(errors.NoAnswerError, match="exact numbers"):
        prove(loss, "mse")


def test_what_is_no_loss():
    with pytest.raises(errors.UsageTypeError, match="left must be the name of a loss"):
        prove(3, "mse")


def test_a_family_and_an_own_loss():
    assert prove(ce.Bernoulli, "bce").verdict == "equal"
    own = NamedLoss("own", lambda y, z: softplus(z) - y * z, "binary", "bernoulli.logits")
    assert prove(own, "bce").verdict == "equal"


def test_roots_and_constants():
    gauss = NamedLoss(
        "gauss", lambda y, m: -log(exp(-((y - m) ** 2) / 2) / sqrt(2 * PI * (1 + 0 * m))), "real", "location"
    )
    assert prove(gauss, "normal(scale=1)").verdict == "equal"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (X * sympy.log(X), 0),
        (sympy.log(X), -sympy.oo),
        (sympy.Max(sympy.log(X), -100), -100),
        (Y - Y * sympy.log(X), sympy.oo),
        ((1 - X) * sympy.log(1 - X), 0),
    ],
)
def test_values_at_zero(expression, value):
    assert value_at(expression, {X: sympy.Integer(0)}) == value


def test_infinity_minus_infinity_is_undecided():
    with pytest.raises(Undecided):
        value_at(sympy.log(X) + Y / X, {X: sympy.Integer(0)})


def test_zero_times_infinity_of_one_letter_is_undecided():
    for expression, end in ((Mul(X + X**2, 1 + 1 / X, evaluate=False), 0), (X / (1 + X), sympy.oo)):
        with pytest.raises(Undecided):
            value_at(expression, {X: sympy.sympify(end)})


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (softplus(-X), 0),
        (softplus(X), sympy.oo),
        ((1 - X) ** 2, sympy.oo),
        ((1 - X) ** 3, -sympy.oo),
        (1 / (1 - X), 0),
        (sigmoid(X) + Y, 1 + Y),
        (Y * exp(-X), 0),
    ],
)
def test_values_at_infinity(expression, value):
    assert value_at(expression, {X: sympy.oo}) == value


def test_feasible():
    a, b = sympy.symbols("a b", real=True)
    assert not feasible([(a - b, sympy.Gt), (b - a, sympy.Gt)])
    assert not feasible([(a - 1, sympy.Ge), (-a, sympy.Ge)])
    assert not feasible([(a - b, sympy.Gt), (b - 2, sympy.Ge), (1 - a, sympy.Ge)])
    assert feasible([(a - b, sympy.Ge), (b - a, sympy.Ge)])
    assert feasible([(a - b, sympy.Gt), (b - 2, sympy.Ge), (3 - a, sympy.Ge)])


def test_intervals_hold_the_value():
    expression = sympy.log(X) * sympy.exp(-Y) + sympy.loggamma(X + Y) - X**Y
    env = {X: Rational(7, 3), Y: Rational(1, 10)}
    interval, value = enclose(expression, env), exact(expression, env)
    low, high = (mp.make_mpf(end) for end in interval._mpi_)
    with mp.workdps(80):
        assert high - low < mp.mpf(10) ** -50
        assert low - mp.mpf(10) ** -50 < value < high + mp.mpf(10) ** -50


def test_no_interval_where_none_is_sure():
    with pytest.raises(NoEnclosure):
        enclose(sympy.log(X - X**2), {X: Rational(1)})


def test_a_wrong_step_is_stopped_by_its_guard():
    ground = BinaryGround((side("left", "bce"), side("right", "brier")))
    y, p = Symbol("y", positive=True), Symbol("p", positive=True)
    guard(ground, "expand", (1 - y) * p, p - y * p)
    with pytest.raises(errors.CrossentError, match="expand"):
        guard(ground, "expand", (1 - y) * p, p - y * p + Rational(1, 10**30))


def test_sums_may_be_exchanged():
    i, j, n, c = sympy.symbols("i j n c", integer=True, positive=True)
    q, p = sympy.IndexedBase("q"), sympy.IndexedBase("p")
    by_rows = sympy.Sum(sympy.Sum(q[i, j] * p[j], (j, 1, c)), (i, 1, n))
    by_classes = sympy.Sum(p[j] * sympy.Sum(q[i, j], (i, 1, n)), (j, 1, c))
    assert sums_equal(by_rows, by_classes)
    assert not sums_equal(by_rows, 2 * by_classes)


def test_the_document():
    document = prove("bce", "ce").to_dict()
    assert document["verdict"] == "equal"
    assert {"schema", "left", "right", "cases", "domain", "scale", "offset", "conditions", "carries_over"} <= set(
        document
    )
    assert mpmath.mpf(document["scale"]) == 1


def test_a_hard_row_may_stand_beside_the_prediction():
    """q_j inside one logarithm with p_j: the value without q_j is no constant, and stays under its sum."""
    mixed = NamedLoss("mixed", lambda q, p: -total(log((1 - q) / 2 + q * p)), "classes", "categorical.probs")
    proof = prove(mixed, "nll")
    assert cases(proof)["hard", False] == "affine"
    assert prove(
        NamedLoss("c", lambda q, p: total(p * log(1 + q * p)), "classes", "categorical.probs"), "nll"
    ).verdict == ("different")


def test_what_is_expected_must_be_a_verdict():
    with pytest.raises(errors.UsageError, match="expect"):
        prove("bce", "ce", expect="same")


# -- the short forms of families ---------------------------------------------------------------------------------------


def in_gammas(expression):
    return expression.replace(sympy.factorial, lambda x: exp(lgamma(x + 1)))


@pytest.mark.parametrize(("name", "first"), sorted(SHORT))
def test_short_forms_are_minus_the_logarithm_of_the_density(name, first):
    """Proved by rewriting; that the family's own nll is this too, derive proves from the same density."""
    family, short = ce.FAMILIES[name], SHORT[name, first]
    if family.classes:
        it = class_subject(family)  # raises if the family's own formulas contradict the density
        prediction = P[j] if first == "probs" else Z[j]
        density = it.log_density.replace(
            lambda part: isinstance(part, sympy.Indexed) and part.base == P,
            lambda part: part if first == "probs" else softmax(Z[j]).subs(j, part.indices[0]),
        )
        normal = NormalForm(simplex={} if it.total == N else {it.truth[j]: "q"})
        draws = {N: total(it.truth[j])} if it.total == N else {}
        ours = in_gammas(-density.subs(draws))
        assert normal.is_zero(short(it.truth[j], prediction) - ours)
        assert not normal.is_zero(short(it.truth[j], prediction) - 2 * ours)
        return
    it = subject(family)
    assert not it.unproved
    prediction = it.standard[0] if first == family.standard.names[0] else it.to_raw[0]
    for target, point in it.cases:
        theirs = it.read(short, target, prediction, *it.standard[1:], *it.fixed, point=point)
        assert same(-it.log_density.subs(it.y, target), theirs, point), (target, point)
        assert not same(-it.log_density.subs(it.y, target) + 1, theirs, point)


# -- maxima and cases inside sums over the classes ---------------------------------------------------------------------


def of_classes(name, formula, soft=True):
    return NamedLoss(name, formula, "classes", "categorical.probs", soft=soft)


LARGER = of_classes("larger", lambda q, p: total(q * maximum(p, 1 - p)))


def test_maxima_inside_sums_are_proved_for_every_number_of_classes():
    smaller = of_classes("smaller", lambda q, p: 1 - total(q * minimum(p, 1 - p)))
    assert prove(LARGER, smaller).sentence.startswith("equal: larger = smaller for every C, hard and soft targets")
    wrong = of_classes("wrong", lambda q, p: 2 - total(q * minimum(p, 1 - p)))
    assert (prove(wrong, LARGER).verdict, prove(wrong, LARGER).offset) == ("affine", 1)
    assert prove(of_classes("other", lambda q, p: total(q * maximum(p, 1 - 2 * p))), LARGER).verdict == "different"


def test_what_is_checked_for_a_few_numbers_of_classes_says_so():
    hard = replace(LARGER, soft=False)
    chosen = of_classes("chosen", lambda q, p: total(q * where(p > 1 - p, p, 1 - p)), soft=False)
    proof = prove(hard, chosen)
    assert proof.sentence.startswith("equal: larger = chosen for C = 2..6, hard targets")
    assert proof.domain.startswith("C = 2, 3, 4, 5, 6,")
    assert "no proof for every C" in proof.conditions[-1]
    wrong = of_classes("wrong", lambda q, p: total(q * where(p > 1 - p, p, 1 - 2 * p)), soft=False)
    assert prove(hard, wrong).verdict == "different"
