"""LaTeX of formulas as MathML, which browsers show without any program: the part of LaTeX that proofs are written in.

A command that is not known is shown by its name; nothing that comes in leaves unescaped.
"""

from __future__ import annotations

import re
from html import escape

from crossent.report import mathml_signs as signs

_LONG = 20  # letters of words that have to be broken into lines on a phone
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)


def mathml(latex: str, block: bool = True) -> str:
    """One `math` element.

    >>> mathml("p^2", block=False)
    '<math><mrow><msup><mi>p</mi><mn>2</mn></msup></mrow></math>'
    """
    reader = _Reader([token for token in _TOKEN.findall(_opened(latex)) if token])
    parts = []
    while reader.tokens:  # a bracket too many is shown, not lost
        parts.append(reader.row(()))
        if reader.tokens:
            parts.append(_operator(reader.next()))
    return ("<math display='block'>" if block else "<math>") + "".join(parts) + "</math>"


def _opened(latex: str) -> str:
    r"""Formulas between dollars inside of words as formulas beside words.

    >>> _opened(r"\text{it is $2^{-3}$ here}")
    '\\text{it is }2^{-3}\\text{ here}'
    """
    written, place = [], 0
    while (start := latex.find(r"\text{", place)) >= 0:
        end, depth = start + len(r"\text{"), 1
        while end < len(latex) and depth:
            escape_here = latex[end] == "\\"
            depth += 0 if escape_here else (latex[end] == "{") - (latex[end] == "}")
            end += 2 if escape_here else 1
        pieces = _DOLLAR.split(latex[start + len(r"\text{") : end - 1])
        closed = not depth and len(pieces) % 2
        opened = "".join(piece if k % 2 else rf"\text{{{piece}}}" for k, piece in enumerate(pieces) if piece)
        written += [latex[place:start], opened if closed else latex[start:end]]
        place = end
    return "".join([*written, latex[place:]])


_DOLLAR = re.compile(r"(?<!\\)\$")
_WORDS = re.compile(r"\\text\{((?:[^{}\\]|\\.)*)\}")


def prose(latex: str) -> str:
    r"""Words with formulas among them as HTML that can be broken into lines; "" for what is mostly mathematics.

    >>> prose(r"\text{the place of the maximum is }\lambda")
    'the place of the maximum is <math><mrow><mi>λ</mi></mrow></math>'
    """
    parts = _WORDS.split(_opened(latex))  # formula, words, formula, ...
    depths = [part.count("{") - part.count("}") + part.count(r"\left") - part.count(r"\right") for part in parts[::2]]
    if any(depths) or max((len(words) for words in parts[1::2]), default=0) < _LONG:
        return ""
    written = [
        escape(re.sub(r"\\(.)", r"\1", part)) if k % 2 else mathml(part, block=False) if part.strip() else ""
        for k, part in enumerate(parts)
    ]
    return "".join(written)


class _Reader:
    """Reads tokens from the left; every method returns the MathML of what it has read."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens[::-1]

    def peek(self) -> str:
        return self.tokens[-1] if self.tokens else ""

    def next(self) -> str:
        return self.tokens.pop() if self.tokens else ""

    def skip_blanks(self) -> None:
        while self.peek().isspace():
            self.next()

    def row(self, ends: tuple[str, ...]) -> str:
        """Everything up to one of the ends, or to what closes a part around this one."""
        parts = []
        while self.tokens and self.peek() not in (*ends, "}", "\\right", "\\end"):
            parts.append(self.scripted())
        return f"<mrow>{''.join(parts)}</mrow>"

    def scripted(self) -> str:
        """An atom with what stands above and below it."""
        name = self.peek()
        atom = self.atom()
        above = below = ""
        while True:
            self.skip_blanks() if name.lstrip("\\") in signs.LIMITS else None
            if self.peek() == "^" and not above:
                self.next()
                above = self.argument()
            elif self.peek() == "_" and not below:
                self.next()
                below = self.argument()
            elif self.peek() == "'" and not above:
                above = "<mo>" + "".join(self._primes()) + "</mo>"
            else:
                break
        if name.lstrip("\\") in signs.LIMITS:
            return _wrapped("munderover", "munder", "mover", atom, below, above)
        return _wrapped("msubsup", "msub", "msup", atom, below, above)

    def _primes(self) -> list[str]:
        found = []
        while self.peek() == "'":
            found.append(signs.WRITTEN[self.next()])
        return found

    def argument(self) -> str:
        """A part in braces, or one atom."""
        self.skip_blanks()
        return self.atom() if self.tokens else "<mrow></mrow>"

    def atom(self) -> str:
        token = self.next()
        if token.startswith("\\") and len(token) > 1:
            return self.command(token[1:])
        if token == "{":
            inner = self.row(())
            self._close("}")
            return _single(inner)
        if token.isspace() or token == "~":
            return "" if token != "~" else _space("0.25")
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token in signs.OPERATORS or not token.isalpha():
            return _operator(token)
        return f"<mi>{escape(token)}</mi>"

    def command(self, name: str) -> str:
        if name in signs.GREEK:
            return f"<mi>{signs.GREEK[name]}</mi>"
        if name in signs.SIGNS:
            return f"<mo>{escape(signs.SIGNS[name])}</mo>"
        if name in signs.LARGE:
            return f"<mo>{signs.LARGE[name]}</mo>"
        if name in signs.NAMES:
            return f"<mi>{name}</mi>" + ("" if self.peek() in ("_", "^") else self._applied())
        if name in ("frac", "dfrac", "tfrac"):
            return f"<mfrac>{self.argument()}{self.argument()}</mfrac>"
        if name == "binom":
            return (
                f'<mrow><mo>(</mo><mfrac linethickness="0">{self.argument()}{self.argument()}</mfrac><mo>)</mo></mrow>'
            )
        if name == "sqrt":
            return self._root()
        if name == "left":
            return self._fenced()
        if name == "begin":
            return self._table()
        if name in signs.TEXTS:
            written = escape(self._verbatim())
            written = re.sub(r"^\s|\s$", "\u00a0", written) if name.startswith("text") else written
            return f"<mtext>{written}</mtext>" if name.startswith(("text", "mbox")) else f"<mi>{written}</mi>"
        if name in signs.STYLED:
            return self._styled(name)
        if name in signs.ACCENTS:
            return f'<mover accent="true">{self.argument()}<mo>{signs.ACCENTS[name]}</mo></mover>'
        if name == "underbrace":
            return f"<munder>{self.argument()}<mo>⏟</mo></munder>"
        if name in signs.SPACES:
            return _space(signs.SPACES[name])
        if name in signs.NOTHING:
            return ""
        if name == "\\":
            return '<mspace linebreak="newline"/>'
        if not name[0].isalpha():
            return _operator("‖" if name == "|" else name)
        return f"<mtext>{escape(name)}</mtext>"

    def _applied(self) -> str:
        """Between a function's name and its argument: a gap, unless parentheses open there."""
        self.skip_blanks()
        parentheses = self.tokens[-2:] == ["\\left", "{"] or self.peek() in ("(", "\\left", "")
        return "<mo>&#8289;</mo>" + ("" if parentheses else _space("0.17"))

    def _close(self, expected: str) -> None:
        if self.peek() == expected:
            self.next()

    def _root(self) -> str:
        if self.peek() != "[":
            return f"<msqrt>{self.argument()}</msqrt>"
        self.next()
        degree = self.row(("]",))
        self._close("]")
        return f"<mroot>{self.argument()}{degree}</mroot>"

    def _fenced(self) -> str:
        self.skip_blanks()
        opening = self.next()
        inner = self.row(())
        closing = ""
        if self.peek() == "\\right":
            self.next()
            self.skip_blanks()
            closing = self.next()
        return f"<mrow>{_fence(opening)}{inner}{_fence(closing)}</mrow>"

    def _table(self) -> str:
        kind = self._verbatim()
        if kind == "array":
            self._verbatim()
        rows: list[list[str]] = [[]]
        while self.tokens:
            rows[-1].append(f"<mtd>{self.row(('&', chr(92) * 2))}</mtd>")
            ended = self.next()
            if ended == "\\\\":
                rows.append([])
            elif ended == "\\end":
                self._verbatim()
                break
        body = "".join(f"<mtr>{''.join(row)}</mtr>" for row in rows if row and row != ["<mtd><mrow></mrow></mtd>"])
        align = ' columnalign="left"' if kind == "cases" else ' columnalign="right left"' if "align" in kind else ""
        opening, closing = {"cases": ("{", "."), "pmatrix": ("(", ")"), "bmatrix": ("[", "]")}.get(kind, (".", "."))
        return f"<mrow>{_fence(opening)}<mtable{align}>{body}</mtable>{_fence(closing)}</mrow>"

    def _verbatim(self) -> str:
        """What stands in braces, as it is written."""
        self.skip_blanks()
        if self.peek() != "{":
            return self.next().lstrip("\\")
        self.next()
        written, depth = [], 1
        while self.tokens:
            token = self.next()
            depth += (token == "{") - (token == "}")
            if not depth:
                break
            written.append(token[1:] if len(token) == 2 and token[0] == "\\" else token)
        return "".join(written)

    def _styled(self, name: str) -> str:
        if name == "mathbb":
            letter = self._verbatim()
            return f"<mi>{escape(signs.DOUBLE.get(letter, letter))}</mi>"
        inner = self.argument()
        return f'<mrow class="bold">{inner}</mrow>' if name in ("mathbf", "boldsymbol") else inner


def _wrapped(both: str, lower: str, upper: str, atom: str, below: str, above: str) -> str:
    if not below and not above:
        return atom
    base = _base(atom)
    if below and above:
        return f"<{both}>{base}{below}{above}</{both}>"
    return f"<{lower}>{base}{below}</{lower}>" if below else f"<{upper}>{base}{above}</{upper}>"


def _base(atom: str) -> str:
    return atom or "<mrow></mrow>"


def _single(row: str) -> str:
    """A row around one simple element is that element."""
    return inner[1] if (inner := re.fullmatch(r"<mrow>(<(m[ino])>[^<]*</\2>)</mrow>", row)) else row


def _space(width: str) -> str:
    return f'<mspace width="{width}em"/>'


def _operator(token: str) -> str:
    if token in "()[]|{}":
        return f'<mo stretchy="false">{escape(token)}</mo>'
    return f"<mo>{escape(signs.WRITTEN.get(token, token))}</mo>"


def _fence(token: str) -> str:
    sign = signs.FENCES.get(token, token.lstrip("\\"))
    sign = signs.SIGNS.get(sign, sign)
    return f'<mo fence="true">{escape(sign)}</mo>' if sign else ""
