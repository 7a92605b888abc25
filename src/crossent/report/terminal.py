"""Tables on the terminal: at most 80 columns, colours only where they can be seen, plain text when piped."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

from crossent.report.summary import score_lines, score_title
from crossent.report.text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from crossent.scoring.result import Score

WIDTH = 80


def console(file: IO[str] | None = None) -> Console:
    """A console that takes nothing in the text for markup."""
    from rich.console import Console

    file = file or sys.stdout
    wide = Console(file=file)
    width = wide.width if file.isatty() and wide.width < WIDTH else WIDTH
    return Console(file=file, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def print_score(score: Score, names: Sequence[str] = ()) -> None:
    """The table of a score on standard output."""
    _print_score(score, console(), names)


def score_text(score: Score) -> str:
    """The table of a score as plain text."""
    text = io.StringIO()
    _print_score(score, console(text), ())
    return text.getvalue().rstrip("\n")


def _print_score(score: Score, where: Console, names: Sequence[str]) -> None:
    if names:
        where.print(", ".join(printable(name) for name in names), style="bold")
    where.print(score_title(score))
    where.print(plain_table([tuple(line) for line in score_lines(score)]))


def plain_table(rows: Sequence[Sequence[str]], header: Sequence[str] = ()) -> Table:
    """Columns side by side, no lines around them."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=bool(header), padding=(0, 2, 0, 0), header_style="bold")
    for k in range(len(rows[0])):
        table.add_column(header[k] if header else "", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
