"""`ce.score`: predictions in arrays, by the same sums as predictions in files."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossent import errors
from crossent.scoring.baselines import baseline
from crossent.scoring.result import Score, summarise
from crossent.scoring.state import Rows, ScoreState, update_baseline

ROWS_AT_ONCE = 262_144


def score(target: Any, p: Any, *, sample_weight: Any = None, mask: Any = None) -> Score:
    """How good predictions are: cross-entropy with its error, the best constant prediction, skill, the infinite rows.

        nats = sum w nll(y, p) / sum w

    Args:
        target: what happened; numbers of the family's support, class indices or names   shape (*batch)
        p: the prediction, such as ``ce.Bernoulli(probs=q)``                              shape (*batch)
        sample_weight: finite, at least 0                                                 shape (*batch)
        mask: True where the row counts                                                   shape (*batch)
    Returns:
        a `Score`: `.nats`, `.bits`, `.standard_error`, `.ci95`, `.skill`, `.infinite_rows`, `.to_json()`, ...
    Accuracy: float64 inside, whatever the dtype; sums are exact, each number is rounded once. The same bits for any
        order of the rows, and as `crossent score` on a file that holds these values.
    Errors: DataError for a value outside its domain, with its index; UsageError for shapes that differ.

    >>> import crossent as ce
    >>> result = ce.score([1, 0, 1, 1], ce.Bernoulli(probs=[0.9, 0.2, 0.8, 0.5]))
    >>> round(result.nats, 6), result.n
    (0.311199, 4)
    """
    rows, evaluation, family, over_classes = _evaluate(target, p, sample_weight, mask)
    state = ScoreState(baseline=baseline(family.name))
    if rows.weight is not None:
        state.zero_weight = int(np.count_nonzero(rows.weight == 0))
    state.update(evaluation, rows)
    if not state.losses.count:
        raise errors.weights_all_zero()

    def again(baseline_pass: Any) -> Any:
        update_baseline(baseline_pass, rows)
        return baseline_pass

    return summarise(state, family.name, bool(family.support.discrete), over_classes, {}, again)


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
