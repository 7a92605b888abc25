"""Tables on the terminal: at most 80 columns, colours only where they can be seen, plain text when piped."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crossent.report.summary import score_lines, score_title
from crossent.report.text import printable

if TYPE_CHECKING:
    from crossent.scoring.result import Score

WIDTH = 80


def print_score(score: Score, names: Sequence[str] = ()) -> None:
    """The table of a score on standard output."""
    if names:
        print_line(", ".join(printable(name) for name in names), style="bold")
    print_line(score_title(score))
    print_table(score_lines(score))


def print_line(text: str, style: str = "") -> None:
    """One paragraph; nothing in the text is taken for markup."""
    from rich.text import Text

    _print(Text(text, style=style))


def print_table(rows: Sequence[Sequence[str]], header: Sequence[str] = ()) -> None:
    """Columns side by side, no lines around them."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=bool(header), padding=(0, 2, 0, 0), header_style="bold")
    for k in range(len(rows[0])):
        table.add_column(header[k] if header else "", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    _print(table)


def _print(what: object) -> None:
    from rich.console import Console

    console = Console(width=width_of_terminal(), markup=False, highlight=False, emoji=False)
    with console.capture() as captured:
        console.print(what)
    for line in captured.get().splitlines():  # without the blanks that fill every line up
        print(line.rstrip())


def width_of_terminal() -> int:
    """At most 80 columns; 80 where nobody is looking."""
    return min(shutil.get_terminal_size().columns, WIDTH) if sys.stdout.isatty() else WIDTH
