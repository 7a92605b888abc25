"""The fitted curve over the data, for one numeric predictor: shares in bins, or points, and the band of the mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from crossent import errors
from crossent.data.columns import label_text
from crossent.report.fits.picture import (
    BAND,
    COLOURS,
    INK,
    MAIN,
    SOFT,
    Picture,
    canvas,
    finished,
    settings,
    shortened,
)

if TYPE_CHECKING:
    from crossent.fitting.chunks import Floats
    from crossent.fitting.result import Fit

GRID = 201
BINS = 12
POINTS = 1500
Z95 = 1.959963984540054


def curve_picture(fit: Fit, x: Any, y: Any) -> Picture:
    """The curve with the band of the mean's 95 % interval, over what was observed."""
    from crossent.arrays import to_numpy
    from crossent.fitting.design.reading import Reader
    from crossent.fitting.design.tables import ColumnTable
    from crossent.fitting.storage.predictions import predictions
    from crossent.fitting.storage.sample import only_predictor

    name = only_predictor(fit)
    if name is None:
        raise errors.picture_needs_one_predictor(() if fit.design is None else fit.design.sources)
    x = np.asarray(to_numpy(x, "x"), np.float64).reshape(-1)
    values = to_numpy(y, "y", text=True)
    grid = np.linspace(x.min(), x.max(), GRID)
    chunk = Reader(replace(fit.design, trials=None), with_target=False).read(
        next(ColumnTable({name: grid}, "the grid").batches([name]))
    )
    found = predictions(fit.learned, chunk.design, None, chunk.low)
    with settings():
        figure, axes = canvas(5.2, 3.4)
        if fit.learned.classes:
            _classes(axes, fit, grid, found.mean, x, values)
        else:
            _one(axes, fit, grid, found, x, _numbers(fit, values))
        axes.set_xlabel(shortened(name))
        return finished(figure, "The fitted curve over the data, with the band of the mean's 95 % interval.")


def _one(axes: Any, fit: Fit, grid: Floats, found: Any, x: Floats, y: Floats) -> None:
    axes.fill_between(grid, found.low, found.high, color=BAND, linewidth=0, alpha=0.7, zorder=1)
    axes.plot(grid, found.mean, color=MAIN, linewidth=2, zorder=3)
    if fit.family == "Bernoulli":
        for middle, share, low, high, _ in binned(x, y):
            axes.plot([middle, middle], [low, high], color=SOFT, linewidth=1, zorder=2)
            axes.plot([middle], [share], "o", color="white", markeredgecolor=INK, markersize=5, zorder=2)
        axes.set_ylim(-0.03, 1.03)
        positive = fit.columns.get("positive")
        axes.set_ylabel(f"share of {shortened(str(positive))}" if positive not in (None, "") else _target(fit))
    else:
        kept = thinned(len(x))
        axes.plot(x[kept], y[kept], "o", color=SOFT, markersize=3, alpha=0.35, markeredgewidth=0, zorder=2)
        axes.set_ylabel(_target(fit))


def _classes(axes: Any, fit: Fit, grid: Floats, mean: Floats, x: Floats, y: Any) -> None:
    assert fit.model is not None
    for k, level in enumerate(fit.model.classes):
        colour = COLOURS[k % len(COLOURS)]
        dashed = "-" if k < len(COLOURS) else "--"
        axes.plot(grid, mean[:, k], dashed, color=colour, linewidth=2, label=shortened(level))
        here = np.array([label_text(value) == level for value in y.tolist()], np.float64)
        for middle, share, _, _, _ in binned(x, here):
            axes.plot([middle], [share], "o", color="white", markeredgecolor=colour, markersize=4.5)
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel(f"share, {_target(fit)}")
    axes.legend(frameon=False, fontsize=9, ncols=min(len(fit.model.classes), 5), loc="lower left",
                bbox_to_anchor=(0, 1.0))  # fmt: skip


def _numbers(fit: Fit, y: Any) -> Floats:
    """The target as numbers: 1 where it is the label that counts as 1."""
    positive = fit.learned.roles.get("positive")
    if positive is not None and y.dtype.kind not in "fiub":
        return np.array([label_text(value) == positive for value in y.tolist()], np.float64)
    return np.asarray(y, np.float64)


def binned(x: Floats, y: Floats) -> list[tuple[float, float, float, float, int]]:
    """Bins of as many rows each: the mean of x, the share, its 95 % interval (Wilson), and the number of rows."""
    order = np.argsort(x, kind="stable")
    made = []
    for rows in np.array_split(order, min(BINS, len(order))):
        n, share = len(rows), float(y[rows].mean())
        centre = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        reach = Z95 * float(np.sqrt(share * (1 - share) / n + Z95**2 / (4 * n * n))) / (1 + Z95**2 / n)
        made.append((float(x[rows].mean()), share, centre - reach, centre + reach, n))
    return made


def thinned(rows: int) -> Any:
    """At most so many row numbers, evenly spaced."""
    return np.unique(np.linspace(0, rows - 1, min(rows, POINTS)).astype(np.int64))


def _target(fit: Fit) -> str:
    return shortened(str(fit.columns.get("target") or "target"))
