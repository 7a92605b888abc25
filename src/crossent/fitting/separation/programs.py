"""Linear programs over a cone of directions cut off at a box, with proofs in whole numbers of what they find."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.fitting.chunks import Floats
from crossent.fitting.separation import rational

NEAR = 1e-9  # of a speed, in units in which direction and rows are at most 1


@dataclass(frozen=True)
class Answer:
    """The direction that makes cost . d least, and the multipliers that prove it the least."""

    value: float
    direction: Floats
    multipliers: Floats


STRICT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
WAYS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("highs-ds", STRICT),
    ("highs-ds", {}),
    ("highs-ds", {"presolve": False}),
    ("highs-ipm", {}),
)


def solve(cost: Floats, **program: Any) -> Any:
    """The solution of a linear program that is known to have one, as strictly as can be.

    HiGHS now and then stops with a status it does not know; then another of its ways is tried.
    """
    from scipy.optimize import linprog

    for method, options in WAYS:
        found = linprog(cost, method=method, options=options, **program)
        if found.status == 0:
            return found
    raise errors.program_unsolved(found.message)


def least(cost: Floats, vectors: Floats, equal: NDArray[np.bool_]) -> Answer:
    """min cost . d over vectors . d >= 0 (= 0 where `equal`), every |d_j| <= 1."""
    free, fixed = vectors[~equal], vectors[equal]
    found = solve(
        cost,
        A_ub=-free if len(free) else None, b_ub=np.zeros(len(free)) if len(free) else None,
        A_eq=fixed if len(fixed) else None, b_eq=np.zeros(len(fixed)) if len(fixed) else None,
        bounds=(-1, 1),
    )  # fmt: skip
    multipliers = np.zeros(len(vectors))
    if len(free):
        multipliers[~equal] = -found.ineqlin.marginals
    if len(fixed):
        multipliers[equal] = found.eqlin.marginals
    return Answer(float(found.fun), found.x, multipliers)


def independent(vectors: Floats, tolerance: float = 1e-11) -> NDArray[Any]:
    """Places of vectors that span all of them, to a tolerance."""
    from scipy.linalg import qr

    if not len(vectors):
        return np.zeros(0, np.int64)
    size = np.linalg.norm(vectors, axis=1)
    scaled = vectors / np.where(size > 0, size, 1)[:, None]
    r, pivots = qr(scaled.T, mode="r", pivoting=True)
    diagonal = abs(np.diag(r))
    return np.asarray(pivots[: int((diagonal > tolerance * max(diagonal[0], 1e-300)).sum())])


def rough_null_space(scaled: Floats, transform: Floats) -> list[list[int]]:
    """A basis of what is orthogonal to independent vectors, in floats: entries near simple fractions become these.

    `scaled` is in the units of the programs; the basis is in true ones.
    """
    from scipy.linalg import qr, solve_triangular

    rank, width = scaled.shape
    if rank == width:
        return []
    basis = np.eye(width)
    if rank:
        r, pivots = qr(scaled, mode="r", pivoting=True)
        free = pivots[rank:]
        basis = np.zeros((width - rank, width))
        basis[np.arange(width - rank), free] = 1
        basis[:, pivots[:rank]] = -solve_triangular(r[:rank, :rank], r[:rank, rank:]).T
    basis[abs(basis) < 1e-9] = 0
    true = basis @ transform.T
    true[abs(true) < 1e-9 * (abs(basis) @ abs(transform.T))] = 0
    return [rational.of_fractions([_simple(v / abs(row).max()) for v in row]) for row in true]


def _simple(value: float) -> Fraction:
    near = Fraction(float(value)).limit_denominator(1000)
    return near if abs(float(near) - value) <= 1e-9 * abs(value) else Fraction(float(value))


def in_whole_numbers(direction: Floats, speeds: Floats, vectors: Floats, exact: NDArray[Any]) -> list[list[int]]:
    """Directions near this one that obey every demand that it seems to meet with equality exactly: to be tried in turn.

    `vectors` and `speeds` are in the units of the program, `exact` holds the vectors as whole numbers in true units.
    """
    active = np.flatnonzero(abs(speeds) <= NEAR)
    active = active[independent(vectors[active])]
    made, pivots = rational.reduced([list(exact[i]) for i in active])
    width = exact.shape[1]
    largest = abs(direction).max()
    free = [j for j in range(width) if j not in pivots and abs(direction[j]) > 1e-12 * largest]
    coarse = {j: Fraction(float(direction[j] / largest)).limit_denominator(4096) for j in free}
    fine = {j: Fraction(float(direction[j])) for j in free}
    return [rational.inside(made, pivots, values, width) for values in (coarse, fine)]


def proves(cost: list[int], exact: NDArray[Any], equal: NDArray[np.bool_], multipliers: Floats) -> bool:
    """Whether cost is exactly a sum of demands, those of ">= 0" with multipliers of at least 0.

    Then cost . d >= 0 for every direction that obeys the demands.
    """
    used = np.flatnonzero(abs(multipliers) > 1e-12 * max(abs(multipliers).max(initial=0), 1e-300))
    if not any(cost):
        return True
    if not len(used):
        return False
    found = rational.solution([list(exact[i]) for i in used], cost)
    return found is not None and all(equal[i] or value >= 0 for i, value in zip(used, found, strict=True))
