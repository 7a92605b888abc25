"""What a table says about its own design: which columns are text, the levels, the centres, the kind of the target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from crossent import errors
from crossent.data.typed import KnownLevels, NewLevels
from crossent.fitting.chunks import Chunk
from crossent.fitting.design.coding import Structure, read_pieces, structure_of_columns, structure_of_formula
from crossent.fitting.design.design import Design, Factor
from crossent.fitting.design.formula import Piece
from crossent.fitting.design.kinds import texts_of
from crossent.fitting.design.options import Options as Options
from crossent.fitting.design.options import roles_of
from crossent.fitting.design.reading import Reader
from crossent.fitting.design.regroup import regrouped
from crossent.fitting.design.seen import Seen, learns
from crossent.fitting.design.spool import Spool
from crossent.fitting.design.tables import Table
from crossent.fitting.design.targets import draft_target, settled_target

FEW = 20


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


def learn(table: Table, options: Options, spool: Spool | None = None) -> Learned:
    """The design that the options mean for this table: one pass over it, after a look at its beginning.

    `spool` is filled on the way if nothing that is learned can change the chunks: all columns are numbers as they are.

    Errors: columns that are not there, values that are missing (unless `missing` is "drop"), constant columns, a
    target that the family does not take, weights that are all zero.
    """
    pieces, written = read_pieces(options.features, options.formula, table.columns, options.target)
    roles = roles_of(table, options, pieces)
    texts = texts_of(table, [piece.column for piece in pieces if piece.call != "C"], options)
    categories = {piece.column: texts.get(piece.column, False) for piece in pieces}
    if written is None:
        structure = structure_of_columns(pieces, categories)
    else:
        structure = structure_of_formula(written, categories, str(options.formula))
    target = draft_target(options, texts.get(options.target, False))
    draft = Design(
        tuple(_draft(piece) for piece in structure.pieces), structure.terms, structure.intercept, target,
        formula=options.formula, **roles,
    )  # fmt: skip
    reader = Reader(draft, missing=options.missing, learning=True)
    seen = Seen(draft)
    if spool is not None and draft.plain and draft.target is not None and draft.target.kind == "number":
        for _ in spool.write(regrouped(_read(table, reader, seen))):
            pass
    else:
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


def _read(table: Table, reader: Reader, seen: Seen) -> Iterator[Chunk]:
    """Learns from a pass, and hands the rows on."""
    for batch in table.batches(reader.columns):
        cells = reader.cells(batch)
        seen.update(cells)
        yield reader.chunk(cells)


def _draft(piece: Piece) -> Factor:
    if piece.call == "C":
        return Factor(piece.column, piece.text, None, (), ())
    return Factor(piece.column, piece.text, piece.call, piece.numbers or (0.0, 1.0)[: learns(piece.call)])


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
    target, note = settled_target(draft.target, reader, seen, options)
    return replace(draft, factors=tuple(factors), target=target), (*note, *notes)


def _numbers(factor: Factor, seen: Seen, k: int) -> tuple[float, ...]:
    """What the transform learns: mean and deviation (n - 1 in the denominator), each rounded once."""
    if not learns(factor.call):
        return factor.numbers
    unit = 1 << 2148
    one, two = (Fraction(each.units, unit) for each in seen.sums[k])
    mean = float(one / seen.rows)
    if learns(factor.call) == 1:
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
