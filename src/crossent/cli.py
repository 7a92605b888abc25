"""The command: arguments only. What they mean is in scoring/, how answers look in report/.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 a check that was asked for
failed, 2 usage, 3 bad data, 4 no answer found, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from crossent import errors

if TYPE_CHECKING:
    import cyclopts

DONE, CHECK_FAILED, USAGE, BAD_DATA, NO_ANSWER, INTERRUPTED = 0, 1, 2, 3, 4, 130

EXAMPLES = """\
crossent scores predictions: how surprised are they by what happened?

  crossent score predictions.parquet --target y --probs p
  crossent score predictions.csv --target species --probs 'p_*'
  crossent score counts.csv --target goals --family poisson --param rate=mu --json
  crossent families
  crossent doctor

crossent score --help shows every option.
"""

# The parser takes a lone "-" for an option; it travels under this name.
STANDARD_INPUT = "\0-"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
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
            [STANDARD_INPUT if word == "-" else word for word in given], exit_on_error=False, print_error=False
        )
    except cyclopts.CycloptsError as error:
        from crossent.report.text import printable

        words, message = given[:1], printable(str(error).strip())
        print(
            f"crossent: {message}\nHint: crossent {' '.join(words) + ' ' if words == ['score'] else ''}--help",
            file=sys.stderr,
        )
        return lambda: USAGE
    return lambda: command(*bound.args, **bound.kwargs) or DONE


def _app() -> cyclopts.App:
    import cyclopts

    app = cyclopts.App(name="crossent", help="Likelihood losses: scored honestly, computed exactly.", version_flags=[])
    for command in (score, families, doctor):
        app.command(_annotated(command))
    return app


def _annotated(command: Callable[..., int]) -> Callable[..., int]:
    """The help of each option, which would otherwise cost the import of the parser at every start."""
    import cyclopts

    hints = command.__annotations__
    for name, words in OPTIONS.items():
        if name in hints:
            hints[name] = Annotated[HINTS[name], cyclopts.Parameter(help=words, negative=())]
    hints["return"] = int
    return command


HINTS: dict[str, Any] = {
    "files": str,
    "target": str,
    "probs": str | None,
    "logits": str | None,
    "family": str | None,
    "param": list[str] | None,
    "weight": str | None,
    "positive": str | None,
    "sum_tolerance": float,
    "on_bad": str,
    "fail_above": float | None,
    "separator": str | None,
    "json": bool,
}
OPTIONS = {
    "files": "CSV or Parquet files, folders or globs, read as one table; - is standard input.",
    "target": "The column that holds what happened.",
    "probs": "The column of the probability of 1 or of --positive; or 'p_*', a column for each class by its name.",
    "logits": "The same as log-odds, or 'z_*' as logits.",
    "family": "The distribution that was predicted; `crossent families` lists them.",
    "param": "NAME=COLUMN, or NAME=NUMBER for a constant; once for each parameter.",
    "weight": "The column of weights: finite, at least 0; a row of weight 0 is not looked at.",
    "positive": "The label that counts as 1, where the target is one of two labels.",
    "sum_tolerance": "How far the probabilities of a row may miss a sum of 1. They are never renormalised.",
    "on_bad": "error: stop at the first bad row. skip: leave bad rows out, and count them.",
    "fail_above": "Exit with 1 if the cross-entropy is above this many nats.",
    "separator": "What separates the fields of CSV files (tab, comma, semicolon, pipe, or the character).",
    "json": "One JSON document instead of a table.",
}


def score(
    *files: str,
    target: str,
    probs: str | None = None,
    logits: str | None = None,
    family: str | None = None,
    param: list[str] | None = None,
    weight: str | None = None,
    positive: str | None = None,
    sum_tolerance: float = 1e-3,
    on_bad: str = "error",
    fail_above: float | None = None,
    separator: str | None = None,
    json: bool = False,
) -> int:
    """How good are these predictions? Cross-entropy, its error, the best constant prediction, what was ruled out."""
    from crossent.report.progress import row_counter
    from crossent.report.terminal import print_score
    from crossent.scoring import score_files

    names = ["-" if name == STANDARD_INPUT else name for name in files]
    with row_counter() as progress:
        result = score_files(
            names, target, probs=probs, logits=logits, family=family, param=tuple(param or ()), weight=weight,
            positive=positive, sum_tolerance=sum_tolerance, on_bad=on_bad, separator=separator, progress=progress,
        )  # fmt: skip
    if json:
        print(result.to_json())
    else:
        print_score(result, names)
    if fail_above is None or result.nats <= fail_above:
        return DONE
    print(
        f"crossent: the cross-entropy, {result.nats!r} nats, is above {fail_above!r} (--fail-above).", file=sys.stderr
    )
    return CHECK_FAILED


def families(*, json: bool = False) -> int:
    """The families there are: their parameters, their targets, and what each gives."""
    from crossent.report.families import print_families

    print_families(json)
    return DONE


def doctor(*, json: bool = False) -> int:
    """What this installation is made of: versions, the cache of kernels, threads, the processor's instructions."""
    from crossent.report.doctor import print_doctor

    print_doctor(json)
    return DONE
