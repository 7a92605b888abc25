"""A formula may name columns and call a closed list; everything else is refused before anything is evaluated."""

import re
import sys
from contextlib import contextmanager

import pytest
from formula_attacks import ATTACKS

from crossent import errors
from crossent.fitting.design import formula as formulas
from crossent.fitting.design.calls import CALLS
from crossent.fitting.design.formula import read_formula

COLUMNS = ["y", "p", "age", "region", "a b", "log", "z"]
# Of the texts that are no formulas of losses, these are formulas of columns, and harmless.
HARMLESS = re.compile(r"log|`y`|[y+-]+\s*|(abs\(y\)\+?)+")
PYTHON = """
C(__import__('os').system('id'))
C(y, reference=__import__('os'))
C(y, reference='a'.__class__)
C(y, reference=f'{y}')
C(y, 'north')
C(y, contr.treatment('a'))
C(y, levels=['a'])
C(y)(p)
C(y).real
C(y)[0]
C(C(y))
C('y')
C()
C(1)
I(y)
I(y**y)
I(y**2.5)
I(y**-1)
I(y**1000)
I(y**2**2)
I(2**y)
I(y**2).real
I(__import__('os').system('id'))
I(y**0)
poly(y)
poly(y, p)
poly(y, 1000)
poly(y, 0)
poly(y, -1)
poly(y, 2.5)
poly(y, raw=True)
poly(y, 2, raw=True)
poly(y, __import__('os'))
poly(y, degree=lambda: 2)
poly(poly(y, 2), 2)
log(log(y))
log(y + 1)
log(y, base=2)
log(y, 2)
log(y=y)
log(*y)
log(y for y in p)
log(y := p)
np.log(y)
numpy.log(y)
os.system('id')
y.values
y.apply(print)
log.__call__(y)
log(y.values)
log(y.__class__)
log(y[0])
log((y))
log(`y`.real)
power(y, 2)
Log(y)
LOG(y)
bs(y, df=4)
lag(y)
hashed(y)
Q('y')
y ~ p
~ p
y | p
y / p
y %in% p
y ^ 2
[y ~ p]
{y}
{log(y)}
{__import__('os').system('id')}
y + {p}
.
y + .
2*y
y:2
1:y
1*y
0:y
y*0.5
y + 2
y ** p
y ** 0
y ** 9
y ** 99999999
y ** -1
y ** 2.0
y ** 2 ** 2
(y + p) ** (2)
y y
y,p
y;p
'y'
"y"
y + 'p'
`nothing`
`y
y`
y + `a
`a b`.real
`a b`(y)
`__import__('os').system('id')`
(y
y)
()
+
*
y +
y * * p
y ++* p
y ***p
""".strip().split("\n")


@contextmanager
def evaluation_is_noticed():
    """Collects what Python reports when code is compiled, run or imported, a file opened, a process started."""
    seen, watching = [], [True]
    telling = ("compile", "exec", "import", "open", "os.", "subprocess.", "ctypes", "socket", "marshal", "pickle")

    def hook(event, arguments):
        if watching and event.startswith(telling):
            seen.append((event, str(arguments)[:80]))

    sys.addaudithook(hook)
    try:
        yield seen
    finally:
        watching.clear()


@pytest.fixture(scope="module", autouse=True)
def _formulaic_is_loaded():
    read_formula("y + log(p)", COLUMNS)


@pytest.fixture
def never_evaluates(monkeypatch):
    """formulaic's own evaluation, and Python's, may not be reached."""
    import formulaic.utils.stateful_transforms as stateful
    from formulaic.materializers.base import FormulaMaterializer

    def refuse(*arguments, **keywords):
        raise AssertionError(f"evaluated: {arguments}")

    monkeypatch.setattr(stateful, "stateful_eval", refuse)
    monkeypatch.setattr(FormulaMaterializer, "_evaluate", refuse)
    monkeypatch.setattr(FormulaMaterializer, "_evaluate_factor", refuse)


def test_attacks_are_refused_and_nothing_is_evaluated(never_evaluates):
    attacks = [text for text in dict.fromkeys([*ATTACKS, *PYTHON]) if not HARMLESS.fullmatch(text)]
    assert len(attacks) > 800
    accepted = []
    with evaluation_is_noticed() as seen:
        for text in attacks:
            try:
                read_formula(text, COLUMNS)
            except errors.UsageError:
                continue
            accepted.append(text)
    assert not seen
    assert not accepted


def test_attacks_as_names_of_columns_are_names(never_evaluates):
    names = [text for text in PYTHON if "`" not in text and text.isprintable()]
    assert len(names) > 90
    with evaluation_is_noticed() as seen:
        for name in names:
            written = read_formula(f"`{name}` + log(`{name}`)", names)
            assert [piece.column for piece in written.pieces] == [name, name]
            assert written.algebra == "{0} + {1}"
    assert not seen


def test_message_shows_the_piece_and_what_is_allowed():
    with pytest.raises(errors.UsageError) as caught:
        read_formula("age + eval(region)", COLUMNS)
    assert "'eval(region)'" in caught.value.message
    assert "C(column)" in caught.value.hint
    assert caught.value.piece == "eval(region)"
    with pytest.raises(errors.UsageError, match="--target"):
        read_formula("y ~ age", COLUMNS)
    with pytest.raises(errors.UsageError, match="aeg"):
        read_formula("aeg + region", COLUMNS)


@pytest.mark.parametrize("name", sorted(set(CALLS) - {"power", "poly"}))
def test_every_offered_transform_is_taken(name):
    (piece,) = read_formula(f"{name}( `a b` )", COLUMNS).pieces
    assert (piece.column, piece.call, piece.text) == ("a b", name, f"{name}(a b)")
    assert name in errors.designs.FORMULAS_MAY


def test_pieces_as_they_are_written():
    written = read_formula("0 + age*C(region, reference='north') - age + poly(z, degree=3) + I(z ** 2)", COLUMNS)
    assert [piece.text for piece in written.pieces] == ["age", "region", "poly(z, 3)", "I(z**2)"]
    assert written.pieces[1].reference == "north"
    assert written.renamed([0, 1, 2, 3]) == "0 + f0 * f1 - f0 + f2 + f3"
    assert read_formula("(age+z)**2:p", COLUMNS).algebra == "( {0} + {1} ) ** 2 : {2}"


BOMBS = {
    "characters": "y + " * 100_000 + "p",
    "nested brackets": "(" * 60 + "y" + ")" * 60,
    "pieces": " + ".join(["y"] * 2_500),
    "terms": "((y + p + z)**8)**8",
    "many terms": "*".join(f"`c{k}`" for k in range(40)),
    "sums of terms": "(" + "+".join(f"`c{k}`" for k in range(60)) + ")**6",
}


@pytest.mark.parametrize("name", BOMBS)
def test_formulas_that_would_take_for_ever_are_refused_soon(name):
    columns = [*COLUMNS, *(f"c{k}" for k in range(60))]
    with pytest.raises(errors.UsageError, match="at most"):
        read_formula(BOMBS[name], columns)


def test_wide_formulas_are_read():
    columns = [f"c{k}" for k in range(1_500)]
    assert len(read_formula(" + ".join(columns), columns).pieces) == 1_500
    assert formulas.MOST_PIECES > 3_000


@pytest.mark.parametrize(
    "name", ["a + b", "x[T.y]", "*", "^x$", "naïve", "价格", "a:b", "C(x)", "0", "a\\b", 'say "x"', "{0}", "f0", " "]
)
def test_odd_names_in_back_quotes(name):
    assert read_formula(f"`{name}`", [name]).pieces[0].column == name
    if name != "a\\b":
        assert read_formula(f"log(`{name}`)", [name]).pieces[0].column == name


def test_a_back_quote_in_a_name_is_escaped():
    assert read_formula("`a\\`b`", ["a`b"]).pieces[0].column == "a`b"
