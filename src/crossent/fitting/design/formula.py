"""Formulas: what may be written, checked piece by piece before anything else looks at it.

formulaic splits the text and knows the algebra of terms, but it evaluates Python inside a formula. So every piece is
matched against a closed grammar first, and what formulaic then works with is a text of our own in which each piece is
a plain name, f0, f1, ...: nothing that the user wrote is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crossent import errors
from crossent.fitting.design.calls import CALLS, HIGHEST_DEGREE

MOST_CHARACTERS = 20_000
MOST_PIECES = 4_000
MOST_NESTED = 40
MOST_TERMS = 20_000
HIGHEST_POWER = 8

OPERATORS = ("+", "-", "*", ":", "**", "+-")
_NAME = r"(?:`(?P<quoted>(?:[^`\\]|\\.)+)`|(?P<name>[^\W\d][\w.]*))"
_CALL = re.compile(rf"(?P<call>[^\W\d]\w*)\(\s*{_NAME}\s*(?:,(?P<rest>[^()\[\]{{}}]*))?\)", re.DOTALL)
_QUOTED = re.compile(r"`(?:[^`\\]|\\.)*`", re.DOTALL)
_POWER = re.compile(rf"I\(\s*{_NAME}\s*\*\*\s*(?P<degree>[0-9]{{1,3}})\s*\)", re.DOTALL)
_WHOLE = re.compile(r"(?:degree\s*=\s*)?([0-9]{1,3})", re.ASCII)
_REFERENCE = re.compile(r"reference\s*=\s*(?:'([^'\\]*)'|\"([^\"\\]*)\")")


@dataclass(frozen=True)
class Piece:
    """One factor as it was written: a column, or one call of the closed list on a column."""

    column: str
    call: str | None = None  # None, "C" or a name in CALLS
    numbers: tuple[float, ...] = ()
    reference: str | None = None

    @property
    def text(self) -> str:
        """How the factor is called in the design's names."""
        if self.call is None or self.call == "C":
            return self.column
        if self.call == "power":
            return f"I({self.column}**{int(self.numbers[0])})"
        inside = "".join(f", {int(number)}" for number in self.numbers)
        return f"{self.call}({self.column}{inside})"


@dataclass(frozen=True)
class Written:
    """A formula that passed: its pieces, and its algebra with `{k}` in the place of piece k."""

    pieces: tuple[Piece, ...]
    algebra: str

    def renamed(self, numbers: Sequence[int]) -> str:
        """The algebra with piece k called f<numbers[k]>: what formulaic gets to see."""
        return self.algebra.format(*(f"f{number}" for number in numbers))


def read_formula(text: str, columns: Sequence[str], target: str = "y") -> Written:
    """The formula's pieces and algebra, or the error that shows the piece which is not allowed. Evaluates nothing.

    >>> written = read_formula("age + C(region) + age:log(bmi)", ["age", "region", "bmi"])
    >>> [piece.text for piece in written.pieces], written.algebra
    (['age', 'region', 'log(bmi)'], '{0} + {1} + {0} : {2}')
    """
    _check_size(text)
    source = "the formula"
    words: list[str] = []
    pieces: dict[Piece, int] = {}
    for kind, word in _tokens(text):
        if kind in ("name", "python"):
            piece = _column(word) if kind == "name" else _call(word)
            if piece.column not in columns:
                raise errors.column_unknown(source, _short(word), piece.column, columns)
            words.append(f"{{{pieces.setdefault(piece, len(pieces))}}}")
        elif kind == "operator" and "~" in word:
            raise errors.design_formula_names_target(target)
        elif (kind == "operator" and word in OPERATORS) or (kind == "context" and word in "()"):
            words.append(word)
        elif kind == "value" and words and words[-1] == "**":
            words.append(_power(word))
        elif kind == "value" and word in ("0", "1"):
            words.append(word)
        else:
            raise errors.design_formula_refused(word, "is not among it")
        if len(words) > MOST_PIECES:
            raise errors.design_formula_too_large(len(words), MOST_PIECES, "pieces")
    if not words:
        raise errors.design_formula_unreadable(text, "it is empty")
    _check_numbers(words)
    written = Written(tuple(pieces), " ".join(words))
    _check_terms(written, text)
    return written


def _check_size(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise errors.design_formula_too_large(len(text), MOST_CHARACTERS, "characters")
    odd = next((character for character in text if not character.isprintable() and character not in "\t\n\r"), None)
    if odd is not None:
        raise errors.design_formula_refused(odd, "is not among it")
    for brace in re.findall(r"[{}%]", _QUOTED.sub("", text)):  # the tokenizer leaves them off what they enclose
        raise errors.design_formula_refused(brace, "is not among it")
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    if deepest > MOST_NESTED:
        raise errors.design_formula_too_large(deepest, MOST_NESTED, "nested brackets")


def _check_numbers(words: Sequence[str]) -> None:
    """0 and 1 stand for the intercept, so they are terms by themselves."""
    for before, word, after in zip(("+", *words), words, (*words[1:], "+"), strict=False):
        if word in ("0", "1") and before != "**" and (before not in ("+", "-", "+-", "(") or after not in "+-)"):
            piece = f"{before} {word} {after}"
            raise errors.design_formula_refused(piece, "is not among it")


def _tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text) of every token; formulaic's tokenizer only looks for ends of words, it takes nothing apart."""
    from formulaic.errors import FormulaSyntaxError
    from formulaic.parser.algos.tokenize import tokenize

    try:
        tokens = list(tokenize(text))
    except FormulaSyntaxError as reason:
        raise errors.design_formula_unreadable(text, _first_line(reason)) from None
    return [(token.kind.value, token.token) for token in tokens]


def _column(word: str) -> Piece:
    return Piece(word.replace("\\`", "`"))


def _call(word: str) -> Piece:
    power = _POWER.fullmatch(word)
    if power:
        return Piece(_name(power), "power", (_degree(power["degree"], word),))
    found = _CALL.fullmatch(word)
    if found is None:
        raise errors.design_formula_refused(word, "is no call of one function on one column")
    call, rest = found["call"], (found["rest"] or "").strip()
    if call == "C":
        return Piece(_name(found), "C", (), _reference(rest, word) if rest else None)
    if call not in CALLS or call == "power":
        raise errors.design_formula_refused(word, f"calls {call!r}, which is not among it")
    if not CALLS[call].degree:
        if found["rest"] is not None:
            raise errors.design_formula_refused(word, f"gives {call} more than a column")
        return Piece(_name(found), call)
    number = _WHOLE.fullmatch(rest)
    if number is None:
        raise errors.design_formula_refused(word, f"must give {call} a degree, a whole number")
    return Piece(_name(found), call, (_degree(number[1], word),))


def _name(found: re.Match[str]) -> str:
    return found["name"] or found["quoted"].replace("\\`", "`")


def _degree(digits: str, word: str) -> float:
    degree = int(digits)
    if not 1 <= degree <= HIGHEST_DEGREE:
        raise errors.design_formula_refused(word, f"must have a degree from 1 to {HIGHEST_DEGREE}")
    return float(degree)


def _reference(rest: str, word: str) -> str:
    found = _REFERENCE.fullmatch(rest)
    if found is None:
        raise errors.design_formula_refused(word, "gives C something other than reference='level'")
    return found[1] if found[1] is not None else found[2]


def _power(word: str) -> str:
    if not (word.isascii() and word.isdigit() and len(word) == 1 and 1 <= int(word) <= HIGHEST_POWER):
        raise errors.design_formula_refused(word, f"after ** must be a power from 1 to {HIGHEST_POWER}")
    return word


def _check_terms(written: Written, text: str) -> None:
    """Refuses what would take for ever: how many terms the algebra goes through is counted before it is expanded."""
    from formulaic.errors import FormulaParsingError
    from formulaic.parser import DefaultFormulaParser

    try:
        tree = DefaultFormulaParser().get_ast(written.renamed(range(len(written.pieces))))
    except FormulaParsingError as reason:
        raise errors.design_formula_unreadable(text, _first_line(reason)) from None
    count = _terms(tree)
    if count > MOST_TERMS:
        raise errors.design_formula_too_large(count, MOST_TERMS, "terms")


_COUNTS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a + b,
    ":": lambda a, b: a * b,
    "*": lambda a, b: a + b + a * b,
}


def _terms(tree: object) -> int:
    """An upper bound for the terms that expanding this tree makes; without recursion, because sums nest deeply."""
    order, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting += getattr(node, "args", ())
    counts: dict[int, int] = {}
    for node in reversed(order):
        parts = [counts[id(part)] for part in getattr(node, "args", ())]
        symbol = str(getattr(node, "operator", ""))
        if len(parts) == 2 and symbol == "**":
            power = str(node.args[1])  # type: ignore[attr-defined]
            if not power.isdigit():
                raise errors.design_formula_refused(symbol, "must be followed by a number")
            counts[id(node)] = min(parts[0] ** int(power), MOST_TERMS**2)
        elif len(parts) == 2:
            counts[id(node)] = min(_COUNTS[symbol](*parts), MOST_TERMS**2)
        else:
            counts[id(node)] = max(parts, default=1)
    return max(counts.values(), default=0)


def _first_line(reason: Exception) -> str:
    return str(reason).strip().split("\n")[0].replace("`", "'") or type(reason).__name__


def _short(word: str) -> str:
    return word if len(word) <= 60 else word[:57] + "..."
