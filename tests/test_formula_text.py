"""Formulas as text: what is one means what it says in every reading; everything else is refused, soon and in words."""

import time

import mpmath
import numpy as np
import pytest
import sympy
from formula_attacks import ATTACKS

from crossent import errors
from crossent.proof.user_formulas import text as formula_text
from crossent.proof.user_formulas.grammar import CALLABLE
from crossent.proof.user_formulas.text import as_loss, is_formula, read, sides

NAMES = ["y", "p", "z", "q", "m", "s", "k", "a", "b", "c", "d", "f", "g"]
SYMBOLS = {name: sympy.Symbol(name, real=True) for name in NAMES}


def test_there_are_500_attacks():
    assert len(ATTACKS) >= 500
    assert len(set(ATTACKS)) == len(ATTACKS)


def test_every_attack_is_refused_within_a_second():
    for attack in ATTACKS:
        start = time.perf_counter()
        with pytest.raises(errors.UsageError) as caught:
            pytest.fail(f"let through: {attack[:80]!r} as {read(attack, SYMBOLS)}")
        assert time.perf_counter() - start < 1, attack[:80]
        assert str(caught.value).startswith(("a formula", "exp takes", "log takes", "where takes")), attack[:80]


def test_no_attack_becomes_a_loss():
    for attack in ATTACKS[:100]:
        with pytest.raises(errors.UsageError):
            as_loss(attack, {})


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("log(1 + exp(-y*z)).real", 19, "an attribute"),
        ("y + [1]", 5, "no lists or subscripts"),
        ("9**9**9", 4, "in an exponent"),
        ("y + ｙ", 5, r"'\uff59'"),
        ("y\0", 2, "a NUL byte"),
        ("  y + f(p)", 7, "'f' in column 7"),
        ("y +\n p^2", 7, "written with **"),
        ("y > 0", 1, "where()"),
        ("2y", 1, "neither a number nor a name"),
        ("log(y", 4, "never closed"),
        ("y*exp(exp(exp(z)))", 3, "exponentials"),
    ],
)
def test_the_message_says_what_and_where(text, column, words):
    with pytest.raises(errors.UsageError) as caught:
        read(text, SYMBOLS)
    assert caught.value.column == column
    assert words in str(caught.value)
    place = str(caught.value).splitlines()
    mark = next(k for k, line in enumerate(place) if line.strip() == "^")
    assert place[mark].index("^") - 2 == column - 1
    assert (
        text.replace("\n", "?")[column - 1 : column].replace("\0", "?").replace("ｙ", "?")
        == place[mark - 1][2:][column - 1 : column]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y", "y"),
        ("-y + +p", "p - y"),
        ("0.1*y + 1/3", "y/10 + 1/3"),
        ("1.5e-3*y", "3*y/2000"),
        ("(1-p)**(1-y)*p**y", "p**y*(1 - p)**(1 - y)"),
        ("y**64 - y**-2", "y**64 - y**(-2)"),
        ("log(2*pi)/2", "log(2*pi)/2"),
        ("ln(p) + max(y, p) + min(y, p)", "log(p) + Max(p, y) + Min(p, y)"),
        ("where(y >= p, y, p)", "Piecewise((y, p <= y), (p, True))"),
        ("where(y == 0, 0, y*log(p))", "Piecewise((0, Eq(y, 0)), (y*log(p), True))"),
        ("lgamma(y + 1)", "loggamma(y + 1)"),
        ("logsumexp(y, p, 0)", "log(exp(p) + exp(y) + 1)"),
        ("+".join(["y*z"] * 90), "90*y*z"),
    ],
)
def test_what_a_formula_means(text, expected):
    found = read(text, SYMBOLS)
    wanted = sympy.sympify(expected, locals=SYMBOLS)  # ours, not a user's
    assert sympy.simplify(found - wanted) == 0 or found == wanted
    assert not found.atoms(sympy.Float)


TWO_ARGUMENTS = ("maximum", "minimum", "max", "min", "xlogy", "xlog1py", "lbeta")


def test_every_function_that_is_offered_can_be_called():
    assert len(CALLABLE) >= 20
    for name in CALLABLE:
        arguments = {"where": "y > 0, p, y"} | dict.fromkeys(TWO_ARGUMENTS, "p, y")
        assert read(f"{name}({arguments.get(name, 'p')})", SYMBOLS).free_symbols
        with pytest.raises(errors.UsageError, match=f"{name} takes"):
            read(f"{name}()", SYMBOLS)


TEXT = "-(y*log(p) + (1-y)*log(1-p)) + where(y > p, 1/3, 0)*sqrt(2)*abs(y - p)"


def test_all_readings_agree():
    parsed = as_loss(TEXT)
    y, p = np.array([0.25, 0.75]), np.array([0.5, 0.125])
    plain = parsed.formula(y, p)
    for k in range(2):
        exact = parsed.formula(mpmath.mpf(float(y[k])), mpmath.mpf(float(p[k])))
        symbolic = parsed.formula(sympy.Rational(y[k]), sympy.Rational(p[k]))
        assert abs(plain[k] - exact) <= 1e-15 * abs(exact)
        with mpmath.workdps(30):
            better = parsed.formula(mpmath.mpf(float(y[k])), mpmath.mpf(float(p[k])))
            assert abs(better - mpmath.mpf(str(symbolic.evalf(30)))) < 1e-28


@pytest.mark.parametrize(
    ("text", "domains", "target", "prediction", "soft"),
    [
        ("log(1+exp(-y*z))", {"y": "sign"}, "sign", "bernoulli.logits", False),
        ("y*softplus(-z) + (1-y)*softplus(z)", {"y": "binary"}, "binary", "bernoulli.logits", False),
        ("y*softplus(-z) + (1-y)*softplus(z)", {"y": "unit"}, "binary", "bernoulli.logits", True),
        ("-(y*log(p)+(1-y)*log(1-p))", {}, "binary", "bernoulli.probs", True),
        ("-q*log(p)", {}, "binary", "bernoulli.probs", True),
        ("(y-m)**2", {"y": "real", "m": "real"}, "real", "location", True),
        ("m - k*log(m)", {"m": "positive"}, "count", "rate", True),
        ("exp(z) - k*z", {}, "count", "log_rate", True),
        ("y/m + log(m)", {"y": "positive", "m": "positive"}, "positive", "rate", True),
        ("log(1+exp(-label*score))", {"label": "sign", "score": "real"}, "sign", "bernoulli.logits", False),
    ],
)
def test_variables_choose_target_and_prediction(text, domains, target, prediction, soft):
    loss = as_loss(text, domains)
    assert (loss.target, loss.prediction, loss.soft) == (target, prediction, soft)
    assert loss.settings == ()


def test_other_variables_are_parameters_held_fixed():
    loss = as_loss("(y-m)**2/(2*s**2) + log(s)", {"y": "real", "m": "real", "s": "positive"})
    assert [(setting.name, setting.domain) for setting in loss.settings] == [("s", "positive")]
    assert loss.formula(1.0, 3.0, s=2.0) == pytest.approx(0.5 + np.log(2))


@pytest.mark.parametrize(
    ("text", "domains", "words"),
    [
        ("log(1+exp(-y*z))", {}, "--domain y="),
        ("(y-m)**2", {"y": "real"}, "'m' has none"),
        ("(y-m)**2/s", {"y": "real", "m": "real"}, "'s' has none"),
        ("log(1+exp(-z))", {}, "as the target, no variable"),
        ("-y*log(p)*z", {}, "as the prediction, 'p', 'z' could be it"),
        ("-y*t*log(p)", {}, "as the target, 'y', 't' could be it"),
        ("y*log(p)", {"w": "real"}, "none called 'w'"),
        ("y*log(p)", {"y": "complex"}, "y=complex"),
        ("y*log(p)", {"y": "real"}, "must describe the same thing"),
    ],
)
def test_what_is_missing_is_asked_for(text, domains, words):
    with pytest.raises(errors.UsageError) as caught:
        as_loss(text, domains)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "bce",
        "focal(gamma=2)",
        "torch.nn.PoissonNLLLoss(full=True, reduction='sum')",
        "binary:logistic",
        "bce()",
        " ce ",
    ],
)
def test_names_are_not_formulas(name):
    assert not is_formula(name)


@pytest.mark.parametrize("text", ["log(1+exp(-y*z))", "-y", "y*log(p)", "(y-m)**2", "where(y == 1, p, 0)", "2"])
def test_formulas_are_not_names(text):
    assert is_formula(text)


def test_each_formula_takes_the_domains_of_its_variables():
    left, right = sides("log(1+exp(-y*z))", "(1-q)*softplus(z) + q*softplus(-z)", {"y": "sign", "q": "binary"})
    assert (left.target, right.target) == ("sign", "binary")
    assert sides("bce", 3, {}) == ("bce", 3)
    with pytest.raises(errors.UsageError, match="no variables"):
        sides("bce", "ce", {"y": "sign"})


@pytest.mark.parametrize("pair", ["y", "y=", "=real", "y=quaternion", "1y=real", "y==real"])
def test_a_domain_is_a_name_and_a_kind(pair):
    assert formula_text.domains_of(["y=real", " z = sign "]) == {"y": "real", "z": "sign"}
    with pytest.raises(errors.UsageError, match="NAME=KIND"):
        formula_text.domains_of([pair])
    with pytest.raises(errors.UsageError, match="NAME=KIND"):
        formula_text.domains_of(["y=real", "y=real"])


def test_numbers_that_come_later_are_bounded_too():
    loss = as_loss("lgamma(1000000*k + 1) + 9**(64*k) + z", {})
    z = sympy.Symbol("z")
    with pytest.raises(errors.UsageError, match="at most 300"):
        loss.formula(sympy.Integer(3), z)
    power = as_loss("9**(64*64*k) + z", {})
    with pytest.raises(errors.UsageError, match="binary digits"):
        power.formula(sympy.Integer(1000), z)


def test_nothing_is_ever_evaluated(monkeypatch):
    def never(*_, **__):
        raise AssertionError("text was evaluated")

    monkeypatch.setattr("builtins.eval", never)
    monkeypatch.setattr("builtins.exec", never)
    monkeypatch.setattr("builtins.compile", _only_trees(compile))
    for attack in ATTACKS[:150]:
        with pytest.raises(errors.UsageError):
            read(attack, SYMBOLS)
    assert read("log(y) + 1", SYMBOLS) == sympy.log(SYMBOLS["y"]) + 1


def _only_trees(real):
    import ast

    def compile_to_a_tree(source, filename, mode, flags=0, *rest, **keywords):
        assert flags & ast.PyCF_ONLY_AST
        return real(source, filename, mode, flags, *rest, **keywords)

    return compile_to_a_tree
