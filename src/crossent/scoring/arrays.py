"""`ce.score`: predictions in arrays, by the same sums as predictions in files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from crossent import errors
from crossent.independence.cost.keys import keys_of
from crossent.independence.cost.serial import SERIAL
from crossent.independence.cost.times import require, times_of
from crossent.scoring.baselines import baseline
from crossent.scoring.plan import check_dependence
from crossent.scoring.result import Score, summarise
from crossent.scoring.state import Place, Rows, ScoreState, empty_dependence, update_baseline

ROWS_AT_ONCE = 262_144


def score(
    target: Any, p: Any, *, sample_weight: Any = None, mask: Any = None, cluster: Any = None, time: Any = None,
    serial: str | None = None, lags: int | None = None,
) -> Score:  # fmt: skip
    """How good predictions are: cross-entropy with its error, the best constant prediction, skill, the infinite rows.

        nats = sum w nll(y, p) / sum w

    Args:
        target: what happened; numbers of the family's support, class indices or names   shape (*batch)
        p: the prediction, such as ``ce.Bernoulli(probs=q)``                              shape (*batch)
        sample_weight: finite, at least 0                                                 shape (*batch)
        mask: True where the row counts                                                   shape (*batch)
        cluster: which cluster each row belongs to, numbers or text; rows of one may depend on one another. The error
            is the clustered one, the interval Student's t with G - 1 degrees of freedom   shape (n,)
        time: numbers or dates; rows that are near in time may depend on one another. The error is the
            orthonormal-series one, t with B = floor(0.4 n^(2/3)); n distinct times       shape (n,)
        serial: with `time`, "series", or "bartlett" for Newey and West's with the fixed-b quantile
        lags: of "bartlett"; ceil(1.3 sqrt(n)) - 1 if None
    Returns:
        a `Score`: `.nats`, `.bits`, `.standard_error`, `.ci95`, `.skill`, `.infinite_rows`, `.to_json()`, ...
    Accuracy: float64 inside, whatever the dtype; sums are exact, each number is rounded once. The same bits for any
        order of the rows, and as `crossent score` on a file that holds these values.
    Errors: DataError for a value outside its domain, with its index, for a missing cluster or time, one cluster, fewer
        than 4 times; UsageError for shapes that differ, cluster and time together.

    >>> import crossent as ce
    >>> result = ce.score([1, 0, 1, 1], ce.Bernoulli(probs=[0.9, 0.2, 0.8, 0.5]))
    >>> round(result.nats, 6), result.n
    (0.311199, 4)
    """
    rows, evaluation, family, over_classes = _evaluate(target, p, sample_weight, mask)
    check_dependence(cluster, time, serial, lags)
    rows = replace(rows, place=_place(rows, cluster, time))
    named = {name: name for name, given in (("cluster", cluster), ("time", time)) if given is not None}
    dependence = empty_dependence(named.get("cluster"), named.get("time"))
    state = ScoreState(baseline=baseline(family.name), dependence=dependence)
    if rows.weight is not None:
        state.zero_weight = int(np.count_nonzero(rows.weight == 0))
    state.update(evaluation, rows)
    if not state.losses.count:
        raise errors.weights_all_zero()

    def again(baseline_pass: Any) -> Any:
        update_baseline(baseline_pass, rows)
        return baseline_pass

    discrete = bool(family.support.discrete)
    return summarise(state, family.name, discrete, over_classes, {}, again, serial or SERIAL[0], lags)


def _place(rows: Rows, cluster: Any, time: Any) -> Place | None:
    """The clusters or times of rows; one that counts must have it."""
    given, name = (cluster, "cluster") if cluster is not None else (time, "time")
    if given is None:
        return None
    if len(given) != len(rows.target):
        raise errors.lengths_of_rows_differ(name, len(given), len(rows.target))
    counting = rows.counting
    if cluster is not None:
        keys, which = keys_of(cluster, name)
        missing = which < 0 if counting is None else (which < 0) & counting
        if missing.any():
            raise errors.cluster_missing(name, int(np.argmax(missing)))
        return Place(which, keys)
    times = times_of(time, name)
    return Place(require(times, name, time, counting), None, times.kind)


def _evaluate(target: Any, p: Any, sample_weight: Any, mask: Any) -> tuple[Rows, Any, Any, bool]:
    from crossent.families.evaluation import assemble, evaluate, weight_and_mask
    from crossent.loss.functions import require

    require(p, "p")
    weight, mask = weight_and_mask(sample_weight, mask)
    batch = assemble(p.member, p.target(target, weight, mask), weight, mask)
    evaluation = evaluate(p.family, p.choice, batch, keep_rows=True, double=True)
    weight = None if batch.weight is None else batch.weight.astype(np.float64)
    rows = Rows(batch.target, batch.raw, batch.fixed, weight, batch.mask)
    return rows, evaluation, p.family, p.family.name in ("Bernoulli", "Categorical")
