"""The design as plain data: which columns of a table become which columns of numbers. Nothing in it is evaluated."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from crossent import errors
from crossent.fitting.chunks import Floats
from crossent.fitting.design.calls import CALLS, Halves
from crossent.fitting.design.coding import FULL, REDUCED, VALUE
from crossent.fitting.design.powers import multiplied

BLOCK = 4_096  # rows whose design stays in the cache while its columns are written
MOST_COLUMNS = 65_536


@dataclass(frozen=True)
class Factor:
    """One column of the table, as numbers, transformed numbers, or levels (the first is the reference)."""

    column: str
    name: str
    call: str | None = None  # None, or a name in CALLS
    numbers: tuple[float, ...] = ()  # the degree, or what was learned
    levels: tuple[str, ...] | None = None  # of a category; None for numbers

    @property
    def count(self) -> int:
        """How many columns of numbers it makes, coded in full."""
        if self.levels is not None:
            return len(self.levels)
        return int(self.numbers[0]) if self.call == "poly" else 1

    def names(self, coding: str) -> list[str]:
        """The names of these columns: `region[T.south]`, in full `region[south]`; `poly(x, 3)[1]`."""
        if self.levels is None:
            return [f"{self.name}[{k}]" for k in range(1, self.count + 1)] if self.call == "poly" else [self.name]
        if coding == FULL:
            return [f"{self.name}[{level}]" for level in self.levels]
        return [f"{self.name}[T.{level}]" for level in self.levels[1:]]

    def values(self, x: Floats) -> list[Halves]:
        """The columns of numbers, of a factor that is no category."""
        if self.call is None:
            return [(x, None)]
        with np.errstate(all="ignore"):  # what is not finite is an error, raised where the row is known
            return CALLS[self.call].columns(x, self.numbers)


Term = tuple[tuple[int, str], ...]  # (number of a factor, its coding): their product


@dataclass(frozen=True)
class Target:
    """What is explained. `kind`: "number", "label" (1 where it is `positive`) or "classes" (numbers of `levels`)."""

    column: str
    family: str
    kind: str = "number"
    positive: str | None = None
    levels: tuple[str, ...] = ()  # of classes: the first is the reference; of labels: those that occur
    fractional: bool = False  # a Bernoulli target strictly between 0 and 1 was seen


@dataclass(frozen=True)
class Design:
    """Which columns of a table are explained, by which columns of numbers, and which say how much a row counts.

    `matrix` gives the columns of numbers; `columns` are their names. The intercept is no column, only `intercept`.
    """

    factors: tuple[Factor, ...]
    terms: tuple[Term, ...]
    intercept: bool = True
    target: Target | None = None
    trials: str | float | None = None
    offset: str | None = None
    exposure: str | None = None
    frequency: str | None = None
    weight: str | None = None
    cluster: str | None = None
    formula: str | None = field(default=None, compare=False)  # for the reader; never parsed again

    def __post_init__(self) -> None:
        seen: set[str] = set()
        total = sum(math.prod(self._widths(term)) for term in self.terms)
        if total > MOST_COLUMNS:
            raise errors.design_formula_too_large(total, MOST_COLUMNS, "columns")
        for name in self.columns:
            if name in seen:
                raise errors.design_names_clash(name)
            seen.add(name)

    def _widths(self, term: Term) -> list[int]:
        return [self.factors[k].count - (coding == REDUCED) for k, coding in term]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the design's columns."""
        names: list[str] = []
        for term in self.terms:
            parts = [self.factors[k].names(coding) for k, coding in reversed(term)]
            names += [":".join(reversed(combined)) for combined in product(*parts)]
        return tuple(names)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The columns of the table that the predictors are made of."""
        return tuple(dict.fromkeys(factor.column for factor in self.factors))

    @cached_property
    def plain(self) -> bool:
        """True if every column of the design is a column of the table as it is."""
        return all(len(term) == 1 and term[0][1] == VALUE for term in self.terms) and all(
            factor.call is None and factor.levels is None for factor in self.factors
        )

    @cached_property
    def has_low(self) -> bool:
        """True if some column is formed in double-double."""
        return any(factor.call in ("poly", "power", "square") for factor in self.factors)

    def encode(self, sources: Sequence[Any], rows: int) -> tuple[Floats, Floats | None]:
        """The design of these rows. `sources`: for each factor float64 numbers, or int32 numbers of levels."""
        design = np.empty((rows, len(self.columns)))
        low = np.zeros_like(design) if self.has_low else None
        # An array that is cut, transformed and written block by block is read from memory once.
        sources = [np.ascontiguousarray(source) for source in sources]
        if self.plain:
            ordered = [sources[term[0][0]] for term in self.terms]
            for start in range(0, rows, BLOCK):
                for j, source in enumerate(ordered):
                    design[start : start + BLOCK, j] = source[start : start + BLOCK]
            return design, None
        for start in range(0, rows, BLOCK):
            part = slice(start, min(start + BLOCK, rows))
            self._write([s[part] for s in sources], design[part], None if low is None else low[part])
        return design, low if low is not None and low.any() else None

    @cached_property
    def _layout(self) -> tuple[tuple[Term, tuple[int, ...], slice, bool], ...]:
        """For each term: the strides of its factors, where its columns stand, and whether it is a column as it is."""
        found, place = [], 0
        for term in self.terms:
            widths = self._widths(term)
            strides = tuple(math.prod(widths[:i]) for i in range(len(term)))
            width = math.prod(widths)
            factor = self.factors[term[0][0]]
            plain = len(term) == 1 and factor.levels is None and factor.call is None
            found.append((term, strides, slice(place, place + width), plain))
            place += width
        return tuple(found)

    def _write(self, sources: Sequence[Any], design: Floats, low: Floats | None) -> None:
        numbers = {
            k: factor.values(source)
            for k, (factor, source) in enumerate(zip(self.factors, sources, strict=True))
            if factor.levels is None
        }
        for term, strides, here, plain in self._layout:
            if plain:
                design[:, here.start] = sources[term[0][0]]
                continue
            part = None if low is None else low[:, here]
            _write_term(self, term, strides, numbers, sources, design[:, here], part)

    def matrix(self, columns: Any, name: str = "the data") -> tuple[Floats, Floats | None]:
        """The design of a table's rows, and the low parts of columns that were formed in double-double, or None.

        `columns` is a data frame, or maps the name of each of `sources` to an array, a list or a column; float64 and
        (n, p) come out. Errors: a column that is not there, a value that is missing, infinite or no number, a level
        that was not seen.

        >>> from crossent.fitting.design.design import Design, Factor
        >>> region = Factor("region", "region", levels=("north", "south"))
        >>> Design((region,), (((0, "reduced"),),)).matrix({"region": ["south", "north"]})[0]
        array([[1.],
               [0.]])
        """
        from crossent.data.frames import frame_columns
        from crossent.fitting.design.reading import Reader
        from crossent.fitting.design.tables import ColumnTable

        alone = replace(self, offset=None, exposure=None, trials=None)
        table = ColumnTable(frame_columns(columns) or {}, name, self.sources)
        return Reader(alone, with_target=False).predictors(table)

    def to_dict(self) -> dict[str, Any]:
        """The design as what JSON can hold."""
        from crossent.fitting.design.stored import stored

        return stored(self)

    @classmethod
    def from_dict(cls, document: Any) -> Design:
        """The design that was stored. Every value is checked; nothing is evaluated."""
        from crossent.fitting.design.stored import restored

        return restored(document)


def _write_term(
    design: Design, term: Term, strides: Sequence[int], numbers: Mapping[int, list[Halves]],
    sources: Sequence[Any], out: Floats, low: Floats | None,
) -> None:  # fmt: skip
    """The product of a term's factors, the first varying fastest."""
    base: Any = None
    inside: Any = None
    choices: list[list[tuple[int, Halves]]] = []
    for (k, coding), stride in zip(term, strides, strict=True):
        if design.factors[k].levels is None:
            choices.append([(j * stride, halves) for j, halves in enumerate(numbers[k])])
            continue
        code = sources[k].astype(np.int64) - (coding == REDUCED)
        here = code >= 0
        base = code * stride if base is None else base + code * stride
        inside = here if inside is None else inside & here
    if base is not None:
        out[:] = 0.0
    for combined in product(*choices):
        offset = sum(shift for shift, _ in combined)
        high, rest = _product([halves for _, halves in combined])
        if base is None:
            out[:, offset] = high
            if low is not None and rest is not None:
                low[:, offset] = rest
            continue
        rows = np.flatnonzero(inside)
        at = base[rows] + offset
        out[rows, at] = 1.0 if high is None else high[rows]
        if low is not None and rest is not None:
            low[rows, at] = rest[rows]


def _product(parts: Sequence[Halves]) -> tuple[Any, Floats | None]:
    """Exactly, if a part has a low part; else as float64 rounds it."""
    if not parts:
        return None, None
    high, rest = parts[0]
    exact = any(low is not None for _, low in parts)
    for other, other_low in parts[1:]:
        if exact:
            high, rest = multiplied(high, rest, other, other_low)
        else:
            with np.errstate(all="ignore"):
                high = high * other
    return high, rest
