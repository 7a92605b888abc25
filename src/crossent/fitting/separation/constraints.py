"""What each row demands of a direction along which no loss grows: signs of differences of linear predictors.

Along a direction d the predictors of a row move at the speeds u = d . x. Its loss never grows if

    binary    u >= 0 where every trial succeeded, u <= 0 where none did, u = 0 where both occurred,
    zeros     u <= 0 where the count is 0, u = 0 elsewhere (also a probability with the link log, which may not pass 1),
    classes   u_c - u_k >= 0 for each class k that did not occur, c any that did; u_c - u_k = 0 for those that did.

Rows of weight 0 and without trials demand nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.families import catalogue
from crossent.families.contract import Family
from crossent.fitting.chunks import Chunk, Floats, Rows
from crossent.fitting.links import Link
from crossent.fitting.separation.rational import products

Relation = NDArray[np.int8]
NOTHING, EQUAL, AT_LEAST = -1, 0, 1
EPSILON = 2.0**-52


def demands_of(family: Family, link: Link) -> str | None:
    """ "binary", "zeros" or "classes"; None for a family whose loss grows in every direction that moves a row."""
    if family.classes is not None:
        return "classes"
    if family is catalogue.Bernoulli or family is catalogue.Binomial:
        return {"log": "zeros", "identity": None}.get(link.name, "binary")
    if family is catalogue.Poisson or family is catalogue.NegativeBinomial:
        return "zeros" if link.own else None
    return None


@dataclass(frozen=True)
class Block:
    """The demands of a chunk: `relation` is (n, m), m = 1 or the number of classes; those of a row share its x."""

    x: Floats  # (n, w), with the intercept
    relation: Relation
    sign: Floats | None  # (n,): the demand is on sign * u
    base: NDArray[np.int64] | None  # (n,): or on u_base - u_k, by class
    row: int

    @property
    def predictors(self) -> int:
        """How many linear predictors there are."""
        return 1 if self.base is None else self.relation.shape[1] - 1

    @property
    def classes_seen(self) -> NDArray[np.int64]:
        """A class of each row that did occur."""
        if self.base is None:
            message = "only rows of classes have one"
            raise TypeError(message)
        return self.base

    def by_class(self, direction: Any) -> Any:
        """The direction as one vector for each predictor; of the first class all 0."""
        return np.concatenate(
            [np.zeros_like(direction[:1], shape=(1, self.x.shape[1])), direction.reshape(self.predictors, -1)]
        )

    def speeds(self, direction: Floats) -> tuple[Floats, Floats]:
        """What the demands are about, (n, m), and how far rounding may have moved it."""
        unit = (self.x.shape[1] + 4) * EPSILON
        if self.sign is not None:
            return (self.sign * (self.x @ direction))[:, None], unit * (abs(self.x) @ abs(direction))[:, None]
        parts = self.by_class(direction)
        u, size = self.x @ parts.T, abs(self.x) @ abs(parts.T)
        at = np.arange(len(u)), self.classes_seen
        return u[at][:, None] - u, unit * (size[at][:, None] + size)

    def signs(self, exact: list[int] | None, rounded: Floats, rough: float = 0.0) -> Relation:
        """The signs of what the demands are about: exactly, where the direction is given in whole numbers.

        Where it is not, a speed of at most `rough` is 0.
        """
        speed, doubt = self.speeds(rounded)
        doubt = doubt + rough
        sign = np.where(speed > doubt, 1, np.where(speed < -doubt, -1, 0)).astype(np.int8)
        if exact is None:
            return sign
        unclear = (sign == 0) & (self.relation != NOTHING) & (doubt > 0)
        if self.sign is not None:
            rows = np.flatnonzero(unclear[:, 0])
            made = products(self.x[rows], exact)
            sign[rows, 0] = [int(s) * ((v > 0) - (v < 0)) for s, v in zip(self.sign[rows], made, strict=True)]
            return sign
        parts = self.by_class(np.array(exact, object))
        for c in np.unique(self.classes_seen):
            for k in range(self.relation.shape[1]):
                rows = np.flatnonzero(unclear[:, k] & (self.classes_seen == c))
                if len(rows):
                    made = products(self.x[rows], [int(a - b) for a, b in zip(parts[c], parts[k], strict=True)])
                    sign[rows, k] = [(v > 0) - (v < 0) for v in made]
        return sign

    def vectors(self, rows: NDArray[Any], places: NDArray[Any]) -> Floats:
        """The demands as vectors of all coefficients: their products with a direction are what they are about."""
        if self.sign is not None:
            return self.sign[rows, None] * self.x[rows]
        width, made = self.x.shape[1], np.zeros((len(rows), self.predictors + 1, self.x.shape[1]))
        index = np.arange(len(rows))
        made[index, self.classes_seen[rows]] = self.x[rows]
        made[index, places] = -self.x[rows]
        return made[:, 1:].reshape(len(rows), self.predictors * width)


def blocks(demands: str, rows: Rows, intercept: bool, classes: int) -> Iterator[Block]:
    """One pass over the rows."""
    for chunk in rows.chunks():
        yield block(demands, chunk, intercept, classes)


def block(demands: str, chunk: Chunk, intercept: bool, classes: int) -> Block:
    """The demands of a chunk."""
    x = np.ascontiguousarray(chunk.design, np.float64)
    if intercept:
        x = np.column_stack([np.ones(len(x)), x])
    weight = chunk.likelihood_weight
    if demands == "classes":
        relation, base = _of_classes(chunk.target, classes)
        sign = None
    else:
        relation, sign = _of_one(demands, chunk)
        base = None
    if weight is not None:
        relation[np.asarray(weight) == 0] = NOTHING
    return Block(x, relation, sign, base, chunk.row)


def _of_one(demands: str, chunk: Chunk) -> tuple[Relation, Floats]:
    y = np.asarray(chunk.target, np.float64)
    none, every = y == 0, np.zeros(len(y), bool)
    trials = np.broadcast_to(np.asarray(chunk.fixed[0] if chunk.fixed else 1.0, np.float64), y.shape)
    if demands == "binary":
        every = (y == trials) & ~none
    relation = np.where(none | every, AT_LEAST, EQUAL).astype(np.int8)[:, None]
    relation[trials == 0] = NOTHING
    return relation, np.where(none, -1.0, 1.0)


def _of_classes(target: Floats, classes: int) -> tuple[Relation, NDArray[np.int64]]:
    if target.ndim == 1:
        base = target.astype(np.int64)
        relation = np.full((len(base), classes), AT_LEAST, np.int8)
    else:
        base = np.argmax(target > 0, axis=1)
        relation = np.where(target > 0, EQUAL, AT_LEAST).astype(np.int8)
        relation[target.sum(axis=1) == 0] = NOTHING
    relation[np.arange(len(base)), base] = NOTHING
    return relation, base
