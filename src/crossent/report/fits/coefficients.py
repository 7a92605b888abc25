"""The coefficients with their 95 % intervals; in units of their standard errors where one scale cannot show them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crossent.report.fits.picture import INK, LINE, MAIN, SOFT, Picture, canvas, finished, settings, shortened

if TYPE_CHECKING:
    from crossent.fitting.result import Coefficient, Fit

MOST = 40
SPREAD = 30.0  # the widest interval beside the narrowest; beyond, the narrow ones would be dots
TAIL = 0.08  # of the axis, beyond the last interval: where arrows lead


@dataclass(frozen=True)
class Mark:
    """What is drawn for a coefficient: its place and both ends, perhaps infinite; `place` None: undetermined."""

    name: str
    place: float | None
    low: float | None
    high: float | None


def coefficients_picture(fit: Fit) -> Picture:
    """A dot and a line for each; an arrow where an estimate or an end is infinite, a hollow mark where undetermined."""
    shown = [c for c in fit.parameters if not _intercept(c)] or list(fit.parameters)
    left_out = len(shown) - MOST
    marks, in_errors = marks_of(shown[:MOST])
    with settings():
        figure, axes = canvas(5.2, 0.9 + 0.3 * len(marks))
        _draw(axes, marks)
        unit = "estimate / standard error, 95 % interval" if in_errors else "estimate, 95 % interval"
        more = f"; {left_out} more are in the table" if left_out > 0 else ""
        axes.set_xlabel(unit + more)
        return finished(figure, "The coefficients with their 95 % intervals.")


def marks_of(coefficients: list[Coefficient]) -> tuple[list[Mark], bool]:
    """The marks, and whether they are in units of their standard errors."""
    reach = [c.ci95[1] - c.ci95[0] for c in coefficients if c.ci95 is not None and all(map(math.isfinite, c.ci95))]
    reach = [width for width in reach if width > 0]
    in_errors = bool(reach) and max(reach) > SPREAD * min(reach) and all(
        c.standard_error for c in coefficients if c.ci95 is not None and c.estimate is not None
    )  # fmt: skip
    marks = []
    for c in coefficients:
        unit = c.standard_error if in_errors and c.standard_error else 1.0
        low, high = c.ci95 if c.ci95 is not None else (None, None)
        marks.append(Mark(c.name, *(None if x is None else x / unit for x in (c.estimate, low, high))))
    return marks, in_errors


def _draw(axes: Any, marks: list[Mark]) -> None:
    ends = [x for m in marks for x in (m.place, m.low, m.high) if x is not None and math.isfinite(x)]
    left, right = min([0.0, *ends]), max([0.0, *ends])
    room = TAIL * (right - left or 2.0)
    left, right = left - room, right + room
    axes.axvline(0, color=LINE, linewidth=1.2, zorder=0)
    for row, mark in enumerate(marks):
        _mark(axes, row, mark, left, right)
    axes.set_xlim(left, right)
    axes.set_ylim(len(marks) - 0.4, -0.6)
    axes.set_yticks(range(len(marks)), [shortened(m.name) for m in marks])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _mark(axes: Any, row: int, mark: Mark, left: float, right: float) -> None:
    if mark.place is None:
        middle = (left + right) / 2
        axes.plot(
            [middle], [row], "o", markersize=6, markerfacecolor="white", markeredgecolor=SOFT, markeredgewidth=1.3
        )
        axes.annotate("undetermined", (middle, row), xytext=(8, 0), textcoords="offset points", va="center",
                      fontsize=8, color=SOFT)  # fmt: skip
        return
    if math.isinf(mark.place):
        _arrow(axes, row, 0.0, right if mark.place > 0 else left)
        words, side = ("∞", -14) if mark.place > 0 else ("−∞", 6)
        axes.annotate(words, (right if mark.place > 0 else left, row), xytext=(side, 5), textcoords="offset points",
                      fontsize=9, color=INK)  # fmt: skip
        return
    for end in (mark.low, mark.high):
        if end is None:
            continue
        if math.isinf(end):
            _arrow(axes, row, mark.place, right if end > 0 else left)
        else:
            axes.plot([mark.place, end], [row, row], color=MAIN, linewidth=2, solid_capstyle="butt")
    axes.plot([mark.place], [row], "o", color=MAIN, markersize=5.5)


def _arrow(axes: Any, row: int, start: float, end: float) -> None:
    axes.annotate("", (end, row), xytext=(start, row), arrowprops={"arrowstyle": "-|>", "color": MAIN, "linewidth": 2,
                                                                   "shrinkA": 0, "shrinkB": 0})  # fmt: skip


def _intercept(c: Coefficient) -> bool:
    return c.name == "Intercept" or c.name.endswith(":Intercept")
