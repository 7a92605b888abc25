"""From a formula, or a list of columns, to the terms of a design: which factors, and how each is coded in each term.

A category of L levels is coded in full (L columns of 0 and 1) where nothing else spans their sum, and else reduced
(L - 1 columns, without the reference). Which it is, formulaic decides, on a table of one made-up level for each factor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crossent import errors
from crossent.fitting.design.formula import Piece, Written, read_formula

VALUE, FULL, REDUCED = "value", "full", "reduced"


@dataclass(frozen=True)
class Structure:
    """`terms`: for each term, (number of a piece, VALUE, FULL or REDUCED) for each of its factors."""

    pieces: tuple[Piece, ...]
    terms: tuple[tuple[tuple[int, str], ...], ...]
    intercept: bool


def of_columns(features: Sequence[str]) -> tuple[Piece, ...]:
    """The pieces of --features: every column as it is."""
    for column in features:
        if list(features).count(column) > 1:
            raise errors.design_predictor_repeated(column)
    return tuple(Piece(column) for column in features)


def structure_of_columns(pieces: Sequence[Piece], categories: Mapping[str, bool]) -> Structure:
    """An intercept and each column by itself."""
    made = tuple(_settled(piece, categories) for piece in pieces)
    terms = tuple(((k, REDUCED if piece.call == "C" else VALUE),) for k, piece in enumerate(made))
    return Structure(made, terms, True)


def structure_of_formula(written: Written, categories: Mapping[str, bool], text: str) -> Structure:
    """The terms of a formula, given which of its plain columns are categories."""
    settled = [_settled(piece, categories) for piece in written.pieces]
    pieces = tuple(dict.fromkeys(settled))  # a category as `region` and as `C(region)` is one factor
    algebra = written.renamed([pieces.index(piece) for piece in settled])
    import pandas
    from formulaic import model_matrix
    from formulaic.errors import FormulaicError

    frame = {f"f{k}": ["level"] if piece.call == "C" else [1.0] for k, piece in enumerate(pieces)}
    try:
        spec = model_matrix(algebra, pandas.DataFrame({"row": [0], **frame}), context=None).model_spec
    except FormulaicError as reason:
        shown = str(reason).strip().split("\n")[0].replace("`", "'")
        raise errors.design_formula_unreadable(text, shown) from None
    intercept, terms = False, []
    for encoded in spec.structure:
        if any(not factor.expr.startswith("f") for factor in encoded.term.factors) and str(encoded.term) != "1":
            raise errors.design_formula_refused(str(text), "multiplies a column by 0 or 1")
        for scoped in encoded.scoped_terms:
            term = tuple(
                (number := int(each.factor.expr[1:]), _coding(pieces[number], each.reduced)) for each in scoped.factors
            )
            intercept = intercept or not term
            terms += [term] if term else []
    if not terms and not intercept:
        raise errors.design_empty(text)
    used = sorted({number for term in terms for number, _ in term})
    place = {number: k for k, number in enumerate(used)}
    return Structure(
        tuple(pieces[number] for number in used),
        tuple(tuple((place[number], coding) for number, coding in term) for term in terms),
        intercept,
    )


def _settled(piece: Piece, categories: Mapping[str, bool]) -> Piece:
    """A plain column of text is a category; a number that is called C is one too."""
    is_category = categories[piece.column]
    if piece.call is None and is_category:
        return Piece(piece.column, "C")
    if piece.call not in (None, "C") and is_category:
        raise errors.design_needs_numbers(piece.column, piece.text)
    return piece


def _coding(piece: Piece, reduced: bool) -> str:
    if piece.call != "C":
        return VALUE
    return REDUCED if reduced else FULL


def read_pieces(
    features: Sequence[str] | None, formula: str | None, columns: Sequence[str], target: str
) -> tuple[tuple[Piece, ...], Written | None]:
    """What the options name, before it is known which columns hold text."""
    if features is not None and formula is not None:
        raise errors.design_predictors_named_twice()
    if formula is not None:
        written = read_formula(formula, columns, target)
        return written.pieces, written
    return of_columns(features or ()), None
