"""`iid_files`: the rows of CSV and Parquet files, as `crossent iid` tests them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from crossent import errors
from crossent.independence.results import Iid

Paths = Iterable[str | os.PathLike[str]]


def iid_files(
    paths: Paths,
    target: str,
    *,
    features: Sequence[str] | None = None,
    time: str | None = None,
    cluster: str | None = None,
    reference: Paths | None = None,
    expected: Mapping[str, float] | None = None,
    separator: str | None = None,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Iid:
    """What speaks against independent, identically distributed rows of files. They are streamed once.

    Args:
        paths: files, folders, globs, or "-" for standard input; read as one table.
        target: the column that is tested.
        features: the columns that are tested for drift beside it; all others if None.
        time: the column to order the rows by; the order of the files if None.
        cluster: the column that says which rows belong together.
        reference: files of another sample that the rows should resemble.
        expected: the share of each level of the target in the population.
        separator: of CSV files; a comma, or a tab in files called .tsv, if None.
        progress: called with the number of rows read so far.
    Returns:
        an `Iid`
    Memory: flat, but for clusters and repeated rows (in proportion to the distinct ones), and for a time that the files
        are not in the order of (the columns are then read into memory and sorted).
    Raises:
        UsageError: a file or column that there is not, or one with two roles.
        DataError: a row that breaks a rule (with its number), a file that cannot be read.
    """
    from contextlib import ExitStack

    from crossent.data import open_source
    from crossent.independence.battery import Question, answer

    roles = {"the target": target, "--time": time, "--cluster": cluster}
    _once([(role, name) for role, name in roles.items() if name is not None], features or ())
    with ExitStack() as stack:
        source = stack.enter_context(open_source(paths, separator))
        for role, name in roles.items():
            if name is not None:
                source.require(name, role)
        taken = {target, time, cluster}
        others = [name for name in source.columns if name not in taken] if features is None else list(features)
        for name in others:
            source.require(name, "a column to test")
        other = None if reference is None else stack.enter_context(open_source(reference, separator))
        question = Question(
            source, target, others, time=time, cluster=cluster, reference=other, expected=expected, seed=seed,
            progress=progress,
        )  # fmt: skip
        return answer(question)


def _once(roles: Sequence[tuple[str, str]], features: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for role, name in [*roles, *(("a column to test", name) for name in features)]:
        if name in seen:
            raise errors.column_named_twice(name, seen[name], role)
        seen[name] = role
