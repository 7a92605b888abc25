"""Laplace with predictors: the least sum of w |y - x . b|, by linear programming, with its duality gap.

The dual has one bounded number per row, max sum of a_i y_i over |a_i| <= w_i with sum of a_i x_i = 0, and as many
equations as there are columns. With many rows it is solved on those near the plane (Portnoy and Koenker 1997): rows
far above and far below enter as one row each, and a pass over all rows finds those that were on the other side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.fitting.chunks import Floats, Rows
from crossent.fitting.separation.collinear import refuse_collinear
from crossent.fitting.separation.programs import independent, least, solve

AT_ONCE = 20_000  # rows that one program takes


@dataclass(frozen=True)
class MedianFit:
    """`coefficients`: the intercept first. The least `total` is at most `gap` below the one found.

    `scale` = total / sum of weights is the maximum-likelihood scale of Laplace. `unique`: whether no other
    coefficients reach the same total; if not, these are one choice of many.
    """

    coefficients: Floats
    total: float
    gap: float
    scale: float
    unique: bool
    weight: float
    passes: int


@dataclass(frozen=True)
class _Part:
    x: Floats
    y: Floats
    w: Floats
    row: int


def fit_median(rows: Rows, *, intercept: bool = True) -> MedianFit:
    """Least absolute deviations of target - offset, weighted with frequency * weight.

    The gap is a bound in the same units as `total`, a few roundings of it. Raises DataError for collinear columns.

    >>> from crossent.fitting.chunks import ArrayRows
    >>> rows = ArrayRows(("x",), np.array([1.0, 3.0, 5.0, 7.0, 90.0]), np.arange(5.0)[:, None])
    >>> found = fit_median(rows)
    >>> found.coefficients.tolist(), found.total, found.unique
    ([1.0, 2.0], 81.0, True)
    """
    refuse_collinear(rows, intercept)
    count = sum(len(part.y) for part in _parts(rows, intercept))
    width = len(rows.columns) + intercept
    if not width:
        raise errors.no_coefficients(rows.name)
    return _Search(rows, intercept, count, width).run()


def _parts(rows: Rows, intercept: bool) -> Iterator[_Part]:
    for chunk in rows.chunks():
        x = np.asarray(chunk.design, np.float64)
        x = np.column_stack([np.ones(len(x)), x]) if intercept else x
        y = chunk.target if chunk.offset is None else chunk.target - chunk.offset
        weight = chunk.likelihood_weight
        w = np.ones(len(y)) if weight is None else np.asarray(weight, np.float64)
        used = w != 0
        yield _Part(x[used], y[used], w[used], chunk.row)


class _Search:
    def __init__(self, rows: Rows, intercept: bool, count: int, width: int) -> None:
        self.rows, self.intercept, self.count, self.width = rows, intercept, count, width
        self.passes = 0

    def parts(self) -> Iterator[_Part]:
        self.passes += 1
        return _parts(self.rows, self.intercept)

    def run(self) -> MedianFit:
        if self.count <= AT_ONCE:
            every = list(self.parts())
            x, y, w = (np.concatenate([getattr(p, name) for p in every]) for name in "xyw")
            plane, a = corner(x, y, w)
            return self.finished(plane, x, a)
        size = max(AT_ONCE // 2, math.ceil((self.width * self.count) ** (2 / 3)))
        x, y, w = self.sample(size)
        plane, _ = corner(x, y, w)
        near = float(np.quantile(abs(y - x @ plane), min(1, size / self.count)))
        wrong = np.zeros((self.count,), bool)
        while True:
            x, y, w = self.near(plane, near, wrong)
            found, a = corner(x, y, w)
            missed = self.on_the_other_side(plane, found, near, wrong)
            if not missed.any():
                return self.finished(found, x, a)
            if missed.sum() > 0.1 * len(y):
                plane, near, wrong = found, 2 * near, np.zeros_like(wrong)
            else:
                wrong |= missed

    def sample(self, size: int) -> tuple[Floats, Floats, Floats]:
        """Rows at random, always the same ones."""
        rng = np.random.default_rng(0)
        taken = []
        for part in self.parts():
            chosen = rng.random(len(part.y)) < size / self.count
            taken.append((part.x[chosen], part.y[chosen], part.w[chosen]))
        return tuple(np.concatenate(column) for column in zip(*taken, strict=True))  # type: ignore[return-value]

    def near(self, plane: Floats, near: float, wrong: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
        """The rows near the plane, and one for all above and one for all below."""
        taken, start = [], 0
        sums = np.zeros((2, self.width + 1))
        for part in self.parts():
            residual = part.y - part.x @ plane
            inside = (abs(residual) <= near) | wrong[start : start + len(part.y)]
            start += len(part.y)
            taken.append((part.x[inside], part.y[inside], part.w[inside]))
            for side, chosen in enumerate((~inside & (residual > 0), ~inside & (residual < 0))):
                sums[side, 0] += part.w[chosen] @ part.y[chosen]
                sums[side, 1:] += part.w[chosen] @ part.x[chosen]
        x, y, w = (np.concatenate(column) for column in zip(*taken, strict=True))
        return np.vstack([x, sums[:, 1:]]), np.concatenate([y, sums[:, 0]]), np.concatenate([w, np.ones(2)])

    def on_the_other_side(
        self, plane: Floats, found: Floats, near: float, wrong: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        missed, start = np.zeros_like(wrong), 0
        for part in self.parts():
            before, after = part.y - part.x @ plane, part.y - part.x @ found
            missed[start : start + len(part.y)] = (abs(before) > near) & (np.sign(before) != np.sign(after))
            start += len(part.y)
        return missed & ~wrong

    def finished(self, plane: Floats, x: Floats, a: Floats) -> MedianFit:
        """Totals over all rows, with the dual numbers that prove them: sign(residual) w, and a on the plane."""
        total, weight, on = [], 0.0, []
        pull, heft = np.zeros(self.width), 0.0
        for part in self.parts():
            residual, close = _residual(part, plane)
            total.append(math.fsum(part.w * abs(residual)))
            weight += math.fsum(part.w)
            pull += (part.w * np.sign(residual))[~close] @ part.x[~close]
            heft += float((part.w @ abs(part.x)).max())
            on.append((part.x[close], part.w[close]))
        spanned, limits = _together(*(np.concatenate(column) for column in zip(*on, strict=True)))
        dual, violation = _balance(spanned, limits, pull, 1e-13 * heft)
        least_total = math.fsum(total)
        excess = violation / (1 + violation) if math.isfinite(violation) else 1.0
        gap = least_total * excess + 4 * 2.0**-53 * self.width * least_total
        return MedianFit(
            plane, least_total, gap, least_total / weight, _is_unique(spanned, limits, dual), weight, self.passes
        )


def _residual(part: _Part, plane: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    residual = part.y - part.x @ plane
    size = abs(part.y) + abs(part.x) @ abs(plane)
    close = abs(residual) <= 1e-13 * size  # 0 but for rounding
    return np.where(close, 0.0, residual), close


def _together(x: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Equal rows as one, with the sum of their weights."""
    if not len(x):
        return x, w
    apart, place = np.unique(x, axis=0, return_inverse=True)
    return apart, np.bincount(place.reshape(-1), w, len(apart)).astype(np.float64)


def corner(x: Floats, y: Floats, w: Floats) -> tuple[Floats, Floats]:
    """A plane through as many rows as it has coefficients, least for these rows, and the dual numbers."""
    size = np.maximum(abs(x).max(axis=0), 1e-300)
    scale = float(np.mean(abs(y))) or 1.0
    unit = float(w.max())
    found = solve(
        -y / scale, A_eq=(x / size).T, b_eq=np.zeros(x.shape[1]), bounds=np.column_stack([-w, w]) / unit
    )  # fmt: skip
    plane = -found.eqlin.marginals * scale / size
    residual = abs(y - x @ plane)
    reach = abs(y) + abs(x) @ abs(plane)
    near = np.flatnonzero(residual <= 1e-7 * reach)
    near = near[np.argsort(residual[near], kind="stable")]
    inner = near[abs(found.x[near]) < w[near] / unit * (1 - 1e-9)]
    order = np.concatenate([inner, near[~np.isin(near, inner)]])
    basis = order[first_independent(x[order] / size)]
    if len(basis) == x.shape[1]:  # the same corner, without the program's tolerance
        polished = np.linalg.solve(x[basis], y[basis])
        if w @ abs(y - x @ polished) <= (w @ residual) * (1 + 1e-12):
            plane = polished
    return plane, found.x * unit


def first_independent(vectors: Floats) -> list[int]:
    """Places of the first vectors, in order, of which none is a combination of those before."""
    chosen: list[int] = []
    for i in range(len(vectors)):
        if len(independent(vectors[[*chosen, i]], 1e-9)) > len(chosen):
            chosen.append(i)
        if len(chosen) == vectors.shape[1]:
            break
    return chosen


def _balance(x: Floats, w: Floats, pull: Floats, rounding: float) -> tuple[Floats, float]:
    """Numbers a with sum of a x = -pull, inside |a| <= w as far as can be; and by what factor they exceed that."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, eye, hstack, vstack

    if not len(x):
        return np.zeros(0), 0.0 if abs(pull).max() <= rounding else math.inf
    size = np.maximum(abs(x).max(axis=0), 1e-300)
    unit = float(w.max())
    count = len(x)
    found = linprog(  # the least factor s with |a| <= s w
        np.concatenate([np.zeros(count), [1.0]]),
        A_ub=hstack([vstack([eye(count), -eye(count)]), csr_matrix(np.tile(-w / unit, 2)[:, None])]),
        b_ub=np.zeros(2 * count),
        A_eq=np.column_stack([(x / size).T, np.zeros(x.shape[1])]), b_eq=-pull / size / unit,
        bounds=[(None, None)] * count + [(0, None)], method="highs-ds",
    )  # fmt: skip
    if found.status != 0:
        return np.zeros(count), math.inf
    return found.x[:-1] * unit, max(0.0, float(found.x[-1]) - 1)


def _is_unique(x: Floats, w: Floats, a: Floats) -> bool:
    """Whether no direction leaves the total as it is: rows on the plane may move only where their number is at +-w."""
    inner = abs(a) < w * (1 - 1e-9)
    if len(independent(x[inner], 1e-9)) == x.shape[1]:
        return True
    demands = np.where(inner, 1.0, -np.sign(a))[:, None] * x
    size = np.maximum(abs(demands).max(axis=1), 1e-300)[:, None]
    for j in range(x.shape[1]):
        for sign in (1.0, -1.0):
            cost: Any = np.zeros(x.shape[1])
            cost[j] = sign
            if least(cost, demands / size, inner).value < -1e-9:
                return False
    return True
