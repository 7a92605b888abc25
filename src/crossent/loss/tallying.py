"""From a batch of rows to a Tally, in flat memory: blocks of rows, cut anywhere, since the sums are exact."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossent import errors
from crossent.arrays import taking_over
from crossent.families.blame import counted
from crossent.families.distribution import Distribution
from crossent.families.evaluation import assemble, weight_and_mask
from crossent.families.shapes import Array, Batch
from crossent.loss.functions import require
from crossent.loss.tally import Tally

BLOCK = 1 << 18  # rows


def tally(target: Any, p: Distribution, *, sample_weight: Any = None, mask: Any = None) -> Tally:
    """The losses of a batch as an exact, mergeable sum: ``tally(all) == tally(part) + tally(rest)``, to the bit.

    Arguments and errors are those of `cross_entropy`. Computed in float64 whatever the prediction's dtype.

    >>> import crossent as ce
    >>> total = ce.tally([1, 0, 1], ce.Bernoulli(probs=[0.5, 0.25, 0.0]))
    >>> total
    Tally(mean=inf, count=3, infinite=1, finite_mean=0.4904146265058631)
    """
    require(p, "p")
    adapter = taking_over(target, sample_weight, *p.parameters.values())
    if adapter is not None:
        result: Tally = adapter("tally", tally, (target, p), {"sample_weight": sample_weight, "mask": mask})
        return result
    if isinstance(target, Distribution):
        raise errors.not_data(argument="target", value=target)
    weight, mask = weight_and_mask(sample_weight, mask)
    batch = assemble(p.member, p.target(target, weight, mask), weight, mask)
    total = Tally()
    for start in range(0, batch.target.shape[0], BLOCK):
        total += _block(p, batch, slice(start, start + BLOCK))
    return total


def rows(target: Any, p: Distribution, *, sample_weight: Any = None, mask: Any = None) -> Array:
    """nll of each row in float64, unweighted, as a NumPy array of the batch's shape; 0 where a row does not count.

    The very numbers that `tally` adds up.

    >>> import crossent as ce
    >>> from crossent.loss import rows
    >>> rows([1, 0], ce.Bernoulli(probs=[0.5, 0.0]))
    array([0.69314718, 0.        ])
    """
    require(p, "p")
    weight, mask = weight_and_mask(sample_weight, mask)
    batch = assemble(p.member, p.target(target, weight, mask), weight, mask)
    return _rows(p, batch, _counts(batch)).rows.reshape(batch.shape)


def _block(p: Distribution, batch: Batch, span: slice) -> Tally:
    try:
        return _tallied(p, cut(batch, span))
    except errors.DataError:
        _rows(p, batch, _counts(batch))  # the whole batch knows the row's place in it, and how many there are
        raise


def _tallied(p: Distribution, batch: Batch) -> Tally:
    counts = _counts(batch)
    evaluation = _rows(p, batch, counts)
    losses = evaluation.rows
    if batch.weight is not None:
        evaluation = exact_sums(losses, batch.weight, counts)
        squared = np.square(batch.weight.astype(np.float64))
    else:
        squared = None
    square, rest = two_square(losses)
    finite = np.isfinite(losses) if counts is None else np.isfinite(losses) & counts
    first, second = exact_sums(losses, squared, finite), exact_sums(square, squared, finite)
    return Tally(
        total=evaluation.total,
        weights=evaluation.weight,
        count=evaluation.count,
        infinite=evaluation.infinite,
        finite_total=evaluation.finite_total,
        finite_weights=evaluation.finite_weight,
        squared_weights=first.weight,
        squared_first=first.total,
        squared_second=second.total + exact_sums(rest, squared, finite).total,
    )


def _rows(p: Distribution, batch: Batch, counts: Array | None) -> Any:
    plain = batch._replace(weight=None, mask=counts)
    return p.evaluate(plain, keep_rows=True, double=True)


def _counts(batch: Batch) -> Array | None:
    """The rows that count, or None for all; a bad weight is an error here."""
    if batch.weight is None:
        return batch.mask
    return counted(batch.weight, batch.mask, batch.target.shape[0], batch.shape)


def cut(batch: Batch, span: slice) -> Batch:
    """Some of the rows of a batch."""

    def part(column: Any) -> Any:
        return column[span] if np.ndim(column) else column

    raw = tuple(map(part, batch.raw)) if isinstance(batch.raw, tuple) else part(batch.raw)
    target, weight, mask = part(batch.target), *(None if a is None else a[span] for a in (batch.weight, batch.mask))
    return Batch((target.shape[0],), target, raw, tuple(map(part, batch.fixed)), weight, mask)


def two_square(values: Array) -> tuple[Array, Array]:
    """values * values, rounded, and what the rounding took (Dekker): exact for sizes from 1e-130 to 1e150."""
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        square = values * values
        head = values * 134217729.0  # 2^27 + 1
        head = head - (head - values)
        tail = values - head
        rest = ((head * head - square) + 2 * head * tail) + tail * tail
    return square, np.where(np.isfinite(rest), rest, 0.0)


def itself(y: Any, nothing: Any) -> Any:
    """A formula that makes the kernels add up numbers that are known already."""
    return y


def is_number(y: Any, nothing: Any) -> Any:
    return y >= y  # false for NaN alone


def exact_sums(values: Array, weight: Array | None, mask: Array | None) -> Any:
    """The kernels' Evaluation of plain numbers: the exact sum of weight * value, of weight, and the counts."""
    from crossent.kernels.rowwise import RowFormulas, evaluate_rows

    formulas = RowFormulas("sum", 1, 0, is_number, itself, None, None)
    return evaluate_rows(
        formulas, values, np.broadcast_to(np.float64(0), values.shape), weight=weight, mask=mask, double=True
    )
