"""The pictures of `iid`: autocorrelations, the lag table, drift over the rows, clusters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent.report.fits.picture import (
    BAND,
    COLOURS,
    INK,
    LINE,
    MAIN,
    SOFT,
    Picture,
    canvas,
    finished,
    settings,
    shortened,
)
from crossent.report.text import printable

if TYPE_CHECKING:
    from crossent.independence.results import Iid

Z95 = 1.959963984540054
WIDE = 6.2
LONGEST_LEVEL = 14


def pictures_of(found: Iid) -> list[Picture]:
    """Those that can be drawn of what was found."""
    order: dict[str, Callable[[Iid, dict[str, Any]], Picture]] = {
        "correlogram": _correlogram, "lag_table": _lag_table, "drift": _drift, "groups": _groups,
    }  # fmt: skip
    made = []
    for name, draw in order.items():
        if name in found.pictures:
            with settings():
                made.append(draw(found, found.pictures[name]))
    return made


def _correlogram(found: Iid, given: dict[str, Any]) -> Picture:
    figure, axes = canvas(WIDE, 2.5)
    lags, r, bound = given["lags"], given["autocorrelations"], given["bound95"]
    axes.axhspan(-bound, bound, color=BAND, alpha=0.5, linewidth=0, zorder=0)
    axes.axhline(0, color=SOFT, linewidth=0.8)
    outside = [abs(value) > bound for value in r]
    axes.vlines(lags, 0, r, color=[MAIN if out else SOFT for out in outside], linewidth=2)
    axes.scatter(lags, r, s=16, color=[MAIN if out else SOFT for out in outside], zorder=3)
    top = max(1.15 * max(map(abs, r)), 1.5 * bound)
    axes.set_ylim(min(1.15 * min(r), -1.5 * bound), top)
    axes.set_xlim(0.3, max(lags) + 0.7)
    axes.set_xticks([lag for lag in lags if lag == 1 or lag % 5 == 0])
    axes.set_xlabel("lag in rows")
    axes.set_ylabel("autocorrelation")
    words = (
        f"Autocorrelation of {_target(found)} with the rows before it. The band holds each with 95 % where rows are "
        "independent."
    )
    return finished(figure, words)


def _lag_table(found: Iid, given: dict[str, Any]) -> Picture:
    table = np.array(given["table"], np.float64)
    levels = [_short(level) for level in given["levels"]]
    many = len(levels)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    residual = np.divide(table - expected, np.sqrt(expected), out=np.zeros_like(table), where=expected > 0)
    figure, axes = canvas(WIDE, 0.9 + 0.42 * many)
    strongest = max(2.0, float(np.abs(residual).max()))
    for row in range(many):
        for column in range(many):
            strength = residual[row, column] / strongest
            colour = MAIN if strength > 0 else COLOURS[1]
            axes.add_patch(_square(column, row, colour, abs(strength)))
            axes.text(column, row, f"{int(table[row, column]):,}", ha="center", va="center", color=INK, fontsize=9)
    axes.set_xlim(-0.5, many - 0.5)
    axes.set_ylim(many - 0.5, -0.5)
    axes.set_xticks(range(many), levels, rotation=0 if max(map(len, levels)) < 9 else 30)
    axes.set_yticks(range(many), levels)
    axes.tick_params(length=0)
    axes.set_xlabel("the next row")
    axes.set_ylabel("a row")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    words = (
        f"The lag table of {_target(found)}: how often a level (line) is followed by another (column). Blue: more "
        "often than in random order; orange: less often."
    )
    return finished(figure, words)


def _square(column: int, row: int, colour: str, strength: float) -> Any:
    from matplotlib.patches import Rectangle

    place = (column - 0.48, row - 0.46)
    return Rectangle(place, 0.96, 0.92, facecolor=colour, alpha=0.08 + 0.6 * strength, linewidth=0)


def _drift(found: Iid, given: dict[str, Any]) -> Picture:
    figure, axes = canvas(WIDE, 2.8)
    if "values" in given:
        values = given["values"]
        axes.plot(range(len(values)), values, "o-", color=MAIN, markersize=3, linewidth=0.8)
        axes.axhline(sum(values) / len(values), color=LINE, linewidth=1.2, zorder=0)
        axes.set_ylabel(_target(found))
        what = f"{_target(found)} in the order of the rows"
    elif "means" in given:
        x, y, error = (np.array(given[name]) for name in ("middles", "means", "errors"))
        axes.axhline(given["mean"], color=LINE, linewidth=1.2, zorder=0)
        axes.vlines(x, y - Z95 * error, y + Z95 * error, color=BAND, linewidth=3)
        axes.plot(x, y, "o", color=MAIN, markersize=4.5)
        axes.set_ylabel(f"mean of {_target(found)}")
        what = f"The mean of {_target(found)} in {len(x)} blocks of rows, with the 95 % interval of independent rows"
    else:
        what = _shares(axes, found, given)
    time = found.columns.get("time")
    axes.set_xlabel("row" if time is None else f"row, in the order of {shortened(str(time))}")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    change = next((test for test in found.tests if test.name == "change point"), None)
    if change is not None and (change.adjusted_p_value or 1.0) < 0.05:
        _step(axes, change)
        what += "; dashed: the step that the scan found"
    return finished(figure, what + ".")


def _shares(axes: Any, found: Iid, given: dict[str, Any]) -> str:
    x, sizes = np.array(given["middles"]), np.array(given["sizes"])
    for k, (level, shares) in enumerate(zip(given["levels"], np.array(given["shares"]), strict=True)):
        colour = COLOURS[k % len(COLOURS)]
        axes.plot(x, shares, "o-", color=colour, markersize=4, linewidth=0.9, label=_short(level))
        if len(given["levels"]) == 1:
            error = np.sqrt(shares * (1 - shares) / sizes)
            axes.vlines(x, shares - Z95 * error, shares + Z95 * error, color=BAND, linewidth=3, zorder=0)
            axes.axhline(float((shares * sizes).sum() / sizes.sum()), color=LINE, linewidth=1.2, zorder=0)
    if len(given["levels"]) == 1:
        axes.set_ylabel(f"share of {_short(given['levels'][0])}")
        return f"The share of {printable(given['levels'][0])} in {len(x)} blocks of rows, with its 95 % interval"
    axes.set_ylabel("share")
    axes.legend(frameon=False, fontsize=9, ncols=4, loc="lower left", bbox_to_anchor=(0, 1.0))
    return f"The shares of the levels of {_target(found)} in {len(x)} blocks of rows"


def _step(axes: Any, change: Any) -> None:
    before, after, position = (change.details[name] for name in ("before", "after", "position"))
    left, right = axes.get_xlim()
    axes.plot([max(left, 0), position, position, right], [before, before, after, after], "--", color=INK, linewidth=1.1)
    axes.set_xlim(left, right)


def _groups(found: Iid, given: dict[str, Any]) -> Picture:
    means, counts = np.array(given["means"]), np.array(given["counts"])
    error = Z95 * np.sqrt(given["within"] / counts)
    figure, axes = canvas(WIDE, 2.8)
    x = np.arange(len(means))
    axes.axhline(given["mean"], color=LINE, linewidth=1.2, zorder=0)
    axes.vlines(x, means - error, means + error, color=BAND, linewidth=max(1.0, 4.0 - len(x) / 20))
    axes.plot(x, means, "o", color=MAIN, markersize=4 if len(x) < 40 else 3)
    axes.set_ylabel(f"mean of {_target(found)}")
    axes.set_xticks([])
    cluster = shortened(str(found.columns.get("cluster", "cluster")))
    shown = "" if given["clusters"] == len(means) else f" ({len(means)} of {given['clusters']:,} are drawn)"
    axes.set_xlabel(f"{cluster}, in the order of the means{shown}")
    least, most = given["smallest"], given["largest"]
    sizes = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    words = (
        f"The means of {given['clusters']:,} clusters of {sizes} rows, with 95 % intervals of independent rows. "
        "Independent, 95 % of them would hold the mean of all, the grey line."
    )
    return finished(figure, words)


def _target(found: Iid) -> str:
    return shortened(str(found.columns.get("target", "the target")))


def _short(level: str) -> str:
    shown = printable(str(level))
    return shown if len(shown) <= LONGEST_LEVEL else shown[: LONGEST_LEVEL - 1] + "…"
