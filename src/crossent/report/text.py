"""Words and numbers as they are shown, the same on the terminal and in HTML."""

from __future__ import annotations

import math

SIGNIFICANT = 6


def printable(text: str, keep_lines: bool = False) -> str:
    """Text from a file, made harmless: control characters and the like are written as escapes."""
    return "".join(c if c.isprintable() or (keep_lines and c == "\n") else repr(c)[1:-1] for c in text)


def number(value: float | None) -> str:
    """Six significant digits; a dash where the value is undefined."""
    if value is None or math.isnan(value):
        return "-"
    if value == 0:
        return "0"  # and not -0
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return f"{value:.{SIGNIFICANT}g}"


def count(value: int) -> str:
    """1,234,567."""
    return f"{value:,}"


def rows_listed(total: int, rows: tuple[int, ...]) -> str:
    """ "3 rows: 5, 17, 20", or how many more there are than are listed."""
    more = f", and {total - len(rows):,} more" if total > len(rows) else ""
    return f"{total:,} row{'s' if total != 1 else ''}: {', '.join(map(str, rows))}{more}"
