"""How proofs, derivations and identifications look: on narrow terminals, in LaTeX, as HTML that lets nothing in."""

import base64
import dataclasses
import hashlib
import re
from html.parser import HTMLParser
from xml.dom import minidom

import pytest

import crossent as ce
from crossent.proof.comparison.as_written import as_written
from crossent.proof.comparison.side import Side
from crossent.proof.results import Counterexample, Derivation, Identification, Proof, Step
from crossent.proof.rosetta import ROSETTA
from crossent.report.mathml import mathml, prose
from crossent.report.proof_terminal import lines_of
from crossent.report.proofs import argument_of

PAYLOADS = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "<!--",
    "]]>",
    "{{ 7*7 }}",
    "{% include 'page.css' %}",
    "&lt;script&gt;",
    "javascript:alert(1)",
    "<math><mtext></mtext><script>1</script></math>",
    "\x1b[31m\x00\u202e",
    r"\text{<b>}",
]


def hostile(text):
    return [
        Proof(text, text, "different", text, conditions=(text,), carries_over={text: "yes"}, domain=text,
              counterexample=Counterexample({text: text}, (text, text), (text, text), text),
              steps=(Step(text, text, text, text),), left_formula=(text, text), right_formula=(text, "")),
        Derivation(text, Step(text, text, text), (Step(text, text, "", text),), (text,)),
        Identification(text, text, nearest=text, offset=text, scale=text, target=text, arguments=(text,), same=(text,),
                       formula=(text, text), notes=(text,)),
    ]  # fmt: skip


class Elements(HTMLParser):
    """The names and attributes of all elements."""

    def __init__(self, page):
        super().__init__()
        self.names, self.attributes = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes += attrs


EXAMPLES = {
    "bce ce": lambda: ce.prove("bce", "ce"),
    "normal mse": lambda: ce.prove("normal", "mse"),
    "torch BCELoss": lambda: ce.prove("torch.nn.BCELoss", "bce"),
    "cross entropies": lambda: ce.prove("torch.nn.CrossEntropyLoss", "ce"),
    "derive": lambda: ce.derive("negative_binomial"),
    "identify": lambda: ce.identify(lambda y, m: 3 * (y - m) ** 2, target="real", name="mine"),
}


@pytest.fixture(scope="module", params=EXAMPLES, ids=str)
def result(request):
    return EXAMPLES[request.param]()


# -- terminal ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 60])
def test_no_line_is_too_wide(result, width):
    for steps in (True, False):
        lines = lines_of(argument_of(result), width, steps)
        assert max(map(len, lines)) <= width
        assert all(line == line.rstrip() for line in lines)
        assert "".join(lines).split()


def test_the_answer_is_the_first_line(result):
    first = str(result).splitlines()[0]
    argument = argument_of(result)
    assert argument.sentence.startswith(first)
    if argument.verdict and isinstance(result, Proof):
        assert first.startswith(result.verdict)


def test_formulas_break_before_their_operators():
    proof = Proof("a", "b", "equal", "equal: a = b", left_formula=(" + ".join(["log xxxxxxxx"] * 12), ""))
    lines = lines_of(argument_of(proof), 60)
    assert all(line.split()[0] == "+" for line in lines[2:])
    assert not any(line.endswith((" +", "log")) for line in lines)


# -- notebooks ---------------------------------------------------------------------------------------------------------


def test_notebooks_show_mathematics(result):
    fragment = result._repr_html_()
    if not isinstance(result, Identification):
        assert "<math" in fragment
    assert "<style" not in fragment
    assert "<html" not in fragment
    assert result._repr_latex_().startswith("$")
    assert repr(result).count("\n") == 0


def test_latex_is_ascii_and_balanced(result):
    for text in (result.to_latex(), result._repr_latex_()):
        assert text.isascii()
        assert "U+" not in text
        bare = text.replace("\\{", "").replace("\\}", "").replace("\\left\\", "")
        assert bare.count("{") == bare.count("}")
        assert text.count("\\begin") == text.count("\\end")
        assert text.count("\\left") - text.count("\\leftarrow") == text.count("\\right") - text.count("\\rightarrow")


# -- HTML --------------------------------------------------------------------------------------------------------------


def test_the_page_is_alone_in_the_world(result):
    page = result.to_html()
    elements = Elements(page)
    assert not set(elements.names) & {"script", "link", "img", "iframe", "object", "embed", "form", "a", "base", "svg"}
    assert not [name for name, _ in elements.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert not re.search(r"https?:|url\(|@import", page)
    assert len(page) < 200_000


def test_the_policy_lets_in_its_own_style_only(result):
    page = result.to_html()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert "prefers-color-scheme: dark" in style


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_names_stay_text(payload):
    plain = [Elements(found.to_html()).names for found in hostile("x")]
    for found, expected in zip(hostile(payload), plain, strict=True):
        for page in (found.to_html(), found._repr_html_()):
            elements = Elements(page)
            own = {name for name in elements.names if not name.startswith("m")}
            assert own <= set(expected) | {"article", "section"}
            assert "script" not in elements.names
            assert not [name for name, _ in elements.attributes if name.startswith("on")]
            assert not set(page) & {"\x1b", "\x00", "\u202e"}
            assert "{{" not in payload or "{{ 7*7 }}" in page
        assert not set(str(found)) & {"\x1b", "\x00", "\u202e"}


# -- MathML ------------------------------------------------------------------------------------------------------------


def test_every_formula_of_the_catalogue_is_mathml_without_a_command_left():
    count = 0
    for name, loss in ROSETTA.items():
        page = mathml(as_written(Side(name, loss))[1])
        minidom.parseString(page)
        words = set(re.findall(r"<mtext>([^<]*)</mtext>", page))
        assert {word.strip() for word in words} <= {"for", "otherwise"}, name
        count += 1
    assert count >= 100


@pytest.mark.parametrize("family", list(ce.FAMILIES))
def test_every_step_of_a_derivation_is_mathml(family):
    steps = ce.derive(family).steps
    assert len(steps) >= 12
    for step in steps:
        minidom.parseString(mathml(step.latex))
        minidom.parseString(f"<p>{prose(step.latex)}</p>")


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\frac{a}{2}", "<mfrac><mi>a</mi><mn>2</mn></mfrac>"),
        (r"x_{i}^{2}", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>"),
        (r"\sqrt{2}", "<msqrt><mn>2</mn></msqrt>"),
        (r"\sum_{j=1}^{C} p", "<munderover><mo>∑</mo>"),
        (r"\hat{p}", '<mover accent="true"><mi>p</mi><mo>^</mo></mover>'),
        (r"a < b", "<mo>&lt;</mo>"),
        (r"\unknown", "<mtext>unknown</mtext>"),
        (r"\text{<b>}", "<mtext>&lt;b&gt;</mtext>"),
        (r"\left\{ a \right.", '<mo fence="true">{</mo>'),
        (r"\begin{cases} 1 & \text{for}\: a > b \\ 0 & \text{otherwise} \end{cases}", "<mtr>"),
    ],
)
def test_mathml(latex, expected):
    found = mathml(latex)
    minidom.parseString(found)
    assert expected in found


@pytest.mark.parametrize(
    "latex", ["}", "{", "^", "_", r"\frac", r"\left(", r"\begin{cases} a", "a^", "&", "\\", r"\text{", "]"]
)
def test_broken_latex_is_still_well_formed(latex):
    minidom.parseString(mathml(latex))


@pytest.mark.parametrize(
    "name", ["bernoulli", "binomial", "categorical", "multinomial", "normal", "laplace", "poisson"]
)
def test_a_page_shows_no_latex(name):
    page = ce.derive(name).to_html()
    seen = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert "why a logarithm" in seen
    assert not set(seen) & {"$", "\\"}


def test_a_family_with_a_hostile_name_is_text():
    name = "<img src=x onerror=alert(1)>\x1b[31m"
    own = dataclasses.replace(ce.Poisson, name=name)
    made = ce.derive(own, [0, 1, 2])
    for shown in (made.to_html(), made._repr_html_()):
        assert "<img" not in shown
        assert "&lt;img src=x" in shown
        assert "\x1b" not in shown
    assert "\x1b" not in made.to_text()
