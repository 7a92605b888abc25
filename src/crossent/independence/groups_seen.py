"""Rows by their cluster, over a stream: memory in proportion to the distinct clusters."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent import errors
from crossent.data import Batch
from crossent.independence.cost import MeanError
from crossent.independence.cost.keys import keys_of
from crossent.independence.groups import GroupSums, intraclass_of
from crossent.independence.results import IidTest
from crossent.independence.samples import SAMPLE, hashed

Floats = NDArray[np.float64]
SHOWN = 60


@dataclass
class Grouped:
    """How the target's values fall into clusters: sums of each, and some whole clusters to permute."""

    target: str
    column: str
    seed: int
    sums: GroupSums = field(init=False)
    level: int = 0  # of 2^level clusters one is kept, by the hash of its name
    _hashes: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    _values: list[Floats] = field(default_factory=list)
    _which: list[NDArray[np.int64]] = field(default_factory=list)
    _held: int = 0

    def __post_init__(self) -> None:
        self.sums = GroupSums(self.target, self.column)
        self.sums.sums.column = self.column

    def update(self, batch: Batch, values: Floats) -> None:
        """Add a batch and the target's values in it."""
        texts, which = keys_of(batch.columns[self.column], self.column)
        if (which < 0).any():
            raise errors.cluster_missing(self.column, batch.row_in_file + int(np.argmax(which < 0)))
        self.sums.sums.add(values, texts, which)
        self.sums.squares.update(values)
        numbers = self.sums.sums.keys.numbers(texts)[which]
        if len(self._hashes) < len(self.sums.sums.keys):
            self._hash_new()
        kept = self._within(numbers)
        self._values.append(values[kept])
        self._which.append(numbers[kept])
        self._held += int(kept.sum())
        while self._held > 2 * SAMPLE and len(self.sums.sums.keys) > 2:
            self.level += 1
            masks = [self._within(numbers) for numbers in self._which]
            if sum(int(mask.sum()) for mask in masks) < SAMPLE / 4:  # few clusters, and large ones
                self.level -= 1
                break
            self._values = [part[mask] for part, mask in zip(self._values, masks, strict=True)]
            self._which = [part[mask] for part, mask in zip(self._which, masks, strict=True)]
            self._held = sum(map(len, self._which))

    def tests(self) -> list[IidTest]:
        """The intraclass correlation of all rows; its permutations are of whole clusters, about 20,000 rows."""
        values, which = np.concatenate(self._values), np.concatenate(self._which)
        texts = self.sums.sums.keys.texts
        present, inverse = np.unique(which, return_inverse=True)
        by_name = np.argsort(np.argsort([texts[k] for k in present.tolist()]))  # the same however they are stored
        return [intraclass_of(self.sums, values, by_name[inverse], seed=self.seed)]

    def error(self) -> MeanError:
        """The error of the target's mean by its clusters."""
        return self.sums.sums.error(self.sums.squares.moments())

    def shown(self) -> dict[str, Any]:
        """For the picture: the means of at most 60 clusters, evenly among all in order of their mean, and the sizes."""
        many = self.sums.sums.clusters
        counts = self.sums.sums.weight.rounded(many)
        means = self.sums.sums.loss.rounded(many) / counts
        order = np.argsort(means, kind="stable")
        chosen = order[np.unique(np.linspace(0, many - 1, min(many, SHOWN)).astype(np.int64))]
        texts = self.sums.sums.keys.texts
        return {
            "clusters": many, "largest": int(counts.max()), "smallest": int(counts.min()),
            "within": self.sums.anova().within, "mean": float(self.sums.squares.moments().mean),
            "names": [texts[k] for k in chosen.tolist()], "means": means[chosen].tolist(),
            "counts": counts[chosen].tolist(),
        }  # fmt: skip

    def _within(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        if not self.level:
            return np.ones(len(numbers), np.bool_)
        return np.asarray(self._hashes[numbers] >> np.uint64(64 - self.level) == 0)

    def _hash_new(self) -> None:
        new = [zlib.crc32(text.encode()) for text in self.sums.sums.keys.texts[len(self._hashes) :]]
        self._hashes = np.concatenate([self._hashes, hashed(np.array(new, np.int64), self.seed)])
