"""What a table says about its own design: which columns are text, the levels, the centres, the kind of the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np

from crossent import errors
from crossent.data.typed import KnownLevels, NewLevels, floats, show
from crossent.families.catalogue import find_family
from crossent.fitting.chunks import CHUNK
from crossent.fitting.design.calls import CALLS
from crossent.fitting.design.checks import Cells
from crossent.fitting.design.coding import Structure, read_pieces, structure_of_columns, structure_of_formula
from crossent.fitting.design.design import Design, Factor, Target
from crossent.fitting.design.formula import Piece
from crossent.fitting.design.reading import Reader
from crossent.fitting.design.tables import Table
from crossent.kernels.exact_sum import ExactSum

OVER_CLASSES = ("Categorical",)
FEW = 20


@dataclass(frozen=True)
class Options:
    """The words of the command line (and of `fit`), as they were given. `trials`: a column, or a number."""

    target: str
    features: Sequence[str] | None = None
    formula: str | None = None
    family: str | None = None
    positive: str | None = None
    trials: str | float | None = None
    offset: str | None = None
    exposure: str | None = None
    frequency: str | None = None
    weight: str | None = None
    cluster: str | None = None
    missing: str = "error"


@dataclass(frozen=True)
class Learned:
    """The design, what was counted on the way, and `notes` for the reader. `guessed`: the family was not given."""

    design: Design
    rows: int
    dropped: int = 0
    weightless: int = 0
    guessed: bool = False
    clusters: int | None = None
    notes: tuple[str, ...] = ()
    reader: Reader | None = None  # has numbered the clusters


def learn(table: Table, options: Options) -> Learned:
    """The design that the options mean for this table: one pass over it, after a look at its beginning.

    Errors: columns that are not there, values that are missing (unless `missing` is "drop"), constant columns, a
    target that the family does not take, weights that are all zero.
    """
    pieces, written = read_pieces(options.features, options.formula, table.columns, options.target)
    roles = _required(table, options, pieces)
    texts = _texts(table, [*dict.fromkeys(p.column for p in pieces if p.call != "C"), options.target])
    categories = {p.column: texts.get(p.column, False) for p in pieces}
    if written is None:
        structure = structure_of_columns(pieces, categories)
    else:
        structure = structure_of_formula(written, categories, str(options.formula))
    target = _target(options, texts[options.target], table)
    draft = Design(
        tuple(_draft(piece) for piece in structure.pieces), structure.terms, structure.intercept, target,
        formula=options.formula, **roles,
    )  # fmt: skip
    reader = Reader(draft, missing=options.missing, learning=True)
    seen = Seen(draft)
    for batch in table.batches(reader.columns):
        seen.update(reader.cells(batch))
    if not seen.rows:
        if not reader.dropped and not reader.weightless:
            raise errors.no_rows(table.name)
        if not reader.dropped:
            raise errors.weights_all_zero(str(options.weight or options.frequency))
        raise errors.design_no_rows(table.name, reader.dropped, reader.weightless)
    design, notes = _settled(draft, structure, reader, seen, options)
    if reader.dropped:
        notes = (errors.rows_left_out(reader.dropped), *notes)
    clusters = len(reader.clusters.texts) if options.cluster is not None else None
    return Learned(
        design, seen.rows, reader.dropped, reader.weightless, options.family is None, clusters, notes, reader
    )


def _required(table: Table, options: Options, pieces: Sequence[Piece]) -> dict[str, Any]:
    table.require(options.target, "--target")
    roles: dict[str, Any] = {}
    for name in ("offset", "exposure", "frequency", "weight", "cluster"):
        column = roles[name] = getattr(options, name)
        if column is not None:
            table.require(column, f"--{name}")
    trials = options.trials
    if isinstance(trials, str) and trials not in table.columns:
        try:
            trials = float(trials)
        except ValueError:
            table.require(str(trials), "--trials")
    roles["trials"] = trials
    if isinstance(trials, str):
        table.require(trials, "--trials")
    for piece in pieces:
        table.require(piece.column, "--formula" if options.formula is not None else "--features")
        for role in ("target", "frequency", "weight", "cluster"):
            if getattr(options, role) == piece.column and role in ("target",):
                option = f"--{role}"
                raise errors.design_predictor_is_target(piece.column, option)
    return roles


def _texts(table: Table, names: Sequence[str]) -> dict[str, bool]:
    """Which columns hold text. Where the type does not say (CSV), the first rows do; a mixture is an error."""
    kinds = {name: table.is_text(name) for name in names}
    unsure = [name for name, kind in kinds.items() if kind is None]
    known = {name: kind for name, kind in kinds.items() if kind is not None}
    counts = {name: [0, 0] for name in unsure}
    odd: dict[str, tuple[str, int, str]] = {}
    rows = 0
    for batch in table.batches(unsure) if unsure else ():
        for name in unsure:
            found = floats(batch.columns[name], name)
            bad = 0 if found.bad is None else int(np.count_nonzero(found.bad))
            gone = 0 if found.missing is None else int(np.count_nonzero(found.missing))
            if bad and name not in odd:
                row = int(np.argmax(np.asarray(found.bad)))
                odd[name] = (batch.file, batch.row_in_file + row, show(batch.columns[name], row))
            counts[name][0] += batch.height - bad - gone
            counts[name][1] += bad
        rows += batch.height
        if rows >= CHUNK and all(sum(count) for count in counts.values()):
            break
    for name, (numbers, others) in counts.items():
        if 0 < others < numbers:
            file, row, came = odd[name]
            raise errors.design_column_mixed(file, row, name, came)
        known[name] = others > 0
    return known


def _target(options: Options, is_text: bool, table: Table) -> Target:
    """The target as far as it is known before the pass; family "" is to be guessed."""
    family = find_family(options.family).name if options.family is not None else ""
    if options.positive is not None and family not in ("", "Bernoulli"):
        raise errors.positive_not_for(family)
    if options.positive is not None:
        return Target(options.target, "Bernoulli", "label", options.positive)
    if family in OVER_CLASSES or (is_text and not family):
        return Target(options.target, family, "classes")
    if family == "Bernoulli" and is_text:
        return Target(options.target, family, "classes")  # to name the labels in the error
    return Target(options.target, family)


def _draft(piece: Piece) -> Factor:
    if piece.call == "C":
        return Factor(piece.column, piece.text, None, (), ())
    return Factor(piece.column, piece.text, piece.call, piece.numbers or (0.0, 1.0)[: _learns(piece.call)])


def _learns(call: str | None) -> int:
    return len(CALLS[call].learned) if call is not None else 0


@dataclass
class Seen:
    """What a pass has seen of the rows that are kept."""

    draft: Design
    rows: int = 0
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    counts: list[dict[int, int]] = field(default_factory=list)
    sums: dict[int, tuple[ExactSum, ExactSum]] = field(default_factory=dict)
    classes: set[int] = field(default_factory=set)
    binary: bool = True  # the target is 0 or 1
    whole: bool = True  # the target is a whole number of at least 0
    inside: bool = False  # the target is strictly between 0 and 1 somewhere

    def __post_init__(self) -> None:
        self.least = [np.inf] * len(self.draft.factors)
        self.most = [-np.inf] * len(self.draft.factors)
        self.counts = [{} for _ in self.draft.factors]

    def update(self, cells: Cells) -> None:
        """Add the kept rows of a batch."""
        self.rows += cells.rows
        if not cells.rows:
            return
        for k, (factor, values) in enumerate(zip(self.draft.factors, cells.sources, strict=True)):
            if factor.levels is not None:
                for level, count in enumerate(np.bincount(values).tolist()):
                    if count:
                        self.counts[k][level] = self.counts[k].get(level, 0) + count
                continue
            if not self.least[k] < self.most[k]:
                self.least[k] = min(self.least[k], float(values.min()))
                self.most[k] = max(self.most[k], float(values.max()))
            if _learns(factor.call):
                one, two = self.sums.get(k, (ExactSum(), ExactSum()))
                self.sums[k] = one + ExactSum.of(values), two + ExactSum.of(values, values)
        self._update_target(cells.target)

    def _update_target(self, target: Any) -> None:
        kind = self.draft.target.kind if self.draft.target is not None else "number"
        if kind != "number":
            self.classes |= set(np.unique(target).astype(int).tolist())
            return
        self.binary = self.binary and bool(((target == 0) | (target == 1)).all())
        if not self.binary:
            self.whole = self.whole and bool(((target >= 0) & (np.floor(target) == target)).all())
            self.inside = self.inside or bool(((target > 0) & (target < 1)).any())


def _settled(
    draft: Design, structure: Structure, reader: Reader, seen: Seen, options: Options
) -> tuple[Design, tuple[str, ...]]:
    notes: list[str] = []
    factors = []
    for k, (factor, piece) in enumerate(zip(draft.factors, structure.pieces, strict=True)):
        main = draft.intercept and any(term == ((k, term[0][1]),) for term in draft.terms)
        if factor.levels is None:
            if main and seen.least[k] == seen.most[k]:
                raise errors.design_column_constant(factor.column, f"{seen.least[k]:.15g}")
            factors.append(replace(factor, numbers=_numbers(factor, seen, k)))
            continue
        levels, counts = _levels(reader, seen, k)
        if piece.reference is not None:
            at = _reference(factor.column, piece.reference, levels)
            levels = [levels[at], *levels[:at], *levels[at + 1 :]]
        if main and len(levels) == 1:
            raise errors.design_column_constant(factor.column, repr(levels[0]))
        notes += [errors.level_with_one_row(factor.column, level) for level in levels if counts[level] == 1][:FEW]
        factors.append(replace(factor, levels=tuple(levels)))
    target, note = _settled_target(draft.target, reader, seen, options)
    return replace(draft, factors=tuple(factors), target=target), (*note, *notes)


def _numbers(factor: Factor, seen: Seen, k: int) -> tuple[float, ...]:
    """What the transform learns: mean and deviation (n - 1 in the denominator), each rounded once."""
    if not _learns(factor.call):
        return factor.numbers
    unit = 1 << 2148
    one, two = (Fraction(each.units, unit) for each in seen.sums[k])
    mean = float(one / seen.rows)
    if _learns(factor.call) == 1:
        return (mean,)
    if seen.least[k] == seen.most[k]:
        raise errors.design_column_constant(factor.column, f"{seen.least[k]:.15g}")
    return (mean, float(np.sqrt(float((two - one * one / seen.rows) / (seen.rows - 1)))))


def _levels(reader: Reader, seen: Seen, k: int) -> tuple[list[str], dict[str, int]]:
    """The levels of the rows that are kept, in order, and how many rows have each."""
    learned = reader.levels[k]
    assert isinstance(learned, NewLevels)
    names, place = learned.ordered()
    counts = dict.fromkeys(names, 0)
    for level, count in seen.counts[k].items():
        counts[names[place[level]]] += count
    return [name for name in names if counts[name]], counts


def _reference(column: str, reference: str, levels: Sequence[str]) -> int:
    at = KnownLevels(levels).number(reference)
    if at < 0:
        raise errors.design_reference_unknown(column, reference, levels)
    return at


def _settled_target(
    draft: Target | None, reader: Reader, seen: Seen, options: Options
) -> tuple[Target, tuple[str, ...]]:
    assert draft is not None
    if draft.kind == "number":
        return _number_target(draft, seen, options)
    assert isinstance(reader.classes, NewLevels)
    names, place = reader.classes.ordered()
    present = {int(place[number]) for number in seen.classes}
    levels = [name for k, name in enumerate(names) if k in present]
    if draft.kind == "label":
        positive = str(draft.positive)
        others = [level for level in levels if not _same(level, positive)]
        if len(others) > 1:
            raise errors.too_many_levels(draft.column, positive, others[:FEW])
        if len(others) == len(levels):
            raise errors.design_target_levels(draft.column, levels, f"hold {positive!r}, which --positive names")
        return replace(draft, levels=(*others, positive)), _guess(options, "Bernoulli", "has a --positive label")
    if draft.family == "Bernoulli" or (not draft.family and len(levels) == 2):
        raise errors.text_needs_positive(draft.column, levels[:FEW])
    if len(levels) < 2:
        raise errors.design_target_levels(draft.column, levels, "hold at least two classes")
    done = replace(draft, family=draft.family or "Categorical", levels=tuple(levels))
    return done, _guess(options, done.family, f"is text with {len(levels)} labels")


def _number_target(draft: Target, seen: Seen, options: Options) -> tuple[Target, tuple[str, ...]]:
    if draft.family:
        return replace(draft, fractional=draft.family == "Bernoulli" and seen.inside), ()
    if options.trials is not None:
        family, why = "Binomial", "comes with a number of trials"
    elif seen.binary:
        family, why = "Bernoulli", "is 0 or 1"
    elif seen.whole:
        family, why = "Poisson", "holds whole numbers of at least 0"
    else:
        family, why = "Normal", "holds numbers that are not all counts"
    return replace(draft, family=family), _guess(options, family, why)


def _guess(options: Options, family: str, why: str) -> tuple[str, ...]:
    return () if options.family is not None else (errors.family_guessed(family, why),)


def _same(level: str, label: str) -> bool:
    return KnownLevels([label]).number(level) == 0
