"""Which text is a formula: letters first, then the tree, then its size. Nothing is evaluated here.

The text is never handed to anything but `ast.parse`, and not even to that before its characters are known to be
harmless. What passes is a tree of few nodes whose value cannot grow beyond bounds: `formula_walk` may compute it.
"""

from __future__ import annotations

import ast
import inspect
import math
import re
from dataclasses import dataclass
from fractions import Fraction

from crossent import errors
from crossent.vocabulary import FUNCTIONS

LENGTH, DEPTH, CALLS, NODES, EXPONENT, DIGITS, TERMS, TOWER, BENDS = 2000, 100, 12, 400, 64, 30, 150, 2, 6

CONSTANTS = ("pi",)
ALIASES = {"ln": "log", "max": "maximum", "min": "minimum"}
_OFFERED = (
    *("exp", "log", "log1p", "expm1", "sqrt", "abs", "maximum", "minimum", "where", "xlogy", "xlog1py"),
    *("sigmoid", "softplus", "log_sigmoid", "logsumexp", "lgamma", "digamma", "trigamma", "lbeta"),
    *("log1mexp", "floor"),
)
CALLABLE = tuple(name for name in _OFFERED if name in FUNCTIONS) + tuple(ALIASES)
_GROWING = ("exp", "expm1")  # one more exponential
_WITHIN = ("softplus", "log_sigmoid", "logsumexp", "log1mexp", "sigmoid")  # one more on the way, none in the answer
_SHRINKING = ("log", "log1p", "ln")
_BENDING = ("where", "abs", "maximum", "minimum", "max", "min", "floor")  # SymPy looks into their arguments

_LETTERS = re.compile(r"[A-Za-z0-9_+\-*/().,<>= \t\n]")
_NUMBER_LIKE = re.compile(r"(?<![A-Za-z0-9_.])(?:\d|\.\d)[A-Za-z0-9_.]*(?:(?<=[eE])[+-]\d+)?")
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_WORDS = {
    "'": "a quote: there are no strings in a formula",
    '"': "a quote: there are no strings in a formula",
    "[": "a bracket [: there are no lists or subscripts in a formula",
    "]": "a bracket ]: there are no lists or subscripts in a formula",
    "{": "a brace {",
    "}": "a brace }",
    ":": "a colon",
    ";": "a semicolon: a formula is one expression",
    "^": "a ^: a power is written with **",
    "#": "a #: a formula has no comments",
    "\0": "a NUL byte",
}
_NODES = {
    ast.Attribute: "an attribute",
    ast.Compare: "a comparison; one like y > 0 may stand as the first argument of where() only",
    ast.Lambda: "a lambda",
    ast.BoolOp: "and, or: where() takes one comparison",
    ast.IfExp: "an if: write where(condition, chosen, otherwise)",
    ast.Tuple: "a tuple",
    ast.Starred: "a star before an argument",
    ast.NamedExpr: "an assignment",
    ast.Await: "an await",
    ast.Yield: "a yield",
    ast.YieldFrom: "a yield",
    ast.GeneratorExp: "a comprehension",
}
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq)
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)


@dataclass(frozen=True)
class Parsed:
    """A formula that passed: its text, its tree, the exact numbers in it, its variables in order of appearance."""

    text: str
    tree: ast.expr
    numbers: dict[ast.expr, Fraction]
    variables: tuple[str, ...]


@dataclass(frozen=True)
class _Size:
    """Bounds on what a tree can grow to: terms when multiplied out, degree, exponentials inside one another."""

    terms: int = 1
    degree: int = 1
    tower: int = 0
    fixed: bool = False  # no variable in it


def parse(text: str) -> Parsed:
    """The tree of a formula; an error that names the column if it is not one.

    >>> parse("log(1 + exp(-y*z))").variables
    ('y', 'z')
    """
    _letters(text)
    flat = text.replace("\n", " ").replace("\t", " ")
    body = flat.lstrip()
    indent = len(flat) - len(body)
    if not body:
        raise errors.formula_unfinished(text, 1, "there is nothing")
    try:
        tree = ast.parse(body, mode="eval").body
    except SyntaxError as reason:
        raise errors.formula_unfinished(flat, (reason.offset or 1) + indent, _reason(reason)) from None
    except (RecursionError, MemoryError):
        raise errors.formula_too_large(flat, 1, "brackets or signs are nested too deeply", DEPTH) from None
    return _Check(flat, indent).formula(tree)


def _reason(error: SyntaxError) -> str:
    return error.msg.partition(". ")[0].rstrip(".")


def _letters(text: str) -> None:
    if len(text) > LENGTH:
        raise errors.formula_too_long(len(text), LENGTH)
    for column, letter in enumerate(text, 1):
        if not _LETTERS.fullmatch(letter):
            raise errors.formula_refused(text, column, _WORDS.get(letter, f"the character {letter!a}"))
    for found in _NUMBER_LIKE.finditer(text):
        if not _NUMBER.fullmatch(found[0]):
            what = f"{found[0][:DIGITS]!r}, which is neither a number nor a name"
            raise errors.formula_refused(text, found.start() + 1, what, "a product is written with *: 2*y.")
        digits, _, power = found[0].lower().partition("e")
        if len(digits) > DIGITS or abs(int(power or 0)) > DIGITS:
            raise errors.formula_too_large(text, found.start() + 1, "a number has too many digits", DIGITS)


class _Check:
    """One walk over the tree: every node is on the list, and nothing can grow."""

    def __init__(self, text: str, indent: int) -> None:
        self.text, self.indent = text, indent
        self.numbers: dict[ast.expr, Fraction] = {}
        self.variables: dict[str, None] = {}
        self.nodes = self.bends = self.calls = 0  # calls: those that the walk is inside of

    def formula(self, tree: ast.expr) -> Parsed:
        self.size(tree, 0)
        return Parsed(self.text.strip(), tree, self.numbers, tuple(self.variables))

    def column(self, node: ast.expr) -> int:
        dot = isinstance(node, ast.Attribute)
        return ((node.value.end_col_offset or 0) if dot else node.col_offset) + self.indent + 1  # type: ignore[attr-defined]

    def refuse(self, node: ast.expr, found: str, hint: str = "") -> Exception:
        return errors.formula_refused(self.text, self.column(node), found, hint)

    def bounded(self, node: ast.expr, size: _Size) -> _Size:
        for value, limit, words in (
            (size.terms, TERMS, "multiplied out it has too many terms"),
            (size.tower, TOWER, "exponentials stand inside one another"),
        ):
            if value > limit:
                raise errors.formula_too_large(self.text, self.column(node), words, limit)
        return size

    def size(self, node: ast.expr, depth: int) -> _Size:
        self.nodes += 1
        if depth > DEPTH:
            raise errors.formula_too_large(self.text, self.column(node), "it is nested too deeply", DEPTH)
        if self.nodes > NODES:
            raise errors.formula_too_large(self.text, self.column(node), "it has too many parts", NODES)
        return self.bounded(node, self._size(node, depth + 1))

    def _size(self, node: ast.expr, depth: int) -> _Size:
        if isinstance(node, ast.Constant):
            return self.number(node)
        if isinstance(node, ast.Name):
            return self.name(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return self.size(node.operand, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, _OPERATORS):
            if isinstance(node.op, ast.Pow):
                return self.power(node, depth)
            return self.combined(node, self.size(node.left, depth), self.size(node.right, depth))
        if isinstance(node, ast.Call):
            return self.call(node, depth)
        operator = getattr(node, "op", None)
        named = f"the operator {type(operator).__name__}" if operator is not None else f"a {type(node).__name__}"
        raise self.refuse(node, _NODES.get(type(node), named))

    def number(self, node: ast.Constant) -> _Size:
        if type(node.value) not in (int, float):
            raise self.refuse(node, f"{node.value!r}")
        written = self.text[self.column(node) - 1 : node.end_col_offset + self.indent]  # type: ignore[operator]
        self.numbers[node] = Fraction(written)
        return _Size(fixed=True)

    def name(self, node: ast.Name) -> _Size:
        if node.id in CONSTANTS:
            return _Size(fixed=True)
        if node.id in CALLABLE:
            raise self.refuse(node, f"the function {node.id} without its arguments", f"write {node.id}(...).")
        if "__" in node.id or node.id.startswith("_") or len(node.id) > DIGITS:
            raise self.refuse(node, f"the name {node.id[:DIGITS]!r}", "a variable is a short name such as y, p, z.")
        self.variables[node.id] = None
        return _Size()

    def combined(self, node: ast.BinOp, left: _Size, right: _Size) -> _Size:
        sums = isinstance(node.op, ast.Add | ast.Sub)
        return _Size(
            terms=left.terms + right.terms if sums else left.terms * right.terms,
            degree=max(left.degree, right.degree) if sums else left.degree + right.degree,
            tower=max(left.tower, right.tower),
            fixed=left.fixed and right.fixed,
        )

    def power(self, node: ast.BinOp, depth: int) -> _Size:
        base = self.size(node.left, depth)
        whole = _whole(node.right)
        if whole is not None:
            self.size(node.right, depth)
            if whole > EXPONENT or base.degree * whole > EXPONENT:
                raise errors.formula_too_large(
                    self.text, self.column(node.right), "an exponent, those inside it counted, is too large", EXPONENT
                )
            terms = math.comb(base.terms + whole - 1, whole) if base.terms <= TERMS else TERMS + 1
            return _Size(terms, max(1, base.degree * whole), base.tower, fixed=base.fixed)
        exponent = self.exponent(node.right, depth)
        return _Size(tower=max(base.tower, exponent.tower + 1), degree=max(base.degree, 2), fixed=base.fixed)

    def exponent(self, node: ast.expr, depth: int) -> _Size:
        """Names and small whole numbers, added and multiplied: y, 1 - y, k + 1."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.expr) and not isinstance(inner, ast.Name | ast.Constant | ast.UnaryOp | ast.BinOp):
                raise self.refuse(inner, "an exponent that is not a whole number or a variable")
            if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Pow | ast.Div):
                raise self.refuse(inner, "a power or a quotient in an exponent", "a root is written sqrt(y).")
        found = self.size(node, depth)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and abs(self.numbers[inner]) > EXPONENT:
                raise errors.formula_too_large(self.text, self.column(inner), "an exponent is too large", EXPONENT)
        if found.fixed:
            hint = "a root is written sqrt(y), a power of e exp(y)."
            raise self.refuse(node, "an exponent that is not a whole number or a variable", hint)
        return found

    def call(self, node: ast.Call, depth: int) -> _Size:
        if not isinstance(node.func, ast.Name):
            raise self.refuse(node.func, _NODES.get(type(node.func), "a call of something that is no name"))
        name = node.func.id
        if name not in CALLABLE:
            column = self.column(node.func)
            raise errors.formula_name_unknown(self.text, column, name[:DIGITS], CALLABLE, function=True)
        if node.keywords:
            raise self.refuse(node.keywords[0].value, "an argument by keyword", "arguments go by position.")
        self.arity(node, name)
        self.calls += 1
        self.bends += name in _BENDING
        if self.calls > CALLS:
            raise errors.formula_too_large(self.text, self.column(node), "calls stand inside one another", CALLS)
        if self.bends > BENDS:
            words = "it has too many of where, abs, maximum, minimum, floor"
            raise errors.formula_too_large(self.text, self.column(node), words, BENDS)
        arguments = [
            self.condition(argument, depth) if name == "where" and k == 0 else self.size(argument, depth)
            for k, argument in enumerate(node.args)
        ]
        self.calls -= 1
        tower = max(argument.tower for argument in arguments)
        self.bounded(node, _Size(tower=tower + (name in _WITHIN)))
        tower += (name in _GROWING) - (name in _SHRINKING)
        return _Size(tower=max(0, tower), fixed=all(argument.fixed for argument in arguments))

    def condition(self, node: ast.expr, depth: int) -> _Size:
        if not isinstance(node, ast.Compare):
            raise self.refuse(node, "no comparison", "where(y > 0, chosen, otherwise) starts with a comparison.")
        if len(node.ops) != 1 or not isinstance(node.ops[0], _COMPARISONS):
            raise self.refuse(node, "a comparison other than <, <=, >, >=, == of two sides")
        left, right = self.size(node.left, depth), self.size(node.comparators[0], depth)
        return _Size(tower=max(left.tower, right.tower), fixed=left.fixed and right.fixed)

    def arity(self, node: ast.Call, name: str) -> None:
        came = len(node.args)
        if name == "logsumexp":
            if came < 1:
                raise errors.formula_arguments(self.text, self.column(node), name, "one argument or more", came)
            return
        takes = len(inspect.signature(FUNCTIONS[ALIASES.get(name, name)].call).parameters)
        if came != takes:
            words = f"{takes} argument{'s' if takes != 1 else ''}"
            raise errors.formula_arguments(self.text, self.column(node), name, words, came)


def _whole(node: ast.expr) -> int | None:
    """The magnitude of a whole number as it is written, with or without a sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        node = node.operand
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None
