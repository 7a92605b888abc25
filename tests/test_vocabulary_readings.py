"""One name, many readings: found by the arguments' type, and all of them mean the same."""

from __future__ import annotations

import math
import subprocess
import sys
import types

import mpmath
import numpy as np
import pytest
import sympy

from crossent import vocabulary
from crossent.vocabulary import CONSTANTS, FUNCTIONS, constants, dispatch, exact, reading_of, register_reading, symbolic
from crossent.vocabulary.compiled import DOUBLE

# One ordinary argument list per function; kl_div's third argument is x - m.
ARGUMENTS = {
    **dict.fromkeys(("exp", "log", "log1p", "expm1", "sqrt", "abs", "floor", "softplus", "log_sigmoid"), (1.25,)),
    **dict.fromkeys(("sigmoid", "sigmoid_slope", "log1mexp", "log1pmx", "lgamma", "digamma", "trigamma"), (1.25,)),
    **dict.fromkeys(("ndtr", "log_ndtr", "inverse_mills_ratio", "inverse_mills_slope"), (-1.25,)),
    **dict.fromkeys(("binet", "digamma_rest", "trigamma_rest"), (1.25,)),
    **dict.fromkeys(("maximum", "minimum", "times", "xlogy", "xlog1py", "exp_difference", "lbeta"), (0.75, 2.5)),
    **dict.fromkeys(("softplus_mixture", "sigmoid_residual"), (0.75, -1.5)),
    "kl_div": (3.0, 2.5, 0.5),
    "multiply_add": (0.75, 2.5, -1.5),
}
SMOOTH = sorted(set(ARGUMENTS) - {"abs", "floor", "maximum", "minimum"})


def test_all_names_are_here() -> None:
    assert set(ARGUMENTS) | {"where", "is_zero", "logsumexp"} == set(FUNCTIONS)
    assert len(FUNCTIONS) == 37
    assert all(entry.call.__doc__ and entry.valid for entry in FUNCTIONS.values())
    assert all(getattr(vocabulary, name) is entry.call for name, entry in FUNCTIONS.items())


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_readings_agree(name: str) -> None:
    arguments, call = ARGUMENTS[name], FUNCTIONS[name].call
    truth = float(call(*map(mpmath.mpf, arguments)))
    assert call(*arguments) == pytest.approx(truth, rel=1e-14)
    assert np.asarray(call(*(np.full(3, value) for value in arguments))) == pytest.approx([truth] * 3, rel=1e-14)
    assert float(call(*map(sympy.Rational, arguments)).evalf(30)) == pytest.approx(truth, rel=1e-15)
    assert DOUBLE[name](*arguments) == pytest.approx(truth, rel=1e-15)


@pytest.mark.parametrize("name", SMOOTH)
def test_symbols_open_to_the_textbook_meaning(name: str) -> None:
    symbols = sympy.symbols("a b c", real=True)[: len(ARGUMENTS[name])]
    opened = FUNCTIONS[name].call(*symbols).expand(func=True)
    own = tuple(symbolic.__dict__[other] for other in FUNCTIONS if isinstance(symbolic.__dict__[other], type))
    assert not any(
        isinstance(part, own) and type(part).__module__ == symbolic.__name__ for part in opened.atoms(sympy.Function)
    )
    values = dict(zip(symbols, map(sympy.Rational, ARGUMENTS[name]), strict=True))
    with mpmath.workdps(40):
        truth = getattr(exact, name)(*map(mpmath.mpf, ARGUMENTS[name]))
        assert mpmath.almosteq(mpmath.mpf(str(opened.subs(values).evalf(35))), truth, rel_eps=mpmath.mpf(10) ** -30)


@pytest.mark.parametrize("name", SMOOTH)
def test_symbolic_derivatives(name: str) -> None:
    symbols = sympy.symbols("a b c", real=True)[: len(ARGUMENTS[name])]
    values = dict(zip(symbols, map(sympy.Rational, ARGUMENTS[name]), strict=True))
    expression = FUNCTIONS[name].call(*symbols)
    with mpmath.workdps(60):
        for i, symbol in enumerate(symbols):
            found = expression.diff(symbol).expand(func=True).subs(values).evalf(40)

            def along(value: mpmath.mpf, i: int = i) -> mpmath.mpf:
                moved = [mpmath.mpf(v) for v in ARGUMENTS[name]]
                moved[i] = value
                return getattr(exact, name)(*moved)

            slope = mpmath.diff(along, mpmath.mpf(ARGUMENTS[name][i]), h=mpmath.mpf(10) ** -20)
            assert abs(mpmath.mpf(str(found)) - slope) < mpmath.mpf(10) ** -18


def test_exact_keeps_the_precision_that_is_asked_for() -> None:
    with mpmath.workdps(50):
        assert mpmath.almosteq(
            exact.softplus(-700), mpmath.exp(-700) - mpmath.exp(-1400) / 2, rel_eps=mpmath.mpf(10) ** -48
        )
        assert mpmath.almosteq(
            exact.binet(mpmath.mpf("1e300")), mpmath.mpf("1e-300") / 12, rel_eps=mpmath.mpf(10) ** -48
        )
        assert mpmath.almosteq(
            exact.log1pmx(mpmath.mpf("1e-200")), -mpmath.mpf("1e-400") / 2, rel_eps=mpmath.mpf(10) ** -48
        )
        a, b = exact.binet(mpmath.ldexp(1, 24) - 1), exact.binet(mpmath.ldexp(1, 24) + 1)
        assert 0 < a - b < mpmath.ldexp(1, -49)


def test_where_and_is_zero() -> None:
    x = sympy.Symbol("x")
    assert vocabulary.where(x < 0, 1, x).subs(x, -2) == 1
    assert vocabulary.is_zero(x).subs(x, 0) == sympy.true
    assert vocabulary.where(vocabulary.is_zero(mpmath.mpf(0)), mpmath.mpf(3), mpmath.mpf(4)) == 3
    assert list(vocabulary.where(np.array([True, False]), 1.0, np.array([2.0, 3.0]))) == [1.0, 3.0]
    assert vocabulary.times(0, math.inf) == 0
    assert math.isnan(vocabulary.times(0.0, math.nan))


def test_logsumexp_of_every_reading() -> None:
    x, y = sympy.symbols("x y")
    assert vocabulary.logsumexp((x, y)) == sympy.log(sympy.exp(x) + sympy.exp(y))
    assert vocabulary.logsumexp((1.0, 2.0)) == pytest.approx(2.3132616875182228, rel=1e-15)
    assert vocabulary.logsumexp((mpmath.mpf(1), mpmath.mpf(2))) == pytest.approx(2.3132616875182228, rel=1e-15)


@pytest.mark.parametrize("name", sorted(CONSTANTS))
def test_constants_are_exact_where_that_is_possible(name: str) -> None:
    constant, x = CONSTANTS[name], sympy.Symbol("x")
    with mpmath.workdps(60):
        precise = mpmath.mpf(str((x + constant).subs(x, 0).evalf(55)))
        assert mpmath.almosteq(mpmath.mpf(0) + constant, precise, rel_eps=mpmath.mpf(10) ** -52)
        assert float(precise) == constant.value == float(constant)
    assert not (constant * x).atoms(sympy.Float)
    assert np.array_equal(constant * np.arange(3.0), constant.value * np.arange(3.0))
    assert isinstance(2 * constant - 1, constants.Constant)
    assert float(2 * constant - 1) == 2 * constant.value - 1
    assert 2.5 * constant == 2.5 * constant.value


def test_a_class_names_its_own_reading() -> None:
    class Node:
        reading = types.SimpleNamespace(exp=lambda x: "a node", where=lambda *arguments: arguments)

    assert vocabulary.exp(Node()) == "a node"
    assert len(vocabulary.where(True, 1.0, Node())) == 3


def test_foreign_arrays_need_a_registered_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_readings", {})
    monkeypatch.setattr(dispatch, "_reading_of_type", {})
    tensor = type("Tensor", (), {"__module__": "torch"})()
    with pytest.raises(TypeError, match="no reading of torch is registered"):
        vocabulary.exp(tensor)
    register_reading("torch", types.SimpleNamespace(exp=lambda x: "read"))
    assert vocabulary.exp(tensor) == "read"
    assert reading_of(1.0).__name__ == "crossent.vocabulary.plain"


def test_importing_the_vocabulary_imports_no_heavy_package() -> None:
    code = "import sys, crossent.vocabulary; print({'numba', 'sympy', 'mpmath', 'scipy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
