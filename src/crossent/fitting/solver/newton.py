"""Newton's method over passes, until the gradient is what rounding leaves, or until it is seen that there is no end."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from crossent import errors
from crossent.fitting.chunks import Floats, Rows
from crossent.fitting.model import Model
from crossent.fitting.solver import directions, passes
from crossent.fitting.solver.directions import Curvature
from crossent.fitting.solver.passes import State

MOST_ITERATIONS = 100
DONE = 1e-7  # standard errors between the estimate and the maximum
FRESH = 1e-4  # decrement at which the curvature of a large table is the maximum's to some 7 digits
SUFFICIENT = 1e-4  # of the decrease that the slope promises
HALVINGS = 40
ROUNDING = 2.0**-53
NOISE = 16 * ROUNDING  # of the sum of losses: each row's is within a few units in the last place
NO_SCALE = -35.0  # log(2^-50): beside predictors of size 1, a scale that is rounding
FAR_SCALAR = 16.0  # of log_concentration: 10^7, where a count of 1000 varies by 10^-4 more than a Poisson's
SUSPICIOUS_PREDICTOR, SUSPICIOUS_ITERATIONS, STEADY = 30.0, 8, 0.25


class Recedes(Exception):
    """The search seems to have no end: predictors or a scalar grow, or the decrement falls by a steady factor."""

    def __init__(self, scalar: str | None = None) -> None:
        super().__init__(scalar)
        self.scalar = scalar


@dataclass
class Search:
    """A search for the least loss of the design minus `center`; `at` are coefficients there.

    `suspect` raises Recedes where separation is likely, for families in which it can happen.
    """

    model: Model
    rows: Rows
    at: Floats
    ridge: Floats
    center: Floats | None = None
    suspect: bool = True
    suspect_scalars: bool = True
    has_low: bool = field(default=False, init=False)  # whether columns come with low parts
    held: Any = None  # places of coefficients that stay where they are
    progress: Any = None
    done: float = DONE
    fresh: float = FRESH  # 0: the curvature is always that of the last pass
    iterations: int = 0
    state: State = field(init=False)
    gradient: Floats = field(init=False)
    matrix: Floats = field(init=False)
    curvature: Curvature = field(init=False)
    decrement: float = np.inf
    decrements: list[float] = field(default_factory=list)

    def run(self) -> Search:
        """Search until done. Raises NoAnswerError if no end is in sight, Recedes if that looks like separation."""
        if not self.iterations or self.state.curvature is None:
            self.run_pass("hessian")
        if not np.isfinite(self.value):
            raise errors.start_is_impossible(self.rows.name, self.model.family.name, self.model.link.name)
        while True:
            step = directions.newton(self.model, self.state, self.gradient, self.curvature, self.matrix)
            self.decrement = step.decrement
            self.decrements.append(step.decrement)
            if step.definite and (step.decrement <= self.done or self._has_settled()):
                break
            self._look()
            if self.iterations >= MOST_ITERATIONS:
                raise errors.not_converged(self.rows.name, self.iterations, step.decrement)
            self.move(step.move, "gradient" if self._curvature_will_do() else "hessian")
        return self

    @property
    def value(self) -> float:
        """The penalised sum of losses."""
        return self.state.value + float(self.ridge @ (self.at * self.at)) / 2

    def _curvature_will_do(self) -> bool:
        """Whether the curvature is already the maximum's, so that the next pass only has to look at the gradient."""
        return self.decrement <= self.fresh and self.curvature.definite

    def run_pass(self, quantity: str) -> None:
        """One pass over the rows where the search is now."""
        told = None if self.progress is None else self._tell
        self.state = passes.whole(self.model, self.rows, self.at, quantity, self.center, told)
        self.iterations += quantity != "value"
        if quantity == "value" or self.state.invalid:
            return
        self.gradient = self.state.gradient + self.ridge * self.at
        if self.held is not None:
            self.gradient[self.held] = 0.0
        if self.state.curvature is not None:
            self.matrix = self.state.curvature + np.diag(self.ridge)
            if self.held is not None:
                self.matrix[self.held] = self.matrix[:, self.held] = 0.0
                self.matrix[self.held, self.held] = 1.0
            self.curvature = directions.curvature_of(self.matrix)

    def _tell(self, rows: int) -> None:
        loss = None
        if self.iterations and self.state.weight.round() > 0 and np.isfinite(self.state.value):
            loss = self.state.value / self.state.weight.round()
        self.progress(rows, iteration=self.iterations + 1, loss=loss)

    def move(self, move: Floats, quantity: str) -> None:
        """Go there, or a part of the way if all of it does not lower the loss."""
        before, old, slope = self.value, self.at, float(self.gradient @ move)
        # predictors are rounded too: by a unit in the last place of the largest, times the slope of each row
        reach = float(np.sqrt(self.state.squares * self.state.rows)) * self.state.largest
        noise = NOISE * (max(abs(before), self.state.rows) + reach)
        share = 1.0
        for _ in range(HALVINGS):
            self.at = old + share * move
            self.run_pass(quantity)
            promised = -SUFFICIENT * share * slope
            if self.value <= before - promised + noise:
                return
            share /= 2
        raise errors.no_descent(self.rows.name, self.iterations, self.decrement)

    def condition(self) -> float:
        """That of the curvature with its columns scaled to unit length; infinite if it is not positive definite."""
        return condition_of(self.matrix) if self.curvature.definite else float("inf")

    def _has_settled(self) -> bool:
        """Whether steps no longer shrink, for what is left is rounding."""
        if len(self.decrements) < 2 or self.decrement < self.decrements[-2] / 4:
            return False
        return self.decrement < DONE or bool((np.abs(self.gradient) <= self.rounding()).all())

    def rounding(self) -> Floats:
        """What rounding may leave in the gradient: of the sums over rows, and of the predictors they are made with."""
        diagonal = np.abs(np.diag(self.matrix))
        reach = np.sqrt(len(self.at) * float(self.at * self.at @ diagonal))  # sum over rows of h (|x| |b|)^2, or above
        columns = np.sqrt(np.abs(np.diag(self._column_squares)))
        return ROUNDING * (columns * np.sqrt(self.state.squares) + np.sqrt(diagonal) * reach)

    @property
    def _column_squares(self) -> Floats:
        # curvature / largest weight is at most the columns' squares; the factor is that of the weights' mean
        rows = max(1.0, float(self.state.rows))
        share = max(float(np.trace(self.matrix)) / (rows * len(self.at)), np.finfo(float).tiny)
        return self.matrix / share

    def _look(self) -> None:
        for name, value in zip(self.model.scalars, self.at[self.model.linear :], strict=True):
            if name == "log_scale" and value < NO_SCALE + np.log(self.state.largest or 1.0):
                raise Recedes(name)
        for name, value in zip(self.model.scalars, self.at[self.model.linear :], strict=True):
            if self.suspect_scalars and value > FAR_SCALAR and name == "log_concentration":
                raise Recedes(name)
        if not self.suspect or len(self.decrements) < SUSPICIOUS_ITERATIONS:
            return
        last = self.decrements[-4:]
        steady = all(later > STEADY * before for before, later in pairwise(last))
        if self.state.largest > SUSPICIOUS_PREDICTOR or steady or not self.curvature.definite:
            raise Recedes


def condition_of(matrix: Floats) -> float:
    """The condition number with columns scaled to unit length; infinite if it is beyond what float64 can tell."""
    diagonal = np.diag(matrix)
    if not (diagonal > 0).all():
        return float("inf")
    unit = 1 / np.sqrt(diagonal)
    values = np.linalg.eigvalsh(matrix * np.outer(unit, unit))
    if not len(values):
        return 1.0
    return float(values[-1] / values[0]) if values[0] > values[-1] * ROUNDING else float("inf")
