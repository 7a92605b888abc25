"""`crossent iid`."""

from __future__ import annotations

from crossent.cli.codes import DONE, STANDARD_INPUT


def iid(
    *files: str,
    target: str,
    features: list[str] | None = None,
    time: str | None = None,
    cluster: str | None = None,
    reference: str | None = None,
    expected: list[str] | None = None,
    report: str | None = None,
    seed: int = 0,
    separator: str | None = None,
    json: bool = False,
) -> int:
    """May the rows be believed to be independent and identically distributed? What speaks against it, what it costs."""
    from crossent.cli.fitting import listed
    from crossent.data.whole_file import require_place, write_whole
    from crossent.independence.files import iid_files
    from crossent.report.progress import row_counter
    from crossent.report.terminal import width_of_terminal

    if report is not None:
        require_place(report)
    names = ["-" if name == STANDARD_INPUT else name for name in files]
    with row_counter() as progress:
        found = iid_files(
            names, target, features=listed(features), time=time, cluster=cluster,
            reference=None if reference is None else [reference], expected=shares(expected), separator=separator,
            seed=seed, progress=progress,
        )  # fmt: skip
    if report is not None:
        from crossent.report.iid.page import page_of

        write_whole(report, page_of(found, _command()))
    print(found.to_json() if json else found.summary(width_of_terminal()))
    return DONE


def shares(given: list[str] | None) -> dict[str, float] | None:
    """`yes=0.3,no=0.7` as a dictionary."""
    from crossent import errors

    if given is None:
        return None
    made: dict[str, float] = {}
    for pair in (pair for part in given for pair in part.split(",")):
        level, equals, share = pair.rpartition("=")
        level = level.strip()
        try:
            value = float(share)
        except ValueError:
            raise errors.expected_not_a_share(pair) from None
        if not equals or not level:
            raise errors.expected_not_a_share(pair)
        if level in made:
            raise errors.expected_repeated(level)
        made[level] = value
    return made


def _command() -> str:
    import shlex

    from crossent import cli

    return "crossent " + " ".join(map(shlex.quote, cli.GIVEN))
