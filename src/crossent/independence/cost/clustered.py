"""The error of a mean whose rows come in clusters: whole clusters are independent, their rows need not be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.independence.cost.exact_bins import ExactBins
from crossent.independence.cost.keys import Keys, keys_of
from crossent.independence.cost.moments import Moments, as_floats
from crossent.independence.cost.quantiles import quantile_975
from crossent.independence.cost.result import MeanError, assemble, few_clusters


@dataclass
class ClusteredSums:
    """For each cluster the exact sums of w and of w * loss. Memory in proportion to the distinct clusters:
    about 230 bytes each, their names included.

        standard error = sqrt(G / (G - 1) * sum over clusters of (sum of w (loss - mean))^2) / sum of w

    ``update`` by batches, ``+`` over parts; the order of rows, batches and parts is of no account.

    >>> from crossent.independence.cost.moments import IndependentSums
    >>> state, moments = ClusteredSums(), IndependentSums()
    >>> state.update(np.array([1.0, 2.0, 6.0]), np.array(["a", "a", "b"]))
    >>> moments.update(np.array([1.0, 2.0, 6.0]))
    >>> round(state.error(moments.moments()).standard_error, 12), state.clusters
    (2.0, 2)
    """

    keys: Keys = field(default_factory=Keys)
    weight: ExactBins = field(default_factory=ExactBins)
    loss: ExactBins = field(default_factory=ExactBins)
    column: str = "cluster"

    def update(self, losses: Any, clusters: Any, weight: Any = None) -> None:
        """Add rows: finite losses, the cluster of each (numbers or text, none missing), weights above 0."""
        texts, which = keys_of(clusters, self.column)
        if (which < 0).any():
            raise errors.cluster_missing(self.column, int(np.argmax(which < 0)))
        values, weights = as_floats(losses), None if weight is None else as_floats(weight)
        self.add(values if weights is None else values * weights, texts, which, weights)

    def add(
        self, weighted: NDArray[np.float64], texts: Sequence[str], which: NDArray[Any],
        weight: NDArray[np.float64] | None = None,
    ) -> None:  # fmt: skip
        """The same, from w * loss, of rows whose cluster is `texts[which]`; texts that no row has may be among them."""
        present = np.unique(which)
        codes = np.full(len(texts), -1, np.int64)
        codes[present] = self.keys.numbers([texts[k] for k in present.tolist()])
        of_row = codes[which]
        self.weight.add(of_row, np.ones(len(weighted)) if weight is None else weight)
        self.loss.add(of_row, weighted)

    def __add__(self, other: ClusteredSums) -> ClusteredSums:
        merged = ClusteredSums(column=self.column)
        for part in (self, other):
            codes = merged.keys.numbers(part.keys.texts)
            merged.weight.add_bins(part.weight, codes)
            merged.loss.add_bins(part.loss, codes)
        return merged

    @property
    def clusters(self) -> int:
        """G, how many there are."""
        return len(self.keys)

    def error(self, moments: Moments) -> MeanError:
        """The mean's error, with t of G - 1 degrees of freedom; one cluster is a DataError."""
        many = self.clusters
        if many < 2:
            raise errors.one_cluster(self.column)
        squares = self._squares(moments.mean) * Fraction(many, many - 1)
        note = few_clusters(many)
        method = f"t quantile, {many - 1:,} degrees of freedom ({many:,} clusters)"
        return assemble(
            moments, squares, "clustered", method, quantile_975(many - 1.0), many - 1.0, clusters=many,
            notes=(note,) if note else (),
        )  # fmt: skip

    def _squares(self, mean: Fraction) -> Fraction:
        """The sum over clusters of (U - mean W)^2, exactly."""
        of_loss = of_both = of_weight = 0
        blocks = zip(self.loss.integers(self.clusters), self.weight.integers(self.clusters), strict=True)
        for loss, weight in blocks:
            of_loss += int((loss * loss).sum())
            of_both += int((loss * weight).sum())
            of_weight += int((weight * weight).sum())
        unit, other = Fraction(2) ** self.loss.unit_bits, Fraction(2) ** self.weight.unit_bits
        return of_loss * unit**2 - 2 * mean * of_both * unit * other + mean**2 * of_weight * other**2
