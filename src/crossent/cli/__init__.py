"""The command: arguments only. What they mean is in scoring/ and proof/, how answers look in report/.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 a check that was asked for
failed, 2 usage, 3 bad data, 4 no answer found, 130 interrupted.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from crossent import errors
from crossent.cli.codes import BAD_DATA, DONE, FORMULA, INTERRUPTED, NO_ANSWER, STANDARD_INPUT, USAGE

if TYPE_CHECKING:
    import cyclopts


_OPTION = re.compile(r"-[a-zA-Z](=.*)?$|--[a-z][a-z-]*(=.*)?$|-[0-9.]+([eE][+-]?[0-9]+)?$|-inf$", re.DOTALL)
WITH_OPTIONS = ("prove", "derive", "identify", "score", "fit", "predict", "iid")
GIVEN: list[str] = []  # the words of this run, which a report shows
EXAMPLES = """\
crossent answers: are two losses the same, how good are predictions, what do data say, and may I believe it?

  crossent prove bce ce
  crossent derive poisson
  crossent score predictions.csv --target species --probs 'p_*'
  crossent fit data.csv --target y --features a,b --save model.json
  crossent iid data.csv --target y --time date

crossent COMMAND --help shows every option; crossent --help every command.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    GIVEN[:] = given
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the terminal cannot show must not stop the answer
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _dispatched(given)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader has seen enough; nothing more may be written, at exit neither
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _dispatched(given: list[str]) -> int:
    if not given:
        print(EXAMPLES, end="")
        return DONE
    if given == ["--version"]:
        from importlib.metadata import version

        print(f"crossent {version('crossent')}")
        return DONE
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = _show_warning  # type: ignore[assignment] # the place in the code is of no use here
        try:
            return _parsed(given)()
        except errors.DataError as error:
            return _complain(error, BAD_DATA)
        except (errors.UsageError, errors.UsageTypeError) as error:
            return _complain(error, USAGE)
        except errors.NoAnswerError as error:
            return _complain(error, NO_ANSWER)


def _complain(error: Exception, code: int) -> int:
    from crossent.report.text import printable

    print(f"crossent: {printable(str(error), keep_lines=True)}", file=sys.stderr)
    return code


def _show_warning(message: Warning | str, *_: Any) -> None:
    from crossent.report.text import printable

    print(f"crossent: warning: {printable(str(message), keep_lines=True)}", file=sys.stderr)


def _parsed(given: list[str]) -> Callable[[], int]:
    import cyclopts

    app = _app()
    try:
        command, bound, _ = app.parse_args(
            [_travelling(word) for word in given], exit_on_error=False, print_error=False
        )
    except cyclopts.CycloptsError as error:
        from crossent.report.text import printable

        before = f"{given[0]} " if given[0] in WITH_OPTIONS else ""
        words = str(error).strip()
        missing = isinstance(error, cyclopts.MissingArgumentError) and error.keyword is None
        if (
            missing and error.argument is not None and error.argument.field_info.is_positional
        ):  # it has no option's name
            words = f"{given[0]}: {error.argument.name.lstrip('-').upper()} must be given; nothing came for it."
        print(f"crossent: {printable(words)}\nHint: crossent {before}--help", file=sys.stderr)
        return lambda: USAGE
    return lambda: command(*bound.args, **bound.kwargs) or DONE


def _travelling(word: str) -> str:
    if word == "-":
        return STANDARD_INPUT
    return word if not word.startswith("-") or _OPTION.match(word) else FORMULA + word


def _app() -> cyclopts.App:
    import cyclopts

    from crossent.cli.about import doctor, families
    from crossent.cli.explore import explore
    from crossent.cli.fitting import fit, predict
    from crossent.cli.independence import iid
    from crossent.cli.options import annotated
    from crossent.cli.proofs import derive, identify, prove
    from crossent.cli.scoring import score

    app = cyclopts.App(
        name="crossent", help="Likelihood losses: proved, scored honestly, computed exactly.", version_flags=[]
    )
    for command in (prove, derive, identify, explore, score, fit, predict, iid, families, doctor):
        app.command(annotated(command))
    return app
