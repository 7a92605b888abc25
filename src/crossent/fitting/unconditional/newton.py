"""Newton's method on the raw parameters of any family, for rows without predictors."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from crossent import errors
from crossent.families.contract import Family
from crossent.fitting.chunks import Floats
from crossent.fitting.unconditional.accumulated import Observed

ITERATIONS = 200
GRID_ROWS = 2000
CONVERGED = 1e-9  # of Newton's step, in standard errors


class SampleLikelihood:
    """The sum of w * nll of one member for all rows, by the raw parameters that are not known."""

    def __init__(self, family: Family, known: dict[str, float], observed: Observed) -> None:
        self.family, self.observed = family, observed
        self.names = [parameter.name for parameter in family.parameters]
        self.held = known
        self.free = [i for i, name in enumerate(self.names) if name not in known]

    def raw(self, free: Floats) -> list[float]:
        """All raw parameters."""
        given = iter(free.tolist())
        return [self.held[name] if name in self.held else next(given) for name in self.names]

    def evaluate(self, free: Floats, quantity: str, observed: Observed | None = None) -> Any:
        """The kernels' Evaluation."""
        from crossent.kernels.rowwise import evaluate_rows

        rows = observed or self.observed
        columns = [np.full(len(rows.target), value) for value in self.raw(free)]
        return evaluate_rows(
            self.family.rows(quantity),
            rows.target,
            columns if len(columns) > 1 else columns[0],
            fixed=rows.fixed,
            weight=rows.likelihood,
            quantity=quantity,
            full=True,
        )

    def total(self, free: Floats, observed: Observed | None = None) -> float:
        """The sum of w * nll; infinite where it is not defined."""
        found = self.evaluate(free, "value", observed)
        total = float("inf") if found.invalid else float(found.total.round())
        return total if np.isfinite(total) else float("inf")

    def derivatives(self, free: Floats) -> tuple[Floats, Floats]:
        """Gradient and Hessian of the sum by the free parameters: each entry's sum is exact."""
        from crossent.kernels.exact_sum import ExactSum

        found = self.evaluate(free, "hessian")
        k = len(self.names)
        gradient = found.gradient.reshape(-1, k)
        hessian = found.hessian.reshape(-1, k, k)
        slope = [ExactSum.of(np.ascontiguousarray(gradient[:, i])).round() for i in self.free]
        bend = [[ExactSum.of(np.ascontiguousarray(hessian[:, i, j])).round() for j in self.free] for i in self.free]
        return np.array(slope), np.array(bend)

    def scores(self, free: Floats) -> Floats:
        """The gradient of each row's nll, without its weight."""
        unweighted = self.observed._replace(likelihood=np.ones(len(self.observed.target)))
        found = self.evaluate(free, "gradient", unweighted)
        return np.asarray(found.gradient.reshape(-1, len(self.names))[:, self.free])

    def start(self) -> Floats:
        """The best of a grid over the typical values, the mean and the logarithm of the spread."""
        y, w = self.observed.target, self.observed.likelihood
        few = Observed(*(_first(each) for each in self.observed))
        centre = float(np.average(y, weights=w))
        spread = float(np.sqrt(np.average((y - centre) ** 2, weights=w)))
        choices = []
        for i in self.free:
            low, high = self.family.parameters[i].typical
            values = [low + (high - low) * share for share in (1 / 4, 1 / 2, 3 / 4)]
            values += [centre] + [float(np.log(size)) for size in (abs(centre), spread) if size > 0]
            choices.append(values)
        grid = itertools.islice(itertools.product(*choices), 5000)
        points = [np.array(point) for point in grid]
        return min(points, key=lambda point: self.total(point, few))

    def maximise(self, start: Floats, held: int | None = None) -> tuple[Floats, int]:
        """From `start`, with free parameter `held` staying where it is, to the maximum; and the number of steps."""
        free = start.copy()
        moving = [i for i in range(len(free)) if i != held]
        if not moving:
            return free, 0
        value, damping = self.total(free), 0.0
        for iteration in range(ITERATIONS):
            gradient, hessian = self.derivatives(free)
            g, h = gradient[moving], hessian[np.ix_(moving, moving)]
            step = _step(g, h, damping)
            while step is None:
                damping = self._more(damping, gradient)
                step = _step(g, h, damping)
            decrement = float(np.sqrt(-(g @ step))) if g @ step < 0 else 0.0
            trial = free.copy()
            trial[moving] += step
            reached = self.total(trial)
            if reached <= value or (damping == 0 and decrement < 1e-5):
                free, value = trial, min(reached, value)
                damping = 0.0 if damping < 1e-6 else damping / 8
                if decrement < CONVERGED and damping == 0:
                    return free, iteration + 1
            else:
                damping = self._more(damping, gradient)
        raise self._not_found(gradient)

    def _more(self, damping: float, gradient: Floats) -> float:
        if damping > 1e12:
            raise self._not_found(gradient)
        return max(4 * damping, 1e-3)

    def _not_found(self, gradient: Floats) -> Exception:
        largest = float(np.abs(gradient).max() / self.observed.likelihood.sum())
        return errors.estimate_not_found(self.family.name, largest)


def _first(values: Any) -> Any:
    if isinstance(values, tuple):
        return tuple(_first(each) for each in values)
    return np.ascontiguousarray(values[:: max(len(values) // GRID_ROWS, 1)])


def _step(gradient: Floats, hessian: Floats, damping: float) -> Floats | None:
    """-(H + damping * scale)^-1 g, or None if that matrix is not positive definite."""
    scale = np.maximum(np.abs(np.diag(hessian)), np.abs(hessian).max() * 1e-8)
    try:
        factor = np.linalg.cholesky(hessian + damping * np.diag(scale))
    except np.linalg.LinAlgError:  # means: not positive definite
        return None
    return -np.linalg.solve(factor.T, np.linalg.solve(factor, gradient))
