"""The next step: Newton's, with care where the curvature is not positive, and for scales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from crossent.fitting.chunks import Floats
from crossent.fitting.model import Model
from crossent.fitting.solver.passes import State

NEAR = 0.3  # of the decrement; below, predictors and scalars move together


@dataclass(frozen=True)
class Curvature:
    """A positive definite curvature: its Cholesky factor, with columns scaled to unit length."""

    factor: Any
    unit: Floats
    definite: bool  # False: eigenvalues were turned round, and this is not the curvature of the loss

    def solve(self, vector: Floats) -> Floats:
        """curvature^-1 vector, or of each column of a matrix."""
        from scipy.linalg import cho_solve

        unit = self.unit if vector.ndim == 1 else self.unit[:, None]
        return unit * cho_solve(self.factor, unit * vector, check_finite=False)  # type: ignore[no-any-return]


def curvature_of(matrix: Floats) -> Curvature:
    """The factor of a symmetric matrix; where it is not positive definite, that of one near it that is."""
    from scipy.linalg import LinAlgError, cho_factor, eigh

    diagonal = np.diag(matrix)
    unit = np.where(diagonal > 0, 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1)), 1.0)
    scaled = matrix * np.outer(unit, unit)
    try:
        return Curvature(cho_factor(scaled, lower=True, check_finite=False), unit, True)
    except LinAlgError:
        values, vectors = eigh(scaled, check_finite=False)
        values = np.maximum(np.abs(values), np.abs(values).max() * 1e-8)
        positive = (vectors * values) @ vectors.T
        return Curvature(cho_factor(positive, lower=True, check_finite=False), unit, False)


@dataclass(frozen=True)
class Step:
    """Where to go, and the decrement sqrt(g' H^-1 g): how far it is, in standard errors."""

    move: Floats
    decrement: float
    definite: bool


def newton(model: Model, state: State, gradient: Floats, curvature: Curvature, matrix: Floats) -> Step:
    """Newton's step. Far away, scalars move by themselves: what couples them to predictors holds only near the end."""
    move = -curvature.solve(gradient)
    decrement = float(np.sqrt(max(0.0, -float(gradient @ move))))
    if not model.scalars or decrement < NEAR:
        return Step(move, decrement, curvature.definite)
    linear = model.linear
    apart = curvature_of(matrix[:linear, :linear])
    move = np.concatenate([-apart.solve(gradient[:linear]), np.zeros(len(model.scalars))])
    for place, name in enumerate(model.scalars, start=linear):
        move[place] = _scalar(name, gradient[place], matrix[place, place], float(state.weight.round()))
    return Step(move, decrement, apart.definite)


def _scalar(name: str, slope: float, bend: float, weight: float) -> float:
    if name == "log_scale" and slope < weight and bend > 0:
        # the loss is n t + c exp(-k t) in a scale's logarithm t, exactly for Normal (k = 2) and Laplace (k = 1)
        exponent = bend / (weight - slope)
        return float(np.log((weight - slope) / weight) / exponent)
    return float(np.clip(-slope / abs(bend), -3.0, 3.0)) if bend else 0.0  # a longer step of a logarithm is a guess
