"""cross_entropy and its relatives. Truth comes first, the model second; nats unless told otherwise."""

from __future__ import annotations

from typing import Any

from crossent import errors
from crossent.arrays import taking_over
from crossent.families.distribution import Distribution
from crossent.families.evaluation import assemble, weight_and_mask
from crossent.loss import truth
from crossent.loss.reduction import checked, reduce, smoothing_of, unit_of


def cross_entropy(
    target: Any,
    p: Distribution,
    *,
    sample_weight: Any = None,
    mask: Any = None,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
    base: float | None = None,
) -> Any:
    """The expected surprise of the model `p` at the truth: the log loss, the negative log-likelihood.

        H(target, p) = sum_i w_i * -log p_i(y_i) / sum_i w_i

    With a Bernoulli it is the binary cross-entropy, with a Categorical the cross-entropy, with ``Normal(scale=1)``
    half the squared error plus log sqrt(2 pi): one formula, no constant dropped.

    Args:
        target: the data, shape (*batch): values of the family's support. Bernoulli: bool, 0/1 or soft, in [0, 1].
            Categorical: class indices, or probabilities of shape (*batch, k); text if `p` has ``classes=[...]``.
            Or another member of the family: the truth itself, and the answer is its entropy plus the divergence.
        p: the model, ``ce.Bernoulli(logits=z)`` for example.
        sample_weight: w, shape (*batch), finite and not negative. A row of weight 0 is not inspected.
        mask: boolean, shape (*batch), True where the row counts. A row masked out is not inspected.
        label_smoothing: s in [0, 1]: the target is mixed with the uniform over its classes, (1 - s) y + s / k.
        reduction: "mean" (sum of w * nll / sum of w, always), "sum", or "none" (w * nll, a row each).
        base: None for nats, 2 for bits.
    Returns:
        In the prediction's float dtype; rows in its kind of array (a pandas Series keeps its index).
        +inf where what happened has probability 0: nothing is clamped.
    Accuracy: rows as the family states (Bernoulli within 2 ulp); sums are exact, rounded once: the same bits for
        every row order, number of threads and way of splitting the rows.
    Raises:
        DataError (a ValueError): a target outside the support, NaN, a bad probability or weight, with its row.
        UsageError (a ValueError): shapes that differ; an option that does not apply.
        UsageTypeError (a TypeError): a tensor whose adapter is not there.

    >>> import crossent as ce
    >>> float(ce.cross_entropy([1, 0], ce.Bernoulli(probs=[0.5, 0.75])))
    1.0397207708399179
    >>> float(ce.cross_entropy([0, 2], ce.Categorical(probs=[[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]), base=2))
    1.0
    """
    require(p, "p")
    adapter = taking_over(target, sample_weight, *p.parameters.values())
    if adapter is not None:
        options = {"sample_weight": sample_weight, "mask": mask, "label_smoothing": label_smoothing}
        return adapter("cross_entropy", cross_entropy, (target, p), options | {"reduction": reduction, "base": base})
    reduction, unit = checked(reduction), unit_of(base)
    smoothing = smoothing_of(p.family, label_smoothing)
    weight, mask = weight_and_mask(sample_weight, mask)
    if isinstance(target, Distribution):
        rows, shape = truth.cross_entropy_rows(truth.smoothed(target, smoothing), p, weight, mask)
        return truth.reduced(rows, shape, weight, mask, reduction, p, unit)
    batch = assemble(p.member, p.target(target, weight, mask), weight, mask)
    evaluation = p.evaluate(batch, smoothing=smoothing, keep_rows=reduction == "none")
    return reduce(evaluation, reduction, batch.shape, p.member.dtype, p.leading, unit)


def entropy(
    p: Distribution,
    *,
    sample_weight: Any = None,
    mask: Any = None,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
    base: float | None = None,
) -> Any:
    """The expected surprise of `p` at itself: the floor that no model's cross-entropy can go below.

        H(p) = E_p[-log p(y)]

    Keywords, results and errors are those of `cross_entropy`; smoothing mixes `p` with the uniform first.

    >>> import crossent as ce
    >>> float(ce.entropy(ce.Bernoulli(probs=[0.5, 0.0]), base=2))
    0.5
    """
    require(p, "p")
    reduction, unit = checked(reduction), unit_of(base)
    weight, mask = weight_and_mask(sample_weight, mask)
    p = truth.smoothed(p, smoothing_of(p.family, label_smoothing))
    rows, shape = truth.entropy_rows(p, weight, mask)
    return truth.reduced(rows, shape, weight, mask, reduction, p, unit)


def kl_divergence(
    p: Distribution,
    q: Distribution,
    *,
    sample_weight: Any = None,
    mask: Any = None,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
    base: float | None = None,
) -> Any:
    """What it costs to believe `q` where `p` is true: cross-entropy minus entropy, without the cancellation.

        KL(p || q) = E_p[log p(y) - log q(y)]

    Never negative; 0 if and only if the two are equal. Truth first: the arguments are of one family.
    Keywords, results and errors are those of `cross_entropy`; smoothing mixes `p` with the uniform first.

    >>> import crossent as ce
    >>> float(ce.kl_divergence(ce.Normal(loc=0.0, scale=1.0), ce.Normal(loc=1.0, scale=1.0)))
    0.5
    """
    require(p, "p")
    require(q, "q")
    reduction, unit = checked(reduction), unit_of(base)
    weight, mask = weight_and_mask(sample_weight, mask)
    p = truth.smoothed(p, smoothing_of(p.family, label_smoothing))
    rows, shape = truth.divergence_rows(p, q, weight, mask)
    return truth.reduced(rows, shape, weight, mask, reduction, q, unit)


def deviance(
    target: Any,
    p: Distribution,
    *,
    sample_weight: Any = None,
    mask: Any = None,
    label_smoothing: float = 0.0,
    reduction: str = "sum",
    base: float | None = None,
) -> Any:
    """Twice what the model loses against the best that any mean could do at each row; summed unless told otherwise.

        D(y, p) = sum_i w_i * 2 (nll_i(y_i) - min over the mean of nll_i(y_i))

    Never negative; 0 if and only if each mean is its target. Keywords and errors are those of `cross_entropy`.

    >>> import crossent as ce
    >>> float(ce.deviance([1, 2], ce.Poisson(rate=[1.0, 2.0])))
    0.0
    """
    require(p, "p")
    reduction, unit = checked(reduction), unit_of(base)
    smoothing = smoothing_of(p.family, label_smoothing)
    weight, mask = weight_and_mask(sample_weight, mask)
    if isinstance(target, Distribution):
        raise errors.not_data(argument="target", value=target)
    rows, shape = truth.deviance_rows(p.target(target, weight, mask), p, weight, mask, smoothing)
    return truth.reduced(rows, shape, weight, mask, reduction, p, unit)


def require(value: Any, argument: str) -> None:
    if not isinstance(value, Distribution):
        raise errors.not_a_distribution(argument, value)
