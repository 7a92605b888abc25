"""How a proof, a derivation or an identification looks: as text, LaTeX, HTML, and in a notebook."""

from __future__ import annotations

from collections.abc import Callable

from crossent.proof.results import Derivation, Displayed, Identification, Proof
from crossent.report.argument import Argument, of_derivation, of_identification, of_proof

_KINDS: dict[type, Callable[..., Argument]] = {
    Proof: of_proof,
    Derivation: of_derivation,
    Identification: of_identification,
}


def argument_of(result: Displayed) -> Argument:
    """What is shown of it."""
    return _KINDS[type(result)](result)


def text_of(result: Displayed, steps: bool = True) -> str:
    """Lines of at most 80 columns."""
    from crossent.report.proof_terminal import lines_of

    return "\n".join(lines_of(argument_of(result), steps=steps))


def print_result(result: Displayed, steps: bool) -> None:
    """On standard output, as wide as the terminal is, up to 80 columns."""
    from crossent.report.proof_terminal import print_argument

    print_argument(argument_of(result), steps)


def latex_of(result: Displayed) -> str:
    """A fragment that needs amsmath."""
    from crossent.report.proof_latex import latex_of as written

    return written(argument_of(result))


def html_of(result: Displayed, command: str = "") -> str:
    """One page."""
    from crossent.report.proof_html import page_of

    return page_of(argument_of(result), command)


def fragment_of(result: Displayed) -> str:
    """What a notebook shows."""
    from crossent.report.proof_html import fragment_of as written

    return written(argument_of(result))


def display_of(result: Displayed) -> str:
    """What a notebook shows where it cannot show HTML."""
    from crossent.report.proof_latex import display_of as written

    return written(argument_of(result))
