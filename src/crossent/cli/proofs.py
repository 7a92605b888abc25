"""`crossent prove`, `crossent derive` and `crossent identify`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from crossent import errors
from crossent.cli.codes import CHECK_FAILED, DONE, NO_ANSWER, given_name

if TYPE_CHECKING:
    from crossent.families.contract import Family
    from crossent.proof.results import Displayed

ENDINGS = {"json": ".json", "latex": ".tex", "html": ".html"}


def prove(
    left: str,
    right: str,
    *,
    expect: str | None = None,
    domain: list[str] | None = None,
    steps: bool = False,
    json: bool = False,
    latex: bool = False,
    html: bool = False,
    output: str | None = None,
) -> int:
    """Are two losses the same? The verdict, why, and what carries over from one to the other."""
    from crossent.proof.results import UNKNOWN, VERDICTS
    from crossent.proof.user_formulas.text import domains_of
    from crossent.proof.verbs import prove as proof_of

    if expect is not None and expect not in VERDICTS:
        raise errors.unknown_verdict(expect, VERDICTS)
    proof = proof_of(given_name(left), given_name(right), domains=domains_of(domain or []))
    _show(proof, steps, {"json": json, "latex": latex, "html": html}, output)
    if expect is not None and proof.verdict != expect:
        print(f"crossent: the verdict is {proof.verdict}, not {expect} (--expect).", file=sys.stderr)
        return CHECK_FAILED
    return NO_ANSWER if proof.verdict == UNKNOWN and expect is None else DONE


def derive(
    name: str,
    *,
    data: str | None = None,
    target: str | None = None,
    weight: str | None = None,
    param: list[str] | None = None,
    positive: str | None = None,
    link: str | None = None,
    separator: str | None = None,
    json: bool = False,
    latex: bool = False,
    html: bool = False,
    output: str | None = None,
) -> int:
    """Where does the loss of a family come from? From its density to its gradient, a step at a time."""
    from crossent.loss.loss import find
    from crossent.proof.chain.derive import derive as derivation_of

    values, weights, keep = _column(find(name), data, target, weight, positive, separator)
    fixed = _fixed(param or [], data, keep, separator)
    derivation = derivation_of(name, values, weight=weights, link=link, **fixed)
    _show(derivation, True, {"json": json, "latex": latex, "html": html}, output)
    return DONE


def identify(
    function: str,
    *,
    json: bool = False,
    latex: bool = False,
    html: bool = False,
    output: str | None = None,
) -> int:
    """Which loss is this function? It is called on 2,000 inputs, and compared with every loss of the catalogue."""
    import contextlib

    from crossent.proof.identification.identify import identify as identity_of
    from crossent.proof.identification.imported import imported

    with contextlib.redirect_stdout(sys.stderr):  # what the function prints is not the answer
        found = identity_of(imported(function), name=function)
    _show(found, True, {"json": json, "latex": latex, "html": html}, output)
    return DONE if found.name is not None else NO_ANSWER


def _show(result: Displayed, steps: bool, forms: dict[str, bool], output: str | None) -> None:
    """On standard output or in a file, in the form that was asked for or that the file's name ends in."""
    chosen = [form for form, asked in forms.items() if asked]
    if len(chosen) > 1:
        raise errors.one_form_only(f"--{form}" for form in chosen)
    if not chosen and output is not None:
        chosen = [form for form, ending in ENDINGS.items() if output.lower().endswith(ending)]
    form = chosen[0] if chosen else "text"
    if output is None and form == "text":
        from crossent.report.proofs import print_result

        print_result(result, steps)
    elif output is None:
        print(getattr(result, f"to_{form}")())
    else:
        from crossent.data.whole_file import write_whole

        text = result.to_text(steps) if form == "text" else getattr(result, f"to_{form}")()
        write_whole(output, text.rstrip("\n") + "\n")


def _column(
    family: Family,
    data: str | None,
    target: str | None,
    weight: str | None,
    positive: str | None,
    separator: str | None,
) -> tuple[Any, Any, Any]:
    """Target, weight, and which rows have one.

    Which of two labels is 1 is said, never guessed; of classes, text is as good as a number.
    """
    if data is None and target is None:
        for option, given in (("--weight", weight), ("--positive", positive), ("--separator", separator)):
            if given is not None:
                raise errors.data_needs_target(option, "--data and --target")
        return None, None, None
    if data is None or target is None:
        raise errors.data_needs_target(*(("--data", "--target") if target is None else ("--target", "--data")))
    from crossent.data.single_column import column, outcomes

    kind = family.support.kind
    if kind == "count_classes":
        raise errors.counts_need_columns(family.name)
    if positive is not None and kind != "unit":
        raise errors.positive_not_for(family.name)
    weights = None if weight is None else column(data, weight, "weight", separator)
    keep = None if weights is None else weights != 0
    if kind == "unit":
        values = outcomes(data, target, "target", separator, positive=positive, keep=keep)
    else:
        values = column(data, target, "target", separator, labels=kind == "classes", keep=keep)
    return values, weights if weights is None else weights[keep], keep


def _fixed(pairs: list[str], data: str | None, keep: Any, separator: str | None) -> dict[str, Any]:
    """`["total_count=10"]` as a dictionary; what is no number is a column of the data."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, _, value = (part.strip() for part in pair.partition("="))
        try:
            found[name] = float(value)
        except ValueError:
            if data is None or not name or not value:
                raise errors.parameter_not_a_number(pair) from None
            from crossent.data.single_column import column

            found[name] = column(data, value, "--param", separator, keep=keep)
    return found
