"""The summary of `iid` as lines of text, nothing wider than asked for."""

from __future__ import annotations

import textwrap

from crossent.report.iid.lines import Row, Section, Summary

GAP = "  "
WIDEST_NAME = 31
LEAST_NAME = 28
P_WIDTH = 8


def laid_out(summary: Summary, width: int = 80) -> str:
    """The whole text, without a line feed at its end."""
    parts = [[line for told in summary.sentences for line in _paragraph(told, width)]]
    parts += [_section(section, width) for section in summary.sections]
    wide = max(len(line.label) for line in summary.lines)
    values = max(len(line.value) for line in summary.lines)
    parts.append([
        piece
        for line in summary.lines
        for piece in textwrap.wrap(f"{line.label:{wide}}{GAP}{line.value:>{values}}{GAP}{line.remark}".rstrip(), width,
                                   subsequent_indent=" " * (wide + values + 4))
    ])  # fmt: skip
    if summary.notes:
        parts.append([line for note in summary.notes for line in _paragraph(note, width)])
    return "\n\n".join("\n".join(part) for part in parts)


def _section(section: Section, width: int) -> list[str]:
    widest = min(WIDEST_NAME, width - 2 * (P_WIDTH + len(GAP)) - len(GAP))
    name = min(max(LEAST_NAME, *(len(row.name) for row in section.rows)), widest) + len(GAP)
    heads = f"{GAP}{'P':>{P_WIDTH}}{GAP}{'adjusted':>{P_WIDTH}}"
    heads = f"{heads}{GAP}effect" if name + len(heads) + len(GAP) + len("effect") <= width else heads
    fits = len(section.title) <= name
    lines = [f"{section.title:{name}}{heads}"] if fits else [section.title, f"{'':{name}}{heads}"]
    for row in section.rows:
        lines += _row(row, name, width)
    if section.left_out:
        lines += textwrap.wrap(section.left_out, width, initial_indent=GAP, subsequent_indent=GAP)
    return lines


def _row(row: Row, name: int, width: int) -> list[str]:
    """Name, p-values and effect; what the effect is and how the test was done on the lines below."""
    *before, last = textwrap.wrap(row.name, name - 2) or [""]
    lines = [f"{GAP}{piece}" for piece in before]
    first = f"{GAP + last:{name}}{GAP}{row.p:>{P_WIDTH}}{GAP}{row.adjusted:>{P_WIDTH}}"
    if len(first) + len(GAP) + len(row.effect) <= width:
        lines.append(f"{first}{GAP}{row.effect}".rstrip())
    else:
        lines += [first, f"{GAP * 2}{row.effect}"]
    if row.form:
        lines += textwrap.wrap(row.form, width, initial_indent=GAP * 2, subsequent_indent=GAP * 2)
    return lines


def _paragraph(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=GAP) or [""]
