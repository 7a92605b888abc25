"""A summary as lines of text: numbers aligned at the decimal point, long names folded, nothing wider than asked for."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from crossent.report.fits.digits import Precision, shown_coefficient
from crossent.report.fits.lines import Summary
from crossent.report.text import printable

TESTS = (2, 3)  # the columns of the test of 0
WIDE, NARROW = "  ", " "
STYLES = (
    (Precision(4, 6), WIDE), (Precision(4, 4), WIDE), (Precision(3, 4), WIDE), (Precision(3, 3), WIDE),
    (Precision(2, 2), WIDE), (Precision(2, 2), NARROW),
)  # fmt: skip
SHORTEST_NAME = 12
LONGEST_LABEL = 24


def laid_out(summary: Summary, width: int = 80) -> str:
    """The whole text, without a line feed at its end."""
    parts = [textwrap.wrap(summary.title, width, subsequent_indent="  ") or [""]]
    if summary.parameters:
        parts.append(coefficient_table(summary, width))
    parts.append(_lines(summary, width))
    if summary.separation:
        parts.append([line for told in summary.separation for line in _paragraph(told, width)])
    if summary.notes:
        parts.append([line for note in summary.notes for line in _paragraph(note, width)])
    return "\n".join("\n".join(part) for part in _spaced(parts))


def coefficient_table(summary: Summary, width: int) -> list[str]:
    """The head and a line for each parameter, or several where its name is long."""
    heads = ["estimate", "std. error", summary.statistic, f"P>|{summary.statistic}|", "95 % interval", ""]
    names = [printable(c.name) for c in summary.parameters]
    for precision, gap in STYLES:
        columns = _columns(summary, heads, precision, gap)
        numbers = [gap.join(cells) for cells in zip(*columns, strict=True)]
        room = width - len(numbers[0]) - len(WIDE)
        if room >= min(SHORTEST_NAME, max(map(len, names))):
            break
    if room < SHORTEST_NAME and room < max(map(len, names)):  # every name on a line of its own
        head, *rows = (f" {line}".rstrip() for line in numbers)
        pairs = zip(names, rows, strict=True)
        return [head, *(line for name, row in pairs for line in (*_folded(name, width), row))]
    room = min(room, max(map(len, names)))
    table = [f"{'':{room}}{WIDE}{numbers[0]}".rstrip()]
    for name, row in zip(names, numbers[1:], strict=True):
        *before, last = _folded(name, room)
        table += [*before, f"{last:{room}}{WIDE}{row}".rstrip()]
    return table


def _columns(summary: Summary, heads: Sequence[str], precision: Precision, gap: str) -> list[list[str]]:
    cells = list(zip(*(shown_coefficient(c, precision) for c in summary.parameters), strict=True))
    columns = [aligned(column) for column in cells]
    made = []
    for k, (head, column) in enumerate(zip(heads[:4], columns[:4], strict=True)):
        if k in TESTS and not summary.has_tests:
            continue
        wide = max(len(head), len(column[0]))
        made.append([cell.rjust(wide) for cell in (head, *column)])
    interval = [f"{low}{gap}{high}" for low, high in zip(columns[4], columns[5], strict=True)]
    wide = max(len(heads[4]), len(interval[0]))
    made.append([heads[4].center(wide).rstrip().ljust(wide), *(cell.rjust(wide) for cell in interval)])
    return made


def aligned(cells: Sequence[str]) -> list[str]:
    """The cells as wide as each other, points below each other; words and powers of ten end where the widest does.

    >>> aligned(["1.25", "-10.5", "inf", "1.2e-07"])
    ['   1.25', ' -10.5 ', '    inf', '1.2e-07']
    """
    after = max((len(cell) - cell.index(".") for cell in cells if _pointed(cell)), default=0)
    padded = [
        cell.ljust(cell.index(".") + after) if _pointed(cell)
        else cell + " " * after if cell.lstrip("-").isdigit()
        else cell
        for cell in cells
    ]  # fmt: skip
    wide = max(map(len, padded))
    return [cell.rjust(wide) for cell in padded]


def _pointed(cell: str) -> bool:
    return "." in cell and "e" not in cell


def _folded(name: str, width: int) -> list[str]:
    """A name in pieces that fit; at a place where it can be read on, if there is one."""
    pieces = []
    while len(name) > width:
        cut = max((name.rfind(mark, 0, width) + 1 for mark in " _.:-]"), default=0)
        cut = cut if cut > width // 2 else width
        pieces.append(name[:cut].rstrip())
        name = name[cut:].lstrip()
    return [*pieces, name]


def _lines(summary: Summary, width: int) -> list[str]:
    label = min(max(len(line.label) for line in summary.lines), LONGEST_LABEL)
    short = [line for line in summary.lines if len(line.value) <= 20]
    value = max((len(line.value) for line in short), default=0)
    made = []
    for line in summary.lines:
        *before, last = _folded(line.label, label)
        made += before
        text = line.value.ljust(value) + WIDE + line.remark if line.remark and line in short else line.value
        if line.remark and line not in short:
            text += f"; {line.remark}"
        room = max(width - label - len(WIDE), 20)
        first, *rest = _wrapped(text, room, value + len(WIDE) if line in short else 0)
        made.append(f"{last:{label}}{WIDE}{first}".rstrip())
        made += [" " * (label + len(WIDE)) + piece for piece in rest]
    return made


def _wrapped(text: str, room: int, indent: int) -> list[str]:
    indent = indent if indent <= room // 2 else 0
    return textwrap.wrap(text.rstrip(), room, subsequent_indent=" " * indent, drop_whitespace=True) or [""]


def _paragraph(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent="  ") or [""]


def _spaced(parts: Sequence[list[str]]) -> list[list[str]]:
    return [[*part, ""] for part in parts[:-1]] + [parts[-1]]
