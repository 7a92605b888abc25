"""`ce.iid`: may the rows be believed to be independent and identically distributed? Arrays and data frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crossent.independence import words
from crossent.independence.results import Iid


def iid(
    y: Any,
    X: Any = None,
    *,
    time: Any = None,
    cluster: Any = None,
    reference: Any = None,
    expected: Mapping[Any, float] | None = None,
    tested: str = words.TARGET,
    seed: int = 0,
) -> Iid:
    """What speaks against rows that are independent and identically distributed: a battery of tests, and what it costs.

    Order, drift, groups, repeated rows, and if you bring them a reference sample or the shares of the population. Which
    form of a test runs is decided by the kind of column (two levels, levels, whole numbers, continuous) and by the
    number of rows, and each test says which and why. P-values are adjusted by Holm's method over the battery.

    Args:
        y: what happened; or losses or residuals of a model, see `tested`                     shape (n,)
        X: other columns, tested for drift: an array (columns x0, x1, ...) or a data frame    shape (n, p)
        time: numbers or dates to order the rows by; the order they come in if None           shape (n,)
        cluster: which rows belong together                                                   shape (n,)
        reference: another sample that y and X should resemble: (y, X), a column like y, or a data frame with the
            same column names
        expected: the share of each level of y in the population that the rows are said to be drawn from
        tested: what y is: "the target", "the losses", "the residuals"
        seed: of permutations and samples
    Returns:
        an `Iid`: `.tests`, `.effective_n`, `.sentences`, `.summary()`, `.to_json()`
    Accuracy: tables, moments, lags and blocks see every row. Tests that sort or need pairs see at most 20,000 rows
        drawn by the seed, in a row for lags, and say so.
    Errors: DataError for a missing or infinite target, text of more than 1,000 levels, one row, one value; UsageError
        for lengths that differ.
    Sources: Holm 1979; the sources of the tests stand in `crossent.independence`.

    >>> import crossent as ce
    >>> found = ce.iid([0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1])
    >>> [(test.name, round(test.p_value, 6)) for test in found.tests][0]
    ('runs', 0.027506)
    """
    from crossent.independence.battery import Question, answer
    from crossent.independence.handed_in import columns_of, reference_of

    table, target, others, roles = columns_of(y, X, time, cluster)
    return answer(
        Question(
            table, target, others, time=roles.get("time"), cluster=roles.get("cluster"),
            reference=None if reference is None else reference_of(reference, target, others),
            expected=None if expected is None else {str(level): float(share) for level, share in expected.items()},
            tested=tested, seed=seed,
        )
    )  # fmt: skip
